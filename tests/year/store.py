"""The fake store of the path for a year of life: the same tables, found through indexes, and the replies of clients beside them.

A year is some hundred thousand transactions; copying and searching whole tables, as the small fake does, would take days. What is given
up for it is taking back: a transaction that fails after it wrote something ends the year. Two weeks lived on this store and on SQLite
are the same, message by message (`tests/prove/test_simulated_year.py`).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Contact
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import Offer, OfferState, OpeningRecord
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.domain.replies import InboundText, Letter, Reply, ReplyState
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session
from hsched_core.domain.waiting import OfferHistory
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import ContactFacts
from hsched_core.ports import Clock
from hsched_core.workflow.reply_trail import received
from tests.fake_path_store import FakePathStore, FakeTransaction, Tables

FOLLOWED = (OfferState.ACCEPTED, OfferState.WITHDRAWN, OfferState.LOST)
LONGEST_SESSION = timedelta(days=1)


@dataclass
class YearTables(Tables):
    """Everything stored, and where it is found."""

    subjects: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # subject -> ids of its cases
    open: dict[str, None] = field(default_factory=dict)
    holding: dict[str, None] = field(default_factory=dict)
    ordered: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))  # uses of each order
    of_client: dict[str, list[tuple[str, Contact]]] = field(default_factory=lambda: defaultdict(list))
    offers_of: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # opening -> ids
    offers_to: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # client -> ids
    histories: dict[str, OfferHistory] = field(default_factory=dict)
    unfinished: dict[str, None] = field(default_factory=dict)
    by_clinician: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    by_state: dict[OpeningState, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    told: dict[tuple[str, str], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    replies: dict[str, Reply] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    standing: dict[str, None] = field(default_factory=dict)  # replies that are not done
    confirmed: dict[str, datetime] = field(default_factory=dict)  # by appointment
    channels: dict[str, dict[Channel, None]] = field(default_factory=lambda: defaultdict(dict))  # by client, the newest last
    writes: int = 0


class YearTransaction(FakeTransaction):
    """`RepliesTransaction` on indexed tables."""

    _tables: YearTables

    # what is read

    def open_cases(self) -> Sequence[Case]:
        return sorted((self._tables.cases[one] for one in self._tables.open), key=lambda case: (case.since, case.id))

    def cases_about(self, subject: str) -> Sequence[Case]:
        found = [self._tables.cases[one] for one in self._tables.subjects.get(subject, ())]
        return sorted(found, key=lambda case: (case.since, case.id))

    def rollout(self, use_case: str, since: datetime) -> Rollout:
        order = self._tables.orders.get(use_case)
        uses = self._tables.ordered.get(order.reference, []) if order else []
        phase = self._tables.phases.get(use_case, Phase.REVIEW)
        return Rollout(phase, order, len(uses) - bisect_left(uses, since), self._tables.is_stopped)

    def contact_facts(self, client: str, without_case: str) -> ContactFacts:
        contacts = tuple(one for case_id, one in self._tables.of_client.get(client, ()) if case_id != without_case)
        consents, inbound = self._tables.consents.get(client, []), self._tables.inbound.get(client, [])
        return ContactFacts(tuple(consents), contacts, tuple(inbound), client in self._tables.paused)

    def held(self, session: Session, without_case: str, confirmed_since: datetime) -> tuple[Session, ...]:
        others = (self._tables.cases[one] for one in self._tables.holding if one != without_case)
        fresh = (case for case in others if case.hold and (case.state is not State.CONFIRMED or case.since >= confirmed_since))
        return tuple(case.hold for case in fresh if case.hold and case.hold.overlaps(session))

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool:
        return any(at >= since for at in self._tables.told.get((kind, subject), ()))

    def now(self, clock: Clock) -> datetime:
        return clock.now()

    def offers(self, opening_id: str) -> Sequence[Offer]:
        found = (self._tables.offers[one] for one in self._tables.offers_of.get(opening_id, ()))
        return sorted(found, key=lambda one: (one.sent_at, one.id))

    def unfinished_offers(self) -> Sequence[Offer]:
        return sorted((self._tables.offers[one] for one in self._tables.unfinished), key=lambda one: (one.sent_at, one.id))

    def offer_histories(self) -> Sequence[OfferHistory]:
        return list(self._tables.histories.values())

    def openings(self, *states: OpeningState, after: datetime) -> Sequence[OpeningRecord]:
        found = (self._tables.openings[one] for state in states for one in self._tables.by_state.get(state, ()))
        return sorted((one for one in found if one.opening.starts_at > after), key=lambda one: (one.opening.starts_at, one.id))

    def openings_of(self, clinician: str, start: datetime, end: datetime) -> Sequence[OpeningRecord]:
        theirs = (self._tables.openings[one] for one in self._tables.by_clinician.get(clinician, ()))
        found = [one for one in theirs if one.opening.starts_at < end and start < one.opening.ends_at]
        return sorted(found, key=lambda one: (one.opening.starts_at, one.id))

    def reply(self, message: str) -> Reply | None:
        return self._tables.replies.get(message)

    def replies_of(self, client: str) -> Sequence[Reply]:
        found = (self._tables.replies[one] for one in self._tables.standing)
        return [one for one in found if client in one.clients]

    # what is written

    def add(self, case: Case, *, audit: AuditEntry) -> None:
        self._tables.writes += 1
        assert case.id not in self._tables.cases
        self._tables.subjects[case.proposal.subject][case.id] = None
        self._find_again(case, 0)
        self._tables.cases[case.id] = case
        self.record(audit=audit)

    def save(self, case: Case, *, audit: AuditEntry, contact: Contact | None = None) -> None:
        self._tables.writes += 1
        before = self._tables.cases[case.id]
        assert before.version == case.version - 1, "somebody else moved the case"
        self._find_again(case, len(before.approvals))
        self._tables.cases[case.id] = case
        if contact:
            self._tables.contacts[case.id] = contact
            lines = self._tables.of_client[contact.client]
            self._tables.of_client[contact.client] = [*(one for one in lines if one[0] != case.id), (case.id, contact)]
        self.record(audit=audit)

    def _find_again(self, case: Case, approvals: int) -> None:
        _keep(self._tables.open, case.id, case.state not in FINAL)
        _keep(self._tables.holding, case.id, case.hold is not None and not _is_long_over(case))
        for approval in [] if case.offer else case.approvals[approvals:]:
            self._tables.ordered[approval.order].append(approval.at)

    def put_offer(self, offer: Offer, *, audit: AuditEntry) -> None:
        self._tables.writes += 1
        super().put_offer(offer, audit=audit)
        self._tables.offers_of[offer.opening][offer.id] = None
        self._tables.offers_to[offer.client][offer.id] = None
        _keep(self._tables.unfinished, offer.id, offer.state is OfferState.SENT or (offer.state in FOLLOWED and not offer.is_followed_up))
        self._tables.histories[offer.client] = self._history(offer.client)

    def _history(self, client: str) -> OfferHistory:
        theirs = [self._tables.offers[one] for one in self._tables.offers_to[client]]
        accepted = [one.since for one in theirs if one.state is OfferState.ACCEPTED]
        asked_for = frozenset(one.opening for one in theirs if one.state not in (OfferState.WITHDRAWN, OfferState.LOST))
        return OfferHistory(client, len(theirs), max(one.sent_at for one in theirs), max(accepted, default=None), asked_for)

    def put_opening(self, record: OpeningRecord, *, audit: AuditEntry) -> None:
        self._tables.writes += 1
        before = self._tables.openings.get(record.id)
        if before:
            self._tables.by_state[before.state].pop(record.id)
        super().put_opening(record, audit=audit)
        self._tables.by_state[record.state][record.id] = None
        self._tables.by_clinician[record.opening.clinician][record.id] = None

    def record(self, *, audit: AuditEntry) -> None:
        self._tables.writes += 1
        self._tables.audit.append(audit)
        if audit.kind == UNASKED:  # the only kind that is asked for
            self._tables.told[audit.kind, audit.subject].append(audit.at)

    def add_consent(self, client: str, event: ConsentEvent, *, audit: AuditEntry) -> None:
        self._tables.consents.setdefault(client, []).append(event)
        self.record(audit=audit)

    def put_reply(self, reply: Reply, *, audit: AuditEntry) -> None:
        before = self._tables.replies.get(reply.id)
        assert reply.version == (before.version + 1 if before else 1), "somebody else moved the reply"
        self._tables.replies[reply.id] = reply
        _keep(self._tables.standing, reply.id, reply.is_open)
        if reply.confirms:
            self._tables.confirmed[reply.visit] = reply.message.received_at
        self.record(audit=audit)


class YearStore(FakePathStore):
    """`DeskStore` and `RepliesStore` in one, for one thread."""

    tables: YearTables

    def __init__(self) -> None:
        super().__init__()
        self.tables = YearTables()

    @contextmanager
    def transaction(self) -> Iterator[YearTransaction]:
        before = self.tables.writes
        try:
            yield YearTransaction(self.tables)
        except BaseException as failure:
            if self.tables.writes != before:
                raise AssertionError("a transaction failed after it wrote: this store takes nothing back") from failure
            raise

    def keep(self, message: InboundText, text: str, address: str = "") -> bool:
        with self.transaction() as tx:
            if tx.reply(message.id):
                return False
            self.tables.letters[message.id] = Letter(text, address)
            known = self.tables.channels[message.client or ""]
            known.pop(message.channel, None)
            known[message.channel] = None
            tx.put_reply(Reply(message, ReplyState.RECEIVED, message.received_at), audit=received(message, message.received_at))
        return True

    def unread(self, limit: int) -> Sequence[InboundText]:
        return [one.message for one in self.standing(ReplyState.RECEIVED)[:limit]]

    def text_of(self, message: str) -> str:
        return self.tables.letters[message].text

    def letter(self, message: str) -> Letter:
        return self.tables.letters[message]

    def standing(self, *states: ReplyState) -> Sequence[Reply]:
        found = (self.tables.replies[one] for one in self.tables.standing)
        return sorted((one for one in found if one.state in states), key=lambda one: (one.message.received_at, one.id))

    def confirmations(self, appointments: Sequence[str]) -> Mapping[str, datetime]:
        return {one: self.tables.confirmed[one] for one in appointments if one in self.tables.confirmed}

    def answered(self, clients: Sequence[str]) -> Mapping[str, tuple[Channel, ...]]:
        return {one: tuple(reversed(self.tables.channels[one])) for one in clients if one in self.tables.channels}


def _keep(index: dict[str, None], name: str, is_in: bool) -> None:
    if is_in:
        index.setdefault(name, None)
    else:
        index.pop(name, None)


def _is_long_over(case: Case) -> bool:
    """A confirmed hold counts for as long as the EHR's calendar may be behind; this is asked when the case moves again, long after."""
    return case.state is State.CONFIRMED and case.hold is not None and case.since > case.hold.ends_at + LONGEST_SESSION
