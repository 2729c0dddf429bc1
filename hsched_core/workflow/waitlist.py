"""The waitlist's desk: the life of an opening, from the notice of a cancellation to the booked slot and the kind words to the others.

It reads the EHR, chooses with `use_cases.waitlist`, and lets the path do everything. What it keeps itself is openings and how
offers ended. Every method is safe to call at any time, again, and by several workers.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.appointments import AppointmentStatus, Notice
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Returned
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, State
from hsched_core.domain.offers import Offer, OfferState
from hsched_core.domain.sessions import Session
from hsched_core.domain.waiting import WaitingClient
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Clock, DeskStore, DeskTransaction, Lot, PracticeReader
from hsched_core.use_cases.waitlist import WaitlistSettings, propose
from hsched_core.workflow.desk import CHOOSING_LASTS, READ, Round, Tools
from hsched_core.workflow.endings import Endings, is_taken_back
from hsched_core.workflow.holdout import Holdout
from hsched_core.workflow.offer_steps import WAITLIST
from hsched_core.workflow.opening_watch import OpeningWatch
from hsched_core.workflow.path import Path
from hsched_core.workflow.steps import HOLDS, offered
from hsched_core.workflow.unasked import TellingWaves
from hsched_core.workflow.undone import is_undo, is_undone, left_over
from hsched_core.workflow.waves import Chooser


class Standing(StrEnum):
    """Where an offer stands for the client it was made to."""

    OPEN = "open"
    BOOKED = "booked"
    RECEIVED = "received"  # accepted; the EHR has not said yes yet
    DECLINED = "declined"
    LATE = "late"  # nobody answered in time
    TAKEN = "taken"  # the time is gone
    CANCELLED = "cancelled"  # it was booked, and is not any more


@dataclass(frozen=True)
class Told:
    """What a client may know of an offer: their own."""

    standing: Standing
    session: Session
    answer_by: datetime


ENDS = {
    OfferState.DECLINED: Standing.DECLINED,
    OfferState.EXPIRED: Standing.LATE,
    OfferState.WITHDRAWN: Standing.TAKEN,
    OfferState.LOST: Standing.TAKEN,
}


class WaitlistDesk:
    """One practice's waitlist at work."""

    def __init__(
        self,
        path: Path,
        store: DeskStore,
        reader: PracticeReader,
        clock: Clock,
        policy: PracticePolicy,
        settings: WaitlistSettings,
        *,
        choosing_lasts: timedelta = CHOOSING_LASTS,
        choose: Chooser = propose,
        lot: Lot | None = None,
        returned: Callable[[], Returned] = dict,
    ) -> None:
        holdout = Holdout(WAITLIST, settings.holdout_share, lot) if lot else None
        self._with = Tools(path, store, reader, clock, policy, settings, holdout, returned)
        self._watch = OpeningWatch(self._with)
        self._endings = Endings(self._with)
        self._waves = TellingWaves(self._with, choosing_lasts, choose)

    def on_notice(self, notice: Notice) -> str:
        """Something changed in the EHR; a word for what it meant. Raises where the EHR does not answer: it is handled again later."""
        return self._watch.on_notice(notice)

    def time_left(self, appointment: str, session: Session) -> str:
        """An appointment does not take that time any more, because hsched moved it: an opening, by the same rules as a cancellation."""
        return self._watch.time_left(appointment, session)

    def advance(self) -> Round:
        """Everything that is due: ends, bookings, openings taken meanwhile, the next wave, what follows. First what needs no EHR."""
        done = Round()
        self._endings.run_out(done)
        self._carry_out(done)
        self._endings.settle(done)
        self._endings.take_back(done)
        with done.step(READ):
            self._watch.look_again(done)
            waiting = self._as_wished(self._with.reader.waiting())
            self._waves.ask(waiting, done)
            self._endings.settle(done)
            self._endings.take_back(done)
            self._endings.follow_up(done)
            self._endings.booked_unasked(waiting, done)
            self._endings.entries_run_out(waiting, done)
        return done

    def keep(self) -> Round:
        """What time does to every open case of every use case: expiry, the next role, writes nobody reported on."""
        done = Round()
        with self._with.store.transaction() as tx:
            cases = tx.open_cases()
        for case in cases:
            with done.step("keep"):
                before = self._with.path.tend(case.id)
                after = self._with.path.reconcile(case.id)
                if after != case or before != case:
                    done.done[str(after.state)] += 1
        return done

    def look(self, offer_id: str) -> Told | None:
        """The offer as its client may see it; None where none was sent under that id. What is booked is looked up in the EHR."""
        with self._with.store.transaction() as tx:
            offer, case = tx.offer(offer_id), tx.case(offer_id)
            if offer is None or case is None:
                return None
            action, standing, booking = offered(case), self._standing(tx, offer, case), tx.case(offer.booking)
            undone = booking is not None and is_undone(tx, booking)
        told = Told(standing, action.leads_to.booking, action.answer_by)
        if standing is not Standing.BOOKED or booking is None:
            return told
        return replace(told, standing=Standing.CANCELLED) if undone else self._as_it_stands(told, booking)

    def accept(self, offer_id: str) -> Told | None:
        """The client says yes: booked, received, or a kind no. The same answer again gives the same answer."""
        told = self.look(offer_id)
        if told is None:
            return None
        try:
            booking = self._with.path.accept(offer_id, told.session.client)
        except NotPermittedError:
            return self.look(offer_id)  # refused and recorded; where the offer stands says why
        if booking.state is State.APPROVED:
            done = Round()
            with done.step("book"):  # an EHR that does not answer is asked again in the next round: the time is held
                self._with.path.execute(booking.id)
            self._endings.settle(done)
        return self.look(offer_id)

    def decline(self, offer_id: str) -> Told | None:
        """The client says no."""
        told = self.look(offer_id)
        if told is None:
            return None
        with suppress(NotPermittedError):  # too late, or answered otherwise: where the offer stands says so
            self._with.path.decline(offer_id, told.session.client)
        return self.look(offer_id)

    def _as_wished(self, waiting: Sequence[WaitingClient]) -> Sequence[WaitingClient]:
        """Who said themselves how they want to be written to is asked so, whatever the EHR has."""
        with self._with.store.transaction() as tx:
            wishes = tx.wishes()
        wished = {client: one.channel for client, one in wishes.items() if one.channel}
        return [replace(one, channel=wished[one.client]) if one.client in wished else one for one in waiting]

    def _as_it_stands(self, told: Told, booking: Case) -> Told:
        """The booked visit as the EHR has it now: it may have been cancelled, or moved. No answer: what we know of it."""
        try:
            visit = self._with.reader.appointment(booking.reference)
        except UserError:
            return told
        if visit is None:  # right after it was booked, an EHR may not show it yet
            is_new = self._with.clock.now() < booking.since + self._with.policy.calendar_lag
            return told if is_new else replace(told, standing=Standing.CANCELLED)
        if visit.status is AppointmentStatus.CANCELLED or visit.session.client != told.session.client:
            return replace(told, standing=Standing.CANCELLED)
        return replace(told, session=visit.session)

    def _carry_out(self, done: Round) -> None:
        """What was approved since: offers, bookings after acceptance, messages, statuses.

        What staff undo comes first, and nothing leaves that follows from a booking which is being undone, nor for an opening that is
        over or picked: `take_back` withdraws it.
        """
        with self._with.store.transaction() as tx:
            ours = [case for case in tx.open_cases() if case.proposal.use_case == WAITLIST and case.state is State.APPROVED]
        self._execute([case for case in ours if is_undo(case)], done)
        self._endings.undo(done)
        with self._with.store.transaction() as tx:
            stopped = {case.id for case in left_over(tx, HOLDS)} | {case.id for case in ours if is_taken_back(tx, case)}
        self._execute([case for case in ours if not is_undo(case) and case.id not in stopped], done)

    def _execute(self, cases: Sequence[Case], done: Round) -> None:
        for case in cases:
            with done.step("carry_out"):
                after = self._with.path.execute(case.id)
                done.done[f"{case.action.kind}.{after.state}"] += after.state is not State.APPROVED

    def _standing(self, tx: DeskTransaction, offer: Offer, case: Case) -> Standing:
        if offer.state is OfferState.SENT:
            is_over = tx.now(self._with.clock) >= offer.answer_by or case.state not in MAY_HAVE_HAPPENED
            return Standing.LATE if is_over else Standing.OPEN
        if offer.state is not OfferState.ACCEPTED:
            return ENDS[offer.state]
        booking = tx.case(offer.booking)
        if booking is None:
            raise UserError("An accepted offer has no booking.", "Run `hsched audit verify`.")
        if booking.state is State.CONFIRMED:
            return Standing.BOOKED
        return Standing.TAKEN if booking.state in FINAL else Standing.RECEIVED
