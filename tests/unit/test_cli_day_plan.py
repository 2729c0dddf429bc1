"""Which days a run is about, and when it trains."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hsched_cli.day_plan import days_without, newest_day, plan_days, spans, training_reason
from hsched_core.domain.errors import InputError

FIRST = date(2026, 1, 1)
TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_the_newest_day_is_yesterday() -> None:
    """Today's records are not complete."""
    assert newest_day(FIRST, None, TODAY) == date(2026, 3, 9)


def test_an_ended_file_stops_where_visits_are_still_coming() -> None:
    """Two days before the end: there is a tomorrow to score."""
    assert newest_day(date(2016, 4, 29), date(2016, 6, 1), TODAY) == date(2016, 5, 30)


def test_a_file_of_two_days_starts_with_its_first() -> None:
    """A short file never asks for a day before its first."""
    assert newest_day(date(2016, 4, 29), date(2016, 4, 30), TODAY) == date(2016, 4, 29)


def test_an_export_that_goes_on_into_the_future_stops_yesterday() -> None:
    """A last day that has not come yet is no reason to extract tomorrow."""
    assert newest_day(FIRST, TODAY + timedelta(days=30), TODAY) == date(2026, 3, 9)


def test_the_days_before_are_scored_too() -> None:
    """The day asked for is the last of the scored days."""
    plan = plan_days(FIRST, None, TODAY, date(2026, 2, 10), 3)

    assert plan.scored == (date(2026, 2, 8), date(2026, 2, 9), date(2026, 2, 10))


def test_scores_do_not_begin_before_the_practice() -> None:
    """Fewer days than asked for, where there are fewer."""
    assert plan_days(FIRST, None, TODAY, date(2026, 1, 2), 7).scored == (date(2026, 1, 1), date(2026, 1, 2))


@pytest.mark.parametrize("asked", [date(2025, 12, 31), TODAY, date(2027, 1, 1)])
def test_a_day_without_records_is_refused_by_name(asked: date) -> None:
    """The message says which days there are."""
    with pytest.raises(InputError) as raised:
        plan_days(FIRST, None, TODAY, asked, 7)

    assert raised.value.remedy == "Choose a day from 2026-01-01 to 2026-03-09."


def test_without_a_champion_a_training_is_due() -> None:
    """Nobody has been promoted, or nobody knows when."""
    assert training_reason([], NOW) == "there is no champion yet"
    assert training_reason([None], NOW) == "there is no champion yet"


def test_the_oldest_champion_decides() -> None:
    """One of the two moments has fallen behind."""
    fresh, old = NOW - timedelta(days=1), NOW - timedelta(days=8)

    assert training_reason([fresh, old], NOW) == "the champion is 8 days old"
    assert training_reason([fresh, NOW - timedelta(days=7)], NOW) is None


def test_a_day_is_missing_where_any_table_misses_it() -> None:
    """One of two tables was not written."""
    both, one = {"2026-01-01", "2026-01-02"}, {"2026-01-01"}

    assert days_without(FIRST, date(2026, 1, 3), [both, one]) == [date(2026, 1, 2), date(2026, 1, 3)]


def test_missing_days_are_run_in_unbroken_stretches() -> None:
    """A hole of one day and a tail of two are two runs, not one over everything."""
    days = [date(2026, 1, 2), date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)]

    assert list(spans(days)) == [(date(2026, 1, 2), date(2026, 1, 2)), (date(2026, 1, 30), date(2026, 2, 1))]
    assert list(spans([])) == []
