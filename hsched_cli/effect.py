"""`hsched effect`: what contacting clients changed, as far as chance decided whom to contact."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from hsched_cli.console import out, print_json

app = typer.Typer(no_args_is_help=True, help="What contacting clients changed.")
DECIDED = {"randomised": "chance", "observational": "people (observational)"}
EXAMPLES = """
Examples:

  hsched effect reminders                  against standard care, by the holdout; then by channel, where chance decided and where not

  hsched effect reminders --json
"""
WAITLIST_EXAMPLES = """
Examples:

  hsched effect waitlist                   openings left to the staff by chance against those that were offered

  hsched effect waitlist --json
"""
NO_HOLDOUT = "Nobody was drawn yet: set `holdout_share` below `{section}:` in practice.yaml (0.1 holds every tenth at standard care)."
NO_DRAWS = "Nobody was drawn yet: a share of {share:.0%} is set, and draws begin with the first round of the {section}."
IN_TIME = {"fewer unused visits": "fewer cancelled in time", "more unused visits": "more cancelled in time"}
OPENINGS = {"fewer unused visits": "fewer openings stay empty", "more unused visits": "more openings stay empty"}


@app.callback()
def effect() -> None:
    """What contacting clients changed."""


@app.command("reminders", epilog=EXAMPLES)
def reminders(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Compare visits held at standard care by chance with the others; then, by channel, what chance or people decided before."""
    drawn, found = measure_holdout(), measure()
    if as_json:
        print_json({"holdout": drawn, "reminders": found})
        return
    told = [{**row, "verdict": IN_TIME.get(row["verdict"], row["verdict"])} if row["by"] == "cancelled in time" else row for row in drawn]
    _show_holdout(told, "visits", "reminders")
    if found:
        _show(found)
    else:
        out().print("The EHR's own reminders are not on record: map them to the table `communications` to see them by channel.")


@app.command("waitlist", epilog=WAITLIST_EXAMPLES)
def waitlist(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Compare openings that chance left to the staff with those that were offered to the waitlist."""
    drawn = measure_openings()
    if as_json:
        print_json({"holdout": drawn})
        return
    _show_holdout([{**row, "verdict": OPENINGS.get(row["verdict"], row["verdict"])} for row in drawn], "openings", "waitlist")


def measure_holdout() -> list[dict[str, Any]]:
    """The effect of the use case reminders among visits that were drawn and have an outcome; empty where nobody was drawn."""
    from hsched_cli.practice import opened
    from hsched_core.use_cases import REMINDERS
    from hsched_core.use_cases.reminders_tiers import tier_drawn
    from hsched_models.dataset import load_rows
    from hsched_models.holdout import early_cancels, effects, visits

    practice = opened()
    with practice.path_store.looking() as state:
        draws = state.draws(REMINDERS, practice.clock.now())
    if not draws:
        return []
    told = visits(draws, load_rows(practice.paths.tables / "feat_no_show__appointments.parquet"))
    tiers = {draw.subject: str(tier_drawn(draw, practice.reminder_settings)) for draw in draws}
    told = told.assign(tier=told["subject"].map(tiers))
    return [*effects(told), *early_cancels(told)]


def measure_openings() -> list[dict[str, Any]]:
    """The effect of the waitlist among openings that were drawn and are over."""
    from hsched_cli.practice import opened
    from hsched_core.use_cases import WAITLIST
    from hsched_models.holdout import effects, openings

    practice = opened()
    with practice.path_store.looking() as state:
        draws = state.draws(WAITLIST, practice.clock.now())
        records = {draw.subject: state.opening(draw.subject) for draw in draws}
    was_filled = {name: one.was_filled for name, one in records.items() if one}
    return effects(openings(draws, was_filled)) if draws else []


def measure() -> list[dict[str, Any]]:
    """The figures of the practice's reminders and outcomes, both de-identified; empty where the EHR's own are not on record."""
    from hsched_cli.practice import settings
    from hsched_core.domain.errors import NotReadyError
    from hsched_models.dataset import load_rows
    from hsched_models.reminders import contacts, effects, load_communications

    paths = settings().paths
    rows = load_rows(paths.tables / "feat_no_show__appointments.parquet")
    try:
        return effects(contacts(load_communications(paths.lake), rows))
    except NotReadyError:  # the EHR's own reminders are not mapped
        return []


def _show_holdout(drawn: Sequence[Mapping[str, Any]], what: str, section: str) -> None:
    from hsched_cli.summary.page import table

    if not drawn:
        share = _share(section)
        out().print((NO_DRAWS if share else NO_HOLDOUT).format(section=section, share=share), markup=False)
        return
    grid = table("by", "group", what, "held", "rate held", "change in points (95 %)", "what may be said", words=2)
    for row in drawn:
        held = "-" if row["rate_held_out"] is None else f"{row['rate_held_out']:.1%}"
        change = "-" if row["low"] is None else f"{_points(row['difference'])} ({_points(row['low'])} to {_points(row['high'])})"
        grid.add_row(row["by"], row["group"], f"{row['contacted']:,}", f"{row['held_out']:,}", held, change, row["verdict"])
    out().print(grid)
    out().print("As drawn, whatever became of each afterwards; drawn once, before anything was sent.")


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


def _share(section: str) -> float:
    """What practice.yaml sets to be held at standard care."""
    from hsched_cli.practice import opened

    practice = opened()
    return (practice.reminder_settings if section == "reminders" else practice.waitlist_settings).holdout_share
