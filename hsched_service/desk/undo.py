"""Asking to undo what stands in the EHR: a booking of ours is cancelled, a visit that we moved is moved back, as a proposal that somebody
else approves. Messages stay sent.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.actions import UNDONE, BookAppointment, CancelAppointment, MoveAppointment
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person
from hsched_core.domain.proposal import Proposal
from hsched_core.policy.permissions import Subject
from hsched_core.use_cases.exchange import exchange
from hsched_core.workflow.undone import was_placed
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError

OPEN_FOR = timedelta(hours=8)
CHOSE = "The client chose the other time themselves, and hsched does not tell them: call them first."
PLACED = "The client was already taken off the waitlist for it, and stays off: put the entry back in the EHR if they still wait."


def router(opened: OpenPractice) -> APIRouter:
    """One button of a case's page."""
    made = APIRouter()

    @made.post("/desk/queue/{case_id}/undo")
    def undo(visitor: Annotated[Visitor, Depends(needs(Subject.DECIDE))], case_id: str) -> Response:
        case = opened.service.desk.cases.case(case_id)
        if case is None or not can_be_undone(case):
            raise NotThereError
        visitor.check_reach(Subject.DECIDE, case.action.clinician)
        there = _there(opened, case)
        if there is None:
            return see_other(opened, f"/desk/queue/{case_id}?undo=no")
        undoing = moving_back if isinstance(case.action, MoveAppointment) else cancelling
        asked = opened.path.propose(undoing(opened, case, there, visitor.person))
        return see_other(opened, f"/desk/queue/{asked.id}")

    return made


def can_be_undone(case: Case) -> bool:
    """Whether it made a booking, or a move, that the EHR can take back."""
    if isinstance(case.action, MoveAppointment):
        return case.state is State.CONFIRMED and case.action.was_at is not None
    return isinstance(case.action, BookAppointment) and case.state is State.CONFIRMED and bool(case.reference)


def undo_words(case: Case) -> str:
    """What the button says."""
    return "Ask to move it back" if isinstance(case.action, MoveAppointment) else "Ask to cancel this booking"


def _there(opened: OpenPractice, case: Case) -> Appointment | None:
    """The visit as the case made it, and still to come; None where there is nothing to undo any more, or the EHR does not say."""
    action, now = case.action, opened.clock.now()
    try:
        there = opened.reader.appointment(action.appointment if isinstance(action, MoveAppointment) else case.reference)
    except UserError:
        return None
    if there is None or there.status is not AppointmentStatus.BOOKED or there.session.starts_at <= now:
        return None
    if isinstance(action, MoveAppointment) and (
        there.session.starts_at != action.to.starts_at or not action.was_at or action.was_at <= now
    ):
        return None
    return there


def moving_back(opened: OpenPractice, case: Case, there: Appointment, person: Person) -> Proposal:
    """The visit at the time it had, as this person asks for it. The client chose the other one: nobody but them knows if this one suits."""
    action = case.action
    assert isinstance(action, MoveAppointment)
    assert action.was_at
    back = replace(there.session, starts_at=action.was_at)
    return Proposal(
        practice=opened.practice.id,
        use_case=case.proposal.use_case,
        action=MoveAppointment(there.id, there.version, back, there.session.starts_at),
        subject=there.id,
        reasons=(f"{person.token} asks to take back a move that hsched made.", CHOSE, *exchange(there.session, back, opened.policy.zone)),
        facts_digest=digest([case.id, there.version]),
        policy_version=opened.policy.version,
        expires_at=min(opened.clock.now() + OPEN_FOR, there.session.starts_at, action.was_at),
        proposed_by=person.token,
    )


def cancelling(opened: OpenPractice, case: Case, there: Appointment, person: Person) -> Proposal:
    """The cancellation, as this person asks for it; whoever asks does not approve it."""
    with opened.path_store.transaction() as tx:
        placed = (PLACED,) if was_placed(tx, case) else ()
    return Proposal(
        practice=opened.practice.id,
        use_case=case.proposal.use_case,
        action=CancelAppointment(there.id, there.version, there.session.clinician, UNDONE),
        subject=there.id,
        reasons=(f"{person.token} asks to undo a booking that hsched made.", "The time becomes free, and may be offered again.", *placed),
        facts_digest=digest([case.id, there.version]),
        policy_version=opened.policy.version,
        expires_at=min(opened.clock.now() + OPEN_FOR, there.session.starts_at),
        proposed_by=person.token,
    )
