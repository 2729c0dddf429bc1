"""The waitlist's holdout against two hundred simulated years: its estimate covers what was planted, and finds none where none is.

Years of ten clinicians and, because a practice of three is usual too, of three.
"""

import numpy as np
import pytest

from hsched_models.holdout import effects, openings
from hsched_models.uplift import Verdict
from hsched_sandbox.parameters import plain
from hsched_sandbox.practice import simulate
from tests.holdout_years import TODAY
from tests.openings_years import beside_its_holdout, openings_lived, openings_of, placed_by

YEARS, FEWER_YEARS = 200, 40
FOUND = (Verdict.FEWER, Verdict.MORE)


@pytest.mark.parametrize("clinicians", [10, 3])
def test_the_estimate_covers_the_planted_effect_and_a_world_without_one_shows_none(clinicians: int) -> None:
    """At nominal 95 %: at least 90.5 % of years covered, at most 9.5 % of years with a false effect."""
    covered = false = shown = 0
    planted, widths, counts = [], [], []
    for seed in range(YEARS):
        world = simulate(plain(clinicians=clinicians, years=1), seed=2000 + seed, today=TODAY)
        real, none = openings_of(world, has_effect=True), openings_of(world, has_effect=False)
        found = effects(openings(*openings_lived(real, seed)))[0]
        covered += found["low"] is not None and found["low"] <= real.planted <= found["high"]
        shown += found["verdict"] in FOUND
        false += effects(openings(*openings_lived(none, seed)))[0]["verdict"] in FOUND
        planted.append(real.planted)
        widths.append(found["high"] - found["low"])
        counts.append(len(real.ids))
    print(
        f"\nopenings, {clinicians} clinicians: {YEARS} years of {np.mean(counts):.0f} openings, planted {np.mean(planted):+.4f} on average,"
    )
    print(f"interval {np.mean(widths):.4f} wide; covered {covered} of {YEARS}; shown in {shown}; without an effect in {false} of {YEARS}")
    assert covered >= 0.905 * YEARS
    assert false <= 0.095 * YEARS


@pytest.mark.parametrize(("share", "most"), [(0.1, 0.012), (0.3, 0.025)])
def test_openings_that_are_held_leave_their_clients_to_the_others(share: float, most: float) -> None:
    """As in life: the others are filled the better, so the estimate says more than offering everything changes. How much more is told."""
    told, whole, covered = [], [], 0
    for seed in range(FEWER_YEARS):
        world = simulate(plain(clinicians=10, years=1), seed=2000 + seed, today=TODAY)
        made = openings_of(world, has_effect=True)
        found = effects(openings(*beside_its_holdout(world, made, seed, share)))[0]
        everything = -float((placed_by(world, made) * (1 - made.left)).mean())
        told.append(found["difference"])
        whole.append(everything)
        covered += found["low"] <= everything <= found["high"]
    over = np.mean(whole) - np.mean(told)
    print(f"\n{share:.0%} held: estimate {np.mean(told):+.4f}, offering all {np.mean(whole):+.4f}; covered {covered} of {FEWER_YEARS}")
    assert 0 < over < most
