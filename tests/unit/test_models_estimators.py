"""Our own estimators: what they learn, and that they hold back where little is known."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from hsched_models.estimators import (
    ClientIntercept,
    Corrected,
    LeadTimeTable,
    LogitBlend,
    PlattScaled,
    expit,
    logit,
    shrunk_platt,
    two_columns,
)

Floats = NDArray[np.float64]


class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A fake model: its forecast is a column."""

    def __init__(self, column: str = "p") -> None:
        self.column = column

    def fit(self, X: pd.DataFrame, y: object) -> "Given":
        self.classes_ = np.array([0, 1])
        self.rows_ = len(X)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        return two_columns(X[self.column].to_numpy(dtype=float))


def drawn(log_odds: Floats, seed: int = 0) -> NDArray[np.int64]:
    """Labels drawn at these log odds."""
    return (np.random.default_rng(seed).uniform(size=len(log_odds)) < expit(log_odds)).astype(int)


def test_log_odds_go_there_and_back_and_stay_finite() -> None:
    """0 and 1 are kept a millionth away."""
    p = np.array([0.001, 0.3, 0.99])

    assert expit(logit(p)) == pytest.approx(p)
    assert np.isfinite(logit([0.0, 1.0])).all()


def test_the_lead_time_table_is_a_table() -> None:
    """A rate a band, few visits pulled to the whole; leads never seen get their band's."""
    rows = pd.DataFrame({"lead_time_days": [0] * 100 + [5] * 100})
    labels = np.array([0] * 90 + [1] * 10 + [0] * 60 + [1] * 40)
    table = LeadTimeTable(smoothing=20).fit(rows, labels)
    p = table.predict_proba(pd.DataFrame({"lead_time_days": [-1, 0, 4, 7, 8, 400]}))[:, 1]

    assert p == pytest.approx([(10 + 5) / 120, (10 + 5) / 120, (40 + 5) / 120, (40 + 5) / 120, 0.25, 0.25])


def history(unused: Floats, expected: Floats, information: Floats) -> pd.DataFrame:
    return pd.DataFrame({"client_unused": unused, "client_expected_unused": expected, "client_information": information})


def test_who_has_no_history_has_no_intercept() -> None:
    """Exactly 0; and as expected is 0 too."""
    fitted = ClientIntercept().fit(history(np.array([0.0, 9]), np.array([0.0, 3]), np.array([0.0, 2.4])))

    assert fitted.transform(history(np.array([0.0, 3]), np.array([0.0, 3]), np.array([0.0, 2.4])))["client_intercept"].tolist() == [0, 0]


def test_the_intercept_grows_with_evidence() -> None:
    """One miss of one says less than ten of ten, and never more than the misses say; who comes more often gets a negative one."""
    fitted = ClientIntercept()
    fitted.variance_ = 0.5
    n = np.array([1.0, 5, 10, 1000])
    missing = fitted.transform(history(n, 0.2 * n, 0.16 * n))["client_intercept"].to_numpy()
    coming = fitted.transform(history(0 * n, 0.2 * n, 0.16 * n))["client_intercept"].to_numpy()

    assert (np.diff(missing) > 0).all()
    assert missing[0] == pytest.approx(0.5 * 0.8 / 1.08)
    assert missing[-1] < 0.8 / 0.16
    assert (coming < 0).all()


@pytest.mark.parametrize("deviation", [0.4, 0.7, 1.0])
def test_the_variance_of_clients_is_recovered(deviation: float) -> None:
    """Roughly: from 4,000 simulated clients with 12 visits each."""
    rng = np.random.default_rng(7)
    n, p = 12, 0.25
    own = rng.normal(0, deviation, 4000)
    unused = rng.binomial(n, expit(logit(p) + own)).astype(float)
    fitted = ClientIntercept().fit(history(unused, np.full(4000, n * p), np.full(4000, n * p * (1 - p))))
    guessed = fitted.transform(history(unused, np.full(4000, n * p), np.full(4000, n * p * (1 - p))))["client_intercept"]

    assert fitted.variance_ == pytest.approx(deviation**2, rel=0.3)
    assert np.corrcoef(guessed, own)[0, 1] > (0.4 if deviation < 0.5 else 0.6)


def test_the_variance_has_a_floor_and_a_ceiling() -> None:
    """Clients all alike, and no history at all: little, but not nothing. Wild ones: not without end."""
    alike = ClientIntercept().fit(history(np.full(50, 2.0), np.full(50, 2.0), np.full(50, 1.6)))
    nobody = ClientIntercept().fit(history(np.zeros(5), np.zeros(5), np.zeros(5)))
    wild = ClientIntercept(ceiling=2.0).fit(history(np.full(50, 90.0), np.full(50, 1.0), np.full(50, 1.0)))

    assert (alike.variance_, nobody.variance_, wild.variance_) == (0.05, 0.05, 2.0)


def test_a_blend_is_the_mean_in_log_odds() -> None:
    """Not of the probabilities; a blend of one is that one."""
    rows = pd.DataFrame({"a": [0.1, 0.5], "b": [0.5, 0.9]})
    labels = np.array([0, 1])
    both = LogitBlend([("a", Given("a")), ("b", Given("b"))]).fit(rows, labels)

    assert both.predict_proba(rows)[:, 1] == pytest.approx(expit((logit(rows["a"]) + logit(rows["b"])) / 2))
    assert LogitBlend([("a", Given("a"))]).fit(rows, labels).predict_proba(rows)[:, 1] == pytest.approx(rows["a"])
    assert both.predict_proba(rows).sum(axis=1) == pytest.approx([1, 1])


def test_a_correction_finds_what_the_model_leaves() -> None:
    """Two columns of which neither says anything alone, beside one that the model reads well."""
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(rng.choice([-1.0, 1.0], (20_000, 3)), columns=["a", "b", "known"])
    log_odds = (-1 + 0.8 * rows["known"] + 0.7 * rows["a"] * rows["b"]).to_numpy()
    labels = drawn(log_odds, seed=4)
    plain = LogisticRegression()
    both = Corrected(plain, make_pipeline(HistGradientBoostingRegressor(max_iter=60, random_state=0))).fit(rows, labels)
    alone = plain.fit(rows, labels)

    missed = [np.abs(logit(model.predict_proba(rows)[:, 1]) - log_odds).mean() for model in (both, alone)]
    assert missed[0] < 0.15
    assert missed[1] > 0.6
    assert both.predict_proba(rows).sum(axis=1) == pytest.approx(np.ones(len(rows)))


def test_a_correction_of_what_is_right_is_next_to_nothing() -> None:
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(rng.normal(size=(20_000, 3)), columns=["a", "b", "c"])
    labels = drawn((-1 + 0.8 * rows["a"]).to_numpy(), seed=6)
    trees = HistGradientBoostingRegressor(
        max_iter=30, learning_rate=0.05, max_leaf_nodes=12, min_samples_leaf=200, l2_regularization=50.0, random_state=0
    )
    both = Corrected(LogisticRegression(), make_pipeline(trees)).fit(rows, labels)

    alone = logit(both.fitted_.predict_proba(rows)[:, 1])
    assert np.abs(logit(both.predict_proba(rows)[:, 1]) - alone).mean() < 0.05


@pytest.mark.parametrize(("slope", "offset"), [(0.5, 0.0), (1.6, 0.0), (1.0, 0.4), (1.0, -0.4)])
def test_recalibration_goes_in_the_planted_direction(slope: float, offset: float) -> None:
    """Toward what was planted, and not all the way: some weeks' level is no law."""
    log_odds = np.random.default_rng(1).normal(-1, 1.2, 3000)
    found = shrunk_platt(log_odds, drawn(slope * log_odds + offset, seed=2), weeks=3)

    for planted, learned, as_is in ((slope, found[0], 1.0), (offset, found[1], 0.0)):
        if planted != as_is:
            assert 0.2 < (learned - as_is) / (planted - as_is) < 1
        else:
            assert learned == pytest.approx(as_is, abs=0.2)


def test_thousands_of_rows_are_not_thousands_of_weeks() -> None:
    """Ten times the rows of the same three weeks move the recalibration hardly further; a hundred rows little; more weeks do."""
    log_odds = np.random.default_rng(1).normal(-1, 1, 40_000)
    labels = drawn(log_odds + 0.5, seed=3)
    offsets = [shrunk_platt(log_odds[:n], labels[:n], weeks=3)[1] for n in (100, 4_000, 40_000)]
    longer = [shrunk_platt(log_odds, labels, weeks=weeks)[1] for weeks in (0.3, 3, 30)]

    assert offsets[2] == pytest.approx(offsets[1], abs=0.06)
    assert 0 < offsets[0] < offsets[1]
    assert 0 < longer[0] < longer[1] < longer[2] < 0.5


def test_a_model_is_left_as_it_is_where_nothing_can_be_learned() -> None:
    """One class only, or too few rows to look forward."""
    rows = pd.DataFrame({"p": np.linspace(0.1, 0.9, 2000)})
    one_class = PlattScaled(Given()).fit(rows, np.zeros(2000, dtype=int))
    few = PlattScaled(Given()).fit(rows.head(400), np.tile([0, 1], 200))

    for fitted in (one_class, few):
        assert (fitted.slope_, fitted.offset_) == (1, 0)
        assert fitted.predict_proba(rows)[:, 1] == pytest.approx(rows["p"])


def test_recalibration_is_learned_from_later_rows_only() -> None:
    """The first seven tenths are never forecast: what is wrong there does not show; what is wrong in the last weeks does."""
    log_odds = np.random.default_rng(5).normal(-1, 1, 4000)
    rows = pd.DataFrame({"p": expit(log_odds)})
    wrong_early = drawn(np.where(np.arange(4000) < 2800, -log_odds, log_odds), seed=6)
    wrong_late = drawn(np.where(np.arange(4000) >= 2800, log_odds + 0.8, log_odds), seed=6)

    assert PlattScaled(Given()).fit(rows, wrong_early).slope_ == pytest.approx(1, abs=0.1)
    assert PlattScaled(Given()).fit(rows, wrong_late).offset_ > 0.3


def test_the_final_model_learns_from_every_row() -> None:
    """Folds are for recalibration; what predicts has seen all."""
    rows, labels = pd.DataFrame({"p": np.full(1000, 0.3)}), np.tile([0, 1], 500)

    assert PlattScaled(Given()).fit(rows, labels).fitted_.rows_ == 1000
    assert PlattScaled(DummyClassifier(strategy="prior")).fit(rows, labels).predict_proba(rows)[0, 1] == pytest.approx(0.5, abs=0.02)
