"""What clients read, one value for each language, and how a moment is told in it. Nothing says what kind of visit, or with whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hsched_core.domain.contact import Channel
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality

# Pages that are about no offer and no visit.
UNKNOWN, BUSY, UNREADABLE, ENDED = "unknown", "busy", "unreadable", "ended"
STOP, STOPPED, WISHES, SAVED, DONE_BEFORE, OTHER_TIME = "stop", "stopped", "wishes", "saved", "done_before", "other_time"
PICK_TIME, TIME_TAKEN = "pick_time", "time_taken"  # one of the times that are free
TOO_MANY = "too_many"  # addresses that nobody was sent


@dataclass(frozen=True)
class When:
    """A time as a page shows it."""

    day: str
    clock: str
    how: str


@dataclass(frozen=True)
class Words:
    """One language. `offers`, `visits` and `pages` have a title and sentences each, in which `{until}` and `{chosen}` are filled in;
    `labels` are of forms.
    """

    language: str
    name: str  # of the language, in itself
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    minutes: str
    call_us: str  # the words that ask for a call: below a page that says them stands the number
    modality: Mapping[Modality, str]
    channels: Mapping[Channel, str]
    offers: Mapping[str, tuple[str, ...]]
    visits: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]

    def when(self, session: Session, zone: ZoneInfo) -> When:
        """Day, time of day, length and how, on the practice's wall clock."""
        how = f"{self.minutes.format(count=session.duration_minutes)}, {self.modality[session.modality]}"
        return When(self.day(session.starts_at, zone), self.clock(session.starts_at, zone), how)

    def instant(self, instant: datetime, zone: ZoneInfo) -> str:
        """A day and a time of day."""
        return f"{self.day(instant, zone)}, {self.clock(instant, zone)}"

    def day(self, instant: datetime, zone: ZoneInfo) -> str:
        local = instant.astimezone(zone)
        return self.date.format(weekday=self.weekdays[local.weekday()], month=self.months[local.month - 1], day=local.day)

    def clock(self, instant: datetime, zone: ZoneInfo) -> str:
        """With the zone's short name."""
        local = instant.astimezone(zone)
        return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {local:%Z}"

    def every(self) -> list[str]:
        """All that anybody may read."""
        told = [sentence for pages in (self.offers, self.visits, self.pages) for page in pages.values() for sentence in page]
        return [*told, *self.labels.values(), *self.channels.values(), *self.modality.values(), self.name]
