"""How a practice's level of misses lies from day to day while nothing happens: a Gaussian process over days, in log odds.

It holds what is no news: a champion's own error, slow wander, the time of the year, the days after the practice was closed, the
mood of a week. Weeks of the past year teach it what this year's will be like, and how much weeks and seasons differ at all; it knows how
well. What a champion knows of seasons differs from its forecasts no more: that too is learned. Pure functions on arrays.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from hsched_models.estimators import Floats
from hsched_models.level import week_numbers

Days = NDArray[np.datetime64]
# Standard deviations in log odds. A usual practice's; a year of records outweighs them, and says which season and mood are likeliest.
OWN_SD = 0.1  # of a champion's level
PAST_SD = 1.0  # of the past's yardstick, which is a share and no forecast
WANDER_A_WEEK = 0.01  # a champion gets old
PART_SD = 0.15  # of a part of the year of which studies speak: year's end, August, spring break
SEASON_SD, SEASON_DAYS, YEAR_DAYS = 0.05, 21.0, 364  # any time of the year, alike over three weeks; weekdays stay weekdays
SEASONS, MOODS = (0.025, 0.05, 0.1, 0.2), (0.015, 0.03, 0.06, 0.12)
SHARES = (0.25, 0.5, 1.0)  # of what parts of the year and closed days do, in standard deviations: what the champion does not know
BELIEF = 0.7  # standard deviation of their logarithms: a practice with twice the usual is no wonder
AFTER_SD, ONE_AFTER_SD, AFTER_DAYS = 0.1, 0.05, 7  # the week after a closed day: what all have in common, and each its own
MOOD_SD = 0.03  # of a week
CLOSED_SHARE = 0.25  # of the weekday's usual visits: with fewer the practice was closed, as on a holiday


@dataclass(frozen=True)
class LevelProcess:
    """The process on some days, the past's before the forecasts'. `covariance` is what is known of it before any outcome."""

    days: Days
    covariance: Floats

    def whitened(self, excess: Floats, information: Floats) -> tuple[Floats, Floats]:
        """Cholesky factor of what the days' mean excess varies by, and that excess in independent steps of variance one.

        By day: sum of (outcome - p), sum of p (1 - p). A step tells of its day what the days before did not.
        """
        factor = cholesky(self.covariance + np.diag(1 / information), lower=True)
        return factor, solve_triangular(factor, excess / information, lower=True)

    def mean(self, excess: Floats, information: Floats) -> Floats:
        """Where the level lay on each day, by all of them."""
        factor, steps = self.whitened(excess, information)
        mean: Floats = self.covariance @ solve_triangular(factor, steps, lower=True, trans="T")
        return mean

    def widened(self, by: Floats, variance: float) -> "LevelProcess":
        """The process with something more that is not known: so much of it on each day, with that variance."""
        return LevelProcess(self.days, self.covariance + variance * np.outer(by, by))


@dataclass(frozen=True)
class PastDays:
    """Days before the first forecast: sum of (outcome - usual share), sum of share (1 - share)."""

    days: Days
    excess: Floats
    information: Floats


def level_process(past: PastDays, forecast: Days, calendar: Days, booked: Floats, parts: Floats) -> LevelProcess:
    """The process on days with outcomes (sorted): the past's, and later those with forecasts.

    `calendar`, `booked`: every day from the first to the last, and its visits. `parts`: by day with outcomes, the share of its visits
    that lay in each part of the year with a name of its own; a part is alike in both years.
    """
    days = np.concatenate([past.days, forecast])
    number = days.astype("datetime64[D]").astype(np.int64)
    apart = np.abs(number[:, None] - number[None, :])
    is_forecast = np.arange(len(days)) >= len(past.days)
    covariance = np.outer(is_forecast, is_forecast) * OWN_SD**2 + np.outer(~is_forecast, ~is_forecast) * PAST_SD**2
    since = np.where(is_forecast, number - number[is_forecast][:1].sum(), 0) / 7
    covariance = covariance + WANDER_A_WEEK**2 * np.minimum(since[:, None], since[None, :])
    closure = _last_closure(number, calendar, booked)
    both = np.outer(closure >= 0, closure >= 0)
    named = PART_SD**2 * parts @ parts.T + both * (AFTER_SD**2 + ONE_AFTER_SD**2 * (closure[:, None] == closure[None, :]))
    of_year = np.minimum(apart % YEAR_DAYS, YEAR_DAYS - apart % YEAR_DAYS)
    alike = np.exp(-((of_year / SEASON_DAYS) ** 2) / 2)
    week = week_numbers(days)
    same_week = (week[:, None] == week[None, :]).astype(np.float64)
    of_past = slice(len(past.days))
    share, season, mood = _likeliest(past, *(one[of_past, of_past] for one in (covariance, named, alike, same_week)))
    return LevelProcess(days, covariance + share**2 * named + season**2 * alike + mood**2 * same_week)


def _likeliest(past: PastDays, other: Floats, named: Floats, alike: Floats, same_week: Floats) -> tuple[float, float, float]:
    """How much of parts of the year and closed days is left, how much other times of the year and weeks differ: by what the past's days
    say and what is usual; the usual where there is no past."""

    def plausible(sds: tuple[float, float, float]) -> float:
        share, season, mood = sds
        noise = np.diag(1 / past.information)
        factor = cholesky(other + share**2 * named + season**2 * alike + mood**2 * same_week + noise, lower=True)
        steps = solve_triangular(factor, past.excess / past.information, lower=True)
        likelihood = -float(steps @ steps) / 2 - float(np.log(np.diag(factor)).sum())
        belief = sum(np.log(sd / usual) ** 2 for sd, usual in zip(sds, (1.0, SEASON_SD, MOOD_SD), strict=True))
        return likelihood - float(belief) / (2 * BELIEF**2)

    shares = SHARES if named.any() else (1.0,)
    return max(product(shares, SEASONS, MOODS), key=plausible) if len(past.days) else (1.0, SEASON_SD, MOOD_SD)


def _last_closure(number: NDArray[np.int64], calendar: Days, booked: Floats) -> NDArray[np.int64]:
    """By day: which closed day lies within the week before it; -1 where none does. Closed days in a row are one."""
    closed = _closed(calendar.astype("datetime64[D]").astype(np.int64), booked)
    if not len(closed):
        return np.full(len(number), -1)
    first_in_row = np.cumsum(np.diff(closed, prepend=closed[0]) > AFTER_DAYS)
    before = np.searchsorted(closed, number, side="left") - 1
    is_near = (before >= 0) & (number - closed[np.maximum(before, 0)] <= AFTER_DAYS)
    return np.where(is_near, first_in_row[np.maximum(before, 0)], -1)


def _closed(calendar: NDArray[np.int64], booked: Floats) -> NDArray[np.int64]:
    """Days with far fewer visits than their weekday's median."""
    weekday = calendar % 7
    usual = np.array([np.median(booked[weekday == day]) if (weekday == day).any() else 0.0 for day in range(7)])[weekday]
    closed: NDArray[np.int64] = calendar[(usual > 0) & (booked < CLOSED_SHARE * usual)]
    return closed
