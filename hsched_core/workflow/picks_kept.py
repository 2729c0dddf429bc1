"""A visit that was edited in the EHR while a pick of its client's waited: nothing of what the pick is about changed, so the pick goes on.

A move is bound to the version that was looked at. The same one is proposed for the version of now, the opening goes over to it, and
whoever decides is asked (again): what they approved was the visit before.
"""

from contextlib import suppress
from dataclasses import replace

from hsched_core.domain.actions import MoveAppointment
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event, LifecycleError, allows
from hsched_core.domain.openings import UNFILLED
from hsched_core.ports import Clock, DeskStore
from hsched_core.workflow.desk import CHOOSING_LASTS
from hsched_core.workflow.move_words import is_theirs
from hsched_core.workflow.offer_steps import pick_opening
from hsched_core.workflow.path import Path
from hsched_core.workflow.picks import ACTOR

EDITED = "The visit was edited in the EHR since; it has the time that it had."


def carry_over(path: Path, store: DeskStore, clock: Clock, pick: Case, visit: Appointment) -> bool:
    """Propose the pick for the visit as it is now. False where more than its version changed, or the time is not the pick's any more."""
    action = pick.action
    if not isinstance(action, MoveAppointment) or action.was_at is None or visit.version == action.version:
        return False
    is_same = visit.session == replace(action.to, starts_at=action.was_at)
    reasons = pick.proposal.reasons if EDITED in pick.proposal.reasons else (*pick.proposal.reasons, EDITED)
    renewed = replace(action, version=visit.version)
    proposal = replace(pick.proposal, action=renewed, facts_digest=digest([pick.id, visit.version]), reasons=reasons)
    with store.transaction() as tx:
        now, record = tx.now(clock), tx.opening(pick.proposal.follows)
        is_over = not is_theirs(pick, visit, now) or now >= proposal.expires_at
        if not is_same or is_over or record is None or record.booking != pick.id or record.state not in UNFILLED:
            return False
        taken = pick_opening(tx, record, proposal.id, now, now + CHOOSING_LASTS)
    try:
        path.propose(proposal)
    except BaseException:  # the EHR did not answer: it is the old pick's until somebody looks again
        with store.transaction() as tx:
            current = tx.opening(taken.id)
            if current and current.version == taken.version:
                pick_opening(tx, current, pick.id, now, now)
        raise
    if allows(pick.state, Event.WITHDRAWN):
        with suppress(LifecycleError):  # it is being carried out just now: the gate stops it by the version
            path.withdraw(pick.id, ACTOR)
    return True
