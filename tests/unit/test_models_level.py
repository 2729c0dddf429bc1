"""The weekly intercept update: quiet while nothing moves, quick after a jump, defined for weeks that say nothing."""

from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from hsched_models.estimators import expit
from hsched_models.level import START_SD, Level, WeeklyLevels, filtered, level_offset, week_numbers, weekly_levels

WEEKS, A_WEEK, CHANGE = 40, 1100, 24


def simulated(jump: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Log odds forecast, outcomes and weeks; from week 24 on the truth lies `jump` higher."""
    rng = np.random.default_rng(seed)
    log_odds, weeks = rng.normal(-1.8, 0.9, WEEKS * A_WEEK), np.repeat(np.arange(WEEKS), A_WEEK)
    labels = (rng.random(len(weeks)) < expit(log_odds + jump * (weeks >= CHANGE))).astype(int)
    return log_odds, labels, weeks


def error_after(jump: float, weeks_after: int, seed: int) -> float:
    """Sum of true p over sum of updated p, in the week that follows so many weeks of the new level."""
    log_odds, labels, weeks = simulated(jump, seed)
    seen = weeks < CHANGE + weeks_after
    offset = level_offset(log_odds[seen], labels[seen], weeks[seen]).offset
    coming = log_odds[weeks == CHANGE + weeks_after]
    return float(expit(coming + jump * (weeks_after >= 0)).sum() / expit(coming + offset).sum())


def test_nothing_moved_nothing_changes() -> None:
    """Without a drift the forecasts stay within five percent of the truth, and the offset near 0."""
    ratios = [error_after(0.0, 0, seed) for seed in range(20)]

    assert np.mean(np.abs(np.array(ratios) - 1) <= 0.05) >= 0.9
    assert np.mean(ratios) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("jump", [0.25, 0.5, -0.4])
def test_a_jump_is_followed_within_four_weeks(jump: float) -> None:
    """Observed over expected is back near 1; one week after, a good part is done; before, it was plainly off."""
    before, after = (np.array([error_after(jump, weeks, seed) for seed in range(20)]) for weeks in (0, 4))

    assert abs(np.mean(before) - 1) > 0.15
    assert np.mean(after) == pytest.approx(1, abs=0.05)
    assert np.mean(np.abs(after - 1) <= 0.05) >= 0.7


def test_a_few_visits_move_nothing() -> None:
    """Twenty visits a week, all missed or all kept: a small step, and a wide doubt."""
    for label in (0, 1):
        found = level_offset(np.full(20, -1.8), np.full(20, label), np.zeros(20, dtype=int))
        assert abs(found.offset) < 0.35
        assert found.sd > 0.05


def test_before_the_first_outcome_there_is_no_offset() -> None:
    """No weeks, no visits: as the model was fitted."""
    empty = np.empty(0, dtype=int)

    assert level_offset(np.empty(0), empty, empty) == Level(0.0, START_SD)
    assert weekly_levels(np.empty(0), empty, empty) == WeeklyLevels()


def test_a_week_is_measured_against_its_own_forecasts() -> None:
    """The offset that makes forecasts add up to outcomes; weeks come in order, also when the rows do not."""
    log_odds, labels, weeks = simulated(0.6, seed=3)
    shuffled = np.random.default_rng(0).permutation(len(weeks))
    found = weekly_levels(log_odds, labels, weeks)
    again = weekly_levels(log_odds[shuffled], labels[shuffled], weeks[shuffled])

    assert len(found.offsets) == WEEKS
    assert np.mean(found.offsets[CHANGE:]) == pytest.approx(0.6, abs=0.05)
    assert again.offsets == pytest.approx(found.offsets)
    for week in (0, WEEKS - 1):
        expected = expit(log_odds[weeks == week] + found.offsets[week]).sum()
        assert expected == pytest.approx(labels[weeks == week].sum(), rel=0.01)


def test_weeks_before_and_after_a_training_are_one_history() -> None:
    """What was learned on held-out weeks is carried on."""
    early, late = WeeklyLevels((0.3, 0.3), (0.01, 0.01)), WeeklyLevels((0.3,), (0.01,))

    assert filtered(early.then(late)).offset > filtered(late).offset > 0


def test_weeks_begin_on_monday() -> None:
    """Sunday belongs to the week before, also across a year's end."""
    days = [date(2026, 12, 27) + timedelta(days=n) for n in range(9)]  # a Sunday first

    assert np.diff(week_numbers(np.array(days))).tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
