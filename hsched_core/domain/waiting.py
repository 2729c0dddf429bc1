"""Who waits for an opening, and who could see them: what the waitlist weighs. Identifiers are pseudonyms from the vault."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hsched_core.domain.contact import Channel, SafeContact
from hsched_core.domain.vocabulary import Modality, SessionType


class Urgency(StrEnum):
    """How soon a client should be seen, in the words of triage."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


@dataclass(frozen=True)
class Cover:
    """When a client's insurance pays, and for how many more sessions: approved less used; None: without such a limit.

    Visits that are booked and still to come are not subtracted here: the waitlist does that.
    """

    from_on: date
    until_on: date
    sessions_left: int | None = None


@dataclass(frozen=True)
class WaitingClient:
    """An entry of the waitlist with what the EHR knows of its client.

    Hours are whole hours of the practice's wall clock, `hour_to` not included; weekdays are ISO (Monday is 1). Empty sets mean any.
    """

    entry: str
    client: str
    session_type: SessionType
    entered_at: datetime
    channel: Channel  # the one they prefer, by the EHR; the one an offer goes by, once it is known how they can be reached
    duration_minutes: int | None = None
    modality: Modality | None = None
    clinician: str | None = None  # the only one they wish to see
    specialties: frozenset[str] = frozenset()  # what the clinician must offer
    weekdays: frozenset[int] = frozenset()
    hour_from: int = 0
    hour_to: int = 24
    urgency: Urgency = Urgency.ROUTINE
    until: datetime | None = None  # the entry runs out
    instead_of: str | None = None  # the later appointment they would give up
    instead_at: datetime | None = None  # and when that is: an opening after it does not help
    sees: str | None = None  # clinician of their care so far
    cadence_days: int | None = None  # of a series they are in: a one-off would not help a weekly client
    visits: tuple[datetime, ...] = ()  # booked or kept, around now
    cover: tuple[Cover, ...] = ()  # empty: pays without insurance
    state: str | None = None  # where they sit during a remote session
    may_book_without_asking: bool = False  # a standing "book me"
    attends: float | None = None  # probability; shown to staff, never ranks anybody down
    zone: str | None = None  # of their wall clock
    safe: SafeContact = field(default_factory=SafeContact)
    can_be_reached: bool = True  # about offers, by any channel, sooner or later
    not_before: datetime | None = None  # until then the contact budget lets no channel pass


@dataclass(frozen=True)
class OfferHistory:
    """What a client was asked so far, from our own store."""

    client: str
    asked: int = 0
    last_asked_at: datetime | None = None
    last_accepted_at: datetime | None = None
    asked_for: frozenset[str] = frozenset()  # openings that were offered to them already


@dataclass(frozen=True)
class ClinicianProfile:
    """What a clinician offers."""

    clinician: str
    discipline: str
    specialties: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()  # where they may see remote clients now; the gate judges licences with their dates
    remote: bool = True
