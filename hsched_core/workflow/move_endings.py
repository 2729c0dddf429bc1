"""What follows from a pick: the opening is closed or free again, the visit's old time becomes an opening, and the client hears of it.

An opening whose `booking` names a pick is what is still to be settled; the last step takes it off that list, so that a worker that dies
in between leaves the rest to the next round.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from hsched_core.domain.actions import MoveAppointment, SendMessage
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, Event, State, allows
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import UNFILLED, OpeningState
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Clock, DeskTransaction, PracticeReader
from hsched_core.ports.moves import MovesStore
from hsched_core.use_cases import RESCHEDULE
from hsched_core.workflow.desk import Round
from hsched_core.workflow.move_words import MOVED_TEMPLATE, NOT_MOVED_TEMPLATE, is_so, is_theirs, is_where_it_was, is_word, name_of
from hsched_core.workflow.offer_steps import let_go
from hsched_core.workflow.opening_watch import close_opening
from hsched_core.workflow.path import Path
from hsched_core.workflow.picks import ACTOR, is_pick
from hsched_core.workflow.picks_kept import carry_over

TOLD_MOVED = "The visit has the time that the client picked, and the page could not say so yet."
TOLD_NOT_MOVED = "The time that the client picked came to nothing, and the visit stays: they should know."
A_DAY = timedelta(days=1)
PAGE_LASTS = timedelta(minutes=1)  # whoever picked waits for a page that says what became of it; then a message does
EVERY = tuple(OpeningState)
STOPPED = frozenset({State.BLOCKED, State.REJECTED, State.WITHDRAWN})


class FreesTime(Protocol):
    """The waitlist, as what becomes free is its."""

    def time_left(self, appointment: str, session: Session) -> str:
        """The appointment of that name does not take this time any more."""
        ...


class MoveEndings:
    """Settles picks."""

    def __init__(
        self,
        path: Path,
        store: MovesStore,
        reader: Callable[[], PracticeReader],
        clock: Clock,
        policy: PracticePolicy,
        waitlist: Callable[[], FreesTime],
    ) -> None:
        self._path, self._store, self._reader = path, store, reader
        self._clock, self._policy, self._waitlist = clock, policy, waitlist

    def advance(self) -> Round:
        """Every pick that is not settled."""
        done = Round()
        with self._store.looking() as tx:
            records = tx.openings(*EVERY, after=tx.now(self._clock) - A_DAY)
            named = [one.id for one in records if one.booking and not self._is_settled(tx, one)]
            strayed = [case for case in tx.open_cases() if is_pick(case) and _has_lost_it(tx, case)]
            words = [case.id for case in tx.open_cases() if is_word(case)]
        for name in named:
            with done.step("move"):
                self.settle(name, done)
        for case in strayed:
            with done.step("move"):
                self._tell_kept(self._path.withdraw(case.id, ACTOR), done)
                done.done["withdrawn"] += 1
        for word in words:
            with done.step("word"):
                self._send(word, done)
        return done

    def settle(self, opening: str, done: Round, *, told: str = "") -> None:
        """What the outcome of the opening's pick asks for, as far as it is known. `told`: the case of a client whose page says it."""
        with self._store.transaction() as tx:
            record = tx.opening(opening)
            case = tx.case(record.booking) if record and record.booking else None
            now = tx.now(self._clock)
        if record is None or (case and not is_pick(case)) or told not in ("", record.booking):
            return
        is_told = bool(told)
        if case is None:
            if record.booking and record.busy_until and now >= record.busy_until:
                self._let_go(record, done)
            return
        if not is_told and self._is_for_a_page(case, now):
            return
        if case.state not in FINAL:
            case = self._carried_on(record, case, done)
        if case.state is State.CONFIRMED:
            self._moved(record, case, done, is_told=is_told)
        elif case.state in FINAL:
            self._came_to_nothing(record, case, done, is_told=is_told)

    def _is_for_a_page(self, case: Case, now: datetime) -> bool:
        """It is, or just ended, in the hands of somebody who waits for a page: that is given its time to do it, and to say so."""
        if now - case.since >= PAGE_LASTS:
            return False
        if case.state in (State.APPROVED, State.CONFIRMED):
            ordered: datetime | None = min((one.at for one in case.approvals if one.order), default=None)
            return ordered is not None and case.since - ordered < PAGE_LASTS
        return case.state in STOPPED and self._where_it_was(case) is not None

    def _is_settled(self, tx: DeskTransaction, record: OpeningRecord) -> bool:
        case = tx.case(record.booking)
        if case is None:
            return False
        return not is_pick(case) or (case.state is State.CONFIRMED and record.state not in UNFILLED)

    def _carried_on(self, record: OpeningRecord, case: Case, done: Round) -> Case:
        """What was approved is carried out; what waits for a time that somebody else has by now is withdrawn."""
        if record.state not in UNFILLED and allows(case.state, Event.WITHDRAWN):
            done.done["withdrawn"] += 1
            return self._path.withdraw(case.id, ACTOR)
        return self._path.execute(case.id) if case.state is State.APPROVED else case

    def _moved(self, record: OpeningRecord, case: Case, done: Round, *, is_told: bool) -> None:
        """The message first, the opening last: what is closed is not looked at again."""
        assert isinstance(case.action, MoveAppointment)
        if not is_told:
            self._tell(case, MOVED_TEMPLATE, TOLD_MOVED, done)
        if case.action.was_at:
            self._waitlist().time_left(case.action.appointment, replace(case.action.to, starts_at=case.action.was_at))
        with self._store.transaction() as tx:
            current = tx.opening(record.id)
            if current and current.state in UNFILLED and current.booking == case.id:
                close_opening(tx, current, OpeningState.TAKEN, tx.now(self._clock), booking=case.id)
                done.done["moved"] += 1

    def _came_to_nothing(self, record: OpeningRecord, case: Case, done: Round, *, is_told: bool) -> None:
        """The time is anybody's again, unless the visit was only edited: then the pick goes on."""
        if not is_told and self._goes_on(case):
            done.done["carried_over"] += 1
            return
        if not is_told or (case.state is State.WITHDRAWN and record.state not in UNFILLED):
            self._tell_kept(case, done)
        self._let_go(record, done)

    def _goes_on(self, case: Case) -> bool:
        """What was stopped because the visit's version is another one, and nothing else of it."""
        visit = self._where_it_was(case) if case.state in STOPPED - {State.WITHDRAWN} else None
        return visit is not None and carry_over(self._path, self._store, self._clock, case, visit)

    def _where_it_was(self, case: Case) -> Appointment | None:
        """The visit, if it is still the client's, and at the time that it had when they picked another one."""
        visit = self._reader().appointment(case.proposal.subject)
        stands = visit is not None and is_theirs(case, visit, self._clock.now()) and is_where_it_was(case, visit)
        return visit if stands else None

    def _tell_kept(self, case: Case, done: Round) -> None:
        """The visit stays, where it does, and no other pick of its client is under way."""
        visit = self._where_it_was(case)
        if visit is None:
            return  # whoever changed it tells them
        with self._store.looking() as tx:
            if any(is_pick(one) and one.state not in FINAL for one in tx.cases_about(visit.id)):
                return
        self._tell(case, NOT_MOVED_TEMPLATE, TOLD_NOT_MOVED, done)

    def _let_go(self, record: OpeningRecord, done: Round) -> None:
        with self._store.transaction() as tx:
            current = tx.opening(record.id)
            if current and current.booking == record.booking:
                let_go(tx, current, tx.now(self._clock))
                done.done["let_go"] += 1

    def _tell(self, case: Case, template: str, because: str, done: Round) -> None:
        """A message of the use case, proposed once, by the way in which the client was written to about this visit."""
        visit, client = case.proposal.subject, case.action.session.client if case.action.session else ""
        with self._store.transaction() as tx:
            channel, name = self._channel(tx, visit, client), name_of(case, template)
            if channel is None or any(one.proposal.facts_digest == name for one in tx.cases_about(visit)):
                return
        message = SendMessage(Outreach(client, channel, Purpose.SCHEDULING), template, visit)
        proposal = Proposal(
            practice=self._policy.practice, use_case=RESCHEDULE, action=message, subject=visit, reasons=(because,), facts_digest=name,
            policy_version=self._policy.version, expires_at=self._clock.now() + A_DAY, proposed_by=ACTOR, confidence=1.0,
            follows=case.proposal.follows,
        )  # fmt: skip
        told = self._path.propose(proposal)
        done.done[f"{template}.{told.state}"] += told.state is not State.APPROVED
        self._send(told.id, done)

    def _send(self, word: str, done: Round) -> None:
        """A message that may leave, if what it says is still so: looked at right before it does. Otherwise it is withdrawn."""
        case, now = self._path.look(word), self._clock.now()
        visit = self._reader().appointment(case.proposal.subject)
        with self._store.looking() as tx:
            so = is_so(case, tx.cases_about(case.proposal.subject), visit, now)
        if so is False and allows(case.state, Event.WITHDRAWN):
            self._path.withdraw(word, ACTOR)
            done.done["withdrawn"] += 1
        elif so and case.state is State.APPROVED:
            after = self._path.execute(word)
            done.done[f"word.{after.state}"] += after.state is not State.APPROVED

    def _channel(self, tx: DeskTransaction, visit: str, client: str) -> Channel | None:
        """As they wish; else as the newest message about the visit went."""
        wishes = tx.wishes().get(client)
        if wishes and wishes.channel:
            return wishes.channel
        sent = [case for case in tx.cases_about(visit) if isinstance(case.action, SendMessage) and case.state in MAY_HAVE_HAPPENED]
        ways = [case.action.outreach.channel for case in sent if case.action.outreach]
        return next((one for one in reversed(ways) if one is not Channel.CALL), None)


def _has_lost_it(tx: DeskTransaction, case: Case) -> bool:
    """Whether the opening that the pick waits for is somebody else's by now, by whatever way."""
    record = tx.opening(case.proposal.follows)
    return allows(case.state, Event.WITHDRAWN) and (record is None or record.booking != case.id)
