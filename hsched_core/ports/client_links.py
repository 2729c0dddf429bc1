"""What the pages behind messages' links need from the store: the links, what was done there, and what clients wish."""

from contextlib import AbstractContextManager
from typing import Protocol

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.client_links import ClientLink
from hsched_core.domain.contact import ConsentEvent, Wishes
from hsched_core.ports.store import Transaction


class ClientLinkTransaction(Transaction, Protocol):
    """A transaction of the path that also knows links. Every writer takes its audit entry."""

    def link(self, link_id: str) -> ClientLink | None:
        """The link whose secret has that hash."""
        ...

    def wishes_of(self, client: str) -> Wishes:
        """How the client wants to be written to, as they said on a page."""
        ...

    def put_link(self, link: ClientLink, *, audit: AuditEntry) -> None:
        """Store a link, new or changed. Raises where the stored version is not the one before."""
        ...

    def put_wishes(self, client: str, wishes: Wishes, *, audit: AuditEntry) -> None: ...

    def add_consent(self, client: str, event: ConsentEvent, *, audit: AuditEntry) -> None:
        """Append to the client's log of consent."""
        ...


class ClientLinkStore(Protocol):
    """The links of one practice."""

    def transaction(self) -> AbstractContextManager[ClientLinkTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...

    def looking(self) -> AbstractContextManager[ClientLinkTransaction]:
        """One state of the store, to be read only: waits for no writer."""
        ...
