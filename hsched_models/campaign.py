"""A training, in four steps that Dagster shows as four assets: rows, fit, evaluation, promotion.

Steps hand over through files in the workspace's `training` folder and MLflow runs, so that each can be run again alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_models import plots
from hsched_models.alarms import leak_alarms
from hsched_models.card import model_card
from hsched_models.comparison import publish_reviews
from hsched_models.dataset import TrainingSet, known_by_day, load_rows, training_set
from hsched_models.design import BASELINE, LADDER, SHIPPED
from hsched_models.doubt import records_in_doubt
from hsched_models.features import MOMENTS
from hsched_models.files import read_json, write_frame, write_json
from hsched_models.intervals import Paired, paired_log_loss, paired_of
from hsched_models.metrics import Metrics, measure_slices
from hsched_models.promote import Decision, judge
from hsched_models.registry import CHAMPION, Registry
from hsched_models.report import Report
from hsched_models.rolling import FEWEST_CUTOFFS, Recipe, rolling_forecasts
from hsched_models.succession import settle
from hsched_models.train import Fitted, check_enough, fit
from hsched_models.workspace import Workspace

Progress = Callable[[str], None]
HOLDOUT_SHARE, LONGEST_HOLDOUT_DAYS = 0.2, 56
# Which rungs are fitted at which moment; the two that may ship are kept as models, the others as yardsticks.
RUNGS: Mapping[str, tuple[str, ...]] = {"day_before": tuple(LADDER), "at_booking": ("lead_time_table", BASELINE, SHIPPED)}
CANDIDATES = (SHIPPED, BASELINE)
SIMPLER: Mapping[str, tuple[str, ...]] = {SHIPPED: ("lead_time_table", BASELINE), BASELINE: ("lead_time_table",)}
COMPARED = ("reliability.png", "lift.png")  # pictures of every candidate beside each other; the others are of the blend alone
HYPERPARAMETERS = ("C", "ceiling", "folds", "l2_regularization", "learning_rate", "max_features", "max_iter", "max_leaf_nodes",
                   "min_samples_leaf", "n_knots", "smoothing", "strategy")  # fmt: skip


@dataclass(frozen=True)
class Split:
    """A moment's training rows, and the same cut before the held-out visits."""

    whole: TrainingSet
    earlier: TrainingSet
    held_out: pd.DataFrame
    holdout_from: date


def build_training_sets(ws: Workspace, known_by: datetime) -> Report:
    """Step 1: the rows with outcomes known by `known_by`, one file a moment."""
    rows = load_rows(ws.feature_rows)
    sets = [training_set(rows, moment, known_by) for moment in MOMENTS]
    files = []
    for training in sets:
        check_enough(training)
        files.append(write_frame(_set_file(ws, training.moment), training.frame))
    write_json(ws.training / "sets.json", {"known_by": known_by.isoformat(), "left_out": {t.moment: dict(t.left_out) for t in sets}})
    table = [
        {"moment": t.moment, "visits": len(t.frame), "unused": float(t.y.mean()), "first": t.frame["starts_on"].min(),
         "last": t.frame["starts_on"].max(), "digest": t.digest[:12], **t.left_out}
        for t in sets
    ]  # fmt: skip
    return Report(numbers={"dagster/row_count": sum(len(t.frame) for t in sets)}, tables={"sets": table}, files=tuple(files))


def fit_ladder(ws: Workspace, progress: Progress) -> Report:
    """Step 2: every rung on the earlier visits, its forecasts of the held-out ones, and the candidates on all of them."""
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    campaign: dict[str, Any] = {}
    for moment in MOMENTS:
        split = _split(ws, moment)
        forecasts, runs = _fit_moment(ws, registry, split, progress)
        write_frame(_holdout_file(ws, moment), split.held_out.assign(**{f"p_{name}": p for name, p in forecasts.items()}))
        write_frame(_rolling_file(ws, moment), _rolled(ws, split, progress))
        campaign[moment] = {"holdout_from": split.holdout_from.isoformat(), "runs": runs}
    write_json(ws.training / "campaign.json", campaign)
    links = {f"mlflow_run_{moment}": campaign[moment]["runs"][SHIPPED]["run_id"] for moment in MOMENTS}
    table = [
        {"moment": moment, "model": name, "columns": run["columns"], "version": run.get("version", ""), "mlflow_run": run["run_id"]}
        for moment in MOMENTS
        for name, run in campaign[moment]["runs"].items()
    ]
    return Report(numbers={"models": len(table)}, tables={"ladder": table}, links=links)


def evaluate_candidates(ws: Workspace) -> Report:
    """Step 3: every rung on the held-out visits; logged with plots, and a card for those that may ship."""
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    campaign = read_json(ws.training / "campaign.json")
    evaluation: dict[str, Any] = {}
    shown: dict[str, bytes] = {}
    for moment in MOMENTS:
        held_out = pd.read_parquet(_holdout_file(ws, moment))
        forecasts = {name: held_out[f"p_{name}"].to_numpy() for name in campaign[moment]["runs"]}
        measured = {name: measure_slices(held_out, p) for name, p in forecasts.items()}
        evaluation[moment] = {
            "rungs": measured,
            "champion": _champion_rung(registry, moment),
            "paired": _paired(ws, moment, held_out).document(),
            "alarms": _alarms(ws, moment),
        }
        pictures = _pictures(held_out, forecasts)
        _log_evaluation(ws, registry, moment, campaign[moment], measured, pictures)
        _log_paired(registry, campaign[moment], evaluation[moment]["paired"])
        publish_reviews(registry, moment, campaign[moment]["runs"], held_out, forecasts)
        shown |= {f"{name.removesuffix('.png')}_{moment}": png for name, png in pictures.items()}
    write_json(ws.training / "evaluation.json", evaluation)
    links = {f"mlflow_run_{moment}": campaign[moment]["runs"][SHIPPED]["run_id"] for moment in MOMENTS}
    return Report(numbers=_headline(evaluation), tables=_metric_tables(evaluation), plots=shown, links=links)


def promote_candidates(ws: Workspace, now: datetime) -> Report:
    """Step 4: the first candidate that stands up to the simpler rungs and the recipe in charge takes over; reasons are written down."""
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    campaign, evaluation = read_json(ws.training / "campaign.json"), read_json(ws.training / "evaluation.json")
    doubts = records_in_doubt(ws)
    table: list[dict[str, object]] = []
    for moment in MOMENTS:
        for name in CANDIDATES:
            decision = _judged(evaluation[moment], name, doubts)
            version = campaign[moment]["runs"][name]["version"]
            verdict = settle(registry, moment, version, decision, now, policy=ws.promotion, is_first=name == SHIPPED)
            table.append({"moment": moment, "model": name, "version": version, "verdict": verdict, "reasons": " ".join(decision.reasons)})
            if decision.promote:
                break
    verdicts = {moment: {row["verdict"] for row in table if row["moment"] == moment} for moment in MOMENTS}
    numbers = {"promoted": sum("champion" in of_moment for of_moment in verdicts.values())}
    waiting = sum("waits for review" in of_moment for of_moment in verdicts.values())
    refused = tuple(
        f"{moment}: no candidate was good enough; who was champion stays." for moment in MOMENTS if verdicts[moment] == {"refused"}
    )
    return Report(numbers=numbers | ({"waiting_for_review": waiting} if waiting else {}), tables={"decisions": table}, breaches=refused)


def _set_file(ws: Workspace, moment: str) -> Any:
    return ws.training / f"{moment}.parquet"


def _holdout_file(ws: Workspace, moment: str) -> Any:
    return ws.training / f"{moment}__holdout.parquet"


def _rolling_file(ws: Workspace, moment: str) -> Any:
    return ws.training / f"{moment}__rolling.parquet"


def _rolled(ws: Workspace, split: Split, progress: Progress) -> pd.DataFrame:
    """The candidates' forecasts at three cut-offs before the held-out visits, each as long: one window of a practice proves little."""
    known, length = split.earlier.frame, (split.held_out["starts_on"].max() - split.holdout_from).days + 1
    cuts = [split.holdout_from - timedelta(days=length * back) for back in range(FEWEST_CUTOFFS - 1, 0, -1)]
    recipes = [Recipe(name, ws.timezone, ws.demographic_inputs) for name in CANDIDATES]
    try:
        return rolling_forecasts(known, split.whole.moment, cuts, recipes, progress)
    except NotReadyError:  # a young practice: nothing was scored at those cut-offs, or nothing to learn from lay before them
        return known.iloc[:0].assign(**{f"p_{name}": 0.0 for name in CANDIDATES})


def _paired(ws: Workspace, moment: str, held_out: pd.DataFrame) -> Paired:
    """The heavier candidate against the baseline, over the held-out visits and those of the earlier cut-offs."""
    columns = ["label_is_unused", "client_token", f"p_{SHIPPED}", f"p_{BASELINE}"]
    tested = pd.concat([pd.read_parquet(_rolling_file(ws, moment))[columns], held_out[columns]], ignore_index=True)
    p, baseline = (tested[f"p_{name}"].to_numpy(dtype=float) for name in (SHIPPED, BASELINE))
    return paired_log_loss(tested["label_is_unused"].to_numpy(dtype=np.int64), p, baseline, tested["client_token"], BASELINE)


def _log_paired(registry: Registry, campaign: Mapping[str, Any], paired: Mapping[str, Any]) -> None:
    figures = {f"log_loss_over_baseline.{name}": paired[name] for name in ("value", "low", "high")}
    registry.log(campaign["runs"][SHIPPED]["run_id"], metrics=figures)


def _alarms(ws: Workspace, moment: str) -> list[str]:
    split = _split(ws, moment)
    return leak_alarms(split.earlier, split.held_out, ws.demographic_inputs)


def _split(ws: Workspace, moment: str) -> Split:
    """Cut off the last visits. What is fitted before them uses outcomes known at 00:00 of the day before the first."""
    sets = read_json(ws.training / "sets.json")
    frame = pd.read_parquet(_set_file(ws, moment))
    first, last = frame["starts_on"].min(), frame["starts_on"].max()
    days = min(LONGEST_HOLDOUT_DAYS, max(1, int((last - first).days * HOLDOUT_SHARE)))
    holdout_from = last - timedelta(days=days - 1)
    known_by = pd.Timestamp(known_by_day(holdout_from - timedelta(days=1), ws.zone))
    earlier = frame[(frame["starts_on"] < holdout_from) & (frame["label_known_at"] <= known_by)].reset_index(drop=True)
    held_out = frame[frame["starts_on"] >= holdout_from].reset_index(drop=True)
    whole = TrainingSet(moment, frame, sets["left_out"][moment])
    return Split(whole, TrainingSet(moment, earlier, whole.left_out), held_out, holdout_from)


def _fit_moment(ws: Workspace, registry: Registry, split: Split, progress: Progress) -> tuple[dict[str, Any], dict[str, dict[str, object]]]:
    forecasts: dict[str, Any] = {}
    runs: dict[str, dict[str, object]] = {}
    moment = split.whole.moment
    for name in RUNGS[moment]:
        with registry.run(f"{moment} {name}", {**ws.tags, "moment": moment, "rung": name, "code_version": ws.code_version}) as run_id:
            fitted = fit(name, split.earlier, ws.demographic_inputs)
            forecasts[name] = fitted.predict(split.held_out)
            _log_fit(ws, registry, run_id, split, fitted)
            runs[name] = {"run_id": run_id, "columns": len(fitted.columns)}
            if name in CANDIDATES:
                runs[name]["version"] = _register(ws, registry, run_id, split, name)
        progress(f"{moment}: {name} fitted on {len(split.earlier.frame):,} visits")
    return forecasts, runs


def _register(ws: Workspace, registry: Registry, run_id: str, split: Split, name: str) -> str:
    final = fit(name, split.whole, ws.demographic_inputs)
    tags = {
        "moment": split.whole.moment,
        "rung": name,
        "columns": str(list(final.columns)).replace("'", '"'),
        "trained_through": split.whole.frame["starts_on"].max().isoformat(),
        "code_version": ws.code_version,
        "dataset_digest": split.whole.digest,
    }
    return registry.register(run_id, split.whole.moment, final, final.kinds, tags)


def _log_fit(ws: Workspace, registry: Registry, run_id: str, split: Split, fitted: Fitted) -> None:
    registry.log_dataset(split.whole.digest, split.whole.moment, fitted.kinds, len(split.whole.frame))
    registry.log(
        run_id,
        params={
            "rung": fitted.name,
            "moment": split.whole.moment,
            "visits_fitted": len(split.earlier.frame),
            "visits_held_out": len(split.held_out),
            "holdout_from": split.holdout_from,
            "columns": len(fitted.columns),
            "demographic_inputs": ",".join(sorted(ws.demographic_inputs)) or "none",
            **_hyperparameters(fitted.estimator),
        },
    )


def _hyperparameters(estimator: Any) -> dict[str, object]:
    """Settings a reviewer compares, by their estimator and name."""
    chosen = {key: value for key, value in estimator.get_params(deep=True).items() if key.split("__")[-1] in HYPERPARAMETERS}
    return {"__".join(key.split("__")[-2:]): value for key, value in chosen.items() if isinstance(value, int | float | str)}


def _champion_rung(registry: Registry, moment: str) -> str | None:
    """The recipe in charge. It has seen the held-out visits; the same recipe fitted before them stands in for it."""
    version = registry.version_of(moment, CHAMPION)
    return None if version is None else str(version.tags.get("rung"))


def _pictures(held_out: pd.DataFrame, forecasts: Mapping[str, Any]) -> dict[str, bytes]:
    labels = held_out["label_is_unused"].to_numpy(dtype=int)
    compared = {name: forecasts[name] for name in ("lead_time_table", BASELINE, SHIPPED)}
    return {
        "reliability.png": plots.reliability(labels, compared),
        "lift.png": plots.lift(labels, compared),
        "scores.png": plots.risk_histogram(np.asarray(forecasts[SHIPPED]), "Scores of the held-out visits"),
    }


def _log_evaluation(
    ws: Workspace,
    registry: Registry,
    moment: str,
    campaign: Mapping[str, Any],
    measured: Mapping[str, Mapping[str, Metrics]],
    pictures: Mapping[str, bytes],
) -> None:
    whole = _split(ws, moment).whole
    for name, run in campaign["runs"].items():
        by_slice = measured[name]
        flat = {f"{of}.{key}" if of != "all" else key: value for of, metrics in by_slice.items() for key, value in metrics.items()}
        columns = registry.columns_of(moment, str(run["version"])) if name in CANDIDATES else ()
        card = model_card(name, whole, columns, ws.demographic_inputs, by_slice, campaign["holdout_from"]) if columns else ""
        registry.log(
            run["run_id"],
            metrics=flat,
            texts={"model_card.md": card} if card else {},
            pictures=pictures if name == SHIPPED else {one: pictures[one] for one in COMPARED if columns},
            tables={"slices.json": [{"slice": slice_name, **metrics} for slice_name, metrics in by_slice.items()]},
        )


def _judged(evaluation: Mapping[str, Any], name: str, doubts: Sequence[str]) -> Decision:
    """A candidate against every simpler rung, and against the recipe in charge where that is another one; doubts stand against any."""
    rungs = {rung: by_slice["all"] for rung, by_slice in evaluation["rungs"].items()}
    simpler = {rung: rungs[rung] for rung in SIMPLER[name] if rung in rungs}
    in_charge = evaluation["champion"]
    return judge(
        rungs[name],
        simpler,
        rungs.get(in_charge) if in_charge != name else None,
        is_refresh=in_charge == name,
        paired=paired_of(evaluation["paired"]) if name == SHIPPED else None,
        alarms=[*evaluation["alarms"], *doubts],
    )


def _headline(evaluation: Mapping[str, Any]) -> dict[str, float]:
    keys = ("auroc", "brier", "log_loss", "ece", "calibration_slope")
    shipped = {moment: evaluation[moment]["rungs"][SHIPPED]["all"] for moment in MOMENTS}
    return {f"{moment}_{key}": shipped[moment][key] for moment in MOMENTS for key in keys if shipped[moment].get(key) is not None}


def _metric_tables(evaluation: Mapping[str, Any]) -> dict[str, list[dict[str, object]]]:
    keys = ("n", "auroc", "auprc", "brier", "log_loss", "ece", "calibration_slope", "lift_at_10")
    tables: dict[str, list[dict[str, object]]] = {}
    for moment in MOMENTS:
        rungs = evaluation[moment]["rungs"]
        tables[f"ladder_{moment}"] = [{"model": name, **{key: m["all"].get(key) for key in keys}} for name, m in rungs.items()]
        tables[f"slices_{moment}"] = [{"slice": name, **{key: m.get(key) for key in keys}} for name, m in rungs[SHIPPED].items()]
    return tables
