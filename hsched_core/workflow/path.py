"""The one path: propose, gate, approve or reject, claim, execute, read back, expire, audit. Nothing changes the outside world beside it."""

from collections.abc import Iterable
from datetime import timedelta

from hsched_core.domain.actions import Action
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Pause
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import Event, allows
from hsched_core.domain.people import PATH, Person
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError, asked_role, check_release, pausing_objections
from hsched_core.policy.gate import Verdict
from hsched_core.workflow.answers import Answers
from hsched_core.workflow.decisions import Decisions
from hsched_core.workflow.execution import Execution
from hsched_core.workflow.steps import has_lapsed, known

NO_CASE = ""
AT_ONCE = timedelta(minutes=1)  # what is considered has no expiry of its own
SWITCH = "switch:everything"  # the subject under which the trail keeps the kill switch


class Path(Decisions, Answers, Execution):
    """The path of one practice. Methods take ids, never cases: what a caller holds may be old."""

    def tend(self, case_id: str) -> Case:
        """What time does to a case: an approval or a proposal expires, a decision nobody takes goes to the next role."""
        with self._store.transaction() as tx:
            case, now = known(tx, case_id), self._clock.now()
            if allows(case.state, Event.EXPIRED) and has_lapsed(case, now):
                return self._move(tx, case, Event.EXPIRED, now)
            asked = asked_role(case.action, self._policy, now - case.since)
            if allows(case.state, Event.ESCALATED) and asked != case.awaits:
                return self._move(tx, case, Event.ESCALATED, now, awaits=asked)
            return case

    def consider(self, action: Action, *more: Action) -> tuple[Verdict, ...]:
        """What the gate says now of actions that somebody else is about to do, without hsched. Nothing is stored, nothing is held.

        All are about the first one's client, and are judged by what the EHR says about that one.
        """
        read = self._read(action)
        with self._store.transaction() as tx:
            now = self._clock.now()
            return tuple(self._judge(tx, NO_CASE, one, now + AT_ONCE, read, now) for one in (action, *more))

    def stop(self, actor: str) -> None:
        """The kill switch: from the moment this returns nothing new leaves, whatever was approved. Anybody may throw it."""
        self._switch(True, actor, "switch.stopped")

    def release(self, person: Person) -> None:
        """Let it go on, as the practice's manager. A refused attempt is recorded, as every one is."""
        try:
            check_release(person, self._policy.practice)
        except NotPermittedError as refusal:
            self.note_refused(person.token, "release", refusal.rules, SWITCH)
            raise
        self._switch(False, person.token, "switch.released")

    def pause(self, client: str, person: Person, because: Pause) -> None:
        """A person has this client: no use case reaches them (`contact.paused`) until `resume`. What was approved meanwhile is blocked."""
        self._set_paused(client, person, "client.paused", str(because))

    def resume(self, client: str, person: Person, because: Pause) -> None:
        """The person gives the client back."""
        self._set_paused(client, person, "client.resumed", str(because))

    def _set_paused(self, client: str, person: Person, kind: str, because: str) -> None:
        found = pausing_objections(person, self._policy.practice)
        if found:
            self.note_refused(person.token, kind, [one.rule for one in found], client)
            raise NotPermittedError(found)
        with self._store.transaction() as tx:
            now = self._clock.now()
            since = now if kind == "client.paused" else None
            tx.set_paused(client, since, audit=AuditEntry(now, person.token, kind, client, {"reason": because}))

    def note_refused(self, actor: str, wanted: str, rules: Iterable[str], subject: str) -> None:
        """An attempt at something that is no proposal, by somebody who may not: for the trail. Raising is the caller's."""
        with self._store.transaction() as tx:
            entry = AuditEntry(self._clock.now(), actor, "decision.refused", subject, {"wanted": wanted, "rules": [*rules]})
            tx.record(audit=entry)

    def _switch(self, is_stopped: bool, actor: str, kind: str) -> None:
        with self._store.transaction() as tx:
            tx.set_stopped(is_stopped, audit=AuditEntry(self._clock.now(), actor, kind, SWITCH, {}))

    def step_back(self, use_case: str, phase: Phase, cause: str, actor: str = PATH) -> None:
        """Less autonomy, at once and without asking: a person's word. More of it is an action that two people approve."""
        order = list(Phase)
        with self._store.transaction() as tx:
            now = self._clock.now()
            current = tx.rollout(use_case, now).phase
            if order.index(phase) >= order.index(current):
                raise UserError(f"{phase} is not a step back from {current}.", "Propose a change of phase.")
            body = {"from": str(current), "to": str(phase), "reason": cause}
            tx.set_phase(use_case, phase, audit=AuditEntry(now, actor, "phase.stepped_back", f"use_case:{use_case}", body))
