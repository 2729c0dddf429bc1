"""Small CSV exports and their column map, as the tests of reading want them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.cells import Setting
from hsched_adapters.ehr.csv_export import Parsed, parse
from hsched_adapters.ehr.csv_map import ColumnMap, checked_map

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 3, 10)
SETTING = Setting(ZONE, TODAY)

EVENT_HEADER = "Event,Appt,Client,Status,At,Recorded,Day,Start,End"
EVENT_MAP: dict[str, Any] = {
    "practice": {"id": "test", "name": "Test practice", "timezone": "America/New_York", "country": "US"},
    "tables": {
        "appointments": {
            "fields": {
                "event_id": "Event",
                "appointment_id": "Appt",
                "client_id": "Client",
                "event_type": {"column": "Status", "words": {"Scheduled": "booked", "Arrived": "attended", "DNA": "no_show"}},
                "event_at": "At",
                "recorded_at": "Recorded",
                "starts_on": {"column": "Day", "format": "%m/%d/%Y"},
                "starts_at": "Start",
                "duration_minutes": {"until": "End"},
                "session_type": {"constant": "individual"},
            }
        }
    },
}
BOOKED = {
    "Event": "event-1",
    "Appt": "appt-1",
    "Client": "client-1",
    "Status": "Scheduled",
    "At": "2026-03-02T09:00:00-05:00",
    "Recorded": "2026-03-02T09:00:00-05:00",
    "Day": "03/05/2026",
    "Start": "2026-03-05T10:00:00-05:00",
    "End": "2026-03-05T10:50:00-05:00",
}
ARRIVED = BOOKED | {"Event": "event-2", "Status": "Arrived", "At": "2026-03-05T09:58:00-05:00", "Recorded": "2026-03-05T11:00:00-05:00"}

VISIT_MAP: dict[str, Any] = {
    "practice": EVENT_MAP["practice"],
    "tables": {
        "appointments": {
            "grain": "visit",
            "fields": {
                "appointment_id": "Id",
                "client_id": "Client",
                "booked_at": "Booked",
                "starts_on": "Day",
                "session_type": {"constant": "visit"},
                "outcome": {"column": "Missed", "words": {"No": "attended", "Yes": "no_show"}},
            },
        },
        "clients": {"fields": {"client_id": "Client", "recorded_at": "Booked", "age_years": "Age"}},
    },
}
VISIT = {"Id": "visit-1", "Client": "client-1", "Booked": "2026-03-02T09:00:00", "Day": "2026-03-05", "Missed": "No", "Age": "40"}


def event_map(**fields: Any) -> ColumnMap:
    """The event map with some fields' rules replaced; None takes a field away."""
    rules = EVENT_MAP["tables"]["appointments"]["fields"] | fields
    kept = {name: rule for name, rule in rules.items() if rule is not None}
    return checked_map({**EVENT_MAP, "tables": {"appointments": {"fields": kept}}}, "events")


def visit_map() -> ColumnMap:
    return checked_map(VISIT_MAP, "visits")


def csv_of(*rows: dict[str, str]) -> bytes:
    """Rows as a CSV file with the first row's columns."""
    return "".join(line + "\n" for line in [",".join(rows[0]), *(",".join(row.values()) for row in rows)]).encode()


def events(*rows: dict[str, str], **fields: Any) -> Parsed:
    return parse(csv_of(*rows), "events.csv", event_map(**fields), SETTING)


def visits(*rows: dict[str, str]) -> Parsed:
    return parse(csv_of(*rows), "visits.csv", visit_map(), SETTING)


def reasons(parsed: Parsed) -> list[tuple[int, str, str]]:
    """Row, field and reason of every rejection."""
    return [(row.row, row.field, row.reason) for row in parsed.all_rejected()]


def rows_of(parsed: Parsed, table: str = "appointments") -> list[dict[str, Any]]:
    """All landed rows of a table, by day."""
    return [row for day in sorted(parsed.rows[table]) for row in parsed.rows[table][day]]
