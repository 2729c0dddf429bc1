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
NOW = CHANGE + timedelta(weeks=4)
DRAWS = range(5)


def at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def trained(rows: pd.DataFrame, day: date) -> Fitted:
    return fit(SHIPPED, training_set(rows, MOMENT, at(day), before=day), {})


def true_p(before: Fitted, rows: pd.DataFrame) -> Floats:
    return expit(logit(before.predict(rows)) + JUMP * (rows["starts_on"] >= CHANGE))


def drawn(before: Fitted, rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The visits after the change with outcomes drawn anew."""
    late = rows["starts_on"] >= CHANGE
    unused = pd.Series(np.random.default_rng(seed).random(len(rows)) < true_p(before, rows), index=rows.index)
    words = unused.map({True: "no_show", False: "attended"})
    return rows.assign(label_is_unused=rows["label_is_unused"].mask(late, unused), label_outcome=rows["label_outcome"].mask(late, words))


def test_training_alone_lags_and_the_update_does_not() -> None:
    """Four weeks after a jump of 0.5: a training alone is still off, with the update the sums agree within five percent."""
    rows = feature_rows(visits=16000, days=DAYS, seed=1, strength=0.8)
    rows = rows[(rows["moment"] == MOMENT) & rows["label_is_unused"].notna()].reset_index(drop=True)
    coming = rows[(rows["starts_on"] >= NOW) & (rows["starts_on"] < NOW + timedelta(weeks=2))]
    before, found = trained(rows, CHANGE), []
    true = true_p(before, coming).sum()
    for seed in DRAWS:
        after = drawn(before, rows, seed)
        fresh = trained(after, NOW)
        models = (
            before,
            update_intercept(before, after, MOMENT, at(NOW)).fitted,
            fresh,
            update_intercept(fresh, after, MOMENT, at(NOW)).fitted,
        )
        found.append([float(true / model.predict(coming).sum()) for model in models])
    table = pd.DataFrame(found, columns=["trained before", "and updated", "trained anew", "and updated"])
    print(table.describe().loc[["mean", "min", "max"]].round(3))
    stale, stale_updated, fresh_alone, fresh_updated = table.mean()

    assert stale > 1.2
    assert fresh_alone > 1.05
    assert stale_updated == pytest.approx(1, abs=0.05)
    assert fresh_updated == pytest.approx(1, abs=0.05)
