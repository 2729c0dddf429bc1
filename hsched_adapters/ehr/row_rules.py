"""What must hold between the fields of one contract row. Returns the field and the reason of the first breach; pure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hsched_core.domain.time import local_day

Row = Mapping[str, Any]
Finding = tuple[str, str]

OUTCOMES = frozenset({"attended", "no_show"})
# Front desks check people in before the hour; an earlier "attended" is a slip.
EARLY_ARRIVAL = timedelta(hours=2)


def breach(table: str, row: Row, zone: ZoneInfo) -> Finding | None:
    """The first rule the row breaks, if any."""
    rules = _RULES.get(table)
    return rules(row, zone) if rules else None


def _appointment(row: Row, zone: ZoneInfo) -> Finding | None:
    if row["recorded_at"] < row["event_at"]:
        return "recorded_at", "recorded before it happened"
    if row["starts_at"] is not None and local_day(row["starts_at"], zone) != row["starts_on"]:
        return "starts_at", "not on the day of starts_on (a wrong zone?)"
    if row["event_type"] in OUTCOMES:
        return _outcome(row, zone)
    if row["event_type"] == "booked" and local_day(row["event_at"], zone) > row["starts_on"]:
        return "event_at", "booked after the day of the visit"
    return None


def _outcome(row: Row, zone: ZoneInfo) -> Finding | None:
    if row["starts_at"] is None:
        too_early = local_day(row["event_at"], zone) < row["starts_on"]
    else:
        leeway = EARLY_ARRIVAL if row["event_type"] == "attended" else timedelta(0)
        too_early = row["event_at"] < row["starts_at"] - leeway
    return ("event_at", "an outcome before its appointment") if too_early else None


def _authorization(row: Row, _zone: ZoneInfo) -> Finding | None:
    return ("ends_on", "ends before it starts") if row["ends_on"] < row["starts_on"] else None


def _waitlist(row: Row, _zone: ZoneInfo) -> Finding | None:
    first, last = row["hour_from"], row["hour_to"]
    if first is not None and last is not None and last <= first:
        return "hour_to", "ends before it starts"
    if row["weekdays"] is not None and not set(row["weekdays"].split("|")) <= set("1234567"):
        return "weekdays", "not ISO weekdays such as 1|3|5"
    return None


def _communication(row: Row, _zone: ZoneInfo) -> Finding | None:
    answered = row["answered_at"]
    return ("answered_at", "answered before it was sent") if answered is not None and answered < row["sent_at"] else None


_RULES: Mapping[str, Callable[[Row, ZoneInfo], Finding | None]] = {
    "appointments": _appointment,
    "authorizations": _authorization,
    "waitlist": _waitlist,
    "communications": _communication,
}
