"""`hsched privacy`: what the practice's data may be called, and whether an identifier got past de-identification."""

from datetime import datetime
from enum import StrEnum

import typer

from hsched_cli.console import err, out
from hsched_cli.day_plan import newest_day_of
from hsched_core.domain.errors import NotReadyError

app = typer.Typer(no_args_is_help=True, help="What the data may be called, and whether an identifier got through.")
CLAIM_EXAMPLES = """
Examples:

  hsched privacy claim

  hsched privacy claim --profile safe_harbor
"""
SCAN_EXAMPLES = """
Examples:

  hsched privacy scan

  hsched privacy scan --day 2026-11-20
"""


class ProfileName(StrEnum):
    """Profiles of de-identification."""

    LIMITED = "limited"
    SAFE_HARBOR = "safe_harbor"


@app.callback()
def privacy() -> None:
    """What the data may be called, and whether an identifier got through."""


@app.command("claim", epilog=CLAIM_EXAMPLES)
def claim(
    profile: ProfileName = typer.Option(ProfileName.LIMITED, help="limited: the graph; safe_harbor: what `hsched export` writes."),
) -> None:
    """Print the strongest claim that what this profile releases allows, and what keeps it from a stronger one."""
    from hsched_core.privacy.claims import Profile, claim_of

    out().print(str(claim_of(Profile(profile.value))), markup=False)


@app.command("scan", epilog=SCAN_EXAMPLES)
def scan(
    day: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Whose identifiers; the newest extracted day by default."),
) -> None:
    """Look for a day's real identifiers in every file written past de-identification. A finding is a failure."""
    from hsched_cli.practice import opened
    from hsched_pipelines.home import open_instance
    from hsched_pipelines.running import raise_if_failed, run_scan

    practice = opened()
    chosen = day.date() if day else newest_day_of([file.stem for file in practice.paths.lake.glob("deid_ehr__appointments/*.parquet")])
    if chosen is None:
        raise NotReadyError("Nothing has been extracted yet.", "Run `hsched run` first.")
    with err().status(f"Looking for identifiers of {chosen} ...") as status:
        result = run_scan(open_instance(practice.paths), practice.settings, chosen, chosen, status.update)
    raise_if_failed(result)
    for values in result.metadata.values():
        for name, value in sorted(values.items()):
            out().print(f"  {name}: {value}", markup=False)
    out().print(f"No identifier of {chosen} stands past de-identification.")
