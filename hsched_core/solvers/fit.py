"""How well an entry that may be asked fits an opening, between 0 and 1, and in which order entries are asked. No probability.

Six terms between 0 and 1, weighted. Who changes a constant here raises FORMULA in `use_cases/waitlist_settings.py`. Whether a client
is likely to attend is no term. The order is the fit plus a turn that grows without end while nobody asks: nobody is passed over forever.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsched_core.solvers.waitlist import ANY, MICROSECONDS_A_DAY, Limits, Numbers, Slot, Waiting

Floats = NDArray[np.float64]

UNIT = 1_000_000  # ranks are whole millionths of a fit: equal on every machine, and exact in the assignment
NO_WISH = 0.9  # beside 1 for a wish that is met
BY_URGENCY = (0.8, 0.9, 1.0)  # routine, soon, urgent
SAME_CLINICIAN, NOBODY_SO_FAR, OTHER_CLINICIAN = 1.0, 0.9, 0.5
JUST_ENTERED, LONG_WAIT = 0.5, 28 * MICROSECONDS_A_DAY  # from 0.5 on the first day to 1 after four weeks
JUST_ASKED, LONG_UNASKED = 0.5, 14 * MICROSECONDS_A_DAY
SHORT_NOTICE, ENOUGH_NOTICE = 0.5, MICROSECONDS_A_DAY  # a yes is half as likely at no notice as at a day's
UNANSWERED, MOST_UNANSWERED = 0.94, 10  # for each offer that was not accepted
BY_CHANNEL = (0.9, 0.9, 1.0, 0.8)  # portal, e-mail, text, call


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
        _preference(waiting, at),
        np.take(BY_URGENCY, waiting.urgency[at]),
        _continuity(slot, waiting, at),
        _rising(JUST_ENTERED, limits.now - waiting.entered[at], LONG_WAIT),
        _acceptance(slot, waiting, limits, at),
        _rising(JUST_ASKED, limits.now - waiting.asked[at], LONG_UNASKED),
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
    return np.clip(np.rint(score * UNIT), 0, UNIT).astype(np.int64)


def standings(fit: Numbers, waiting: Waiting, limits: Limits, at: NDArray[np.intp]) -> Numbers:
    """What the order is by: the fit, and a millionth for every millionth of `turn` beyond `patience` that nobody asked."""
    beyond = np.maximum(limits.now - waiting.clock[at] - limits.patience, 0)
    standing: Numbers = fit + beyond // max(limits.turn // UNIT, 1)
    return standing


def order(standing: Numbers, waiting: Waiting, at: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places of `at`, the first to be asked first; where standings are equal, whom nobody asked for longest."""
    return np.lexsort((at, waiting.clock[at], -standing))


def _preference(waiting: Waiting, at: NDArray[np.intp]) -> Floats:
    wishes = (waiting.clinician[at] != ANY, waiting.modality[at] != ANY, waiting.names_hours[at])
    met: Floats = sum(np.where(wish, 1.0, NO_WISH) for wish in wishes) / len(wishes)  # type: ignore[assignment]
    return met


def _continuity(slot: Slot, waiting: Waiting, at: NDArray[np.intp]) -> Floats:
    sees = waiting.sees[at]
    return np.where(sees == slot.clinician, SAME_CLINICIAN, np.where(sees == ANY, NOBODY_SO_FAR, OTHER_CLINICIAN))


def _acceptance(slot: Slot, waiting: Waiting, limits: Limits, at: NDArray[np.intp]) -> Floats:
    """How likely a yes is, compared with the best case."""
    notice = _rising(SHORT_NOTICE, slot.starts - limits.now, ENOUGH_NOTICE)
    unanswered = np.clip(waiting.asked_count[at] - waiting.has_accepted[at], 0, MOST_UNANSWERED)
    likely: Floats = notice * UNANSWERED**unanswered * np.take(BY_CHANNEL, waiting.channel[at])
    return likely


def _rising(least: float, span: Numbers | int, enough: int) -> Floats:
    """From `least` at once to 1 after `enough`, in a straight line."""
    return least + (1 - least) * np.clip(np.divide(span, enough), 0.0, 1.0)
