"""Leak alarms: silent on honest rows, loud on planted leaks, and a training with one promotes nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hsched_models.alarms import auroc_error, leak_alarms, lone_features, permuted_labels
from hsched_models.dataset import TrainingSet, training_set
from hsched_models.promote import judge
from tests.feature_frames import feature_rows

WHOLE = training_set(feature_rows(visits=2500, days=100, seed=3), "day_before", datetime(2027, 1, 1, tzinfo=UTC))
CUT = WHOLE.frame["starts_on"].max() - timedelta(days=25)


def split(frame: pd.DataFrame = WHOLE.frame) -> tuple[TrainingSet, pd.DataFrame]:
    """Training rows and held-out ones of a frame."""
    is_earlier = frame["starts_on"] < CUT
    return replace(WHOLE, frame=frame[is_earlier].reset_index(drop=True)), frame[~is_earlier].reset_index(drop=True)


def test_honest_rows_raise_none() -> None:
    """Clients have habits and lead times matter; no alarm."""
    assert leak_alarms(*split(), {}) == []


def test_a_column_that_knows_the_outcome_is_named() -> None:
    """Whichever way round it ranks; and no model with an alarm is promoted."""
    unused = WHOLE.frame["label_is_unused"].astype(float)
    knows = (1 - unused) + np.random.default_rng(0).normal(0, 0.4, len(unused))
    alarms = leak_alarms(*split(WHOLE.frame.assign(days_since_attended=knows)), {})
    figures = {"n": 2000, "base_rate": 0.2, "auroc": 0.72, "ece": 0.01, "calibration_slope": 1.0, "log_loss": 0.40}

    assert [alarm.split(" alone ")[0] for alarm in alarms] == ["Leak alarm: days_since_attended"]
    assert judge(figures, {}, None).promote
    assert judge(figures, {}, None, alarms=alarms).reasons == tuple(alarms)


def test_a_protocol_that_hands_labels_over_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that has the test's own labels ranks even shuffled ones."""
    from hsched_models import alarms

    earlier, held_out = split()

    class Cheat:
        def predict(self, rows: pd.DataFrame) -> object:
            labels = np.random.default_rng(alarms.SEED).permutation(np.concatenate([earlier.y, held_out["label_is_unused"].astype(int)]))
            return labels[len(earlier.frame) :] * 0.5 + 0.25

    monkeypatch.setattr(alarms, "fit", lambda *_: Cheat())

    assert ["labels without meaning" in alarm for alarm in permuted_labels(earlier, held_out, {})] == [True]


def test_columns_that_know_the_rows_around_them_are_heard() -> None:
    """A history that holds the client's own future flatters a random split far more than a later one: here only earlier rows know it."""
    frame = WHOLE.frame
    unused = frame["label_is_unused"].astype(float)
    earlier = frame["starts_on"] < CUT
    expected = np.random.default_rng(0).uniform(2.9, 3.1, len(frame))  # a column without variation is no input
    whole = frame.assign(client_unused=np.where(earlier, 6 * unused, 3.0), client_expected_unused=expected, client_information=expected)
    alarms = leak_alarms(*split(whole), {})

    assert any("on a random split" in alarm for alarm in alarms)


def test_chance_is_granted_where_visits_are_few() -> None:
    """The error of an AUROC fades with visits; with one class it is endless and no alarm can be raised."""
    assert auroc_error(np.repeat([0, 1], 5000)) < 0.006
    assert auroc_error(np.repeat([0, 1], 100)) > 0.03
    assert auroc_error(np.zeros(50, dtype=int)) == np.inf
    _, held_out = split()
    with_one_class = held_out.assign(label_is_unused=False, client_visits=np.arange(len(held_out)))
    assert list(lone_features(with_one_class, ("client_visits",))) == []
