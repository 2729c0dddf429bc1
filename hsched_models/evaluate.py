"""Honest evaluation at a cut-off: fit on visits before a day, predict those from it on, with features as of each moment.

Rows booked after the cut-off are a slice of their own: for the others the model could not know the visit's outcome, but
the visit itself was already on the calendar when it was fitted.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_core.domain.errors import NotReadyError
from hsched_models.dataset import known_by_day, rows_with_outcome, settled_through, training_set
from hsched_models.design import SHIPPED
from hsched_models.features import MOMENTS
from hsched_models.metrics import measure_parts, measure_slices
from hsched_models.train import fit

Progress = Callable[[str], None]


def _silent(message: str) -> None:
    """No progress."""


def evaluate_cutoff(
    rows: pd.DataFrame,
    *,
    test_from: date,
    timezone: str,
    demographic_inputs: Mapping[str, str],
    refit: str = "none",
    model: str = SHIPPED,
    progress: Progress = _silent,
) -> dict[str, object]:
    """The document of `hsched evaluate`: metrics by moment and slice for visits from `test_from` on.

    `refit` is "none" (one model, fitted on all visits before the cut-off) or "daily" (fitted anew for each test day, on
    outcomes known at 00:00 of the day before it, when its visits are scored). Raises NotReadyError if there is
    nothing to train on or to test with.
    """
    zone = ZoneInfo(timezone)
    document: dict[str, object] = {"test_from": test_from.isoformat(), "refit": refit, "model": model}
    for moment in MOMENTS:
        test = _test_rows(rows, moment, test_from)
        progress(f"{moment}: {len(test):,} test visits")
        p, share = _predictions(rows, test, moment, _fit_days(test, test_from, refit), zone, demographic_inputs, model, progress)
        later = pd.to_datetime(test["booked_at"], utc=True) >= pd.Timestamp(known_by_day(test_from, zone))
        document[moment] = {**measure_slices(test, p, {"booked_after_cutoff": later}), **measure_parts(test, p, share)}
    return document


def _test_rows(rows: pd.DataFrame, moment: str, test_from: date) -> pd.DataFrame:
    test = rows_with_outcome(rows, moment)
    settled = settled_through(rows[rows["moment"] == moment])
    test = test[(test["starts_on"] >= test_from) & (test["starts_on"] <= settled)].reset_index(drop=True)
    if test.empty:
        raise NotReadyError(f"No visits with a known outcome from {test_from} on.", "Choose an earlier --test-from.")
    return test


def _fit_days(test: pd.DataFrame, test_from: date, refit: str) -> list[date]:
    return sorted(test["starts_on"].unique()) if refit == "daily" else [test_from]


def _predictions(
    rows: pd.DataFrame,
    test: pd.DataFrame,
    moment: str,
    fit_days: list[date],
    zone: ZoneInfo,
    demographic_inputs: Mapping[str, str],
    model: str,
    progress: Progress,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(unused), and the no-shows' share of it."""
    p, share = np.full((2, len(test)), np.nan)
    for position, day in enumerate(fit_days):
        until = fit_days[position + 1] if position + 1 < len(fit_days) else date.max
        mask = ((test["starts_on"] >= day) & (test["starts_on"] < until)).to_numpy()
        known_by = known_by_day(day if len(fit_days) == 1 else day - timedelta(days=1), zone)
        fitted = fit(model, training_set(rows, moment, known_by, before=day), demographic_inputs)
        p[mask], share[mask] = fitted.predict(test[mask]), fitted.no_show_share(test[mask])
        progress(f"{moment}: fitted for visits from {day}")
    return p, share
