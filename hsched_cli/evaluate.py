"""`hsched evaluate`: honest figures. Trained on visits before a day, tested on those from it on, features as known then."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import err, out, print_json
from hsched_core.domain.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from hsched_adapters.settings import Settings

EXAMPLES = """
Examples:

  hsched evaluate                                      the last fifth of the clinic days is the test

  hsched evaluate --test-from 2016-05-24 --json

  hsched evaluate --test-from 2016-05-24 --refit daily

  hsched evaluate --file KaggleV2-May-2016.csv --map medical-appointment-no-shows --test-from 2016-05-24
"""
TEST_SHARE = 0.2
FIGURES = (("n", "visits"), ("auroc", "AUROC"), ("auprc", "AUPRC"), ("brier", "Brier"), ("ece", "ECE"), ("calibration_slope", "slope"))


class Refit(StrEnum):
    """Whether the model learns again while it is tested."""

    NONE = "none"
    DAILY = "daily"


def evaluate(
    test_from: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="First day of the test; earlier visits are trained on."),
    refit: Refit = typer.Option(Refit.NONE, help="none: fitted once, before the test; daily: again each day, on what was known then."),
    file: Path | None = typer.Option(None, help="Evaluate this CSV export instead of the practice (needs --map; nothing of it is kept)."),
    map_name: str = typer.Option("", "--map", help="The column map of --file: a shipped name, or the path of a YAML file."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: moments, slices, figures."),
) -> None:
    """Measure the model on later days than it was trained on: ranking and calibration, by moment and slice."""
    with _practice(file, map_name) as settings:
        found = measure(settings, test_from.date() if test_from else None, refit)
    if as_json:
        print_json(found)
    else:
        show(found)


def measure(settings: "Settings", test_from: date | None, refit: Refit) -> Mapping[str, Any]:
    """The figures of that practice's feature rows."""
    from hsched_models.dataset import load_rows
    from hsched_models.evaluate import evaluate_cutoff

    practice = settings.practice
    rows = load_rows(settings.paths.tables / "feat_no_show__appointments.parquet")
    with err().status("Evaluating ...") as status:
        found: Mapping[str, Any] = evaluate_cutoff(
            rows,
            test_from=test_from or last_fifth(rows),
            timezone=practice.timezone,
            demographic_inputs=practice.demographic_inputs,
            refit=refit.value,
            progress=status.update,
        )
    return found


def last_fifth(rows: "pd.DataFrame") -> date:
    """The first day of the last fifth of the clinic days."""
    days = sorted(set(rows.loc[rows["label_is_unused"].notna(), "starts_on"]))
    if len(days) < 2:
        raise InputError("there are fewer than two days of visits.", "Evaluate a longer file.")
    day: date = days[-max(1, int(len(days) * TEST_SHARE))]
    return day


@contextmanager
def _practice(file: Path | None, map_name: str) -> "Iterator[Settings]":
    """The practice, or one made of the file, gone when done."""
    from hsched_cli.practice import settings
    from hsched_cli.scratch import practice_of

    if file is None:
        _take_in_the_rest(settings())
        yield settings()
        return
    if not map_name:
        raise InputError("--file needs --map.", "`hsched maps` lists the shipped ones.")
    with practice_of(file, map_name) as made:
        yield made


def _take_in_the_rest(settings: "Settings") -> None:
    """Records of a file's last days: a run stops before them, because its scores look ahead; an evaluation needs their outcomes."""
    from hsched_cli.daily_flow import DailyFlow
    from hsched_cli.day_plan import DayPlan
    from hsched_cli.jobs import DagsterJobs
    from hsched_cli.practice import now
    from hsched_cli.stages import stages
    from hsched_pipelines.home import open_instance

    practice = settings.practice
    if practice.last_day is None:
        return
    with open_instance(settings.paths) as instance:
        plan = DayPlan(practice.last_day, ())
        flow = DailyFlow(settings.paths, practice.first_day, plan, now(), DagsterJobs(instance, settings), stages())
        if flow.missing_days():
            flow.features(flow.extract())


def show(found: Mapping[str, Any]) -> None:
    """A line for each moment and slice."""
    from hsched_cli.summary.page import table

    grid = table("moment", "slice", *(title for _, title in FIGURES), words=2)
    for moment, slices in found.items():
        for name, figures in slices.items() if isinstance(slices, Mapping) else ():
            if isinstance(figures, Mapping) and "auroc" in figures:
                grid.add_row(moment, name, *(_figure(figures.get(key)) for key, _ in FIGURES))
    out().print(grid)
    out().print("lead_ge_1: booked at least a day ahead, the visits a call can still reach. Accuracy is not reported (docs: the model).")


def _figure(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else "-"
