"""Intervals over clients: they hold their level where visits of a client are alike, and see a difference where there is one."""

import numpy as np
import pandas as pd
import pytest

from hsched_models.estimators import expit
from hsched_models.intervals import intervals, paired_log_loss, paired_of

CLIENTS, EACH = 300, 8


def practice(seed: int, alike: float) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Labels, a forecast that does not know the clients, and whose visit it is; `alike` is how much clients differ."""
    rng = np.random.default_rng(seed)
    clients = np.repeat(np.arange(CLIENTS), EACH)
    known = rng.normal(-1, 0.7, len(clients))
    own = np.repeat(rng.normal(0, alike, CLIENTS), EACH)
    return (rng.random(len(clients)) < expit(known + own)).astype(int), expit(known), pd.Series(clients).map("c{:04}".format)


def test_alike_visits_widen_the_interval() -> None:
    """Eight visits of one client are not eight clients: intervals over clients are wider than over visits."""
    labels, p, clients = practice(1, alike=1.5)
    of_clients = intervals(labels, p, clients)["observed_over_expected"]
    of_visits = intervals(labels, p, pd.Series(np.arange(len(labels))))["observed_over_expected"]

    assert (of_clients.high - of_clients.low) > 1.3 * (of_visits.high - of_visits.low)


def test_the_interval_holds_its_level() -> None:
    """Over practices of the same kind the mean error is covered about 95 times in 100."""
    covered = 0
    for seed in range(60):
        labels, p, clients = practice(seed, alike=0.0)
        found = intervals(labels, p, clients)["observed_over_expected"]
        covered += found.low <= 1 <= found.high

    assert covered >= 52


def test_a_better_forecast_is_seen_and_an_equal_one_is_not() -> None:
    """Paired: the same visits, so what both share cancels."""
    labels, p, clients = practice(3, alike=0.0)
    noise = np.random.default_rng(0).normal(0, 0.5, len(p))
    worse = expit(np.log(p / (1 - p)) + noise)

    better = paired_log_loss(labels, p, worse, clients, "the noisy one")
    same = paired_log_loss(labels, p, p, clients, "itself")

    assert better.difference.high < 0
    assert (same.difference.value, same.difference.low, same.difference.high) == (0, 0, 0)
    assert paired_of(better.document()) == better
    assert (better.visits, better.clients) == (CLIENTS * EACH, CLIENTS)


def test_figures_are_those_of_the_rows_and_repeat() -> None:
    """The value is the plain figure; the same rows give the same interval; one class has no ranking, no visits nothing."""
    from sklearn.metrics import log_loss, roc_auc_score

    labels, p, clients = practice(5, alike=0.5)
    found = intervals(labels, p, clients)

    assert found["auroc"].value == pytest.approx(roc_auc_score(labels, p))
    assert found["log_loss"].value == pytest.approx(log_loss(labels, p))
    assert found["auroc"].low < found["auroc"].value < found["auroc"].high
    assert intervals(labels, p, clients) == found
    assert "auroc" not in intervals(np.zeros(10, dtype=int), p[:10], clients[:10])
    assert intervals(labels[:0], p[:0], clients[:0]) == {}
