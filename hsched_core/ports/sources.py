"""Where facts come from: the clock, the EHR read as daily changes or as its present, the vault, the identified zone."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from hsched_core.domain.actions import Action
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.waiting import ClinicianProfile, WaitingClient
from hsched_core.policy.facts import CalendarFacts


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


class Directory(Protocol):
    """Pseudonyms of one kind as they stood at one moment."""

    def find(self, identifier: str) -> str | None:
        """The identifier's pseudonym; None where it had none. Looking makes none."""
        ...


class Vault(Protocol):
    """Random pseudonyms for identifiers. The only place where both stand side by side."""

    def pseudonyms(self, kind: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        """The pseudonym of each identifier of that kind (client, appointment, ...), made at first sight."""
        ...

    def directory(self, kind: str) -> Directory:
        """All pseudonyms of that kind, for who has many to find in a hurry and writes down themselves what became of it."""
        ...

    def resolve(self, kind: str, pseudonym: str, *, actor: str, reason: str) -> str:
        """The identifier behind a pseudonym; recorded in the access log with who asked and why."""
        ...

    def find(self, kind: str, identifier: str, *, actor: str, reason: str) -> str | None:
        """The pseudonym that an identifier has already; recorded likewise. None where it has none: looking makes none."""
        ...


class IdentifiedZone(Protocol):
    """Encrypted files of the identified zone, addressed by name; tampered or moved content does not open."""

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes: ...

    def exists(self, name: str) -> bool: ...

    def names(self, prefix: str) -> Sequence[str]:
        """Names below a prefix, sorted."""
        ...


class CalendarReader(Protocol):
    """The EHR's present, for one action."""

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        """Read now, not cached. What was written under `key` is left out, where the EHR can tell."""
        ...


class PracticeReader(Protocol):
    """The EHR's present, beyond one action: what use cases look at. Read now, not cached; `UserError` where the EHR does not answer."""

    def appointment(self, appointment: str) -> Appointment | None:
        """One appointment by its pseudonym; None where the EHR has none."""
        ...

    def appointments(self, start: datetime, end: datetime) -> Sequence[Appointment]:
        """Every appointment that touches the span, cancelled ones included."""
        ...

    def changed_since(self, instant: datetime) -> Sequence[Appointment]:
        """Appointments that changed at or after that instant by the EHR's clock: what a catch-up poll asks."""
        ...

    def waiting(self) -> Sequence[WaitingClient]:
        """Everybody on the waitlist whose entry is open."""
        ...

    def clinicians(self) -> Sequence[ClinicianProfile]:
        """Everybody who sees clients."""
        ...

    def set_aside(self) -> Mapping[str, int]:
        """How many rows of the last readings of lists could not be read and were left out, by code (`unexpected_form: record.field`)."""
        ...
