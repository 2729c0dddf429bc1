"""The ladder of models, from a flat rate to the blend that ships, and the columns each rung reads. Nothing is fitted here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler

from hsched_models.estimators import AnchoredLogistic, ClientIntercept, Corrected, LeadTimeTable, LogitBlend, PlattScaled
from hsched_models.features import category_columns
from hsched_models.heads import TwoHeads

BASELINE = "logistic_client_intercept"
SHIPPED = "blend"
_HISTORY = ("client_", "is_last_", "days_since_", "clinician_unused_", "slot_unused_", "expected_unused_")
_CURVED = ("lead_time_days", "age_years", "start_hour", "booked_hour")
_LONG_TAILED = ("client_", "days_since_", "series_position", "lead_time_days")
IN_PERSON, UNKNOWN = "in_person", "unknown"
_SLOT_WEIGHT = 0.3  # weekday by hour: slots differ less than clinicians do
# Corrected logistic and boosting: see docs/explanation/model.md, "Choices made".
_BLEND_WEIGHTS = (0.75, 0.25)
# Counts that grow with the calendar for everybody: read through the intercept, which weighs them against what was expected.
_FILLING = ("client_visits", "client_unused", "client_no_shows", "client_bookings", "client_open_bookings", "days_since_outcome")
_WEEKS_FOR_WEEKDAYS = 8
_WEEKS_FOR_SEASONS = 52
_SEASONAL = ("season", "is_after_holiday")
_RARE = 50  # a category with fewer training rows shares one bucket: too few to learn from, and a person could be one of them


class Numbers(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Columns as floats (yes/no as 1/0, nothing as NaN), those with a long tail as log(1 + value). Learns nothing."""

    def __init__(self, logs: tuple[str, ...] = ()) -> None:
        self.logs = logs

    def fit(self, X: pd.DataFrame, y: Any = None) -> "Numbers":
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        numbers = X.astype("float64")
        logs = [column for column in numbers.columns if column in self.logs]
        return numbers.assign(**{column: np.log1p(numbers[column].clip(lower=0)) for column in logs})

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return self.feature_names_in_


class Present(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Only the columns that had a value in training: gradient boosting cannot bin a column of nothing."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> "Present":
        self.present_ = [column for column in X.columns if X[column].notna().any()]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X[self.present_]

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return np.asarray(self.present_, dtype=object)


class Words(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Columns as words: nothing as 'unknown', what is rare or new as 'other'. Rare words are forgotten: no model file holds them."""

    def __init__(self, fewest: int = _RARE) -> None:
        self.fewest = fewest

    def fit(self, X: pd.DataFrame, y: Any = None) -> "Words":
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        counts = {column: words.value_counts() for column, words in self._words(X).items()}
        self.common_ = {column: sorted(count[count >= self.fewest].index) for column, count in counts.items()}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        words = self._words(X)
        common = {str(column): words[column].where(words[column].isin(self.common_[column]), "other") for column in words}
        return words.assign(**common)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return self.feature_names_in_

    @staticmethod
    def _words(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.astype("object").where(rows.notna(), "unknown").astype(str).astype("object")


@dataclass(frozen=True)
class Rung:
    """One model of the ladder: how to make it from the columns at hand, which of them it reads, how unused visits split in two."""

    name: str
    make: Callable[[tuple[str, ...]], Any]
    reads: Callable[[tuple[str, ...]], tuple[str, ...]]
    split: Callable[[tuple[str, ...]], Any]

    def build(self, columns: tuple[str, ...], weeks: float) -> TwoHeads:
        """An unfitted estimator over those columns (a DataFrame in, probabilities out), for rows that span so many weeks."""
        read = self.reads(columns)
        unused = self.make(read)
        if "weeks" in unused.get_params(deep=False):  # recalibration weighs its evidence by time
            unused.set_params(weeks=weeks)
        return TwoHeads(unused, self.split(read))


def varying(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that take at least two values in these rows: the others can teach nothing (a file without hours has none)."""
    return tuple(column for column in columns if frame[column].nunique(dropna=False) > 1)


def seen_often(columns: tuple[str, ...], weeks: float) -> tuple[str, ...]:
    """Without the weekday, and without parts of the year, where the rows span too few weeks: three Mondays say what three days were
    like, not what Mondays are; and a year's end seen once, with the year not yet round, passes for the level of the year."""
    rare = ("weekday",) if weeks < _WEEKS_FOR_WEEKDAYS else ()
    seldom = _SEASONAL if weeks < _WEEKS_FOR_SEASONS else ()
    return tuple(column for column in columns if column not in rare + seldom)


def without_history(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column for column in columns if not column.startswith(_HISTORY))


def with_intercept_only(columns: tuple[str, ...]) -> tuple[str, ...]:
    return without_history(columns) + tuple(column for column in _intercept_columns() if column in columns)


def _intercept_columns() -> tuple[str, ...]:
    return ("client_unused", "client_expected_unused", "client_information")


def _logs(columns: tuple[str, ...]) -> tuple[str, ...]:
    signed = ("_rate", "_excess_3w", "_excess_8w", "_excess_26w")  # a share needs no logarithm, an excess has none
    return tuple(column for column in columns if column.startswith(_LONG_TAILED) and not column.endswith(signed))


def logistic(columns: tuple[str, ...], *, linear_history: bool = True) -> Pipeline:
    """Logistic regression on splines, one-hot words, logged counts and the client intercept."""
    words = tuple(column for column in category_columns(columns) if column != "site_token")
    curved = tuple(column for column in _CURVED if column in columns)
    elsewhere = (*words, *curved, *_FILLING, "site_token", "client_expected_unused", "client_information")
    linear = tuple(column for column in columns if column not in elsewhere)
    if not linear_history:
        linear = without_history(linear)
    parts: list[tuple[str, Any, list[str]]] = [
        ("words", make_pipeline(Words(), OneHotEncoder(handle_unknown="ignore")), list(words)),
        ("slots", Slots(), _both("weekday", "start_hour", columns)),
        ("remote", RemoteAtPlace(), _both("site_token", "modality", columns)),
        ("curved", make_pipeline(Numbers(_logs(curved)), _filled("median"), SplineTransformer(5, extrapolation="constant")), list(curved)),
        ("linear", make_pipeline(Numbers(_logs(linear)), _filled("mean"), StandardScaler()), list(linear)),
        ("same_day", SameDay(), _present("lead_time_days", columns)),
    ]
    if set(_intercept_columns()) <= set(columns):
        parts.append(("client", make_pipeline(ClientIntercept(), StandardScaler()), list(_intercept_columns())))
    used = [part for part in parts if part[2]]
    regression = AnchoredLogistic(C=0.1, solver="newton-cholesky", max_iter=100)  # few columns, many rows: four steps
    return make_pipeline(ColumnTransformer(used, sparse_threshold=0), regression)


class SameDay(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """1 where the visit was booked for the same day: another population (walk-ins), not a short lead."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> "SameDay":
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"is_same_day": (X["lead_time_days"] <= 0).astype(float)}, index=X.index)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return np.array(["is_same_day"], dtype=object)


class Slots(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Weekday by hour: `weight` in the visit's own slot, 0 elsewhere. Slots with few rows, and unknown hours, have none of their own.

    A weight below 1 lets a penalised regression hold the slots closer to 0 than other words (partial pooling).
    """

    def __init__(self, fewest: int = _RARE, weight: float = _SLOT_WEIGHT) -> None:
        self.fewest = fewest
        self.weight = weight

    def fit(self, X: pd.DataFrame, y: Any = None) -> "Slots":
        weekdays, hours = self._read(X)
        counts = pd.DataFrame({"weekday": weekdays, "hour": hours}).dropna().value_counts()
        self.slots_ = sorted((str(weekday), float(hour)) for weekday, hour in counts[counts >= self.fewest].index)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        weekdays, hours = self._read(X)
        columns = [((weekdays == weekday) & (hours == hour)) * self.weight for weekday, hour in self.slots_]
        return pd.DataFrame(np.column_stack(columns) if columns else np.empty((len(X), 0)), columns=self._names, index=X.index)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return np.array(self._names, dtype=object)

    @property
    def _names(self) -> list[str]:
        return [f"slot_{weekday}_{hour:g}" for weekday, hour in self.slots_]

    @staticmethod
    def _read(rows: pd.DataFrame) -> tuple[Any, Any]:
        return rows["weekday"].astype("object").astype(str).to_numpy(), rows["start_hour"].to_numpy(dtype=float, na_value=np.nan)


class RemoteAtPlace(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What video and phone add at each place: +1/2 where a visit is remote, -1/2 in person, 0 at other places.

    A contrast, so that a place's own level is no input: a poor neighbourhood's would stand in for poverty (decision 0008).
    """

    def __init__(self, fewest: int = _RARE) -> None:
        self.fewest = fewest

    def fit(self, X: pd.DataFrame, y: Any = None) -> "RemoteAtPlace":
        counts = X["site_token"].astype("object").value_counts()
        self.places_ = [str(place) for place in sorted(counts[counts >= self.fewest].index)]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        places = X["site_token"].astype("object").astype(str).to_numpy()
        signs = np.array([remoteness(word) for word in X["modality"].astype("object")], dtype=float)
        return pd.DataFrame({f"remote_{place}": (places == place) * signs for place in self.places_}, index=X.index)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return np.array([f"remote_{place}" for place in self.places_], dtype=object)


def remoteness(modality: object) -> float:
    """+1/2 for video and phone, -1/2 in person, 0 where it is not known."""
    if not isinstance(modality, str) or modality == UNKNOWN:
        return 0.0
    return -0.5 if modality == IN_PERSON else 0.5


def _both(one: str, other: str, columns: tuple[str, ...]) -> list[str]:
    return [one, other] if one in columns and other in columns else []


def _present(column: str, columns: tuple[str, ...]) -> list[str]:
    return [column] if column in columns else []


def _filled(strategy: str) -> SimpleImputer:
    return SimpleImputer(strategy=strategy, add_indicator=False, keep_empty_features=True).set_output(transform="pandas")


def boosting(columns: tuple[str, ...]) -> Pipeline:
    """Gradient boosting on numbers with missing values kept, small word lists as categories; clinicians enter by their rate, places not."""
    words, prepared = _for_trees(columns)
    trees = HistGradientBoostingClassifier(max_iter=150, min_samples_leaf=100, l2_regularization=10.0, **_trees(words))
    return make_pipeline(prepared, trees)


def correction(columns: tuple[str, ...]) -> Pipeline:
    """A few trees for what a logistic model leaves: interactions. More of them learn noise (30 were better than 60 and 100)."""
    words, prepared = _for_trees(columns, ("log_odds",))
    trees = HistGradientBoostingRegressor(max_iter=30, min_samples_leaf=200, l2_regularization=50.0, **_trees(words))
    return make_pipeline(prepared, trees)


def _trees(words: tuple[str, ...]) -> dict[str, Any]:
    return {
        "learning_rate": 0.05,
        "max_leaf_nodes": 12,
        "max_features": 0.5,
        "categorical_features": list(range(len(words))) or None,
        "early_stopping": False,
        "random_state": 0,
    }


def _for_trees(columns: tuple[str, ...], more: tuple[str, ...] = ()) -> tuple[tuple[str, ...], ColumnTransformer]:
    """The words that trees read as categories, and what puts them first."""
    words = tuple(column for column in category_columns(columns) if column not in ("clinician_token", "site_token"))
    numbers = tuple(column for column in columns if column not in category_columns(columns) + _FILLING) + more
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=30)
    parts: list[tuple[str, Any, list[str]]] = [
        ("words", make_pipeline(Words(), encoder), list(words)),
        ("numbers", make_pipeline(Numbers(), Present()), list(numbers)),
    ]
    return words, ColumnTransformer([part for part in parts if part[2]])


def blend(columns: tuple[str, ...]) -> PlattScaled:
    """The heaviest: a corrected logistic model and boosting averaged in log odds, recalibrated by forward chaining."""
    parts = [("corrected", Corrected(logistic(columns), correction(columns))), ("boosting", boosting(columns))]
    return PlattScaled(LogitBlend(parts, weights=_BLEND_WEIGHTS))


def _everything(columns: tuple[str, ...]) -> tuple[str, ...]:
    return columns


def _one_rate(columns: tuple[str, ...]) -> DummyClassifier:
    return DummyClassifier(strategy="prior")


def _lead_only(columns: tuple[str, ...]) -> tuple[str, ...]:
    return ("lead_time_days",)


LADDER: Mapping[str, Rung] = {
    rung.name: rung
    for rung in (
        Rung("prior", _one_rate, _lead_only, _one_rate),
        Rung("lead_time_table", lambda columns: LeadTimeTable(), _lead_only, _one_rate),
        Rung("logistic_no_history", logistic, without_history, logistic),
        Rung(BASELINE, lambda columns: logistic(columns, linear_history=False), with_intercept_only, logistic),
        Rung("gradient_boosting", boosting, _everything, logistic),
        Rung(SHIPPED, blend, _everything, logistic),
    )
}
