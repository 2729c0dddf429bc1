"""What a contact changed: the share of unused visits with it minus the share without it. Numbers only; whom to contact is not decided here.

Every visit that was assigned counts, those cancelled in good time too (as not unused): a reminder moves misses to early
cancels (Shah 2016), and a comparison among the rest would credit it with choosing its own patients.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WORTHWHILE = 0.02  # share of visits; a smaller change is none that a front desk would work for
FEWEST_AN_ARM = 50
FEWEST_CLIENTS = 20
Z = 1.96


class Kind(StrEnum):
    """Where the comparison comes from. Only the first says what a contact caused."""

    RANDOMISED = "randomised"
    OBSERVATIONAL = "observational"


class Verdict(StrEnum):
    """What may be said of an effect."""

    FEWER = "fewer unused visits"
    MORE = "more unused visits"
    NONE = "no effect"
    TOO_LITTLE = "too little data"
    ASSOCIATION = "association only, not an effect"


@dataclass(frozen=True)
class Effect:
    """`difference`, `low`, `high`: share unused with contact minus without, and its 95 % interval; NaN where nothing can be compared."""

    kind: Kind
    contacted: int
    held_out: int
    rate_held_out: float
    difference: float
    low: float
    high: float
    verdict: Verdict

    @property
    def relative_risk(self) -> float:
        """Share unused with contact over the share without it."""
        return 1 + self.difference / self.rate_held_out if self.rate_held_out else math.nan


def randomised_effect(assigned: pd.DataFrame, *, worthwhile: float = WORTHWHILE) -> Effect:
    """The effect among visits that chance assigned.

    Columns: `is_contacted` (as assigned, whatever became of it), `is_unused`, `client_token` (visits of one client are not
    independent: cluster-robust error, Liang & Zeger 1986), and `probability` as known before the contact, where there is
    one: what it foretold is taken out of both arms, which narrows the interval and moves nothing (Lin 2013); and `share_held`,
    where the share drawn to be held was not always the same: each visit then stands for one over its chance (Hajek's estimator).
    "No effect" is said where the whole interval lies within `worthwhile`; an interval that does not settle it is too little data.
    """
    y, contacted = _arms(assigned)
    if not _is_enough(contacted, assigned["client_token"]):
        return _unsettled(Kind.RANDOMISED, y, contacted)
    residual = y - _foretold(assigned, y, contacted)
    weight = _weights(assigned, contacted)
    difference = float(weight @ residual)
    with_it, without = float(weight[contacted] @ residual[contacted]), -float(weight[~contacted] @ residual[~contacted])
    arm_mean = np.where(contacted, with_it, without)
    low, high = _interval(difference, _clustered_error(weight * (residual - arm_mean), assigned["client_token"]))
    verdict = _verdict(low, high, worthwhile)
    return Effect(
        Kind.RANDOMISED,
        int(contacted.sum()),
        int((~contacted).sum()),
        -float(weight[~contacted] @ y[~contacted]),
        difference,
        low,
        high,
        verdict,
    )


def observational_effect(contacts: pd.DataFrame, strata: Sequence[str]) -> Effect:
    """The difference where people or rules chose whom to contact, within strata that have both arms, weighed by their visits.

    Never an effect: who is contacted differs from who is not in ways no column holds. Columns as for `randomised_effect`,
    and those of `strata`.
    """
    groups = [_arms(group) for _, group in contacts.groupby(list(strata), observed=True, dropna=False)]
    both = [(y, contacted) for y, contacted in groups if min(contacted.sum(), (~contacted).sum()) >= 2]
    if not both:
        return _unsettled(Kind.OBSERVATIONAL, *_arms(contacts))
    sizes = np.array([len(y) for y, _ in both], dtype=float)
    shares = sizes / sizes.sum()
    differences = np.array([y[c].mean() - y[~c].mean() for y, c in both])
    variances = np.array([y[c].var(ddof=1) / c.sum() + y[~c].var(ddof=1) / (~c).sum() for y, c in both])
    difference = float(shares @ differences)
    low, high = _interval(difference, math.sqrt(float(np.square(shares) @ variances)))
    held_out = sum(int((~c).sum()) for _, c in both)
    rate = float(shares @ np.array([y[~c].mean() for y, c in both]))
    contacted = sum(int(c.sum()) for _, c in both)
    return Effect(Kind.OBSERVATIONAL, contacted, held_out, rate, difference, low, high, Verdict.ASSOCIATION)


def effects_by(assigned: pd.DataFrame, column: str, *, worthwhile: float = WORTHWHILE) -> dict[str, Effect]:
    """The randomised effect within each group of a column."""
    return {str(name): randomised_effect(group, worthwhile=worthwhile) for name, group in assigned.groupby(column, observed=True)}


def _arms(frame: pd.DataFrame) -> tuple[Floats, NDArray[np.bool_]]:
    return frame["is_unused"].to_numpy(dtype=float), frame["is_contacted"].to_numpy(dtype=bool)


def _weights(assigned: pd.DataFrame, contacted: NDArray[np.bool_]) -> Floats:
    """What each visit counts: 1 in all within each arm, with a minus sign where it was held."""
    held = assigned["share_held"].to_numpy(dtype=float) if "share_held" in assigned else np.full(len(contacted), 0.5)
    odds = np.where(contacted, 1 / (1 - held), 1 / held)
    weights: Floats = np.where(contacted, odds / odds[contacted].sum(), -odds / odds[~contacted].sum())
    return weights


def _is_enough(contacted: NDArray[np.bool_], clients: pd.Series) -> bool:
    return min(int(contacted.sum()), int((~contacted).sum())) >= FEWEST_AN_ARM and clients.nunique() >= FEWEST_CLIENTS


def _unsettled(kind: Kind, y: Floats, contacted: NDArray[np.bool_]) -> Effect:
    rate = float(y[~contacted].mean()) if (~contacted).any() else math.nan
    nothing = (math.nan, math.nan, math.nan)
    return Effect(kind, int(contacted.sum()), int((~contacted).sum()), rate, *nothing, Verdict.TOO_LITTLE)


def _foretold(assigned: pd.DataFrame, y: Floats, contacted: NDArray[np.bool_]) -> Floats:
    """What the forecast explains of the outcomes, around its mean: the slope is learned within arms, so it holds no effect."""
    if "probability" not in assigned:
        return np.zeros(len(y))
    p = assigned["probability"].to_numpy(dtype=float)
    p = np.where(np.isnan(p), np.nanmean(p) if not np.isnan(p).all() else 0.0, p)
    within_p, within_y = _within_arms(p, contacted), _within_arms(y, contacted)
    spread = float(within_p @ within_p)
    foretold: Floats = (float(within_p @ within_y) / spread if spread else 0.0) * (p - p.mean())
    return foretold


def _within_arms(values: Floats, contacted: NDArray[np.bool_]) -> Floats:
    within: Floats = values - np.where(contacted, values[contacted].mean(), values[~contacted].mean())
    return within


def _clustered_error(influence: Floats, clients: pd.Series) -> float:
    """Standard error of a sum of influences whose clusters are independent."""
    codes, names = pd.factorize(clients)
    sums = np.bincount(codes, weights=influence, minlength=len(names))
    return math.sqrt(float(np.square(sums).sum()) * len(names) / (len(names) - 1))


def _interval(difference: float, error: float) -> tuple[float, float]:
    return difference - Z * error, difference + Z * error


def _verdict(low: float, high: float, worthwhile: float) -> Verdict:
    if high < 0:
        return Verdict.FEWER
    if low > 0:
        return Verdict.MORE
    return Verdict.NONE if -worthwhile <= low and high <= worthwhile else Verdict.TOO_LITTLE
