"""The operational store as path and desk use it: serialised transactions whose every writer takes its audit entry."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Contact, Inbound, Wishes
from hsched_core.domain.holdout import Draw
from hsched_core.domain.offers import Offer, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session
from hsched_core.domain.standby import StandbyRecord
from hsched_core.domain.waiting import OfferHistory
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import ContactFacts
from hsched_core.ports.sources import Clock


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

    def now(self, clock: Clock) -> datetime:
        """The present by the store's own clock, where processes of several machines share one; that of `clock` where they do not.

        A clock that is not the wall's (a test's, the sandbox's) stands: there is only one of it.
        """
        ...

    def offer(self, offer_id: str) -> Offer | None:
        """What became of an offer that left, by its case's id."""
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

    def set_paused(self, client: str, since: datetime | None, *, audit: AuditEntry) -> None:
        """A person has this client: nothing is sent until they give them back (None)."""
        ...

    def put_offer(self, offer: Offer, *, audit: AuditEntry) -> None:
        """Store an offer, new or changed. Raises where the stored version is not the one before."""
        ...

    def standby(self, record_id: str) -> StandbyRecord | None:
        """What became of a standby offer that left, by its case's id."""
        ...

    def put_standby(self, record: StandbyRecord, *, audit: AuditEntry) -> None:
        """Store a standby, new or changed. Raises where the stored version is not the one before."""
        ...

    def add_message(self, client: str, message: Inbound, *, audit: AuditEntry) -> None:
        """That the client said something, under which reference and when; not what."""
        ...

    def record(self, *, audit: AuditEntry) -> None:
        """An entry without a change of state: a refused decision, a late answer."""
        ...


class DeskTransaction(Transaction, Protocol):
    """A transaction of the path that also sees openings: what the waitlist's desk needs."""

    def opening(self, opening_id: str) -> OpeningRecord | None: ...

    def openings(self, *states: OpeningState, after: datetime) -> Sequence[OpeningRecord]:
        """Every opening in one of those states that starts after that instant, by its start."""
        ...

    def openings_of(self, clinician: str, start: datetime, end: datetime) -> Sequence[OpeningRecord]:
        """Every opening of a clinician that touches the span, whatever its state."""
        ...

    def offers(self, opening_id: str) -> Sequence[Offer]:
        """Every offer of an opening, in the order in which they were sent."""
        ...

    def unfinished_offers(self) -> Sequence[Offer]:
        """Offers that are live, or whose end was not followed up."""
        ...

    def standbys(self, *, appointment: str = "", client: str = "") -> Sequence[StandbyRecord]:
        """Open standbys, of all visits and clients or of one, the oldest first."""
        ...

    def offer_histories(self) -> Sequence[OfferHistory]:
        """What each client was asked so far; `asked_for` names the openings."""
        ...

    def cases_about(self, subject: str) -> Sequence[Case]:
        """Every case about that subject, whatever its state, oldest first."""
        ...

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool:
        """Whether the trail tells such a thing of the subject at or after that instant."""
        ...

    def wishes(self) -> Mapping[str, Wishes]:
        """How clients said themselves that they want to be written to; who said nothing is not there."""
        ...

    def put_opening(self, record: OpeningRecord, *, audit: AuditEntry) -> None:
        """Store an opening, new or changed. Raises where the stored version is not the one before."""
        ...

    def draw(self, use_case: str, subject: str) -> Draw | None:
        """What was drawn for a subject; None where nothing was."""
        ...

    def put_draw(self, draw: Draw, *, audit: AuditEntry) -> None:
        """Store a draw. A subject is drawn once: a second draw raises."""
        ...


class DeskStore(Protocol):
    """The operational store of one practice, as the waitlist's desk uses it."""

    def transaction(self) -> AbstractContextManager[DeskTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...


class PathStore(Protocol):
    """The operational store of one practice, as the path uses it."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...
