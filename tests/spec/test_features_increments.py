"""Days added one at a time make, to the bit, what one build of the whole lake makes."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import attendance_world
from tests.attendance_log import at, client, event, visit
from tests.dbt_harness import Built, Practice
from tests.increments import assert_equal_to_the_bit, check_however_the_days_come, grown

pytestmark = pytest.mark.xdist_group("dbt")
LOOK = (date(2026, 3, 1), date(2026, 3, 30))
SEASONS = st.sampled_from([attendance_world.FIRST, attendance_world.AUTUMN])


def test_a_month_of_the_unforeseen(feature_practice: Practice) -> None:
    """A late correction of last month, another client, a move, a repeat, a missed day caught up, a day run again, two days at once."""
    log = {
        "clients": [client("ada", "01-20 09:00", age_years=30), client("ada", "03-05 09:00", age_years=31)],
        "appointments": [
            *visit("old", "01-20 09:00", "02-02 10:00", "no_show"),
            *visit("late", "02-01 09:00", "02-09 10:00", "attended", recorded="03-03 12:00"),
            *visit("kept", "02-02 09:00", "03-02 10:00", "attended", site_token="elm"),
            event("old", "attended", "02-02 10:50", "02-02 10:00", recorded="03-04 15:00"),
            event("next", "booked", "02-20 09:00", "03-12 10:00"),
            event("next", "moved", "03-05 11:00", "03-13 10:00"),
            event("next", "confirmed", "03-06 08:00", "03-13 10:00"),
            event("next", "confirmed", "03-06 08:00", "03-13 10:00", recorded="03-07 08:00"),
            *visit("new", "03-01 09:00", "03-06 10:00", "no_show", client_token="bea"),
            *visit("swapped", "02-20 09:00", "03-04 10:00", "no_show"),
            event("swapped", "corrected", "03-06 09:00", "03-04 11:00", client_token="bea"),
            event("swapped", "attended", "03-06 09:05", "03-04 11:00", client_token="bea"),
            event("soon", "booked", "03-07 10:00", "03-14 10:00", client_token="bea", clinician_token="lee"),
        ],
    }
    day = {number: date(2026, 3, number) for number in range(1, 9)}
    before = [date(2026, 1, 20) + timedelta(days=number) for number in range((day[1] - date(2026, 1, 20)).days)]
    steps = [[*before, day[1], day[2]], [day[3], day[5]], [day[4]], [day[5]], [day[6], day[7], day[8]]]
    whole, told = grown(feature_practice, log, [[*before, *day.values()]], LOOK)
    days, ways = grown(feature_practice, log, steps, LOOK)

    assert_equal_to_the_bit(days, whole)
    assert told == ["whole build: there are no tables yet"]
    assert ways == [
        *told,
        "increment: 2026-03-03 to 2026-03-05, 2 days",
        "increment: 2026-03-04 to 2026-03-04, 1 days",
        "increment: no new days",
        "increment: 2026-03-06 to 2026-03-08, 3 days",
    ]
    coming = whole.coming[whole.coming["as_of_on"] == day[8]].set_index("booking_id")
    assert coming.loc["next-1", "client_no_shows"] == 0  # put right on 4 March
    assert coming.loc["next-1", "client_visits"] == 3
    assert coming.loc["soon-0", "client_visits"] == 2  # the corrected one was hers
    assert coming.loc["next-1", "age_years"] == 31
    assert at("03-05 11:00") == coming.loc["next-1", "booked_at"]


def test_a_day_run_by_itself_has_the_rows_it_has_among_others(feature_practice: Practice) -> None:
    """It takes the place of what was there, also where its visits have all gone."""
    log = {
        "appointments": [
            *visit("kept", "02-02 09:00", "03-02 10:00", "attended"),
            *visit("missed", "02-20 09:00", "03-09 10:00", "no_show", client_token="bea"),
            event("next", "booked", "02-20 09:00", "03-12 10:00"),
        ]
    }
    alone = [date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 20)]
    among = feature_practice.build(log, days=LOOK)
    for day in [*alone, alone[0]]:
        feature_practice.run((day, day), ("tag:daily",))

    again = Built(among.appointments, feature_practice.coming())
    assert_equal_to_the_bit(again, among)
    assert set(alone) & set(again.coming["as_of_on"]) == set(alone[:2])
    folders = [feature_practice.tables / "feat_no_show__coming" / f"as_of_on={day}" for day in alone]
    assert [any(folder.glob("*.parquet")) for folder in folders] == [True, True, True]


@given(seed=st.integers(0, 2**32), first=SEASONS)
@settings(max_examples=2, deadline=None, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_days_come(feature_practice: Practice, seed: int, first: date) -> None:
    """Moves, corrections, late records and repeats over both clock changes, in any batches; `tests/prove` tries many more."""
    check_however_the_days_come(feature_practice, seed, first)
