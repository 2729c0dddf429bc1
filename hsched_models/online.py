"""One visit's answer while a caller waits: the champion's probabilities and reasons, equal to the daily batch's for the same facts.

The row and its thirteen what-ifs (one for each family of inputs, explain.py) go through the compiled model in one call, without pandas.
A model that could not be compiled is asked the slow way, with the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hsched_models.compiled import CompiledScorer, Floats
from hsched_models.explain import explain, strongest, text_of
from hsched_models.reason_words import FAMILIES, Family, Row
from hsched_models.train import Fitted, one_thread, told_apart

EDGES = (1e-6, 1 - 1e-6)


@dataclass(frozen=True)
class Said:
    """What a model says of one visit: P(unused), its two parts where the model tells them apart, and why, strongest first."""

    unused: float
    no_show: float | None
    late_cancel: float | None
    reasons: str


@dataclass(frozen=True)
class OnlineModel:
    """The model in charge of a scoring moment, ready to be asked."""

    name: str
    version: str
    fitted: Fitted

    def say(self, row: Row, *, known_reasons: str | None = None) -> Said:
        """Probabilities and reasons of a row that holds every column the model reads; InputError where it has no probability.

        `known_reasons`: where the batch gave this model's reasons for this very row, they are not computed again.
        """
        scorer = self.fitted.scorer
        if known_reasons is not None:
            return Said(*self.fitted.forecast_one(row), known_reasons)
        if not isinstance(scorer, CompiledScorer) or not self.fitted.typical:
            return Said(*self.fitted.forecast_one(row), self._slow_reasons(row))
        rows = np.repeat(scorer.encode_one(row), 1 + len(self._families), axis=0)
        for place, (_, replaced) in enumerate(self._families, start=1):
            for column, value in replaced:
                rows[place, column] = value
        answers = scorer.answers(rows)
        odds = [_log_odds(answer[0]) for answer in answers]
        found = strongest([family for family, _ in self._families], row, [odds[0] - other for other in odds[1:]])
        return Said(*told_apart(answers[0]), text_of(found, row))

    def warm(self) -> None:
        """Compile and check now, not at the first question."""
        with one_thread():
            if isinstance(self.fitted.scorer, CompiledScorer):
                _ = self._families

    def _slow_reasons(self, row: Row) -> str:
        if not self.fitted.typical:
            return ""
        frame = pd.DataFrame([dict(row)])
        return text_of(explain(self.fitted, frame, self.fitted.predict(frame))[0], row)

    @cached_property
    def _families(self) -> tuple[tuple[Family, tuple[tuple[int, float], ...]], ...]:
        """Each family the model reads, with the places and values that make it a typical visit's."""
        scorer, typical = self.fitted.scorer, self.fitted.typical
        assert isinstance(scorer, CompiledScorer)
        columns = scorer.program.columns
        encoded: Floats = scorer.encode_one({name: typical.get(name) for name in columns})[0]
        read = [family for family in FAMILIES if set(family.columns) & typical.keys()]
        return tuple((family, _replaced(family, typical, columns, encoded)) for family in read)


def _replaced(family: Family, typical: Mapping[str, object], columns: tuple[str, ...], encoded: Floats) -> tuple[tuple[int, float], ...]:
    """Columns no part of the program reads have no place: they change nothing."""
    names = [name for name in family.columns if name in typical and name in columns]
    return tuple((columns.index(name), float(encoded[columns.index(name)])) for name in names)


def _log_odds(p: float) -> float:
    """As estimators.logit, of one."""
    kept = min(max(p, EDGES[0]), EDGES[1])
    return float(np.log(kept / (1 - kept)))
