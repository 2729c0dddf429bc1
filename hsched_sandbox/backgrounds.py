"""What a client comes with besides the visits: race, language, disability, the way there, household, the payer's units.

Race, language, disability and the car follow the payer, as poverty does. They are there to audit with: nothing trains on them, and the
log tells of them only through what they do. Drawn from a stream of its own, so that they move no other draw.
"""

from typing import Any

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.columns import Floats, Ints
from hsched_sandbox.parameters import PracticeParameters

# Rows by payer: commercial, medicaid, self-pay, medicare. Poverty's tilt is a choice; the sizes matter to no test, their order does.
RACE_TILT = np.array([[1.15, 0.75, 0.75, 1, 1, 1], [0.65, 1.7, 1.7, 0.8, 1, 1], [1.05, 0.8, 1.0, 1.2, 1, 1], [1.3, 0.8, 0.6, 0.7, 0.7, 1]])
LANGUAGE_OF_RACE = {"hispanic": (0.5, 0.5, 0, 0, 0), "asian": (0.62, 0, 0.26, 0, 0.12), "black": (0.9, 0, 0, 0.1, 0)}
ENGLISH = (1.0, 0, 0, 0, 0)
NO_CAR = np.array([0.06, 0.3, 0.12, 0.2])
DISABLED = np.array([0.06, 0.14, 0.06, 0.3])  # level 1 or more
NEEDS_AUTHORIZATION = np.array([0.4, 0.7, 0.0, 0.1])
UNITS = np.array([8, 12, 20])
WORST_DISABILITY = 4


def backgrounds(payer: Ints, first: int, parameters: PracticeParameters, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of `world.Clients` for clients numbered from `first` on."""
    count = len(payer)
    race = _race(payer, rng)
    alone = rng.random(count) >= parameters.demand.households
    disabled = rng.random(count) < DISABLED[payer]
    covered = rng.random(count) < NEEDS_AUTHORIZATION[payer]
    return {
        "fit": rng.standard_normal((count, 2)),
        "race": race,
        "language": _picked(_language_shares()[race], rng),
        "disability": disabled * np.minimum(rng.geometric(0.7, count), WORST_DISABILITY),
        "no_car": rng.random(count) < NO_CAR[payer],
        "household": first + np.maximum.accumulate(np.where(alone, np.arange(count), 0)),
        "units": covered * rng.choice(UNITS, count),
    }


def _race(payer: Ints, rng: np.random.Generator) -> Ints:
    shares = np.array([share for _, share in wordlists.RACES]) * RACE_TILT
    return _picked((shares / shares.sum(axis=1, keepdims=True))[payer], rng)


def _language_shares() -> Floats:
    return np.array([LANGUAGE_OF_RACE.get(race, ENGLISH) for race, _ in wordlists.RACES])


def _picked(shares: Floats, rng: np.random.Generator) -> Ints:
    """One of the columns for each row, by the row's shares."""
    above = (rng.random(len(shares))[:, None] >= np.cumsum(shares, axis=1)).sum(axis=1)
    picked: Ints = np.minimum(above, shares.shape[1] - 1)
    return picked
