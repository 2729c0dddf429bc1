"""What reminders are decided on: coming visits with their risk, how each client can be reached, what was sent already."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from hsched_core.domain.contact import Channel
from hsched_core.domain.holdout import Arm
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders_settings import ReminderSettings


@dataclass(frozen=True)
class Visit:
    """A booked visit to come. `risk`: newest calibrated probability that it goes unused; None where nobody scored it."""

    appointment: str
    client: str
    starts_at: datetime
    duration_minutes: int
    modality: Modality
    session_type: SessionType
    risk: float | None = None
    model_version: str = ""
    is_confirmed: bool = False
    arm: Arm | None = None  # what was drawn; None: not drawn (yet)


@dataclass(frozen=True)
class Reach:
    """How a client can be reached about reminders: by consent, newest word first asked by the gate again at sending."""

    client: str
    consented: frozenset[Channel] = frozenset()
    answered: tuple[Channel, ...] = ()  # channels the client wrote back on, the newest first
    preferred: Channel | None = None  # as the EHR has it
    zone: str | None = None
    dead_ends: frozenset[Channel] = frozenset()  # addresses that messages came back from, lately
    asked_for: Channel | None = None  # as they said themselves, on a page


@dataclass(frozen=True)
class Asked:
    """A step of a visit's sequence that was proposed before, whatever became of it."""

    name: str  # `step_name`
    is_call: bool
    sent_at: datetime | None  # None: not handed over
    channel: Channel | None = None
    came_to_nothing: bool = False  # that channel refused it, or it came back: another channel may be tried


@dataclass(frozen=True)
class Standby:
    """Who would fit a visit's time best, were it free: the waitlist's own choice."""

    client: str
    channel: Channel
    entry: str
    fit: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Everything `propose` looks at."""

    practice: str
    policy_version: str
    zone: str
    now: datetime
    visits: tuple[Visit, ...]
    reach: tuple[Reach, ...]
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)  # by appointment
    standby: Mapping[str, Standby] = field(default_factory=dict)  # by appointment
    calls_today: int = 0  # proposed since midnight of the practice, and not declined
    settings: ReminderSettings = field(default_factory=ReminderSettings)

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("the present is an instant with a zone")
        if any(count > 1 for count in Counter(one.appointment for one in self.visits).values()):
            raise ValueError("the facts of reminders name a visit twice: read them again")

    @cached_property
    def coming(self) -> tuple[Visit, ...]:
        """Visits that are still to come and near enough, soonest first."""
        last = self.now + self.settings.looks_ahead
        ahead = (one for one in self.visits if self.now + self.settings.least_notice < one.starts_at <= last)
        return tuple(sorted(ahead, key=lambda one: (one.starts_at, one.appointment)))

    @cached_property
    def reach_of(self) -> Mapping[str, Reach]:
        return {one.client: one for one in self.reach}

    def zone_of(self, client: str) -> ZoneInfo:
        """The client's wall clock; the practice's where theirs is not known: the gate asks about quiet hours by itself."""
        known = self.reach_of.get(client)
        return ZoneInfo(known.zone if known and known.zone else self.zone)

    def was_asked(self, visit: Visit, name: str) -> bool:
        """Whatever became of it, but for what never reached anybody."""
        return any(one.name == name and not one.came_to_nothing for one in self.asked.get(visit.appointment, ()))

    def in_vain(self, appointment: str, name: str) -> frozenset[Channel]:
        """By which channels the step was asked for, and came to nothing."""
        asked = self.asked.get(appointment, ())
        return frozenset(one.channel for one in asked if one.name == name and one.channel and one.came_to_nothing)
