"""`hsched model`: which models there are, which one is used, and why; what a review found. Changes are in model_acts.py."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli import grades, model_acts
from hsched_cli.console import out, print_json
from hsched_cli.summary.page import figures
from hsched_core.domain.errors import NotReadyError, UserError

if TYPE_CHECKING:
    from hsched_models.registry import ModelRow, Registry
    from hsched_models.succession import Reign

app = typer.Typer(no_args_is_help=True, help="Which models there are, which one is used, and why.")
MOMENT = "day_before"
LIST_EXAMPLES = """
Examples:

  hsched model list

  hsched model list --json
"""
SHOW_EXAMPLES = """
Examples:

  hsched model show

  hsched model show --moment day_before
"""
COMPARE_EXAMPLES = """
Examples:

  hsched model compare                     the challenger, or the newest version, against the champion

  hsched model compare 7 --moment at_booking --json
"""
HISTORY_EXAMPLES = """
Examples:

  hsched model history

  hsched model history --moment at_booking --json
"""


@app.callback()
def model() -> None:
    """Which models there are, which one is used, and why."""


app.command("grades", epilog=grades.EXAMPLES)(grades.grades)


@app.command("list", epilog=LIST_EXAMPLES)
def list_models(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List the registered models: newest first, with their figures and aliases."""
    rows = _rows()
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    if not rows:
        out().print("There are no models yet. Next: hsched run")
    for row in rows:
        aliases = f" [green]{', '.join(row.aliases)}[/green]" if row.aliases else ""
        auroc, brier, ece, slope = figures(row.metrics)
        out().print(
            f"{row.name} v{row.version} {row.moment}{aliases}  AUROC {auroc}  Brier {brier}  ECE {ece}  slope {slope}{_lineage(row)}"
        )


@app.command("show", epilog=SHOW_EXAMPLES)
def show_model(moment: str = typer.Option("", help="Only this scoring moment: day_before or at_booking.")) -> None:
    """Show the champions: figures, what they were trained on, why they were promoted; and who waits to take over."""
    rows = _rows()
    chosen = [row for row in rows if "champion" in row.aliases and row.moment in {moment or row.moment}]
    if not chosen:
        raise NotReadyError("There is no champion for that.", "Run `hsched run`; `hsched model list` shows what there is.")
    for row in chosen:
        _show_champion(row)
        for waiting in (one for one in rows if one.moment == row.moment and "challenger" in one.aliases):
            _show_challenger(waiting, row.version)


@app.command("compare", epilog=COMPARE_EXAMPLES)
def compare(
    version: str = typer.Argument("", help="The version to look at; the challenger, or else the newest, where it is left out."),
    moment: str = typer.Option(MOMENT, help="Its scoring moment: day_before or at_booking."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: every figure of the review."),
) -> None:
    """Compare a version with the champion: what gets better, what gets worse, for whom, what calls would find."""
    from hsched_cli.practice import registry
    from hsched_models.succession import champion_version, stands_against

    found = registry()
    row = _chosen(found, version, moment)
    review = _review(found, row)
    against = "" if "champion" in row.aliases else stands_against(row, champion_version(found, moment))
    if as_json:
        print_json({**review, "aliases": row.aliases, "stands_against": against})
    else:
        _show_review(row, review, against)


@app.command("history", epilog=HISTORY_EXAMPLES)
def show_history(
    moment: str = typer.Option("", help="Only this scoring moment: day_before or at_booking."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: reigns and every change."),
) -> None:
    """Show who was champion from when to when, and why it began and ended; and who was rejected."""
    from dataclasses import asdict

    from hsched_cli.practice import registry
    from hsched_models.succession import champion_version, history, reigns

    found = registry()
    moments = sorted({row.moment for row in found.champions() if row.moment in {moment or row.moment}})
    changes = {one: history(found, one) for one in moments}
    ruled = {one: reigns(changes[one], champion_version(found, one)) for one in moments}
    if as_json:
        print_json({one: {"reigns": [asdict(r) for r in ruled[one]], "changes": [asdict(c) for c in changes[one]]} for one in moments})
        return
    for one in moments:
        _show_reigns(one, ruled[one])
        for change in (change for change in changes[one] if change.act == "rejected"):
            out().print(f"  Rejected {change.at}: v{change.version}, by {change.by}: {change.reason}", markup=False)
    if not moments:
        out().print("There are no models yet. Next: hsched run")


app.command("promote", epilog=model_acts.PROMOTE_EXAMPLES)(model_acts.promote)
app.command("reject", epilog=model_acts.REJECT_EXAMPLES)(model_acts.reject)
app.command("demote", epilog=model_acts.DEMOTE_EXAMPLES)(model_acts.demote)


def _show_champion(row: "ModelRow") -> None:
    through = row.trained_through or "an unknown day"
    if row.intercept_of:
        out().print(f"[bold]{row.name} v{row.version}[/bold] ({row.moment}){_lineage(row)}; outcomes of visits up to {through}")
        out().print("  Figures of the training it comes from, then of the update:")
    else:
        out().print(f"[bold]{row.name} v{row.version}[/bold] ({row.moment}); trained on visits up to {through}")
    for name, value in sorted(row.metrics.items()):
        out().print(f"  {name:32} {value:.4f}")
    by = f" by {row.promoted_by}" if row.promoted_by else ""
    out().print(f"  Promoted {row.promoted_at or 'at an unknown time'}{by}: {row.reasons}", markup=False)


def _lineage(row: "ModelRow") -> str:
    """Where an updated version comes from; nothing for a trained one."""
    return f"  v{row.intercept_of} with its intercept moved by {row.intercept} log odds" if row.intercept_of else ""


def _show_challenger(row: "ModelRow", champion: str) -> None:
    from hsched_models.succession import stands_against

    out().print(f"  Waiting: v{row.version}; its review speaks for: {row.review or 'nothing, there is none'}.", markup=False)
    out().print(f"  Against it: {stands_against(row, champion) or 'nothing.'}", markup=False)
    out().print(f"  Look: hsched model compare {row.version} --moment {row.moment}", markup=False)


def _show_review(row: "ModelRow", review: Mapping[str, Any], against: str) -> None:
    out().print(f"[bold]{row.name} v{row.version}[/bold] against {review['champion_compared_as']}: {review['note']}")
    out().print(f"The figures speak for: {review['advice']['verdict']}. {review['advice']['reason']}", markup=False)
    for finding in review["findings"]:
        out().print(f"  {finding['kind']:7} {finding['text']}", markup=False)
    out().print(_slices(review))
    out().print(f"Against a promotion: {against or 'nothing.'}", markup=False)
    out().print("The whole page, with pictures: review.html in its MLflow run (hsched ui), or --json.")


def _slices(review: Mapping[str, Any]) -> Any:
    from hsched_cli.summary.page import table

    grid = table("slice", "visits", "unused", "AUROC, other", "AUROC", "log loss change", "95 %")
    for row in review["slices"]:
        change, auroc = row["log_loss_change"], row["auroc"]
        cells = (auroc["champion"], auroc["challenger"], change["value"])
        bounds = f"{_number(change['low'], 4)} to {_number(change['high'], 4)}"
        grid.add_row(row["name"], f"{row['visits']:,}", f"{row['unused']:.1%}", *map(_number, cells[:2]), _number(cells[2], 4), bounds)
    return grid


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _show_reigns(moment: str, ruled: "tuple[Reign, ...]") -> None:
    out().print(f"[bold]{moment}[/bold]")
    for reign in ruled:
        by = f" by {reign.by}" if reign.by else ""
        out().print(f"  v{reign.version}  {reign.since or '?'} to {reign.until or 'now'}{by}: {reign.because}", markup=False)
        if reign.ended_because:
            out().print(f"      ended: {reign.ended_because}", markup=False)


def _chosen(found: "Registry", version: str, moment: str) -> "ModelRow":
    """The version asked for; the challenger, or else the newest one."""
    if version:
        return found.version_row(moment, version)
    of_moment = [row for row in found.champions() if row.moment == moment]
    waiting = [row for row in of_moment if "challenger" in row.aliases]
    if not of_moment:
        raise NotReadyError(f"There is no model for {moment} yet.", "Run `hsched run`; moments are day_before and at_booking.")
    return (waiting or of_moment)[0]


def _review(found: "Registry", row: "ModelRow") -> Mapping[str, Any]:
    text = found.text_of(row.run_id, "review.json")
    if text is None and row.intercept_of:
        look = f"Look at the trained one: `hsched model compare {row.intercept_of} --moment {row.moment}`."
        raise UserError(f"Version {row.version} is version {row.intercept_of} with another intercept; ranks are the same.", look)
    if text is None:
        raise UserError(f"Version {row.version} was trained before there were reviews.", "The next training makes one: `hsched run`.")
    content: Mapping[str, Any] = json.loads(text)
    return content


def _rows() -> "list[ModelRow]":
    from hsched_cli.practice import registry

    return list(registry().champions())


def _plain(row: "ModelRow") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)
