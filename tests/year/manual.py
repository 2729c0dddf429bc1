"""The usual world: the EHR's own reminder to everybody two days ahead, and a front desk that calls down a list, first come, first served.

The front desk knows the list by heart: it calls nobody whose type, clinician, way, day or hour does not fit. It has so many minutes a day.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hsched_core.domain.appointments import AppointmentStatus, Notice
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, has_consent
from hsched_core.domain.replies import Intent
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import WaitingClient
from tests.year.ehr import BLOCK
from tests.year.life import Life, Sent
from tests.year.office import BOOKING, REPLY
from tests.year.scores import Model
from tests.year.town import Town

NAME = "as usual"
MINUTES_A_DAY = 45  # for openings; with hsched the front desk spends about as many on calls about visits and on replies
LEAST_NOTICE, MOST_NOTICE = timedelta(hours=2), timedelta(days=7)  # as hsched's own
CALLS_EVERY = timedelta(minutes=30)
PLAIN_DAYS, HOUR_OF_MESSAGES, NEAREST = 2, 10, timedelta(hours=3)
WRITTEN = (Channel.TEXT, Channel.EMAIL, Channel.PORTAL)
TEMPLATE = "visit_reminder"
Leaves = Callable[[str], bool]


class Manual:
    """A front desk at work in a town."""

    def __init__(self, life: Life, model: Model, minutes: int = MINUTES_A_DAY, leaves: Leaves = lambda _name: False) -> None:
        """`leaves`: openings, by the cancelled visit, that the front desk leaves alone: where hsched works beside it, those on offer."""
        self.life, self.town, self.model, self._minutes, self._leaves = life, life.town, model, minutes, leaves
        self.open: dict[str, Session] = {}  # cancelled visits whose hour is free
        self.opened: dict[str, datetime] = {}
        self.asked: set[tuple[str, str]] = set()  # entry and visit: nobody is called twice about an hour
        self.calls: Counter[str] = Counter()
        self.risks: list[tuple[str, float]] = []  # what the model would have said, for its figures
        self._said: dict[str, list[ConsentEvent]] = {client: list(one.consents) for client, one in life.town.people.items()}
        self._ignored: Counter[str] = Counter()
        self._called_on: set[tuple[str, object]] = set()
        self._spent = (datetime.min, 0.0)
        self._filled = 0

    def begin(self) -> None:
        self.life.ehr.listeners.append(self._on_notice)
        self.life.at(self.life.office.next_open(self.life.present), self._work)

    # reminders

    def booked(self, appointment: str) -> None:
        """The EHR reminds by itself: at ten, two days before; of a visit booked later, an hour after."""
        session = self.life.ehr.appointments_by_id[appointment].session
        zone = self.town.zone
        day = session.starts_at.astimezone(zone).date() - timedelta(days=PLAIN_DAYS)
        at = datetime(day.year, day.month, day.day, HOUR_OF_MESSAGES, tzinfo=zone)
        self.life.at(max(at, self._morning(self.life.present + timedelta(hours=1))), lambda: self._remind(appointment))
        self.life.at(session.starts_at - timedelta(days=3), lambda: self._score(appointment))

    def _morning(self, at: datetime) -> datetime:
        shown = at.astimezone(self.town.zone)
        if HOUR_OF_MESSAGES <= shown.hour < 20:
            return at
        day = shown if shown.hour < HOUR_OF_MESSAGES else shown + timedelta(days=1)
        return day.replace(hour=HOUR_OF_MESSAGES, minute=0, second=0, microsecond=0)

    def _remind(self, appointment: str) -> None:
        session, now = self.life.ehr.appointments_by_id[appointment].session, self.life.present
        channel = self._channel(session.client)
        if channel and self.life.ehr.is_booked(appointment) and session.starts_at - now > NEAREST:
            self.life.send(Sent(now, session.client, channel, Purpose.REMINDER, TEMPLATE, appointment))

    def _channel(self, client: str) -> Channel | None:
        """What the client consented to and does not object to; the preferred one first."""
        known = self.town.people[client].known
        said = self._said[client]
        order = dict.fromkeys([*([known.preferred] if known.preferred in WRITTEN else []), *WRITTEN])
        allowed = (one for one in order if one not in known.safe.never and has_consent(said, one, Purpose.REMINDER, self.life.present))
        return None if known.safe.is_minor and not known.safe.reaches_guardian else next(allowed, None)

    def _score(self, appointment: str) -> None:
        """What the model would say three days before; nobody looks at it in this world."""
        found = self.life.ehr.appointments_by_id[appointment]
        if self.life.ehr.is_booked(appointment):
            booked = self.town.booked[self.life.ehr.rows[appointment]] if appointment[0] == "a" else self.life.present
            self.risks.append((appointment, self.model.risks(self.life.histories, [(found.session, booked)], self.life.present)[0]))

    def heard(self, client: str, intent: Intent, appointment: str) -> None:
        """An answer to the EHR's text lands in the office; STOP is honoured by the provider at once."""
        if intent is Intent.OPT_OUT:
            self._said[client].append(ConsentEvent(False, self.life.present))
            return
        self.life.at(self.life.office.next_open(self.life.present), lambda: self._deal_with(intent, appointment))

    def _deal_with(self, intent: Intent, appointment: str) -> None:
        self.life.office.spend("replies", REPLY)
        if intent is Intent.CANCEL and self.life.ehr.is_booked(appointment):
            self.life.office.spend("replies", BOOKING)
            self.life.cancel(appointment, "client")

    # openings

    def _on_notice(self, notice: Notice) -> None:
        found = self.life.ehr.appointments_by_id[notice.about]
        if found.status is AppointmentStatus.CANCELLED and not found.by_practice and found.session.client != BLOCK:
            self.open[found.id], self.opened[found.id] = found.session, self.life.present

    def _work(self) -> None:
        """Call about the openings one after the other, those that come first first, until the day's minutes are spent."""
        now = self.life.present
        self.open = {name: one for name, one in self.open.items() if one.starts_at - now > LEAST_NOTICE}
        waiting, minute = self._list(), 0.0
        for name, session in sorted(self.open.items(), key=lambda one: (one[1].starts_at, one[0])):
            if session.starts_at - now <= MOST_NOTICE and self._left() > 0 and self._is_free(session) and not self._leaves(name):
                booked, minute = self._call_about(name, session, waiting, minute)
                waiting = self._list() if booked else waiting
        self.life.at(self.life.office.next_open(now + CALLS_EVERY), self._work)

    def _list(self) -> list[WaitingClient]:
        """Who waits, first come first."""
        return sorted(self.life.ehr.waiting(), key=lambda one: (one.entered_at, one.entry))

    def _call_about(self, name: str, session: Session, waiting: list[WaitingClient], minute: float) -> tuple[bool, float]:
        """Whether somebody was booked, and the minutes spent since this half hour began, after calling about one more opening."""
        for entry in waiting:
            if self._left() <= 0 or timedelta(minutes=minute) >= CALLS_EVERY:
                break
            if (entry.entry, name) in self.asked or not self._fits(entry, session, name):
                continue
            reached, yes = self._rings(entry, name, session)
            spent = self.life.office.phone("calls: openings", reached) + BOOKING * yes
            minute += spent
            self._spent = (self._spent[0], self._spent[1] + spent)
            if yes:
                self.life.office.spend("bookings", BOOKING)
                self._book(entry, session)
                return True, minute
        return False, minute

    def _rings(self, entry: WaitingClient, name: str, session: Session) -> tuple[bool, bool]:
        """Whether somebody picks up, and says yes."""
        now, folk = self.life.present, self.life.folk
        self.asked.add((entry.entry, name))
        self._called_on.add((entry.client, now.astimezone(self.town.zone).date()))
        self.life.send(Sent(now, entry.client, Channel.CALL, Purpose.OFFER, "call", f"{session.clinician}/{session.starts_at}"))
        reached = folk.is_reached(entry.client, now, name)
        wait = self.life.waits[entry.entry]
        chance = folk.chance_by_phone(folk.chance(wait, session, self._ignored[entry.entry], now))
        yes = reached and folk.takes(wait, session, chance)
        self._ignored[entry.entry] += reached and not yes
        self.calls["yes" if yes else "no" if reached else "not reached"] += 1
        return reached, yes

    def _left(self) -> float:
        """Minutes of the day that are left."""
        today = self.life.present.astimezone(self.town.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if self._spent[0] != today:
            self._spent = (today, 0.0)
        return self._minutes - self._spent[1]

    def _fits(self, entry: WaitingClient, session: Session, name: str) -> bool:
        """What is written on the list, and that nobody is called twice a day or against their wish."""
        start = session.starts_at.astimezone(self.town.zone)
        profile = self.town.clinicians[int(session.clinician[1:], 16)]
        person = self.town.people[entry.client]
        wishes = (
            entry.session_type is session.session_type,
            entry.client != session.client,
            entry.modality in (None, session.modality),
            entry.clinician in (None, session.clinician),
            entry.specialties <= profile.specialties,
            not entry.weekdays or start.isoweekday() in entry.weekdays,
            entry.hour_from <= start.hour < entry.hour_to,
            entry.instead_at is None or session.starts_at < entry.instead_at,
            session.modality is Modality.IN_PERSON or (profile.remote and entry.state in profile.states),
            not self._is_seen_that_week(entry, session),
            (entry.client, self.life.present.astimezone(self.town.zone).date()) not in self._called_on,
            Channel.CALL not in person.known.safe.never,
        )
        return all(wishes)

    def _is_seen_that_week(self, entry: WaitingClient, session: Session) -> bool:
        week = session.starts_at.astimezone(self.town.zone).isocalendar()[:2]
        others = (one for one in entry.visits if one != entry.instead_at)
        return any(one.astimezone(self.town.zone).isocalendar()[:2] == week for one in others)

    def _is_free(self, session: Session) -> bool:
        there = self.life.ehr.bookings_over(replace(session, client="nobody"))
        return session.session_type is not SessionType.GROUP and not there

    def _book(self, entry: WaitingClient, session: Session) -> None:
        taken = replace(session, client=entry.client)
        if self.life.ehr.bookings_over(taken):  # the client has another visit then
            return
        self._filled += 1
        name, row = f"5{self._filled:031x}", self.life.waits[entry.entry].row
        self.life.ehr.as_("staff").leave_list(entry.entry)
        self.life.ehr.put(name, taken, row)
        if entry.instead_of and self.life.ehr.is_booked(entry.instead_of):
            self.life.ehr.as_("staff").give_up(entry.instead_of)
        self.life.filled(name)


def lived(town: Town, model: Model, minutes: int = MINUTES_A_DAY) -> Manual:
    """The town's year as usual."""
    manual = Manual(Life(town), model, minutes)
    manual.life.live(manual)
    return manual
