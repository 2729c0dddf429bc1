"""An operational store in memory for tests of the path: serialised transactions, compare-and-set, all or nothing."""

import copy
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import ConsentEvent, Contact, Inbound, Wishes
from hsched_core.domain.holdout import Draw
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import Offer, OfferState, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.standby import StandbyRecord
from hsched_core.domain.waiting import OfferHistory
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import ContactFacts
from hsched_core.ports import Clock


@dataclass
class Tables:
    """Everything stored."""

    cases: dict[str, Case] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)  # by case
    phases: dict[str, Phase] = field(default_factory=dict)
    orders: dict[str, StandingOrder] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    is_stopped: bool = False
    offers: dict[str, Offer] = field(default_factory=dict)
    openings: dict[str, OpeningRecord] = field(default_factory=dict)
    standbys: dict[str, StandbyRecord] = field(default_factory=dict)
    draws: dict[tuple[str, str], Draw] = field(default_factory=dict)
    # What other parts of the store know of a client, written by the tests.
    consents: dict[str, list[ConsentEvent]] = field(default_factory=dict)
    inbound: dict[str, list[Inbound]] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    wishes: dict[str, Wishes] = field(default_factory=dict)


class FakeTransaction:
    """Works on the tables directly; the store puts them back where it fails."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def case(self, case_id: str) -> Case | None:
        return self._tables.cases.get(case_id)

    def open_cases(self) -> Sequence[Case]:
        return [case for case in self._tables.cases.values() if case.state not in FINAL]

    def rollout(self, use_case: str, since: datetime) -> Rollout:
        order = self._tables.orders.get(use_case)
        approvals = [approval for case in self._tables.cases.values() for approval in case.approvals if not case.offer]
        used = sum(order is not None and one.order == order.reference and one.at >= since for one in approvals)
        return Rollout(self._tables.phases.get(use_case, Phase.REVIEW), order, used, self._tables.is_stopped)

    def contact_facts(self, client: str, without_case: str) -> ContactFacts:
        contacts = tuple(one for case_id, one in self._tables.contacts.items() if one.client == client and case_id != without_case)
        consents, inbound = self._tables.consents.get(client, []), self._tables.inbound.get(client, [])
        return ContactFacts(tuple(consents), contacts, tuple(inbound), client in self._tables.paused)

    def wishes(self) -> Mapping[str, Wishes]:
        return self._tables.wishes

    def held(self, session: Session, without_case: str, confirmed_since: datetime) -> tuple[Session, ...]:
        others = (case for case in self._tables.cases.values() if case.id != without_case and case.hold)
        fresh = (case for case in others if case.state is not State.CONFIRMED or case.since >= confirmed_since)
        return tuple(case.hold for case in fresh if case.hold and case.hold.overlaps(session))

    def add(self, case: Case, *, audit: AuditEntry) -> None:
        assert case.id not in self._tables.cases
        self._tables.cases[case.id] = case
        self._tables.audit.append(audit)

    def save(self, case: Case, *, audit: AuditEntry, contact: Contact | None = None) -> None:
        assert self._tables.cases[case.id].version == case.version - 1, "somebody else moved the case"
        self._tables.cases[case.id] = case
        if contact:
            self._tables.contacts[case.id] = contact
        self._tables.audit.append(audit)

    def set_phase(self, use_case: str, phase: Phase, *, audit: AuditEntry) -> None:
        self._tables.phases[use_case] = phase
        self._tables.audit.append(audit)

    def set_stopped(self, is_stopped: bool, *, audit: AuditEntry) -> None:
        self._tables.is_stopped = is_stopped
        self._tables.audit.append(audit)

    def set_paused(self, client: str, since: datetime | None, *, audit: AuditEntry) -> None:
        self._tables.paused = self._tables.paused - {client} if since is None else self._tables.paused | {client}
        self._tables.audit.append(audit)

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool:
        return any((one.kind, one.subject) == (kind, subject) and one.at >= since for one in self._tables.audit)

    def now(self, clock: Clock) -> datetime:
        return clock.now()

    def offer(self, offer_id: str) -> Offer | None:
        return self._tables.offers.get(offer_id)

    def offers(self, opening_id: str) -> Sequence[Offer]:
        return sorted((one for one in self._tables.offers.values() if one.opening == opening_id), key=lambda one: (one.sent_at, one.id))

    def unfinished_offers(self) -> Sequence[Offer]:
        followed = (OfferState.ACCEPTED, OfferState.WITHDRAWN, OfferState.LOST)
        offers = self._tables.offers.values()
        return [one for one in offers if one.state is OfferState.SENT or (one.state in followed and not one.is_followed_up)]

    def offer_histories(self) -> Sequence[OfferHistory]:
        clients = dict.fromkeys(one.client for one in self._tables.offers.values())
        return [self._history(client) for client in clients]

    def _history(self, client: str) -> OfferHistory:
        theirs = [one for one in self._tables.offers.values() if one.client == client]
        accepted = [one.since for one in theirs if one.state is OfferState.ACCEPTED]
        asked_for = frozenset(one.opening for one in theirs if one.state not in (OfferState.WITHDRAWN, OfferState.LOST))
        return OfferHistory(client, len(theirs), max(one.sent_at for one in theirs), max(accepted, default=None), asked_for)

    def opening(self, opening_id: str) -> OpeningRecord | None:
        return self._tables.openings.get(opening_id)

    def openings(self, *states: OpeningState, after: datetime) -> Sequence[OpeningRecord]:
        found = [one for one in self._tables.openings.values() if one.state in states and one.opening.starts_at > after]
        return sorted(found, key=lambda one: (one.opening.starts_at, one.id))

    def openings_of(self, clinician: str, start: datetime, end: datetime) -> Sequence[OpeningRecord]:
        theirs = [one for one in self._tables.openings.values() if one.opening.clinician == clinician]
        return [one for one in theirs if one.opening.starts_at < end and start < one.opening.ends_at]

    def cases_about(self, subject: str) -> Sequence[Case]:
        found = [case for case in self._tables.cases.values() if case.proposal.subject == subject]
        return sorted(found, key=lambda case: (case.since, case.id))

    def put_offer(self, offer: Offer, *, audit: AuditEntry) -> None:
        assert _follows(self._tables.offers.get(offer.id), offer), "somebody else moved the offer"
        self._tables.offers[offer.id] = offer
        self._tables.audit.append(audit)

    def put_opening(self, record: OpeningRecord, *, audit: AuditEntry) -> None:
        assert _follows(self._tables.openings.get(record.id), record), "somebody else moved the opening"
        self._tables.openings[record.id] = record
        self._tables.audit.append(audit)

    def standby(self, record_id: str) -> StandbyRecord | None:
        return self._tables.standbys.get(record_id)

    def standbys(self, *, appointment: str = "", client: str = "") -> Sequence[StandbyRecord]:
        found = [one for one in self._tables.standbys.values() if appointment in ("", one.appointment) and client in ("", one.client)]
        return sorted((one for one in found if one.is_open), key=lambda one: (one.since, one.id))

    def put_standby(self, record: StandbyRecord, *, audit: AuditEntry) -> None:
        assert _follows(self._tables.standbys.get(record.id), record), "somebody else moved the standby"
        self._tables.standbys[record.id] = record
        self._tables.audit.append(audit)

    def add_message(self, client: str, message: Inbound, *, audit: AuditEntry) -> None:
        self._tables.inbound[client] = [*self._tables.inbound.get(client, []), message]
        self._tables.audit.append(audit)

    def draw(self, use_case: str, subject: str) -> Draw | None:
        return self._tables.draws.get((use_case, subject))

    def put_draw(self, draw: Draw, *, audit: AuditEntry) -> None:
        assert (draw.use_case, draw.subject) not in self._tables.draws, "drawn twice"
        self._tables.draws[draw.use_case, draw.subject] = draw
        self._tables.audit.append(audit)

    def record(self, *, audit: AuditEntry) -> None:
        self._tables.audit.append(audit)


def _follows(stored: Offer | OpeningRecord | StandbyRecord | None, new: Offer | OpeningRecord | StandbyRecord) -> bool:
    return new.version == (stored.version if stored else 0) + 1


class FakePathStore:
    """One writer at a time, as SQLite's BEGIN IMMEDIATE; a failed transaction leaves nothing behind."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[FakeTransaction]:
        with self._one_at_a_time:
            kept = {name: copy.copy(value) for name, value in vars(self.tables).items()}
            try:
                yield FakeTransaction(self.tables)
            except BaseException:
                vars(self.tables).update(kept)
                raise
