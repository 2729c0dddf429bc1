"""Intervals by client: they hold the truth as often as they say, and are wider where a client's visits are alike."""

import numpy as np
import pandas as pd
import pytest

from hsched_models.resampling import Clients, Interval


def one_visit_each(n: int, seed: int = 1) -> Clients:
    return Clients(pd.Series(range(n)), seed=seed)


def test_a_mean_and_its_interval() -> None:
    """Independent rows: the textbook's standard error."""
    values = np.random.default_rng(5).normal(2.0, 1.0, 900)
    found = one_visit_each(900).mean(values)

    assert found.value == pytest.approx(values.mean())
    assert (found.high - found.low) / 2 == pytest.approx(1.96 / 30, rel=0.12)


def test_visits_that_are_alike_are_worth_less() -> None:
    """Ten equal visits of each client say no more than one: the interval is that of the clients."""
    habit = np.random.default_rng(5).normal(size=100)
    alike = Clients(pd.Series(np.repeat(np.arange(100), 10))).mean(np.repeat(habit, 10))
    single = one_visit_each(100).mean(habit)

    assert (alike.high - alike.low) == pytest.approx(single.high - single.low, rel=0.15)


def test_the_interval_holds_the_truth_nineteen_times_of_twenty() -> None:
    """Two hundred samples of 150 clients: between 90 % and 99 % of the intervals hold the mean they were drawn from."""
    rng = np.random.default_rng(11)
    held = sum(not one_visit_each(150, seed).mean(rng.normal(size=150)).excludes(0.0) for seed in range(200))

    assert 0.90 <= held / 200 <= 0.99


def test_a_ratio_of_ratios() -> None:
    """Twice as often here as there, with the interval around it."""
    first, second = np.tile([1.0, 1.0, 0.0, 0.0], 100), np.tile([1.0, 0.0, 0.0, 0.0], 100)
    found = one_visit_each(400).ratio_of_ratios((first, np.ones(400)), (second, np.ones(400)))

    assert found.value == 2.0
    assert 1.5 < found.low < 2.0 < found.high < 2.7


def test_nothing_below_the_line_is_no_figure() -> None:
    """A share of nobody is undefined, not zero; it excludes nothing and is neither above nor below."""
    found = one_visit_each(10).ratio(np.zeros(10), np.zeros(10))

    assert np.isnan(found.value)
    assert not found.is_above_zero
    assert not found.is_below_zero


def test_something_over_nothing_has_no_end() -> None:
    """A group that is flagged where nobody else is: not undefined, endlessly more often."""
    flags, nobody = np.tile([1.0, 0.0], 50), np.zeros(100)
    found = one_visit_each(100).ratio_of_ratios((flags, np.ones(100)), (nobody, np.ones(100)))

    assert found.value == found.low == np.inf


def test_a_wider_level_is_wider() -> None:
    """99 % says less, more surely."""
    values, clients = np.random.default_rng(2).normal(size=300), one_visit_each(300)

    assert (
        clients.mean(values, level=0.99).low < clients.mean(values).low < clients.mean(values).high < clients.mean(values, level=0.99).high
    )


def test_an_interval_excludes_what_lies_outside() -> None:
    """Its bounds belong to it."""
    interval = Interval(0.5, 0.1, 0.9)

    assert interval.excludes(1.0)
    assert not interval.excludes(0.9)
    assert interval.is_above_zero
