"""How well an entry that may be asked fits an opening, between 0 and 1, and in which order entries are asked. No probability.

Six terms between 0 and 1, weighted. Who changes a constant here raises FORMULA in `use_cases/waitlist_settings.py`. Whether a client
is likely to attend is no term. The order is the fit plus a turn that grows without end while nobody asks: nobody is passed over forever.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsched_core.solvers.waitlist import ANY, MICROSECONDS_A_DAY, Limits, Numbers, Slot, Waiting

Floats = NDArray[np.float64]

UNIT = 1_000_000  # ranks are whole millionths of a fit: equal on every machine, and exact in the assignment
BY_WISHES = np.array([0.9, 0.9 + 0.1 / 3, 0.9 + 0.2 / 3, 1.0])  # by how many of clinician, way to be seen, days or hours are named
BY_URGENCY = np.array([0.8, 0.9, 1.0])  # routine, soon, urgent
SAME_CLINICIAN, NOBODY_SO_FAR, OTHER_CLINICIAN = 1.0, 0.9, 0.5
JUST_ENTERED, LONG_WAIT = 0.5, 28 * MICROSECONDS_A_DAY  # from 0.5 on the first day to 1 after four weeks
JUST_ASKED, LONG_UNASKED = 0.5, 14 * MICROSECONDS_A_DAY
SHORT_NOTICE, ENOUGH_NOTICE = 0.5, MICROSECONDS_A_DAY  # a yes is half as likely at no notice as at a day's
BY_UNANSWERED = 0.94 ** np.arange(11)  # less for each offer that was not accepted; from ten on the same
BY_CHANNEL = np.array([0.9, 0.9, 1.0, 0.8])  # portal, e-mail, text, call


@dataclass(frozen=True)
class Weights:
    """What each term counts. They sum to 1."""

    preference: float
    urgency: float
    continuity: float
    waiting: float
    acceptance: float
    fairness: float


@dataclass(frozen=True)
class Terms:
    """The six terms of some entries for one opening, each between 0 and 1."""

    preference: Floats
    urgency: Floats
    continuity: Floats
    waiting: Floats
    acceptance: Floats
    fairness: Floats


def terms(slot: Slot, waiting: Waiting, limits: Limits, at: NDArray[np.intp]) -> Terms:
    """The terms of those entries. None of them may be barred: a wish that was named counts as met."""
    return Terms(
        preference=BY_WISHES[waiting.wishes[at]],
        urgency=BY_URGENCY[waiting.urgency[at]],
        continuity=_continuity(slot, waiting, at),
        waiting=_rising(JUST_ENTERED, limits.now - waiting.entered[at], LONG_WAIT),
        acceptance=_acceptance(slot, waiting, limits, at),
        fairness=_rising(JUST_ASKED, limits.now - waiting.asked[at], LONG_UNASKED),
    )


def fits(found: Terms, weights: Weights) -> Numbers:
    """The weighted sums, in whole millionths."""
    score = (
        weights.preference * found.preference
        + weights.urgency * found.urgency
        + weights.continuity * found.continuity
        + weights.waiting * found.waiting
        + weights.acceptance * found.acceptance
        + weights.fairness * found.fairness
    )
    return np.rint(score * UNIT).astype(np.int64)


def standings(fit: Numbers, waiting: Waiting, limits: Limits, at: NDArray[np.intp]) -> Numbers:
    """What the order is by: the fit, and a millionth for every millionth of `turn` beyond `patience` that nobody asked."""
    beyond = np.maximum(limits.now - waiting.clock[at] - limits.patience, 0)
    standing: Numbers = fit + beyond // (limits.turn // UNIT)
    return standing


def order(standing: Numbers, waiting: Waiting, at: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places of `at`, the first to be asked first; where standings are equal, whom nobody asked for longest; then in the order of rows."""
    return np.lexsort((waiting.clock[at], -standing))


def _continuity(slot: Slot, waiting: Waiting, at: NDArray[np.intp]) -> Floats:
    sees = waiting.sees[at]
    return np.where(sees == slot.clinician, SAME_CLINICIAN, np.where(sees == ANY, NOBODY_SO_FAR, OTHER_CLINICIAN))


def _acceptance(slot: Slot, waiting: Waiting, limits: Limits, at: NDArray[np.intp]) -> Floats:
    """How likely a yes is, compared with the best case."""
    notice = _rising(SHORT_NOTICE, slot.starts - limits.now, ENOUGH_NOTICE)
    unanswered = np.minimum(waiting.unanswered[at], len(BY_UNANSWERED) - 1)
    likely: Floats = notice * BY_UNANSWERED[unanswered] * BY_CHANNEL[waiting.channel[at]]
    return likely


def _rising(least: float, span: Any, enough: int) -> Any:
    """From `least` at once to 1 after `enough`, in a straight line."""
    return least + (1 - least) * np.minimum(np.maximum(span, 0) / enough, 1.0)
