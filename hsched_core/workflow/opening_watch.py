"""Openings as the EHR's calendar makes and unmakes them. A notice is a hint; what counts is the appointment as it stands now."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.appointments import Appointment, Notice, NoticeKind
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event, LifecycleError, allows
from hsched_core.domain.offers import OfferState, OpeningRecord
from hsched_core.domain.openings import UNFILLED, Opening, OpeningState
from hsched_core.domain.proposal import ID_LENGTH
from hsched_core.domain.sessions import Session
from hsched_core.policy.calendar import closed
from hsched_core.policy.facts import Matter
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases.group_coordination import is_group
from hsched_core.workflow.desk import Round, Tools, client_of
from hsched_core.workflow.move_words import is_so, is_word
from hsched_core.workflow.offer_steps import DESK, add_opening, end_offer, turn_opening
from hsched_core.workflow.picks import ACTOR, is_of, is_pick, picked_by
from hsched_core.workflow.picks_kept import carry_over
from hsched_core.workflow.steps import HOLDS
from hsched_core.workflow.undone import what_follows

GIVEN_AWAY = (OpeningState.FILLED, OpeningState.TAKEN)


class OpeningWatch:
    """Keeps openings true to the EHR's calendar. Idempotent, in any order, by any number of workers."""

    def __init__(self, tools: Tools) -> None:
        self._with = tools

    def on_notice(self, notice: Notice) -> str:
        """An appointment changed: read it, and see what that means for openings. A word for what it meant."""
        if notice.kind is not NoticeKind.APPOINTMENT:
            return "nothing"  # the waitlist and its clients are read anew in every round
        appointment = self._with.reader.appointment(notice.about)
        if appointment is None:
            return "appointment_unknown"
        self._overtaken(appointment)
        if not appointment.takes_time:
            self._called_off(appointment)
            return self._time_left(appointment)
        with self._with.store.transaction() as tx:
            now = tx.now(self._with.clock)
            if self._time_taken(tx, appointment, now):
                return "taken"
        return "in_the_past" if appointment.session.ends_at <= now else "nothing"

    def look_again(self, done: Round) -> None:
        """Compare openings with the calendar as it is: what a lost notice would have told, and times that somebody moved away from."""
        now = self._with.clock.now()
        with self._with.store.transaction() as tx:
            known = tx.openings(*UNFILLED, *GIVEN_AWAY, after=now)
        records = [one for one in known if one.opening.starts_at <= now + self._with.settings.most_notice]
        if not records:
            return
        first, last = min(one.opening.starts_at for one in records), max(one.opening.ends_at for one in records)
        there = self._with.reader.appointments(first, last)
        for record in records:
            here = [one for one in there if _touches(record.opening, one.session)]
            taking = [one for one in here if one.takes_time]
            with self._with.store.transaction() as tx:
                if taking and record.state in UNFILLED:
                    done.done["taken"] += sum(self._time_taken(tx, one, tx.now(self._with.clock)) for one in taking)
                elif not taking and record.state in GIVEN_AWAY:
                    done.done["reopened"] += self._found_free(tx, record, here)

    def _found_free(self, tx: DeskTransaction, seen: OpeningRecord, here: Sequence[Appointment]) -> int:
        """Nobody has a time that somebody had; not right after it was given away: the EHR's list may be behind."""
        record, now = tx.opening(seen.id), tx.now(self._with.clock)
        if (
            record is None
            or record.version != seen.version
            or now < record.since + self._with.policy.calendar_lag
            or self._is_over(_session(seen.opening))
        ):
            return 0
        around = tx.openings_of(record.opening.clinician, record.opening.starts_at, record.opening.ends_at)
        if any(one.state in UNFILLED for one in around):
            return 0  # whoever was here left an opening of their own: no hour is two of them
        newest = max(here, key=lambda one: one.updated_at, default=None)
        if newest and newest.by_practice:
            return 0
        _open_again(tx, record, newest.session.client if newest else record.opening.left_by, now)
        return 1

    def _time_taken(self, tx: DeskTransaction, appointment: Appointment, now: datetime) -> int:
        """Somebody has the time. Where it is not who accepted our offer, the opening is taken, and its live offers end."""
        session, taken = appointment.session, 0
        for record in tx.openings_of(session.clinician, session.starts_at, session.ends_at):
            if record.state in UNFILLED and not _is_ours(tx, record, session.client):
                close_opening(tx, record, OpeningState.TAKEN, now, booking=record.booking)
                taken += 1
        return taken

    def _overtaken(self, appointment: Appointment) -> None:
        """What did not leave yet of picks for a visit that is not what it was then, and of messages about them that are not so any more.

        Where the visit was only edited, the pick goes on.
        """
        with self._with.store.transaction() as tx:
            about, now = list(tx.cases_about(appointment.id)), tx.now(self._with.clock)
        for case in about:
            if not allows(case.state, Event.WITHDRAWN) or not self._is_overtaken(case, about, appointment, now):
                continue
            with suppress(LifecycleError):  # it is being carried out just now
                self._with.path.withdraw(case.id, ACTOR)

    def _is_overtaken(self, case: Case, about: Sequence[Case], appointment: Appointment, now: datetime) -> bool:
        if is_word(case):
            return is_so(case, about, appointment, now) is False
        if not is_pick(case) or case.action.expected_version == appointment.version:
            return False
        return not carry_over(self._with.path, self._with.store, self._with.clock, case, appointment)

    def _called_off(self, appointment: Appointment) -> None:
        """Where hsched booked that visit, what still waits because of the booking is withdrawn: above all, giving up a later visit."""
        session = appointment.session
        with self._with.store.transaction() as tx:
            here = tx.openings_of(session.clinician, session.starts_at, session.ends_at)
            about = [case for record in here for case in tx.cases_about(record.id)]
            bookings = [case for case in about if isinstance(case.action, BookAppointment) and case.reference == appointment.id]
            late = [case.id for booking in bookings for case in what_follows(tx, booking)]
        for case_id in late:
            with suppress(LifecycleError):  # it is being carried out just now
                self._with.path.withdraw(case_id, DESK)

    def _time_left(self, appointment: Appointment) -> str:
        """A cancelled appointment: an opening, if the time is really free and there is time enough to offer it."""
        if appointment.session.starts_at > self._with.clock.now() and appointment.by_practice:
            return "called_off"  # nobody here knows whether its clinician is ill, or the room is gone: such an hour is a person's
        return self.time_left(appointment.id, appointment.session)

    def time_left(self, name: str, session: Session) -> str:
        """The appointment of that name does not take this time any more: cancelled, or moved."""
        if session.starts_at <= self._with.clock.now():
            return "in_the_past"
        if is_group(session):  # who cannot come once is still in it; who else may join is for its clinician to say
            return "of_a_group"
        if self._is_over(session):
            return "not_offered"
        if self._is_occupied(session, name):
            return "occupied"
        with self._with.store.transaction() as tx:
            now = tx.now(self._with.clock)
            here = tx.openings_of(session.clinician, session.starts_at, session.ends_at)
            if any(record.state in UNFILLED for record in here):
                return "nothing"  # it is free already, or a part of it is: no hour is two openings
            same = [one for one in here if (one.opening.starts_at, one.opening.ends_at) == (session.starts_at, session.ends_at)]
            if same:
                return "reopened" if _open_again(tx, same[-1], session.client, now) else "nothing"
            add_opening(tx, _opening(tx, name, session, now))
            return "opening"

    def _is_over(self, session: Session) -> bool:
        """Too close to be offered, or on a day on which practice or clinician see nobody."""
        now, policy = self._with.clock.now(), self._with.policy
        if session.starts_at - now <= max(policy.offer_notice.least, self._with.settings.least_notice):
            return True
        return any(closed(Matter(BookAppointment(session, Basis.ASKED), session.starts_at, now, policy)))

    def _is_occupied(self, session: Session, left: str) -> bool:
        """Whether another appointment than the one that left takes the clinician's time: a list that is behind may still show that one."""
        there = [one for one in self._with.reader.appointments(session.starts_at, session.ends_at) if one.takes_time and one.id != left]
        return any(one.session.clinician == session.clinician and one.session.overlaps(session) for one in there)


def close_opening(tx: DeskTransaction, record: OpeningRecord, state: OpeningState, now: datetime, booking: str = "") -> None:
    """The opening is over: so are its offers that nobody answered yet, in the same transaction."""
    turn_opening(tx, record, state, now, booking=booking)
    for offer in tx.offers(record.id):
        if offer.state is OfferState.SENT:
            end_offer(tx, offer, OfferState.WITHDRAWN, now)


def _open_again(tx: DeskTransaction, record: OpeningRecord, client: str, now: datetime) -> bool:
    """The taker cancelled. What was exhausted or too late before stays so: the same notice twice must not wake it."""
    if record.state not in GIVEN_AWAY:
        return False
    opening = replace(record.opening, opened_at=now, left_by=client)
    turn_opening(tx, record, OpeningState.OPEN, now, opening=opening, left_by=(*record.left_by, client), booking="")
    return True


def _opening(tx: DeskTransaction, appointment: str, session: Session, now: datetime) -> Opening:
    moved = tx.opening(appointment) is not None  # it made an opening before, at another time
    name = digest([appointment, session.starts_at])[:ID_LENGTH] if moved else appointment
    place = (session.clinician, session.starts_at, session.duration_minutes, session.session_type, session.modality)
    return Opening(name, *place, opened_at=now, left_by=session.client, site=session.site)


def _session(opening: Opening) -> Session:
    """The opening's time, as its last client had it."""
    place = (opening.clinician, opening.starts_at, opening.duration_minutes, opening.session_type, opening.modality)
    return Session(opening.left_by, *place, site=opening.site)


def _is_ours(tx: DeskTransaction, record: OpeningRecord, client: str) -> bool:
    """Whether a booking of ours for this opening, or the move of a visit to it, has put that client there, or is about to."""
    pick = picked_by(tx, record)
    if pick and pick.state in HOLDS and is_of(pick, client):
        return True
    return any(case.action.hold is not None and case.state in HOLDS and client_of(case) == client for case in tx.cases_about(record.id))


def _touches(opening: Opening, session: Session) -> bool:
    return opening.clinician == session.clinician and opening.starts_at < session.ends_at and session.starts_at < opening.ends_at
