"""Links of messages over any store of the path, in memory: what pages need beside the path, for tests that are not about storing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.client_links import ClientLink
from hsched_core.domain.contact import Wishes


@dataclass
class FakeLinkStore:
    """`ClientLinkStore`: the links here, everything else in the store of the path."""

    store: Any
    links: dict[str, ClientLink] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator["FakeLinkTransaction"]:
        with self.store.transaction() as tx:
            yield FakeLinkTransaction(tx, self.links)

    looking = transaction


@dataclass
class FakeLinkTransaction:
    """A transaction of the path that also knows links."""

    _tx: Any
    _links: dict[str, ClientLink]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def link(self, link_id: str) -> ClientLink | None:
        return self._links.get(link_id)

    def wishes_of(self, client: str) -> Wishes:
        return Wishes()

    def put_link(self, link: ClientLink, *, audit: AuditEntry) -> None:
        self._links[link.id] = link
        self._tx.record(audit=audit)
