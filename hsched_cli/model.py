"""`hsched model`: which models there are, which one is used, and why."""

from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_cli.summary.page import figures
from hsched_core.domain.errors import NotReadyError

if TYPE_CHECKING:
    from hsched_models.registry import ModelRow

app = typer.Typer(no_args_is_help=True, help="Which models there are, which one is used, and why.")
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


@app.callback()
def model() -> None:
    """Which models there are, which one is used, and why."""


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
        out().print(f"{row.name} v{row.version} {row.moment}{aliases}  AUROC {auroc}  Brier {brier}  ECE {ece}  slope {slope}")


@app.command("show", epilog=SHOW_EXAMPLES)
def show_model(moment: str = typer.Option("", help="Only this scoring moment: day_before or at_booking.")) -> None:
    """Show the champions: figures, what they were trained on, and why they were promoted."""
    chosen = [row for row in _rows() if "champion" in row.aliases and row.moment in {moment or row.moment}]
    if not chosen:
        raise NotReadyError("There is no champion for that.", "Run `hsched run`; `hsched model list` shows what there is.")
    for row in chosen:
        through = row.trained_through or "an unknown day"
        out().print(f"[bold]{row.name} v{row.version}[/bold] ({row.moment}); trained on visits up to {through}")
        for name, value in sorted(row.metrics.items()):
            out().print(f"  {name:24} {value:.4f}")
        out().print(f"  Promoted {row.promoted_at or 'at an unknown time'}: {row.reasons}", markup=False)


def _rows() -> "list[ModelRow]":
    from hsched_cli.practice import registry

    return list(registry().champions())


def _plain(row: "ModelRow") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)
