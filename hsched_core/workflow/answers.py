"""What a client answers to an offer that was sent: a yes books the time, or learns that it is gone, in one transaction; a no ends it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from hsched_core.domain.actions import OfferSlot
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Inbound
from hsched_core.domain.lifecycle import MAY_HAVE_HAPPENED, Event
from hsched_core.domain.offers import Offer, OfferState
from hsched_core.domain.proposal import Proposal
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.facts import Finding
from hsched_core.ports import Transaction
from hsched_core.workflow import trail
from hsched_core.workflow.offer_steps import end_offer
from hsched_core.workflow.steps import Reading, Steps, known, offered

REASON = "The client accepted the offer."
# Why an offer that has ended cannot be answered, by its end.
ENDED = {
    OfferState.ACCEPTED: Finding("acceptance.accepted", "This offer was accepted."),
    OfferState.DECLINED: Finding("acceptance.declined", "This offer was declined."),
    OfferState.EXPIRED: Finding("acceptance.late", "The time to answer this offer is over."),
    OfferState.WITHDRAWN: Finding("acceptance.withdrawn", "The time was filled before this offer was answered."),
    OfferState.LOST: Finding("acceptance.lost", "The time was gone when this offer was accepted."),
}


class Answers(Steps):
    """The part of the path that a client moves."""

    def accept(self, offer_id: str, client: str) -> Case:
        """The client takes an offer: its booking is approved, and its time held, in one step. The same answer again changes nothing.

        Of several clients who accept overlapping times one gets it; the others' bookings are blocked by `calendar.held`.
        """
        read: Reading | None = None
        while True:
            with self._store.transaction() as tx:
                case, now = known(tx, offer_id), tx.now(self._clock)
                booking, offer = _booking(case, offered(case), client), tx.offer(offer_id)
                if answered := tx.case(booking.id):
                    return answered
                found = tuple(_objections(case, offer, client, now))
                if found:
                    tx.record(audit=trail.refused(case, Event.ACCEPTED, now, actor=client, rules=[one.rule for one in found]))
                elif read and offer:
                    return self._take(tx, case, offer, booking, read, now)
            if found:
                raise NotPermittedError(found)
            read = self._read(booking.action)  # outside the transaction: nobody waits for the EHR but this client

    def decline(self, offer_id: str, client: str) -> Offer:
        """The client does not want it. The same answer again changes nothing."""
        with self._store.transaction() as tx:
            case, now = known(tx, offer_id), tx.now(self._clock)
            offered(case)
            offer = tx.offer(offer_id)
            if offer and offer.state is OfferState.DECLINED and offer.client == client:
                return offer
            found = tuple(_objections(case, offer, client, now))
            if offer and not found:
                return end_offer(tx, offer, OfferState.DECLINED, now, actor=client)
            tx.record(audit=trail.refused(case, Event.DECLINED, now, actor=client, rules=[one.rule for one in found]))
        raise NotPermittedError(found)

    def _take(self, tx: Transaction, case: Case, offer: Offer, booking: Proposal, read: Reading, now: datetime) -> Case:
        """The booking of an accepted offer, approved with the offer; blocked where the time is gone."""
        verdict = self._judge(tx, booking.id, booking.action, booking.expires_at, read, now)
        is_free = verdict.passes_at == now
        state = OfferState.ACCEPTED if is_free else OfferState.LOST  # who lost it is told by the answer itself
        end_offer(tx, offer, state, now, actor=offer.client, booking=booking.id, is_followed_up=not is_free)
        # An answer is a message of the client's own: hsched may answer it.
        said = AuditEntry(now, offer.client, "message.received", offer.client, {"reference": offer.id})
        tx.add_message(offer.client, Inbound(offer.id, now), audit=said)
        if not is_free:
            return self._enter(tx, booking, Event.REFUSED, now, actor=booking.proposed_by, rules=verdict.rules)
        # What was promised is kept as long as it can be: an EHR that is away, or a stop, does not take the time from the client.
        approvals = tuple(replace(approval, expires_at=booking.expires_at) for approval in case.approvals)
        changes: dict[str, Any] = {"approvals": approvals, "offer": case.id, "hold": booking.action.hold}
        return self._enter(tx, booking, Event.ACCEPTED, now, actor=booking.proposed_by, **changes)


def _booking(case: Case, offer: OfferSlot, client: str) -> Proposal:
    """The proposal an acceptance amounts to."""
    return Proposal(
        practice=case.proposal.practice,
        use_case=case.proposal.use_case,
        action=offer.leads_to,
        subject=case.proposal.subject,
        reasons=(REASON,),
        facts_digest=offer.digest,
        policy_version=case.proposal.policy_version,
        expires_at=offer.leads_to.booking.starts_at,
        proposed_by=client,
        replaces=case.id,
    )


def _objections(case: Case, offer: Offer | None, client: str, now: datetime) -> Iterable[Finding]:
    """An offer is answered by whom it was made to, once it was sent, as long as it is live, and in time by the store's clock."""
    action = offered(case)
    if client != action.leads_to.booking.client:
        yield Finding("acceptance.client", "This offer was made to somebody else.")
    if offer is None or case.state not in MAY_HAVE_HAPPENED:
        yield Finding("acceptance.closed", "This offer is not open.")
    elif offer.state is not OfferState.SENT:
        yield ENDED[offer.state]
    elif now >= action.answer_by:
        yield ENDED[OfferState.EXPIRED]
