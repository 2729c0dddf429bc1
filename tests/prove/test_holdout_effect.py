"""The holdout's estimate against two hundred simulated years of the sandbox: it covers the planted effect, and finds none where none is.

Draws are the real lot's and pass through the holdout itself; outcomes follow the sandbox's true chances, known for both kinds of care.
"""

import numpy as np

from hsched_models.holdout import effects, visits
from hsched_models.uplift import Verdict
from hsched_sandbox.parameters import plain
from hsched_sandbox.practice import simulate
from tests.holdout_years import TODAY, lived, of_world

YEARS = 200
FOUND = (Verdict.FEWER, Verdict.MORE)


def test_the_estimate_covers_the_planted_effect_and_a_world_without_one_shows_none() -> None:
    """At nominal 95 %: at least 90.5 % of years covered, at most 9.5 % of years with a false effect."""
    covered = false = shown = 0
    planted, widths = [], []
    for seed in range(YEARS):
        world = simulate(plain(clinicians=10, years=1), seed=1000 + seed, today=TODAY)
        real, none = of_world(world, has_effect=True), of_world(world, has_effect=False)
        found = effects(visits(*lived(real, seed)))[0]
        covered += found["low"] <= real.planted <= found["high"]
        shown += found["verdict"] in FOUND
        false += effects(visits(*lived(none, seed)))[0]["verdict"] in FOUND
        planted.append(real.planted)
        widths.append(found["high"] - found["low"])
    print(f"\nholdout: {YEARS} years, planted {np.mean(planted):+.4f} on average, interval {np.mean(widths):.4f} wide on average")
    print(f"covered {covered} of {YEARS}; an effect shown in {shown}; in the world without one in {false} of {YEARS}")
    assert covered >= 0.905 * YEARS
    assert false <= 0.095 * YEARS
