"""Drifts of the sandbox, lived through by the house's own recipe, charts and updates: seen in time, forgotten in time, rarely cried wolf.

An hour and a half on one core. `tests.prove.lived` runs the same by seeds, with progress in a file.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hsched_sandbox.drifts import DriftKind
from tests.dbt_harness import Practice
from tests.prove.drift_figures import alarms_a_year, detection, of_scenario, weeks_back
from tests.prove.drift_worlds import CALM
from tests.prove.lived import Course, live_through

SEEDS = range(20)
SOON = (DriftKind.SUDDEN, DriftKind.STATUS_REMAP, DriftKind.REMINDER_OUTAGE, DriftKind.NEW_CLINICIAN)


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Course]:
    """Every scenario of every seed."""
    practice = Practice(Path(tmp_path_factory.mktemp("drift")))
    return [course for seed in SEEDS for course in live_through(seed, practice)]


@pytest.mark.parametrize("kind", SOON)
def test_a_drift_is_seen_within_three_weeks(courses: Sequence[Course], kind: DriftKind) -> None:
    """Those that begin with their full size; gradual and seasonal ones are small at first (docs/explanation/drift.md)."""
    assert detection(of_scenario(courses, kind.value)).ninth <= 21


def test_calm_practices_are_alarmed_at_most_once_a_year(courses: Sequence[Course]) -> None:
    """All charts together."""
    assert alarms_a_year(of_scenario(courses, CALM)) <= 1


@pytest.mark.parametrize("kind", list(DriftKind))
def test_forecasts_are_right_again_within_four_weeks(courses: Sequence[Course], kind: DriftKind) -> None:
    """True over predicted of four weeks together, the first beginning at most four weeks after the drift."""
    back = sorted(weeks_back(course, "updated") for course in of_scenario(courses, kind.value))

    assert back[int(0.9 * len(back)) - 1] <= 4
