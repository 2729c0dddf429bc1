"""Bookings of offers that staff undo: whether that happened, and what still waits because of a booking that is no more.

By the trail of our own cases alone, so that an EHR that does not answer keeps nothing from being stopped.
"""

from collections.abc import Collection, Iterator

from hsched_core.domain.actions import UNDONE, BookAppointment, CancelAppointment, OfferSlot, UpdateWaitlistStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event, State, allows
from hsched_core.ports import DeskTransaction
from hsched_core.workflow.offer_steps import DESK, WAITLIST
from hsched_core.workflow.steps import HOLDS

DONE = frozenset({State.CONFIRMED})
UNDER_WAY = HOLDS - DONE  # approved, or it may have happened: nothing that follows from the booking leaves meanwhile


def is_undo(case: Case) -> bool:
    """Whether it cancels what hsched booked, because a person asked for that."""
    return isinstance(case.action, CancelAppointment) and case.action.reason == UNDONE


def is_undone(tx: DeskTransaction, booking: Case, states: Collection[State] = DONE) -> bool:
    """Whether the booking's undoing is in one of these states."""
    about = tx.cases_about(booking.reference) if booking.reference else ()
    return any(is_undo(case) and case.state in states for case in about)


def left_over(tx: DeskTransaction, states: Collection[State] = DONE) -> Iterator[Case]:
    """What was proposed because of bookings whose undoing is in one of these states, and can still be withdrawn."""
    follows = [case for case in tx.open_cases() if _may_follow(case)]
    for case in follows:
        if any(name_of(origin, case) == case.proposal.facts_digest for origin in _undone_here(tx, case, states)):
            yield case


def what_follows(tx: DeskTransaction, booking: Case) -> Iterator[Case]:
    """What was proposed because of this booking, and can still be withdrawn."""
    origins = [*filter(None, (booking.id, booking.offer))]
    for case in tx.open_cases():
        if _may_follow(case) and any(name_of(origin, case) == case.proposal.facts_digest for origin in origins):
            yield case


def was_placed(tx: DeskTransaction, booking: Case) -> bool:
    """Whether the client's entry of the waitlist was already taken off the list because of this booking."""
    offer = tx.offer(booking.offer) if booking.offer else None
    about = tx.cases_about(offer.waitlist_entry) if offer else ()
    return any(
        isinstance(case.action, UpdateWaitlistStatus)
        and case.state is State.CONFIRMED
        and name_of(booking.offer, case) == case.proposal.facts_digest
        for case in about
    )


def name_of(origin: str, case: Case) -> str:
    """What a proposal that follows from `origin`, an offer or a booking, is named by: once for each."""
    return digest([origin, case.proposal.subject, case.proposal.action])


def _may_follow(case: Case) -> bool:
    ours = case.proposal.use_case == WAITLIST and case.proposal.proposed_by == DESK
    return ours and not isinstance(case.action, OfferSlot | BookAppointment) and allows(case.state, Event.WITHDRAWN)


def _undone_here(tx: DeskTransaction, case: Case, states: Collection[State]) -> Iterator[str]:
    """The undone bookings, and their offers, of the opening to whose story the case belongs."""
    for booking in tx.cases_about(case.proposal.follows or case.proposal.subject):
        if isinstance(booking.action, BookAppointment) and is_undone(tx, booking, states):
            yield from filter(None, (booking.id, booking.offer))
