"""A proposal on its way: the proposal, the state it is in, and what that state rests on. Moved by `workflow.path` only."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from hsched_core.domain.actions import Action
from hsched_core.domain.canonical import digest, plain
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Role
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session


class Decline(StrEnum):
    """Why a person said no."""

    UNSUITABLE = "unsuitable"
    ARRANGED_OTHERWISE = "arranged_otherwise"
    CLIENT_OBJECTED = "client_objected"
    WRONG_FACTS = "wrong_facts"
    OTHER = "other"


@dataclass(frozen=True)
class Approval:
    """Somebody's, or a standing order's, yes to one exact action. It runs out."""

    by: str
    action_digest: str
    at: datetime
    expires_at: datetime
    role: Role | None = None
    is_self: bool = False  # proposer and approver are one person: solo practices only
    order: str = ""  # reference of the standing order


@dataclass(frozen=True)
class Case:
    """Where a proposal stands."""

    proposal: Proposal
    state: State
    action: Action  # the proposal's, or the listed candidate's that a person picked
    since: datetime  # when it came here: escalation counts from it
    version: int = 1  # counts every move
    approvals: tuple[Approval, ...] = ()
    offer: str = ""  # id of the accepted offer's case
    awaits: Role | None = None  # who is asked now
    hold: Session | None = None  # time nobody else may get
    not_before: datetime | None = None  # of what is blocked: when the same might be proposed again
    attempts: int = 0
    probes: int = 0
    settle_until: datetime | None = None  # before that, an unknown outcome cannot be searched for
    reference: str = ""  # what the other side calls it

    @property
    def id(self) -> str:
        return self.proposal.id

    @property
    def key(self) -> str:
        """The idempotency key of every attempt, also after a restore: made from practice, proposal and action."""
        return digest(["idempotency-key", self.proposal.practice, self.id, self.action])

    def lapses_at(self) -> datetime | None:
        """When the first of its approvals runs out."""
        return min((approval.expires_at for approval in self.approvals), default=None)


def footing(case: Case) -> dict[str, Any]:
    """All that a state rests on, as JSON of codes and hashes: what the audit trail keeps, and replay gives back."""
    kept = {field.name: plain(getattr(case, field.name)) for field in fields(case) if field.name not in ("proposal", "action")}
    return {**kept, "action": case.action.digest}
