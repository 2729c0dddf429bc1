"""A fitted model with its level moved: the one number a weekly update changes between trainings."""

from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from hsched_models.estimators import Floats, expit, logit, two_columns


class Shifted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """`offset` added to the log odds of a fitted model's second class. Ranks stay as they are; nothing is fitted here."""

    def __init__(self, offset: float) -> None:
        self.offset = offset

    def around(self, model: Any) -> Self:
        """Take a fitted model of two classes as it is."""
        self.fitted_ = model
        self.classes_ = model.classes_
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        return two_columns(expit(logit(self.fitted_.predict_proba(X)[:, 1]) + self.offset))
