"""A client's history worked out the slow, obvious way: throw away what was recorded later, then read the log from its start.

Judges dbt_project, whose SQL works out all instants at once. Shares no code with it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from tests.attendance_log import ZONE, Row

NOTICE = timedelta(hours=24)
UNUSED = ("no_show", "late_cancel")
VISITS = ("attended", *UNUSED)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Recording:
    """How a booking ended, as somebody wrote down at some time. `row` says what was booked then, since `chosen_at`."""

    recorded_at: datetime
    ends_at: datetime
    outcome: str
    row: Row
    chosen_at: datetime
    is_move: bool

    @property
    def known_at(self) -> datetime:
        return max(self.recorded_at, self.ends_at)


Expected = Callable[[Recording], float]


@dataclass
class Booking:
    booking_id: str
    chosen_at: datetime
    row: Row  # as it stood last
    confirmed_at: datetime | None = None
    recordings: list[Recording] = field(default_factory=list)

    def ended(self, row: Row, booked: Row, starts: datetime, ends: datetime) -> None:
        """Note an ending, unless it says what the last one said."""
        outcome = outcome_of(row, starts)
        if not self.recordings or self.recordings[-1].outcome != outcome:
            self.recordings.append(Recording(row["recorded_at"], ends, outcome, booked, self.chosen_at, row["event_type"] == "moved"))

    @property
    def moved_at(self) -> datetime | None:
        """When the client's move was recorded."""
        moves = (one.recorded_at for one in self.recordings if one.is_move and one.outcome != "clinic_cancel")
        return next(moves, None)

    def known(self, instant: datetime) -> Recording | None:
        """The last written recording of those that count by then."""
        counting = [recording for recording in self.recordings if recording.known_at <= instant]
        return counting[-1] if counting else None


def features(rows: Iterable[Row], client: str, booking_id: str, instant: datetime, expected: Expected) -> dict[str, object]:
    """What is known of a client at an instant, for a booking of theirs. `expected` says what was to be expected of a visit."""
    bookings = bookings_of([row for row in rows if row["client_token"] == client and row["recorded_at"] <= instant])
    known = [recording for booking in bookings if (recording := booking.known(instant))]
    visits = [recording for recording in known if recording.outcome in VISITS]
    return {
        **_counts(known, instant),
        **_excess(visits, instant, expected),
        **_streaks(known, visits),
        **_gaps(known, instant),
        **_bookings(bookings, booking_id, instant),
    }


def _counts(known: list[Recording], instant: datetime) -> dict[str, object]:
    counts: dict[str, object] = {}
    for window, name in ((None, ""), (90, "_90d"), (180, "_180d")):
        within = [one.outcome for one in known if window is None or instant - one.ends_at < timedelta(days=window)]
        counts |= {
            f"client_visits{name}": sum(outcome in VISITS for outcome in within),
            f"client_no_shows{name}": within.count("no_show"),
            f"client_late_cancels{name}": within.count("late_cancel"),
        }
    early = sum(recording.outcome == "early_cancel" for recording in known)
    return {**counts, "client_unused": sum(one.outcome in UNUSED for one in known), "client_early_cancels": early}


def _excess(visits: list[Recording], instant: datetime, expected: Expected) -> dict[str, object]:
    chances = [(one, expected(one)) for one in visits]
    found: dict[str, object] = {
        "client_expected_unused": sum(p for _, p in chances),
        "client_information": sum(p * (1 - p) for _, p in chances),
    }
    for weeks in (3, 8, 26):
        faded = [
            ((one.outcome in UNUSED) - p, p * (1 - p), 0.5 ** ((instant - one.ends_at) / timedelta(weeks=weeks))) for one, p in chances
        ]
        found[f"client_recent_excess_{weeks}w"] = sum(excess * weight for excess, _, weight in faded)
        found[f"client_recent_information_{weeks}w"] = sum(information * weight for _, information, weight in faded)
    return found


def _streaks(known: list[Recording], visits: list[Recording]) -> dict[str, object]:
    came = max((one.ends_at for one in visits if one.outcome == "attended"), default=LONG_AGO)
    missed = max((one.ends_at for one in visits if one.outcome in UNUSED), default=LONG_AGO)
    unused = sum(one.outcome in UNUSED and one.ends_at > came for one in visits)
    return {
        "client_unused_streak": unused,
        "client_attended_streak": sum(one.outcome == "attended" and one.ends_at >= missed for one in visits),
        "client_missed_in_plan": sum(one.outcome != "attended" and one.ends_at > came for one in known),
        "is_last_unused": unused > 0 if visits else None,
    }


def _gaps(known: list[Recording], instant: datetime) -> dict[str, object]:
    attended = sorted(one.ends_at for one in known if one.outcome == "attended")
    recent = [end for end in attended if instant - end < timedelta(days=180)]
    steps = [(later - earlier) / timedelta(days=1) for earlier, later in pairwise(recent)]
    usual = sum(steps) / len(steps) if steps else None
    since = days(instant, attended[-1] if attended else None)
    return {
        "client_usual_gap_days": usual,
        "days_since_attended": since,
        "client_gaps_since_attended": None if since is None or usual is None else since / max(usual, 1),
        "days_since_outcome": days(instant, max((one.ends_at for one in known), default=None)),
    }


def _bookings(bookings: list[Booking], booking_id: str, instant: datetime) -> dict[str, object]:
    itself = booking_id not in {booking.booking_id for booking in bookings}
    moves = [booking.moved_at for booking in bookings if booking.moved_at]
    return {
        "client_bookings": len(bookings) + itself,
        "client_open_bookings": sum(not booking.recordings for booking in bookings) + itself,
        "client_moves": len(moves),
        "client_moves_90d": sum(instant - moved < timedelta(days=90) for moved in moves),
        "client_confirmations": sum(booking.confirmed_at is not None for booking in bookings),
        "is_confirmed": any(booking.confirmed_at for booking in bookings if booking.booking_id == booking_id),
    }


def company(rows: Iterable[Row], client: str, booking_id: str, instant: datetime, about: Row) -> dict[str, object]:
    """Other bookings that stand at the instant: of the same day, and earlier ones of the same series. `about` is what is booked."""
    bookings = bookings_of([row for row in rows if row["client_token"] == client and row["recorded_at"] <= instant])
    last = {booking.booking_id.rsplit("-", 1)[0]: booking for booking in bookings}  # a booking moved away stands no more
    others = [booking for booking in last.values() if booking.booking_id != booking_id]
    called_off = ("late_cancel", "early_cancel", "clinic_cancel")
    standing = [booking for booking in others if not any(one.outcome in called_off for one in booking.recordings)]
    series = [one for one in last.values() if about["series_token"] and one.row["series_token"] == about["series_token"]]
    return {
        "same_day_bookings": sum(booking.row["starts_on"] == about["starts_on"] for booking in standing),
        "series_position": sum(span(booking.row)[0] < span(about)[0] for booking in series),
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
    bookings = [Booking(f"{token}-0", events[0]["event_at"], events[0])]
    before = None
    for row in events:
        is_moved = row["event_type"] == "moved"
        if is_moved and before is not None and span(row)[0] != span(before)[0]:
            bookings[-1].ended(row, before, span(before)[0], span(before)[0])
            bookings.append(Booking(f"{token}-{len(bookings)}", row["event_at"], row))
        elif is_moved or row["event_type"] in ("attended", "no_show", "cancelled"):
            bookings[-1].ended(row, row, *span(row))
        elif row["event_type"] == "confirmed":
            bookings[-1].confirmed_at = bookings[-1].confirmed_at or row["recorded_at"]
        before = bookings[-1].row = row
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
    midnights = (datetime.combine(row["starts_on"] + timedelta(days=days), time.min, tzinfo=ZONE) for days in (0, 1))
    starts, ends = (instant.astimezone(UTC) for instant in midnights)  # instants of one zone would subtract as wall times
    return starts, ends
