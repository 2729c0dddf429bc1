"""Every rung of the ladder, fitted once a process on made-up visits, for tests that score."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

import pandas as pd

from hsched_models.dataset import training_set
from hsched_models.design import LADDER
from hsched_models.train import Fitted, fit
from tests.feature_frames import feature_rows

KNOWN_BY = datetime(2026, 6, 1, tzinfo=UTC)


@cache
def rows() -> pd.DataFrame:
    """Training rows of the day before; tests only read them."""
    return training_set(feature_rows(visits=2000, days=100, seed=4, strength=0.8), "day_before", KNOWN_BY).frame


@cache
def fitted(name: str) -> Fitted:
    """One rung on those rows."""
    training = training_set(feature_rows(visits=2000, days=100, seed=4, strength=0.8), "day_before", KNOWN_BY)
    return fit(name, training, {"age": "recorded for tests", "gender": "recorded for tests"})


@cache
def ladder() -> Mapping[str, Fitted]:
    return {name: fitted(name) for name in LADDER}


def as_dicts(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as a service would send them: plain values by name, None for nothing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
