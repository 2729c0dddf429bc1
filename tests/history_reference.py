"""A client's history worked out the slow, obvious way: throw away what was recorded later, then read the log from its start.

Judges dbt_project, whose SQL works out all instants at once. Shares no code with it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tests.attendance_log import ZONE, Row

NOTICE = timedelta(hours=24)
UNUSED = ("no_show", "late_cancel")
VISITS = ("attended", *UNUSED)


@dataclass
class Recording:
    """How a booking ended, as somebody wrote down at some time."""

    recorded_at: datetime
    ends_at: datetime
    outcome: str

    @property
    def known_at(self) -> datetime:
        return max(self.recorded_at, self.ends_at)


@dataclass
class Booking:
    booking_id: str
    recordings: list[Recording] = field(default_factory=list)

    def ended(self, row: Row, starts: datetime, ends: datetime) -> None:
        """Note an ending, unless it says what the last one said."""
        outcome = outcome_of(row, starts)
        if not self.recordings or self.recordings[-1].outcome != outcome:
            self.recordings.append(Recording(row["recorded_at"], ends, outcome))

    def known(self, instant: datetime) -> Recording | None:
        """The last written recording of those that count by then."""
        counting = [recording for recording in self.recordings if recording.known_at <= instant]
        return counting[-1] if counting else None


def features(rows: Iterable[Row], client: str, booking_id: str, instant: datetime) -> dict[str, object]:
    """What is known of a client at an instant, for a booking of theirs."""
    bookings = bookings_of([row for row in rows if row["client_token"] == client and row["recorded_at"] <= instant])
    known = [recording for booking in bookings if (recording := booking.known(instant))]
    visits = [recording for recording in known if recording.outcome in VISITS]
    came = max((recording.ends_at for recording in visits if recording.outcome == "attended"), default=None)
    missed_since = [recording for recording in visits if recording.outcome in UNUSED and (came is None or recording.ends_at > came)]
    itself = booking_id not in {booking.booking_id for booking in bookings}
    return {
        "client_visits": len(visits),
        "client_unused": sum(recording.outcome in UNUSED for recording in visits),
        "client_no_shows": sum(recording.outcome == "no_show" for recording in visits),
        "client_late_cancels": sum(recording.outcome == "late_cancel" for recording in visits),
        "client_early_cancels": sum(recording.outcome == "early_cancel" for recording in known),
        "client_unused_streak": len(missed_since),
        "is_last_unused": bool(missed_since) if visits else None,
        "days_since_attended": days(instant, came),
        "days_since_outcome": days(instant, max((recording.ends_at for recording in known), default=None)),
        "client_bookings": len(bookings) + itself,
        "client_open_bookings": sum(not booking.recordings for booking in bookings) + itself,
    }


def days(instant: datetime, earlier: datetime | None) -> float | None:
    return None if earlier is None else (instant - earlier) / timedelta(days=1)


def bookings_of(rows: Iterable[Row]) -> list[Booking]:
    """Every booking in these rows, moves within an appointment id making further ones."""
    appointments = defaultdict(list)
    for row in without_repeats(rows):
        appointments[row["appointment_token"]].append(row)
    return [booking for token, events in appointments.items() for booking in read(token, events)]


def read(token: str, events: list[Row]) -> list[Booking]:
    """One appointment, read in the order it was written."""
    bookings = [Booking(f"{token}-0")]
    before = None
    for row in events:
        starts, ends = span(row)
        is_moved = row["event_type"] == "moved"
        if is_moved and before is not None and starts != before:
            bookings[-1].ended(row, before, before)
            bookings.append(Booking(f"{token}-{len(bookings)}"))
        elif is_moved or row["event_type"] in ("attended", "no_show", "cancelled"):
            bookings[-1].ended(row, starts, ends)
        before = starts
    return bookings


def without_repeats(rows: Iterable[Row]) -> list[Row]:
    """In the order written; what can happen only once counts when it was written first."""
    seen: list[Row] = []
    written = sorted(rows, key=lambda row: (row["recorded_at"], row["event_at"], row["event_type"]))
    for row in written:
        said = {**row, "recorded_at": None}
        if row["event_type"] in ("booked", "confirmed", "moved") and any({**other, "recorded_at": None} == said for other in seen):
            continue
        seen.append(row)
    return seen


def outcome_of(row: Row, starts: datetime) -> str:
    if row["event_type"] in ("attended", "no_show"):
        return str(row["event_type"])
    if row["event_by"] == "clinic":
        return "clinic_cancel"
    return "early_cancel" if starts - row["event_at"] >= NOTICE else "late_cancel"


def span(row: Row) -> tuple[datetime, datetime]:
    """Start and end; the whole local day where the hour is unknown."""
    if row["starts_at"]:
        return row["starts_at"], row["starts_at"] + timedelta(minutes=row["duration_minutes"])
    day = row["starts_on"]
    return datetime.combine(day, time.min, tzinfo=ZONE), datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZONE)
