"""Asks who has not answered whether they come to their group; takes back what makes no sense any more before anything of it leaves."""

from collections.abc import Sequence
from dataclasses import replace

from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event, State, allows
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.ports import DeskStore
from hsched_core.use_cases import GROUPS
from hsched_core.use_cases.group_invitations import RSVP, invitations, is_invitation, wanted
from hsched_core.use_cases.group_settings import GroupSettings
from hsched_core.use_cases.reminders_facts import Facts
from hsched_core.workflow.desk import Round
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import ReminderReading, Seen


class Invitations:
    """One practice's questions about groups."""

    def __init__(self, path: Path, store: DeskStore, reading: ReminderReading, settings: GroupSettings) -> None:
        self._path, self._store, self._reading, self._settings = path, store, reading, settings

    def advance(self, seen: Seen, done: Round) -> None:
        """What is due. `seen`: the visits of groups, and what was said of them."""
        if not self._settings.is_on and not self._unsent():
            return
        facts = self._facts(seen)
        for case in self._unsent():
            if not wanted(facts, case.proposal.subject, case.proposal.facts_digest):
                with done.step("withdraw"):
                    self._path.withdraw(case.id, use_case_actor(GROUPS))
                    done.done[f"{RSVP}.withdrawn"] += 1
        for case in self._unsent():
            if case.state is State.APPROVED:
                with done.step("carry_out"):
                    after = self._path.execute(case.id)
                    done.done[f"{RSVP}.{after.state}"] += after.state is not State.APPROVED
        for proposal in invitations(facts, self._settings) if self._settings.is_on else ():
            with done.step("propose"):
                self._submit(proposal, facts, done)

    def _facts(self, seen: Seen) -> Facts:
        """With how each client is reached: by our own log of consents, and what came back."""
        sources = self._reading.sources
        clients = list(dict.fromkeys(one.session.client for one in seen.appointments))
        known = {one.client: one for one in sources.reader.known_clients()} if clients else {}
        seen = replace(seen, clients=known, answered=sources.answers.answered(clients), returned=sources.returned())
        with self._store.transaction() as tx:
            return self._reading.facts(tx, seen, self._reading.visits(tx, seen))

    def _submit(self, proposal: Proposal, facts: Facts, done: Round) -> None:
        """Propose it, unless another worker did; carry out at once what needs nobody's yes."""
        in_vain = facts.in_vain(proposal.subject, proposal.facts_digest)
        with self._store.transaction() as tx:
            before = [case for case in tx.cases_about(proposal.subject) if is_invitation(case)]
        asked = (case for case in before if case.proposal.facts_digest == proposal.facts_digest and case.action.outreach)
        if any(case.action.outreach and case.action.outreach.channel not in in_vain for case in asked):
            return
        case = self._path.propose(proposal)
        case = self._path.execute(case.id) if case.state is State.APPROVED else case
        done.done[f"{RSVP}.{case.state}"] += 1

    def _unsent(self) -> Sequence[Case]:
        with self._store.transaction() as tx:
            return [case for case in tx.open_cases() if is_invitation(case) and allows(case.state, Event.WITHDRAWN)]
