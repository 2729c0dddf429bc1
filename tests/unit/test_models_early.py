"""The newest outcomes count before all are in, without the bias of those that come in first."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from hsched_models.early import FEWEST, with_early
from hsched_models.estimators import logit

KNOWN_BY = datetime(2026, 3, 10, 5, tzinfo=UTC)
YESTERDAY = pd.Timestamp("2026-03-09")


def visits(count: int, day: pd.Timestamp, seed: int, *, slow: float = 30.0) -> pd.DataFrame:
    """A fifth unused, all of it known within a day; the others take their time (hours, exponential)."""
    rng = np.random.default_rng(seed)
    unused = rng.random(count) < 0.2
    hours = np.where(unused, 20.0, 20 + rng.exponential(slow, count))
    known = (day + pd.to_timedelta(hours, unit="h")).tz_localize("UTC")
    return pd.DataFrame({"day": day, "label_is_unused": unused, "label_known_at": known, "p": 0.2})


def early(past: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """What counts on the tenth of March, of what is known by then."""
    return with_early(newer[newer["label_known_at"] <= pd.Timestamp(KNOWN_BY)], past, KNOWN_BY)


def test_outcomes_that_are_known_sooner_are_expected_more_often() -> None:
    """Of the kept visits half are in: unused ones are a third of what is known, and expected to be."""
    newer = visits(4000, YESTERDAY, 2, slow=13.0)
    counted = early(visits(8000, pd.Timestamp("2026-01-05"), 1, slow=13.0), newer)

    assert counted["label_is_unused"].mean() > 0.3
    assert counted["p"].mean() == pytest.approx(counted["label_is_unused"].mean(), abs=0.03)
    assert len(counted) == (newer["label_known_at"] <= pd.Timestamp(KNOWN_BY)).sum()


def test_nothing_is_corrected_where_all_are_equally_fast() -> None:
    """The forecasts as they were, within the past's own error."""
    counted = early(visits(8000, pd.Timestamp("2026-01-05"), 1, slow=0.01), visits(500, YESTERDAY, 2, slow=0.01))

    assert logit(counted["p"].to_numpy()) == pytest.approx(logit(np.full(500, 0.2)), abs=0.01)


@pytest.mark.parametrize("case", ["slow records", "short past", "one class", "today"])
def test_days_that_cannot_be_judged_wait(case: str) -> None:
    """Less than half of the kept visits in; too few outcomes to learn from; nobody ever missed; a day that has not ended."""
    past = visits(8000, pd.Timestamp("2026-01-05"), 1, slow=48.0 if case == "slow records" else 5.0)
    if case == "short past":
        past = past.iloc[: FEWEST - 1]
    if case == "one class":
        past = past.assign(label_is_unused=False)
    day = YESTERDAY + pd.Timedelta(days=1) if case == "today" else YESTERDAY
    newer = visits(500, day, 2, slow=5.0).assign(label_known_at=pd.Timestamp(KNOWN_BY))

    assert early(past, newer).empty


def test_cancelled_visits_are_neither_used_nor_unused() -> None:
    """They do not count, and an empty list stays one."""
    past, newer = visits(8000, pd.Timestamp("2026-01-05"), 1), visits(500, YESTERDAY, 2)

    assert early(past, newer.assign(label_is_unused=None)).empty
    assert early(past, newer.iloc[:0]).empty
