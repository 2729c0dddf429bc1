"""What a rolling-origin evaluation reports: slices, intervals over clients, the baseline beside it, groups, whom it never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hsched_models.design import BASELINE, SHIPPED
from hsched_models.features import MOMENTS
from hsched_models.groups import audit
from hsched_models.intervals import intervals, paired_log_loss
from hsched_models.metrics import measure, measure_parts, measure_slices
from hsched_models.rolling import Progress, Recipe, clinician_out, cutoffs, practice_out, rolling_forecasts


def evaluate_rolling(
    rows: pd.DataFrame,
    *,
    test_from: date,
    last_test: date,
    timezone: str,
    demographic_inputs: Mapping[str, str],
    progress: Progress,
    others: Sequence[pd.DataFrame] = (),
) -> dict[str, Any]:
    """The document of `hsched evaluate --rolling`: by moment, the shipped model and the baseline over at least four cut-offs.

    `others`: feature rows of other practices, for the slice `practice_out`.
    """
    cuts = cutoffs(test_from, last_test)
    recipes = [Recipe(name, timezone, demographic_inputs) for name in (SHIPPED, BASELINE)]
    document: dict[str, Any] = {"test_from": test_from.isoformat(), "cutoffs": [cut.isoformat() for cut in cuts], "model": SHIPPED}
    for moment in MOMENTS:
        forecasts = rolling_forecasts(rows, moment, cuts, recipes, progress)
        document[moment] = rolling_figures(forecasts)
        document[moment]["slices"] |= _left_out(rows, others, moment, cuts[0], recipes[0])
    return document


def rolling_figures(forecasts: pd.DataFrame) -> dict[str, Any]:
    """Figures of the shipped model over the test rows, its difference from the baseline, and its groups."""
    p, baseline = (forecasts[f"p_{name}"].to_numpy(dtype=float) for name in (SHIPPED, BASELINE))
    labels, clients = forecasts["label_is_unused"].to_numpy(dtype=np.int64), forecasts["client_token"]
    slices = measure_slices(forecasts, p) | measure_parts(forecasts, p, forecasts["share"].to_numpy(dtype=float))
    return {
        "slices": slices,
        "baseline": measure_slices(forecasts, baseline),
        "intervals": {name: asdict(each) for name, each in intervals(labels, p, clients).items()},
        "paired": paired_log_loss(labels, p, baseline, clients, BASELINE).document(),
        "groups": audit(forecasts, p),
    }


def _left_out(
    rows: pd.DataFrame, others: Sequence[pd.DataFrame], moment: str, cut: date, recipe: Recipe
) -> dict[str, dict[str, float | int | None]]:
    """Visits forecast by models that never saw their clinician, or their practice; no slice where the source or the call has none."""
    found = {"clinician_out": clinician_out(rows, moment, cut, recipe)}
    if others:
        found["practice_out"] = practice_out(rows, others, moment, cut, recipe)
    return {
        name: measure(tested["label_is_unused"].astype(int), tested[f"p_{recipe.model}"].to_numpy(dtype=float), tested["starts_on"])
        for name, tested in found.items()
        if len(tested)
    }
