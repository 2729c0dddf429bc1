"""The visit that reasons are measured against: column by column, what most training rows hold. Statistics, never a row of anybody."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hsched_models.features import CATALOGUE, Role, category_columns

Value = float | str | None
FEWEST_ROWS = 50  # a word of fewer rows is not kept: it could be one person's
# Pseudonyms are not kept either: what a clinician or a place adds is measured against one that is not known.
_TOKENS = ("clinician_token", "site_token")


def typical_row(rows: pd.DataFrame, columns: tuple[str, ...]) -> Mapping[str, Value]:
    """The median of amounts, the word or the yes/no of most rows; None where most rows hold nothing, or no word is that common.

    A typical client missed as often as was expected of them: excess is 0, and unused visits are the expected ones. Demographic
    inputs have no place here: nothing is held against anybody for being unlike the others.
    """
    words, inputs = category_columns(columns), {feature.name for feature in CATALOGUE if feature.role is Role.INPUT}
    found = {name: _commonest(rows[name]) if name in words else _middle(rows[name]) for name in columns if name in inputs}
    found |= {name: None for name in _TOKENS if name in found}
    found |= {name: 0.0 for name in found if name.startswith("client_recent_excess_")}
    if {"client_unused", "client_expected_unused"} <= found.keys():
        found["client_unused"] = found["client_expected_unused"]
    return found


def _middle(column: "pd.Series[float]") -> Value:
    amounts = column.astype("float64").to_numpy()
    present = amounts[~np.isnan(amounts)]
    if 2 * len(present) < len(amounts) or not len(present):
        return None
    return float(np.median(present) if set(present) - {0.0, 1.0} else present.mean() > 0.5)


def _commonest(column: "pd.Series[str]") -> Value:
    counts = column.value_counts()
    if counts.empty or 2 * counts.iloc[0] <= len(column) or counts.iloc[0] < FEWEST_ROWS:
        return None
    return str(counts.index[0])
