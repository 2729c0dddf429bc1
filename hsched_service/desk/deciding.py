"""A person's word about a case, wherever they say it: at the desk or in the EHR's frame. The rules are the path's."""

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.actions import Destination
from hsched_core.domain.case import Case, Decline
from hsched_core.domain.changing import changed_action
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import UserError
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


def say_otherwise(opened: OpenPractice, case_id: str, digest: str, channel: Channel, template: str, person: Person) -> Case:
    """Another way or another text for exactly that action: a new case, which somebody else approves; this one is withdrawn."""
    action = opened.path.look(case_id).action
    if action.digest != digest:
        raise UserError("This is not what is proposed, or it was changed since you looked.", "Look at the proposal again.")
    return opened.path.edit(case_id, changed_action(action, channel, template, opened.templates), person)
