"""The feature tables against a slow reading of the log, on worlds nobody thought of."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import attendance_world, calendar_reference, history_reference, rates_reference
from tests.attendance_log import Row
from tests.dbt_harness import HOLIDAYS, Practice

pytestmark = pytest.mark.xdist_group("dbt")
WORLDS = settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a smaller seed is no smaller world
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = ("client_token", "booking_id")
LENGTH = {"duration_minutes": 50}


@given(seed=st.integers(0, 2**32), first=st.sampled_from([attendance_world.FIRST, attendance_world.AUTUMN]))
@WORLDS
def test_dbt_and_the_reference_agree_on_every_row(feature_practice: Practice, seed: int, first: date) -> None:
    """Counts, streaks, gaps and bookings of each client, what was to be expected of them, the practice's rates: at each moment."""
    log = attendance_world.make(seed, clients=14, first=first).log
    rows = feature_practice.build(log).appointments
    expected = reference(log["appointments"], rows)

    assert set(rows["booking_id"]) == {booking.booking_id for booking in history_reference.bookings_of(log["appointments"])}
    for name in expected.columns:
        wrong = ~_agree(rows[name], expected[name])
        assert not wrong.any(), f"{name}:\n{rows.loc[wrong, [*NAMES, 'moment', 'scored_at', name]].assign(expected=expected[name])}"


@given(seed=st.integers(0, 2**32), first=st.sampled_from([attendance_world.FIRST, attendance_world.AUTUMN]))
@WORLDS
def test_reminders_and_seasons_are_those_of_the_log_and_the_calendar(feature_practice: Practice, seed: int, first: date) -> None:
    log = attendance_world.make(seed, clients=14, first=first).log
    rows = feature_practice.build(log).appointments
    told = [
        calendar_reference.last_reminder(log["communications"], row.appointment_token, row.booked_at, row.scored_at)
        for row in rows.itertuples()
    ]

    assert rows["last_reminder"].tolist() == told
    assert rows["season"].tolist() == [calendar_reference.season(day) for day in rows["starts_on"]]
    assert rows["is_after_holiday"].tolist() == [calendar_reference.is_after_holiday(day, HOLIDAYS) for day in rows["starts_on"]]


def reference(log: list[Row], rows: pd.DataFrame) -> pd.DataFrame:
    """The features of those rows, read from the log; what is booked at the moment is taken from the row and the log."""
    rates = rates_reference.Rates(log)
    booked = rows[["session_type", "clinician_token", "site_token", "starts_on", "starts_at"]].astype("object")
    found = []
    for row, told in zip(rows.itertuples(), booked.where(booked.notna(), None).to_dict("records"), strict=True):
        instant = row.scored_at.to_pydatetime()
        series = next(event["series_token"] for event in log if event["appointment_token"] == row.appointment_token)
        about = {**told, "series_token": series, "starts_at": told["starts_at"] and told["starts_at"].to_pydatetime(), **LENGTH}
        own = history_reference.features(log, row.client_token, row.booking_id, instant, rates.expected_of)
        company = history_reference.company(log, row.client_token, row.booking_id, instant, about)
        found.append({**own, **company, **rates_reference.features(rates, about, row.booked_at.to_pydatetime(), instant)})
    return pd.DataFrame(found)


def _agree(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    numbers = [column.astype("object").map(lambda value: float("nan") if pd.isna(value) else float(value)) for column in (ours, theirs)]
    return ((numbers[0] - numbers[1]).abs() < 1e-6) | (numbers[0].isna() & numbers[1].isna())
