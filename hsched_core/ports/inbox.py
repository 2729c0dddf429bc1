"""What messages of other systems need: who verifies and translates them, and where they are kept."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from hsched_core.domain.appointments import Notice
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.inbox import Claim, DeadLetter, Delivery, Message, MessageState, Reception, Sealed

Told = Callable[[Sequence[Sealed]], AuditEntry]  # the entry that tells of the messages that turned out to be new


class Verifier(Protocol):
    """Tells who signed a webhook."""

    def knows(self, source: str) -> bool:
        """Whether there is a connection of that name."""
        ...

    def verify(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        """The delivery where the source signed exactly these bytes lately; else why it is refused. Does not look into the body before."""
        ...


class Translator(Protocol):
    """Reads a verified body."""

    def notice(self, source: str, body: bytes, received_at: datetime) -> Notice:
        """What it tells, under pseudonyms; `UnreadableMessageError` where it tells nothing we know."""
        ...


class InboxTransaction(Protocol):
    """One serialised transaction of the inbox. Every writer takes its audit entry."""

    def digests(self, messages: Sequence[str]) -> Mapping[str, str]:
        """Digest of the body of each of these messages that is stored."""
        ...

    def told(self, notices: Sequence[Notice]) -> frozenset[Notice]:
        """Those that another message tells too, and that were worked on or still will be."""
        ...

    def next(self, now: datetime) -> Message | None:
        """The oldest message that is due and about something nobody works on; nobody else gets it before this transaction ends."""
        ...

    def find(self, message: str) -> Message | None: ...

    def add(self, sealed: Sequence[Sealed], at: datetime, *, audit: Told) -> frozenset[str]:
        """Store those of different messages that are not known yet, with the entry that tells of them; which ones."""
        ...

    def add_notices(self, notices: Mapping[str, Notice], source: str, at: datetime, mark: datetime, *, audit: AuditEntry) -> None:
        """Store what was found without a message, by its code, and that the source was looked through up to `mark`."""
        ...

    def add_dead(self, sealed: Sealed, reason: str, at: datetime, *, audit: AuditEntry) -> None:
        """Store a message that nobody may work with."""
        ...

    def read(self, notices: Mapping[str, Notice], *, audit: AuditEntry) -> None:
        """What each of these messages turned out to tell."""
        ...

    def bury(self, message: str, reason: str, *, audit: AuditEntry) -> None:
        """Nobody works with it until a person replays it."""
        ...

    def claim(self, message: Message, until: datetime, *, audit: AuditEntry) -> Claim:
        """Take it, until then."""
        ...

    def settle(
        self, claim: Claim, state: MessageState, *, audit: AuditEntry, due_at: datetime | None = None, strikes: int = 0, reason: str = ""
    ) -> None:
        """What became of a claim. Raises SafeError `lease_lost` where it is somebody else's by now."""
        ...

    def revive(self, message: str, at: datetime, *, audit: AuditEntry) -> None:
        """A dead letter gets another life."""
        ...

    def record(self, *, audit: AuditEntry) -> None:
        """An entry without a change of state: what was refused."""
        ...


class InboxStore(Protocol):
    """The inbox of one practice."""

    def transaction(self) -> AbstractContextManager[InboxTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...

    def seal(self, delivery: Delivery, *, is_altered: bool = False) -> Sealed:
        """As it is stored; an altered one under a code of its own, beside the message whose id it carries."""
        ...

    def code(self, source: str, notice: Notice) -> str:
        """The code of a notice that came without a message."""
        ...

    def body(self, message: str) -> bytes:
        """The body of a stored message; SafeError where it cannot be opened."""
        ...

    def unread(self, limit: int) -> Sequence[Message]:
        """Messages nobody has read, oldest first."""
        ...

    def due(self, now: datetime) -> int:
        """How many messages may be worked on now."""
        ...

    def due_mark(self, now: datetime) -> str:
        """A name for those: another one whenever one of them changes, or comes, or goes; empty for none."""
        ...

    def counts(self) -> Mapping[MessageState, int]: ...

    def dead_letters(self) -> Sequence[DeadLetter]:
        """Oldest first."""
        ...

    def mark(self, source: str) -> datetime | None:
        """Up to when a source was looked through, by its own clock."""
        ...
