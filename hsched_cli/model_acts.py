"""`hsched model promote`, `reject` and `demote`: a person decides, signs, and says why. The rules are hsched_models.succession's."""

from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out

if TYPE_CHECKING:
    from hsched_models.registry import Registry
    from hsched_models.succession import Change

PROMOTE_EXAMPLES = """
Examples:

  hsched model promote 7 --moment day_before --reason "Better for new clients; nobody served worse"

  hsched model promote 6 --moment day_before --reason "Ready for the new site" --despite "Few held-out visits: the site has just opened"
"""
REJECT_EXAMPLES = """
Examples:

  hsched model reject 7 --moment day_before --reason "Flags teenagers too often"
"""
DEMOTE_EXAMPLES = """
Examples:

  hsched model demote --moment day_before --reason "Found fewer missed visits than the one before"
"""
VERSION = typer.Argument(help="The version, as `hsched model list` shows it.")
MOMENT = typer.Option(help="Its scoring moment: day_before or at_booking.")
REASON = typer.Option(help="Why; kept with the model. Names no patient.")
BY = typer.Option("", help="Who decides; your login name where it is left out.")


def promote(
    version: str = VERSION,
    moment: str = MOMENT,
    reason: str = REASON,
    despite: str = typer.Option("", help="Why it takes over although something stands against it."),
    by: str = BY,
) -> None:
    """Put a version in charge of a moment's scores. Refused where something stands against it, unless you say why it does not matter."""
    from hsched_cli.practice import login, now, registry
    from hsched_models import succession

    found = registry()
    change = succession.promote(found, moment, version, reason=reason, by=by or login(), now=now(), despite=despite)
    _announce(found, moment, change)


def reject(version: str = VERSION, moment: str = MOMENT, reason: str = REASON, by: str = BY) -> None:
    """Decide against a version: it waits no longer, and the champion stays."""
    from hsched_cli.practice import login, now, registry
    from hsched_models import succession

    change = succession.reject(registry(), moment, version, reason=reason, by=by or login(), now=now())
    out().print(f"Version {version} is rejected. {_in_charge(change.was)}", markup=False)


def demote(moment: str = MOMENT, reason: str = REASON, by: str = BY) -> None:
    """Put the champion before the present one back in charge."""
    from hsched_cli.practice import login, now, registry
    from hsched_models import succession

    found = registry()
    change = succession.demote(found, moment, reason=reason, by=by or login(), now=now())
    _announce(found, moment, change)
    undo = f'hsched model promote {change.was} --moment {moment} --reason "..." --despite "..."'
    out().print(f"To undo it: {undo}", markup=False)


def _announce(found: "Registry", moment: str, change: "Change") -> None:
    """Who scores from now on, and what stays as it is."""
    through = found.trained_through(moment, change.version)
    before = f", after version {change.was}" if change.was else ""
    out().print(f"Version {change.version} is champion of {moment}{before}. It was trained on visits up to {through}.", markup=False)
    out().print("The next scores come from it; days that were scored keep theirs.")


def _in_charge(version: str) -> str:
    return f"Version {version} stays in charge." if version else "There is no champion."
