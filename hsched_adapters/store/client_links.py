"""`ClientLinkStore` on SQL: addresses by their hash, and what clients wish, every change with its audit entry."""

from collections.abc import Iterator
from contextlib import contextmanager

from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.path import SqlTransaction
from hsched_adapters.store.schema import client_links, client_wishes
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.client_links import ClientLink
from hsched_core.domain.contact import Wishes
from hsched_core.domain.errors import SafeError


class SqlClientLinkStore:
    """The links of one practice in the operational store."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    @contextmanager
    def transaction(self) -> Iterator["SqlClientLinkTransaction"]:
        """Stored when left, with its entries; nothing is, when left by an exception."""
        with self._trail.writing() as recording:
            yield SqlClientLinkTransaction(recording, self._trail.practice)

    @contextmanager
    def looking(self) -> Iterator["SqlClientLinkTransaction"]:
        """One state of the store, to be read only: waits for no writer."""
        with self._trail.reading() as connection:
            yield SqlClientLinkTransaction(Recording(connection), self._trail.practice)


class SqlClientLinkTransaction(SqlTransaction):
    """`ClientLinkTransaction`: a transaction of the path that also knows links."""

    def link(self, link_id: str) -> ClientLink | None:
        text = self._do(self._ours(client_links, client_links.c.document).where(client_links.c.id == link_id)).scalar()
        return from_text(ClientLink, text) if text else None

    def wishes_of(self, client: str) -> Wishes:
        text = self._do(self._ours(client_wishes, client_wishes.c.document).where(client_wishes.c.client == client)).scalar()
        return from_text(Wishes, text) if text else Wishes()

    def put_link(self, link: ClientLink, *, audit: AuditEntry) -> None:
        kept = {"client": link.client, "case_id": link.case_id, "expires_at": link.expires_at}
        if not self._step(client_links, link.id, kept | {"version": link.version, "document": to_text(link)}):
            raise SafeError("link_moved_meanwhile", f"case {link.case_id}")
        self._recording.record(audit)

    def put_wishes(self, client: str, wishes: Wishes, *, audit: AuditEntry) -> None:
        self._put(client_wishes, {"client": client}, {"document": to_text(wishes)})
        self._recording.record(audit)
