"""What became of an offer that left, and of the opening it was for: facts beside the cases of the path, each end reached once.

A case says whether the message was sent. These say how it ended: an offer is live until it is answered, runs out or is taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hsched_core.domain.lifecycle import LifecycleError
from hsched_core.domain.openings import Opening, OpeningState


class OfferState(StrEnum):
    """Where an offer stands."""

    SENT = "sent"  # it is out, or may be: the client can answer
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # the opening was filled otherwise before the client answered
    LOST = "lost"  # accepted, and the time could not be booked


F, P = OfferState, OpeningState
OFFER_STEPS: Mapping[OfferState | None, frozenset[OfferState]] = {
    None: frozenset({F.SENT}),
    F.SENT: frozenset({F.ACCEPTED, F.DECLINED, F.EXPIRED, F.WITHDRAWN, F.LOST}),
    F.ACCEPTED: frozenset({F.LOST}),
}
OPENING_STEPS: Mapping[OpeningState | None, frozenset[OpeningState]] = {
    None: frozenset({P.OPEN}),
    P.OPEN: frozenset({P.FILLED, P.TAKEN, P.PASSED, P.EXHAUSTED}),
    P.FILLED: frozenset({P.OPEN}),  # the taker cancelled
    P.TAKEN: frozenset({P.OPEN}),  # it became free again
    P.EXHAUSTED: frozenset({P.OPEN, P.TAKEN, P.PASSED}),  # open again: somebody new waits
}


@dataclass(frozen=True)
class Offer:
    """An offer that was handed over. `id` is its case's; `booking` the case its acceptance made."""

    id: str
    opening: str
    client: str
    waitlist_entry: str
    answer_by: datetime
    sent_at: datetime
    since: datetime
    state: OfferState = OfferState.SENT
    version: int = 1  # counts every change
    booking: str = ""
    is_followed_up: bool = False  # what its end asks for was proposed: kind words, the entry's status


@dataclass(frozen=True)
class OpeningRecord:
    """An opening with what became of it. `booking` is the case that filled it, or that gives it, or gave it, to a client who picked it
    for a visit of theirs; `left_by` everybody who gave its time up.
    """

    opening: Opening
    state: OpeningState
    since: datetime
    left_by: tuple[str, ...]
    version: int = 1
    wave: int = 0  # how often somebody was chosen to be asked
    busy_until: datetime | None = None  # one worker is choosing whom to ask; after that moment another may
    booking: str = ""

    @property
    def id(self) -> str:
        return self.opening.id

    @property
    def was_picked(self) -> bool:
        """A client moved a visit here: no time was filled by it, for another one became free."""
        return self.state is OpeningState.TAKEN and bool(self.booking)

    @property
    def was_filled(self) -> bool:
        """Somebody has the time, and no other one became free for it."""
        return self.state in (OpeningState.FILLED, OpeningState.TAKEN) and not self.was_picked


def ended(offer: Offer, state: OfferState, at: datetime, **changes: Any) -> Offer:
    """The offer after that step; one that the table does not have raises."""
    if state not in OFFER_STEPS.get(offer.state, ()):
        raise LifecycleError(f"an offer that is {offer.state} cannot be {state}")
    return replace(offer, **changes, state=state, since=at, version=offer.version + 1)


def turned(record: OpeningRecord, state: OpeningState, at: datetime, **changes: Any) -> OpeningRecord:
    """The opening after that step; one that the table does not have raises."""
    if state not in OPENING_STEPS.get(record.state, ()):
        raise LifecycleError(f"an opening that is {record.state} cannot be {state}")
    return replace(record, **changes, state=state, since=at, version=record.version + 1, busy_until=None)


def diagram(steps: Mapping[Any, frozenset[Any]]) -> str:
    """One of the tables as a Mermaid state diagram."""
    lines = [f"    {source or '[*]'} --> {target}" for source, targets in steps.items() for target in sorted(targets)]
    ends = sorted({target for targets in steps.values() for target in targets} - steps.keys())
    return "\n".join(["stateDiagram-v2", *lines, *(f"    {end} --> [*]" for end in ends)])
