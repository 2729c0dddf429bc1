"""How far the filter oracle may be from the best possible forecast: nothing in a plain world, a bracket elsewhere.

Both ends are expectations under the true probabilities, without the noise of outcomes. At least: what putting its level right, in
fiftieths of its own forecasts, would gain. At most: what it would gain if it were told what stands in no record (alliances, shared
shocks, the way there), which no forecast can beat.
"""

from dataclasses import dataclass, replace

import numpy as np

from hsched_sandbox.columns import Floats
from hsched_sandbox.events import Events
from hsched_sandbox.oracle import Filtered, filter_oracle
from hsched_sandbox.parameters import Circumstances, PracticeParameters
from hsched_sandbox.world import World

PARTS = 50
ENOUGH_CLIENTS = 5000
HIDDEN = ("alliance_sigma", "group_gap_sigma", "no_car", "storm", "household_sigma", "group_sigma")


@dataclass(frozen=True)
class OracleError:
    """Millinats of log loss a visit. Both zero where the oracle is exact."""

    is_exact: bool
    at_least: float
    at_most: float


def oracle_error(world: World, filtered: Filtered, events: Events) -> OracleError:
    """The stated error of that world's oracle."""
    if is_exact(world.parameters):
        return OracleError(True, 0.0, 0.0)
    told = filter_oracle(_told(world), events, every=max(1, len(world.clients) // ENOUGH_CLIENTS)).p_unused
    compared, scored = ~np.isnan(told), ~np.isnan(filtered.p_unused)
    truth = world.visits.p_unused
    gain = _loss(truth[compared], filtered.p_unused[compared]) - _loss(truth[compared], told[compared])
    return OracleError(False, _miscalibration(truth[scored], filtered.p_unused[scored]), 1000 * gain)


def is_exact(parameters: PracticeParameters) -> bool:
    """Whether nothing happens that the oracle does not integrate over."""
    hidden = any(getattr(parameters.circumstances, name) for name in HIDDEN)
    return not hidden and not parameters.circumstances.lapse and not parameters.dirt.late_as_no_show


def _told(world: World) -> World:
    """The same world, with what stands in no record written into it."""
    nothing_left = replace(world.parameters, circumstances=Circumstances())
    told = world.visits.known_logit + world.visits.hidden_logit
    return replace(world, parameters=nothing_left, visits=world.visits.having(known_logit=told))


def _loss(truth: Floats, forecast: Floats) -> float:
    return float(-(truth * np.log(forecast) + (1 - truth) * np.log(1 - forecast)).mean())


def _miscalibration(truth: Floats, forecast: Floats) -> float:
    gain = 0.0
    for rows in np.array_split(np.argsort(forecast, kind="stable"), PARTS):
        righted = np.full(len(rows), truth[rows].mean())
        gain += len(rows) * (_loss(truth[rows], forecast[rows]) - min(_loss(truth[rows], forecast[rows]), _loss(truth[rows], righted)))
    return 1000 * gain / len(truth)
