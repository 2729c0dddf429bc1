"""`hsched connection`: what the practice's EHR really does, tried without writing anything."""

from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out, print_json
from hsched_core.domain.errors import NotReadError, UserError

if TYPE_CHECKING:
    from hsched_adapters.ehr.rest.check import Report

app = typer.Typer(no_args_is_help=True, help="The connection to the practice's EHR.")
CHECK_EXAMPLES = """
Examples:

  hsched connection check

  hsched connection check --json
"""
DOES_NOT_HOLD = 1
NOT_REACHED = "Is `base_url` below `connection:` in practice.yaml right, and does the EHR answer there?"


@app.callback()
def connection() -> None:
    """The connection to the practice's EHR."""


@app.command("check", epilog=CHECK_EXAMPLES)
def check(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Try what the EHR can do, reading only, and compare with what practice.yaml says of it; exit code 1 where it says more."""
    from hsched_cli.practice import opened

    try:
        report = opened().check_connection()
    except NotReadError as error:
        raise UserError(error.problem, error.remedy if error.code == "http_401" else NOT_REACHED) from None
    if as_json:
        print_json(_document(report))
    else:
        _show(report)
    if not report.holds:
        raise typer.Exit(DOES_NOT_HOLD)


def _document(report: "Report") -> dict[str, object]:
    return {
        "holds": report.holds,
        "parameters": {one.parameter: one.answers.name.lower() for one in report.tried},
        "unknown_parameter": report.unknown_parameter.name.lower(),
        "reads_by_id": report.reads_by_id,
        "keeps_versions": report.keeps_versions,
        "resources": dict(report.resources),
        "capabilities": dict(report.found),
        "overstated": list(report.overstated),
        "set_aside": dict(report.set_aside),
    }


def _show(report: "Report") -> None:
    for one in report.tried:
        out().print(f"  {one.parameter:<15} {one.answers}", markup=False)
    out().print(f"  {'(unknown one)':<15} {report.unknown_parameter}", markup=False)
    for name, text in report.resources.items():
        out().print(f"  {name:<15} {text}", markup=False)
    for line in report.in_words():
        out().print(line, markup=False)
    for name in report.overstated:
        out().print(f"practice.yaml says `{name}: true`; that is not so. Set it to false.", style="bold red", markup=False)
    understated = [name for name, is_so in report.found.items() if is_so and not report.claims[name]]
    for name in understated:
        out().print(f"practice.yaml may say `{name}: true`.", markup=False)
    if report.holds:
        out().print("The connection holds.", style="green")
