"""Where a proposal goes: sealed, blocked, to a person, or straight on under a standing order. Doubt always leads to a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hsched_core.domain.actions import Action, Basis, BookAppointment, ChangePhase, Destination, IssueStandingOrder, SendMessage
from hsched_core.domain.lifecycle import Event
from hsched_core.domain.people import is_use_case
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.policy.facts import Finding
from hsched_core.policy.gate import Verdict

NAME_TEMPLATES = frozenset({"reminders", "group_coordination"})  # use cases whose orders do


@dataclass(frozen=True)
class Rollout:
    """How things stand for one use case of one practice."""

    phase: Phase
    order: StandingOrder | None = None
    used_today: int = 0  # actions the order allowed on this day of the practice
    is_stopped: bool = False  # the kill switch


def route(proposal: Proposal, verdict: Verdict, rollout: Rollout, now: datetime) -> Event:
    """The first step of a new proposal."""
    if is_sealed(proposal.action, rollout.phase):
        return Event.SEALED
    if verdict.is_blocked:
        return Event.REFUSED
    if rollout.phase is Phase.AUTO and not rollout.is_stopped and not any(gaps(proposal, rollout, now)):
        return Event.ORDERED
    return Event.QUEUED


def is_sealed(action: Action, phase: Phase) -> bool:
    """In shadow nothing leaves the practice, whoever asks; the practice's own rules can still be changed, or nobody could end it."""
    return phase is Phase.SHADOW and action.destination is not Destination.PRACTICE


def gaps(proposal: Proposal, rollout: Rollout, now: datetime) -> Iterator[Finding]:
    """Why the standing order does not cover the proposal."""
    order = rollout.order
    if order is None:
        yield Finding("order.none", "There is no standing order for this use case.")
        return
    yield from scope_gaps(proposal, order)
    yield from lapse(order, now)
    if proposal.confidence is None or proposal.confidence < order.min_confidence:
        yield Finding("order.confidence", f"Confidence is below the standing order's {order.min_confidence}.")
    if rollout.used_today >= order.per_day:
        yield Finding("order.per_day", f"The standing order's {order.per_day} actions of the day are used up.")


def scope_gaps(proposal: Proposal, order: StandingOrder) -> Iterator[Finding]:
    """Whether it is the order's practice, use case and kind of action, asked for by the use case itself."""
    action = proposal.action
    if (order.practice, order.use_case) != (proposal.practice, proposal.use_case):
        yield Finding("order.scope", "The standing order is for another use case.")
    if not covers(order, proposal) or isinstance(action, IssueStandingOrder | ChangePhase):
        yield Finding("order.action", f"The standing order does not cover {action.kind}.")
    if isinstance(action, BookAppointment) and action.basis is Basis.ACCEPTED_OFFER:
        yield Finding("order.basis", "A booking on an accepted offer follows from the offer, not from a standing order.")
    if not is_use_case(proposal.proposed_by):
        yield Finding("order.proposer", "A standing order covers what the use case proposes, not what a person changed.")


def covers(order: StandingOrder, proposal: Proposal) -> bool:
    """Whether an order names the kind of action. A reminder's template is named too, one by one: people allow words they have read."""
    action = proposal.action
    if isinstance(action, SendMessage) and proposal.use_case in NAME_TEMPLATES:
        return f"{action.kind}:{action.template}" in order.action_kinds
    return action.kind in order.action_kinds


def lapse(order: StandingOrder, now: datetime) -> Iterator[Finding]:
    """Whether the order is in force; asked again when its approval is carried out."""
    if not order.valid_from <= now < order.expires_at:
        yield Finding("order.expired", "The standing order is not in force.")


def still_ordered(reference: str, rollout: Rollout, now: datetime) -> Iterator[Finding]:
    """Whether what an order approved may still be carried out under it: same order, in force, and the use case still in auto."""
    if rollout.phase is not Phase.AUTO:
        yield Finding("order.phase", "The use case is not in phase auto any more.")
    if rollout.order is None or rollout.order.reference != reference:
        yield Finding("order.none", "The standing order was withdrawn or replaced.")
    else:
        yield from lapse(rollout.order, now)
