"""Days and instants in a practice's zone. Pure: the present is always an argument."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC. A day may have 23 or 25 hours."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The practice's calendar day an instant falls on; the instant must be timezone-aware."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant.astimezone(zone).date()


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
