"""A model trained after the level jumped knows the mean of its months; the intercept update brings it to the present.

Behind docs/decisions/0016. Made-up visits; outcomes after the jump are redrawn from what a model trained before it says,
half a unit of log odds higher, so that the true probabilities are known.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hsched_models.dataset import training_set
from hsched_models.design import SHIPPED
from hsched_models.estimators import Floats, expit, logit
from hsched_models.intercept import update_intercept
from hsched_models.train import Fitted, fit
from tests.feature_frames import FIRST, feature_rows

MOMENT, DAYS, JUMP = "day_before", 364, 0.5
CHANGE = FIRST + timedelta(days=300)
WEEKS = (0, 2, 4, 6)
SEEDS = range(5)


def at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def trained(rows: pd.DataFrame, day: date) -> Fitted:
    return fit(SHIPPED, training_set(rows, MOMENT, at(day), before=day), {})


def true_p(before: Fitted, rows: pd.DataFrame) -> Floats:
    return expit(logit(before.predict(rows)) + JUMP * (rows["starts_on"] >= CHANGE))


def ratios(seed: int) -> list[tuple[float, float, float]]:
    """Sum of true p over sum of predicted p of the two weeks after each point of time: trained before, trained anew, and that updated."""
    rows = feature_rows(visits=16000, days=DAYS, seed=seed, strength=0.8)
    rows = rows[(rows["moment"] == MOMENT) & rows["label_is_unused"].notna()].reset_index(drop=True)
    before, late = trained(rows, CHANGE), rows["starts_on"] >= CHANGE
    unused = np.random.default_rng(seed).random(len(rows)) < true_p(before, rows)
    drawn = rows.assign(
        label_is_unused=rows["label_is_unused"].mask(late, pd.Series(unused, index=rows.index)),
        label_outcome=rows["label_outcome"].mask(late, pd.Series(np.where(unused, "no_show", "attended"), index=rows.index)),
    )
    found = []
    for weeks in WEEKS:
        day = CHANGE + timedelta(weeks=weeks)
        coming = rows[(rows["starts_on"] >= day) & (rows["starts_on"] < day + timedelta(weeks=2))]
        fresh = trained(drawn, day)
        updated = update_intercept(fresh, drawn, MOMENT, at(day)).fitted
        true = float(true_p(before, coming).sum())
        found.append((true / before.predict(coming).sum(), true / fresh.predict(coming).sum(), true / updated.predict(coming).sum()))
    return found


def test_training_alone_lags_and_the_update_does_not() -> None:
    """Four weeks after a jump of 0.5: a training alone is still off, with the update the sums agree within five percent."""
    mean = np.mean([ratios(seed) for seed in SEEDS], axis=0)
    print(pd.DataFrame(mean, index=pd.Index(WEEKS, name="weeks"), columns=["trained before", "trained anew", "and updated"]).round(3))

    stale, fresh, updated = mean[WEEKS.index(4)]
    assert stale > 1.2
    assert fresh > 1.1
    assert updated == pytest.approx(1, abs=0.05)
