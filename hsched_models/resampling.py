"""Intervals by drawing clients, not visits: a client's visits are alike, and a figure is a ratio of sums over clients.

What is drawn is who comes; the forecasts and the lists made of them stay as they are (a conditional interval).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 1000
SEED = 20260101


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds of its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        return self.high < 0

    def excludes(self, value: float) -> bool:
        return not self.low <= value <= self.high


class Clients:
    """The clients of a set of rows, drawn with replacement `draws` times; every figure of those rows uses the same draws."""

    def __init__(self, clients: pd.Series, *, draws: int = DRAWS, seed: int = SEED) -> None:
        self._codes, names = pd.factorize(clients)
        self.count = len(names)
        rng = np.random.default_rng(seed)
        self._weights = rng.multinomial(self.count, np.full(self.count, 1 / max(1, self.count)), size=draws).astype(float)

    def ratio(self, above: Floats, below: Floats, *, level: float = 0.95) -> Interval:
        """sum(above) / sum(below) over the rows, with its interval at that level."""
        return self._interval(_over(above.sum(), below.sum()), _over(self._drawn(above), self._drawn(below)), level)

    def ratio_of_ratios(self, first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Interval:
        """(sum / sum) / (sum / sum): how one share compares with another, drawn together."""
        value = _over(_over(first[0].sum(), first[1].sum()), _over(second[0].sum(), second[1].sum()))
        drawn = (_over(self._drawn(above), self._drawn(below)) for above, below in (first, second))
        return self._interval(value, _over(*drawn), 0.95)

    def mean(self, values: Floats, *, level: float = 0.95) -> Interval:
        """The mean over the rows, with its interval: of paired differences, for instance."""
        return self.ratio(values, np.ones(len(values)), level=level)

    def auroc(self, labels: NDArray[np.int64], p: Floats, *, draws: int = 200) -> Interval:
        """AUROC with its 95 % interval, by weighted rank sums over groups of equal forecasts; each draw is a pass, so they are fewer."""
        _, tied = np.unique(p, return_inverse=True)
        ranks = int(tied.max()) + 1

        def ranked(weights: Floats) -> float:
            unused = np.bincount(tied, weights=weights * labels, minlength=ranks)
            used = np.bincount(tied, weights=weights * (1 - labels), minlength=ranks)
            return float(_over((unused * (np.cumsum(used) - used / 2)).sum(), unused.sum() * used.sum()))

        drawn = np.array([ranked(weights[self._codes]) for weights in self._weights[:draws]])
        return self._interval(np.asarray(ranked(np.ones(len(labels)))), drawn, 0.95)

    def _drawn(self, values: Floats) -> Floats:
        sums = np.bincount(self._codes, weights=values, minlength=self.count)
        drawn: Floats = self._weights @ sums
        return drawn

    @staticmethod
    def _interval(value: Floats, drawn: Floats, level: float) -> Interval:
        known = drawn[~np.isnan(drawn)]
        if np.isnan(value) or not len(known):
            return Interval(float("nan"), float("nan"), float("nan"))
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], method="closest_observation")  # some may be endless
        return Interval(float(value), float(low), float(high))


def _over(above: Floats | float, below: Floats | float) -> Floats:
    """A quotient; endless where there is something above nothing, NaN for nothing over nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = np.asarray(above, dtype=float) / np.asarray(below, dtype=float)
    return quotient
