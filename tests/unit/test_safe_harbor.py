"""The export of finished feature rows: no dates, no places, no codes of ours."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hsched_core.privacy.release import Withheld
from hsched_core.privacy.safe_harbor import EXPORT, OTHER, category_columns, exported, hour_band, merged_small, undecided

ROW: dict[str, Any] = {
    "booking_id": "b" * 32,
    "client_token": "c" * 32,
    "site_token": "d" * 32,
    "scored_at": datetime(2026, 3, 4, 5, tzinfo=UTC),
    "starts_on": date(2026, 3, 5),
    "weekday": 4,
    "month_of_year": 3,
    "lead_time_days": 3,
    "start_hour": 14,
    "age_years": 97,
    "gender": "female",
    "client_visits": 12,
    "client_unused_rate": 0.123456,
    "days_since_attended": 6.7,
    "site_unused_rate": 0.2,
    "label_is_unused": True,
    "something_new": "Maria",
}


def test_a_row_leaves_without_dates_places_and_our_codes() -> None:
    """Intervals, counts, bands and a fresh row id; a column nobody decided on stays."""
    assert exported([ROW], ["r1"]) == [
        {
            "row_id": "r1",
            "lead_time_days": 3,
            "start_hour": "midday",
            "age_years": 90,
            "gender": "female",
            "client_visits": 12,
            "client_unused_rate": 0.12,
            "days_since_attended": 7,
            "label_is_unused": True,
        }
    ]
    assert undecided(ROW) == ["something_new"]


def test_nothing_that_looks_like_a_date_or_a_code_is_exported() -> None:
    """By name: instants, days and pseudonyms are withheld with their reason."""
    suspicious = [name for name in EXPORT if name.endswith(("_at", "_on", "_token", "_id"))]

    assert len(suspicious) >= 10
    assert all(isinstance(EXPORT[name], Withheld) for name in suspicious)


def test_each_row_needs_a_pseudonym_of_its_own() -> None:
    """One short is an error, not a row left out."""
    with pytest.raises(ValueError, match="zip"):
        exported([ROW, ROW], ["r1"])


@pytest.mark.parametrize(
    ("hour", "band"),
    [
        (0, "night"),
        (5, "night"),
        (6, "early"),
        (9, "morning"),
        (14, "midday"),
        (15, "afternoon"),
        (20, "evening"),
        (23, "night"),
        (None, None),
    ],
)
def test_hours_leave_as_parts_of_the_day(hour: int | None, band: str | None) -> None:
    """A band, never the hour."""
    assert hour_band(hour) == band


def test_very_long_intervals_are_one_band_and_unknown_ones_stay_unknown() -> None:
    """A rare length can single out a person."""
    [long], [unknown] = (
        [row["days_since_attended"] for row in exported([ROW | {"days_since_attended": d}], ["r"])] for d in (5000.0, float("nan"))
    )

    assert (long, unknown) == (730, None)


def test_small_categories_are_merged() -> None:
    """Ten alike become OTHER, eleven stay; unknown is no category."""
    values = ["a"] * 11 + ["b"] * 10 + ["c"] + [None]

    merged = merged_small(values)

    assert merged == ["a"] * 11 + [OTHER] * 11 + [None]
    assert "gender" in category_columns()
    assert "client_visits" not in category_columns()
