"""The facts of a run, gathered from what it wrote: counts, rows set aside, champions, tomorrow's hours, drift, reports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsched_cli.day_plan import DayPlan
from hsched_cli.stages import Stage
from hsched_cli.summary.lake import raw_rows, riskiest_hours, row_counts, scored_rows, scores_file
from hsched_cli.summary.set_aside import counts, set_aside

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.settings import Paths
    from hsched_models.registry import ModelRow

INSIGHTS_SHOWN = 2


def facts_of(practice: "OpenPractice", plan: DayPlan, done: Sequence[Stage], scan: Mapping[str, Any] | None) -> dict[str, Any]:
    """Everything the summary shows, as plain values."""
    paths = practice.paths
    scored = {"stage": f"scores of coming visits ({len(plan.scored)} days)", "rows": scored_rows(paths, plan.scored)}
    return {
        "practice": {"id": practice.practice.id, "name": practice.practice.name, "home": str(paths.home)},
        "day": plan.day,
        "stages": [asdict(stage) for stage in done],
        "rows": [*raw_rows(practice.zone), *row_counts(paths), scored],
        "quarantined": counts(list(set_aside(practice.zone))),
        "champions": champions(paths),
        "tomorrow": riskiest_hours(paths, practice.practice, plan.day),
        "insights": insights(paths),
        "drift": drift(paths, plan),
        "privacy": scan,
        "reports": reports(paths, plan),
    }


def champions(paths: "Paths") -> list[dict[str, Any]]:
    """The models in use, with the figures of every rung on the same held-out visits."""
    from hsched_cli.practice import registry

    rungs = rungs_by_moment(paths.home / "training" / "evaluation.json")
    return [_champion(row, rungs.get(row.moment, {})) for row in registry().champions() if "champion" in row.aliases]


def rungs_by_moment(evaluation: Path) -> dict[str, dict[str, Any]]:
    """Figures of the last training's rungs over all held-out visits, by moment and rung."""
    if not evaluation.exists():
        return {}
    content = json.loads(evaluation.read_text(encoding="utf-8"))
    return {moment: {name: slices["all"] for name, slices in found["rungs"].items()} for moment, found in content.items()}


def _champion(row: "ModelRow", rungs: Mapping[str, Any]) -> dict[str, Any]:
    """The champion is one of the last training's rungs, or older than it."""
    same = {name for name, figures in rungs.items() if figures.get("log_loss") == row.metrics.get("log_loss")}
    return {
        "name": row.name,
        "rung": min(same, default=""),
        "version": row.version,
        "moment": row.moment,
        "metrics": dict(row.metrics),
        "baselines": {name: figures for name, figures in rungs.items() if name not in same},
        "trained_through": row.trained_through,
        "reasons": row.reasons,
    }


def insights(paths: "Paths") -> list[str]:
    """The weekday hours in which visits surely go unused most often."""
    from hsched_pipelines.learning.insights import sentence, worst_cells

    table = paths.tables / "mart_insights__weekday_hour.parquet"
    return [sentence(cell) for cell in worst_cells(table, INSIGHTS_SHOWN)] if table.exists() else []


def drift(paths: "Paths", plan: DayPlan) -> dict[str, Any] | None:
    """The newest day's verdict; None where drift was not compared."""
    file = paths.drift / f"{plan.day}.json"
    if not file.exists():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    return {"day": plan.day, "breaches": content["breaches"], "not_judged": content.get("reason")}


def reports(paths: "Paths", plan: DayPlan) -> dict[str, Path]:
    """Files worth opening that are there."""
    files = {"drift": paths.drift / f"{plan.day}.html", "scores": scores_file(paths, plan.day)}
    return {what: file for what, file in files.items() if file.exists()}
