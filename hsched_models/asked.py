"""Model inputs of a visit that a caller asks about and no table holds: what the request says, what is on record, what a new client has.

Dates and hours come to what dbt makes of a booking (no_show_features.sql); a test compares them.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_models.features import CATALOGUE, Role

Inputs = Mapping[str, object]
HOLIDAY_ECHO_DAYS = 7  # dbt's variable of the same name
DAY_SECONDS = 86400.0
OF_TIME = ("days_since_attended", "days_since_outcome")  # they grow while nothing happens
NONE_SO_FAR = (
    "client_visits", "client_unused", "client_no_shows", "client_late_cancels", "client_early_cancels", "client_expected_unused",
    "client_information", "client_recent_excess_3w", "client_recent_information_3w", "client_recent_excess_8w",
    "client_recent_information_8w", "client_recent_excess_26w", "client_recent_information_26w", "client_unused_streak",
    "client_missed_in_plan", "client_moves", "client_moves_90d", "client_confirmations", "same_day_bookings", "series_position",
)  # fmt: skip


@dataclass(frozen=True)
class AskedVisit:
    """A visit as a caller describes it. Nothing for what they did not say."""

    starts_at: datetime
    booked_at: datetime
    clinician: str | None = None  # pseudonym
    session_type: str | None = None
    modality: str | None = None
    duration_minutes: int | None = None


@dataclass(frozen=True)
class ToldHistory:
    """What a caller says of a client's past. No input of the model holds an average lead time, so it is not asked for here."""

    appointments: int
    no_shows: int
    late_cancels: int

    @property
    def unused(self) -> int:
        return self.no_shows + self.late_cancels


def moment_of(starts_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The scoring moment of a coming visit: today's and tomorrow's are the day before's, as for the daily scores."""
    ahead = _day(starts_at, zone) - _day(now, zone)
    return "day_before" if ahead <= timedelta(days=1) else "at_booking"


def visit_inputs(asked: AskedVisit, zone: ZoneInfo, holidays: Set[date]) -> dict[str, object]:
    """Inputs of the visit itself: nobody has moved, confirmed or been reminded of it, and it belongs to no series."""
    day = _day(asked.starts_at, zone)
    return {
        "clinician_token": asked.clinician,
        "lead_time_days": (day - _day(asked.booked_at, zone)).days,
        "weekday": day.isoweekday(),
        "season": season(day),
        "is_after_holiday": is_after_holiday(day, holidays),
        "start_hour": asked.starts_at.astimezone(zone).hour,
        "booked_hour": asked.booked_at.astimezone(zone).hour,
        "duration_minutes": asked.duration_minutes,
        "session_type": asked.session_type,
        "modality": asked.modality,
        "is_moved_here": False,
        "is_confirmed": False,
        "last_reminder": "none",
    }


def new_client_inputs(unused_rate: float | None) -> dict[str, object]:
    """What somebody has of whom nothing is on record. `unused_rate`: the practice's, toward which little evidence is pulled."""
    nothing = dict.fromkeys(feature.name for feature in CATALOGUE if feature.role in (Role.INPUT, Role.DEMOGRAPHIC))
    counts = dict.fromkeys(NONE_SO_FAR, 0)
    return {**nothing, **counts, "client_recent_unused_rate": unused_rate, "client_bookings": 1, "client_open_bookings": 1}


def told_inputs(told: ToldHistory, unused_rate: float | None) -> dict[str, object]:
    """A new client's inputs with a caller's counts: weighed against what the practice's rate makes one expect of so many visits.

    Nobody told when they were, so nothing recent, no streak and no days since are known.
    """
    visits, rate = told.appointments, unused_rate if unused_rate is not None else 0.0
    return {
        **new_client_inputs(unused_rate),
        "client_visits": visits,
        "client_unused": told.unused,
        "client_no_shows": told.no_shows,
        "client_late_cancels": told.late_cancels,
        "client_expected_unused": visits * rate,
        "client_information": visits * rate * (1 - rate),
        "client_bookings": visits + 1,
    }


def aged(inputs: Inputs, as_of: datetime, now: datetime) -> dict[str, object]:
    """A client's stored inputs at a later instant: the days since something grew, everything else stands as it was known."""
    later = max(0.0, (now - as_of).total_seconds() / DAY_SECONDS)
    grown = {name: days + later for name in OF_TIME if isinstance(days := inputs.get(name), int | float)}
    return {**inputs, **grown}


def season(day: date) -> str:
    """The part of the year."""
    if day.month == 12 or (day.month == 11 and day.day >= 22):
        return "year_end"
    if day.month == 8:
        return "august"
    return "spring_break" if day.month == 4 and day.day <= 14 else "usual"


def is_after_holiday(day: date, holidays: Set[date]) -> bool:
    """In the week after a public holiday, and none itself."""
    echo = range(1, HOLIDAY_ECHO_DAYS + 1)
    return day not in holidays and any(day - timedelta(days=days) in holidays for days in echo)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
