"""Why a score is high or low, in words a scheduler can check: up to three reasons, computed from the model that made the score.

A reason is a family of inputs (all that is known of a client's earlier visits is one). Its effect is the exact change in log
odds when that family alone is replaced by the typical visit's (typical.py) and the row is scored again. Where the model is
additive between families this is their contribution against the typical visit; where families interact, effects need not sum
to the whole. Demographic inputs belong to no family. Method and limits: docs/explanation/reasons.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hsched_models.estimators import Floats, logit
from hsched_models.features import category_columns
from hsched_models.reason_words import FAMILIES, WORDED, Family, Row, is_new
from hsched_models.train import Fitted

MOST = 3
LEAST = 0.1  # log odds: at a risk of 15 % a point and a quarter; less is no reason to do anything
ORDINARY = "Nothing stands out: close to a typical visit"
NO_HISTORY = "No history yet: close to the practice's average"


@dataclass(frozen=True)
class Reason:
    """What is the case, and how far it moves the score (log odds, above 0: more likely unused)."""

    words: str
    effect: float

    def __str__(self) -> str:
        return f"{self.words} ({'raises' if self.effect > 0 else 'lowers'})"


def explain(fitted: Fitted, rows: pd.DataFrame, p: Floats) -> list[tuple[Reason, ...]]:
    """The reasons of each row, strongest first; none where nothing moves the score by LEAST, or the model keeps no typical visit.

    `p`: what the model says of these rows. Beside the model's columns `rows` may hold others that words can use.
    """
    return _explained(fitted, rows, p, _plain(rows))


def in_words(fitted: Fitted, rows: pd.DataFrame, p: Floats) -> list[str]:
    """Each row's reasons as one text; a sentence where nothing stands out, and nothing where the model keeps no typical visit."""
    if not fitted.typical:
        return [""] * len(rows)
    plain = _plain(rows)
    return [text_of(reasons, row) for reasons, row in zip(_explained(fitted, rows, p, plain), plain, strict=True)]


def text_of(reasons: Sequence[Reason], row: Row) -> str:
    """Reasons as people read them."""
    if not reasons:
        return NO_HISTORY if is_new(row) else ORDINARY
    return "; ".join(str(reason) for reason in reasons)


def _explained(fitted: Fitted, rows: pd.DataFrame, p: Floats, plain: Sequence[Row]) -> list[tuple[Reason, ...]]:
    families = [family for family in FAMILIES if set(family.columns) & fitted.typical.keys()]
    if not families or rows.empty:
        return [()] * len(rows)
    read = rows[list(fitted.columns)]
    effects = np.column_stack([logit(p) - logit(fitted.predict(_typical_in(fitted, read, family))) for family in families])
    return [strongest(families, row, of_row) for row, of_row in zip(plain, effects.tolist(), strict=True)]


def _typical_in(fitted: Fitted, rows: pd.DataFrame, family: Family) -> pd.DataFrame:
    """The rows with one family's inputs as in a typical visit."""
    words = category_columns(fitted.columns)
    typical = {name: fitted.typical[name] for name in family.columns if name in fitted.typical}
    return rows.assign(**{name: np.nan if value is None and name not in words else value for name, value in typical.items()})


def strongest(families: Sequence[Family], row: Row, effects: Sequence[float]) -> tuple[Reason, ...]:
    """At most MOST reasons out of each family's effect, strongest first.

    Families that come to the same words are one reason ("First visit"), and the sum of their effects.
    """
    found: dict[str, float] = {}
    for family, effect in zip(families, effects, strict=True):
        words = family.words(row, effect > 0)
        if words:
            found[words] = found.get(words, 0.0) + effect
    ranked = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(Reason(words, effect) for words, effect in ranked[:MOST] if abs(effect) >= LEAST)


def _plain(rows: pd.DataFrame) -> list[Mapping[str, object]]:
    """What words are made of, by column name, None for nothing."""
    read = rows[[name for name in rows.columns if name in WORDED]]
    plain = read.astype(object).where(read.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
