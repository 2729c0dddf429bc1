"""Messages about what became of a pick: which one a message is about, and whether it still says what is so.

A visit goes on while such a message waits for a person or for the end of quiet hours. What is not so any more is not sent.
"""

from collections.abc import Iterable
from datetime import datetime

from hsched_core.domain.actions import MoveAppointment, SendMessage
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.use_cases import RESCHEDULE
from hsched_core.workflow.picks import is_pick

MOVED_TEMPLATE, NOT_MOVED_TEMPLATE = "visit_moved", "visit_not_moved"


def name_of(pick: Case, template: str) -> str:
    """What a message about that pick is named by: once for each."""
    return digest([pick.id, template])


def is_word(case: Case) -> bool:
    """Whether it tells a client what became of a pick; also where a person chose another way for it."""
    if case.proposal.use_case != RESCHEDULE or not isinstance(case.action, SendMessage):
        return False
    return case.action.template in (MOVED_TEMPLATE, NOT_MOVED_TEMPLATE)


def is_so(word: Case, about: Iterable[Case], visit: Appointment | None, now: datetime) -> bool | None:
    """Whether the message is true of the visit as the EHR shows it; None where the EHR may be behind. `about`: the visit's cases."""
    template = word.action.template if isinstance(word.action, SendMessage) else ""
    pick = next((one for one in about if is_pick(one) and name_of(one, template) == word.proposal.facts_digest), None)
    if pick is None or visit is None or not isinstance(pick.action, MoveAppointment) or not is_theirs(pick, visit, now):
        return False
    if template == NOT_MOVED_TEMPLATE:
        return is_where_it_was(pick, visit)
    if visit.session.starts_at == pick.action.to.starts_at:
        return True
    return None if visit.version == pick.action.version else False


def is_theirs(pick: Case, visit: Appointment, now: datetime) -> bool:
    """Whether the visit is to come, and the client's who picked another time for it."""
    client = pick.action.session.client if pick.action.session else ""
    return visit.status is AppointmentStatus.BOOKED and visit.session.client == client and visit.session.starts_at > now


def is_where_it_was(pick: Case, visit: Appointment) -> bool:
    """Whether the visit has the time that it had when the client picked another one, whatever else was edited."""
    was_at = pick.action.was_at if isinstance(pick.action, MoveAppointment) else None
    return visit.session.starts_at == was_at if was_at else visit.version == pick.action.expected_version
