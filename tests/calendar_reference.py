"""Reminders and parts of the year, worked out the slow way for one row. Judges dbt_project; shares no code with it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tests.attendance_log import Row


def last_reminder(messages: Iterable[Row], appointment: str, chosen_at: datetime, instant: datetime) -> str:
    """The channel of the newest reminder of the visit that, by what was on record at the instant, had been sent for this time."""
    told: dict[str, Row] = {}
    for row in sorted(messages, key=_stands_last):
        if row["appointment_token"] == appointment and row["recorded_at"] <= instant and row["sent_at"] >= chosen_at:
            told[row["communication_token"]] = row
    sent = [row for row in told.values() if row["status"] == "completed"]
    return max(((row["sent_at"], row["channel"]) for row in sent), default=(None, "none"))[1]


def _stands_last(row: Row) -> tuple[datetime, datetime, list[int], bool]:
    """Rows of one instant: the later reminder stands, then the channel that comes first in the alphabet, then the one that was not sent."""
    return row["recorded_at"], row["sent_at"], [-ord(letter) for letter in row["channel"]], row["status"] != "completed"


def season(day: date) -> str:
    if (day.month, day.day) >= (11, 22):
        return "year_end"
    if day.month == 8:
        return "august"
    return "spring_break" if date(day.year, 4, 1) <= day <= date(day.year, 4, 14) else "usual"


def is_after_holiday(day: date, holidays: Iterable[str]) -> bool:
    days = {date.fromisoformat(text) for text in holidays}
    return day not in days and any(day - timedelta(days=back) in days for back in range(1, 8))
