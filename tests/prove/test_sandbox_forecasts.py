"""What the shipped recipe makes of what can be known: `hsched evaluate --sandbox`, judged against the filter oracle.

The middle setting takes some ten minutes of one core, each small practice two.
"""

from typing import Any

import pytest

from hsched_cli.sandbox_evaluation import evaluate_sandbox

SEED = 20260101


def _figures(clinicians: int, years: float, seed: int) -> dict[str, Any]:
    return evaluate_sandbox(clinicians, years, seed, print)


def test_a_large_practice_learns_nearly_all_there_is_to_know() -> None:
    """Sixty clinicians, two years: at least 0.94 of the oracle's information, ranked and calibrated as closely as asked; no leak."""
    figures = _figures(60, 2, SEED)

    assert figures["model"] == "blend"
    assert figures["explained_information_ratio"] >= 0.94
    assert figures["auroc_gap"] <= 0.005
    assert figures["ece"] <= 0.010
    assert figures["kl_millinats"] <= 4
    assert not figures["is_leaking"]


@pytest.mark.parametrize("seed", [SEED, 1])
def test_a_small_practice_is_never_worse_off_than_with_the_baseline(seed: int) -> None:
    """Five clinicians, one year: at least 0.70, by whichever model has proven its worth before."""
    figures = _figures(5, 1, seed)

    assert figures["explained_information_ratio"] >= 0.70
    assert figures["explained_information_ratio"] >= figures["baseline"]["explained_information_ratio"]
    assert not figures["is_leaking"]
