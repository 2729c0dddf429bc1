"""`hsched phase`: how far each use case may go by itself. More autonomy is proposed and approved by two people; less is at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, someone
from hsched_core.domain.errors import UserError
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases import USE_CASES

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_core.domain.people import Person

app = typer.Typer(help="How far each use case may go by itself: shadow, review, auto.")
SHOW_EXAMPLES = """
Examples:

  hsched phase show

  hsched phase show --json
"""
SET_EXAMPLES = """
Examples:

  hsched phase set waitlist review --as manager1                             a step back: at once, by one person

  hsched phase set waitlist auto --evidence report.pdf --as frontdesk        a proposal; two other people approve it

  hsched phase set reschedule review --evidence report.pdf --as manager1     clients may pick another time; a person says yes to each
"""
BY_A_PERSON = "person"  # the trail's word for a step back that nobody but a person asked for


@app.callback(invoke_without_command=True)
def phase(context: typer.Context) -> None:
    """How far each use case may go by itself: shadow, review, auto."""
    if context.invoked_subcommand is None:
        show(as_json=False)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Show each use case's phase and standing order, and whether everything is stopped."""
    from hsched_cli.practice import opened

    told = standing(opened())
    if as_json:
        print_json(told)
        return
    if told["is_stopped"]:
        out().print("Everything is stopped.", style="bold red")
    for one in told["use_cases"]:
        order = f"standing order {one['order']}, until {one['order_until']}" if one["order"] else "no standing order"
        out().print(f"{one['use_case']:16} {one['phase']:8} {order}", markup=False)


@app.command("set", epilog=SET_EXAMPLES)
def set_phase(
    use_case: str = typer.Argument(help="The use case, as `hsched phase show` names it."),
    to: Phase = typer.Argument(help="shadow, review or auto."),
    evidence: Path | None = typer.Option(None, help="The report people looked at; its SHA-256 is kept. Needed for more autonomy."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Move a use case: back at once, forward as a proposal that other people approve (`hsched approve`)."""
    from hsched_cli.practice import opened

    if use_case not in USE_CASES:
        raise UserError(f"There is no use case {use_case}.", f"There are: {', '.join(USE_CASES)}.")
    practice = opened()
    person = someone(practice, login, "phase.set")
    order, current = list(Phase), _phase_of(practice, use_case)
    if order.index(to) < order.index(current):
        practice.path.step_back(use_case, to, BY_A_PERSON, person.token)
        out().print(f"{use_case} is in phase {to} from now on.", markup=False)
    elif to is current:
        raise UserError(f"{use_case} is in phase {to} already.")
    else:
        _propose(practice, use_case, to, evidence, person)


def standing(practice: "OpenPractice") -> dict[str, Any]:
    """Phases and orders, as a document."""
    now = practice.clock.now()
    with practice.path_store.looking() as state:
        rollouts = {use_case: state.rollout(use_case, now) for use_case in USE_CASES}
        is_stopped = state.is_stopped()
    rows = [
        {
            "use_case": use_case,
            "phase": str(one.phase),
            "order": one.order.reference if one.order else None,
            "order_until": one.order.expires_at.isoformat() if one.order else None,
        }
        for use_case, one in rollouts.items()
    ]
    return {"is_stopped": is_stopped, "use_cases": rows}


def _phase_of(practice: "OpenPractice", use_case: str) -> Phase:
    with practice.path_store.looking() as state:
        return state.rollout(use_case, practice.clock.now()).phase


def _propose(practice: "OpenPractice", use_case: str, to: Phase, evidence: Path | None, person: "Person") -> None:
    from hsched_core.domain.actions import ChangePhase

    action = ChangePhase(use_case, to, _hash_of(evidence))
    propose(practice, use_case, action, f"Evidence: the file {evidence.name if evidence else ''}.", person)


def propose(practice: "OpenPractice", use_case: str, action: Any, reason: str, person: "Person") -> None:
    """A change of the practice's own rules, as a person's proposal; the one that waits already where it is the same."""
    from hsched_cli.case_words import describe
    from hsched_core.workflow.own_rules import own_rule

    case = practice.path.propose(own_rule(practice.policy, use_case, action, (reason,), person, practice.clock.now()))
    out().print(f"{case.id[:12]} proposes: {describe(case.action, practice.timezone)}.", markup=False)
    out().print(f"It is {case.state}. Next, by other people: hsched approve {case.id[:12]} --as ...", markup=False)


def _hash_of(evidence: Path | None) -> str:
    import hashlib

    if evidence is None:
        raise UserError("More autonomy needs evidence.", "Name the report people looked at: --evidence FILE.")
    try:
        return hashlib.sha256(evidence.read_bytes()).hexdigest()
    except OSError:
        raise UserError(f"The file {evidence} cannot be read.", "Name the report people looked at.") from None
