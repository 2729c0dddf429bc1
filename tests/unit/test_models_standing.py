"""Whether a champion holds up: each verdict, and how seldom chance sends a good champion away."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from hsched_models.standing import FEWEST_VISITS, Verdict, judge_standing
from tests.review_frames import flat, visits

ROWS, TRUTH = visits(n=1200)
Floats = NDArray[np.float64]


def shifted(p: Floats, by: float | Floats) -> Floats:
    """The same ranking at another level."""
    odds: Floats = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + by)))
    return odds


def test_a_sound_champion_holds_up() -> None:
    """Better than the one before it, or alone."""
    assert judge_standing(ROWS, TRUTH, flat(TRUTH)).verdict is Verdict.HOLDS
    assert judge_standing(ROWS, TRUTH, None).verdict is Verdict.HOLDS


def test_one_that_is_worse_than_the_former_goes() -> None:
    """By an interval of the paired difference on the same visits; the reason holds the figures."""
    standing = judge_standing(ROWS, flat(TRUTH), TRUTH)

    assert standing.verdict is Verdict.DEMOTE
    assert "higher than that of the champion before it, on 1,200 visits." in standing.reason
    assert standing.change is not None
    assert standing.change.low > 0


def test_one_whose_probabilities_are_off_goes_where_the_former_ones_are_not() -> None:
    """Calibration alone is reason enough."""
    standing = judge_standing(ROWS, shifted(TRUTH, 0.8), TRUTH)

    assert standing.verdict is Verdict.DEMOTE


def test_what_the_world_did_to_both_asks_for_a_training() -> None:
    """Both are off by as much: going back would not help."""
    standing = judge_standing(ROWS, shifted(TRUTH, 0.8), shifted(TRUTH, 0.8))

    assert standing.verdict is Verdict.RETRAIN
    assert "going back would not help" in standing.reason


def test_a_first_champion_that_is_off_asks_for_a_training() -> None:
    """There is nobody to go back to."""
    assert judge_standing(ROWS, shifted(TRUTH, 0.8), None).verdict is Verdict.RETRAIN


@pytest.mark.parametrize(
    "rows", [ROWS.head(FEWEST_VISITS - 1), ROWS.assign(label_is_unused=False), ROWS.assign(label_is_unused=True), ROWS.head(0)]
)
def test_too_little_says_nothing(rows: pd.DataFrame) -> None:
    """Few visits, none, or one class only: neither for nor against anybody, however bad the forecast."""
    p = shifted(TRUTH, 3.0)[: len(rows)]

    assert judge_standing(rows, p, TRUTH[: len(rows)]).verdict is Verdict.EARLY


def test_two_hundred_visits_are_enough_to_see_a_broken_model() -> None:
    """A forecast turned upside down."""
    assert judge_standing(ROWS.head(FEWEST_VISITS), 1 - TRUTH[:FEWEST_VISITS], TRUTH[:FEWEST_VISITS]).verdict is Verdict.DEMOTE


def test_chance_hardly_ever_sends_a_good_champion_away() -> None:
    """Eighty weeks in which both are as good as each other, noise apart: at most two are demoted."""
    rng = np.random.default_rng(4)
    demoted = 0
    for seed in range(80):
        rows, truth = visits(n=400, clients=150, days=7, seed=seed)
        mine, former = (shifted(truth, rng.normal(0, 0.15, len(truth))) for _ in range(2))
        demoted += judge_standing(rows, mine, former).verdict is Verdict.DEMOTE

    assert demoted <= 2
