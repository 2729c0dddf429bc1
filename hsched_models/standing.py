"""Does the champion hold up on visits after its training? A pure rule over matured outcomes, and the act that follows from it.

Judged beside the champion before it, on the same visits: what the world did to both is drift, and calls for training, not for going back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_core.domain.errors import NotReadyError
from hsched_models.dataset import load_rows, rows_with_outcome, settled_through
from hsched_models.features import MOMENTS
from hsched_models.metrics import measure
from hsched_models.promote import TOLERANCE, calibration_limits
from hsched_models.registry import CHAMPION, Registry
from hsched_models.report import Report
from hsched_models.resampling import Clients, Interval
from hsched_models.review import losses
from hsched_models.succession import AUTOMATIC, go_back, predecessors
from hsched_models.workspace import Workspace

Floats = NDArray[np.float64]
FEWEST_VISITS, FEWEST_UNUSED = 200, 20
LEVEL = 0.99  # it is asked every day: nineteen of twenty would send good champions away
WATCH = "the daily watch"


class Verdict(StrEnum):
    """What the rule says of a champion."""

    EARLY = "too early to say"
    HOLDS = "holds up"
    DEMOTE = "demote"
    RETRAIN = "retrain"
    BROKEN = "cannot be loaded"


@dataclass(frozen=True)
class Standing:
    """The verdict, why, and on how many visits; `change` is the champion's log loss minus the former one's, where there is one."""

    verdict: Verdict
    reason: str
    visits: int = 0
    change: Interval | None = None


def judge_standing(rows: pd.DataFrame, champion: Floats, former: Floats | None) -> Standing:
    """The rule. `rows`: matured visits that neither model was trained on; probabilities of both for each of them."""
    y = rows["label_is_unused"].to_numpy(dtype=np.int64)
    if len(y) < FEWEST_VISITS or not FEWEST_UNUSED <= y.sum() < len(y):
        return Standing(Verdict.EARLY, f"{len(y)} visits have matured since its training, {int(y.sum())} of them unused.", len(y))
    off = _off(rows, champion)
    if former is None:
        return Standing(Verdict.RETRAIN, f"{off} There is no champion before it.", len(y)) if off else _holds(len(y), None)
    change = Clients(rows["client_token"]).mean(losses(y, champion) - losses(y, former), level=LEVEL)
    worse = _worse(change, len(y)) or (off if off and not _off(rows, former) else "")
    if worse:
        return Standing(Verdict.DEMOTE, worse, len(y), change)
    if off:
        return Standing(Verdict.RETRAIN, f"{off} So is the champion before it: going back would not help.", len(y), change)
    return _holds(len(y), change)


def watch_champions(ws: Workspace, known_by: datetime, now: datetime) -> Report:
    """Judge the champion of every moment by outcomes known then; go back where the practice lets this happen by itself."""
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    rows = load_rows(ws.feature_rows)
    table: list[dict[str, object]] = []
    breaches: list[str] = []
    for moment in (one for one in MOMENTS if registry.version_of(one, CHAMPION) is not None):
        version, former, standing = standing_of(registry, rows, moment, known_by)
        done = _follow(ws, registry, moment, standing, now)
        table.append(
            {"moment": moment, "champion": version, "before": former, "visits": standing.visits, "verdict": standing.verdict.value,
             "reason": standing.reason, "done": done}
        )  # fmt: skip
        if standing.verdict not in (Verdict.EARLY, Verdict.HOLDS):
            breaches.append(f"{moment}, version {version}: {standing.verdict.value}. {standing.reason} {done}".strip())
    numbers = {"champions": len(table), "hold_up": sum(row["verdict"] == Verdict.HOLDS for row in table)}
    return Report(numbers=numbers, tables={"standing": table}, breaches=tuple(breaches))


def standing_of(registry: Registry, rows: pd.DataFrame, moment: str, known_by: datetime) -> tuple[str, str, Standing]:
    """The champion's version, the one before it (empty where none can be asked), and how the champion stands."""
    found = registry.version_of(moment, CHAMPION)
    version = "" if found is None else str(found.version)
    matured = matured_visits(rows, moment, date.fromisoformat(registry.trained_through(moment, version)), known_by)
    former, theirs = _former(registry, moment, matured)
    try:
        mine = registry.load(moment, version).predict(matured) if len(matured) else np.empty(0)
    except NotReadyError as error:
        return version, former, Standing(Verdict.BROKEN, error.problem)
    return version, former, judge_standing(matured, mine, theirs)


def matured_visits(rows: pd.DataFrame, moment: str, trained_through: date, known_by: datetime) -> pd.DataFrame:
    """Visits after a training whose outcomes were known by then; the newest days, whose cancels alone are on record, left out."""
    settled = settled_through(rows[rows["moment"] == moment], known_by)
    labelled = rows_with_outcome(rows, moment)
    known = labelled[labelled["label_known_at"] <= pd.Timestamp(known_by)]
    return known[(known["starts_on"] > trained_through) & (known["starts_on"] <= settled)].reset_index(drop=True)


def _former(registry: Registry, moment: str, rows: pd.DataFrame) -> tuple[str, Floats | None]:
    for version in predecessors(registry, moment):
        try:
            return version, registry.load(moment, version).predict(rows) if len(rows) else np.empty(0)
        except NotReadyError:
            continue
    return "", None


def _follow(ws: Workspace, registry: Registry, moment: str, standing: Standing, now: datetime) -> str:
    """What was done about it, or what a person could type. A model that cannot be loaded may be a store that is down: never by itself."""
    demote = f'`hsched model demote --moment {moment} --reason "..."`'
    if standing.verdict is Verdict.DEMOTE and ws.promotion == AUTOMATIC:
        change = go_back(registry, moment, reason=standing.reason, by=WATCH, now=now)
        return f"Version {change.version} is champion again."
    if standing.verdict in (Verdict.DEMOTE, Verdict.BROKEN):
        return f"Proposed: {demote}."
    return "Proposed: a training (job `train_weekly`, or `hsched run`)." if standing.verdict is Verdict.RETRAIN else ""


def _worse(change: Interval, visits: int) -> str:
    if change.low <= 0 or change.value <= TOLERANCE:
        return ""
    more = f"{change.value:.4f} ({change.low:.4f} to {change.high:.4f}, 99 %)"
    return f"Its log loss is {more} higher than that of the champion before it, on {visits:,} visits."


def _off(rows: pd.DataFrame, p: Floats) -> str:
    """Calibration outside what so many visits can hold against a model; empty where it is inside."""
    figures = measure(rows["label_is_unused"].astype(int), p)
    worst, (low, high) = calibration_limits(len(rows), float(figures["base_rate"] or 0.5))
    error, slope = float(figures["ece"] or 0.0), figures["calibration_slope"]
    if error > worst:
        return f"Calibration error {error:.3f} is above {worst:.3f} on {len(rows):,} visits."
    if slope is not None and not low <= slope <= high:
        return f"Calibration slope {slope:.2f} is outside {low:.2f} to {high:.2f} on {len(rows):,} visits."
    return ""


def _holds(visits: int, change: Interval | None) -> Standing:
    beside = f", {change.value:+.4f} in log loss beside the champion before it" if change else ""
    return Standing(Verdict.HOLDS, f"{visits:,} visits{beside}.", visits, change)
