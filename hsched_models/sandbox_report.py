"""A sandbox practice judged against its filter oracle: the recipe that would ship, retrained every four weeks over the last months.

Which recipe would ship is decided as in a training, on visits before the judged ones.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from hsched_models.dataset import settled_through
from hsched_models.design import BASELINE, SHIPPED
from hsched_models.intervals import Paired, paired_log_loss
from hsched_models.rolling import FEWEST_CUTOFFS, Progress, Recipe, cutoffs, rolling_forecasts
from hsched_models.yardsticks import against_oracle, is_leaking

MOMENT = "day_before"  # the oracle's
JUDGED_DAYS, RETRAINED_EVERY_DAYS = 140, 28
ORACLE = "filter_p_unused"


def evaluate_against_oracle(rows: pd.DataFrame, oracle: Mapping[str, float], recipe: Recipe, progress: Progress) -> dict[str, Any]:
    """Figures of the recipe that ships, and of the baseline. `oracle`: P(unused) by appointment token, where it has one."""
    of_moment = rows[rows["moment"] == MOMENT]
    last = settled_through(of_moment)
    first = last - timedelta(days=JUDGED_DAYS - 1)
    paired = _proof(of_moment, first, recipe, progress)
    shipped = SHIPPED if paired.difference.high < 0 else BASELINE
    recipes = [_recipe(recipe, name) for name in dict.fromkeys((shipped, BASELINE))]
    forecasts = rolling_forecasts(of_moment, MOMENT, cutoffs(first, last, every_days=RETRAINED_EVERY_DAYS), recipes, progress)
    judged = forecasts.assign(**{ORACLE: forecasts["appointment_token"].map(oracle)}).dropna(subset=[ORACLE])
    figures = _figures(judged, shipped)
    return {
        "model": shipped,
        "judged_from": first.isoformat(),
        **figures,
        "is_leaking": is_leaking(figures),
        "baseline": _figures(judged, BASELINE),
        "proof": paired.document(),
    }


def _recipe(like: Recipe, name: str) -> Recipe:
    return Recipe(name, like.timezone, like.demographic_inputs)


def _proof(rows: pd.DataFrame, judged_from: date, recipe: Recipe, progress: Progress) -> Paired:
    """The heavier model against the baseline at four cut-offs before the judged visits, as a training would ask."""
    before = rows[rows["starts_on"] < judged_from]
    days = min(56, max(1, int((judged_from - before["starts_on"].min()).days * 0.2)))
    cuts = [judged_from - timedelta(days=days * back) for back in range(FEWEST_CUTOFFS, 0, -1)]
    tested = rolling_forecasts(before, MOMENT, cuts, [_recipe(recipe, name) for name in (SHIPPED, BASELINE)], progress)
    p, baseline = (tested[f"p_{name}"].to_numpy(dtype=float) for name in (SHIPPED, BASELINE))
    return paired_log_loss(tested["label_is_unused"].to_numpy(dtype=np.int64), p, baseline, tested["client_token"], BASELINE)


def _figures(judged: pd.DataFrame, model: str) -> dict[str, float]:
    labels = judged["label_is_unused"].to_numpy(dtype=np.int64)
    p, q, base = (judged[name].to_numpy(dtype=float) for name in (f"p_{model}", ORACLE, "base"))
    return against_oracle(labels, p, q, base, judged["client_token"].to_numpy(dtype=object))
