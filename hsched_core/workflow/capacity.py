"""How much of clinicians' time is booked, against what is usual for them, and days that ask much of them. Pure; proposes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.time import local_day, monday_of
from hsched_core.domain.vocabulary import SessionType
from hsched_core.policy.capacity import CapacitySettings
from hsched_core.policy.practice import PracticePolicy

WEEK = timedelta(days=7)
WEEKS_BEFORE, WEEKS_AHEAD = 4, 5  # shown: four that are over; this one and four to come
FEWEST_WEEKS = 3  # of which a median is taken
WORKING_DAYS = 5  # Monday to Friday
COUNTS_FROM = timedelta(days=3)  # a past week whose Thursday is on record is a whole one


@dataclass(frozen=True, slots=True)
class Held:
    """A visit that took a clinician's time: attended, to come, or lost (missed, or cancelled too late for anybody else)."""

    clinician: str
    on: date
    starts_at: datetime | None  # None: the record has no hour
    minutes: int
    is_group: bool
    is_lost: bool = False


@dataclass(frozen=True)
class Load:
    """One clinician's week. Time of visits that stand beside each other, as a group's do, counts once."""

    booked_minutes: int = 0  # lost ones among them
    lost_minutes: int = 0
    groups: int = 0


Loads = Mapping[tuple[str, date], Load]


@dataclass(frozen=True)
class Run:
    """Sessions one after the other, without a break between them."""

    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


@dataclass(frozen=True)
class FullDay:
    """A coming day of one clinician that asks much: too many sessions, or too long a run without a break."""

    clinician: str
    on: date
    sessions: int
    run: Run
    is_many: bool
    is_long: bool


@dataclass(frozen=True)
class Usual:
    """What is usual for somebody in a week: the median of so many weeks, or what the practice set (`weeks` 0)."""

    minutes: int
    weeks: int

    @property
    def is_set(self) -> bool:
        return not self.weeks


@dataclass(frozen=True)
class WeekOf:
    """A week of one clinician as it stands."""

    monday: date
    load: Load
    free_minutes: int  # openings that are to be filled
    closed_days: int  # Monday to Friday on which the practice or the clinician is away
    usual: Usual | None
    over_percent: int

    @property
    def is_empty(self) -> bool:
        """No visit at all: the clinician is away, or nobody has booked yet, which an EHR's calendar does not tell apart."""
        return not self.load.booked_minutes

    @property
    def share(self) -> float | None:
        """Of the usual hours; None where nobody knows them, or the week is empty."""
        return self.load.booked_minutes / self.usual.minutes if self.usual and not self.is_empty else None

    @property
    def is_over(self) -> bool:
        return self.share is not None and round(100 * self.share) >= self.over_percent and self.share > 1

    @property
    def room_minutes(self) -> int:
        """Usual time that is not booked; none where the week is empty or a short one, for nobody knows how short."""
        if self.usual is None or self.is_empty or self.closed_days:
            return 0
        return max(0, self.usual.minutes - self.load.booked_minutes)


@dataclass(frozen=True)
class Workload:
    """One clinician: weeks that are over, this one, weeks to come."""

    clinician: str
    usual: Usual | None
    past: tuple[WeekOf, ...]
    coming: tuple[WeekOf, ...]


@dataclass(frozen=True)
class Capacity:
    """The practice's. `missing` counts shown weeks that are over and not on record."""

    past: tuple[date, ...] = ()
    coming: tuple[date, ...] = ()
    clinicians: tuple[Workload, ...] = ()
    full_days: tuple[FullDay, ...] = ()
    missing: int = 0

    def of(self, clinician: str) -> Workload | None:
        return next((one for one in self.clinicians if one.clinician == clinician), None)


@dataclass(frozen=True)
class Facts:
    """What is known: loads of weeks that are over, and until which day they are on record; visits from this week on; openings."""

    past: Loads
    known_until: date | None
    coming: Sequence[Held]
    openings: Sequence[OpeningRecord] = field(default=())


def held(one: Appointment, now: datetime, zone: ZoneInfo, notice: timedelta) -> Held | None:
    """The time that an appointment takes, or took; None where it was cancelled while it could be given to others, or by the practice.

    `notice`: a cancellation later than that before the start is a lost session. When one was cancelled the EHR tells by its last change.
    """
    session, is_lost = one.session, one.status is AppointmentStatus.NO_SHOW
    if one.status is AppointmentStatus.CANCELLED:
        if session.starts_at > now or one.by_practice or one.updated_at <= session.starts_at - notice:
            return None
        is_lost = True
    starts_at, is_group = session.starts_at.astimezone(UTC), session.session_type is SessionType.GROUP
    return Held(session.clinician, local_day(starts_at, zone), starts_at, session.duration_minutes, is_group, is_lost)


def loads(visits: Iterable[Held]) -> Loads:
    """Each clinician's weeks."""
    days: dict[tuple[str, date], list[Held]] = defaultdict(list)
    for one in visits:
        days[one.clinician, one.on].append(one)
    found: dict[tuple[str, date], Load] = {}
    for (clinician, day), ours in days.items():
        key, more = (clinician, monday_of(day)), _of_a_day(ours)
        week = found.get(key, Load())
        found[key] = Load(week.booked_minutes + more.booked_minutes, week.lost_minutes + more.lost_minutes, week.groups + more.groups)
    return found


def capacity(facts: Facts, policy: PracticePolicy, settings: CapacitySettings, now: datetime, zone: ZoneInfo) -> Capacity:
    """The whole view, clinicians by their pseudonyms: a page puts them in the order of their names."""
    today = local_day(now, zone)
    first = monday_of(today)
    ahead = tuple(first + number * WEEK for number in range(WEEKS_AHEAD))
    known = [
        monday
        for monday in (first - number * WEEK for number in range(settings.weeks_looked_back, 0, -1))
        if facts.known_until is not None and monday + COUNTS_FROM <= facts.known_until
    ]
    shown = tuple(monday for monday in known if monday >= first - WEEKS_BEFORE * WEEK)
    coming, free = loads(facts.coming), _free(facts.openings, now, zone)
    given, over = dict(settings.weekly_hours), settings.over_percent
    found = []
    for clinician in sorted({who for who, _ in facts.past} | {who for who, _ in coming}):
        closed = {monday: _closed_days(policy, clinician, monday) for monday in (*known, *ahead)}
        usual = _usual(given.get(clinician), [(facts.past.get((clinician, monday), Load()), closed[monday]) for monday in known])
        rows = [
            WeekOf(monday, source.get((clinician, monday), Load()), free.get((clinician, monday), 0), closed[monday], usual, over)
            for source, mondays in ((facts.past, shown), (coming, ahead))
            for monday in mondays
        ]
        if any(one.load.booked_minutes for one in rows):  # who has left is not shown for ever
            found.append(Workload(clinician, usual, tuple(rows[: len(shown)]), tuple(rows[len(shown) :])))
    days = full_days((one for one in facts.coming if one.on >= today and not one.is_lost), settings)
    return Capacity(shown, ahead, tuple(found), days, WEEKS_BEFORE - len(shown))


def full_days(visits: Iterable[Held], settings: CapacitySettings) -> tuple[FullDay, ...]:
    """Days that ask much, the next first."""
    days: dict[tuple[date, str], set[tuple[datetime, int]]] = defaultdict(set)
    for one in visits:
        if one.starts_at is not None:
            days[one.on, one.clinician].add((one.starts_at, one.minutes))  # a group's visits are one session
    found = []
    for (day, clinician), sessions in sorted(days.items()):
        run = _longest_run(sorted(sessions), timedelta(minutes=settings.break_minutes))
        is_many, is_long = len(sessions) > settings.sessions_a_day, run.minutes > settings.longest_run_minutes
        if is_many or is_long:
            found.append(FullDay(clinician, day, len(sessions), run, is_many, is_long))
    return tuple(found)


def _longest_run(sessions: Sequence[tuple[datetime, int]], pause: timedelta) -> Run:
    """The first of the longest."""
    runs: list[Run] = []
    for starts_at, minutes in sessions:
        ends_at = starts_at + timedelta(minutes=minutes)
        if runs and starts_at - runs[-1].ends_at < pause:
            runs[-1] = Run(runs[-1].starts_at, max(runs[-1].ends_at, ends_at))
        else:
            runs.append(Run(starts_at, ends_at))
    return max(runs, key=lambda one: one.minutes)


def _of_a_day(visits: Sequence[Held]) -> Load:
    """A clinician's day: minutes of it, each once; lost are those in which nobody else was seen either."""
    timed = [(one.starts_at, one.starts_at + timedelta(minutes=one.minutes), one.is_lost) for one in visits if one.starts_at]
    others = [one for one in visits if one.starts_at is None]
    all_of_it, seen = _covered(span[:2] for span in timed), _covered(span[:2] for span in timed if not span[2])
    groups = {(one.starts_at, one.minutes) for one in visits if one.is_group}
    return Load(
        all_of_it + sum(one.minutes for one in others),
        all_of_it - seen + sum(one.minutes for one in others if one.is_lost),
        len(groups),
    )


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Minutes that at least one of the spans covers."""
    total, until = timedelta(0), None
    for start, end in sorted(spans):
        if until is None or start > until:
            total, until = total + (end - start), end
        elif end > until:
            total, until = total + (end - until), end
    return total // timedelta(minutes=1)


def _usual(hours: float | None, weeks: Sequence[tuple[Load, int]]) -> Usual | None:
    """What the practice set; else the median of weeks, without those in which the clinician was away: nothing was booked, or a day of
    work was closed (those count where too few others are left).
    """
    if hours is not None:
        return Usual(round(60 * hours), 0)
    worked = [load.booked_minutes for load, _ in weeks if load.booked_minutes]
    whole = [load.booked_minutes for load, closed in weeks if load.booked_minutes and not closed]
    chosen = whole if len(whole) >= FEWEST_WEEKS else worked
    return Usual(round(median(chosen)), len(chosen)) if len(chosen) >= FEWEST_WEEKS else None


def _closed_days(policy: PracticePolicy, clinician: str, monday: date) -> int:
    """Days from Monday to Friday on which there is no work, as the practice's holidays and closures say."""
    days = {monday + timedelta(days=number) for number in range(WORKING_DAYS)}
    closed = {day for day, _ in policy.holidays if day in days} - policy.open_on
    for one in policy.closures:
        if one.clinician in (None, clinician):
            closed |= {day for day in days if one.first_on <= day <= one.last_on}
    return len(closed)


def _free(openings: Iterable[OpeningRecord], now: datetime, zone: ZoneInfo) -> Mapping[tuple[str, date], int]:
    """Minutes of openings to come, by clinician and week; not of those that a client has picked (`picks.py` names the pick there)."""
    found: dict[tuple[str, date], int] = defaultdict(int)
    for record in openings:
        one = record.opening
        if one.starts_at > now and not record.booking:
            found[one.clinician, monday_of(local_day(one.starts_at, zone))] += one.duration_minutes
    return found
