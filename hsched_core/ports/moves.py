"""What the picking of another time needs from the store: openings and cases, and the links behind which clients pick."""

from contextlib import AbstractContextManager
from typing import Protocol

from hsched_core.ports.client_links import ClientLinkTransaction
from hsched_core.ports.store import DeskTransaction


class MovesTransaction(DeskTransaction, ClientLinkTransaction, Protocol):
    """A transaction of the desk that also knows links."""


class MovesStore(Protocol):
    """The operational store of one practice, as the desk of moves uses it."""

    def transaction(self) -> AbstractContextManager[MovesTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...

    def looking(self) -> AbstractContextManager[MovesTransaction]:
        """One state of the store, to be read only: waits for no writer."""
        ...
