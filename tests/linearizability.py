"""Whether what happened at once could have happened one after the other (Wing and Gong's search), for one opening and its offers.

An operation that died may have taken effect at any time after it began, or never.
"""

from collections.abc import Iterator
from dataclasses import dataclass

State = tuple[str, ...]  # of each offer


@dataclass(frozen=True)
class Operation:
    """Who did what to which offer, between which moments; `result` is None where the client died before the answer."""

    kind: str  # accept, decline, expire, close
    offer: int
    began: int
    ended: int | None
    result: str | None


def step(state: State, one: Operation) -> tuple[State, str]:
    """The opening as it is meant to be: what the operation gives, alone, and what it leaves."""
    if one.kind == "close":
        return tuple("withdrawn" if offer == "sent" else offer for offer in state), "done"
    offer = state[one.offer]
    after, result = _of_offer(offer, one.kind, "accepted" in state)
    return (*state[: one.offer], after, *state[one.offer + 1 :]), result


def _of_offer(offer: str, kind: str, is_taken: bool) -> tuple[str, str]:
    if kind == "accept":
        after = offer if offer != "sent" else "lost" if is_taken else "accepted"
        return after, "yes" if after == "accepted" else "no"
    if kind == "decline":
        after = "declined" if offer == "sent" else offer
        return after, "yes" if after == "declined" else "no"
    return ("expired" if offer == "sent" else offer), "done"


def is_linearizable(history: list[Operation], offers: int) -> bool:
    """Whether some order of the operations, each within its own time, gives every result that was seen."""
    seen: set[tuple[frozenset[int], State]] = set()
    stack = [(frozenset[int](), ("sent",) * offers)]
    while stack:
        done, state = stack.pop()
        if all(place in done or one.result is None for place, one in enumerate(history)):
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        stack.extend(_next(history, done, state))
    return False


def _next(history: list[Operation], done: frozenset[int], state: State) -> Iterator[tuple[frozenset[int], State]]:
    """Every operation that may come first among those left: none of them had ended before it began."""
    left = [place for place in range(len(history)) if place not in done]
    first_end = min((ended for place in left if (ended := history[place].ended) is not None), default=None)
    for place in left:
        one = history[place]
        if first_end is not None and one.began > first_end:
            continue
        after, result = step(state, one)
        if one.result in (None, result):
            yield done | {place}, after
