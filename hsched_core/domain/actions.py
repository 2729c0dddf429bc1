"""What hsched may ask for, as typed values. Each has one canonical form and one SHA-256; an approval binds to that.

An offer contains the booking it leads to, so one hash covers both.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from hsched_core.domain.canonical import digest
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import WaitlistStatus


class Destination(StrEnum):
    """Which door an action leaves through."""

    EHR = "ehr"
    MESSAGES = "messages"
    PRACTICE = "practice"  # the practice's own rules: standing orders and phases


@dataclass(frozen=True)
class Action:
    """Root of all actions; what the rules of the gate ask an action, with the answers of one that touches nothing."""

    kind: ClassVar[str]
    destination: ClassVar[Destination]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the exact action."""
        return digest(self)

    @property
    def outreach(self) -> Outreach | None:
        """The contact with a client that the action makes."""
        return None

    @property
    def session(self) -> Session | None:
        """The session the action would bring about."""
        return None

    @property
    def hold(self) -> Session | None:
        """The time that nobody else may get while the action runs, and after it succeeded."""
        return None

    @property
    def touches(self) -> str | None:
        """The existing appointment that the action changes."""
        return None

    @property
    def expected_version(self) -> str | None:
        """The version of that appointment the action was proposed for."""
        return None

    @property
    def clinician(self) -> str | None:
        """The clinician whose calendar the action changes."""
        return self.session.clinician if self.session else None


class Basis(StrEnum):
    """Why a client may be booked."""

    ASKED = "asked"  # the client, or staff with the client, asked for it
    ACCEPTED_OFFER = "accepted_offer"
    STANDING_CONSENT = "standing_consent"  # the client said "book me" once, for openings that fit


@dataclass(frozen=True)
class BookAppointment(Action):
    """Book a session that does not exist yet."""

    kind: ClassVar[str] = "book_appointment"
    destination: ClassVar[Destination] = Destination.EHR

    booking: Session
    basis: Basis

    @property
    def session(self) -> Session:
        return self.booking

    @property
    def hold(self) -> Session:
        return self.booking


@dataclass(frozen=True)
class OfferSlot(Action):
    """Offer an opening to a client, who books it by accepting before `answer_by`."""

    kind: ClassVar[str] = "offer_slot"
    destination: ClassVar[Destination] = Destination.MESSAGES

    leads_to: BookAppointment
    channel: Channel
    template: str
    answer_by: datetime
    waitlist_entry: str
    instead_of: str | None = None  # the later appointment that the client gives up for it

    def __post_init__(self) -> None:
        if self.leads_to.basis is not Basis.ACCEPTED_OFFER:
            raise ValueError("an offer leads to a booking on the basis accepted_offer")

    @property
    def outreach(self) -> Outreach:
        return Outreach(self.leads_to.booking.client, self.channel, Purpose.OFFER)

    @property
    def session(self) -> Session:
        return self.leads_to.booking


@dataclass(frozen=True)
class MoveAppointment(Action):
    """Give a booked appointment another time, as long as it is still what it was when the move was proposed."""

    kind: ClassVar[str] = "move_appointment"
    destination: ClassVar[Destination] = Destination.EHR

    appointment: str
    version: str
    to: Session
    was_at: datetime | None = None  # when it began until then, where whoever asked for the move says so

    @property
    def session(self) -> Session:
        return self.to

    @property
    def hold(self) -> Session:
        return self.to

    @property
    def touches(self) -> str:
        return self.appointment

    @property
    def expected_version(self) -> str:
        return self.version


UNDONE = "booked_by_mistake"  # the code of a cancellation by which a person takes back what hsched booked
CANNOT_COME = "client_cannot_come"  # of one by which a client gives up their place in a group, for that time alone


@dataclass(frozen=True)
class CancelAppointment(Action):
    """Cancel a booked appointment. The reason is a code, never a client's words."""

    kind: ClassVar[str] = "cancel_appointment"
    destination: ClassVar[Destination] = Destination.EHR

    appointment: str
    version: str
    of_clinician: str
    reason: str

    @property
    def touches(self) -> str:
        return self.appointment

    @property
    def expected_version(self) -> str:
        return self.version

    @property
    def clinician(self) -> str:
        return self.of_clinician


@dataclass(frozen=True)
class SendMessage(Action):
    """Send a template to a client. There is no free text: what is not in a template is not sent by hsched."""

    kind: ClassVar[str] = "send_message"
    destination: ClassVar[Destination] = Destination.MESSAGES

    to: Outreach
    template: str
    appointment: str | None = None

    @property
    def outreach(self) -> Outreach:
        return self.to


@dataclass(frozen=True)
class RecordScore(Action):
    """Write an appointment's risk into its field in the EHR, in hundredths of a percent: 0.78 is 7800."""

    kind: ClassVar[str] = "record_score"
    destination: ClassVar[Destination] = Destination.EHR

    appointment: str
    risk_basis_points: int
    model_version: str

    def __post_init__(self) -> None:
        if not 0 <= self.risk_basis_points <= 10_000:
            raise ValueError("a risk lies between 0 and 10000 basis points")


@dataclass(frozen=True)
class AddNote(Action):
    """Put a short note of ours to an appointment in the chart. A template's text, never a free one."""

    kind: ClassVar[str] = "add_note"
    destination: ClassVar[Destination] = Destination.EHR

    appointment: str
    template: str


@dataclass(frozen=True)
class UpdateWaitlistStatus(Action):
    """Say in the EHR what became of a waitlist entry."""

    kind: ClassVar[str] = "update_waitlist_status"
    destination: ClassVar[Destination] = Destination.EHR

    entry: str
    status: WaitlistStatus


@dataclass(frozen=True)
class IssueStandingOrder(Action):
    """Let a use case act within limits without asking each time. Replaces the order of the same name."""

    kind: ClassVar[str] = "issue_standing_order"
    destination: ClassVar[Destination] = Destination.PRACTICE

    order: StandingOrder


@dataclass(frozen=True)
class ChangePhase(Action):
    """Move a use case to another phase; `evidence` is the hash of the report that people looked at."""

    kind: ClassVar[str] = "change_phase"
    destination: ClassVar[Destination] = Destination.PRACTICE

    use_case: str
    phase: Phase
    evidence: str


ACTIONS: tuple[type[Action], ...] = (
    OfferSlot,
    BookAppointment,
    MoveAppointment,
    CancelAppointment,
    SendMessage,
    RecordScore,
    AddNote,
    UpdateWaitlistStatus,
    IssueStandingOrder,
    ChangePhase,
)
