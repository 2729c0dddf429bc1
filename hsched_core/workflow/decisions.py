"""Asking and deciding: a proposal enters the path, and people or a standing order say yes or no to it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hsched_core.domain.actions import Action
from hsched_core.domain.case import Approval, Case, Decline
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import Event, State, allows
from hsched_core.domain.people import Person
from hsched_core.domain.proposal import Proposal
from hsched_core.policy.approval import NotPermittedError, acting_role, approvals_needed, asked_role, deciding_objections, objections
from hsched_core.policy.autonomy import route
from hsched_core.policy.facts import Finding
from hsched_core.policy.gate import Verdict
from hsched_core.ports import Transaction
from hsched_core.workflow import trail
from hsched_core.workflow.steps import Reading, Steps, known

EDITED = "A person changed the proposal."
UNJUDGED = Verdict((), None)
Objections = Callable[[Transaction, Case, datetime], Iterable[Finding]]
Act = Callable[[Transaction, Case, datetime], Case]

WANTED = {Event.RESOLVED_DONE: "settled as done", Event.RESOLVED_NOT_DONE: "settled as not done", Event.SUPPORTED: "approved"}


class Decisions(Steps):
    """The part of the path before anything leaves."""

    def propose(self, proposal: Proposal) -> Case:
        """Judge a proposal and send it on its way. The same proposal a second time changes nothing."""
        if proposal.practice != self._policy.practice:
            raise UserError("The proposal is for another practice.", "Use that practice's path.")
        read = self._read(proposal.action)
        with self._store.transaction() as tx:
            return tx.case(proposal.id) or self._admit(tx, proposal, read)

    def approve(self, case_id: str, action_digest: str, person: Person) -> Case:
        """A person's yes to the action with that hash: the proposed one, or a listed candidate's. Judged again with fresh facts."""
        action = self.look(case_id).proposal.listed(action_digest)
        if action is None:
            raise UserError("This is not what is proposed, or it was changed since you looked.", "Look at the proposal again.")
        read, verdict = self._read(action), UNJUDGED

        def against(tx: Transaction, case: Case, now: datetime) -> Iterable[Finding]:
            nonlocal verdict
            verdict = self._judge(tx, case.id, action, case.proposal.expires_at, read, now)
            return (*objections(case, action, person, self._policy), *(verdict.findings if verdict.is_blocked else ()))

        def act(tx: Transaction, case: Case, now: datetime) -> Case:
            approvals = (*case.approvals, self._approval(case, action, person, now, verdict))
            enough = len(approvals) >= approvals_needed(action, self._policy)
            event = Event.APPROVED if enough else Event.SUPPORTED
            return self._move(tx, case, event, now, actor=person.token, action=action, approvals=approvals)

        return self._decide(case_id, person, Event.APPROVED, against, act)

    def reject(self, case_id: str, person: Person, reason: Decline) -> Case:
        """A person's no."""

        def act(tx: Transaction, case: Case, now: datetime) -> Case:
            return self._move(tx, case, Event.DECLINED, now, actor=person.token, rules=(f"reason.{reason}",))

        return self._decide(case_id, person, Event.DECLINED, _may_decide(person), act)

    def edit(self, case_id: str, action: Action, person: Person) -> Case:
        """A change that is not among the candidates: a new proposal, with the editor as its proposer. The old one is withdrawn."""
        if self.look(case_id).proposal.listed(action.digest):
            raise UserError("This is one of the candidates.", "Approve it: that needs no new proposal.")
        read = self._read(action)

        def act(tx: Transaction, case: Case, now: datetime) -> Case:
            self._move(tx, case, Event.WITHDRAWN, now, actor=person.token)
            changed = replace(
                case.proposal,
                action=action,
                proposed_by=person.token,
                replaces=case.id,
                reasons=(EDITED, *case.proposal.reasons),
                confidence=None,
                candidates=(),
            )
            return self._admit(tx, changed, read)

        return self._decide(case_id, person, Event.WITHDRAWN, _may_decide(person), act)

    def resolve(self, case_id: str, person: Person, *, happened: bool) -> Case:
        """A person looked at the other side, and says whether it happened."""
        event = Event.RESOLVED_DONE if happened else Event.RESOLVED_NOT_DONE

        def act(tx: Transaction, case: Case, now: datetime) -> Case:
            return self._move(tx, case, event, now, actor=person.token)

        return self._decide(case_id, person, event, _may_decide(person), act)

    def take_back(self, case_id: str, person: Person) -> Case:
        """A person's second thought: nothing of it has left yet. Whoever may decide may; what is being carried out cannot be taken back."""

        def act(tx: Transaction, case: Case, now: datetime) -> Case:
            return self._move(tx, case, Event.WITHDRAWN, now, actor=person.token, rules=("reason.taken_back",))

        def against(_tx: Transaction, case: Case, _now: datetime) -> Iterable[Finding]:
            if case.state is State.WAITING:
                yield Finding("lifecycle.state", "Nobody approved this yet: say no to it instead.")
            yield from deciding_objections(case, case.action, person)

        return self._decide(case_id, person, Event.WITHDRAWN, against, act)

    def withdraw(self, case_id: str, actor: str) -> Case:
        """It no longer applies: the slot was filled by phone, the client took another one."""
        with self._store.transaction() as tx:
            return self._move(tx, known(tx, case_id), Event.WITHDRAWN, self._clock.now(), actor=actor)

    def _admit(self, tx: Transaction, proposal: Proposal, read: Reading) -> Case:
        now = self._clock.now()
        verdict = self._judge(tx, proposal.id, proposal.action, proposal.expires_at, read, now)
        rollout = self._rollout(tx, proposal, now)
        event = route(proposal, verdict, rollout, now)
        changes: dict[str, Any] = {}
        if event is Event.REFUSED:
            changes["not_before"] = verdict.clears_at
        if event is Event.QUEUED:
            changes["awaits"] = asked_role(proposal.action, self._policy, timedelta(0))
        if event is Event.ORDERED and rollout.order:
            lasts = self._lasts(proposal, verdict, now)
            approval = Approval(rollout.order.reference, proposal.action.digest, now, lasts, order=rollout.order.reference)
            changes["approvals"] = (approval,)
        return self._enter(tx, proposal, event, now, actor=proposal.proposed_by, rules=verdict.rules, **changes)

    def _decide(self, case_id: str, person: Person, event: Event, against: Objections, act: Act) -> Case:
        """One decision of a person: carried out, or refused with every objection, and recorded either way."""
        with self._store.transaction() as tx:
            case, now = known(tx, case_id), self._clock.now()
            found = (*_out_of_turn(case, event), *against(tx, case, now))
            if not found:
                return act(tx, case, now)
            rules = [finding.rule for finding in found]
            tx.record(audit=trail.refused(case, event, now, actor=person.token, rules=rules))
        raise NotPermittedError(found)

    def _lasts(self, proposal: Proposal, verdict: Verdict, now: datetime) -> datetime:
        """Until when it may be carried out, counted from the moment it passes: who approves at night approves for the morning."""
        return min((verdict.passes_at or now) + self._policy.approval_lasts, proposal.expires_at)

    def _approval(self, case: Case, action: Action, person: Person, now: datetime, verdict: Verdict) -> Approval:
        lasts = self._lasts(case.proposal, verdict, now)
        is_self = case.proposal.proposed_by == person.token
        return Approval(person.token, action.digest, now, lasts, role=acting_role(action, person), is_self=is_self)


def _out_of_turn(case: Case, event: Event) -> Iterable[Finding]:
    if not allows(case.state, event):
        wanted = WANTED.get(event, str(event).replace("_", " "))
        yield Finding("lifecycle.state", f"The proposal is {str(case.state).replace('_', ' ')}: it cannot be {wanted} now.")


def _may_decide(person: Person) -> Objections:
    return lambda _, case, __: deciding_objections(case, case.action, person)
