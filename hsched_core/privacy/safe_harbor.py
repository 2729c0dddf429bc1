"""Finished feature rows as they may leave the practice: no date, no place, no code of ours; intervals, counts and bands.

A column that is not in the table does not pass. Weekday and month are withheld: they are parts of a date, and whether a
weekday alone is more specific than a year is for counsel to say, not for software.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hsched_core.privacy.release import Nature, Withheld

Row = Mapping[str, Any]
Transform = Callable[[Any], Any]

OLDEST = 90
SMALLEST_CATEGORY = 11
OTHER = "OTHER"
LONGEST_DAYS = 730
# first hour of each band -> its name
HOUR_BANDS = ((0, "night"), (6, "early"), (9, "morning"), (12, "midday"), (15, "afternoon"), (18, "evening"), (21, "night"))


@dataclass(frozen=True)
class Exported:
    """A column that leaves: what is done to it, and what it then is."""

    transform: Transform
    nature: Nature = Nature.QUANTITY


def hour_band(hour: int | None) -> str | None:
    """The part of the day."""
    return None if hour is None else next(name for first, name in reversed(HOUR_BANDS) if hour >= first)


def capped_age(years: int | None) -> int | None:
    return None if years is None else min(int(years), OLDEST)


def whole_days(days: float | None) -> int | None:
    """An interval in whole days; very long ones are one band, because a rare length can single out a person."""
    return None if days is None or days != days else min(round(days), LONGEST_DAYS)


def rounded(value: float | None) -> float | None:
    return None if value is None or value != value else round(float(value), 2)


def kept(value: Any) -> Any:
    return value


_CATEGORY = Exported(kept, Nature.CATEGORY)
_COUNT = Exported(kept)
_DAYS = Exported(whole_days)
_RATE = Exported(rounded)
_OUR_CODE = Withheld("a pseudonym of the graph; the export gets fresh ones")
_DATE = Withheld("a date")
_PART_OF_DATE = Withheld("part of a date")

EXPORT: Mapping[str, Exported | Withheld] = {
    "booking_id": _OUR_CODE,
    "appointment_token": _OUR_CODE,
    "client_token": _OUR_CODE,
    "clinician_token": _OUR_CODE,
    "site_token": _OUR_CODE,
    "moment": _CATEGORY,
    "scored_at": _DATE,
    "booked_at": _DATE,
    "starts_on": _DATE,
    "starts_at": _DATE,
    "as_of_on": _DATE,
    "label_known_at": _DATE,
    "weekday": _PART_OF_DATE,
    "month_of_year": _PART_OF_DATE,
    "lead_time_days": _DAYS,
    "days_ahead": _DAYS,
    "start_hour": Exported(hour_band, Nature.CATEGORY),
    "booked_hour": Exported(hour_band, Nature.CATEGORY),
    "duration_minutes": _COUNT,
    "session_type": _CATEGORY,
    "modality": _CATEGORY,
    "is_moved_here": _CATEGORY,
    "series_interval_days": _DAYS,
    "series_position": _COUNT,
    "age_years": Exported(capped_age, Nature.CAPPED_AGE),
    "gender": _CATEGORY,
    "client_visits": _COUNT,
    "client_unused": _COUNT,
    "client_no_shows": _COUNT,
    "client_late_cancels": _COUNT,
    "client_early_cancels": _COUNT,
    "client_expected_unused": _RATE,
    "client_information": _RATE,
    "client_unused_rate": _RATE,
    "client_recent_unused_rate": _RATE,
    "is_last_unused": _CATEGORY,
    "client_unused_streak": _COUNT,
    "days_since_attended": _DAYS,
    "days_since_outcome": _DAYS,
    "client_bookings": _COUNT,
    "client_open_bookings": _COUNT,
    "same_day_bookings": _COUNT,
    "practice_unused_rate": _RATE,
    "lead_unused_rate": _RATE,
    "clinician_unused_rate": _RATE,
    "site_unused_rate": Withheld("stands for a place"),
    "slot_unused_rate": Withheld("stands for a weekday and hour"),
    "audit_has_welfare": _CATEGORY,
    "audit_language": _CATEGORY,
    "audit_race_ethnicity": _CATEGORY,
    "label_outcome": _CATEGORY,
    "label_is_unused": _CATEGORY,
}


def exported(rows: Iterable[Row], pseudonyms: Iterable[str]) -> list[dict[str, Any]]:
    """The rows as they may leave, each under a fresh random pseudonym from the caller. Small categories are not yet merged."""
    return [{"row_id": pseudonym, **_transformed(row)} for row, pseudonym in zip(rows, pseudonyms, strict=True)]


def merged_small(values: Sequence[Any], smallest: int = SMALLEST_CATEGORY) -> list[Any]:
    """A category column with every value that fewer than `smallest` rows share as OTHER; empty values stay empty."""
    counts = Counter(value for value in values if value is not None)
    return [value if value is None or counts[value] >= smallest else OTHER for value in values]


def category_columns() -> tuple[str, ...]:
    """Exported columns that `merged_small` is for."""
    return tuple(name for name, decision in EXPORT.items() if isinstance(decision, Exported) and decision.nature is Nature.CATEGORY)


def undecided(columns: Iterable[str]) -> list[str]:
    """Columns this table says nothing about; they do not pass."""
    return sorted(set(columns) - EXPORT.keys())


def _transformed(row: Row) -> dict[str, Any]:
    decisions = ((name, EXPORT.get(name), value) for name, value in row.items())
    return {name: decision.transform(value) for name, decision, value in decisions if isinstance(decision, Exported)}
