"""Protocols of the outside world. Adapters implement them; hosts receive them from `hsched_adapters.assembly`."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present, timezone-aware."""
        ...


@dataclass(frozen=True)
class Rejected:
    """A row that broke the contract. `content` is the raw row: it lives in the identified zone only."""

    file: str
    row: int
    field: str
    reason: str
    content: str = dataclasses.field(default="", repr=False)  # `field` names the column here


@dataclass(frozen=True)
class Extract:
    """One table's changes of one day: contract rows (field -> value, in the contract's kinds) and what was rejected."""

    table: str
    day: date
    rows: Sequence[Mapping[str, Any]]
    rejected: Sequence[Rejected] = ()


class EhrSource(Protocol):
    """A practice's EHR, read only, as daily changes."""

    def span(self) -> tuple[date, date | None]:
        """First day with records, and the last one where the source has an end (an imported file)."""
        ...

    def changes(self, table: str, day: date) -> Extract:
        """What became known on that local day. A day without changes is an empty extract, not an error."""
        ...


class Vault(Protocol):
    """Random pseudonyms for identifiers. The only place where both stand side by side."""

    def pseudonyms(self, kind: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        """The pseudonym of each identifier of that kind (client, appointment, ...), made at first sight."""
        ...

    def resolve(self, kind: str, pseudonym: str, *, actor: str, reason: str) -> str:
        """The identifier behind a pseudonym; recorded in the access log with who asked and why."""
        ...


class IdentifiedZone(Protocol):
    """Encrypted files of the identified zone, addressed by name; tampered or moved content does not open."""

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes: ...

    def exists(self, name: str) -> bool: ...

    def names(self, prefix: str) -> Sequence[str]:
        """Names below a prefix, sorted."""
        ...
