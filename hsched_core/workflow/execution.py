"""Carrying out: claim, judge again, write, read back, and find out what became of a write nobody reported on."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from hsched_core.domain.actions import OfferSlot
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Contact
from hsched_core.domain.lifecycle import Event, State
from hsched_core.domain.offers import OfferState
from hsched_core.domain.people import PATH
from hsched_core.policy.approval import approvals_needed, asked_role
from hsched_core.policy.autonomy import Rollout, is_sealed, still_ordered
from hsched_core.policy.facts import Finding
from hsched_core.policy.gate import Verdict
from hsched_core.ports import CannotTell, Done, Door, NotSent, Permit, Reply, Sighting, Transaction, Unclear
from hsched_core.workflow.offer_steps import send_offer
from hsched_core.workflow.outcomes import Outcome, after_search, after_write
from hsched_core.workflow.standby_steps import ask as ask_standby
from hsched_core.workflow.steps import Reading, Steps, has_lapsed, known, offered


class Execution(Steps):
    """The part of the path that calls the outside world."""

    def execute(self, case_id: str) -> Case:
        """Carry out what is approved, if it still passes. Safe to call at any time, by any number of workers."""
        case = self.look(case_id)
        read = self._read(case.action, case.key)
        with self._store.transaction() as tx:
            case, now = known(tx, case_id), self._clock.now()
            rollout = self._rollout(tx, case.proposal, now)
            door = self._door(case, rollout)
            if door is None or case.state is not State.APPROVED or (case.not_before and now < case.not_before):
                return case
            if has_lapsed(case, now):
                return self._move(tx, case, Event.EXPIRED, now)
            verdict = self._judge_again(tx, case, read, rollout, now)
            if verdict.is_blocked:
                return self._move(tx, case, Event.REFUSED, now, rules=verdict.rules, not_before=verdict.clears_at)
            if verdict.passes_at != now:
                return self._move(tx, case, Event.POSTPONED, now, rules=verdict.rules, not_before=verdict.passes_at)
            claimed, permit = self._claim(tx, case, Event.CLAIMED, door, now)
        return self._carry_out(claimed, permit, door)

    def reconcile(self, case_id: str) -> Case:
        """Find out what became of a write nobody reported on, once it must have settled."""
        with self._store.transaction() as tx:
            case, now = known(tx, case_id), self._clock.now()
            if case.state not in (State.EXECUTING, State.UNKNOWN) or case.settle_until is None or now < case.settle_until:
                return case
            if case.state is State.EXECUTING:
                case = self._move(tx, case, Event.LOST_SIGHT, now, rules=("outcome.nobody_reported",))
            rollout = self._rollout(tx, case.proposal, now)
            door = self._way_out(case, rollout)
            permit = self._permit(tx, case)
        if door is None:
            return self._settle(case, lambda _: Outcome(Event.HANDED_OVER, "no_door"))
        if door.capabilities.can_search or (door.capabilities.reads_back and case.reference):
            sighting = _looked(door, permit, case.reference)
            return self._settle(case, lambda at: after_search(case, sighting, at, door.capabilities, self._policy))
        if door.capabilities.honours_keys:
            return self._repeat(case, door)
        return self._settle(case, lambda _: Outcome(Event.HANDED_OVER, "no_key_no_search"))

    def _claim(self, tx: Transaction, case: Case, event: Event, door: Door, now: datetime) -> tuple[Case, Permit]:
        """Key, hold, contact and settle time are stored with this transaction; the other side is called only after it."""
        outreach = case.action.outreach
        contact = Contact(outreach.client, outreach.channel, now, outreach.purpose) if outreach else None
        changes: dict[str, Any] = {
            "attempts": case.attempts + 1,
            "settle_until": now + door.capabilities.settle_window,
            "hold": case.action.hold,
            "not_before": None,
        }
        if isinstance(case.action, OfferSlot):
            send_offer(tx, case, case.action, now)
        ask_standby(tx, case, now)
        return self._move(tx, case, event, now, contact=contact, **changes), self._permit(tx, case)

    def _permit(self, tx: Transaction, case: Case) -> Permit:
        offer = offered(known(tx, case.offer)) if case.offer else None
        return Permit(case.id, case.action, case.key, case.approvals, offer)

    def _carry_out(self, case: Case, permit: Permit, door: Door) -> Case:
        reply = self._performed(case, permit, door)
        reads = isinstance(reply, Done) and door.capabilities.reads_back
        sighting = _looked(door, permit, reply.reference) if isinstance(reply, Done) and reads else CannotTell()
        return self._settle(case, lambda _: after_write(case, reply, sighting, door.capabilities))

    def _performed(self, case: Case, permit: Permit, door: Door) -> Reply:
        now = self._clock.now()
        if case.settle_until is None or now + door.capabilities.max_latency > case.settle_until:
            # This worker slept since its claim. A write now could take effect after reconciliation has searched for it.
            return NotSent("claim_too_old", now)
        try:
            return door.perform(permit)
        except Exception:  # whatever it was, the write may have happened; its text may hold a patient's values
            return Unclear("door_failed")

    def _repeat(self, case: Case, door: Door) -> Case:
        """The same write under the same key, if it would be allowed today; otherwise a person finds out."""
        read = self._read(case.action, case.key)
        with self._store.transaction() as tx:
            current, now = known(tx, case.id), self._clock.now()
            if current.version != case.version:
                return current
            rollout = self._rollout(tx, case.proposal, now)
            verdict = self._judge_again(tx, case, read, rollout, now)
            spent = case.attempts >= self._policy.max_attempts or has_lapsed(case, now)
            if self._door(case, rollout) is None or spent or verdict.passes_at != now:
                return self._move(tx, case, Event.HANDED_OVER, now, rules=("outcome.not_repeated", *verdict.rules))
            claimed, permit = self._claim(tx, case, Event.REPEATED, door, now)
        return self._carry_out(claimed, permit, door)

    def _settle(self, case: Case, observe: Callable[[datetime], Outcome]) -> Case:
        """Store what was observed, unless somebody else moved the case meanwhile: then only the trail hears of it."""
        with self._store.transaction() as tx:
            current, now = known(tx, case.id), self._clock.now()
            outcome = observe(now)
            rules = (f"outcome.{outcome.code}",)
            if current.version != case.version:
                tx.record(audit=AuditEntry(now, PATH, "outcome.late", case.id, {"event": str(outcome.event), "rules": [*rules]}))
                return current
            changes = dict(outcome.changes)
            if outcome.event is Event.HANDED_OVER:
                changes["awaits"] = asked_role(case.action, self._policy, timedelta(0))
            return self._move(tx, current, outcome.event, now, rules=rules, **changes)

    def _door(self, case: Case, rollout: Rollout) -> Door | None:
        """The way out, where there is one: none in shadow, none while everything is stopped."""
        if rollout.is_stopped or is_sealed(case.action, rollout.phase):
            return None
        return self._way_out(case, rollout)

    def _way_out(self, case: Case, rollout: Rollout) -> Door | None:
        outreach = case.action.outreach
        return self._doors.door(case.action.destination, rollout.phase, outreach.channel if outreach else None)

    def _judge_again(self, tx: Transaction, case: Case, read: Reading, rollout: Rollout, now: datetime) -> Verdict:
        """Before a write: the gate with fresh facts, and the approvals themselves."""
        verdict = self._judge(tx, case.id, case.action, case.proposal.expires_at, read, now)
        found = tuple(self._approval_gaps(tx, case, rollout, now))
        return Verdict((*verdict.findings, *found), None) if found else verdict

    def _approval_gaps(self, tx: Transaction, case: Case, rollout: Rollout, now: datetime) -> Iterable[Finding]:
        bound = known(tx, case.offer).action if case.offer else case.action
        if any(approval.action_digest != bound.digest for approval in case.approvals):
            yield Finding("approval.hash", "The action is not the one that was approved.")
        ordered = [approval.order for approval in case.approvals if approval.order]
        if not ordered and len(case.approvals) < approvals_needed(case.action, self._policy):
            yield Finding("approval.missing", "An approval is missing.")
        ended = tx.offer(case.id)
        if ended and ended.state is not OfferState.SENT:
            yield Finding("offer.ended", "The offer was taken back, or answered, before it was sent again.")
        # A booking follows from its offer: what was promised to the client is kept when the use case steps back.
        for reference in [] if case.offer else ordered:
            yield from still_ordered(reference, rollout, now)


def _looked(door: Door, permit: Permit, reference: str) -> Sighting:
    try:
        return door.look(permit, reference)
    except Exception:  # a look that fails tells nothing; its text may hold a patient's values
        return CannotTell()
