"""What can become of a proposal: the states, and every allowed step between them as one table. Its diagram is generated."""

from dataclasses import dataclass
from enum import StrEnum

from hsched_core.domain.errors import HschedError


class State(StrEnum):
    """Where a proposal stands."""

    SHADOWED = "shadowed"  # recorded, never acted on
    BLOCKED = "blocked"  # by a rule
    WAITING = "waiting"  # for a person
    APPROVED = "approved"
    DECLINED = "declined"  # by a person
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    EXECUTING = "executing"  # the other side has been, or is being, called
    UNKNOWN = "unknown"  # it may have happened
    NEEDS_PERSON = "needs_person"  # it may have happened, and only a person can find out
    CONFIRMED = "confirmed"
    REJECTED = "rejected"  # by the other side


class Event(StrEnum):
    """What moves a proposal; `STEPS` says from where to where, and when."""

    SEALED = "sealed"
    REFUSED = "refused"
    QUEUED = "queued"
    ORDERED = "ordered"
    ACCEPTED = "accepted"
    SUPPORTED = "supported"
    APPROVED = "approved"
    ESCALATED = "escalated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLAIMED = "claimed"
    POSTPONED = "postponed"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    LOST_SIGHT = "lost_sight"
    STILL_UNKNOWN = "still_unknown"
    REPEATED = "repeated"
    NOT_FOUND = "not_found"
    HANDED_OVER = "handed_over"
    RESOLVED_DONE = "resolved_done"
    RESOLVED_NOT_DONE = "resolved_not_done"


@dataclass(frozen=True)
class Step:
    """An event leads from one state to another; the sentence says when."""

    event: Event
    source: State | None  # None: the proposal is new
    target: State
    when: str


S, E = State, Event
STEPS: tuple[Step, ...] = (
    Step(E.SEALED, None, S.SHADOWED, "The use case is in phase shadow: recorded and graded later, no one acts."),
    Step(E.REFUSED, None, S.BLOCKED, "A rule of the gate stands against it."),
    Step(E.QUEUED, None, S.WAITING, "A person decides."),
    Step(E.ORDERED, None, S.APPROVED, "A standing order covers it."),
    Step(E.ACCEPTED, None, S.APPROVED, "The client accepted an offer; who approved the offer approved this booking."),
    Step(E.SUPPORTED, S.WAITING, S.WAITING, "The first of two people approved."),
    Step(E.ESCALATED, S.WAITING, S.WAITING, "Nobody answered; the next role is asked."),
    Step(E.APPROVED, S.WAITING, S.APPROVED, "Approved, bound to the hash of the exact action."),
    Step(E.DECLINED, S.WAITING, S.DECLINED, "A person said no."),
    Step(E.WITHDRAWN, S.WAITING, S.WITHDRAWN, "It no longer applies, or a person changed it into another proposal."),
    Step(E.WITHDRAWN, S.APPROVED, S.WITHDRAWN, "It no longer applies."),
    Step(E.EXPIRED, S.WAITING, S.EXPIRED, "Nobody decided in time."),
    Step(E.EXPIRED, S.APPROVED, S.EXPIRED, "The approval ran out before it was carried out."),
    Step(E.REFUSED, S.APPROVED, S.BLOCKED, "Judged again with fresh facts, a rule of the gate stands against it."),
    Step(E.POSTPONED, S.APPROVED, S.APPROVED, "A rule stands against it for now (quiet hours, a cooldown)."),
    Step(E.CLAIMED, S.APPROVED, S.EXECUTING, "Key and settle time are stored; only now the outside is called."),
    Step(E.RETURNED, S.EXECUTING, S.APPROVED, "The call certainly did nothing (no connection, 401, 429, 503); tried again later."),
    Step(E.CONFIRMED, S.EXECUTING, S.CONFIRMED, "Done, and read back as asked."),
    Step(E.REJECTED, S.EXECUTING, S.REJECTED, "The other side refused."),
    Step(E.LOST_SIGHT, S.EXECUTING, S.UNKNOWN, "It may or may not have happened (timeout, 500, a crash of ours)."),
    Step(E.HANDED_OVER, S.EXECUTING, S.NEEDS_PERSON, "The other side holds something else than was asked."),
    Step(E.STILL_UNKNOWN, S.UNKNOWN, S.UNKNOWN, "The search gave no answer; searched again later."),
    Step(E.REPEATED, S.UNKNOWN, S.EXECUTING, "The other side honours keys: the same write again, under the same key."),
    Step(E.CONFIRMED, S.UNKNOWN, S.CONFIRMED, "Found after the settle window, as asked."),
    Step(E.NOT_FOUND, S.UNKNOWN, S.APPROVED, "Searched after the settle window and not there: it did not happen."),
    Step(E.HANDED_OVER, S.UNKNOWN, S.NEEDS_PERSON, "No way to find out, or too many attempts."),
    Step(E.ESCALATED, S.NEEDS_PERSON, S.NEEDS_PERSON, "Nobody looked; the next role is asked."),
    Step(E.RESOLVED_DONE, S.NEEDS_PERSON, S.CONFIRMED, "A person looked: it happened."),
    Step(E.RESOLVED_NOT_DONE, S.NEEDS_PERSON, S.REJECTED, "A person looked: it did not happen."),
)
_TARGETS = {(step.source, step.event): step.target for step in STEPS}

FINAL = frozenset(state for state in State if all(step.source is not state for step in STEPS))
# In these states the action happened, or may have: what it holds stays held.
MAY_HAVE_HAPPENED = frozenset({S.EXECUTING, S.UNKNOWN, S.NEEDS_PERSON, S.CONFIRMED})


class LifecycleError(HschedError):
    """A step that the table does not allow."""


def follow(state: State | None, event: Event) -> State:
    """Where an event leads from a state; a step that is not in the table raises."""
    try:
        return _TARGETS[state, event]
    except KeyError:
        raise LifecycleError(f"a proposal that is {state or 'new'} cannot be {event}") from None


def allows(state: State | None, event: Event) -> bool:
    """Whether the table has that step."""
    return (state, event) in _TARGETS


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = [f"    {step.source or '[*]'} --> {step.target}: {step.event}" for step in STEPS]
    ends = [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(["stateDiagram-v2", *lines, *ends])
