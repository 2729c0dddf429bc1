"""Uncertainty of figures when a client's visits are alike: bootstrap over clients (Field & Welsh 2007), not over visits. Vectorised.

Each replicate draws clients with replacement; every figure here is a ratio of weighted sums, so a replicate is a product of
matrices, not a new pass over the rows. AUROC is the exception: one weighted rank sum a replicate.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
REPLICATES = 400
SEED = 20260101
COVERAGE = (2.5, 97.5)
_EDGE = 1e-6


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Paired:
    """Mean log loss of a model minus that of another on the same visits (nats); below 0 the model is better."""

    against: str
    visits: int
    clients: int
    difference: Interval

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {"against": self.against, "visits": self.visits, "clients": self.clients, **asdict(self.difference)}


def paired_log_loss(labels: NDArray[np.int64], p: Floats, other: Floats, clients: pd.Series, against: str) -> Paired:
    """How much better or worse p is than `other`, with clients drawn anew."""
    position, count = _positions(clients)
    difference = log_losses(labels, p) - log_losses(labels, other)
    (interval,) = _ratios({"difference": difference}, position, count).values()
    return Paired(against, len(labels), count, interval)


def intervals(labels: NDArray[np.int64], p: Floats, clients: pd.Series) -> dict[str, Interval]:
    """Log loss, Brier score, observed minus expected rate, and AUROC, with their intervals; nothing where there are no visits."""
    if len(labels) == 0:
        return {}
    position, count = _positions(clients)
    found = _ratios({"log_loss": log_losses(labels, p), "brier": (labels - p) ** 2, "observed_minus_expected": labels - p}, position, count)
    if 0 < labels.mean() < 1:
        found["auroc"] = _auroc(labels, p, position, count)
    return found


def log_losses(labels: NDArray[np.int64], p: Floats) -> Floats:
    """The log loss (nats) of each visit."""
    kept = np.clip(p, _EDGE, 1 - _EDGE)
    losses: Floats = -np.log(np.where(labels == 1, kept, 1 - kept))
    return losses


def _positions(clients: pd.Series) -> tuple[NDArray[np.int64], int]:
    position = pd.factorize(clients.astype(str), sort=True)[0]
    return position.astype(np.int64), int(position.max()) + 1 if len(position) else 0


def _draws(count: int) -> Floats:
    """How often each client (column) is drawn in each replicate (row)."""
    return np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), REPLICATES).astype(float)


def _ratios(figures: Mapping[str, Floats], position: NDArray[np.int64], count: int) -> dict[str, Interval]:
    draws = _draws(count)
    visits = draws @ np.bincount(position, minlength=count)
    return {
        name: _interval(each.mean(), draws @ np.bincount(position, weights=each, minlength=count) / visits)
        for name, each in figures.items()
    }


def _auroc(labels: NDArray[np.int64], p: Floats, position: NDArray[np.int64], count: int) -> Interval:
    """By weighted rank sums over groups of equal forecasts."""
    _, tied = np.unique(p, return_inverse=True)
    ranks = int(tied.max()) + 1

    def ranked(weights: Floats) -> float:
        unused = np.bincount(tied, weights=weights * labels, minlength=ranks)
        used = np.bincount(tied, weights=weights * (1 - labels), minlength=ranks)
        below = np.cumsum(used) - used / 2
        return float((unused * below).sum() / (unused.sum() * used.sum()))

    replicates = np.array([ranked(drawn[position]) for drawn in _draws(count)[: REPLICATES // 2]])
    return _interval(ranked(np.ones(len(labels))), replicates)


def _interval(value: float, replicates: Floats) -> Interval:
    low, high = np.percentile(replicates, COVERAGE)
    return Interval(float(value), float(low), float(high))
