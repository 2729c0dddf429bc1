"""Rolling-origin evaluation: fitted anew at each of several cut-offs, tested on what was scored between that cut-off and the next.

A row belongs to the cut-off in force when it was scored, so training ends before every test scoring moment. Outcomes still
coming in at a cut-off are not trained on (dataset.training_set): that is the label-delay gap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_core.domain.errors import NotReadyError
from hsched_models.dataset import TrainingSet, known_by_day, rows_with_outcome, settled_through, training_set
from hsched_models.train import Fitted, fit, is_enough

FEWEST_CUTOFFS = 4
Progress = Callable[[str], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """Which model to fit, and the practice's choices it is fitted with."""

    model: str
    timezone: str
    demographic_inputs: Mapping[str, str]

    def fitted(self, training: TrainingSet) -> Fitted:
        """The model, fitted on those rows."""
        return fit(self.model, training, self.demographic_inputs)


def cutoffs(first_test: date, last_test: date, *, every_days: int | None = None) -> list[date]:
    """At least four days, evenly spread from the first test day on: every so many days, or a quarter of the time each."""
    span = (last_test - first_test).days + 1
    step = every_days or max(1, span // FEWEST_CUTOFFS)
    return [first_test + timedelta(days=n) for n in range(0, max(span - step // 2, 1), step)]


def scored_from(cut: date, zone: ZoneInfo) -> datetime:
    """The instant at which a cut-off's model takes over: 00:00 of the day before, when the cut-off day's visits are scored."""
    return known_by_day(cut - timedelta(days=1), zone)


def training_at(rows: pd.DataFrame, moment: str, cut: date, zone: ZoneInfo) -> TrainingSet:
    """What a model that takes over then may have seen."""
    return training_set(rows, moment, scored_from(cut, zone), before=cut)


def test_rows(rows: pd.DataFrame, moment: str, cuts: Sequence[date], zone: ZoneInfo) -> pd.DataFrame:
    """Labelled rows scored from the first cut-off on, with `cutoff`, the one in force; NotReadyError where there are none."""
    labelled = rows_with_outcome(rows, moment)
    settled = labelled[labelled["starts_on"] <= settled_through(rows[rows["moment"] == moment])]
    scored = pd.to_datetime(settled["scored_at"], utc=True)
    starts = pd.DatetimeIndex([pd.Timestamp(scored_from(cut, zone)).tz_convert("UTC") for cut in cuts])
    position = starts.searchsorted(pd.DatetimeIndex(scored), side="right") - 1
    tested = settled[position >= 0].assign(cutoff=np.array(cuts, dtype=object)[position[position >= 0]])
    if tested.empty:
        raise NotReadyError(f"No visits with a known outcome were scored from {cuts[0]} on.", "Choose an earlier day.")
    return tested.reset_index(drop=True)


def rolling_forecasts(rows: pd.DataFrame, moment: str, cuts: Sequence[date], recipes: Sequence[Recipe], progress: Progress) -> pd.DataFrame:
    """The test rows with `p_<model>` of each recipe, `share` (no-shows among unused, of the first) and `base`, the training's rate.

    A cut-off with too little to learn from before it is passed over; NotReadyError when all are.
    """
    zone = ZoneInfo(recipes[0].timezone)
    tested = test_rows(rows, moment, cuts, zone)
    parts = []
    for cut in cuts:
        fold = tested[tested["cutoff"] == cut]
        training = training_at(rows, moment, cut, zone)
        if len(fold) and is_enough(training):
            parts.append(_forecast(fold, training, recipes))
            progress(f"{moment}: fitted at {cut} on {len(training.frame):,} visits, {len(fold):,} to test")
    if not parts:
        raise NotReadyError("At none of the cut-offs was there enough to learn from.", "Choose a later first day.")
    return pd.concat(parts, ignore_index=True)


def _forecast(fold: pd.DataFrame, training: TrainingSet, recipes: Sequence[Recipe]) -> pd.DataFrame:
    models = [recipe.fitted(training) for recipe in recipes]
    forecasts = {f"p_{model.name}": model.predict(fold) for model in models}
    return fold.assign(**forecasts, share=models[0].no_show_share(fold), base=float(training.y.mean()))


def clinician_out(rows: pd.DataFrame, moment: str, cut: date, recipe: Recipe, folds: int = FEWEST_CUTOFFS) -> pd.DataFrame:
    """Test rows after a cut-off, each forecast by a model that saw no visit of its clinician: what a newly hired one may expect.

    Clinicians are dealt into folds in the order of their tokens. No rows where the source has no clinicians.
    """
    zone = ZoneInfo(recipe.timezone)
    training, tested = training_at(rows, moment, cut, zone), test_rows(rows, moment, [cut], zone)
    names = sorted(tested["clinician_token"].dropna().unique())
    parts = [tested.iloc[:0].assign(**{f"p_{recipe.model}": 0.0})]
    for left_out in (names[n::folds] for n in range(min(folds, len(names)))):
        others = training.without(training.frame["clinician_token"].isin(left_out))
        if is_enough(others):
            fold = tested[tested["clinician_token"].isin(left_out)]
            parts.append(fold.assign(**{f"p_{recipe.model}": recipe.fitted(others).predict(fold)}))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def practice_out(rows: pd.DataFrame, others: Sequence[pd.DataFrame], moment: str, cut: date, recipe: Recipe) -> pd.DataFrame:
    """Test rows after a cut-off, forecast by a model fitted on other practices' rows alone: what a new practice may expect.

    NotReadyError where the others have too little to learn from.
    """
    zone = ZoneInfo(recipe.timezone)
    known = [training_at(other, moment, cut, zone).frame for other in others]
    training = TrainingSet(moment, pd.concat(known, ignore_index=True).sort_values("starts_on", kind="stable", ignore_index=True), {})
    if not is_enough(training):
        raise NotReadyError(f"The other practices have too little to learn from before {cut}.", "Choose a later day, or larger practices.")
    tested = test_rows(rows, moment, [cut], zone)
    return tested.assign(**{f"p_{recipe.model}": recipe.fitted(training).predict(tested)})
