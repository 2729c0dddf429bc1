"""A person's word about a case, wherever they say it: at the desk or in the EHR's frame. The rules are the path's."""

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.actions import Destination
from hsched_core.domain.case import Decline
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person


def say_yes(opened: OpenPractice, case_id: str, digest: str, person: Person) -> None:
    """Yes to exactly that action. What changes the practice's own rules changes them at once."""
    case = opened.path.approve(case_id, digest, person)
    if case.state is State.APPROVED and case.action.destination is Destination.PRACTICE:
        opened.path.execute(case.id)


def say_no(opened: OpenPractice, case_id: str, reason: Decline, person: Person) -> None:
    """No, and why."""
    opened.path.reject(case_id, person, reason)
