"""`hsched queue`, `approve`, `reject`, `resolve`: what waits for a person, and the person's word. The rules are the path's."""

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, CASE, chosen, decider, finish, tell, the_case
from hsched_core.domain.case import Decline
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Role

QUEUE_EXAMPLES = """
Examples:

  hsched queue                             what waits, for whom, why, and what else was considered

  hsched queue --role front_desk

  hsched queue --json
"""
APPROVE_EXAMPLES = """
Examples:

  hsched approve 0f3c9a6e --as frontdesk                  the proposed choice

  hsched approve 0f3c9a6e --candidate 2 --as frontdesk    another one of the list
"""
REJECT_EXAMPLES = """
Examples:

  hsched reject 0f3c9a6e --reason arranged_otherwise --as frontdesk
"""
RESOLVE_EXAMPLES = """
Examples:

  hsched resolve 0f3c9a6e --happened --as frontdesk       you looked: it stands in the EHR

  hsched resolve 0f3c9a6e --did-not --as manager1
"""
ASKS = (State.WAITING, State.NEEDS_PERSON)


def queue(
    role: Role | None = typer.Option(None, help="Only what asks this role now."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: whole ids, actions and their hashes."),
) -> None:
    """Show what waits for a person: proposals, and writes of which only a person can find out whether they happened."""
    from hsched_cli.case_words import document, lines
    from hsched_cli.practice import opened

    practice = opened()
    with practice.path_store.looking() as state:
        waiting = [case for case in state.open_cases(*ASKS) if role in (None, case.awaits)]
        is_stopped = state.is_stopped()
    if as_json:
        print_json({"is_stopped": is_stopped, "cases": [document(case, practice.policy) for case in waiting]})
        return
    if is_stopped:
        out().print("Everything is stopped: nothing leaves, whatever is approved. `hsched release` lets it go on.", style="bold red")
    for case in waiting:
        out().print("\n".join(lines(case, practice.policy)) + "\n", markup=False)
    out().print(_count(len(waiting)), markup=False)


def approve(
    case: str = CASE,
    candidate: int = typer.Option(0, min=0, help="The number of a listed candidate; the proposed choice where it is left out."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Say yes to a case. It is judged again with fresh facts; what speaks against it is told, all of it."""
    from hsched_cli.practice import opened

    practice = opened()
    person, found = decider(practice, login, "approve"), the_case(practice, case)
    tell(finish(practice, practice.path.approve(found.id, chosen(found, candidate).digest, person)), practice)


def reject(
    case: str = CASE,
    reason: Decline = typer.Option(..., help="Why, as one of these words."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Say no to a case."""
    from hsched_cli.practice import opened

    practice = opened()
    person, found = decider(practice, login, "reject"), the_case(practice, case)
    tell(practice.path.reject(found.id, person, reason), practice)


def resolve(
    case: str = CASE,
    happened: bool = typer.Option(False, "--happened", help="You looked in the EHR: it happened."),
    did_not: bool = typer.Option(False, "--did-not", help="You looked in the EHR: it did not happen."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Say what became of a write that hsched could not find out about. Look in the EHR first."""
    from hsched_cli.practice import opened

    if happened == did_not:
        raise UserError("Say one of the two.", "--happened, or --did-not.")
    practice = opened()
    person, found = decider(practice, login, "resolve"), the_case(practice, case)
    tell(practice.path.resolve(found.id, person, happened=happened), practice)


def _count(number: int) -> str:
    if number == 0:
        return "Nothing waits for a person."
    waits = "1 case waits" if number == 1 else f"{number} cases wait"
    return f"{waits}. Next: hsched approve CASE --as LOGIN, or hsched reject CASE --reason ... --as LOGIN"
