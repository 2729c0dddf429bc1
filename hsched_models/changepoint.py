"""Has the level moved, since when, and whose? Shiryaev-Roberts charts of a practice's outcomes against their forecasts.

For every day on which a move could have begun: how much likelier are the outcomes if it did than if the level went on as it does
(`level_process.py`)? The sum of these ratios, less one for each such day so far, is a martingale while nothing moves: on average it takes
at least A days to reach A (Pollak 1987), whatever the practice's size. Two kinds of move: of every visit from that day on, and of
clients who are new since then, growing as they come later. Pure functions on arrays.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from hsched_models.estimators import Floats, expit
from hsched_models.level_process import LevelProcess, PastDays
from hsched_models.watch import DAYS_A_YEAR, Alarm, Chart, Days, Labels

HORIZON_DAYS = 182  # the odds are per half-year: that often a practice is taken to move
RAMP_DAYS = 182  # until clients who come have the full size of a new mix
STEP_SIZE, MIX_SIZE = 0.25, 0.4  # log odds
_WEEK = 7
_SIDES = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Visits:
    """Forecast visits: the day on which the outcome counts, the forecast in log odds, the outcome (1 = unused), the client's first day."""

    days: Days
    log_odds: Floats
    labels: Labels
    first_seen: Days


@dataclass(frozen=True)
class Outcomes:
    """A practice's forecast visits, the past before them, and how the level lies on the days of both."""

    visits: Visits
    past: PastDays
    process: LevelProcess

    @property
    def days(self) -> Days:
        """Those with forecasts."""
        return self.process.days[len(self.past.excess) :]

    @property
    def day_sums(self) -> tuple[Floats, Floats]:
        """By day of the process: sums of (outcome - p) and of p (1 - p)."""
        p = expit(self.visits.log_odds)
        excess, information = (_by_day(self.days, self.visits, amounts) for amounts in (self.visits.labels - p, p * (1 - p)))
        return np.concatenate([self.past.excess, excess]), np.concatenate([self.past.information, information])

    def level_on(self, asked: Days) -> Floats:
        """Where the level lay on these days (log odds from the forecasts), by all that is known: as on the next day of the process."""
        if not len(self.process.days):
            return np.zeros(len(asked))
        at = np.minimum(np.searchsorted(self.process.days, asked), len(self.process.days) - 1)
        level: Floats = self.process.mean(*self.day_sums)[at]
        return level

    def moved(self, weights: Floats, size: float, sd: float) -> "Outcomes":
        """The same after a move: forecasts that follow it, with so much of its size left to the outcomes since its beginning."""
        p = expit(self.visits.log_odds)
        shares = [_by_day(self.days, self.visits, amounts) for amounts in (weights * p * (1 - p), p * (1 - p))]
        by = np.concatenate([np.zeros(len(self.past.excess)), shares[0] / shares[1]])
        visits = replace(self.visits, log_odds=self.visits.log_odds + size * weights)
        return replace(self, visits=visits, process=self.process.widened(by, sd**2))


@dataclass(frozen=True)
class Move:
    """A kind of move: its size (log odds), how many days lie between its possible beginnings, and whether new clients alone carry it."""

    size: float
    every: int = 1
    of_new_clients: bool = False

    def weights(self, visits: Visits, since: np.datetime64) -> Floats:
        """How much of the size each visit has, if it began then."""
        if not self.of_new_clients:
            return (visits.days >= since).astype(np.float64)
        known = ~np.isnat(visits.first_seen)
        days = np.where(known, (visits.first_seen - since).astype("timedelta64[D]").astype(np.float64), 0.0)
        weights: Floats = np.clip(days / RAMP_DAYS, 0, 1)
        return weights


STEP = Move(STEP_SIZE)
NEW_MIX = Move(MIX_SIZE, every=_WEEK, of_new_clients=True)


def odds_for(alarms_a_year: float) -> float:
    """Of a chart that raises at most so many alarms a year: its ratios' sum per half-year of days at the limit."""
    return max(1.0, DAYS_A_YEAR / HORIZON_DAYS / alarms_a_year)


def change_chart(name: str, outcomes: Outcomes, move: Move, alarms_a_year: float) -> Chart:
    """The chart of one kind of move. Its paths are log(1 + odds so far); after an alarm forecasts follow the move,
    at its size by then. One that takes the level back to the forecasts is the end of the alarm before: a blip, or a season that is over."""
    days, visits = outcomes.days, outcomes.visits
    limit = float(np.log1p(odds_for(alarms_a_year)))
    paths, begin, left = np.zeros((2, len(days))), 0, outcomes
    alarms: list[Alarm] = []
    opened: _Opened | None = None
    while begin < len(days):
        evidence = _evidence(left, move, days[begin])
        path = np.logaddexp(0, evidence.odds)
        over = np.flatnonzero(path[:, begin:].max(axis=0) > limit)
        end = begin + int(over[0]) + 1 if len(over) else len(days)
        paths[:, begin:end] = path[:, begin:end]
        if len(over):
            side = int(np.argmax(path[:, end - 1]))
            since, size = evidence.likeliest(end - 1, side)
            alarm, weights = _alarm(left.visits, move, since, days[end - 1]), move.weights(visits, since)
            if opened and opened.side != side and _is_as_forecast(outcomes, move, since, days[end - 1]):
                alarms.append(replace(alarm, is_end=True))
                left, opened = opened.before.moved(opened.weights - weights, opened.size, move.size), None
            else:
                alarms.append(alarm)
                opened = _Opened(left, weights, size, side)
                # its size looks larger than it is on the day of an alarm, and so does how well it is known: all of it is learned anew
                left = left.moved(weights, size, move.size)
        begin = end
    shown = _of_new(visits, np.datetime64(alarms[0].since) if alarms else days[0]) if move.of_new_clients and len(days) else visits
    observed, expected = (_by_day(days, shown, amounts) for amounts in (shown.labels.astype(np.float64), expit(shown.log_odds)))
    return Chart(name, days, observed.astype(np.int64), expected, paths, limit, tuple(alarms))


@dataclass(frozen=True)
class _Opened:
    """The newest alarm, until it is over: what was watched before it, how much of its size each visit has, its side."""

    before: Outcomes
    weights: Floats
    size: float
    side: int


def _is_as_forecast(outcomes: Outcomes, move: Move, since: np.datetime64, on: np.datetime64) -> bool:
    """Whether the outcomes of these days are nearer to their forecasts than to a move. A mix of clients does not end."""
    visits = outcomes.visits
    these = (visits.days >= since) & (visits.days <= on)
    p = expit(visits.log_odds[these])
    off = float((visits.labels[these] - p).sum() / (p * (1 - p)).sum())
    return not move.of_new_clients and abs(off) < move.size / 2


@dataclass(frozen=True)
class _Evidence:
    """By beginning and day: score and information of the move. `odds`: log of their sum per half-year, by side
    and day."""

    begins: Days
    score: Floats
    information: Floats
    ratios: Floats  # (2, beginnings, days), logs
    odds: Floats

    def likeliest(self, day: int, side: int) -> tuple[np.datetime64, float]:
        """Since when and how large, as of that day."""
        at = int(np.argmax(self.ratios[side, :, day]))
        return self.begins[at], float(self.score[at, day]) / max(float(self.information[at, day]), 1e-9)


def _evidence(outcomes: Outcomes, move: Move, begin: np.datetime64) -> _Evidence:
    days, old, sums = outcomes.days, len(outcomes.past.excess), outcomes.day_sums
    factor, steps = outcomes.process.whitened(*sums)
    excess, information = (amounts[old:] for amounts in sums)
    begins = days[days >= begin][:: move.every] if not move.of_new_clients else np.arange(begin, days[-1] + 1, move.every)
    scores, shares, squares = _profiles(outcomes.visits, days, move, begins, excess, information)
    whole = np.concatenate([np.zeros((len(begins), old)), shares / information], axis=1)  # how far the day's level moves
    seen = solve_triangular(factor, whole.T, lower=True).T[:, old:]
    # among the day's visits, and of the day against the others
    score = np.cumsum(scores - shares * excess / information + seen * steps[old:], axis=1)
    known = np.cumsum(squares - shares**2 / information + seen**2, axis=1)
    ratios = _SIDES[:, None, None] * move.size * score - move.size**2 / 2 * known
    ratios = np.where(days >= begins[:, None], ratios, -np.inf)  # what has not begun tells nothing
    odds = logsumexp(ratios, axis=1) - np.log(2 * HORIZON_DAYS / move.every)
    return _Evidence(begins, score, known, ratios, odds)


def _profiles(visits: Visits, days: Days, move: Move, begins: Days, excess: Floats, information: Floats) -> tuple[Floats, Floats, Floats]:
    """By beginning and day: sums of w (outcome - p), w p (1 - p) and w^2 p (1 - p), with w each visit's share of the move."""
    if not move.of_new_clients:
        after = (days >= begins[:, None]).astype(np.float64)
        return after * excess, after * information, after * information
    p = expit(visits.log_odds)
    left, variance = visits.labels - p, p * (1 - p)
    weights = [move.weights(visits, since) for since in begins]
    amounts = ([w * left for w in weights], [w * variance for w in weights], [w**2 * variance for w in weights])
    scores, shares, squares = (np.array([_by_day(days, visits, one) for one in kind]) for kind in amounts)
    return scores, shares, squares


def _by_day(days: Days, visits: Visits, amounts: Floats) -> Floats:
    return np.bincount(np.searchsorted(days, visits.days), weights=amounts, minlength=len(days)).astype(np.float64)


def _of_new(visits: Visits, since: np.datetime64) -> Visits:
    """Visits of clients first seen from that day on."""
    new = visits.first_seen >= since
    return Visits(visits.days[new], visits.log_odds[new], visits.labels[new], visits.first_seen[new])


def _alarm(visits: Visits, move: Move, since: np.datetime64, on: np.datetime64) -> Alarm:
    shown = _of_new(visits, since) if move.of_new_clients else visits
    later = shown.days >= since
    return Alarm(_date(on), _date(since), int(shown.labels[later].sum()), float(expit(shown.log_odds[later]).sum()))


def _date(day: np.datetime64) -> date:
    found = day.astype("datetime64[D]").item()
    assert isinstance(found, date)
    return found
