"""The practice's calendar: weeks, holidays, seasons, and wall time to instants. Instants are UTC seconds since 1970.

Days are counted from the Monday of the first simulated week.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from hsched_sandbox import drifts
from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters

DAY = 86_400
HOUR = 3_600
MINUTE = 60
YEAR_END_MONTH = 12
AUGUST = 8
FEBRUARY = 2
AFTER_HOLIDAY_DAYS = 7
WINTER = (12, 1, 2, 3)
SCHOOLS_OUT = (7, 8)
SPRING_BREAK = ((4, 1), (4, 14))


@dataclass(frozen=True)
class Timeline:
    """Every simulated day; `first_day`..`last_day` is what the export covers."""

    zone: ZoneInfo
    monday: date
    first_day: date
    today: date
    last_day: date
    weeks: int
    closed: Flags  # by day: a public holiday
    season: Floats  # by day: logit of the season
    drift: Floats  # by day: logit of a drift
    holiday_near: Flags  # by day: the week around a holiday
    january: Flags  # by day
    winter: Flags  # by day: December to March
    term: Flags  # by day: schools are open
    offset: Ints  # by day: seconds east of UTC at noon
    switches: Ints  # instants at which the offset changes
    switch_offsets: Ints  # the offset before the first switch, then after each

    def instant(self, day: Ints, wall: Ints | Floats) -> Ints:
        """The instant of a wall time (seconds after midnight, from 03:00 on) of a day."""
        return (self._epoch_day + day) * DAY + wall.astype(np.int64) - self.offset[day]

    def offset_at(self, instant: Ints) -> Ints:
        """Seconds east of UTC at an instant."""
        return self.switch_offsets[np.searchsorted(self.switches, instant, side="right")]

    def day_of(self, instant: Ints) -> Ints:
        """The local day an instant falls on."""
        return (instant + self.offset_at(instant)) // DAY - self._epoch_day

    def midnights(self, day: Ints) -> Ints:
        """The first instant of each day. Clocks change after midnight, so the offset is still that of the day before."""
        return (self._epoch_day + day) * DAY - self.offset[day - 1]

    def index(self, day: date) -> int:
        """The number of a day."""
        return (day - self.monday).days

    def date_of(self, index: int) -> date:
        """The day of a number."""
        return self.monday + timedelta(days=index)

    @property
    def opens(self) -> int:
        """The first instant of the export."""
        return self.midnight(self.first_day)

    @property
    def shuts(self) -> int:
        """The first instant after the export."""
        return self.midnight(self.last_day + timedelta(days=1))

    def midnight(self, day: date) -> int:
        """The first instant of a local day."""
        return int(datetime.combine(day, time.min, tzinfo=self.zone).timestamp())

    @property
    def _epoch_day(self) -> int:
        return (self.monday - date(1970, 1, 1)).days


def years_before(day: date, years: float) -> date:
    """The same day some years earlier (29 February becomes the 28th); a part of a year is counted in days."""
    whole = int(years)
    month_day = min(day.day, 28) if day.month == FEBRUARY else day.day
    return day.replace(year=day.year - whole, day=month_day) - timedelta(days=round((years - whole) * 365.25))


def draw_up(parameters: PracticeParameters, today: date) -> Timeline:
    """The calendar from the warm-up to the longest lead after the last exported day."""
    first = years_before(today, parameters.years)
    last = today + timedelta(days=parameters.days_after)
    monday = first - timedelta(days=first.weekday(), weeks=parameters.warm_up_weeks)
    weeks = (last - monday).days // 7 + 2 + parameters.demand.longest_lead_weeks
    days = [monday + timedelta(days=number) for number in range(7 * (weeks + 100))]
    closed = _closed(days, parameters.country)
    zone = ZoneInfo(parameters.zone)
    offset = np.array([_offset(datetime.combine(day, time(12), tzinfo=zone)) for day in days], dtype=np.int64)
    switches, switch_offsets = _switches(days, zone)
    return Timeline(
        zone,
        monday,
        first,
        today,
        last,
        weeks,
        closed,
        _season(days, closed, parameters),
        drifts.by_day(parameters.drifts, monday, len(days)),
        _near(closed),
        _in_months(days, (1,)),
        _in_months(days, WINTER),
        ~_in_months(days, SCHOOLS_OUT),
        offset,
        switches,
        switch_offsets,
    )


def _closed(days: list[date], country: str) -> Flags:
    calendar = holidays.country_holidays(country, years=range(days[0].year, days[-1].year + 1))
    return np.array([day in calendar for day in days])


def _season(days: list[date], closed: Flags, parameters: PracticeParameters) -> Floats:
    chances = parameters.chances
    december = np.array([day.month == YEAR_END_MONTH or (day.month, day.day) >= (11, 22) for day in days])
    august = np.array([day.month == AUGUST for day in days])
    spring_break = np.array([SPRING_BREAK[0] <= (day.month, day.day) <= SPRING_BREAK[1] for day in days])
    season = chances.year_end * december + chances.august * august + chances.after_holiday * _after(closed)
    return season + parameters.circumstances.spring_break * spring_break


def _in_months(days: list[date], months: tuple[int, ...]) -> Flags:
    return np.array([day.month in months for day in days])


def _after(closed: Flags) -> Flags:
    recent = np.convolve(closed, np.ones(AFTER_HOLIDAY_DAYS + 1))[: len(closed)]
    return (recent > 0) & ~closed


def _near(closed: Flags) -> Flags:
    return np.convolve(closed, np.ones(9), mode="same") > 0


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None  # the moment carries its zone
    return int(offset.total_seconds())


def _switches(days: list[date], zone: ZoneInfo) -> tuple[Ints, Ints]:
    """Where the offset changes, to the quarter of an hour (all zones switch on one)."""
    begin = int(datetime.combine(days[0], time.min, tzinfo=UTC).timestamp()) - DAY
    found, offsets = [], [_offset(datetime.fromtimestamp(begin, tz=zone))]
    for number in range(len(days) + 2):
        day_end = begin + (number + 1) * DAY
        if _offset(datetime.fromtimestamp(day_end, tz=zone)) == offsets[-1]:
            continue
        quarters = range(day_end - DAY, day_end + 1, 15 * MINUTE)
        found.append(next(at for at in quarters if _offset(datetime.fromtimestamp(at, tz=zone)) != offsets[-1]))
        offsets.append(_offset(datetime.fromtimestamp(found[-1], tz=zone)))
    return np.array(found, dtype=np.int64), np.array(offsets, dtype=np.int64)
