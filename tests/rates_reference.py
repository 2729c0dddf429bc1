"""What a practice knew of its visits at 00:00 of a day, worked out the slow way: cut the log off there and count.

Judges the rates of dbt_project. Shares no code with it.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from tests.attendance_log import ZONE, Row
from tests.history_reference import UNUSED, VISITS, Recording, bookings_of

LEAD_EDGES = (0, 1, 3, 7, 14, 28)
CLINICIAN_VARIANCE = 0.35**2
Keep = Callable[[Recording], bool]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZONE)


def lead_band(row: Row, chosen_at: datetime) -> int:
    days = (row["starts_on"] - chosen_at.astimezone(ZONE).date()).days
    return sum(days > edge for edge in LEAD_EDGES)


def slot(row: Row) -> tuple[int, int | None]:
    return row["starts_on"].isoweekday(), row["starts_at"].astimezone(ZONE).hour if row["starts_at"] else None


@dataclass(frozen=True)
class Kind:
    """What is booked, as far as a rate depends on it."""

    session: str
    lead: int
    clinician: str | None

    @classmethod
    def of(cls, row: Row, chosen_at: datetime) -> "Kind":
        return cls(row["session_type"], lead_band(row, chosen_at), row["clinician_token"])


class Rates:
    """The practice's shares, as known at 00:00 of a day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)

        @cache
        def visits(day: date) -> list[Recording]:
            instant = midnight(day)
            bookings = bookings_of([row for row in rows if row["recorded_at"] <= instant])
            known = [recording for booking in bookings if (recording := booking.known(instant))]
            return [recording for recording in known if recording.outcome in VISITS]

        @cache
        def booked(kind: Kind, day: date) -> float:
            level = self.practice(day)
            session = self.share(day, lambda one: one.row["session_type"] == kind.session, level, 50)
            lead = self.share(day, lambda one: lead_of(one) == kind.lead, level, 100)
            both = 1 / (1 + math.exp(-(logit(session) + logit(lead) - logit(level))))
            return self.share(day, lambda one: (one.row["session_type"], lead_of(one)) == (kind.session, kind.lead), both, 50)

        self.visits, self.booked = visits, booked

    def share(self, day: date, keep: Keep, prior: float, weight: float, *, window: int | None = None) -> float:
        """Unused share of the visits to keep, as if `weight` more had gone by the prior; of those known in the window."""
        visits, unused = self.counted(day, keep)
        if window:
            earlier = self.counted(day - timedelta(days=window), keep)
            visits, unused = visits - earlier[0], unused - earlier[1]
        return (unused + weight * prior) / (visits + weight)

    def counted(self, day: date, keep: Keep) -> tuple[int, int]:
        kept = [recording for recording in self.visits(day) if keep(recording)]
        return len(kept), sum(recording.outcome in UNUSED for recording in kept)

    def practice(self, day: date) -> float:
        return self.share(day, lambda _: True, 0.18, 100)

    def clinician(self, name: str | None, day: date) -> float:
        """What the clinician adds, in log odds."""
        own = [recording for recording in self.visits(day) if name is not None and recording.row["clinician_token"] == name]
        expected = [self.booked(Kind.of(one.row, one.chosen_at), rated_on(one)) for one in own]
        excess = sum(one.outcome in UNUSED for one in own) - sum(expected)
        return CLINICIAN_VARIANCE * excess / (1 + CLINICIAN_VARIANCE * sum(p * (1 - p) for p in expected))

    def expected(self, kind: Kind, day: date) -> float:
        return 1 / (1 + math.exp(-(logit(self.booked(kind, day)) + self.clinician(kind.clinician, day))))

    def expected_of(self, recording: Recording) -> float:
        """What was to be expected of a visit before it took place and before its outcome was recorded."""
        return self.expected(Kind.of(recording.row, recording.chosen_at), rated_on(recording))


def features(rates: Rates, booked: Row, chosen_at: datetime, instant: datetime) -> dict[str, object]:
    """Shares around what is booked, as known at 00:00 of the instant's day."""
    day = instant.astimezone(ZONE).date()
    level = rates.practice(day)
    kind = Kind.of(booked, chosen_at)
    found: dict[str, object] = {
        "practice_unused_rate": level,
        "lead_unused_rate": rates.share(day, lambda one: lead_of(one) == kind.lead, level, 100),
        "site_unused_rate": rates.share(day, lambda one: one.row["site_token"] == booked["site_token"], level, 50),
        "expected_unused_rate": rates.expected(kind, day),
        "clinician_unused_effect": rates.clinician(kind.clinician, day) if kind.clinician else None,
    }
    for name, window in (("", None), ("_90d", 90), ("_180d", 180)):
        found[f"slot_unused_rate{name}"] = rates.share(day, lambda one: slot(one.row) == slot(booked), level, 100, window=window)
        by_clinician = rates.share(day, lambda one: one.row["clinician_token"] == kind.clinician, level, 50, window=window)
        found[f"clinician_unused_rate{name}"] = by_clinician if kind.clinician else None
    return found


def lead_of(recording: Recording) -> int:
    return lead_band(recording.row, recording.chosen_at)


def rated_on(recording: Recording) -> date:
    return min(recording.row["starts_on"], recording.recorded_at.astimezone(ZONE).date())


def logit(p: float) -> float:
    return math.log(p / (1 - p))
