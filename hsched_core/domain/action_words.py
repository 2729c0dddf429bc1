"""What an action is, and what a yes to it sets going, in the words of a front desk, for pages and terminals. Names come from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import (
    CANNOT_COME,
    UNDONE,
    Action,
    AddNote,
    BookAppointment,
    CancelAppointment,
    ChangePhase,
    IssueStandingOrder,
    MoveAppointment,
    OfferSlot,
    RecordScore,
    SendMessage,
    UpdateWaitlistStatus,
)
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.contact import Channel
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session

SHORT = 8  # digits of a pseudonym that tell it from others on a screen
MODALITY = {"in_person": "in person", "video": "by video", "phone": "by phone"}
CHANNEL = {Channel.TEXT: "text", Channel.EMAIL: "e-mail", Channel.PORTAL: "portal message", Channel.CALL: "phone call"}
MESSAGES: Mapping[str, str] = {
    "visit_reminder": "a reminder of the visit",
    "reminder_confirm": "a request to confirm",
    "reminder_again": "a second request to confirm",
    "reminder_call": "a call about the visit",
    "group_rsvp": "the question whether they will come to the group",
    "standby_offer": "word that a time may become free",
    "standby_ended": "word that the time stays taken",
    "visit_moved": "word that the visit has its new time",
    "visit_not_moved": "word that the visit keeps its time",
}
UNDOING = (
    "hsched does not tell the client: call them.",
    "What still waits because of the booking (the waitlist entry's status, a note, a message) is withdrawn; what was done already stays.",
)
OF_A_GROUP = ("Only this client's place in the group: everybody else stays booked. The client sees it on the page they said it on.",)
LEFT = ("The time it leaves becomes free, and may be offered to who waits.",)
PHASES: Mapping[Phase, str] = {
    Phase.SHADOW: "it only records what it would do; nobody is asked, nothing is sent",
    Phase.REVIEW: "a person says yes or no to each proposal",
    Phase.AUTO: "what a standing order covers is done without asking; everything else is asked",
}


class Names(Protocol):
    """How people are named to whoever reads."""

    def client(self, pseudonym: str | None) -> str: ...

    def clinician(self, pseudonym: str | None) -> str: ...


class Pseudonyms:
    """Names for who may not see any, or where none is known."""

    def client(self, pseudonym: str | None) -> str:
        return f"client {pseudonym[:SHORT]}" if pseudonym else "nobody we know"

    def clinician(self, pseudonym: str | None) -> str:
        return f"clinician {pseudonym[:SHORT]}" if pseudonym else "no clinician"


@dataclass(frozen=True)
class Told:
    """An action for people: a headline, what belongs to it, and the client and clinician it is about."""

    title: str
    details: tuple[str, ...] = ()
    client: str = ""
    clinician: str = ""
    at: datetime | None = None
    consequences: tuple[str, ...] = field(default=())

    @property
    def line(self) -> str:
        """Headline and details in one line."""
        return ", ".join((self.title, *self.details))


@dataclass(frozen=True)
class Speaker:
    """Describes actions of one practice on its wall clock, with the names that whoever reads may see."""

    zone: ZoneInfo
    names: Names = field(default_factory=Pseudonyms)
    visits: Mapping[str, Appointment] = field(default_factory=dict, repr=False)  # what is known of coming ones
    waiting: Mapping[str, str] = field(default_factory=dict, repr=False)  # clients of waitlist entries, as far as they are known

    def tell(self, action: Action) -> Told:
        """The action in words."""
        tellers: Mapping[type[Action], Callable[[Any], Told]] = {
            OfferSlot: self._offer,
            BookAppointment: self._book,
            MoveAppointment: self._move,
            CancelAppointment: self._cancel,
            SendMessage: self._message,
            RecordScore: self._score,
            AddNote: self._note,
            UpdateWaitlistStatus: self._status,
            IssueStandingOrder: self._order,
            ChangePhase: self._phase,
        }
        return tellers[type(action)](action)

    def when(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%a}, {local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"

    def _offer(self, action: OfferSlot) -> Told:
        session, client = action.leads_to.booking, self.names.client(action.leads_to.booking.client)
        how = CHANNEL[action.channel]
        return Told(
            f"Offer {self.when(session.starts_at)} to {client}",
            (*self._about(session), f"by {how}", f"to be answered by {self.when(action.answer_by)}"),
            session.client,
            session.clinician,
            session.starts_at,
            (
                f"{client} gets the offer by {how}: at once, or when quiet hours end.",
                f"A yes by {self.when(action.answer_by)} books the time in the EHR without asking you again.",
                "The time stays open for others until somebody says yes; a no, or silence, asks the next on the list.",
                *(["The later visit they would give up for it is cancelled once the new one stands."] if action.instead_of else []),
            ),
        )

    def _book(self, action: BookAppointment) -> Told:
        session = action.booking
        return Told(
            f"Book {self.names.client(session.client)} on {self.when(session.starts_at)}",
            self._about(session),
            session.client,
            session.clinician,
            session.starts_at,
            ("The EHR gets the booking, and it is read back there.", "From your yes on nobody else is offered this time."),
        )

    def _move(self, action: MoveAppointment) -> Told:
        session, before = action.to, f" from {self.when(action.was_at)}" if action.was_at else ""
        return Told(
            f"Move {self.names.client(session.client)}{before} to {self.when(session.starts_at)}",
            self._about(session),
            session.client,
            session.clinician,
            session.starts_at,
            ("The visit gets the new time in the EHR, if it is still what it was when this was proposed.", *(LEFT if before else ())),
        )

    def _cancel(self, action: CancelAppointment) -> Told:
        return Told(
            f"Cancel {self._visit(action.appointment)}",
            (f"with {self.names.clinician(action.of_clinician)}", action.reason.replace("_", " ")),
            **{**self._whose(action.appointment), "clinician": action.of_clinician},
            consequences=(
                "The visit is cancelled in the EHR, if it is still what it was; its time becomes free.",
                *(UNDOING if action.reason == UNDONE else ()),
                *(OF_A_GROUP if action.reason == CANNOT_COME else ()),
            ),
        )

    def _message(self, action: SendMessage) -> Told:
        client, what = self.names.client(action.to.client), MESSAGES.get(action.template, action.template.replace("_", " "))
        visit = self.visits.get(action.appointment or "")
        of_visit = (self.when(visit.session.starts_at), *self._about(visit.session)) if visit else ()
        clinician, at = (visit.session.clinician, visit.session.starts_at) if visit else ("", None)
        if action.to.channel is Channel.CALL:
            return Told(
                f"Call {client}",
                (what, *of_visit),
                action.to.client,
                clinician,
                at,
                ("A task for the staff: it appears on the call list. Nothing is sent.",),
            )
        how = CHANNEL[action.to.channel]
        return Told(
            f"Send {client} {what}",
            (*of_visit, f"by {how}"),
            action.to.client,
            clinician,
            at,
            (f"{client} gets the template's words by {how}: at once, or when quiet hours end. A message cannot be taken back.",),
        )

    def _score(self, action: RecordScore) -> Told:
        return Told(
            f"Write the risk of {self._visit(action.appointment)} into the EHR",
            ("into the field that clinicians do not see",),
            **self._whose(action.appointment),
            consequences=("The EHR's hidden field gets the number.",),
        )

    def _note(self, action: AddNote) -> Told:
        return Told(
            f"Add a note to {self._visit(action.appointment)}",
            (action.template.replace("_", " "),),
            **self._whose(action.appointment),
            consequences=("The EHR gets the template's text as a note.",),
        )

    def _status(self, action: UpdateWaitlistStatus) -> Told:
        client = self.waiting.get(action.entry, "")
        whose = f"{self.names.client(client)} on the waitlist" if client else f"waitlist entry {action.entry[:SHORT]}"
        return Told(
            f"Mark {whose} as {action.status}",
            client=client,
            consequences=("The EHR's waitlist says so from then on.",),
        )

    def _order(self, action: IssueStandingOrder) -> Told:
        order = action.order
        kinds = ", ".join(sorted(one.replace("_", " ") for one in order.action_kinds))
        return Told(
            f"Let {order.use_case.replace('_', ' ')} act by itself: {kinds}",
            (
                f"from confidence {order.min_confidence:g}",
                f"{order.per_day} a day",
                f"until {self.when(order.expires_at)}",
                f"order {order.name}, version {order.version}",
            ),
            consequences=(
                "Two people besides whoever asked must say yes.",
                "In phase auto the use case then does this without asking, within these limits.",
            ),
        )

    def _phase(self, action: ChangePhase) -> Told:
        two = ("Two people besides whoever asked must say yes.",) if action.phase is Phase.AUTO else ()
        return Told(
            f"Put {action.use_case.replace('_', ' ')} into phase {action.phase}",
            (f"on evidence {action.evidence[:SHORT]}",),
            consequences=(*two, f"From then on {PHASES[action.phase]}."),
        )

    def _visit(self, appointment: str) -> str:
        """Whose visit it is, and when; its code where it is not known."""
        visit = self.visits.get(appointment)
        if visit is None:
            return f"visit {appointment[:SHORT]}"
        return f"the visit of {self.names.client(visit.session.client)} on {self.when(visit.session.starts_at)}"

    def _whose(self, appointment: str) -> dict[str, Any]:
        """Client, clinician and time of a visit, where it is known."""
        visit = self.visits.get(appointment)
        return {"client": visit.session.client, "clinician": visit.session.clinician, "at": visit.session.starts_at} if visit else {}

    def _about(self, session: Session) -> tuple[str, ...]:
        kind = str(session.session_type)
        return (
            f"with {self.names.clinician(session.clinician)}",
            f"{kind}, {session.duration_minutes} min, {MODALITY[str(session.modality)]}",
        )
