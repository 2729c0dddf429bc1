"""What clients' replies need from outside: where the words are kept, what became of each reply, and who is paged."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import ConsentEvent, Inbound
from hsched_core.domain.errors import HschedError
from hsched_core.domain.replies import InboundText, Letter, Page, Reply, ReplyState
from hsched_core.ports.store import DeskTransaction


class InboundTexts(Protocol):
    """Inbound messages with their words, encrypted in the identified zone. Receivers write here; the desk of replies reads."""

    def keep(self, message: InboundText, text: str, address: str = "") -> bool:
        """Store a message durably; False where one of that id is stored already: nothing changes then.

        `address` is where an unknown sender, or one of several, can be reached; it is kept with the words.
        """
        ...

    def unread(self, limit: int) -> Sequence[InboundText]:
        """Messages nobody has read, oldest first."""
        ...

    def text_of(self, message: str) -> str:
        """The words of a message; SafeError where they cannot be opened."""
        ...


class RepliesTransaction(DeskTransaction, Protocol):
    """A transaction of the path that also sees replies, and what they change of a client. Every writer takes its audit entry."""

    def reply(self, message: str) -> Reply | None: ...

    def replies_of(self, client: str) -> Sequence[Reply]:
        """Open replies that are, or may be, this client's."""
        ...

    def put_reply(self, reply: Reply, *, audit: AuditEntry) -> None:
        """Store a reply. Raises where the stored version is not the one before."""
        ...

    def add_consent(self, client: str, event: ConsentEvent, *, audit: AuditEntry) -> None:
        """Append to the client's log of consent."""
        ...

    def add_message(self, client: str, message: Inbound, *, audit: AuditEntry) -> None: ...

    def set_paused(self, client: str, since: datetime | None, *, audit: AuditEntry) -> None:
        """Nothing is sent to the client, until None."""
        ...


class RepliesStore(InboundTexts, Protocol):
    """The replies of one practice."""

    def letter(self, message: str) -> Letter:
        """The words of a message and where they came from; SafeError where they cannot be opened."""
        ...

    def transaction(self) -> AbstractContextManager[RepliesTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...

    def standing(self, *states: ReplyState) -> Sequence[Reply]:
        """Replies in those states, oldest first."""
        ...

    def confirmations(self, appointments: Sequence[str]) -> Mapping[str, datetime]:
        """When each of these visits was confirmed, by a reply or to somebody who called; those that never were are not there."""
        ...


class PageError(HschedError):
    """Nobody could be reached. `reason` is a word of the program."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pager(Protocol):
    """Calls a person who is on duty."""

    def page(self, page: Page) -> None:
        """Call once; PageError where the call did not get through."""
        ...
