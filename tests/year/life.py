"""One of the two worlds, event by event under a virtual clock: the practice's own bookings, what clients do, and what they are sent.

What this world's front desk does about openings and reminders is its `Desk`: hsched (`platform.py`), or a static list (`manual.py`).
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from hsched_core.domain.appointments import AppointmentStatus, Notice
from hsched_core.domain.contact import Channel, Purpose
from hsched_core.domain.replies import Intent
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import SessionType
from hsched_sandbox.world import End
from tests.path_world import CALENDAR
from tests.year.ehr import CONDUCT, YearEhr
from tests.year.folk import Folk, Help, Said
from tests.year.office import Office
from tests.year.scores import Histories
from tests.year.town import Town, Wait, visit_of


class Desk(Protocol):
    """What makes the worlds differ."""

    def begin(self) -> None:
        """Everybody is there; the first day begins."""
        ...

    def booked(self, appointment: str) -> None:
        """A visit stands in the calendar."""
        ...

    def heard(self, client: str, intent: Intent, appointment: str) -> None:
        """A client wrote back about a visit."""
        ...


@dataclass(frozen=True)
class Sent:
    """A message that really left. `about`: the appointment, or the opening's hour."""

    at: datetime
    client: str
    channel: Channel
    purpose: Purpose
    template: str
    about: str = ""
    answers: str = ""  # the client's own message that it answers


@dataclass(order=True)
class _Due:
    at: datetime
    seq: int
    act: Callable[[], None] = field(compare=False)


class Life:
    """A world that is lived from the first day to the last."""

    def __init__(self, town: Town) -> None:
        self.town, self.folk = town, Folk(town)
        self.present = town.begins
        self.ehr = YearEhr(self.now, CONDUCT, CALENDAR, town=town)
        self.office = Office(town)
        self.histories = Histories(town)
        self.sent: list[Sent] = []
        self.had: dict[str, Help] = defaultdict(Help)
        self.counts: Counter[str] = Counter()
        self.waits: dict[str, Wait] = {}
        self._instead: dict[str, str] = {}  # visit -> the entry whose client would give it up
        self.ehr.listeners.append(self._on_change)
        self._due: list[_Due] = []
        self._seq = 0
        self._desk: Desk | None = None

    def now(self) -> datetime:
        return self.present

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Do it then; what lies behind happens next."""
        self._seq += 1
        heapq.heappush(self._due, _Due(max(when, self.present).astimezone(UTC), self._seq, act))

    def live(self, desk: Desk) -> None:
        """The whole time."""
        self._desk = desk
        for row in np.flatnonzero(self.town.is_lived).tolist():
            self._expect(row)
        for wait in self.town.waits:
            self._expect_entry(wait)
        desk.begin()
        while self._due and self._due[0].at < self.town.ends:
            due = heapq.heappop(self._due)
            self.present = due.at
            due.act()
        self.present = self.town.ends

    # the practice's own bookings

    def _expect(self, row: int) -> None:
        closed = self.town.closed[row] if not self.town.is_kept[row] else None
        if closed is None or closed > self.town.begins:
            self.at(self.town.booked[row], lambda: self._book(row))

    def _book(self, row: int) -> None:
        source = int(self.town.world.visits.replaces[row])
        if source >= 0 and self.town.is_lived[source] and not self._was_called_off(source):
            return  # the visit it stands in for took place otherwise
        session, name = self.town.sessions[row], visit_of(row)
        self.ehr.unblock(session)
        if any(not _one_group(one.session, session) for one in self.ehr.bookings_over(session)):
            self.counts["own bookings without room"] += 1
            return
        self.ehr.as_("practice").put(name, session, row)
        self._await_end(name)
        if not self.town.is_kept[row]:
            self.at(self.town.closed[row] or session.starts_at, lambda: self._call_off(row))

    def _was_called_off(self, row: int) -> bool:
        """Whether the visit was called off as the sandbox has it, and not given up for an earlier one."""
        found = self.ehr.appointments_by_id.get(visit_of(row))
        return found is None or (found.status is AppointmentStatus.CANCELLED and visit_of(row) not in self.ehr.given_up)

    def _call_off(self, row: int) -> None:
        """The client, or the office, calls off. Where the practice has a use for the hour, staff keep it."""
        name, session = visit_of(row), self.town.sessions[row]
        if not self.ehr.is_booked(name):
            return
        by_office = int(self.town.world.visits.end[row]) == End.CLINIC_CANCEL
        if session.session_type is not SessionType.GROUP and row in self.town.taken_later:
            self.ehr.as_("office").block(session)
        self.ehr.as_("office" if by_office else "client").change(name, AppointmentStatus.CANCELLED, by_office)

    def _await_end(self, name: str) -> None:
        appointment = self.ehr.appointments_by_id[name]
        session, row = appointment.session, self.ehr.rows[name]
        lead = min(self.town.start[row] - self.town.late[row], 0.5 * (session.starts_at - self.present))
        self.at(session.starts_at - lead, lambda: self._late(name))
        self.at(session.starts_at, lambda: self._end(name))
        assert self._desk is not None
        self._desk.booked(name)

    def _late(self, name: str) -> None:
        """The moment at which the client would cancel late."""
        if self.ehr.is_booked(name) and self.will_miss(name) and self.folk.says_so(self.ehr.rows[name]):
            self.cancel(name, "client")

    def _end(self, name: str) -> None:
        if self.ehr.is_booked(name):
            missed = self.will_miss(name)
            self.ehr.as_("practice").change(name, AppointmentStatus.NO_SHOW if missed else AppointmentStatus.FULFILLED)
            self.histories.add(self.ehr.appointments_by_id[name].session, missed)

    def will_miss(self, name: str) -> bool:
        """Whether the visit goes unused, after what was done for it so far."""
        row = self.ehr.rows[name]
        is_own = name == visit_of(row) or visit_of(row) in self.ehr.given_up
        return self.folk.is_unused(row, self.ehr.appointments_by_id[name].session, self.had[name], instead=not is_own)

    # what desks do in the calendar

    def cancel(self, name: str, by: str) -> None:
        """A booked visit is cancelled: a client's word, written down."""
        appointment = self.ehr.appointments_by_id[name]
        self.ehr.as_(by).change(name, AppointmentStatus.CANCELLED)
        if appointment.session.starts_at - self.present < timedelta(days=1):
            self.histories.add(appointment.session, True)

    def filled(self, name: str) -> None:
        """A booking of an opening stands: it has an end like any other."""
        self._await_end(name)

    # messages and their effects

    def send(self, message: Sent) -> None:
        """It leaves. A reminder has its effect, and sometimes an answer."""
        self.sent.append(message)
        if message.purpose is Purpose.REMINDER and message.about and message.channel is not Channel.CALL:
            had = self.had[message.about]
            self.had[message.about] = replace(had, texts=had.texts + 1)
            self._await_answer(message)

    def call(self, name: str, client: str) -> None:
        """Staff ring about a visit; whether or not anybody picks up, it counts as the trials counted it."""
        had = self.had[name]
        self.had[name] = replace(had, calls=had.calls + 1)
        session = self.ehr.appointments_by_id[name].session
        notice = session.starts_at - self.present
        if notice > timedelta(days=1) and self.folk.cancels_when_reminded(self.ehr.rows[name], "call", "call"):
            self.cancel(name, "client")

    def _await_answer(self, message: Sent) -> None:
        name = message.about
        notice = self.ehr.appointments_by_id[name].session.starts_at - self.present
        said = self.folk.answer(self.ehr.rows[name], message.template, not self.will_miss(name), notice)
        if said:
            self.at(self.present + said.after, lambda: self._say(message, said))

    def _say(self, message: Sent, said: Said) -> None:
        if self.ehr.is_booked(message.about) or said.intent is Intent.OPT_OUT:
            assert self._desk is not None
            self.counts[f"answers: {said.intent}"] += 1
            self._desk.heard(message.client, said.intent, message.about)

    # the waitlist

    def _expect_entry(self, wait: Wait) -> None:
        entry = wait.entry
        self.at(entry.entered_at, lambda: self._enter(wait))
        self.at(wait.until, lambda: self.ehr.leave_list(entry.entry))

    def _enter(self, wait: Wait) -> None:
        """Somebody waits, unless the visit they would give up is gone already."""
        later = wait.entry.instead_of
        if later is None or self.ehr.is_booked(later):
            self.waits[wait.entry.entry] = wait
            self.ehr.open_entry(wait.entry, wait.row)
            if later:
                self._instead[later] = wait.entry.entry

    def _on_change(self, notice: Notice) -> None:
        """Who waited to have a visit earlier that is over or called off waits no longer."""
        entry = self._instead.get(notice.about)
        if entry and not self.ehr.is_booked(notice.about):
            self.ehr.leave_list(entry)


def _one_group(one: Session, other: Session) -> bool:
    shared = (one.clinician, one.starts_at) == (other.clinician, other.starts_at)
    return shared and one.client != other.client and one.session_type is other.session_type is SessionType.GROUP
