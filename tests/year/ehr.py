"""The practice's EHR for a year: the calendar in memory of the tests, found by day and person, and who put what there.

It accepts double bookings, as OpenEMR and Easy!Appointments do: only the path, or the front desk's own look, prevents them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from hsched_core.domain.actions import Action, BookAppointment, CancelAppointment, UpdateWaitlistStatus
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import SessionType
from hsched_core.domain.waiting import WaitingClient
from hsched_core.policy.facts import CalendarFacts, Commitment, Credentials, Licence
from hsched_core.ports import Capabilities, KnownClient, Permit
from tests.fake_ehr import FakeEhr
from tests.fake_other_side import Effect, Fault
from tests.year.town import Town

CONDUCT = Capabilities(honours_keys=True, can_search=True, reads_back=True, max_latency=timedelta(seconds=30))
BLOCK = "b" + "0" * 31  # stands in the calendar where staff keep an hour: for the next series, for a visit that was moved
RECENTLY = timedelta(days=120)
WEEK = 7
AROUND = timedelta(days=21)  # of the visits that the waitlist looks at
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """Something that happened in the calendar; `by`: practice, client, office, platform, staff."""

    at: datetime
    what: AppointmentStatus
    appointment: str
    by: str


@dataclass
class YearEhr(FakeEhr):
    """Door and readers of one world's EHR. `log` and `rows` are the truth that is counted."""

    town: Town = field(kw_only=True)
    log: list[Line] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)  # appointment -> the row whose client and chances stand behind it
    by: str = "practice"
    by_day: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    by_person: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    known: dict[str, KnownClient] = field(default_factory=dict)  # clients with a visit or an entry
    entries_of: dict[str, list[tuple[SessionType, int]]] = field(default_factory=lambda: defaultdict(list))  # every one, by client
    numbered: dict[str, int] = field(default_factory=dict)  # effects by key
    given_up: set[str] = field(default_factory=set)  # visits that were cancelled for an earlier one
    cancelled: dict[str, Line] = field(default_factory=dict)  # the last line of each appointment that was called off
    left_list: dict[str, datetime] = field(default_factory=dict)  # entries of the waitlist that are over

    def __post_init__(self) -> None:
        self.refuses_conflicts = False
        self.profiles = list(self.town.clinicians)
        self._credentials = {one.clinician: _credentials(self.town, one.clinician) for one in self.profiles}

    # what people do

    def as_(self, by: str) -> "YearEhr":
        """Whatever is done next is theirs."""
        self.by = by
        return self

    def open_entry(self, entry: WaitingClient, row: int) -> None:
        self.entries[entry.entry] = entry
        self.entries_of[entry.client].append((entry.session_type, row))
        self._knows(entry.client)

    def leave_list(self, entry: str) -> None:
        """The entry is over: placed, given up, run out."""
        if self.entries.pop(entry, None):
            self.left_list[entry] = self.now()

    def give_up(self, name: str) -> None:
        """A later visit is cancelled for an earlier one."""
        self.given_up.add(name)
        self.change(name, AppointmentStatus.CANCELLED)

    def block(self, session: Session) -> None:
        """Staff keep the hour."""
        self.put(f"{BLOCK[:8]}{len(self.log):024x}", replace(session, client=BLOCK), -1)

    def unblock(self, session: Session) -> None:
        """Whoever the hour was kept for comes: nobody outside is told."""
        for name in [one.id for one in self.bookings_over(session) if one.session.client == BLOCK]:
            gone = self.appointments_by_id.pop(name)
            self.by_day[gone.session.starts_at.astimezone(UTC).toordinal()].pop(name)
            for person in (gone.session.client, gone.session.clinician):
                self.by_person[person].pop(name)

    def put(self, name: str, session: Session, row: int) -> Appointment:
        """Somebody books; `row` stands behind it."""
        self.rows[name] = row
        return self.book(name, session)

    def is_booked(self, name: str) -> bool:
        found = self.appointments_by_id.get(name)
        return found is not None and found.status is AppointmentStatus.BOOKED

    # what is read

    def appointments(self, start: datetime, end: datetime) -> Sequence[Appointment]:
        days = range((start - A_DAY).toordinal(), (end + A_DAY).toordinal() + 1)
        there = (self.appointments_by_id[name] for day in days for name in self.by_day.get(day, ()))
        return [one for one in there if one.session.starts_at < end and start < one.session.ends_at]

    def bookings_over(self, session: Session) -> list[Appointment]:
        day = session.starts_at.astimezone(UTC).toordinal()
        there = (self.appointments_by_id[name] for near in (day - 1, day, day + 1) for name in self.by_day.get(near, ()))
        return [one for one in there if one.takes_time and one.session.overlaps(session)]

    def known_clients(self) -> Sequence[KnownClient]:
        return list(self.known.values())

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        session = action.session
        taking = [one for one in self.bookings_over(session) if self.keys.get(one.id) != (key or "none")] if session else []
        client = action.outreach.client if action.outreach else session.client if session else ""
        person = self.town.people.get(client)
        touched = self.appointments_by_id.get(action.touches or "")
        return CalendarFacts(
            commitments=tuple(Commitment(one.id, one.session) for one in taking),
            version=touched.version if touched else None,
            credentials=self._credentials[session.clinician] if session else None,
            client_state=person.state if person else None,
            site_state="NY",
            client_zone=person.known.zone if person else None,
            **({"safe": person.known.safe} if person else {}),
        )

    def waiting(self) -> Sequence[WaitingClient]:
        """The entries with what the calendar says about each client's care, as the sandbox's EHR tells it (`hsched_sandbox.ehr.care`)."""
        return [self._cared_for(entry) for entry in self.entries.values()]

    def _cared_for(self, entry: WaitingClient) -> WaitingClient:
        now = self.now()
        kept = sorted((one.session for one in self._of(entry.client) if one.takes_time), key=lambda one: one.starts_at)
        begun = [one for one in kept if one.starts_at <= now]
        usual = begun[-1] if begun else kept[0] if kept else None
        visits = tuple(one.starts_at for one in kept if now - AROUND < one.starts_at < now + AROUND)
        cadence = _interval(kept, now)
        return replace(entry, sees=usual.clinician if usual else None, visits=visits, cadence_days=cadence)

    def _of(self, person: str) -> list[Appointment]:
        return [self.appointments_by_id[name] for name in self.by_person.get(person, ())]

    # what hsched does

    def _commit(self, permit: Permit, fault: Fault, at: datetime | None = None) -> None:
        self.by = "platform"
        self.numbered.setdefault(permit.key, len(self.effects))
        super()._commit(permit, fault, at)
        self.by = "practice"

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect.action, BookAppointment):
            self.rows[self._reference(effect)] = self._row_of(effect.action)
        if isinstance(effect.action, CancelAppointment):
            if self.is_booked(effect.action.appointment):
                self.give_up(effect.action.appointment)
        elif isinstance(effect.action, UpdateWaitlistStatus):
            self.leave_list(effect.action.entry)
        else:
            super()._carry_out(effect)

    def _row_of(self, action: BookAppointment) -> int:
        """The row behind the client's newest entry for such a session."""
        return [row for kind, row in self.entries_of[action.booking.client] if kind is action.booking.session_type][-1]

    def _reference(self, effect: Effect) -> str:
        return f"f{self.numbered[effect.key]:031x}"

    def _put(self, appointment: Appointment) -> Appointment:
        session = appointment.session
        self.by_day[session.starts_at.astimezone(UTC).toordinal()][appointment.id] = None
        self.by_person[session.client][appointment.id] = None
        self.by_person[session.clinician][appointment.id] = None
        self._knows(session.client)
        line = Line(self.now(), appointment.status, appointment.id, self.by)
        self.log.append(line)
        if appointment.status is AppointmentStatus.CANCELLED:
            self.cancelled[appointment.id] = line
        return super()._put(appointment)

    def _knows(self, client: str) -> None:
        if client in self.town.people:
            self.known.setdefault(client, self.town.people[client].known)


def _credentials(town: Town, clinician: str) -> Credentials:
    """The sandbox's licences, renewed in time: nobody's runs out in the year."""
    profile = next(one for one in town.clinicians if one.clinician == clinician)
    begins, ends = town.begins - timedelta(days=999), town.ends + timedelta(days=999)
    return Credentials(profile.discipline, tuple(Licence(state, begins, ends) for state in sorted(profile.states)), home_state="NY")


def _interval(kept: Sequence[Session], now: datetime) -> int | None:
    """Days between the visits of a series of which one is still to come."""
    recurring = [one.starts_at for one in kept if one.session_type is not SessionType.INTAKE and one.starts_at > now - RECENTLY]
    if len(recurring) < 2 or kept[-1].starts_at <= now:
        return None
    return WEEK * max(1, round(median((later - earlier) / timedelta(days=WEEK) for earlier, later in pairwise(recurring))))
