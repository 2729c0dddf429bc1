"""What is reported of a set of probabilities, and over which slices. Never accuracy (MODEL.md 4)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from hsched_models.estimators import logit
from hsched_models.heads import parts

Floats = NDArray[np.float64]
Metrics = Mapping[str, float | int | None]
PARTS = ("no_show", "late_cancel")
CALL_CAPACITY = 0.2  # share of a day's visits a front desk can call


def measure(y: pd.Series, p: Floats, days: pd.Series | None = None) -> dict[str, float | int | None]:
    """Discrimination, calibration and lift of probabilities `p` for labels `y` (1 = unused). None where undefined.

    brier_skill: share of the base rate's Brier score saved. ece: 10 equal-width bins; ece_equal_mass: 10 bins of equal
    size. calibration_slope/offset: logistic regression of y on log odds (1 and 0 are ideal). lift_at_10: rate among the
    riskiest tenth over the base rate. recall_at_20_per_day: share of unused visits among each day's riskiest fifth.
    """
    labels = y.to_numpy(dtype=int)
    if len(labels) == 0:
        return {"n": 0}
    rate = float(labels.mean())
    both = 0 < rate < 1
    brier = float(brier_score_loss(labels, p))
    slope, offset = calibration(labels, p) if both else (None, None)
    return {
        "n": len(labels),
        "base_rate": rate,
        "mean_predicted": float(p.mean()),
        "auroc": float(roc_auc_score(labels, p)) if both else None,
        "auprc": float(average_precision_score(labels, p)) if both else None,
        "brier": brier,
        "brier_skill": 1 - brier / (rate * (1 - rate)) if both else None,
        "log_loss": float(log_loss(labels, np.clip(p, 1e-6, 1 - 1e-6), labels=[0, 1])),
        "ece": expected_calibration_error(labels, p, equal_mass=False),
        "ece_equal_mass": expected_calibration_error(labels, p, equal_mass=True),
        "calibration_slope": slope,
        "calibration_offset": offset,
        "lift_at_10": float(labels[np.argsort(-p, kind="stable")[: max(1, len(p) // 10)]].mean() / rate) if both else None,
        "recall_at_20_per_day": recall_per_day(labels, p, days) if both and days is not None else None,
    }


def expected_calibration_error(labels: NDArray[np.int64], p: Floats, *, equal_mass: bool, bins: int = 10) -> float:
    """Mean distance of observed from predicted rate over bins, weighed by their rows (Naeini 2015)."""
    bin_of = np.argsort(np.argsort(p, kind="stable")) * bins // len(p) if equal_mass else np.clip((p * bins).astype(int), 0, bins - 1)
    frame = pd.DataFrame({"bin": bin_of, "y": labels, "p": p}).groupby("bin").agg(n=("y", "size"), y=("y", "mean"), p=("p", "mean"))
    return float((frame["n"] * (frame["y"] - frame["p"]).abs()).sum() / len(p))


def calibration(labels: NDArray[np.int64], p: Floats) -> tuple[float, float]:
    """Slope and offset of the logistic recalibration line (Cox 1958)."""
    line = LogisticRegression(C=1e6, max_iter=1000).fit(logit(p).reshape(-1, 1), labels)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def recall_per_day(labels: NDArray[np.int64], p: Floats, days: pd.Series) -> float:
    """Share of unused visits found by calling each day's riskiest `CALL_CAPACITY`."""
    frame = pd.DataFrame({"day": days.to_numpy(), "y": labels, "p": p})
    rank = frame.groupby("day")["p"].rank(ascending=False, method="first")
    called = rank <= np.ceil(CALL_CAPACITY * frame.groupby("day")["p"].transform("size"))
    return float(frame.loc[called, "y"].sum() / frame["y"].sum())


def slices(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Named masks over feature rows. `all` flatters where same-day visits abound; lead_ge_1 is what reminders can reach."""
    masks = {
        "all": pd.Series(True, index=frame.index),
        "lead_ge_1": frame["lead_time_days"] >= 1,
        "new_client": frame["client_visits"] == 0,
        "known_client": frame["client_visits"] > 0,
        "intake": frame["session_type"] == "intake",
        "video_or_phone": frame["modality"].isin(["video", "phone"]),
    }
    return {name: mask for name, mask in masks.items() if name in ("all", "lead_ge_1") or 0 < mask.sum() < len(frame)}


def measure_slices(
    frame: pd.DataFrame, p: Floats, extra: Mapping[str, pd.Series] | None = None
) -> dict[str, dict[str, float | int | None]]:
    """`measure` over every slice of the rows (labels in label_is_unused)."""
    y = frame["label_is_unused"].astype(int)
    masks = {**slices(frame), **(extra or {})}
    return {name: measure(y[mask], p[mask.to_numpy()], frame.loc[mask, "starts_on"]) for name, mask in masks.items()}


def measure_parts(frame: pd.DataFrame, p: Floats, no_show_share: Floats) -> dict[str, dict[str, float | int | None]]:
    """`measure` of each head by itself: no-show against everything else, late cancel likewise. Nothing where there is no split."""
    if np.isnan(no_show_share).any():
        return {}
    ended = {name: (frame["label_outcome"] == name).astype(int) for name in PARTS}
    return {name: measure(ended[name], head, frame["starts_on"]) for name, head in zip(PARTS, parts(p, no_show_share), strict=True)}
