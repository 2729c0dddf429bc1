"""The compiled scorer against the fitted model, on rows nobody thought of."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsched_core.domain.errors import InputError
from hsched_models.design import LADDER
from hsched_models.features import category_columns, input_columns
from hsched_models.train import one_thread
from tests.fitted_models import fitted

LIMIT = 1e-6
ROWS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
COLUMNS = input_columns({"age": "recorded for tests", "gender": "recorded for tests"})
NEEDED = {"client_unused", "client_expected_unused", "client_information"}
PLAIN = st.one_of(st.integers(-3, 400).map(float), st.floats(0, 1), st.floats(-1e15, 1e15))
WORDS = st.one_of(
    st.sampled_from(["video", "phone", "intake", "1", "5", "female", "other", "unknown", "clinician2", ""]), st.text(max_size=5)
)


def amounts(column: str) -> st.SearchStrategy[float | None]:
    return PLAIN if column in NEEDED else st.one_of(st.none(), PLAIN)


ROW = st.fixed_dictionaries({column: st.one_of(st.none(), WORDS) if category_columns((column,)) else amounts(column) for column in COLUMNS})


def framed(rows: list[dict[str, object]]) -> pd.DataFrame:
    kinds = {column: "object" if category_columns((column,)) else "float64" for column in COLUMNS}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


@given(rows=st.lists(ROW, min_size=1, max_size=40), name=st.sampled_from(sorted(LADDER)))
@ROWS
def test_compiled_and_fitted_agree_and_a_row_alone_keeps_its_bits(rows: list[dict[str, object]], name: str) -> None:
    """Missing values, words never seen, extreme and absurd amounts: within a millionth of scikit-learn, bit-equal alone."""
    model, frame = fitted(name), framed(rows)
    p = model.predict(frame)
    with one_thread():
        expected = model.estimator.predict_proba(frame[list(model.columns)])[:, 1]

    assert np.abs(p - expected).max() <= LIMIT
    assert [model.score_one(row) for row in rows] == p.tolist()
    assert np.array_equal(model.predict(frame.iloc[::-1])[::-1], p)


@given(row=ROW, column=st.sampled_from([column for column in COLUMNS if not category_columns((column,))]), sign=st.sampled_from([1, -1]))
@ROWS
def test_infinite_amounts_are_refused(row: dict[str, object], column: str, sign: int) -> None:
    """By every rung that reads the column, in a batch and alone."""
    broken = {**row, column: sign * math.inf}
    for model in (fitted(name) for name in LADDER if column in fitted(name).columns):
        with pytest.raises(InputError, match=column):
            model.predict(framed([broken]))
        with pytest.raises(InputError, match=column):
            model.score_one(broken)
