"""How sealed forecasts turned out: one grade a booking and moment, by week and by clinic, with counts and intervals.

Graded is the first forecast that was sealed before the visit began, by a model that had not seen that day. Intervals treat
visits as independent; clients come back, so they are somewhat too narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hsched_core.domain.time import day_start
from hsched_models.dataset import settled_through
from hsched_models.estimators import expit, logit
from hsched_models.features import MOMENTS
from hsched_models.ledger import Chain, Seal, changed_days
from hsched_models.metrics import calibration, expected_calibration_error

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Figures = dict[str, float | int | bool | str | None]
KEY = ["booking_id", "moment"]
LONGEST_DAYS = 365  # sealed days looked at: the cost of a daily grade stops growing after a year
FEWEST, FEWEST_OF_A_KIND = 50, 10  # visits, and visits of either ending: below, a rate has no meaning yet
RECENT_DAYS = 28
WORST_O_E = (0.85, 1.15)
_TWO_SIDED = 1.96


@dataclass(frozen=True)
class Forecasts:
    """Sealed forecasts that may be graded, one row a booking and moment, and why the others may not."""

    frame: pd.DataFrame
    left_out: Mapping[str, int]
    changed: Mapping[date, str]


@dataclass(frozen=True)
class Grades:
    """What came of the forecasts, as known at one instant. `rows` are the graded visits; nothing else of a client leaves here."""

    known_by: datetime
    total: Mapping[str, Figures]
    recent: Mapping[str, Figures]
    by_week: Mapping[str, Sequence[Figures]]
    by_site: Mapping[str, Sequence[Figures]]
    counts: Mapping[str, int]
    rows: pd.DataFrame
    neither: pd.DataFrame  # keys of forecasts whose visit ended neither used nor unused

    @property
    def breaches(self) -> list[str]:
        """Recent weeks that went wrong beyond chance."""
        return [breach for moment, figures in self.recent.items() for breach in _breaches(moment, figures)]


def forecasts(chain: Chain, scores: Path, zone: ZoneInfo) -> Forecasts:
    """The first sealed foresight of each booking and moment. Days whose file is not what was sealed are left out, and named."""
    newest = max((seal.day for seal in chain.seals), default=date.min)
    seals = sorted((seal for seal in chain.seals if (newest - seal.day).days < LONGEST_DAYS), key=lambda seal: seal.day)
    changed = changed_days(Chain(tuple(seals)), scores)
    days = [_read_day(seal, scores, zone) for seal in seals if seal.day not in changed]
    if not days:
        return Forecasts(pd.DataFrame(columns=[*KEY, "starts_on", "probability"]), {}, changed)
    rows = pd.concat(days, ignore_index=True)
    foresight = rows[~rows["is_hindsight"] & rows["is_sealed_before"]]
    left_out = {
        "hindsight": int(rows["is_hindsight"].sum()),
        "sealed_after_the_visit_began": int((~rows["is_hindsight"] & ~rows["is_sealed_before"]).sum()),
    }
    return Forecasts(foresight.drop_duplicates(KEY, keep="first").reset_index(drop=True), left_out, changed)


def _read_day(seal: Seal, scores: Path, zone: ZoneInfo) -> pd.DataFrame:
    columns = [*KEY, "starts_on", "starts_at", "probability", "is_hindsight"]
    rows = pd.read_parquet(scores / f"{seal.day}.parquet", columns=columns)
    starts_on = pd.to_datetime(rows["starts_on"]).dt.date
    begins = pd.to_datetime(rows["starts_at"], utc=True)
    midnight = pd.to_datetime(pd.Series([day_start(day, zone) for day in starts_on], index=rows.index, dtype=object), utc=True)
    is_before = begins.fillna(midnight) > pd.Timestamp(seal.sealed_at)  # where only the day is known: before it began
    return rows.assign(starts_on=starts_on, is_sealed_before=is_before, is_hindsight=rows["is_hindsight"].astype(bool))


def grade(sealed: Forecasts, feature_rows: pd.DataFrame, known_by: datetime) -> Grades:
    """Grade what is mature: visits up to the day whose outcomes had nearly all come in by `known_by` (later days hold mostly cancels)."""
    labelled = feature_rows[[*KEY, "site_token", "label_outcome", "label_is_unused", "label_known_at", "starts_on"]]
    joined = sealed.frame.drop(columns="starts_on").merge(labelled, on=KEY, how="left")
    known = (joined["label_known_at"] <= pd.Timestamp(known_by)).fillna(False).astype(bool)
    through = {moment: settled_through(labelled[labelled["moment"] == moment], known_by) for moment in MOMENTS}
    settled = known & (joined["starts_on"].fillna(date.max) <= joined["moment"].map(through).fillna(date.min)).astype(bool)
    has_label = joined["label_is_unused"].notna()
    rows = joined[settled & has_label].assign(unused=lambda found: found["label_is_unused"].astype(int))
    counts = {
        "forecasts": len(joined),
        "graded": len(rows),
        "waiting_for_outcomes": int((~settled).sum()),
        "neither_used_nor_unused": int((settled & ~has_label).sum()),
        **sealed.left_out,
    }
    return _graded(rows.reset_index(drop=True), joined.loc[settled & ~has_label, KEY], counts, known_by)


def _graded(rows: pd.DataFrame, neither: pd.DataFrame, counts: Mapping[str, int], known_by: datetime) -> Grades:
    weeks = rows.assign(week=[day - timedelta(days=day.weekday()) for day in rows["starts_on"]])
    of = {moment: weeks[weeks["moment"] == moment] for moment in MOMENTS}
    present = {moment: found for moment, found in of.items() if len(found)}
    return Grades(
        known_by=known_by,
        total={moment: _figures(found) for moment, found in present.items()},
        recent={moment: _figures(found[_is_recent(found["starts_on"])]) for moment, found in present.items()},
        by_week={moment: _grouped(found, "week") for moment, found in present.items()},
        by_site={moment: _grouped(found.assign(site=found["site_token"].fillna("")), "site") for moment, found in present.items()},
        counts=counts,
        rows=rows[[*KEY, "starts_on", "probability", "unused"]],
        neither=neither,
    )


def _is_recent(days: pd.Series) -> NDArray[np.bool_]:
    newest = max(days)
    return np.array([(newest - day).days < RECENT_DAYS for day in days])


def _grouped(rows: pd.DataFrame, by: str) -> list[Figures]:
    return [{by: str(name), **_figures(group)} for name, group in rows.groupby(by, sort=True)]


def _figures(rows: pd.DataFrame) -> Figures:
    return figures(rows["unused"].to_numpy(dtype=np.int64), rows["probability"].to_numpy(dtype=float))


def figures(labels: Labels, p: Floats) -> Figures:
    """Counts, observed over expected, discrimination, calibration and losses, each with a 95 % interval; None where too few.

    o_e: interval of what chance alone leaves around the forecasts. auroc: Hanley and McNeil 1982. calibration_slope: from the
    information of its fit. ece: 10 equal-width bins; it has no interval and is never 0, not even for a perfect model.
    """
    unused, expected = int(labels.sum()), float(p.sum())
    too_few = len(labels) < FEWEST or min(unused, len(labels) - unused) < FEWEST_OF_A_KIND
    counted: Figures = {"n": len(labels), "unused": unused, "expected": expected, "too_few": too_few}
    if too_few:
        return {**counted, **dict.fromkeys(_MEASURES)}
    losses = {"brier": np.square(p - labels), "log_loss": -np.log(np.where(labels == 1, _inside(p), 1 - _inside(p)))}
    return {
        **counted,
        **_interval("o_e", unused / expected, float(np.sqrt((p * (1 - p)).sum())) / expected),
        **_interval("auroc", *_auroc(labels, p)),
        **_interval("calibration_slope", *_slope(labels, p)),
        **{key: number for name, each in losses.items() for key, number in _mean(name, each).items()},
        "ece": expected_calibration_error(labels, p, equal_mass=False),
    }


def _inside(p: Floats) -> Floats:
    return np.clip(p, 1e-6, 1 - 1e-6)


def _interval(name: str, value: float, error: float) -> dict[str, float]:
    return {name: value, f"{name}_low": value - _TWO_SIDED * error, f"{name}_high": value + _TWO_SIDED * error}


def _mean(name: str, each: Floats) -> dict[str, float]:
    return _interval(name, float(each.mean()), float(each.std(ddof=1)) / len(each) ** 0.5)


_MEASURES = [
    *(f"{name}{end}" for name in ("o_e", "auroc", "calibration_slope", "brier", "log_loss") for end in ("", "_low", "_high")),
    "ece",
]


def _auroc(labels: Labels, p: Floats) -> tuple[float, float]:
    area = float(roc_auc_score(labels, p))
    ones, zeros = int(labels.sum()), int(len(labels) - labels.sum())
    both_ones, both_zeros = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (ones - 1) * (both_ones - area**2) + (zeros - 1) * (both_zeros - area**2)
    return area, float(np.sqrt(max(variance, 0.0) / (ones * zeros)))


def _slope(labels: Labels, p: Floats) -> tuple[float, float]:
    odds = logit(p)
    slope, offset = calibration(labels, p)
    weight = expit(slope * odds + offset)
    weight = weight * (1 - weight)
    centre = (weight * odds).sum() / weight.sum()
    information = float((weight * np.square(odds - centre)).sum())
    return slope, information**-0.5 if information > 0 else float("inf")


def _breaches(moment: str, recent: Mapping[str, Any]) -> list[str]:
    if recent["too_few"]:
        return []
    low, high = recent["o_e_low"], recent["o_e_high"]
    found = []
    if low > WORST_O_E[1] or high < WORST_O_E[0]:
        found.append(f"{moment}: observed over expected is {recent['o_e']:.2f} ({low:.2f} to {high:.2f}) over the last {RECENT_DAYS} days")
    if recent["auroc_high"] < 0.5:
        found.append(f"{moment}: the ranking is worse than chance (AUROC {recent['auroc']:.2f}) over the last {RECENT_DAYS} days")
    return found
