"""The level of misses since a model was fitted, in log odds: a filter over weeks that holds still while nothing moves, and follows a jump.

Pure functions on arrays, for the weekly update and for simulations alike. Nothing here reads files or knows a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsched_models.estimators import Floats, expit

START_SD = 0.1  # how far off a freshly fitted model's level may be
DRIFT_A_WEEK = 0.02  # slow wander of the level
WOBBLE_SD = 0.03  # a week's own mood, gone the week after
JUMP_CHANCE, JUMP_SD = 1 / 25, 0.3  # about twice a year something happens: a fee, a policy, a season
MOST_HYPOTHESES = 24
_WEAK_PRIOR_SD = 1.5  # on one week's own offset: a week in which everybody came says "low", not "minus infinity"
_NEWTON_STEPS = 12


@dataclass(frozen=True)
class Level:
    """How far the level lies from the forecasts' (log odds), and how sure that is. (0, START_SD) before the first outcome."""

    offset: float
    sd: float


@dataclass(frozen=True)
class WeeklyLevels:
    """Each week's own offset against the forecasts, and its sampling variance; oldest first."""

    offsets: tuple[float, ...] = ()
    variances: tuple[float, ...] = ()

    def then(self, later: "WeeklyLevels") -> "WeeklyLevels":
        """These weeks followed by later ones."""
        return WeeklyLevels(self.offsets + later.offsets, self.variances + later.variances)


def level_offset(log_odds: Floats, labels: NDArray[np.int64], weeks: NDArray[np.int64]) -> Level:
    """The level after the newest of these weeks: forecasts (log odds), outcomes (1 = unused) and each visit's week number."""
    return filtered(weekly_levels(log_odds, labels, weeks))


def weekly_levels(log_odds: Floats, labels: NDArray[np.int64], weeks: NDArray[np.int64]) -> WeeklyLevels:
    """The offset that makes each week's outcomes likeliest, by Newton's method; weeks without visits are left out."""
    numbers, position = np.unique(weeks, return_inverse=True)
    offsets: Floats = np.zeros(len(numbers))
    information: Floats = np.ones(len(numbers))
    for _ in range(_NEWTON_STEPS):
        p = expit(log_odds + offsets[position])
        information = _by_week(p * (1 - p), position, len(numbers)) + 1 / _WEAK_PRIOR_SD**2
        slope = _by_week(labels - p, position, len(numbers)) - offsets / _WEAK_PRIOR_SD**2
        offsets = offsets + np.clip(slope / information, -1, 1)
    return WeeklyLevels(tuple(offsets.tolist()), tuple((1 / information).tolist()))


def _by_week(amounts: Floats, position: NDArray[np.intp], weeks: int) -> Floats:
    return np.bincount(position, weights=amounts, minlength=weeks).astype(np.float64)


def filtered(levels: WeeklyLevels) -> Level:
    """The level after the last week: a mixture of Gaussian filters, one for each history of jumps (Harrison & Stevens 1976).

    Every week each hypothesis goes on as it was, or has jumped; those that explain the weeks best keep their weight.
    """
    mean, variance, weight = np.zeros(1), np.full(1, START_SD**2), np.ones(1)
    for offset, sampling in zip(levels.offsets, levels.variances, strict=True):
        mean = np.concatenate([mean, mean])
        variance = np.concatenate([variance + DRIFT_A_WEEK**2, variance + JUMP_SD**2])
        weight = np.concatenate([weight * (1 - JUMP_CHANCE), weight * JUMP_CHANCE])
        mean, variance, weight = _updated(mean, variance, weight, offset, sampling + WOBBLE_SD**2)
    centre = float(weight @ mean)
    return Level(centre, float(np.sqrt(weight @ (variance + (mean - centre) ** 2))))


def _updated(mean: Floats, variance: Floats, weight: Floats, seen: float, noise: float) -> tuple[Floats, Floats, Floats]:
    """Bayes' rule for each hypothesis and among them; the least likely are dropped."""
    spread = variance + noise
    likelihood = np.exp(-((seen - mean) ** 2) / (2 * spread)) / np.sqrt(spread) + 1e-300
    gain = variance / spread
    mean, variance, weight = mean + gain * (seen - mean), variance * (1 - gain), weight * likelihood
    kept = np.argsort(-weight, kind="stable")[:MOST_HYPOTHESES]
    return mean[kept], variance[kept], weight[kept] / weight[kept].sum()


def week_numbers(days: Sequence[object] | NDArray[np.object_] | NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Weeks, Monday to Sunday, counted from a fixed Monday; `days` are dates."""
    return (np.asarray(days, dtype="datetime64[D]").astype(np.int64) + 3) // 7
