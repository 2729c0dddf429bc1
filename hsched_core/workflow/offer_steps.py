"""Steps of offers and openings, each stored with its audit entry. The only code that moves them, as `steps.py` is for cases."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hsched_core.domain.actions import BookAppointment, OfferSlot
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.canonical import plain
from hsched_core.domain.case import Case
from hsched_core.domain.errors import HschedError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OFFER_STEPS, OPENING_STEPS, Offer, OfferState, OpeningRecord, ended, turned
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.people import PATH, use_case_actor
from hsched_core.ports import DeskTransaction, Transaction
from hsched_core.use_cases import RESCHEDULE

OFFER, OPENING = "offer.", "opening."
ASKED, FOLLOWED, PICKED, LET_GO = "asked", "followed_up", "picked", "let_go"  # changes that are no step
WAITLIST = "waitlist"
DESK, RESCHEDULES = use_case_actor(WAITLIST), use_case_actor(RESCHEDULE)


class StoryError(HschedError):
    """A trail that tells an impossible story of an offer or an opening; names the entry."""


def send_offer(tx: Transaction, case: Case, action: OfferSlot, now: datetime) -> None:
    """The offer is about to leave: from now on its client may answer. A second attempt to send it changes nothing."""
    if tx.offer(case.id):
        return
    client = action.leads_to.booking.client
    offer = Offer(case.id, case.proposal.subject, client, action.waitlist_entry, action.answer_by, sent_at=now, since=now)
    tx.put_offer(offer, audit=_of_offer(offer, offer.state, now, PATH))


def end_offer(tx: Transaction, offer: Offer, state: OfferState, now: datetime, *, actor: str = DESK, **changes: Any) -> Offer:
    """The offer reached that end."""
    after = ended(offer, state, now, **changes)
    tx.put_offer(after, audit=_of_offer(after, state, now, actor))
    return after


def mark_followed_up(tx: Transaction, offer: Offer, now: datetime) -> None:
    """What the offer's end asks for was proposed."""
    after = replace(offer, is_followed_up=True, version=offer.version + 1)
    tx.put_offer(after, audit=_of_offer(after, FOLLOWED, now, DESK))


def add_opening(tx: DeskTransaction, opening: Opening) -> OpeningRecord:
    """A time became free."""
    record = OpeningRecord(opening, OpeningState.OPEN, opening.opened_at, (opening.left_by,))
    tx.put_opening(record, audit=_of_opening(record, record.state, opening.opened_at))
    return record


def turn_opening(tx: DeskTransaction, record: OpeningRecord, state: OpeningState, now: datetime, **changes: Any) -> OpeningRecord:
    """The opening reached that state."""
    after = turned(record, state, now, **changes)
    tx.put_opening(after, audit=_of_opening(after, state, now))
    return after


def claim_opening(tx: DeskTransaction, record: OpeningRecord, now: datetime, until: datetime) -> OpeningRecord:
    """This worker chooses whom to ask next; nobody else does until it is done, or that moment is over."""
    after = replace(record, version=record.version + 1, wave=record.wave + 1, busy_until=until)
    tx.put_opening(after, audit=_of_opening(after, ASKED, now))
    return after


def release_opening(tx: DeskTransaction, record: OpeningRecord, now: datetime) -> None:
    """The worker is done with it."""
    after = replace(record, version=record.version + 1, busy_until=None)
    tx.put_opening(after, audit=_of_opening(after, ASKED, now))


def pick_opening(tx: DeskTransaction, record: OpeningRecord, case_id: str, now: datetime, until: datetime) -> OpeningRecord:
    """A client picked it for a visit of theirs: that case has it. Where none comes about by that moment, it is nobody's again."""
    after = replace(record, version=record.version + 1, booking=case_id, busy_until=until)
    tx.put_opening(after, audit=_of_opening(after, PICKED, now, RESCHEDULES))
    return after


def let_go(tx: DeskTransaction, record: OpeningRecord, now: datetime) -> None:
    """What a client picked came to nothing. Where the pick took offers of it back, whom they were for may be asked anew."""
    since = record.opening.opened_at
    giving = [case for case in tx.cases_about(record.id) if isinstance(case.action, OfferSlot | BookAppointment) and case.since >= since]
    is_anew = any(case.state is State.WITHDRAWN for case in giving)
    opening = replace(record.opening, opened_at=now) if is_anew else record.opening
    after = replace(record, opening=opening, version=record.version + 1, booking="", busy_until=None)
    tx.put_opening(after, audit=_of_opening(after, LET_GO, now, RESCHEDULES))


def footing_of_offer(offer: Offer) -> dict[str, Any]:
    """All that an offer's state rests on, as the trail keeps it."""
    kept = {"opening": offer.opening, "client": offer.client, "state": offer.state, "version": offer.version, "since": offer.since}
    told: dict[str, Any] = plain({**kept, "booking_id": offer.booking, "is_followed_up": offer.is_followed_up})
    return told


def footing_of_opening(record: OpeningRecord) -> dict[str, Any]:
    """All that an opening's state rests on, as the trail keeps it."""
    kept: dict[str, Any] = {"clinician": record.opening.clinician, "state": record.state, "version": record.version, "since": record.since}
    kept |= {"starts_at": record.opening.starts_at, "clients": record.left_by, "wave_number": record.wave, "booking_id": record.booking}
    told: dict[str, Any] = plain(kept)
    return told


def replay(entries: Iterable[AuditEntry], prefix: str) -> dict[str, dict[str, Any]]:
    """What every offer, or opening, rests on after these entries; a step that is missing or not in the table raises."""
    steps: Mapping[Any, frozenset[Any]] = OFFER_STEPS if prefix == OFFER else OPENING_STEPS
    known: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries):
        if not entry.kind.startswith(prefix):
            continue
        before, after = known.get(entry.subject), dict(entry.body)
        source, version = (before["state"], before["version"]) if before else (None, 0)
        stands = entry.kind.removeprefix(prefix) in (ASKED, FOLLOWED, PICKED, LET_GO) and source == after["state"]
        if after["version"] != version + 1 or not (stands or after["state"] in steps.get(source, ())):
            raise StoryError(f"entry {number}, {entry.subject}: a step is missing, doubled or altered")
        known[entry.subject] = after
    return known


def _of_offer(offer: Offer, what: str, at: datetime, actor: str) -> AuditEntry:
    return AuditEntry(at, actor, f"{OFFER}{what}", offer.id, footing_of_offer(offer))


def _of_opening(record: OpeningRecord, what: str, at: datetime, actor: str = DESK) -> AuditEntry:
    return AuditEntry(at, actor, f"{OPENING}{what}", record.id, footing_of_opening(record))
