"""The feature tables against a slow reading of the log, on worlds nobody thought of."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import attendance_world, history_reference
from tests.dbt_harness import Practice

pytestmark = pytest.mark.xdist_group("dbt")
WORLDS = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = ("client_token", "booking_id")


@given(seed=st.integers(0, 2**32), first=st.sampled_from([attendance_world.FIRST, attendance_world.AUTUMN]))
@WORLDS
def test_dbt_and_the_reference_agree_on_every_row(feature_practice: Practice, seed: int, first: date) -> None:
    """Counts, streaks, ages and bookings of each client, at each scoring moment of each booking."""
    log = attendance_world.make(seed, clients=14, first=first).log
    rows = feature_practice.build(log).appointments
    expected = pd.DataFrame(
        [
            history_reference.features(log["appointments"], *row[:2], row[2].to_pydatetime())
            for row in rows[[*NAMES, "scored_at"]].to_numpy()
        ]
    )

    assert set(rows["booking_id"]) == {booking.booking_id for booking in history_reference.bookings_of(log["appointments"])}
    for name in expected.columns:
        wrong = ~_agree(rows[name], expected[name])
        assert not wrong.any(), f"{name}:\n{rows.loc[wrong, [*NAMES, 'moment', 'scored_at', name]].assign(expected=expected[name])}"


def _agree(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    numbers = [column.astype("object").map(lambda value: float("nan") if pd.isna(value) else float(value)) for column in (ours, theirs)]
    return ((numbers[0] - numbers[1]).abs() < 1e-6) | (numbers[0].isna() & numbers[1].isna())
