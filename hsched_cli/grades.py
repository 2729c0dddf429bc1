"""`hsched model grades`: whether the seals hold, and how sealed forecasts turned out. Looks only; the daily job remembers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings

EXAMPLES = """
Examples:

  hsched model grades                      seals, and grades by week and clinic

  hsched model grades --json
"""
SHOWN = (("o_e", "observed/expected"), ("auroc", "AUROC"), ("calibration_slope", "slope"), ("brier", "Brier"))
RECENT_WEEKS = 8
BROKEN = 1


def grades(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Verify the seals of the shadow ledger, and show how sealed forecasts turned out; exit code 1 where a seal is broken."""
    from hsched_cli.practice import settings

    document = graded(settings())
    if as_json:
        print_json(document)
    else:
        _show(document)
    if document["ledger"]["broken"] or document["ledger"]["changed_days"]:
        raise typer.Exit(BROKEN)


def graded(settings: "Settings") -> dict[str, Any]:
    """Seals and grades as one document, as known now."""
    from hsched_models.graded import corrections
    from hsched_models.grades import grade
    from hsched_models.ledger import read_chain
    from hsched_models.shadow import load_labels, sealed_forecasts
    from hsched_pipelines.learning.shadow import store_anchors
    from hsched_pipelines.learning.workspace import now_for, workspace_for

    ws = workspace_for(settings, {})
    anchors = store_anchors(settings)
    chain = read_chain(ws.seals, anchors)
    sealed = sealed_forecasts(ws, chain)
    found = grade(sealed, load_labels(ws.feature_rows), now_for(settings))
    corrected = corrections(ws.graded, found)
    return {
        "ledger": {
            "seals": len(chain.seals),
            "head": chain.head.seal,
            "first_day": chain.seals[0].day if chain.seals else None,
            "broken": str(chain.broken) if chain.broken else None,
            "changed_days": {str(day): what for day, what in sealed.changed.items()},
            "heads_compared": len(anchors),
        },
        "known_by": found.known_by,
        "counts": dict(found.counts),
        "outcomes_corrected": {"count": corrected.count, "withdrawn": corrected.withdrawn, **corrected.by_moment},
        "moments": {
            moment: {"total": total, "by_week": found.by_week[moment], "by_site": found.by_site[moment]}
            for moment, total in found.total.items()
        },
        "breaches": found.breaches,
    }


def _show(document: Mapping[str, Any]) -> None:
    ledger, counts = document["ledger"], document["counts"]
    if ledger["broken"]:
        out().print(f"The chain of seals is broken: {ledger['broken']}. What follows is not graded.", style="bold red", markup=False)
    for day, what in ledger["changed_days"].items():
        out().print(f"{day}: {what}; not graded.", style="red", markup=False)
    compared = f", compared with {ledger['heads_compared']} remembered elsewhere" if ledger["heads_compared"] else ""
    out().print(f"{ledger['seals']} days sealed{compared}; head {ledger['head'][:12]}")
    out().print(", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items()))
    if document["outcomes_corrected"]["count"]:
        out().print(f"{document['outcomes_corrected']['count']} outcomes were corrected after their first grade; the figures follow.")
    for moment, found in document["moments"].items():
        out().print(f"\n[bold]{moment}[/bold]")
        _table("all", [found["total"]])
        _table("week", found["by_week"][-RECENT_WEEKS:])
        _table("site", found["by_site"])
    for breach in document["breaches"]:
        out().print(breach, style="yellow", markup=False)
    if not document["moments"]:
        out().print("Nothing is mature yet: grades come when sealed visits have ended and their outcomes are recorded.")


def _table(by: str, rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.table import Table

    table = Table(by, "visits", "unused", *(title for _, title in SHOWN), "ECE", box=None, pad_edge=False)
    for row in rows:
        ece = "too few" if row["too_few"] else f"{row['ece']:.3f}"
        name = str(row.get(by, ""))
        table.add_row(name[:6] if by == "site" else name, str(row["n"]), str(row["unused"]), *(_cell(row, key) for key, _ in SHOWN), ece)
    out().print(table)


def _cell(row: Mapping[str, Any], name: str) -> str:
    if row[name] is None:
        return "too few"
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})"
