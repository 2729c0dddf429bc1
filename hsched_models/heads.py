"""Two heads on one model: how likely a slot goes unused, and how the unused ones split into no-shows and late cancels."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier

from hsched_models.estimators import Floats

USED, NO_SHOW, LATE_CANCEL = 0, 1, 2
FEWEST_OF_A_KIND = 30  # with fewer of either the split is one rate for everybody


class TwoHeads(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """P(unused) by `unused`, and P(no-show | unused) by `split`, learned from the unused visits alone.

    P(no-show) = P(unused) x share and P(late cancel) is the rest, so the two always sum to P(unused). `y` holds 0 (used),
    1 (no-show) and 2 (late cancel); without a 2 the source has no late cancels, and there is no split.
    """

    def __init__(self, unused: Any, split: Any) -> None:
        self.unused = unused
        self.split = split

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        ends = np.asarray(y)
        self.classes_ = np.array([0, 1])
        self.unused_ = clone(self.unused).fit(X, (ends != USED).astype(int))
        self.split_ = self._split(X[ends != USED], ends[ends != USED])
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        p: Floats = self.unused_.predict_proba(X)
        return p

    def no_show_share(self, X: pd.DataFrame) -> Floats:
        """P(no-show | unused) of each row; NaN where the source has no late cancels."""
        if self.split_ is None:
            return np.full(len(X), np.nan)
        share: Floats = self.split_.predict_proba(X)[:, list(self.split_.classes_).index(NO_SHOW)]
        return share

    def _split(self, rows: pd.DataFrame, ends: NDArray[np.int64]) -> Any:
        counts = [int((ends == kind).sum()) for kind in (NO_SHOW, LATE_CANCEL)]
        if min(counts) == 0:
            return None
        chosen = clone(self.split) if min(counts) >= FEWEST_OF_A_KIND else DummyClassifier(strategy="prior")
        return chosen.fit(rows, ends)


def parts(p_unused: Floats, no_show_share: Floats) -> tuple[Floats, Floats]:
    """P(no-show) and P(late cancel), which sum to P(unused) to the bit; NaN where there is no share.

    The larger part is multiplied and the smaller one subtracted: from half of p to p a difference is exact (Sterbenz 1974).
    """
    larger = p_unused * np.maximum(no_show_share, 1 - no_show_share)
    smaller = p_unused - larger
    is_mostly_no_show = no_show_share >= 0.5
    return np.where(is_mostly_no_show, larger, smaller), np.where(is_mostly_no_show, smaller, larger)
