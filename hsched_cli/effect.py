"""`hsched effect`: what contacting clients changed, as far as chance decided whom to contact."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from hsched_cli.console import out, print_json

app = typer.Typer(no_args_is_help=True, help="What contacting clients changed.")
DECIDED = {"randomised": "chance", "observational": "people (observational)"}
EXAMPLES = """
Examples:

  hsched effect reminders                  by channel: where chance decided, an effect; elsewhere, an association

  hsched effect reminders --json
"""


@app.callback()
def effect() -> None:
    """What contacting clients changed."""


@app.command("reminders", epilog=EXAMPLES)
def reminders(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Compare visits whose client was reminded with those held back by chance; what people chose is labelled observational."""
    found = measure()
    if as_json:
        print_json({"reminders": found})
    else:
        _show(found)


def measure() -> list[dict[str, Any]]:
    """The figures of the practice's reminders and outcomes, both de-identified."""
    from hsched_cli.practice import settings
    from hsched_models.dataset import load_rows
    from hsched_models.reminders import contacts, effects, load_communications

    paths = settings().paths
    rows = load_rows(paths.tables / "feat_no_show__appointments.parquet")
    return effects(contacts(load_communications(paths.lake), rows))


def _show(found: Sequence[Mapping[str, Any]]) -> None:
    from hsched_cli.summary.page import table

    grid = table("channel", "who decided", "with", "without", "unused without", "change in points (95 %)", "what may be said", words=2)
    for row in found:
        without = "-" if row["rate_held_out"] is None else f"{row['rate_held_out']:.1%}"
        change = "-" if row["low"] is None else f"{_points(row['difference'])} ({_points(row['low'])} to {_points(row['high'])})"
        decided = DECIDED[row["kind"]]
        grid.add_row(row["channel"], decided, f"{row['contacted']:,}", f"{row['held_out']:,}", without, change, row["verdict"])
    out().print(grid)
    out().print("Only where chance decided is a change caused by the reminder; people remind whom they worry about.")


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
