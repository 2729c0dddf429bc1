"""The desk of replies: reads what clients wrote, does what cannot wait, and gives the rest to a person, with the reasons.

A crisis comes first in every round: contact is stopped, then a person is paged, until one takes it. None of that asks the EHR.
Every method may be called at any time, again, and by several workers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Inbound
from hsched_core.domain.errors import HschedError, SafeError, UserError
from hsched_core.domain.lifecycle import MAY_HAVE_HAPPENED, State
from hsched_core.domain.offers import OfferState
from hsched_core.domain.people import Person
from hsched_core.domain.replies import BUTTONS, InboundText, Intent, Language, Letter, Page, Reading, Reason, Reply, ReplyState, Resolution
from hsched_core.domain.standby import StandbyState
from hsched_core.policy.messages import check_close, check_deal, check_read
from hsched_core.ports import Clock, PracticeReader
from hsched_core.ports.replies import PageError, Pager, RepliesStore, RepliesTransaction
from hsched_core.replies.moments import Said, said
from hsched_core.replies.reading import NAMES_TIME, read
from hsched_core.use_cases.replies import BEGAN, HORIZON, Situation, Visit, at_once, then, with_button, withdrawn
from hsched_core.workflow import reply_trail as trail
from hsched_core.workflow.standby_steps import answer

AT_ONCE, MOST_ROUNDS = 500, 20  # messages of one batch, and batches of one round
MOST_FAILURES = 3  # calls of one round that do not get through: opt-outs wait for it
SENT = MAY_HAVE_HAPPENED | {State.CONFIRMED}
UNREADABLE = Reading(Intent.UNCLEAR, Language.UNKNOWN, ("unclear.unreadable",))


@dataclass(frozen=True)
class ReplyRules:
    """The desk's times, by the practice's clock."""

    pages_again_after: timedelta = timedelta(minutes=5)  # until somebody takes it
    waits_for_ehr: timedelta = timedelta(minutes=15)  # then a person gets the reply without the client's visits


class RepliesDesk:
    """The replies of one practice."""

    def __init__(
        self,
        store: RepliesStore,
        reader: Callable[[], PracticeReader],
        pager: Pager,
        clock: Clock,
        practice: str,
        rules: ReplyRules | None = None,
        zone_of: Callable[[str], tzinfo] = lambda _client: UTC,
    ) -> None:
        """`zone_of`: the wall clock by which a client is told of visits, and names hours."""
        self._zone_of = zone_of
        self._store, self._reader, self._pager, self._clock, self._practice = store, reader, pager, clock, practice
        self.rules = rules or ReplyRules()

    def advance(self) -> Mapping[str, int]:
        """Everything that is due: crises first, then opt-outs and whatever else the words alone decide, then what the visits decide."""
        done: Counter[str] = Counter()
        for _ in range(MOST_ROUNDS):
            if self._work_on_unread(done) < AT_ONCE:
                break
        self._look_at_visits(done)
        return done

    def _work_on_unread(self, done: Counter[str]) -> int:
        """All of a batch is read before any of it is worked on; how many that were."""
        found = [(message, self._read(message)) for message in self._store.unread(AT_ONCE)]
        grave = [one for one in found if at_once(one[1]).reasons]
        self._begin_all(grave, done)
        self._page(done)
        ordered = sorted((one for one in found if one not in grave), key=lambda one: list(Intent).index(one[1].intent))
        self._begin_all(ordered, done)
        return len(found)

    def waiting(self) -> Sequence[Reply]:
        """Replies that a person has, the gravest first, then the oldest; those nobody has read yet at the end."""
        order = list(Reason)
        found = self._store.standing(ReplyState.WAITING, ReplyState.READ, ReplyState.RECEIVED)
        return sorted(found, key=lambda one: (min(map(order.index, one.reasons), default=len(order)), one.message.received_at))

    def take(self, message: str, person: Person) -> Reply:
        """The person has it now: nobody is paged about it any more."""
        check_deal(person, self._practice)
        with self._store.transaction() as tx:
            reply, now = _known(tx, message), self._clock.now()
            _check_open(reply)
            return self._step(tx, reply, "taken", now, actor=person.token, taken_by=person.token, taken_at=now)

    def show(self, message: str, person: Person, clinicians: Iterable[str] = ()) -> Letter:
        """The words, once it is written down who read them. `clinicians` are those the client sees."""
        check_read(person, frozenset(clinicians), self._practice)
        with self._store.transaction() as tx:
            reply = _known(tx, message)
            tx.record(audit=trail.stepped(reply, "shown", self._clock.now(), actor=person.token))
        return self._store.letter(message)

    def resolve(self, message: str, person: Person, resolution: Resolution) -> Reply:
        """A person has dealt with it. Contact goes on where no other reply of the client stands against it."""
        with self._store.transaction() as tx:
            reply, now = _known(tx, message), self._clock.now()
            _check_open(reply)
            if reply.state is ReplyState.RECEIVED:
                raise UserError("No rule has read this reply yet.", "Run `hsched replies work` first.")
            check_close(person, reply, self._practice)
            if resolution is Resolution.OPTED_OUT:
                self._withdraw(tx, reply, (None,), now, person.token)
            done = self._step(tx, reply, "resolved", now, actor=person.token, state=ReplyState.DONE, resolution=resolution)
            for client in reply.clients:
                if not any(other.pauses for other in tx.replies_of(client)) and tx.contact_facts(client, "").is_paused:
                    tx.set_paused(client, None, audit=trail.resumed(client, reply.message, now, person.token))
            return done

    def clinicians_of(self, message: str) -> frozenset[str]:
        """The clinicians whom the client of a reply sees within two weeks, either way."""
        with self._store.transaction() as tx:
            clients = _known(tx, message).clients
        now = self._clock.now()
        around = self._reader().appointments(now - HORIZON, now + HORIZON)
        return frozenset(one.session.clinician for one in around if one.session.client in clients)

    def _read(self, message: InboundText) -> Reading:
        try:
            text = self._store.text_of(message.id)
        except SafeError:
            return UNREADABLE
        if message.pressed is None:
            return read(text)
        words = text.removeprefix(BUTTONS[message.pressed]).strip()
        return with_button(message.pressed, read(words) if words else None)

    def _begin_all(self, found: Iterable[tuple[InboundText, Reading]], done: Counter[str]) -> None:
        for message, reading in found:
            if self._begin(message, reading):
                done[str(reading.intent)] += 1

    def _begin(self, message: InboundText, reading: Reading) -> bool:
        """What cannot wait, in one transaction; False where another worker was first."""
        found = at_once(reading)
        with self._store.transaction() as tx:
            reply, now = tx.reply(message.id), self._clock.now()
            if reply is None or reply.state is not ReplyState.RECEIVED:
                return False
            if found.pauses:
                for client in reply.clients:
                    tx.set_paused(client, now, audit=trail.paused(client, message, now))
            self._withdraw(tx, reply, withdrawn(reading, message.channel), now)
            if message.client:
                inbound = Inbound(message.id, message.received_at)
                tx.add_message(message.client, inbound, audit=trail.wrote(message.client, message, now))
            if found.needs_visits and message.client:
                self._step(tx, reply, "read", now, state=ReplyState.READ, reading=reading, reasons=found.reasons)
                return True
            told = then(reading, Situation(message))
            state = ReplyState.WAITING if told.reasons else ReplyState.DONE
            self._step(tx, reply, "read", now, state=state, reading=reading, reasons=told.reasons)
            return True

    def _page(self, done: Counter[str]) -> None:
        """Call a person about every reply that is due. Calls that fail are made again in the next round; after a few, this one goes on."""
        now = self._clock.now()
        for reply in self._store.standing(ReplyState.WAITING, ReplyState.READ):
            if not self._is_due(reply, now) or done["page_failed"] >= MOST_FAILURES:
                continue
            page = Page(self._practice, reply.id, reply.reasons[0], reply.message.received_at, reply.pages + 1)
            try:
                self._pager.page(page)
            except PageError as error:
                done["page_failed"] += 1
                with self._store.transaction() as tx:
                    tx.record(audit=trail.stepped(reply, "page_failed", now, reason=error.reason))
                continue
            done["paged"] += 1
            # Written down after the call: a worker that dies in between calls once too often, not once too few.
            with self._store.transaction() as tx:
                self._step(tx, _known(tx, reply.id), "paged", now, pages=page.number, paged_at=now)

    def _is_due(self, reply: Reply, now: datetime) -> bool:
        return reply.calls_somebody and (reply.paged_at is None or now - reply.paged_at >= self.rules.pages_again_after)

    def _look_at_visits(self, done: Counter[str]) -> None:
        """Replies whose client's visits have a say. An EHR that does not answer is asked again, for a while."""
        replies = self._store.standing(ReplyState.READ)
        if not replies:
            return
        now = self._clock.now()
        try:
            around = [*self._reader().appointments(now - BEGAN - timedelta(days=1), now + HORIZON + timedelta(days=1))]
            around += self._named({one.message.about for one in replies} - {one.id for one in around})
        except (HschedError, OSError):
            for reply in replies:
                self._give_up_on_visits(reply, done)
            return
        for reply in replies:
            theirs = [one for one in around if one.session.client == reply.message.client]
            named = self._said(reply)
            with self._store.transaction() as tx:
                stored = tx.reply(reply.id)
                if stored is None or stored.state is not ReplyState.READ or stored.reading is None:
                    continue
                visits = [
                    Visit(
                        one.id,
                        one.session.starts_at,
                        one.status is AppointmentStatus.BOOKED,
                        one.updated_at,
                        _asked_at(tx, one.id),
                        one.session.modality,
                    )
                    for one in theirs
                ]
                offers = [one.id for one in tx.unfinished_offers() if one.client == reply.message.client and one.state is OfferState.SENT]
                asked = (one for one in tx.standbys(client=reply.message.client or "nobody") if one.state is StandbyState.ASKED)
                standbys = {one.id: one for one in asked}
                told = then(stored.reading, Situation(reply.message, visits, offers, tuple(standbys), *named))
                if told.stands_by:
                    answer(tx, standbys[told.stands_by], self._clock.now(), trail.DESK, says_yes=True, reference=reply.id)
                state = ReplyState.WAITING if told.reasons else ReplyState.DONE
                kept: dict[str, Any] = {"reasons": told.reasons, "visit": told.visit, "confirms": told.confirms}
                self._step(tx, stored, "confirmed" if told.confirms else "sorted", self._clock.now(), state=state, **kept)
                done["confirmed" if told.confirms else "sorted"] += 1

    def _said(self, reply: Reply) -> tuple[Said | None, tzinfo]:
        """What a yes names of a visit, which is nowhere but in its words; where it names nothing they are not opened."""
        if reply.reading is None or NAMES_TIME not in reply.reading.rules or reply.message.client is None:
            return None, UTC
        try:
            return said(self._store.text_of(reply.id)), self._zone_of(reply.message.client)
        except (HschedError, OSError):
            return None, UTC  # not to be read, or nobody says where the client is: a person's

    def _named(self, appointments: Iterable[str]) -> list[Appointment]:
        """Visits further away, on whose pages clients pressed something."""
        found = (self._reader().appointment(one) for one in appointments if one)
        return [one for one in found if one is not None]

    def _give_up_on_visits(self, reply: Reply, done: Counter[str]) -> None:
        done["ehr_silent"] += 1
        if self._clock.now() - reply.message.received_at < self.rules.waits_for_ehr:
            return
        with self._store.transaction() as tx:
            stored = tx.reply(reply.id)
            if stored and stored.reading and stored.state is ReplyState.READ:
                told = then(stored.reading, Situation(reply.message)).reasons
                reasons = (*(one for one in told if one is not Reason.NO_VISIT), Reason.EHR_SILENT)
                self._step(tx, stored, "sorted", self._clock.now(), state=ReplyState.WAITING, reasons=reasons)

    def _withdraw(
        self, tx: RepliesTransaction, reply: Reply, channels: Iterable[Channel | None], now: datetime, actor: str = trail.DESK
    ) -> None:
        """Every purpose, from now on: the law gives days, and the client said stop. A person may narrow it with them."""
        for channel in channels:
            event = ConsentEvent(given=False, at=now, channel=channel)
            for client in reply.clients:
                tx.add_consent(client, event, audit=trail.withdrawn(client, event, reply.message, now, actor))

    def _step(self, tx: RepliesTransaction, reply: Reply, what: str, now: datetime, *, actor: str = trail.DESK, **changes: Any) -> Reply:
        state = changes.get("state", reply.state)
        moved = replace(reply, **changes, version=reply.version + 1, since=reply.since if state is reply.state else now)
        told = {"outcome": str(moved.resolution)} if moved.resolution else {}
        tx.put_reply(moved, audit=trail.stepped(moved, what, now, actor=actor, **told))
        return moved


def _known(tx: RepliesTransaction, message: str) -> Reply:
    reply = tx.reply(message)
    if reply is None:
        raise UserError("There is no reply of that id.", "See `hsched replies`.")
    return reply


def _check_open(reply: Reply) -> None:
    if not reply.is_open:
        raise UserError("This reply was dealt with already.", "`hsched audit show` tells by whom.")


def _asked_at(tx: RepliesTransaction, appointment: str) -> datetime | None:
    """When the client was last written to about a visit, by any use case."""
    return max((case.since for case in tx.cases_about(appointment) if _is_message(case)), default=None)


def _is_message(case: Case) -> bool:
    return case.action.kind == "send_message" and case.state in SENT
