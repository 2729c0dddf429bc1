"""Control charts: has a rate moved away from its forecasts, by more than chance, and since when? Pure functions on arrays.

A chart is a two-sided CUSUM (Page 1954) of log-likelihood ratios: "the log odds are off by `shift`" against "they are right". Visits
count by their own forecast, so weeks of any size, without visits or with one outcome only, need no rule of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hsched_models.estimators import Floats
from hsched_models.level import week_numbers

Labels = NDArray[np.int64]
Days = NDArray[np.datetime64]
DAYS_A_YEAR = 365.0
FEWEST_WEEKS = 8  # to see how far weeks scatter
_MOST_LIMIT = 50.0
_JUMP = 1.166
_UP, _DOWN = 0, 1


@dataclass(frozen=True)
class Alarm:
    """A chart over its limit: first seen with the visits of `on`; `since` is when that began.

    Observed and expected: of all visits charted since then, up to the newest. `is_end`: the alarm before
    is over, forecasts are right again.
    """

    on: date
    since: date
    observed: int
    expected: float
    is_end: bool = False

    @property
    def ratio(self) -> float:
        """Observed over expected since then."""
        return self.observed / self.expected if self.expected else float("nan")


@dataclass(frozen=True)
class Chart:
    """One watched rate. By day with visits: observed, expected, and the upper and lower CUSUM after it; `limit` is for both."""

    name: str
    days: Days
    observed: Labels
    expected: Floats
    paths: Floats  # (2, days): up, down
    limit: float
    alarms: tuple[Alarm, ...]


def limit_for(information_a_year: float, shift: float, alarms_a_year: float, steps_a_year: float = DAYS_A_YEAR) -> float:
    """The limit of either side at which both together raise so many alarms a year while nothing moves.

    `information_a_year`: sum of p (1 - p) over a year's visits; `steps_a_year`: days with visits. The run length is that of a Brownian
    motion whose limit lies 1.166 standard deviations of a step further out: what a chart jumps by, on both its sides (Siegmund 1985).
    """
    run_length = shift**2 / 2 * information_a_year / (alarms_a_year / 2)
    if run_length <= 0:
        return float("inf")

    def excess(limit: float) -> float:
        return float(np.expm1(limit) - limit - run_length)

    jump = _JUMP * shift * float(np.sqrt(information_a_year / steps_a_year))
    return max(float(brentq(excess, 1e-9, _MOST_LIMIT)) - jump, shift)


def weeks_to_see(information_a_week: float, shift: float, limit: float) -> float:
    """Mean weeks until a shift of that very size crosses the limit."""
    return limit / (shift**2 / 2 * information_a_week) if information_a_week > 0 else float("inf")


def chart(name: str, days: Days, p: Floats, labels: Labels, *, shift: float, alarms_a_year: float, spread: float = 1.0) -> Chart:
    """The chart of these visits: day, forecast and outcome (1 = it happened) of each. `spread`: variance of weeks over binomial."""
    found, position = np.unique(days, return_inverse=True)
    observed = _by(position, labels.astype(float), len(found))
    expected = _by(position, p, len(found))
    steps = np.stack([(observed * side - _by(position, np.log1p(p * np.expm1(side)), len(found))) / spread for side in (shift, -shift)])
    information = float((p * (1 - p)).sum()) / spread
    a_year = DAYS_A_YEAR / _span(found)
    limit = limit_for(information * a_year, shift, alarms_a_year, len(found) * a_year)
    paths, alarms = _run(found, observed, expected, steps, limit)
    return Chart(name, found, observed.astype(np.int64), expected, paths, limit, alarms)


def _by(position: NDArray[np.intp], amounts: Floats, days: int) -> Floats:
    return np.bincount(position, weights=amounts, minlength=days).astype(np.float64)


def _span(days: Days) -> float:
    """Days from the first to the last, both included; a week at least."""
    return max(7.0, float((days[-1] - days[0]).astype(int)) + 1) if len(days) else 7.0


def _run(days: Days, observed: Floats, expected: Floats, steps: Floats, limit: float) -> tuple[Floats, tuple[Alarm, ...]]:
    """Both CUSUMs, day after day; after an alarm both start again at zero."""
    paths, level, begun = np.zeros(steps.shape), np.zeros(2), [0, 0]
    alarms = []
    for day in range(len(days)):
        for side in (_UP, _DOWN):
            if level[side] <= 0:
                begun[side] = day
            level[side] = max(0.0, level[side] + steps[side, day])
        paths[:, day] = level
        side = int(np.argmax(level))
        if level[side] > limit:
            later = slice(begun[side], None)
            since, on = (days[at].astype("datetime64[D]").item() for at in (begun[side], day))
            alarms.append(Alarm(on, since, int(observed[later].sum()), float(expected[later].sum())))
            level[:] = 0
    return paths, tuple(alarms)


def spread_of(days: Days, p: Floats, labels: Labels) -> float:
    """How much more weeks scatter than visits that go each their own way; 1 at least, and where there are too few weeks.

    Half the mean squared step from week to week (von Neumann 1941), so that a level which moves slowly does not count as scatter.
    """
    week, position = np.unique(week_numbers(days), return_inverse=True)
    variance = _by(position, p * (1 - p), len(week))
    if len(week) < FEWEST_WEEKS:
        return 1.0
    scores = _by(position, labels - p, len(week)) / np.sqrt(np.maximum(variance, 1e-12))
    return max(1.0, float((np.diff(scores) ** 2).mean() / 2))


def unanswered(charts: Sequence[Chart], trained_through: date) -> list[tuple[Chart, Alarm]]:
    """Each chart's first alarm raised by visits after the last one trained on. That one is over asks for nothing."""
    first = [(one, next((alarm for alarm in one.alarms if alarm.on > trained_through and not alarm.is_end), None)) for one in charts]
    return [(one, alarm) for one, alarm in first if alarm is not None]
