"""What waits in the inbox: deliveries of other systems, how they were received, and what became of them.

A sender's own message id and body never leave the store: everything else names a message by its keyed code.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.appointments import Notice
from hsched_core.domain.errors import HschedError

POLL = "poll"  # the source of what the catch-up poll found


class Reception(StrEnum):
    """How a delivery was received. Only kept and known ones are acknowledged."""

    KEPT = "kept"  # stored durably
    KNOWN = "known"  # stored before: the same id, the same content
    ALTERED = "altered"  # the id stands for other content
    HEADERS = "headers"  # missing, doubled or not of the form they have
    TIMESTAMP = "timestamp"  # too old or too new: a replay, or a clock that is off
    SIGNATURE = "signature"  # by none of our secrets
    SOURCE = "source"  # no connection of that name
    OVERSIZED = "oversized"

    @property
    def is_acknowledged(self) -> bool:
        return self in (Reception.KEPT, Reception.KNOWN)


class MessageState(StrEnum):
    """Where a message stands. Taken ones whose lease lapsed may be taken again."""

    RECEIVED = "received"  # nobody has read it yet
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    DEAD = "dead"  # a person decides


@dataclass(frozen=True)
class Delivery:
    """A message whose sender is known to be who they say. `id` is the sender's: the same for every attempt."""

    source: str
    id: str = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Sealed:
    """A delivery as it is stored."""

    source: str
    message: str
    body_digest: str
    body: bytes = field(repr=False)
    kid: str


@dataclass(frozen=True)
class Message:
    """A stored message, without its body. `notice` is there once it was read."""

    id: str
    source: str
    state: MessageState
    received_at: datetime
    attempts: int
    strikes: int
    notice: Notice | None = None


@dataclass(frozen=True)
class Claim:
    """A message somebody works on, until its lease lapses. `attempts` tells their lease from every other."""

    message: str
    source: str
    received_at: datetime
    notice: Notice
    attempts: int
    strikes: int


@dataclass(frozen=True)
class DeadLetter:
    """A message nobody could work with."""

    id: str
    source: str
    reason: str
    attempts: int
    received_at: datetime


@dataclass(frozen=True)
class Drained:
    """What one draining did. `lost` are those that took longer than their lease: somebody else has them."""

    handled: int = 0
    postponed: int = 0
    buried: int = 0
    lost: int = 0


@dataclass(frozen=True)
class InboxRules:
    """Limits of the inbox. Durations by the practice's clock."""

    largest_bytes: int = 65_536  # Standard Webhooks asks senders to stay below 20 kB
    lease: timedelta = timedelta(minutes=5)
    most_strikes: int = 8  # failures that are the message's own
    gives_up_after: timedelta = timedelta(days=3)  # as long as senders are asked to go on trying
    first_delay: timedelta = timedelta(seconds=2)
    longest_delay: timedelta = timedelta(minutes=5)
    poll_overlap: timedelta = timedelta(minutes=10)  # what an EHR may show late
    skew: timedelta = timedelta(minutes=5)  # by how much clocks may differ
    refusals_every: timedelta = timedelta(minutes=1)  # one entry for each kind of refusal

    def at_pace(self, pace: float) -> "InboxRules":
        """For a clock that runs so much faster than the machine's: what workers and networks need takes as long as ever."""
        names = ("lease", "first_delay", "longest_delay", "poll_overlap", "refusals_every")
        return replace(self, **{name: getattr(self, name) * pace for name in names})


class UnreadableMessageError(HschedError):
    """A message that says nothing we know. `reason` is a word of the program."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
