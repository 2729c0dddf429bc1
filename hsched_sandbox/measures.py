"""What a simulated practice turned out like, in the figures that published practices are described by."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.world import End, Session, Visits, World


@dataclass(frozen=True)
class Caseload:
    """How appointments spread over clients."""

    mean: float
    most_common: int
    top_fifth: float  # share of all appointments
    gini: float


def history(world: World) -> Visits:
    """The visits before today."""
    return world.visits.take(world.visits.start < world.timeline.midnight(world.timeline.today))


def unused(visits: Visits) -> Flags:
    """No-shows and late cancels."""
    flags: Flags = (visits.end == End.NO_SHOW) | (visits.end == End.LATE_CANCEL)
    return flags


def reached(visits: Visits) -> Visits:
    """Visits that nobody cancelled in time: attended or unused."""
    return visits.take(visits.end <= End.LATE_CANCEL)


def base_rates(visits: Visits) -> Floats:
    """No-show, late cancel, early cancel or move, clinic cancel, as shares of all."""
    rates: Floats = np.bincount(visits.end, minlength=len(End))[1:] / len(visits)
    return rates


def missed_intakes(visits: Visits) -> tuple[float, float]:
    """The share of intakes missed, and how many times that of the other visits it is."""
    kept = reached(visits)
    intake, missed = kept.session == Session.INTAKE, unused(kept)
    return float(missed[intake].mean()), float(missed[intake].mean() / missed[~intake].mean())


def miss_lift(visits: Visits) -> float:
    """How many times as often a client misses after a miss as after no miss, over appointments that follow one another."""
    ordered = visits.take(np.lexsort((visits.start, visits.client)))
    same = ordered.client[1:] == ordered.client[:-1]
    before, now = unused(ordered)[:-1][same], unused(ordered)[1:][same]
    return float(now[before].mean() / now[~before].mean())


def caseload(visits: Visits) -> Caseload:
    """Appointments by client."""
    counts = np.bincount(visits.client)
    counts = np.sort(counts[counts > 0])
    top = counts[len(counts) - len(counts) // 5 :]
    return Caseload(float(counts.mean()), int(np.bincount(counts).argmax()), float(top.sum() / counts.sum()), _gini(counts))


def clinician_spread(visits: Visits) -> float:
    """Standard deviation of the clinicians' logits of an unused visit, beyond what chance makes of equal ones."""
    kept = reached(visits)
    seen = np.bincount(kept.clinician)
    rate = np.bincount(kept.clinician, weights=unused(kept)) / seen
    logit, noise = np.log(rate / (1 - rate)), 1 / (seen * rate * (1 - rate))
    return float(np.sqrt(max(logit.var(ddof=1) - noise.mean(), 0)))


def _gini(ordered: Ints) -> float:
    ranks = np.arange(1, len(ordered) + 1)
    return float(2 * (ranks * ordered).sum() / (len(ordered) * ordered.sum()) - (len(ordered) + 1) / len(ordered))
