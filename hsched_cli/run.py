"""`hsched run`: the whole daily flow in this process, and a summary of what came out. Re-uses what is there."""

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out, print_json
from hsched_cli.day_plan import plan_days

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_cli.day_plan import DayPlan
    from hsched_cli.stages import Stages

EXAMPLES = """
Examples:

  hsched run                               up to yesterday, the last 7 days scored

  hsched run --sandbox-if-empty            in an empty folder: make a sandbox practice first

  hsched run --day 2026-11-20 --days 1     that day again; it gives the same rows

  hsched run --json > summary.json         progress goes to stderr
"""


def run(
    day: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Records up to this day; yesterday where it is not given."),
    days: int = typer.Option(7, min=1, max=400, help="How many days, up to that one, are scored."),
    as_json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
    no_train: bool = typer.Option(False, "--no-train", help="Use the models there are, however old."),
    sandbox_if_empty: bool = typer.Option(False, "--sandbox-if-empty", help="Where there is no practice yet, make a sandbox practice."),
) -> None:
    """Extract, de-identify, build features, train where it is due, score coming visits, look for drift and for identifiers; then sum up."""
    from hsched_cli.practice import opened
    from hsched_cli.stages import stages
    from hsched_cli.summary.facts import facts_of
    from hsched_cli.summary.page import show

    shown = stages()
    if sandbox_if_empty:
        _ensure_practice(shown)
    practice = opened()
    plan = _plan(practice, day, days)
    scan = _flow(practice, plan, shown, again=day is not None, train=not no_train)
    with err().status("Summing up ..."):
        facts = facts_of(practice, plan, shown.done, scan)
    if as_json:
        print_json(facts)
    else:
        show(facts, out())


def _ensure_practice(shown: "Stages") -> None:
    from hsched_cli.practice import settings
    from hsched_cli.sandbox import make

    paths = settings().paths
    if paths.practice_file.exists():
        shown.skip("practice", f"the one in {paths.home}")
        return
    with shown.stage("sandbox practice") as (stage, say):
        made = make(say)
        stage.outcome = f"{made.clinicians} clinicians, {made.clients:,} clients, {made.history:,} past appointments"


def _plan(practice: "OpenPractice", asked: datetime | None, count: int) -> "DayPlan":
    today = practice.clock.now().astimezone(practice.timezone).date()
    return plan_days(practice.practice.first_day, practice.practice.last_day, today, asked.date() if asked else None, count)


def _flow(practice: "OpenPractice", plan: "DayPlan", shown: "Stages", *, again: bool, train: bool) -> dict[str, int]:
    from hsched_cli.daily_flow import DailyFlow
    from hsched_cli.jobs import DagsterJobs
    from hsched_pipelines.home import open_instance

    with open_instance(practice.paths) as instance:
        jobs = DagsterJobs(instance, practice.settings)
        flow = DailyFlow(practice.paths, practice.practice.first_day, plan, practice.clock.now(), jobs, shown, again=again)
        return flow.run(train=train)
