"""Quiet hours: wall times at which nobody is messaged, in the recipient's zone. Pure calendar arithmetic, right over DST."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = (-1, 0, 1, 2)
ROUNDS = 8  # several zones may hand the quiet on to each other


@dataclass(frozen=True)
class QuietHours:
    """From one wall time to another, usually over midnight. Equal ends mean no quiet hours."""

    start: time
    end: time

    def covers(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Whether the recipient's wall clock shows a quiet time at that instant."""
        shown = instant.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def ends_after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The next instant at which the quiet ends, in UTC.

        An hour that a wall clock shows twice may be quiet twice. An end inside a skipped hour counts as if the hour were there:
        02:30 that does not exist is 03:30.
        """
        today = instant.astimezone(zone).date()
        ends = (
            datetime.combine(today + timedelta(days=days), self.end, tzinfo=zone).replace(fold=fold).astimezone(UTC)
            for days in DAYS_AHEAD
            for fold in (0, 1)
        )
        return min(end for end in ends if end > instant and not self.covers(end, zone))


def next_allowed(quiet: QuietHours, instant: datetime, zones: Sequence[ZoneInfo]) -> datetime | None:
    """The first instant from `instant` on that is quiet in none of the zones; None where there is no such time of day."""
    allowed = instant.astimezone(UTC)
    for _ in range(ROUNDS):
        waits = [quiet.ends_after(allowed, zone) for zone in zones if quiet.covers(allowed, zone)]
        if not waits:
            return allowed
        allowed = max(waits)
    return None
