"""How offers end, and what follows: expiry, a booking that came or did not come about, kind words, the entry's status, the later visit.

Everything that follows is a proposal like any other: the gate judges it, a person or a standing order lets it go.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hsched_core.domain.actions import Action, AddNote, BookAppointment, CancelAppointment, OfferSlot, SendMessage, UpdateWaitlistStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, Event, State, allows
from hsched_core.domain.offers import Offer, OfferState
from hsched_core.domain.openings import UNFILLED, OpeningState
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import WaitlistStatus
from hsched_core.domain.waiting import WaitingClient
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases.exchange import exchange
from hsched_core.workflow.desk import Round, Tools
from hsched_core.workflow.offer_steps import DESK, WAITLIST, end_offer, mark_followed_up
from hsched_core.workflow.opening_watch import close_opening
from hsched_core.workflow.picks import picked
from hsched_core.workflow.steps import HOLDS
from hsched_core.workflow.undone import UNDER_WAY, is_undone, left_over

TAKEN_TEMPLATE, BOOKED_TEMPLATE = "slot_taken", "waitlist_booked"
MOVED_UP = "moved_up"  # the code of a cancellation in favour of an earlier time
KIND_WORDS = "The offer came to nothing, and the client should know."
PLACED = "The client took an offer."
GIVES_UP = "The client gives up this later visit for the earlier one they took."
RAN_OUT = "The entry of the waitlist ran out."
NOTED = "The chart says where the visit came from."
TOLD_BOOKED = "The time was booked, and the client was not told so by the page."
UNCERTAIN = frozenset({State.EXECUTING, State.UNKNOWN})  # it is searched for; what nobody can find goes to a person
A_DAY = timedelta(days=1)
AT_ONCE = timedelta(minutes=1)  # a yes that was booked within it was answered with the booking


class Endings:
    """Ends offers, fills openings, and proposes what follows."""

    def __init__(self, tools: Tools) -> None:
        self._with = tools

    def run_out(self, done: Round) -> None:
        """Offers whose time to answer is over, and those whose message certainly never arrived. Needs no EHR."""
        with self._with.store.transaction() as tx:
            now = tx.now(self._with.clock)
            for offer in tx.unfinished_offers():
                if offer.state is not OfferState.SENT:
                    continue
                case = tx.case(offer.id)
                if case and case.state in FINAL - MAY_HAVE_HAPPENED:
                    end_offer(tx, offer, OfferState.WITHDRAWN, now, is_followed_up=True)
                    done.done["never_left"] += 1
                elif now >= offer.answer_by:
                    end_offer(tx, offer, OfferState.EXPIRED, now)
                    done.done["expired"] += 1

    def settle(self, done: Round) -> None:
        """Bookings whose outcome is known: the opening is filled, or the client who accepted has lost it."""
        with self._with.store.transaction() as tx:
            accepted = {offer.booking: offer for offer in tx.unfinished_offers() if offer.state is OfferState.ACCEPTED}
            for booking_id, offer in accepted.items():
                booking = tx.case(booking_id)
                if booking and booking.state in FINAL and booking.state is not State.CONFIRMED:
                    end_offer(tx, offer, OfferState.LOST, tx.now(self._with.clock))
                    done.done["lost"] += 1
            for record in tx.openings(*UNFILLED, after=tx.now(self._with.clock) - A_DAY):
                booked = next((case for case in tx.cases_about(record.id) if _fills(case, record.opening.opened_at)), None)
                if booked:
                    close_opening(tx, record, OpeningState.FILLED, tx.now(self._with.clock), booking=booked.id)
                    done.done["filled"] += 1

    def take_back(self, done: Round) -> None:
        """Proposals for openings that are over, or that a client picked, are withdrawn, as long as nothing left."""
        with self._with.store.transaction() as tx:
            late = [case.id for case in tx.open_cases() if is_taken_back(tx, case)]
        for case_id in late:
            with done.step("withdraw"):  # somebody may carry it out just now: then it is refused, and told to the client later
                self._with.path.withdraw(case_id, DESK)
                done.done["withdrawn"] += 1

    def undo(self, done: Round) -> None:
        """What still waits because of a booking that staff undid is withdrawn. What was done already stays."""
        with self._with.store.transaction() as tx:
            ids = [case.id for case in left_over(tx)]
        for case_id in ids:
            with done.step("undo"):  # somebody may carry it out just now: then it is refused
                self._with.path.withdraw(case_id, DESK)
                done.done["undone"] += 1

    def follow_up(self, done: Round) -> None:
        """What each end asks for, proposed once."""
        with self._with.store.transaction() as tx:
            offers = [(offer, tx.case(offer.id), tx.case(offer.booking)) for offer in tx.unfinished_offers()]
        for offer, case, booking in offers:
            with done.step("follow_up"):
                if offer.state is OfferState.ACCEPTED and case and booking and booking.state is State.CONFIRMED:
                    self._placed(offer, case, booking, done)
                elif case and offer.state in (OfferState.WITHDRAWN, OfferState.LOST):
                    self._kind_words(offer, case, done)

    def entries_run_out(self, waiting: Sequence[WaitingClient], done: Round) -> None:
        """Entries of the waitlist past their end."""
        now = self._with.clock.now()
        for one in waiting:
            if one.until and one.until <= now:
                with done.step("entry"):
                    action = UpdateWaitlistStatus(one.entry, WaitlistStatus.WITHDRAWN)
                    self._once(action, one.entry, RAN_OUT, one.until.isoformat(), done)

    def booked_unasked(self, waiting: Sequence[WaitingClient], done: Round) -> None:
        """Bookings under a client's standing "book me": the entry is placed, and the client hears of it."""
        now = self._with.clock.now()
        with self._with.store.transaction() as tx:
            found = [case for one in tx.openings(OpeningState.FILLED, after=now) if (case := tx.case(one.booking)) and not case.offer]
            bookings = [case for case in found if not is_undone(tx, case, HOLDS)]
        for booking in bookings:
            session = booking.action.session
            for entry in waiting:
                if session and (entry.client, entry.session_type) == (session.client, session.session_type) and self._stands(booking):
                    with done.step("booked_unasked"):  # the status comes last: it takes the entry, and with it this step, off the list
                        self._tell_booked(booking, entry.client, entry.channel, None, done)
                        self._note(booking, done)
                        self._give_up(entry.instead_of, entry.client, booking.id, done)
                        action = UpdateWaitlistStatus(entry.entry, WaitlistStatus.PLACED)
                        self._once(action, entry.entry, PLACED, booking.id, done)

    def _placed(self, offer: Offer, case: Case, booking: Case, done: Round) -> None:
        """The client is off the list, and the visit they gave up is cancelled: a notice will tell of its time.

        By what the offer said, not by the entry: staff may have taken that off the list, or an earlier round that did not come to its end.
        """
        assert isinstance(case.action, OfferSlot)
        with self._with.store.transaction() as tx:
            undone, under_way = is_undone(tx, booking), is_undone(tx, booking, UNDER_WAY)
        if under_way:
            return
        if undone or not self._stands(booking):  # nothing follows from it: the client stays on the list
            self._mark(offer)
            return
        action = UpdateWaitlistStatus(offer.waitlist_entry, WaitlistStatus.PLACED)
        self._once(action, offer.waitlist_entry, PLACED, offer.id, done)
        if booking.since >= offer.since + AT_ONCE:  # the page could only say "received"
            self._tell_booked(booking, offer.client, case.action.channel, offer.id, done)
        self._note(booking, done)
        self._give_up(case.action.instead_of, offer.client, offer.id, done)
        self._mark(offer)

    def _stands(self, booking: Case) -> bool:
        """Whether the visit is booked still, whoever might have cancelled it. An EHR that does not answer is asked in the next round."""
        visit, session = self._with.reader.appointment(booking.reference), booking.action.session
        if visit is None:  # right after it was booked, an EHR may not show it yet
            return self._with.clock.now() < booking.since + self._with.policy.calendar_lag
        return visit.takes_time and session is not None and visit.session.client == session.client

    def _give_up(self, appointment_id: str | None, client: str, origin: str, done: Round) -> None:
        """The later visit, if it still stands. An EHR that does not answer is asked in the next round."""
        later = self._with.reader.appointment(appointment_id) if appointment_id else None
        if later and later.takes_time and later.session.client == client and later.session.starts_at > self._with.clock.now():
            action = CancelAppointment(later.id, later.version, later.session.clinician, MOVED_UP)
            self._once(action, later.id, GIVES_UP, origin, done, gives_up=later.session)

    def _note(self, booking: Case, done: Round) -> None:
        """A short note to the chart, where the practice switched it on."""
        if self._with.settings.note_template and booking.reference:
            action = AddNote(booking.reference, self._with.settings.note_template)
            self._once(action, booking.proposal.subject, NOTED, booking.id, done)

    def _tell_booked(self, booking: Case, client: str, channel: Channel, answers: str | None, done: Round) -> None:
        message = SendMessage(Outreach(client, channel, Purpose.OFFER, answers), BOOKED_TEMPLATE, booking.reference)
        self._once(message, booking.proposal.subject, TOLD_BOOKED, booking.id, done)

    def _kind_words(self, offer: Offer, case: Case, done: Round) -> None:
        """The client stays on the list, and hears that the time is gone. Who had accepted is answered.

        While it is not known whether the offer arrived, nothing is said: who never got it would read of a time that nobody offered them.
        """
        assert isinstance(case.action, OfferSlot)
        if offer.state is OfferState.WITHDRAWN and case.state in UNCERTAIN:
            return
        answers = offer.id if offer.state is OfferState.LOST else None
        left = case.action.leads_to.booking.starts_at - self._with.clock.now()
        if case.state in MAY_HAVE_HAPPENED and left > timedelta(0):
            outreach = Outreach(offer.client, case.action.channel, Purpose.OFFER, answers)
            self._once(SendMessage(outreach, TAKEN_TEMPLATE), offer.opening, KIND_WORDS, offer.id, done, min(A_DAY, left))
        self._mark(offer)

    def _once(
        self,
        action: Action,
        subject: str,
        because: str,
        origin: str,
        done: Round,
        until: timedelta = A_DAY,
        gives_up: Session | None = None,
    ) -> None:
        """Propose it, unless that was done: a new version of the practice's settings does not ask again."""
        name = digest([origin, subject, action])
        with self._with.store.transaction() as tx:
            if any(case.proposal.facts_digest == name for case in tx.cases_about(subject)):
                return
            source = tx.case(origin)  # the offer, or the booking: its subject is the opening
        reasons = (because, *exchange(gives_up, source.action.session if source else None, self._with.policy.zone))
        case = self._with.submit(self._with.ask(action, subject, reasons, name, until, source.proposal.subject if source else ""))
        done.done[f"{action.kind}.{case.state}"] += 1

    def _mark(self, offer: Offer) -> None:
        with self._with.store.transaction() as tx:
            current = tx.offer(offer.id)
            if current and current.version == offer.version:
                mark_followed_up(tx, current, tx.now(self._with.clock))


def _fills(case: Case, opened_at: datetime) -> bool:
    """Whether the case is a booking of this opening that stands, made since it was opened."""
    return isinstance(case.action, BookAppointment) and case.state is State.CONFIRMED and case.since >= opened_at


def is_taken_back(tx: DeskTransaction, case: Case) -> bool:
    """Whether it gives an opening that is over, or that a client picked, and nothing of it left yet."""
    return _is_unsent(case) and _is_over(tx, case)


def _is_unsent(case: Case) -> bool:
    """Offers, and bookings without asking, that can still be taken back; what a client accepted is not."""
    is_giving = isinstance(case.action, OfferSlot | BookAppointment) and not case.offer
    return case.proposal.use_case == WAITLIST and is_giving and allows(case.state, Event.WITHDRAWN)


def _is_over(tx: DeskTransaction, case: Case) -> bool:
    record = tx.opening(case.proposal.subject)
    return record is not None and (record.state not in UNFILLED or picked(tx, record))
