"""The one path: propose, gate, approve or reject, claim, execute, read back, expire, audit. Nothing changes the outside world beside it."""

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import Event, allows
from hsched_core.domain.people import PATH, Person
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import asked_role, check_release
from hsched_core.workflow.answers import Answers
from hsched_core.workflow.decisions import Decisions
from hsched_core.workflow.execution import Execution
from hsched_core.workflow.steps import has_lapsed, known

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

    def stop(self, actor: str) -> None:
        """The kill switch: from the moment this returns nothing new leaves, whatever was approved. Anybody may throw it."""
        self._switch(True, actor, "switch.stopped")

    def release(self, person: Person) -> None:
        """Let it go on, as the practice's manager."""
        check_release(person, self._policy.practice)
        self._switch(False, person.token, "switch.released")

    def _switch(self, is_stopped: bool, actor: str, kind: str) -> None:
        with self._store.transaction() as tx:
            tx.set_stopped(is_stopped, audit=AuditEntry(self._clock.now(), actor, kind, SWITCH, {}))

    def step_back(self, use_case: str, phase: Phase, cause: str, actor: str = PATH) -> None:
        """Less autonomy, at once and without asking: drift, a failed grade, a person. More of it is an action that two people approve."""
        order = list(Phase)
        with self._store.transaction() as tx:
            now = self._clock.now()
            current = tx.rollout(use_case, now).phase
            if order.index(phase) >= order.index(current):
                raise UserError(f"{phase} is not a step back from {current}.", "Propose a change of phase.")
            body = {"from": str(current), "to": str(phase), "reason": cause}
            tx.set_phase(use_case, phase, audit=AuditEntry(now, actor, "phase.stepped_back", f"use_case:{use_case}", body))
