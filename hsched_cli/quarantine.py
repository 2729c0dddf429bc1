"""`hsched quarantine`: which rows did not fit the contract, and why. Their content stays in the encrypted zone."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json

if TYPE_CHECKING:
    from hsched_cli.summary.set_aside import SetAside

EXAMPLES = """
Examples:

  hsched quarantine             counts by field and reason

  hsched quarantine --rows      every row: file, row number, field, reason

  hsched quarantine --json
"""


def quarantine(
    rows: bool = typer.Option(False, "--rows", help="List every row instead of counting."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show which rows were set aside, and why. What stood in them is not shown: look at the source file, by its row number."""
    from hsched_cli.practice import opened
    from hsched_cli.summary.set_aside import counts, set_aside

    found = list(set_aside(opened().zone))
    if as_json:
        print_json([asdict(row) for row in found] if rows else counts(found))
    elif not found:
        out().print("No rows were set aside.")
    elif rows:
        _list(found)
    else:
        _count(counts(found))


def _list(found: "list[SetAside]") -> None:
    for row in found:
        out().print(f"{row.table} {row.day}  {row.file}, row {row.row}, {row.field or 'whole row'}: {row.reason}", markup=False)


def _count(summed: dict[str, Any]) -> None:
    from hsched_cli.summary.page import table

    grid = table("table", "field", "reason", "rows", words=3)
    for one in summed["by"]:
        grid.add_row(one["table"], one["field"] or "-", one["reason"], f"{one['rows']:,}")
    out().print(grid)
    out().print(f"{summed['rows']:,} rows set aside; `hsched quarantine --rows` lists them.")
