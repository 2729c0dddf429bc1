"""An EHR in memory with a calendar, a waitlist and clinicians: door, `CalendarReader` and `PracticeReader` in one, over pseudonyms."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hsched_core.domain.actions import Action, BookAppointment, CancelAppointment, MoveAppointment, UpdateWaitlistStatus
from hsched_core.domain.appointments import Appointment, AppointmentStatus, Notice, NoticeKind
from hsched_core.domain.errors import UserError
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import WaitlistStatus
from hsched_core.domain.waiting import ClinicianProfile, WaitingClient
from hsched_core.policy.facts import CalendarFacts, Commitment
from hsched_core.ports import Permit, Refused, Reply
from tests.fake_other_side import COMMITS, Effect, Fault, OtherSide

Listener = Callable[[Notice], None]


@dataclass
class FakeEhr(OtherSide):
    """Appointments by id. Every change is told to `listeners`, as a webhook would; `is_down` answers nobody."""

    appointments_by_id: dict[str, Appointment] = field(default_factory=dict)
    entries: dict[str, WaitingClient] = field(default_factory=dict)
    profiles: list[ClinicianProfile] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    refuses_conflicts: bool = True
    is_down: bool = False
    keys: dict[str, str] = field(default_factory=dict)  # appointment -> the key it was booked under
    one_at_a_time: threading.RLock = field(default_factory=threading.RLock)

    # What people do at the EHR

    def book(self, name: str, session: Session) -> Appointment:
        """Somebody books there."""
        return self._put(Appointment(name, "1", session, AppointmentStatus.BOOKED, self.now()))

    def book_if_free(self, name: str, session: Session) -> bool:
        """Staff at the EHR's own screen, which refuses what overlaps."""
        with self.one_at_a_time:
            if self.bookings_over(session):
                return False
            self.book(name, session)
            return True

    def change(self, name: str, status: AppointmentStatus, by_practice: bool = False) -> Appointment:
        """Somebody cancels there, or takes it back."""
        before = self.appointments_by_id[name]
        return self._put(replace(before, status=status, version=self._next(name), updated_at=self.now(), by_practice=by_practice))

    def move(self, name: str, starts_at: datetime) -> Appointment:
        """Somebody gives it another time."""
        before = self.appointments_by_id[name]
        session = replace(before.session, starts_at=starts_at)
        return self._put(replace(before, session=session, version=self._next(name), updated_at=self.now()))

    # PracticeReader

    def appointment(self, appointment: str) -> Appointment | None:
        self._answers()
        return self.appointments_by_id.get(appointment)

    def appointments(self, start: datetime, end: datetime) -> Sequence[Appointment]:
        self._answers()
        there = list(self.appointments_by_id.values())
        return [one for one in there if one.session.starts_at < end and start < one.session.ends_at]

    def changed_since(self, instant: datetime) -> Sequence[Appointment]:
        return [one for one in self.appointments_by_id.values() if one.updated_at >= instant]

    def waiting(self) -> Sequence[WaitingClient]:
        self._answers()
        return list(self.entries.values())

    def clinicians(self) -> Sequence[ClinicianProfile]:
        return self.profiles

    def set_aside(self) -> Mapping[str, int]:
        return {}

    # Door and CalendarReader

    def perform(self, permit: Permit) -> Reply:
        with self.one_at_a_time:
            return self._perform(permit)

    def _perform(self, permit: Permit) -> Reply:
        wanted = permit.action.session if isinstance(permit.action, BookAppointment | MoveAppointment) else None
        fault = self.faults[0] if self.faults else Fault.NONE
        others = [one for one in self.bookings_over(wanted) if one.id != permit.action.touches] if wanted else []
        if self.refuses_conflicts and fault in COMMITS and others:
            self.calls.append(permit)
            return Refused("http_409")
        return super().perform(permit)

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        self._answers()
        if self.shows:
            return self.shows
        taking = [one for one in list(self.appointments_by_id.values()) if one.takes_time and self.keys.get(one.id) != (key or "none")]
        touched = self.appointments_by_id.get(action.touches or "")
        commitments = tuple(Commitment(one.id, one.session) for one in taking)
        ours = tuple(one for one in commitments if action.session and one.session.clinician == action.session.clinician)
        return replace(self.facts, commitments=commitments, day=ours, version=touched.version if touched else None)

    def bookings_over(self, session: Session) -> list[Appointment]:
        """Appointments that take time from the session's clinician or client."""
        return [one for one in list(self.appointments_by_id.values()) if one.takes_time and one.session.overlaps(session)]

    def _commit(self, permit: Permit, fault: Fault, at: datetime | None = None) -> None:
        count = len(self.effects)
        super()._commit(permit, fault, at)
        for effect in self.effects[count:]:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        action = effect.action
        if isinstance(action, BookAppointment):
            name = self._reference(effect)
            self.keys[name] = effect.key
            self.book(name, action.booking)
        elif isinstance(action, MoveAppointment):
            self.move(action.appointment, action.to.starts_at)
        elif isinstance(action, CancelAppointment):
            self.change(action.appointment, AppointmentStatus.CANCELLED)
        elif isinstance(action, UpdateWaitlistStatus) and action.status is not WaitlistStatus.WAITING:
            self.entries.pop(action.entry, None)

    def _reference(self, effect: Effect) -> str:
        return f"{0xE0000 + self.effects.index(effect):032x}"

    def _put(self, appointment: Appointment) -> Appointment:
        self.appointments_by_id[appointment.id] = appointment
        for listener in self.listeners:
            listener(Notice(NoticeKind.APPOINTMENT, appointment.id, self.now()))
        return appointment

    def _next(self, name: str) -> str:
        return str(int(self.appointments_by_id[name].version) + 1)

    def _answers(self) -> None:
        if self.is_down:
            raise UserError("The EHR does not answer.", "It is asked again.")
