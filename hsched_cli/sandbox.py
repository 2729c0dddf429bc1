"""`hsched sandbox`: a practice in a box, with nobody real in it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import typer

from hsched_cli import sandbox_ehr, sandbox_live, sandbox_people, sandbox_texts
from hsched_cli.console import err, out
from hsched_sandbox.kinds import Archetype

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings
    from hsched_sandbox.create import SandboxSummary

app = typer.Typer(no_args_is_help=True, help="A synthetic practice to try everything on.")
SEED = 20260101
EXAMPLES = """
Examples:

  hsched sandbox create                               10 clinicians, 2 years up to yesterday

  hsched sandbox create --clinicians 3 --years 1 --seed 7

  hsched sandbox create --archetype community --years 3

  HSCHED_HOME=/tmp/demo hsched sandbox create --today 2026-11-24
"""


@app.callback()
def sandbox() -> None:
    """A synthetic practice to try everything on."""


@app.command("create", epilog=EXAMPLES)
def create(
    clinicians: int = typer.Option(10, min=1, max=200, help="How many clinicians."),
    years: float = typer.Option(2.0, min=0.1, max=10.0, help="How many years of records."),
    seed: int = typer.Option(SEED, help="The same seed makes the same practice."),
    today: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="The practice's present; otherwise the clock's."),
    archetype: Archetype = typer.Option(Archetype.PRIVATE, help="The kind of practice: its clients, its rates of missed visits."),
    plain: bool = typer.Option(False, help="Leave out shared shocks and alliances: then the best possible forecast is known exactly."),
) -> None:
    """Write a synthetic practice into HSCHED_HOME: what its EHR would export, day by day."""
    with err().status("Making a sandbox practice ...") as status:
        made = make(status.update, clinicians=clinicians, years=years, seed=seed, today=today, archetype=archetype, plain=plain)
    out().print(f"{made}\nNext: hsched run", markup=False)


app.command("ehr", epilog=sandbox_ehr.EXAMPLES)(sandbox_ehr.ehr)
app.command("live", epilog=sandbox_live.EXAMPLES)(sandbox_live.live)
app.command("people", epilog=sandbox_people.EXAMPLES)(sandbox_people.people)
app.command("texts", epilog=sandbox_texts.EXAMPLES)(sandbox_texts.texts)


def make(
    say: Callable[[str], None],
    *,
    clinicians: int = 10,
    years: float = 2.0,
    seed: int = SEED,
    today: datetime | None = None,
    archetype: Archetype = Archetype.PRIVATE,
    plain: bool = False,
) -> "SandboxSummary":
    """Create the sandbox practice, saying how far it is."""
    from hsched_cli.practice import settings
    from hsched_sandbox.create import create_sandbox

    chosen = settings()
    return create_sandbox(
        chosen.paths.home,
        today=today.date() if today else _today(chosen),
        seed=seed,
        clinicians=clinicians,
        years=years,
        archetype=archetype,
        plain=plain,
        progress=lambda share, what: say(f"{what} ({share:.0%})"),
    )


def _today(settings: "Settings") -> date:
    """The present where the sandbox practice lies."""
    from zoneinfo import ZoneInfo

    from hsched_adapters.clock import choose_clock
    from hsched_sandbox.parameters import PracticeParameters

    zone = ZoneInfo(PracticeParameters().zone)
    return choose_clock(settings, zone).now().astimezone(zone).date()
