"""Families of inputs, and the sentence each comes to for one visit. Figures of the visit itself; no name, no token, no demographic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Row = Mapping[str, object]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MODALITIES = {"in_person": "In person", "video": "By video", "phone": "By phone"}
REMINDED = {"none": "No reminder sent so far", "text": "Reminded by text", "call": "Reminded by a call", "email": "Reminded by e-mail"}
SEASONS = {"year_end": "Between Thanksgiving and New Year", "august": "In August", "spring_break": "In the first half of April"}


@dataclass(frozen=True)
class Family:
    """Inputs that people think of as one thing. `words` says it of a row, given whether it raises the risk; None: nothing to say."""

    name: str
    columns: tuple[str, ...]
    words: Callable[[Row, bool], str | None]


def is_new(row: Row) -> bool:
    """Whether no earlier visit of the client has an outcome."""
    return not _number(row, "client_visits")


def history(row: Row, _raises: bool) -> str | None:
    """How earlier visits went: of the last six months where that is known, else of all time."""
    visits, unused = _number(row, "client_visits"), _number(row, "client_unused")
    if visits is None or unused is None:
        return None
    if not visits:
        return "First visit" if (_number(row, "client_bookings") or 1) <= 1 else "No earlier visit with a known outcome"
    streak = int(_number(row, "client_unused_streak") or 0)
    if streak >= 2:
        return f"Missed the last {streak} visits"
    lately, missed = _number(row, "client_visits_180d"), _missed_lately(row)
    if lately is not None and missed is not None and lately < visits:
        return _record(int(missed), int(lately), " in the last six months") if lately else "No visit in the last six months"
    return _record(int(unused), int(visits), " so far")


def absence(row: Row, raises: bool) -> str | None:
    """How long ago the client last came."""
    days, planned = _number(row, "days_since_attended"), int(_number(row, "client_missed_in_plan") or 0)
    if is_new(row):
        return history(row, raises)
    if planned >= 2:
        return f"The last {planned} planned visits did not take place"
    if days is None:
        return "Has not come yet" if "days_since_attended" in row else None
    return f"Last came {span(days)} ago"


def changes(row: Row, _raises: bool) -> str | None:
    """Moves, and cancels in good time."""
    if row.get("is_moved_here"):
        return "Moved here from another time"
    moves, cancels = int(_number(row, "client_moves_90d") or 0), int(_number(row, "client_early_cancels") or 0)
    if moves:
        return f"Moved {_count(moves, 'visit')} in the last 90 days"
    if cancels:
        return f"Cancelled {_count(cancels, 'earlier visit')} in good time"
    return None if is_new(row) else "Moved and cancelled little"


def lead(row: Row, _raises: bool) -> str | None:
    days = _number(row, "lead_time_days")
    if days is None:
        return None
    return "Booked for the same day" if days < 1 else f"Booked {span(days)} ahead"


def slot(row: Row, _raises: bool) -> str | None:
    weekday, hour = _number(row, "weekday"), _number(row, "start_hour")
    day = WEEKDAYS[int(weekday) - 1] if weekday is not None and 1 <= weekday <= 7 else ""
    if hour is None:
        return f"On a {day}" if day else None
    return f"{day} at {int(hour)}:00" if day else f"At {int(hour)}:00"


def session(row: Row, _raises: bool) -> str | None:
    kind, minutes = row.get("session_type"), _number(row, "duration_minutes")
    named = f"{str(kind).capitalize()} session" if kind and kind != "visit" else ""
    length = f"{minutes:.0f} minutes" if minutes is not None else ""
    return ", ".join(part for part in (named, length) if part) or None


def place(row: Row, _raises: bool) -> str | None:
    return MODALITIES.get(str(row.get("modality")))


def series(row: Row, _raises: bool) -> str | None:
    position, interval = _number(row, "series_position"), _number(row, "series_interval_days")
    if interval is None and not position:
        return "Not part of a series"
    return f"Visit {int(position) + 1} of a series" if position is not None else "Part of a series"


def confirmation(row: Row, _raises: bool) -> str | None:
    if row.get("is_confirmed") is None:
        return None
    return "Confirmed" if row["is_confirmed"] else "Not confirmed"


def reminder(row: Row, _raises: bool) -> str | None:
    return REMINDED.get(str(row.get("last_reminder")))


def calendar(row: Row, _raises: bool) -> str | None:
    """The part of the year; the week after a holiday where both are told."""
    if row.get("is_after_holiday") is None:
        return None
    return "In the week after a holiday" if row["is_after_holiday"] else SEASONS.get(str(row.get("season")), "At a usual time of the year")


def bookings(row: Row, raises: bool) -> str | None:
    together, ahead = int(_number(row, "same_day_bookings") or 0), int(_number(row, "client_open_bookings") or 0)
    if together:
        return f"{_count(together, 'more booking')} on that day"
    if ahead > 1:
        return f"{_count(ahead, 'open booking')}"
    return history(row, raises) if is_new(row) else "No other open booking"


def clinician(row: Row, raises: bool) -> str | None:
    if row.get("clinician_token") is None:
        return None
    return f"Visits with this clinician are missed {'more' if raises else 'less'} often than most"


FAMILIES: tuple[Family, ...] = (
    Family(
        "history",
        ("client_visits", "client_unused", "client_no_shows", "client_late_cancels", "client_expected_unused", "client_information",
         "client_recent_excess_3w", "client_recent_information_3w", "client_recent_excess_8w", "client_recent_information_8w",
         "client_recent_excess_26w", "client_recent_information_26w", "client_recent_unused_rate", "is_last_unused",
         "client_unused_streak"),
        history,
    ),
    Family("absence", ("client_missed_in_plan", "days_since_attended", "days_since_outcome"), absence),
    Family("changes", ("is_moved_here", "client_moves", "client_moves_90d", "client_early_cancels"), changes),
    Family("lead", ("lead_time_days", "booked_hour"), lead),
    Family("slot", ("weekday", "start_hour"), slot),
    Family("session", ("session_type", "duration_minutes"), session),
    Family("place", ("modality", "site_token"), place),
    Family("series", ("series_interval_days", "series_position"), series),
    Family("confirmation", ("is_confirmed", "client_confirmations"), confirmation),
    Family("reminder", ("last_reminder",), reminder),
    Family("calendar", ("season", "is_after_holiday"), calendar),
    Family("bookings", ("client_bookings", "client_open_bookings", "same_day_bookings"), bookings),
    Family("clinician", ("clinician_token", "clinician_unused_rate", "clinician_unused_effect"), clinician),
)  # fmt: skip
# What sentences are made of: the families' inputs, and counts that no model reads.
_COUNTED = ("client_visits_180d", "client_no_shows_180d", "client_late_cancels_180d")
WORDED = frozenset(column for family in FAMILIES for column in family.columns) | frozenset(_COUNTED)


def span(days: float) -> str:
    """A length of time as people say it: days up to two weeks, weeks up to ten, then months."""
    if days < 14:
        return _count(max(round(days), 1), "day")
    if days < 70:
        return _count(round(days / 7), "week")
    return _count(round(days / 30.4), "month")


def _record(missed: int, visits: int, when: str) -> str:
    if visits == 1:
        return f"{'Missed' if missed else 'Came to'} the one visit{when}"
    return f"Missed {missed} of {visits} visits{when}" if missed else f"Came to all {visits} visits{when}"


def _missed_lately(row: Row) -> float | None:
    no_shows, late = _number(row, "client_no_shows_180d"), _number(row, "client_late_cancels_180d")
    return None if no_shows is None or late is None else no_shows + late


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _number(row: Row, name: str) -> float | None:
    """The amount in a column; None where it holds none."""
    value = row.get(name)
    try:
        return None if value is None else float(value)  # type: ignore[arg-type]  # whatever is no number is refused below
    except (TypeError, ValueError):
        return None
