"""What a review comes to, in sentences: what gets better, what gets worse, for whom, and what to do. Pure.

A finding needs an interval that excludes "no difference"; what chance explains is not reported as a difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hsched_models.promote import calibration_limits
from hsched_models.resampling import Interval
from hsched_models.review import GroupRow, Review, SliceRow

GROUP_OE = (0.85, 1.15)  # the gate for groups (MODEL.md 4.1)
WORST_FALSE_FLAG_RATIO = 1.5
MOVED_PSI = 0.2
FEWEST_IN_GROUP = 100  # visits; below, an interval by itself is no finding


class Kind(StrEnum):
    """What a finding speaks for."""

    BETTER = "better"
    WORSE = "worse"
    WATCH = "watch"


class Advice(StrEnum):
    """What to do. A person decides; this says what the figures speak for."""

    PROMOTE = "promote"
    REJECT = "reject"
    LOOK = "look closer"
    NO_HURRY = "no hurry"


@dataclass(frozen=True)
class Finding:
    """One sentence with its figures."""

    kind: Kind
    text: str


def findings(review: Review) -> tuple[Finding, ...]:
    """Everything the figures say, the whole first."""
    return (
        *_overall(review),
        *_calls(review),
        *_calibration(review),
        *(found for row in review.slices[1:] for found in _slice(row)),
        *(found for row in review.groups if row.visits >= FEWEST_IN_GROUP for found in _group(row, review.compared.against)),
        *_scores(review),
    )


def advice(review: Review, found: tuple[Finding, ...]) -> tuple[Advice, str]:
    """Reject what is worse; look where somebody is served worse; promote what is better; else nothing presses."""
    change = review.overall.log_loss_change
    worse = [one for one in found if one.kind is Kind.WORSE]
    if change.is_above_zero:
        return Advice.REJECT, "Over all held-out visits its forecasts are worse than those it would replace."
    if worse:
        return Advice.LOOK, f"{len(worse)} figure{'s are' if len(worse) > 1 else ' is'} worse; read them before you decide."
    if change.is_below_zero:
        return Advice.PROMOTE, "Its forecasts are better over all held-out visits, and nothing measured here got worse."
    return Advice.NO_HURRY, "The two cannot be told apart on these visits; what speaks for the challenger is that it has seen newer ones."


def interval_text(interval: Interval, digits: int = 2, *, signed: bool = False) -> str:
    """A figure with its bounds, for people."""
    sign = "+" if signed else ""
    return f"{interval.value:{sign}.{digits}f} ({interval.low:{sign}.{digits}f} to {interval.high:{sign}.{digits}f})"


def _overall(review: Review) -> Iterator[Finding]:
    change = review.overall.log_loss_change
    text = f"Log loss changes by {interval_text(change, 4, signed=True)} on {review.overall.visits:,} visits; below zero is better."
    if change.is_below_zero:
        yield Finding(Kind.BETTER, text)
    if change.is_above_zero:
        yield Finding(Kind.WORSE, text)


def _calls(review: Review) -> Iterator[Finding]:
    for calls, more in review.found_more.items():
        text = f"At {calls} calls a day, {interval_text(more, 1, signed=True)} missed visits more are found a week."
        if more.is_above_zero:
            yield Finding(Kind.BETTER, text)
        if more.is_below_zero:
            yield Finding(Kind.WORSE, text)


def _calibration(review: Review) -> Iterator[Finding]:
    """Calibration outside what these visits can hold against a model; worse only where the champion keeps the limits."""
    beyond, against = {side: _beyond(figures) for side, figures in review.figures.items()}, review.compared.against
    if beyond["challenger"]:
        both = bool(beyond["champion"])
        suffix = f" So are the {against}'s." if both else f" The {against}'s are not."
        yield Finding(Kind.WATCH if both else Kind.WORSE, f"The challenger's {beyond['challenger']}.{suffix}")
    elif beyond["champion"]:
        yield Finding(Kind.BETTER, f"The {against}'s {beyond['champion']}; the challenger's are not.")


def _beyond(figures: object) -> str:
    assert isinstance(figures, dict)
    worst, (low, high) = calibration_limits(int(figures.get("n") or 0), float(figures.get("base_rate") or 0.5))
    error, slope = figures.get("ece"), figures.get("calibration_slope")
    if error is not None and error > worst:
        return f"probabilities are off: calibration error {error:.3f}, limit {worst:.3f}"
    if slope is not None and not low <= slope <= high:
        return f"probabilities are off: slope {slope:.2f}, limits {low:.2f} to {high:.2f}"
    return ""


def _slice(row: SliceRow) -> Iterator[Finding]:
    change = row.log_loss_change
    if change.excludes(0):
        kind = Kind.BETTER if change.is_below_zero else Kind.WORSE
        yield Finding(kind, f"{row.name}: log loss changes by {interval_text(change, 4, signed=True)} on {row.visits:,} visits.")


def _group(row: GroupRow, against: str) -> Iterator[Finding]:
    """Unfairness the challenger brings is worse; what it shares with the other, or what chance may have moved, is to be watched."""
    new, old = _unfair(row, "challenger"), _unfair(row, "champion")
    if new and not old:
        brought = row.false_flag_change.low > 1 or not _is_flagged_too_often(row, "challenger")
        yield Finding(Kind.WORSE if brought else Kind.WATCH, f"{row.name}: {new}.")
    elif new:
        yield Finding(Kind.WATCH, f"{row.name}: {new}; under the {against} as well.")
    elif old:
        yield Finding(Kind.BETTER, f"{row.name}: under the {against} {old}; no longer.")


def _unfair(row: GroupRow, side: str) -> str:
    """Outside the limits, and further than chance explains; empty where it is neither."""
    flags, level = row.false_flag_ratio[side], row.observed_over_expected[side]
    if _is_flagged_too_often(row, side):
        return f"those who come are flagged {interval_text(flags)} times as often as others, limit {WORST_FALSE_FLAG_RATIO}"
    if not GROUP_OE[0] <= level.value <= GROUP_OE[1] and level.excludes(1):
        return f"observed over expected {interval_text(level)}, limits {GROUP_OE[0]} to {GROUP_OE[1]}"
    return ""


def _is_flagged_too_often(row: GroupRow, side: str) -> bool:
    ratio = row.false_flag_ratio[side]
    return ratio.value > WORST_FALSE_FLAG_RATIO and ratio.low > 1


def _scores(review: Review) -> Iterator[Finding]:
    shift = review.shift
    if shift.psi > MOVED_PSI:
        yield Finding(Kind.WATCH, f"Scores move (PSI {shift.psi:.2f}): whoever works with a cut-off must set it anew.")
