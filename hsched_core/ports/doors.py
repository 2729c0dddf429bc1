"""Write clients and what they are given and answer: a permit in, a reply or a sighting out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hsched_core.domain.actions import Action, Destination, OfferSlot
from hsched_core.domain.case import Approval
from hsched_core.domain.errors import HschedError
from hsched_core.domain.rollout import Phase


class PermitError(HschedError):
    """A write without an approval that covers it. A door never sees one."""


@dataclass(frozen=True)
class Permit:
    """Leave to carry out one action once. Cannot be made without approvals bound to that action, or to the offer that contains it."""

    case_id: str
    action: Action
    key: str  # idempotency key: the same for every attempt
    approvals: tuple[Approval, ...]
    offer: OfferSlot | None = None

    def __post_init__(self) -> None:
        if self.offer and self.offer.leads_to != self.action:
            raise PermitError("the offer leads to another booking")
        bound = (self.offer or self.action).digest
        if not self.approvals or any(approval.action_digest != bound for approval in self.approvals):
            raise PermitError("no approval covers the exact action")


@dataclass(frozen=True)
class Done:
    """The other side says it did it, and what it calls it."""

    reference: str


@dataclass(frozen=True)
class Refused:
    """The other side certainly did not do it, and will not (4xx)."""

    code: str


@dataclass(frozen=True)
class NotSent:
    """It certainly did nothing, and may be asked again from `retry_at` on (no connection, 401, 429, 503)."""

    code: str
    retry_at: datetime


@dataclass(frozen=True)
class Unclear:
    """It may have happened, now or later (timeout, 500, a broken answer)."""

    code: str


Reply = Done | Refused | NotSent | Unclear


@dataclass(frozen=True)
class Found:
    """What the other side holds, in our own terms: equal to what was asked, or not."""

    reference: str
    action: Action


@dataclass(frozen=True)
class Absent:
    """It is not there."""


@dataclass(frozen=True)
class CannotTell:
    """The search failed, or there is none."""


Sighting = Found | Absent | CannotTell


@dataclass(frozen=True)
class Capabilities:
    """What the other side offers against doing things twice. `max_latency` is its worst time from a call to its effect."""

    honours_keys: bool
    can_search: bool  # by our key
    reads_back: bool  # by its own reference
    max_latency: timedelta

    @property
    def settle_window(self) -> timedelta:
        """A search before it may miss what comes late, and a second write would double it (SAFETY 0.3: 97 of 2,113)."""
        return 2 * self.max_latency


class Door(Protocol):
    """A write client: EHR, messages, or the practice's own rules."""

    @property
    def capabilities(self) -> Capabilities: ...

    def perform(self, permit: Permit) -> Reply:
        """One call, not repeated here."""
        ...

    def look(self, permit: Permit, reference: str) -> Sighting:
        """What is there under the reference or, where that is empty, under the permit's key."""
        ...


class Doors(Protocol):
    """Makes write clients. In phase shadow it makes none, except to the practice's own rules."""

    def door(self, destination: Destination, phase: Phase) -> Door | None: ...
