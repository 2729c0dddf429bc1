"""What a list of calls is worth: missed visits found at a day's capacity, hours they may give back, net benefit.

Effects are assumptions with a source, never measured here: whether a call helps is the business of a randomised trial.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.resampling import Clients, Interval

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
CAPACITIES = (2, 5, 10, 20)  # calls a day
DEFAULT_MINUTES = 50.0  # a session's length where the source does not say
THRESHOLDS = np.round(np.arange(0.02, 0.51, 0.02), 2)


@dataclass(frozen=True)
class Effect:
    """A published effect of contacting people at risk on missed visits: relative risk (1 = none), and where it was read."""

    contact: str
    relative_risk: float
    low: float
    high: float
    source: str


EFFECTS: tuple[Effect, ...] = (
    Effect("phone call", 0.61, 0.49, 0.75, "median of 3 randomised trials, n = 4,959 (Oikonomidi 2022, JAMIA)"),
    Effect("text message", 0.91, 0.89, 0.93, "one randomised trial, n = 158,669 (in Oikonomidi 2022, JAMIA)"),
    Effect("text message, psychotherapy", 1.0, 1.0, 1.0, "a randomised trial found none, n = 140 (Clough & Casey 2014)"),
)


@dataclass(frozen=True)
class Capacity:
    """One capacity over the held-out days: what calling each day's riskiest `calls` would have found."""

    calls: int
    found_a_week: Interval
    expected_a_week: float
    share_found: float
    hours_a_week: Interval  # booked hours of the missed visits found: what a call that always helped would give back


def per_day_rank(p: Floats, days: pd.Series) -> NDArray[np.int64]:
    """Place of each visit in its day's list, 1 for the riskiest; ties in the order of the rows."""
    ranked = pd.DataFrame({"day": days.to_numpy(), "p": p}).groupby("day")["p"].rank(ascending=False, method="first")
    return ranked.to_numpy(dtype=np.int64)


def capacities(labels: Labels, p: Floats, days: pd.Series, minutes: pd.Series, clients: Clients) -> list[Capacity]:
    """Every capacity that leaves somebody uncalled on a usual day (a smaller list than its visits)."""
    rank, weeks = per_day_rank(p, days), weeks_of(days)
    usual = float(days.value_counts().median())
    return [_capacity(calls, labels, p, rank, hours_of(minutes), weeks, clients) for calls in CAPACITIES if calls < usual]


def found_more(labels: Labels, p: Floats, other: Floats, days: pd.Series, calls: int, clients: Clients) -> Interval:
    """Missed visits found a week by one list of `calls` a day beyond those another finds, on the same days."""
    difference = (per_day_rank(p, days) <= calls).astype(float) - (per_day_rank(other, days) <= calls)
    return _a_week(clients, labels * difference, weeks_of(days))


def net_benefit(labels: Labels, p: Floats) -> Floats:
    """Net benefit of contacting everyone above each of `THRESHOLDS` (Vickers & Elkin 2006), in found misses a visit.

    At threshold t a false alarm costs t / (1 - t) of a found miss: t is how much risk makes a call worth its while.
    """
    above = p[:, None] >= THRESHOLDS[None, :]
    hits, alarms = (above & (labels[:, None] == 1)).mean(axis=0), (above & (labels[:, None] == 0)).mean(axis=0)
    benefit: Floats = hits - alarms * THRESHOLDS / (1 - THRESHOLDS)
    return benefit


def recovered_hours(capacity: Capacity, effect: Effect) -> tuple[float, float, float]:
    """Hours a week kept or freed in time under the assumption, and at the ends of its interval (low, high)."""
    hours = capacity.hours_a_week.value
    return hours * (1 - effect.relative_risk), hours * (1 - effect.high), hours * (1 - effect.low)


def weeks_of(days: pd.Series) -> float:
    """Weeks from the first day to the last, both included."""
    return max(1.0, float((days.max() - days.min()).days + 1)) / 7


def hours_of(minutes: pd.Series) -> Floats:
    return pd.to_numeric(minutes).astype("float64").fillna(DEFAULT_MINUTES).to_numpy() / 60


def _capacity(calls: int, labels: Labels, p: Floats, rank: NDArray[np.int64], hours: Floats, weeks: float, clients: Clients) -> Capacity:
    called = rank <= calls
    found = labels * called
    return Capacity(
        calls=calls,
        found_a_week=_a_week(clients, found.astype(float), weeks),
        expected_a_week=float(p[called].sum() / weeks),
        share_found=float(found.sum() / labels.sum()) if labels.sum() else float("nan"),
        hours_a_week=_a_week(clients, found * hours, weeks),
    )


def _a_week(clients: Clients, values: Floats, weeks: float) -> Interval:
    """A sum a week. Drawn as a mean over rows, so that a draw with more visits does not count as more weeks."""
    mean, rows = clients.mean(values), len(values)
    return Interval(mean.value * rows / weeks, mean.low * rows / weeks, mean.high * rows / weeks)
