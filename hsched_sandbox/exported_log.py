"""The event log of a world as its EHR exports it. Always the same for the same world, whoever asks: export, truth and oracle."""

import numpy as np

from hsched_sandbox.dirt import Planted, soil
from hsched_sandbox.events import Events, write_down
from hsched_sandbox.world import World

LOG_STREAM = 2  # keeps the log's random numbers apart from those of the simulation and of the other sheets


def exported_log(world: World) -> tuple[Events, Planted]:
    """Every event in the order of its recording, and what was planted in the log."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), LOG_STREAM])
    return soil(write_down(world, rng), world, rng)
