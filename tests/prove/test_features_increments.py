"""Increments against whole builds, on more worlds than the suite has time for."""

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import attendance_world
from tests.dbt_harness import Practice
from tests.increments import check_however_the_days_come

pytestmark = pytest.mark.xdist_group("dbt")


@given(seed=st.integers(0, 2**32), first=st.sampled_from([attendance_world.FIRST, attendance_world.AUTUMN]))
@settings(max_examples=25, deadline=None, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_days_come(feature_practice: Practice, seed: int, first: date) -> None:
    """25 worlds, five builds each."""
    check_however_the_days_come(feature_practice, seed, first)
