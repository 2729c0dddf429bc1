"""Inputs of a visit that only a request describes: dates come to what dbt's own SQL makes of them; told counts mean what they say."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hsched_models.asked import (
    HOLIDAY_ECHO_DAYS,
    AskedVisit,
    ToldHistory,
    aged,
    moment_of,
    new_client_inputs,
    told_inputs,
    visit_inputs,
)
from hsched_models.features import input_columns

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("America/New_York")
HOLIDAYS = frozenset({date(2026, 1, 1), date(2026, 7, 4), date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)})
BOOKED = datetime(2026, 1, 3, 4, 30, tzinfo=UTC)  # the evening before, in the practice's zone
WANTED = ("lead_time_days", "weekday", "season", "is_after_holiday", "start_hour", "booked_hour")


def by_sql(instants: list[datetime], holidays: Path) -> list[tuple[object, ...]]:
    """The same columns by the macros of dbt_project/macros/time.sql."""
    variables = {"timezone": str(ZONE), "holiday_echo_days": HOLIDAY_ECHO_DAYS}
    macros = (ROOT / "dbt_project" / "macros" / "time.sql").read_text(encoding="utf-8")
    query = macros + """
        with visits as (select unnest($instants) as starts_at, $booked::timestamptz as chosen_at),
        placed as (select *, {{ local_day('starts_at') }} as starts_on from visits),
        after_holidays as ( {{ days_after_holidays() }} )
        select
            (starts_on - {{ local_day('chosen_at') }})::int, isodow(starts_on)::int, {{ season('starts_on') }},
            starts_on in (select day from after_holidays),
            hour({{ local_time('starts_at') }})::int, hour({{ local_time('chosen_at') }})::int
        from placed order by starts_at
    """  # fmt: skip
    folder = str(holidays.parent)
    text = jinja2.Environment(autoescape=False).from_string(query).render(var=variables.get, env_var=lambda *_: folder)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(text, {"instants": instants, "booked": BOOKED}).fetchall()


def test_dates_and_hours_are_those_of_the_feature_tables(tmp_path: Path) -> None:
    """Every seventh hour of a year and more: both changes of the clock, every season, every holiday."""
    instants = [BOOKED + timedelta(hours=7 * step) for step in range(1, 1300)]
    pq.write_table(pa.table({"day": pa.array(sorted(HOLIDAYS), pa.date32())}), tmp_path / "public_holidays.parquet")
    mine = [visit_inputs(AskedVisit(instant, BOOKED), ZONE, HOLIDAYS) for instant in instants]

    assert [tuple(row[name] for name in WANTED) for row in mine] == by_sql(instants, tmp_path / "public_holidays.parquet")
    assert {row["season"] for row in mine} == {"year_end", "august", "spring_break", "usual"}


def test_a_new_client_has_a_value_or_nothing_for_every_input() -> None:
    """Whatever the model reads is there."""
    wanted = set(input_columns({"age": "asked", "gender": "asked"}))

    assert wanted <= new_client_inputs(0.2).keys()
    assert wanted <= (told_inputs(ToldHistory(10, 2, 1), 0.2) | visit_inputs(AskedVisit(BOOKED, BOOKED), ZONE, HOLIDAYS)).keys()


def test_told_counts_are_weighed_against_the_practices_rate() -> None:
    """Ten visits at a rate of 0.2 make one expect two misses; where no rate is known, none."""
    told = told_inputs(ToldHistory(10, 2, 1), 0.2)
    names = ("client_visits", "client_unused", "client_no_shows", "client_late_cancels", "client_bookings")

    assert [told[name] for name in names] == [10, 3, 2, 1, 11]
    assert (told["client_expected_unused"], told["client_information"]) == (2.0, pytest.approx(1.6))
    assert told_inputs(ToldHistory(10, 2, 1), None)["client_expected_unused"] == 0


def test_days_since_something_grow_and_nothing_else() -> None:
    """Three days later; never younger than it was."""
    stored = {"days_since_attended": 20.0, "days_since_outcome": None, "client_visits": 4}

    assert aged(stored, BOOKED, BOOKED + timedelta(days=3)) == {**stored, "days_since_attended": 23.0}
    assert aged(stored, BOOKED, BOOKED - timedelta(days=3)) == stored


@pytest.mark.parametrize(("hours", "moment"), [(1, "day_before"), (20, "day_before"), (52, "at_booking"), (500, "at_booking")])
def test_visits_of_today_and_tomorrow_are_the_day_befores(hours: int, moment: str) -> None:
    """By the practice's days, not by hours: the evening of the 2nd is asked from."""
    assert moment_of(BOOKED + timedelta(hours=hours), BOOKED, ZONE) == moment
