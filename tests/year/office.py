"""The front desk: when it is there, and how many minutes it spends on what. The same in both worlds."""

from collections import Counter
from datetime import datetime, timedelta

from tests.year.town import Town

OPENS, CLOSES = 9, 17
# Minutes. No measured source was found; a vendor gives 5-10 for a call that ends in an appointment (26 million calls, CallMyDoc).
CALL_NOT_REACHED, CALL_REACHED, BOOKING = 2, 5, 2
REPLY, DECISION = 3, 1


class Office:
    """Weekdays from nine to five, not on holidays."""

    def __init__(self, town: Town) -> None:
        self._town, self._zone = town, town.zone
        self.minutes: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._on_day: Counter[object] = Counter()

    def is_open(self, at: datetime) -> bool:
        shown = at.astimezone(self._zone)
        timeline = self._town.world.timeline
        return shown.weekday() < 5 and OPENS <= shown.hour < CLOSES and not timeline.closed[timeline.index(shown.date())]

    def next_open(self, at: datetime) -> datetime:
        """That moment, or the next one at which somebody is there."""
        while not self.is_open(at):
            shown = at.astimezone(self._zone)
            day = shown if shown.hour < OPENS else shown + timedelta(days=1)
            at = day.replace(hour=OPENS, minute=0, second=0, microsecond=0)
        return at

    def spend(self, what: str, minutes: int) -> None:
        self.minutes[what] += minutes

    def phone(self, what: str, reached: bool) -> int:
        """The minutes of a call."""
        minutes = CALL_REACHED if reached else CALL_NOT_REACHED
        self.calls[what] += 1
        self.spend(what, minutes)
        return minutes
