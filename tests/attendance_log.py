"""Event logs in the lake's form, written the way people speak of a calendar: local times, what happened, when it was recorded."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hsched_pipelines.lake import lake_schema

ZONE = ZoneInfo("America/New_York")
Row = dict[str, Any]


def at(text: str) -> datetime:
    """A local time of 2026, e.g. "03-09 14:00", as an instant."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)


def event(appointment: str, kind: str, when: str, starts: str, *, recorded: str = "", by: str = "client", **known: Any) -> Row:
    """One recorded event; recorded when it happened unless told otherwise. Without an hour in `starts` only the day is known."""
    start = at(starts) if " " in starts else None
    day = datetime.strptime(f"2026-{starts.split(maxsplit=1)[0]}", "%Y-%m-%d").date()
    attributes = {"client_token": "ada", "clinician_token": "kim", "duration_minutes": 50, "session_type": "individual", **known}
    told = {"appointment_token": appointment, "event_type": kind, "event_by": by, "event_at": at(when), "recorded_at": at(recorded or when)}
    return _row("appointments", **attributes, **told, starts_on=day, starts_at=start)


def visit(appointment: str, booked: str, starts: str, outcome: str = "", *, recorded: str = "", **known: Any) -> list[Row]:
    """A booking and, where there is one, its outcome at the end of its 50 minutes, or recorded later."""
    rows = [event(appointment, "booked", booked, starts, **known)]
    if outcome:
        ended = event(appointment, outcome, starts if " " in starts else f"{starts} 23:59", starts, **known)
        end = ended["event_at"] + timedelta(minutes=50 if " " in starts else 0)
        rows.append({**ended, "event_at": end, "recorded_at": at(recorded) if recorded else end})
    return rows


def client(token: str, recorded: str, **known: Any) -> Row:
    """One recorded change of a client."""
    return _row("clients", client_token=token, recorded_at=at(recorded), **known)


def flat(visits: Iterable[list[Row]]) -> list[Row]:
    return [row for rows in visits for row in rows]


def _row(table: str, **known: Any) -> Row:
    unknown = dict.fromkeys(lake_schema(table).names)
    strange = set(known) - set(unknown)
    assert not strange, strange
    return {**unknown, **known}
