"""How well free time is filled: the share of openings that found somebody, and how long that took. Pure counts with intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.time import local_day

FILLED = frozenset({OpeningState.FILLED, OpeningState.TAKEN})
Z = 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Share:
    """A share of a number, with Wilson's 95 % interval; None of nothing."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson 1927: keeps inside 0 and 1, and says little of few."""
        if not self.of:
            return None
        rate, size = self.count / self.of, self.of
        middle, width = rate + Z**2 / (2 * size), Z * ((rate * (1 - rate) + Z**2 / (4 * size)) / size) ** 0.5
        return max(0.0, (middle - width) / (1 + Z**2 / size)), min(1.0, (middle + width) / (1 + Z**2 / size))


@dataclass(frozen=True)
class Filling:
    """What became of openings whose time is over, or that were filled."""

    openings: int
    by_offer: int  # filled by an offer of ours
    otherwise: int  # by the staff, or the EHR's own page
    hours_to_fill: float | None  # median, of those filled by an offer
    is_open: int  # still to be filled; not in `openings`

    @property
    def share(self) -> Share:
        return Share(self.by_offer + self.otherwise, self.openings)


@dataclass(frozen=True)
class WeekFilled:
    """One week's openings by the day they were for."""

    monday: date
    filled: Share


def filling(records: Iterable[OpeningRecord], now: datetime) -> Filling:
    """Counts over openings; one that is still open and still to come is not judged yet. One that a client moved a visit to is none: the
    gap is where that visit was, and is an opening of its own.
    """
    judged, is_open = [], 0
    for one in records:
        if one.was_picked:
            continue
        if one.state in FILLED or one.opening.starts_at <= now:
            judged.append(one)
        else:
            is_open += 1
    took = [(one.since - one.opening.opened_at) / timedelta(hours=1) for one in judged if one.state is OpeningState.FILLED]
    by_offer = len(took)
    otherwise = sum(one.state is OpeningState.TAKEN for one in judged)
    return Filling(len(judged), by_offer, otherwise, median(took) if took else None, is_open)


def by_week(records: Iterable[OpeningRecord], now: datetime, zone: ZoneInfo) -> Sequence[WeekFilled]:
    """The share that was filled, week by week, oldest first."""
    found: dict[date, list[OpeningRecord]] = {}
    for one in records:
        if not one.was_picked and (one.state in FILLED or one.opening.starts_at <= now):
            day = local_day(one.opening.starts_at, zone)
            found.setdefault(day - timedelta(days=day.weekday()), []).append(one)
    return [WeekFilled(monday, Share(sum(one.state in FILLED for one in found[monday]), len(found[monday]))) for monday in sorted(found)]
