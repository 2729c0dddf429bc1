"""Offers that left and the openings they were for, on SQL: compare-and-set, every change with its audit entry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hsched_adapters.clock import SystemClock
from hsched_adapters.store.audit.bodies import as_text
from hsched_adapters.store.schema import audit as audit_entries
from hsched_adapters.store.schema import cases, offers, openings
from hsched_adapters.store.standbys import StandbyRows
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.errors import SafeError
from hsched_core.domain.offers import Offer, OfferState, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.waiting import OfferHistory
from hsched_core.ports import Clock

# Ends after which the same opening may be offered to the same client once more, when it is open again.
NOT_ANSWERED_BY_THEM = frozenset({OfferState.WITHDRAWN, OfferState.LOST})
NEEDS_FOLLOWING_UP = frozenset({OfferState.ACCEPTED, OfferState.WITHDRAWN, OfferState.LOST})


class OfferRows(StandbyRows):
    """The part of a transaction that knows offers and openings."""

    def now(self, clock: Clock) -> datetime:
        connection = self._recording.connection
        if isinstance(clock, SystemClock) and connection.dialect.name == "postgresql":
            found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
            return found.astimezone(UTC)
        return clock.now()  # SQLite's file is on this machine

    def offer(self, offer_id: str) -> Offer | None:
        text = self._do(self._ours(offers, offers.c.document).where(offers.c.id == offer_id)).scalar()
        return from_text(Offer, text) if text else None

    def offers(self, opening_id: str) -> Sequence[Offer]:
        return self._offers(offers.c.opening == opening_id)

    def unfinished_offers(self) -> Sequence[Offer]:
        return self._offers(offers.c.is_unfinished)

    def offer_histories(self) -> Sequence[OfferHistory]:
        columns = (offers.c.client, offers.c.opening, offers.c.state, offers.c.sent_at, offers.c.since)
        lines: dict[str, list[Any]] = defaultdict(list)
        for row in self._do(self._ours(offers, *columns).order_by(offers.c.sent_at, offers.c.id)):
            lines[row.client].append(row)
        return [_history(client, told) for client, told in lines.items()]

    def opening(self, opening_id: str) -> OpeningRecord | None:
        text = self._do(self._ours(openings, openings.c.document).where(openings.c.id == opening_id)).scalar()
        return from_text(OpeningRecord, text) if text else None

    def openings(self, *states: OpeningState, after: datetime) -> Sequence[OpeningRecord]:
        which = sa.and_(openings.c.state.in_([str(state) for state in states]), openings.c.starts_at > after)
        ours = self._ours(openings, openings.c.document).where(which)
        return [from_text(OpeningRecord, text) for text in self._do(ours.order_by(openings.c.starts_at, openings.c.id)).scalars()]

    def openings_of(self, clinician: str, start: datetime, end: datetime) -> Sequence[OpeningRecord]:
        touches = sa.and_(openings.c.clinician == clinician, openings.c.starts_at < end, openings.c.ends_at > start)
        ours = self._ours(openings, openings.c.document).where(touches).order_by(openings.c.starts_at, openings.c.id)
        return [from_text(OpeningRecord, text) for text in self._do(ours).scalars()]

    def cases_about(self, subject: str) -> Sequence[Case]:
        ours = self._ours(cases, cases.c.document).where(cases.c.subject == subject).order_by(cases.c.since, cases.c.id)
        return [from_text(Case, text) for text in self._do(ours).scalars()]

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool:
        entries = audit_entries.c
        # The trail keeps instants as text in UTC, whose order is that of time.
        told = sa.and_(entries.subject == subject, entries.kind == kind, entries.at >= as_text(since))
        return self._do(self._ours(audit_entries, entries.seq).where(told).limit(1)).first() is not None

    def put_offer(self, offer: Offer, *, audit: AuditEntry) -> None:
        is_open = offer.state is OfferState.SENT or (offer.state in NEEDS_FOLLOWING_UP and not offer.is_followed_up)
        kept = {"opening": offer.opening, "client": offer.client, "state": str(offer.state), "is_unfinished": is_open}
        kept |= {"sent_at": offer.sent_at, "since": offer.since, "version": offer.version, "document": to_text(offer)}
        if not self._step(offers, offer.id, kept):
            raise SafeError("offer_moved_meanwhile", f"offer {offer.id}")
        self._recording.record(audit)

    def put_opening(self, record: OpeningRecord, *, audit: AuditEntry) -> None:
        opening = record.opening
        kept = {"clinician": opening.clinician, "state": str(record.state), "starts_at": opening.starts_at, "ends_at": opening.ends_at}
        kept |= {"version": record.version, "document": to_text(record)}
        if not self._step(openings, record.id, kept):
            raise SafeError("opening_moved_meanwhile", f"opening {record.id}")
        self._recording.record(audit)

    def _offers(self, *which: Any) -> Sequence[Offer]:
        ours = self._ours(offers, offers.c.document).where(*which).order_by(offers.c.sent_at, offers.c.id)
        return [from_text(Offer, text) for text in self._do(ours).scalars()]


def _history(client: str, told: Iterable[Any]) -> OfferHistory:
    rows = list(told)
    accepted = [row.since for row in rows if row.state == OfferState.ACCEPTED]
    asked_for = frozenset(row.opening for row in rows if row.state not in NOT_ANSWERED_BY_THEM)
    return OfferHistory(client, len(rows), rows[-1].sent_at, max(accepted, default=None), asked_for)
