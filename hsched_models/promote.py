"""Whether a newly trained model takes over: a pure function of measured figures, with reasons a reviewer can read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hsched_models.intervals import Paired

Metrics = Mapping[str, float | int | None]

FEWEST_TEST_ROWS = 200
WORST_CALIBRATION_ERROR = 0.05  # ECE; beyond it a probability misleads the front desk about its workload
SLOPES = (0.8, 1.2)
BINS = 10
TOLERANCE = 0.0005  # log loss: below it two models are the same for every use we have
SUSPECT_AUROC = 0.90  # no honest no-show model on record is near it (MODEL.md 1): it is a leak until explained


@dataclass(frozen=True)
class Decision:
    """`promote` and why. Reasons that stand against it come first."""

    promote: bool
    reasons: tuple[str, ...]


def judge(
    candidate: Metrics,
    simpler: Mapping[str, Metrics],
    champion: Metrics | None,
    *,
    is_refresh: bool = False,
    paired: Paired | None = None,
    alarms: Sequence[str] = (),
) -> Decision:
    """Compare a candidate with simpler models, by name, and with the champion's recipe: all measured on the same held-out visits.

    `champion` is None where there is none, or where (`is_refresh`) its recipe is the candidate's own, fitted on older visits.
    `paired` is given for a heavier model: its log loss less the baseline's on the same visits must lie below zero beyond
    chance, or the baseline ships. `alarms` are leak alarms of the training, each a reason against.
    """
    against = [
        reason
        for reason in (
            _too_few(candidate),
            _one_class(candidate),
            _too_good(candidate),
            *alarms,
            _miscalibrated(candidate),
            *(_worse(candidate, metrics, name) for name, metrics in simpler.items()),
            _not_worth_it(paired) if paired else None,
            _worse(candidate, champion, "the champion") if champion else None,
        )
        if reason
    ]
    if against:
        return Decision(False, tuple(against))
    compared = tuple(_summary(candidate, metrics, name) for name, metrics in simpler.items())
    worth = (_worth(paired),) if paired else ()
    return Decision(True, (*compared, *worth, _over_champion(candidate, champion, is_refresh=is_refresh)))


def _too_few(candidate: Metrics) -> str | None:
    n = candidate.get("n") or 0
    return f"Only {n} held-out visits; at least {FEWEST_TEST_ROWS} are needed to judge." if n < FEWEST_TEST_ROWS else None


def _one_class(candidate: Metrics) -> str | None:
    alike = candidate.get("n") and candidate.get("auroc") is None
    return "All held-out visits ended alike: there is no ranking to judge." if alike else None


def _too_good(candidate: Metrics) -> str | None:
    auroc = candidate.get("auroc")
    return f"AUROC {auroc:.3f} is too good to be true: look for a leak first." if auroc and auroc > SUSPECT_AUROC else None


def _miscalibrated(candidate: Metrics) -> str | None:
    error, slope = candidate.get("ece"), candidate.get("calibration_slope")
    worst, (low, high) = calibration_limits(int(candidate.get("n") or 0), float(candidate.get("base_rate") or 0.5))
    if error is not None and error > worst:
        return f"Calibration error {error:.3f} is above {worst:.3f}."
    if slope is not None and not low <= slope <= high:
        return f"Calibration slope {slope:.2f} is outside {low:.2f} to {high:.2f}."
    return None


def calibration_limits(n: int, base_rate: float) -> tuple[float, tuple[float, float]]:
    """The worst calibration error, and the slopes, that `n` held-out visits can hold against a model.

    A perfect model shows an error too: at most 0.8 standard errors of a bin's rate. And its slope strays: outcomes drawn
    from the forecasts themselves gave standard errors of 2.7 to 4.8 over sqrt(n) on the sandbox and the public file;
    two of them are granted.
    """
    if n <= 0:
        return WORST_CALIBRATION_ERROR, SLOPES
    chance = 0.8 * math.sqrt(base_rate * (1 - base_rate) * BINS / n)
    stray = 10 / math.sqrt(n)
    return WORST_CALIBRATION_ERROR + chance, (SLOPES[0] - stray, SLOPES[1] + stray)


def _worse(candidate: Metrics, other: Metrics, name: str) -> str | None:
    mine, theirs = candidate.get("log_loss"), other.get("log_loss")
    if mine is None or theirs is None or mine <= theirs + TOLERANCE:
        return None
    return f"Log loss {mine:.4f} is worse than that of {name} ({theirs:.4f})."


def _not_worth_it(paired: Paired) -> str | None:
    """A heavier model must pay for itself; in a small practice it seldom can, and the baseline is the right model there."""
    if paired.difference.high < 0:
        return None
    return f"Not proven better than {paired.against}: {_difference(paired)}, an interval that does not lie below zero."


def _worth(paired: Paired) -> str:
    return f"Better than {paired.against} beyond chance: {_difference(paired)}."


def _difference(paired: Paired) -> str:
    value, low, high = (1000 * number for number in (paired.difference.value, paired.difference.low, paired.difference.high))
    return f"log loss {value:+.1f} millinats ({low:+.1f} to {high:+.1f}) on {paired.visits:,} visits of {paired.clients:,} clients"


def _summary(candidate: Metrics, other: Metrics, name: str) -> str:
    mine, theirs = candidate.get("log_loss"), other.get("log_loss")
    if mine is None or theirs is None:
        return f"Not comparable with {name}."
    return f"Log loss {mine:.4f} against {theirs:.4f} of {name}, on {candidate.get('n')} held-out visits."


def _over_champion(candidate: Metrics, champion: Metrics | None, *, is_refresh: bool) -> str:
    if is_refresh:
        return "The champion's own recipe, with newer visits."
    return "There is no champion yet." if champion is None else _summary(candidate, champion, "the champion")
