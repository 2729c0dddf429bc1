"""`hsched evaluate`: honest figures. Trained on visits before a day, tested on those from it on, features as known then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import err, out, print_json
from hsched_core.domain.errors import InputError, UserError

if TYPE_CHECKING:
    import pandas as pd

    from hsched_adapters.settings import Settings

EXAMPLES = """
Examples:

  hsched evaluate                                      the last fifth of the clinic days is the test

  hsched evaluate --test-from 2016-05-24 --json

  hsched evaluate --test-from 2016-05-24 --refit daily

  hsched evaluate --rolling                            at least four cut-offs, intervals, groups, the baseline beside it

  hsched evaluate --rolling --other ../second           a model that never saw this practice: the slice practice_out

  hsched evaluate --sandbox --json                     a synthetic practice whose best possible forecast is known (minutes)

  hsched evaluate --file KaggleV2-May-2016.csv --map medical-appointment-no-shows --test-from 2016-05-24
"""
FEATURES = "feat_no_show__appointments.parquet"
TEST_SHARE = 0.2
SEED = 20260101
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
    rolling: bool = typer.Option(False, help="Fit anew at four or more cut-offs; with intervals, groups and the baseline."),
    other: list[Path] = typer.Option(
        [], help="With --rolling: the folder (HSCHED_HOME) of another practice to learn from alone; repeatable."
    ),
    sandbox: bool = typer.Option(False, help="Judge the shipped recipe in a synthetic practice, against the best forecast possible."),
    clinicians: int = typer.Option(60, min=1, max=200, help="Size of the --sandbox practice."),
    years: float = typer.Option(2.0, min=0.5, max=10.0, help="Length of the --sandbox practice's records."),
    seed: int = typer.Option(SEED, help="The --sandbox practice's seed."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: moments, slices, figures."),
) -> None:
    """Measure the model on later days than it was trained on: ranking and calibration, by moment and slice."""
    if sandbox:
        in_sandbox(clinicians, years, seed, as_json=as_json)
        return
    if other and not rolling:
        raise UserError("--other needs --rolling.", "hsched evaluate --rolling --other FOLDER")
    with _practice(file, map_name) as settings:
        first = test_from.date() if test_from else None
        found = measure_rolling(settings, first, other) if rolling else measure(settings, first, refit)
    if as_json:
        print_json(found)
    else:
        (show_rolling if rolling else show)(found)


def in_sandbox(clinicians: int, years: float, seed: int, *, as_json: bool) -> None:
    """Print the sandbox's figures; a model better than the best possible is a leak, and the command fails."""
    from hsched_cli.sandbox_evaluation import TARGETS, evaluate_sandbox

    with err().status("Making a sandbox practice ...") as status:
        found = evaluate_sandbox(clinicians, years, seed, status.update)
    if as_json:
        print_json({"sandbox": found})
    else:
        show_sandbox(found, TARGETS)
    if found["is_leaking"]:
        raise UserError("The model beats the best possible forecast by more than chance.", "Look for a leak before anything else.")


def measure(settings: "Settings", test_from: date | None, refit: Refit) -> Mapping[str, Any]:
    """The figures of that practice's feature rows."""
    from hsched_models.dataset import load_rows
    from hsched_models.evaluate import evaluate_cutoff

    practice = settings.practice
    rows = load_rows(settings.paths.tables / FEATURES)
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


def measure_rolling(settings: "Settings", test_from: date | None, other: Sequence[Path]) -> Mapping[str, Any]:
    """The figures over at least four cut-offs."""
    from hsched_adapters.settings import Paths
    from hsched_models.dataset import load_rows, settled_through
    from hsched_models.rolling_report import evaluate_rolling

    practice = settings.practice
    rows = load_rows(settings.paths.tables / FEATURES)
    with err().status("Evaluating ...") as status:
        found: Mapping[str, Any] = evaluate_rolling(
            rows,
            test_from=test_from or last_fifth(rows),
            last_test=settled_through(rows[rows["moment"] == "day_before"]),
            timezone=practice.timezone,
            demographic_inputs=practice.demographic_inputs,
            progress=status.update,
            others=[load_rows(Paths(home).tables / FEATURES) for home in other],
        )
    return {"rolling": found}


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


def show_rolling(found: Mapping[str, Any]) -> None:
    """Slices, what the heavier model gains, and groups."""
    from hsched_cli.summary.page import table

    document = found["rolling"]
    moments = {name: part for name, part in document.items() if isinstance(part, Mapping)}
    show({name: part["slices"] for name, part in moments.items()})
    for name, part in moments.items():
        low, high = (1000 * part["paired"][side] for side in ("low", "high"))
        gain = f"log loss {1000 * part['paired']['value']:+.1f} millinats ({low:+.1f} to {high:+.1f}) against {part['paired']['against']}"
        out().print(f"{name}: {len(document['cutoffs'])} cut-offs from {document['test_from']}; {document['model']} has {gain}.")
    grid = table("moment", "group", "visits", "observed/expected", "false-flag ratio", words=2)
    for name, part in moments.items():
        for group in part["groups"]:
            shown = [_figure(group.get(key)) for key in ("n", "observed_over_expected", "false_flag_ratio")]
            grid.add_row(name, f"{group['attribute']}: {group['group']}", *([shown[0], "too few", ""] if group["too_few"] else shown))
    out().print(grid)


def show_sandbox(found: Mapping[str, Any], targets: tuple[tuple[str, str], ...]) -> None:
    """The shipped model's figures beside their targets and the baseline's."""
    from hsched_cli.summary.page import table

    grid = table("figure", found["model"], "baseline", "target", words=1)
    for name, target in targets:
        grid.add_row(name, _figure(found[name]), _figure(found["baseline"][name]), target)
    out().print(grid)
    out().print(f"{found['n']:,} visits from {found['judged_from']} on, {found['clinicians']} clinicians, seed {found['seed']}.")


def _figure(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else "-"
