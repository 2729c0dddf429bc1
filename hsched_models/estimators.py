"""scikit-learn estimators of our own: what the library does not have. Each scores a row alone as it does in a batch."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TimeSeriesSplit

Floats = NDArray[np.float64]
EDGE = 1e-6
_SMALLEST_FOLD = 50  # rows; fewer say nothing about calibration
_EVIDENCE_ROWS_A_WEEK = 270  # weeks differ by about 0.15 in log odds (public file, 2016): a week says no more than 270 rows would
_PRIOR_SD = 0.1
LEAD_EDGES = (0, 1, 3, 7, 14, 28)
READ_DECIMALS = 6  # of log odds that trees split on: their last bits differ between a batch and a row alone


def logit(probability: ArrayLike) -> Floats:
    """Log odds; probabilities are kept 1e-6 away from 0 and 1."""
    p = np.clip(np.asarray(probability, dtype=float), EDGE, 1 - EDGE)
    odds: Floats = np.log(p / (1 - p))
    return odds


def expit(log_odds: ArrayLike) -> Floats:
    """The inverse of `logit`."""
    p: Floats = 1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=float)))
    return p


def two_columns(p: Floats) -> Floats:
    """Probabilities of class 1 as scikit-learn's (n, 2) array."""
    return np.column_stack([1 - p, p])


def shrunk_platt(log_odds: Floats, labels: NDArray[np.int64], weeks: float) -> tuple[float, float]:
    """Slope and offset of log odds that make the labels of that many weeks likeliest, under a normal prior around "as it is".

    The slope turns the line around the mean log odds, so that pulling it back does not shift the level.
    """
    signs = 2.0 * labels - 1
    centre = float(log_odds.mean())
    evidence = min(1.0, _EVIDENCE_ROWS_A_WEEK * weeks / len(labels))

    def loss(parameters: Floats) -> float:
        margins = signs * (parameters[0] * (log_odds - centre) + centre + parameters[1])
        prior = ((parameters[0] - 1) ** 2 + parameters[1] ** 2) / (2 * _PRIOR_SD**2)
        return float(evidence * np.logaddexp(0, -margins).sum() + prior)

    slope, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(shift + (1 - slope) * centre)


class LeadTimeTable(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The unused share by band of lead time: the table a practice could keep on paper."""

    def __init__(self, smoothing: float = 20.0) -> None:
        self.smoothing = smoothing

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:  # scikit-learn's name
        bands, labels = self._bands(X), np.asarray(y, dtype=float)
        self.classes_ = np.array([0, 1])
        self.prior_ = float(labels.mean())
        counts = np.bincount(bands, minlength=len(LEAD_EDGES) + 1)
        unused = np.bincount(bands, weights=labels, minlength=len(LEAD_EDGES) + 1)
        self.rates_ = (unused + self.smoothing * self.prior_) / (counts + self.smoothing)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        return two_columns(self.rates_[self._bands(X)])

    @staticmethod
    def _bands(rows: pd.DataFrame) -> NDArray[np.int64]:
        return np.searchsorted(LEAD_EDGES, rows["lead_time_days"].to_numpy(dtype=float))


class ClientIntercept(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A client's own log-odds of missing, beyond what lead times predict, shrunk toward 0 while little is known.

    One-step approximation of the posterior mean of a normal random intercept with variance s:
    s (unused - expected) / (1 + s information). The variance is estimated by moments from E[(unused - expected)^2] =
    information + s information^2.
    """

    def __init__(self, ceiling: float = 2.0) -> None:
        self.ceiling = ceiling

    def fit(self, X: pd.DataFrame, y: ArrayLike | None = None) -> Self:
        excess, information = self._history(X)
        weight = float(np.square(information).sum())
        moment = float((np.square(excess) - information).sum()) / weight if weight else 0.0
        self.variance_ = float(np.clip(moment, 0.05, self.ceiling))
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        excess, information = self._history(X)
        intercept = self.variance_ * excess / (1 + self.variance_ * information)
        return pd.DataFrame({"client_intercept": intercept}, index=X.index)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        return np.array(["client_intercept"], dtype=object)

    @staticmethod
    def _history(rows: pd.DataFrame) -> tuple[Floats, Floats]:
        unused = rows["client_unused"].to_numpy(dtype=float)
        return unused - rows["client_expected_unused"].to_numpy(dtype=float), rows["client_information"].to_numpy(dtype=float)


class AnchoredLogistic(LogisticRegression):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic regression that remembers the mean of its columns: what a visit's reasons are measured against."""

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        super().fit(X, y, sample_weight)
        self.means_ = np.asarray(X, dtype=float).mean(axis=0)
        return self


class Corrected(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A classifier whose log odds are corrected by a regression on what it leaves.

    One Newton step (Friedman, Hastie and Tibshirani 2000): (y - p) / (p (1 - p)) is fitted with weights p (1 - p), so the sum of both log
    odds is likelier than the classifier's alone. `correction` is a pipeline; beside the columns it reads `log_odds`, the classifier's.
    """

    def __init__(self, model: Any, correction: Any) -> None:
        self.model = model
        self.correction = correction

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        self.classes_ = np.array([0, 1])
        self.fitted_ = clone(self.model).fit(X, y)
        log_odds = self._log_odds(X)
        p = expit(log_odds)
        weights = p * (1 - p)
        working = (np.asarray(y, dtype=float) - p) / weights
        last = self.correction.steps[-1][0]
        self.correction_ = clone(self.correction).fit(_beside(X, log_odds), working, **{f"{last}__sample_weight": weights})
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        log_odds = self._log_odds(X)
        return two_columns(expit(log_odds + self.correction_.predict(_beside(X, log_odds))))

    def _log_odds(self, rows: pd.DataFrame) -> Floats:
        return logit(self.fitted_.predict_proba(rows)[:, 1])


def _beside(rows: pd.DataFrame, log_odds: Floats) -> pd.DataFrame:
    return rows.assign(log_odds=np.round(log_odds, READ_DECIMALS))


class LogitBlend(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The weighted mean of several models' log odds; alike where no weights are given."""

    def __init__(self, models: list[tuple[str, Any]], weights: tuple[float, ...] | None = None) -> None:
        self.models = models
        self.weights = weights

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        self.classes_ = np.array([0, 1])
        self.fitted_ = [clone(model).fit(X, y) for _, model in self.models]
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        log_odds = [logit(model.predict_proba(X)[:, 1]) for model in self.fitted_]
        return two_columns(expit(np.average(log_odds, axis=0, weights=self.weights)))


class PlattScaled(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A model recalibrated on its own forecasts of later rows (Platt 1999), fitted by forward chaining.

    Rows must come oldest first: each fold is predicted by a model that saw earlier rows only. The folds cover the last
    rows, a tenth each: the first weeks of a practice, without histories, are another regime than the one to be scored.
    Slope and offset are pulled toward "as it is" (1 and 0): the level of misses wanders from week to week, so thousands
    of rows of one week are evidence of one week, not of thousands of rows. `weeks` is the time that the rows span. With
    one class in every fold, or too few rows to fold, the model is left as it is.
    """

    def __init__(self, model: Any, folds: int = 3, weeks: float = 10.0) -> None:
        self.model = model
        self.folds = folds
        self.weeks = weeks

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        labels = np.asarray(y)
        self.classes_ = np.array([0, 1])
        scores, seen = self._forecasts(X, labels)
        self.slope_, self.offset_ = 1.0, 0.0
        if len(np.unique(seen)) == 2:
            self.slope_, self.offset_ = shrunk_platt(scores, seen, self.weeks * len(seen) / len(labels))
        self.fitted_ = clone(self.model).fit(X, y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        return two_columns(expit(self.slope_ * logit(self.fitted_.predict_proba(X)[:, 1]) + self.offset_))

    def _forecasts(self, rows: pd.DataFrame, labels: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        scores: list[Floats] = []
        seen: list[NDArray[np.int64]] = []
        for earlier, later in self._chain(rows):
            if len(np.unique(labels[earlier])) == 2:
                fold = clone(self.model).fit(rows.iloc[earlier], labels[earlier])
                scores.append(logit(fold.predict_proba(rows.iloc[later])[:, 1]))
                seen.append(labels[later])
        return np.concatenate(scores or [np.empty(0)]), np.concatenate(seen or [np.empty(0, dtype=int)])

    def _chain(self, rows: pd.DataFrame) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        tenth = len(rows) // 10
        return list(TimeSeriesSplit(self.folds, test_size=tenth).split(rows)) if tenth >= _SMALLEST_FOLD else []
