"""Openings that a client picked for a visit of theirs: which case has them, and where it stands. By our own store alone."""

from collections.abc import Iterable, Iterator

from hsched_core.domain.actions import MoveAppointment
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.people import use_case_actor
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases import RESCHEDULE

ACTOR = use_case_actor(RESCHEDULE)
CAME_TO_NOTHING = FINAL - {State.CONFIRMED, State.SHADOWED}


def is_pick(case: Case) -> bool:
    """Whether it moves a visit to a time that its client picked; what staff ask for in turn (to move it back) is none."""
    return isinstance(case.action, MoveAppointment) and case.proposal.proposed_by == ACTOR


def picks_of(cases: Iterable[Case], client: str) -> Iterator[Case]:
    """A client's own picks among the cases about a visit; what was only recorded is none."""
    for case in cases:
        if is_pick(case) and is_of(case, client) and case.state is not State.SHADOWED:
            yield case


def newest(cases: Iterable[Case], client: str) -> Case | None:
    """Their last one: one that is under way, or what became last of one."""
    found = sorted(picks_of(cases, client), key=lambda case: (case.state not in FINAL, case.since))
    return found[-1] if found else None


def picked_by(tx: DeskTransaction, record: OpeningRecord) -> Case | None:
    """The case of the client who picked the opening, while it holds, or may still get, the time."""
    case = tx.case(record.booking) if record.booking else None
    return case if case and is_pick(case) and case.state not in CAME_TO_NOTHING else None


def picked(tx: DeskTransaction, record: OpeningRecord) -> bool:
    """Whether a client has picked the opening, or is just about to: nobody else is shown or offered it.

    One whose case never came about is the desk's to let go (`Moves.advance`).
    """
    return bool(record.booking) and (tx.case(record.booking) is None or picked_by(tx, record) is not None)


def is_of(case: Case | None, client: str) -> bool:
    """Whether the case puts that client there, or is about to."""
    return case is not None and case.action.session is not None and case.action.session.client == client
