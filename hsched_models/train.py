"""Fitting a rung of the ladder on a training set, and predicting with it. Knows estimators, not MLflow or files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hsched_core.domain.errors import NotReadyError
from hsched_models.compiled import Scorer, make_scorer
from hsched_models.dataset import TrainingSet
from hsched_models.design import LADDER, seen_often, varying
from hsched_models.features import category_columns, input_columns
from hsched_models.heads import parts
from hsched_models.typical import typical_row

FEWEST_ROWS = 200
FEWEST_UNUSED = 20


@dataclass(frozen=True)
class Forecasts:
    """P(unused) of each row, and its two parts: they sum to it to the bit. NaN where the model does not tell them apart."""

    unused: NDArray[np.float64]
    no_show: NDArray[np.float64]
    late_cancel: NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """A fitted rung and the columns it reads, in order. `typical`: what most training rows hold in them, for reasons."""

    name: str
    estimator: Any
    columns: tuple[str, ...]
    typical: Mapping[str, float | str | None] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, str]:
        """Of each column, whether it holds words or numbers."""
        words = category_columns(self.columns)
        return {column: "word" if column in words else "number" for column in self.columns}

    def predict(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """P(unused) of each row; InputError where a value is infinite, or missing where the model needs one."""
        with one_thread():
            p: NDArray[np.float64] = self.scorer.batch(rows)[:, 0]
        return p

    def no_show_share(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """P(no-show | unused) of each row; NaN where the source has no late cancels, or the model no second head."""
        with one_thread():
            found = self.scorer.batch(rows)
        share: NDArray[np.float64] = found[:, 1] if found.shape[1] > 1 else np.full(len(rows), np.nan)
        return share

    def forecast(self, rows: pd.DataFrame) -> Forecasts:
        """All the model says of each row, in one pass; InputError as in `predict`."""
        with one_thread():
            found = self.scorer.batch(rows)
        share = found[:, 1] if found.shape[1] > 1 else np.full(len(rows), np.nan)
        return Forecasts(found[:, 0], *parts(found[:, 0], share))

    def forecast_one(self, row: Mapping[str, object]) -> tuple[float, float | None, float | None]:
        """The same of one row, to the bit: P(unused), P(no-show), P(late cancel); None where the model does not tell them apart."""
        return told_apart(self.scorer.one(row))

    def score_one(self, row: Mapping[str, object]) -> float:
        """P(unused) of one row given by column name (None where nothing is known): the bits that `predict` gives it in any batch."""
        return self.scorer.one(row)[0]

    @cached_property
    def scorer(self) -> Scorer:
        """Compiled and checked at first use; `scorer.engine` says whether, and why not."""
        with one_thread():
            return make_scorer(self.estimator, self.columns)


def told_apart(outputs: Sequence[float]) -> tuple[float, float | None, float | None]:
    """A scorer's outputs of one row as P(unused), P(no-show), P(late cancel): the bits of `Forecasts`."""
    unused, *share = outputs
    if not share or np.isnan(share[0]):
        return unused, None, None
    no_show, late_cancel = parts(np.array([unused]), np.array(share))
    return unused, float(no_show[0]), float(late_cancel[0])


def one_thread() -> threadpool_limits:
    """One thread for numeric libraries: on a machine with anything else to do, OpenMP's threads spin for each other.

    Measured on two cores with one busy neighbour, 60,000 rows: boosting 26 s on two threads, 1.4 s on one; idle 1.0 s on two.
    """
    return threadpool_limits(limits=1)


def is_enough(training: TrainingSet) -> bool:
    """Whether there are visits enough, and both kinds of end among them."""
    unused = int(training.y.sum())
    return len(training.frame) >= FEWEST_ROWS and FEWEST_UNUSED <= unused < len(training.frame)


def check_enough(training: TrainingSet) -> None:
    """NotReadyError when there is too little to learn from, or one class only."""
    if not is_enough(training):
        raise NotReadyError(
            f"Too little to learn from: {len(training.frame)} visits with a known outcome, {int(training.y.sum())} of them unused.",
            f"At least {FEWEST_ROWS} visits with {FEWEST_UNUSED} unused ones and some attended are needed.",
        )


def fit(name: str, training: TrainingSet, demographic_inputs: Mapping[str, str]) -> Fitted:
    """Fit one rung on the inputs that vary in these rows; NotReadyError if there is too little to learn from."""
    check_enough(training)
    columns = seen_often(varying(training.frame, input_columns(demographic_inputs)), training.weeks)
    rung = LADDER[name]
    reads = rung.reads(columns)
    with one_thread():
        estimator = rung.build(columns, training.weeks).fit(training.frame[list(reads)], training.ends)
    return Fitted(name, estimator, reads, typical_row(training.frame, reads))
