"""Protocols of the outside world. Adapters implement them; hosts receive them from `hsched_adapters.assembly`."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from hsched_core.domain.actions import Action, Destination, OfferSlot
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Approval, Case
from hsched_core.domain.contact import Contact
from hsched_core.domain.errors import HschedError
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session
from hsched_core.domain.waiting import ClinicianProfile, WaitingClient
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import CalendarFacts, ContactFacts


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


class Transaction(Protocol):
    """One serialised transaction of the operational store: what is read here cannot change before what is written here is stored.

    Every writer takes its audit entry: state and trail are stored together, or neither is.
    """

    def case(self, case_id: str) -> Case | None: ...

    def open_cases(self) -> Sequence[Case]:
        """Every case that is not in a final state, oldest first."""
        ...

    def rollout(self, use_case: str, since: datetime) -> Rollout:
        """Phase, order in force, its uses since that instant, and the kill switch."""
        ...

    def contact_facts(self, client: str, without_case: str) -> ContactFacts:
        """Consent, contacts of all use cases and messages of a client; the named case's own contact is left out."""
        ...

    def held(self, session: Session, without_case: str, confirmed_since: datetime) -> tuple[Session, ...]:
        """Holds of other cases that overlap the session; of confirmed ones only those confirmed since: older ones stand in the calendar."""
        ...

    def add(self, case: Case, *, audit: AuditEntry) -> None:
        """Store a new case."""
        ...

    def save(self, case: Case, *, audit: AuditEntry, contact: Contact | None = None) -> None:
        """Store a moved case, and the case's line in the contact ledger. Raises where the stored version is not the one before."""
        ...

    def set_phase(self, use_case: str, phase: Phase, *, audit: AuditEntry) -> None: ...

    def set_stopped(self, is_stopped: bool, *, audit: AuditEntry) -> None:
        """Throw the kill switch, or put it back."""
        ...

    def record(self, *, audit: AuditEntry) -> None:
        """An entry without a change of state: a refused decision, a late answer."""
        ...


class PathStore(Protocol):
    """The operational store of one practice, as the path uses it."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Stored when left; nothing is, when left by an exception."""
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


class PermitError(HschedError):
    """A write without an approval that covers it. A door never sees one."""


@dataclass(frozen=True)
class Permit:
    """Leave to carry out one action once. Cannot be made without approvals bound to that action, or to the offer that contains it."""

    case_id: str
    action: Action
    key: str  # idempotency key: the same for every attempt
    approvals: tuple[Approval, ...]
    offer: OfferSlot | None = None

    def __post_init__(self) -> None:
        if self.offer and self.offer.leads_to != self.action:
            raise PermitError("the offer leads to another booking")
        bound = (self.offer or self.action).digest
        if not self.approvals or any(approval.action_digest != bound for approval in self.approvals):
            raise PermitError("no approval covers the exact action")


@dataclass(frozen=True)
class Done:
    """The other side says it did it, and what it calls it."""

    reference: str


@dataclass(frozen=True)
class Refused:
    """The other side certainly did not do it, and will not (4xx)."""

    code: str


@dataclass(frozen=True)
class NotSent:
    """It certainly did nothing, and may be asked again from `retry_at` on (no connection, 429, 503)."""

    code: str
    retry_at: datetime


@dataclass(frozen=True)
class Unclear:
    """It may have happened, now or later (timeout, 500, a broken answer)."""

    code: str


Reply = Done | Refused | NotSent | Unclear


@dataclass(frozen=True)
class Found:
    """What the other side holds, in our own terms: equal to what was asked, or not."""

    reference: str
    action: Action


@dataclass(frozen=True)
class Absent:
    """It is not there."""


@dataclass(frozen=True)
class CannotTell:
    """The search failed, or there is none."""


Sighting = Found | Absent | CannotTell


@dataclass(frozen=True)
class Capabilities:
    """What the other side offers against doing things twice. `max_latency` is its worst time from a call to its effect."""

    honours_keys: bool
    can_search: bool  # by our key
    reads_back: bool  # by its own reference
    max_latency: timedelta

    @property
    def settle_window(self) -> timedelta:
        """A search before it may miss what comes late, and a second write would double it (SAFETY 0.3: 97 of 2,113)."""
        return 2 * self.max_latency


class Door(Protocol):
    """A write client: EHR, messages, or the practice's own rules."""

    @property
    def capabilities(self) -> Capabilities: ...

    def perform(self, permit: Permit) -> Reply:
        """One call, not repeated here."""
        ...

    def look(self, permit: Permit, reference: str) -> Sighting:
        """What is there under the reference or, where that is empty, under the permit's key."""
        ...


class Doors(Protocol):
    """Makes write clients. In phase shadow it makes none, except to the practice's own rules."""

    def door(self, destination: Destination, phase: Phase) -> Door | None: ...
