"""What a reply and a look at the other side mean: pure, and never a guess. What is not certain is `unknown`, or a person's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Absent, CannotTell, Capabilities, Done, Found, NotSent, Refused, Reply, Sighting


@dataclass(frozen=True)
class Outcome:
    """The event an observation amounts to, what changes with it, and a code for the trail."""

    event: Event
    code: str
    changes: tuple[tuple[str, Any], ...] = ()


def after_write(case: Case, reply: Reply, sighting: Sighting, capabilities: Capabilities) -> Outcome:
    """What became of a write, from the reply and what was read back after it."""
    if isinstance(reply, Refused):
        return Outcome(Event.REJECTED, reply.code)
    if isinstance(reply, NotSent):
        return Outcome(Event.RETURNED, reply.code, (("not_before", reply.retry_at),))
    if not isinstance(reply, Done):
        return Outcome(Event.LOST_SIGHT, reply.code)
    if not capabilities.reads_back:
        return Outcome(Event.CONFIRMED, "accepted", (("reference", reply.reference),))
    return _as_found(case, sighting) or Outcome(Event.LOST_SIGHT, "not_read_back", (("reference", reply.reference),))


def after_search(case: Case, sighting: Sighting, now: datetime, capabilities: Capabilities, policy: PracticePolicy) -> Outcome:
    """What a search after the settle window says about an unknown outcome."""
    if found := _as_found(case, sighting):
        return found
    if isinstance(sighting, Absent) and case.attempts < policy.max_attempts:
        return Outcome(Event.NOT_FOUND, "absent", (("reference", ""),))
    if isinstance(sighting, CannotTell) and case.probes + 1 < policy.max_probes:
        later = now + capabilities.settle_window
        return Outcome(Event.STILL_UNKNOWN, "no_answer", (("probes", case.probes + 1), ("settle_until", later)))
    return Outcome(Event.HANDED_OVER, "too_many_attempts")


def _as_found(case: Case, sighting: Sighting) -> Outcome | None:
    """Confirmed where the very action is found; a person's where something else stands there."""
    if not isinstance(sighting, Found):
        return None
    changes = (("reference", sighting.reference),)
    if sighting.action == case.action:
        return Outcome(Event.CONFIRMED, "read_back", changes)
    return Outcome(Event.HANDED_OVER, "something_else", changes)
