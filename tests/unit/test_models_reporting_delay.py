"""Each outcome counts on the day it was known, and not as if the quick ones were all."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hsched_models.reporting_delay import FEWEST, LONGEST, last_day, selection, told_on

MIDNIGHT = datetime(2026, 3, 10, 5, tzinfo=UTC)  # in New York
NINTH = np.datetime64("2026-03-09")


def told(day: str, known_at: str, known_by: datetime = MIDNIGHT) -> np.datetime64:
    """Of one visit."""
    found: np.datetime64 = told_on(np.array([day], "datetime64[D]"), pd.Series(pd.to_datetime([known_at], utc=True)), known_by)[0]
    return found


@pytest.mark.parametrize(
    ("day", "known_at", "counts_on"),
    [
        ("2026-03-09", "2026-03-09T22:00", "2026-03-09"),  # in the evening
        ("2026-03-09", "2026-03-10T04:59", "2026-03-09"),  # a minute before midnight
        ("2026-03-05", "2026-03-06T05:01", "2026-03-06"),  # a minute after it
        ("2026-03-05", "2026-03-09T15:00", "2026-03-09"),  # four days late
        ("2026-03-06", "2026-03-02T15:00", "2026-03-06"),  # cancelled late, before the visit
        ("2026-03-12", "2026-03-08T15:00", "2026-03-12"),  # and for a day to come
    ],
)
def test_an_outcome_counts_on_the_day_of_the_visit_or_the_later_one_that_knew_it(day: str, known_at: str, counts_on: str) -> None:
    assert told(day, known_at) == np.datetime64(counts_on)


def test_later_reports_tell_the_same_story() -> None:
    """Of whatever had been known before."""
    instants = pd.date_range("2026-03-01", "2026-03-09T20:00", periods=200)

    for days in (1, 6, 40):
        later = MIDNIGHT + timedelta(days=days)
        assert all(told("2026-03-01", str(at), later) == told("2026-03-01", str(at)) for at in instants)


@pytest.mark.parametrize("hour", [-10, -5, 0, 9, 11])
def test_the_last_day_is_the_one_that_has_ended(hour: int) -> None:
    """Midnight at the end of the ninth, in zones east and west."""
    assert last_day(datetime(2026, 3, 10, tzinfo=UTC) - timedelta(hours=hour)) == NINTH


def test_a_delay_is_as_telling_as_the_past_has_it() -> None:
    """Missed visits known at once, kept ones half of them two days later; of longer delays nothing is known, so they tell nothing."""
    rng = np.random.default_rng(1)
    labels = (rng.random(20_000) < 0.2).astype(np.int64)
    delays = np.where((labels == 0) & (rng.random(20_000) < 0.5), 2, 0)
    slower = selection(delays, labels)

    assert slower[0] == pytest.approx(np.log(2), abs=0.03)
    assert slower[2] < -4
    assert slower[1] == slower[LONGEST] == pytest.approx(0, abs=1e-9)


def test_no_past_tells_nothing() -> None:
    """Too few outcomes, or of one kind."""
    assert not selection(np.zeros(FEWEST - 1, np.int64), np.arange(FEWEST - 1) % 2).any()
    assert not selection(np.zeros(FEWEST, np.int64), np.zeros(FEWEST, np.int64)).any()
    assert not selection(np.zeros(0, np.int64), np.zeros(0, np.int64)).any()


def test_very_long_delays_are_alike() -> None:
    """A year late."""
    labels = np.arange(2 * FEWEST) % 2

    assert len(selection(np.full(2 * FEWEST, 365), labels)) == LONGEST + 1
