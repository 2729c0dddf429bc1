"""What clients' replies need from outside: where the words are kept, and who is paged."""

from collections.abc import Sequence
from typing import Protocol

from hsched_core.domain.replies import InboundText


class InboundTexts(Protocol):
    """Inbound messages with their words, encrypted in the identified zone. Receivers write here; the desk of replies reads."""

    def keep(self, message: InboundText, text: str) -> bool:
        """Store a message durably; False where one of that id is stored already: nothing changes then."""
        ...

    def unread(self, limit: int) -> Sequence[InboundText]:
        """Messages nobody has dealt with, oldest first."""
        ...

    def text_of(self, message: str) -> str:
        """The words of a message; SafeError where they cannot be opened."""
        ...
