"""What every command of the desk needs: the practice, the person who types, and the case they mean."""

from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_core.domain.actions import Action
    from hsched_core.domain.case import Case
    from hsched_core.domain.people import Person

AS = typer.Option(help="Who decides: a login of people.yaml. Every decision is kept in the audit trail under it.")
CASE = typer.Argument(help="The case, as `hsched queue` shows it; its first digits are enough where they are of one case only.")
FEWEST_DIGITS = 4
STAFF = "policy:people"  # what such an attempt is about: who may do what
CARRIED_OUT = "Dagster carries it out within seconds, where it runs (`hsched ui`)."


def decider(practice: "OpenPractice", login: str, wanted: str) -> "Person":
    """The person of that login, active or not: the path refuses who may not decide, and records it. A login nobody has is recorded here.

    `wanted` is what was typed, as the trail names it.
    """
    if login not in practice.people:
        practice.path.note_refused(practice.stranger(login), wanted, ["approval.unknown"], STAFF)
    return practice.person(login)


def someone(practice: "OpenPractice", login: str, wanted: str = "decide") -> "Person":
    """The active person of that login, for what the path does not judge by itself. A refused attempt is recorded."""
    person = decider(practice, login, wanted)
    if not person.is_active:
        practice.path.note_refused(person.token, wanted, ["approval.inactive"], STAFF)
        raise UserError(f"The account {login} is disabled.", "Ask whoever keeps people.yaml.")
    return person


def the_case(practice: "OpenPractice", started: str) -> "Case":
    """The one open case whose id begins so."""
    with practice.path_store.looking() as state:
        found = [case for case in state.open_cases() if case.id.startswith(started)]
    if len(started) < FEWEST_DIGITS or len(found) != 1:
        problem = f"{len(found)} open cases begin with {started}." if len(started) >= FEWEST_DIGITS else "That is too short for a case."
        raise UserError(problem, "See `hsched queue`; `hsched audit show CASE` tells of closed ones.")
    return found[0]


def chosen(case: "Case", candidate: int) -> "Action":
    """The proposed action, or that of the candidate with this number."""
    if candidate == 0:
        return case.proposal.action
    candidates = case.proposal.candidates
    if candidate > len(candidates):
        raise UserError(f"There is no candidate {candidate}; there are {len(candidates)}.", "See `hsched queue`.")
    one = candidates[candidate - 1]
    if one.action is None:
        raise UserError(
            f"Candidate {candidate} was skipped: {one.skipped_because.rstrip('.')}.", "Choose one that has a fit and no such reason."
        )
    return one.action


def finish(practice: "OpenPractice", case: "Case") -> "Case":
    """The practice's own rules change at once; everything else is carried out by Dagster, which sees it within seconds."""
    from hsched_core.domain.actions import Destination
    from hsched_core.domain.lifecycle import State

    if case.state is State.APPROVED and case.action.destination is Destination.PRACTICE:
        return practice.path.execute(case.id)
    return case


def tell(case: "Case", practice: "OpenPractice") -> None:
    """Where the case stands now, and what comes next."""
    from hsched_core.domain.lifecycle import State
    from hsched_core.policy.approval import approvals_needed

    with practice.path_store.looking() as state:
        is_stopped = state.is_stopped()
    goes_on = "It waits: everything is stopped (`hsched release`)." if is_stopped else CARRIED_OUT
    needed = approvals_needed(case.action, practice.policy)
    nexts = {
        State.WAITING: f"{len(case.approvals)} of {needed} approvals; another person is needed: hsched approve {case.id[:12]} --as ...",
        State.APPROVED: goes_on,
        State.CONFIRMED: "It is in force." if case.action.outreach is None else "It was sent.",
    }
    out().print(f"{case.id[:12]} is {str(case.state).replace('_', ' ')}. {nexts.get(case.state, '')}".strip(), markup=False)
