"""Paths with one guard removed: what the tests must catch. Each docstring says what is missing."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hsched_core.domain.rollout import Phase
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.gate import Verdict
from hsched_core.ports import Capabilities, Door, NotSent, Permit, Reply, Unclear
from hsched_core.workflow.path import Path


@dataclass(frozen=True)
class Impatient(Capabilities):
    """Searches at once, without waiting for late commits."""

    @property
    def settle_window(self) -> timedelta:
        return timedelta(0)


class WithoutSecondLook(Path):
    """Does not judge again before the write."""

    def _judge_again(self, *_: Any) -> Verdict:
        return Verdict((), self._clock.now())


class WithoutSwitch(Path):
    """Opens the door in whatever phase, stopped or not."""

    def _door(self, case: Any, _: Rollout) -> Door | None:
        return self._doors.door(case.action.destination, Phase.REVIEW)


class TimeoutIsFailure(Path):
    """Takes no answer for a no."""

    def _performed(self, case: Any, permit: Permit, door: Door) -> Reply:
        reply = super()._performed(case, permit, door)
        return NotSent("timeout", self._clock.now()) if isinstance(reply, Unclear) else reply


class ForgetsClaims(Path):
    """Calls first and stores afterwards: a worker that dies leaves the case as it was."""

    def execute(self, case_id: str) -> Any:
        case = self.look(case_id)
        self._doors.door(case.action.destination, Phase.REVIEW).perform(Permit(case.id, case.action, case.key, case.approvals))
        return super().execute(case_id)


class BelievesTheAnswer(Path):
    """Does not read back."""

    def _carry_out(self, case: Any, permit: Permit, door: Any) -> Any:
        door.capabilities = replace(door.capabilities, reads_back=False)
        return super()._carry_out(case, permit, door)


class NewKeyEachTime(Path):
    """A fresh idempotency key for every attempt."""

    def _permit(self, tx: Any, case: Any) -> Permit:
        return replace(super()._permit(tx, case), key=f"{case.key}-{case.attempts}")
