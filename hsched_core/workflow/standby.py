"""Standbys at work: what a client said of one, and their end, by what becomes of the visit."""

from collections.abc import Sequence

from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person
from hsched_core.domain.standby import StandbyRecord, StandbyState
from hsched_core.policy.messages import check_deal
from hsched_core.ports import Clock, DeskStore, DeskTransaction
from hsched_core.use_cases.reminders_facts import Facts
from hsched_core.use_cases.reminders_plan import Step
from hsched_core.use_cases.reminders_standby import end_of, kind_words
from hsched_core.workflow.desk import Round
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import Seen
from hsched_core.workflow.standby_steps import answer, turn


class Standbys:
    """The standbys of one practice."""

    def __init__(self, path: Path, store: DeskStore, clock: Clock) -> None:
        self._path, self._store, self._clock = path, store, clock

    def waiting(self) -> Sequence[StandbyRecord]:
        """Those that are not over."""
        with self._store.transaction() as tx:
            return tx.standbys()

    def answered(self, record_id: str, person: Person, practice: str, *, says_yes: bool) -> StandbyRecord:
        """What the client told a person. Nobody is promised anything by it."""
        check_deal(person, practice)
        with self._store.transaction() as tx:
            record = tx.standby(record_id)
            if record is None or not record.is_open:
                raise UserError("There is no open standby of that id.", "See `hsched reminders standbys`.")
            return answer(tx, record, self._clock.now(), person.token, says_yes=says_yes)

    def end(self, facts: Facts, seen: Seen, done: Round) -> None:
        """What is over: told first, then written down, so that a worker that dies in between tells nobody twice and forgets nobody."""
        visits = {one.id: one for one in seen.appointments}
        confirmed = {one.appointment for one in facts.visits if one.is_confirmed}
        for record in self.waiting():
            with done.step("standby"):
                was_offered = self._was_offered(record)
                is_confirmed = record.appointment in confirmed
                end = end_of(record, visits.get(record.appointment), facts.now, is_confirmed=is_confirmed, was_offered=was_offered)
                if end is None:
                    continue
                if end is StandbyState.ENDED and record.state is StandbyState.WAITS:
                    self._tell(facts, record, done)
                with self._store.transaction() as tx:
                    turn(tx, record, end, facts.now)
                done.done[f"standby.{end}"] += 1

    def _was_offered(self, record: StandbyRecord) -> bool:
        with self._store.transaction() as tx:
            return any(one.client == record.client for one in tx.offers(record.appointment))

    def _tell(self, facts: Facts, record: StandbyRecord, done: Round) -> None:
        with self._store.transaction() as tx:
            proposal = kind_words(facts, record, _channel_of(tx, record))
            if any(case.proposal.facts_digest == proposal.facts_digest for case in tx.cases_about(record.appointment)):
                return
        case = self._path.propose(proposal)
        case = self._path.execute(case.id) if case.state is State.APPROVED else case
        done.done[f"{Step.STANDBY_ENDED}.{case.state}"] += 1


def _channel_of(tx: DeskTransaction, record: StandbyRecord) -> Channel:
    case = tx.case(record.id)
    if case is None or case.action.outreach is None:
        raise UserError("A standby has no message.", "Run `hsched audit verify`.")
    return case.action.outreach.channel
