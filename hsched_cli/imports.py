"""`hsched import` and `hsched maps`: a practice's own CSV export, and the column maps that come with hsched."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out, print_json

if TYPE_CHECKING:
    from hsched_adapters.ehr.importer import ImportSummary
    from hsched_adapters.settings import Settings

IMPORT_EXAMPLES = """
Examples:

  hsched import appointments.csv --map my-map.yaml

  hsched import KaggleV2-May-2016.csv --map medical-appointment-no-shows

  hsched import newer.csv --map my-map.yaml --replace
"""
MAPS_EXAMPLES = """
Examples:

  hsched maps
"""


def import_export(
    file: Path = typer.Argument(..., help="A CSV export; .gz is fine."),
    map_name: str = typer.Option(..., "--map", help="Name of a shipped map (`hsched maps`), or the path of a YAML file."),
    replace: bool = typer.Option(False, "--replace", help="Replace what was imported before, and everything made from it."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Make a CSV export the practice of HSCHED_HOME, encrypted. Rows that break the contract are set aside and counted."""
    from hsched_cli.practice import settings

    summary = read(file, map_name, settings(), replace=replace)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(summary))
    else:
        show(summary)


def read(file: Path, map_name: str, settings: "Settings", *, replace: bool = False) -> "ImportSummary":
    """Import the file, saying how far it is."""
    from zoneinfo import ZoneInfo

    from hsched_adapters.clock import choose_clock
    from hsched_adapters.ehr.importer import import_file

    with err().status(f"{file.name}: reading ...") as status:
        return import_file(
            settings,
            file,
            map_name,
            choose_clock(settings, ZoneInfo("UTC")),
            replace=replace,
            progress=lambda stage, done, total: status.update(f"{file.name}: {stage}, {done:,} of {total:,}"),
        )


def show(summary: "ImportSummary") -> None:
    """What was read and what was set aside."""
    span = f"records of {summary.first_day} to {summary.last_day}"
    if not summary.is_new:
        out().print(f"{summary.file} is already imported ({span}); nothing was changed. Next: hsched run")
        return
    out().print(f"Imported {summary.file}: {summary.landed:,} of {summary.lines:,} rows, {summary.clients:,} clients, {span}.")
    _show_rest(summary)
    out().print("Next: hsched run")


def _show_rest(summary: "ImportSummary") -> None:
    if summary.duplicates:
        out().print(f"  {summary.duplicates:,} rows said what another row says, and were merged.")
    if summary.unread_columns:
        out().print(f"  {summary.unread_columns} columns are neither mapped nor ignored, and were not read.")
    if summary.open_line is not None:
        out().print(f"  Row {summary.open_line}, the last, has no line end: if the export was cut, its last cell may be too. Compare it.")
    for one in summary.findings:
        rows = ", ".join(str(row) for row in one.first_rows) + (", ..." if one.count > len(one.first_rows) else "")
        out().print(f"  set aside: {one.count:,} rows, {one.field or 'whole row'}: {one.reason} (rows {rows})", markup=False)


def maps() -> None:
    """List the column maps that come with hsched."""
    from hsched_adapters.ehr.csv_map import load_map, shipped_maps

    for name in shipped_maps():
        out().print(f"[bold]{name}[/bold]\n  {load_map(name).about}")
    out().print("\nYour own: a YAML file in the same form; docs/reference/map-format.md describes it.")
