"""One scorer for batches and single rows, equal to the bit: a fitted model as machine code, checked against scikit-learn first.

A model that cannot be translated, or whose translation does not agree, is scored by scikit-learn, and `Scorer.engine` says so.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_core.domain.errors import InputError
from hsched_models.features import category_columns
from hsched_models.program import MISSING, OTHER, NotCompilableError, Program

Floats = NDArray[np.float64]
COMPILED, SKLEARN = "compiled", "scikit-learn"
LARGEST_DIFFERENCE = 1e-6
CHECKED_ROWS = 96
FEWEST_CHECKED = 16
_LOG = logging.getLogger(__name__)
# Amounts a feature may take, missing included; trees and splines turn at values in between.
_AMOUNTS = (np.nan, -1.0, 0.0, 0.04, 0.13, 0.2, 0.31, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0, 14.0, 16.0, 25.0, 30.0, 50.0, 61.0, 180.0, 1e4)


class Scorer(Protocol):
    """Probabilities of a fitted model for rows of its columns."""

    @property
    def engine(self) -> str:
        """Who computes: "compiled", or "scikit-learn: " and why."""
        ...

    def batch(self, rows: pd.DataFrame) -> Floats:
        """P(unused) of each row, and P(no-show | unused) where the model has a second head.

        InputError where a value is infinite, or missing where the model needs one.
        """
        ...

    def one(self, row: Mapping[str, object]) -> tuple[float, ...]:
        """The outputs of one row given by column name (None where missing); the bits of `batch`."""
        ...


@dataclass(frozen=True)
class CompiledScorer:
    """A program and the encoding of its columns."""

    program: Program

    @property
    def engine(self) -> str:
        return COMPILED

    def batch(self, rows: pd.DataFrame) -> Floats:
        encoded = self.encode(rows)
        out = self.run(encoded)
        if not np.isfinite(out).all():
            raise refusal(encoded, self.program.columns, int(np.flatnonzero(~np.isfinite(out).all(axis=1))[0]))
        return out

    def one(self, row: Mapping[str, object]) -> tuple[float, ...]:
        return self.answers(self.encode_one(row))[0]

    def answers(self, encoded: Floats) -> list[tuple[float, ...]]:
        """The outputs of encoded rows; InputError where one has none."""
        out = self.run(encoded)
        if not np.isfinite(out).all():
            raise refusal(encoded, self.program.columns, int(np.flatnonzero(~np.isfinite(out).all(axis=1))[0]))
        return [tuple(one) for one in out.tolist()]

    def encode_one(self, row: Mapping[str, object]) -> Floats:
        """One row by column name, as the kernel reads it."""
        try:
            return np.array([[_value(row[name], codes) for name, codes in self._columns]], dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            raise _unreadable(row, self.program.columns) from None

    def encode(self, rows: pd.DataFrame) -> Floats:
        """Rows as the kernel reads them: amounts as floats, words by their place in the vocabulary."""
        encoded = np.empty((len(rows), len(self._columns)))
        for place, (name, codes) in enumerate(self._columns):
            encoded[:, place] = _amounts(rows[name]) if codes is None else _coded(rows[name], codes)
        return encoded

    def raw(self, rows: pd.DataFrame) -> Floats:
        """As `batch`, with NaN instead of an error where a row is refused."""
        return self.run(self.encode(rows))

    def run(self, encoded: Floats) -> Floats:
        """The outputs of encoded rows, NaN where a row is refused. Each row's bits are the same whatever stands around it."""
        from hsched_models.kernel import run

        program = self.program
        out = np.empty((len(encoded), program.outputs))
        run(program.instructions, program.lists, program.numbers, program.registers, encoded, out)
        return out

    @cached_property
    def _columns(self) -> tuple[tuple[str, "Codes | None"], ...]:
        words = self.program.vocabularies
        return tuple((name, Codes.of(words[name]) if name in words else None) for name in self.program.columns)


@dataclass(frozen=True)
class Codes:
    """A column's vocabulary as places; every other word, and nothing, has one too."""

    places: Mapping[str, float]
    other: float
    missing: float

    @classmethod
    def of(cls, words: Sequence[str]) -> "Codes":
        places = {word: float(place) for place, word in enumerate(words)}
        return cls(places, places[OTHER], places[MISSING])

    def of_word(self, word: object) -> float:
        if word is None or word is pd.NA or word != word:
            return self.missing
        return self.places.get(str(word), self.other)


@dataclass(frozen=True)
class SklearnScorer:
    """The fitted model itself, where it cannot be compiled. Slower, and single rows may differ from batches in the last bits."""

    estimator: Any
    columns: tuple[str, ...]
    reason: str

    @property
    def engine(self) -> str:
        return f"{SKLEARN}: {self.reason}"

    def batch(self, rows: pd.DataFrame) -> Floats:
        _refuse_infinite(rows, self.columns)
        read = rows[list(self.columns)]
        p: Floats = self.estimator.predict_proba(read)[:, 1:2]
        if getattr(self.estimator, "split_", None) is None:
            return p
        return np.column_stack([p, self.estimator.no_show_share(read)])

    def one(self, row: Mapping[str, object]) -> tuple[float, ...]:
        return tuple(self.batch(pd.DataFrame([dict(row)], columns=list(self.columns)))[0].tolist())


def make_scorer(estimator: Any, columns: tuple[str, ...]) -> Scorer:
    """The compiled model if it agrees with scikit-learn on made-up rows, else the model itself, and a warning that says why."""
    from hsched_models.lowering import lower

    try:
        scorer = CompiledScorer(lower(estimator, columns))
        _check(scorer, estimator, columns)
    except NotCompilableError as error:
        _LOG.warning("Scored by scikit-learn, not compiled: %s", error)
        return SklearnScorer(estimator, columns, str(error))
    return scorer


def _check(scorer: CompiledScorer, estimator: Any, columns: tuple[str, ...]) -> None:
    """NotCompilableError unless both give the same for made-up rows; rows without an answer are left out."""
    rows = made_up_rows(scorer.program, CHECKED_ROWS)
    mine = scorer.raw(rows)
    answered = np.isfinite(mine).all(axis=1)
    if answered.sum() < FEWEST_CHECKED:
        raise NotCompilableError(f"only {answered.sum()} of {CHECKED_ROWS} made-up rows have an answer")
    kept = rows.iloc[np.flatnonzero(answered)].reindex(
        columns=list(columns)
    )  # words that no part of the model reads are not among the rows
    theirs = SklearnScorer(estimator, columns, "").batch(kept)
    worst = float(np.abs(mine[answered] - theirs).max())
    if not worst <= LARGEST_DIFFERENCE:
        raise NotCompilableError(f"the translation differs from the model by {worst:.2g}")
    alone = [scorer.one({str(name): value for name, value in row.items()}) for row in kept.to_dict("records")]
    if not np.array_equal(np.array(alone), mine[answered]):
        raise NotCompilableError("single rows differ from the batch")


def made_up_rows(program: Program, count: int, seed: int = 20260101) -> pd.DataFrame:
    """Rows of values and words a practice may have, missing and unseen ones included: a model is checked with them, never fitted."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for name in program.columns:
        if name in program.vocabularies:
            words = np.array([None, "never seen before", *program.vocabularies[name]], dtype=object)
            columns[name] = rng.choice(words, count)
        else:
            columns[name] = rng.choice(_AMOUNTS, count)
    return pd.DataFrame(columns)


def _refuse_infinite(rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    amounts = [name for name in columns if name not in category_columns(columns)]
    encoded = np.column_stack([_amounts(rows[name]) for name in amounts]) if amounts else np.empty((len(rows), 0))
    infinite = np.flatnonzero(np.isinf(encoded).any(axis=1))
    if len(infinite):
        raise refusal(encoded, amounts, int(infinite[0]))


def refusal(encoded: Floats, columns: Sequence[str], row: int) -> InputError:
    """Why a row got no probability, naming columns and never a value."""
    infinite = [name for name, value in zip(columns, encoded[row], strict=True) if np.isinf(value)]
    if infinite:
        return InputError("the value is infinite", "Rebuild the feature tables.", row=row + 1, field=", ".join(infinite))
    missing = [name for name, value in zip(columns, encoded[row], strict=True) if np.isnan(value)]
    problem = f"no probability can be computed; missing: {', '.join(missing) or 'nothing, so a value is out of all bounds'}"
    return InputError(problem, "Rebuild the feature tables.", row=row + 1)


def _unreadable(row: Mapping[str, object], columns: Sequence[str]) -> InputError:
    absent = [name for name in columns if name not in row]
    if absent:
        return InputError("the row lacks the field", "Send every column the model reads, empty ones as null.", field=", ".join(absent))
    return InputError("a field that should hold an amount does not", "Send amounts as numbers.")


def _value(value: Any, codes: Codes | None) -> Any:
    if codes is not None:
        return codes.of_word(value)
    return np.nan if value is None or value is pd.NA else value


def _amounts(column: "pd.Series[Any]") -> Floats:
    return np.asarray(column.astype("float64"), dtype=np.float64)


def _coded(column: "pd.Series[Any]", codes: Codes) -> Floats:
    """Each distinct word is looked up once."""
    places, words = pd.factorize(column, use_na_sentinel=True)
    table = np.array([*(codes.of_word(word) for word in words), codes.missing])
    coded: Floats = table[places]  # what is missing has the place -1, which is the last
    return coded
