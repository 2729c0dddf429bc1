"""A week as people look at it: who sees whom when, what is free, and where a call would help. Pure; decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.time import local_day
from hsched_core.use_cases.reminders_facts import Visit
from hsched_core.use_cases.reminders_plan import Tier, tier_by_risk
from hsched_core.use_cases.reminders_settings import ReminderSettings

SHOWN_OPENINGS = frozenset({OpeningState.OPEN, OpeningState.EXHAUSTED})


@dataclass(frozen=True)
class Block:
    """A piece of a clinician's day: a visit, or time that is free and may be offered. `risk` and `tier` are of booked visits to come."""

    id: str  # the appointment's pseudonym; of free time, the opening's
    clinician: str
    client: str  # empty: free
    starts_at: datetime
    minutes: int
    kind: str
    modality: str
    status: str  # booked, cancelled, fulfilled, noshow; open or exhausted of free time
    risk: float | None = None
    tier: Tier | None = None
    is_confirmed: bool = False

    @property
    def is_free(self) -> bool:
        return not self.client


@dataclass(frozen=True)
class Day:
    """One day of the practice."""

    on: date
    blocks: tuple[Block, ...]

    def of(self, clinician: str) -> tuple[Block, ...]:
        return tuple(one for one in self.blocks if one.clinician == clinician)

    @property
    def visits(self) -> int:
        return sum(not one.is_free and one.status != AppointmentStatus.CANCELLED for one in self.blocks)

    @property
    def free(self) -> int:
        return sum(one.is_free for one in self.blocks)

    def counted(self, tier: Tier) -> int:
        """How many visits of the day are in that band."""
        return sum(one.tier == tier for one in self.blocks)


@dataclass(frozen=True)
class Known:
    """What is known beside the calendar: risks by appointment, openings, who confirmed."""

    risks: Mapping[str, float]
    openings: Sequence[OpeningRecord] = ()
    confirmed: frozenset[str] = frozenset()


def week(
    monday: date, appointments: Iterable[Appointment], known: Known, settings: ReminderSettings, now: datetime, zone: ZoneInfo
) -> tuple[Day, ...]:
    """Seven days from that Monday on. Cancelled visits are left out: their time is free, taken by somebody else, or over."""
    by_day: dict[date, list[Block]] = defaultdict(list)
    for one in appointments:
        if one.status is not AppointmentStatus.CANCELLED:
            by_day[local_day(one.session.starts_at, zone)].append(_visit(one, known, settings, now))
    for record in known.openings:
        if record.state in SHOWN_OPENINGS and record.opening.starts_at > now:
            by_day[local_day(record.opening.starts_at, zone)].append(_free(record))
    days = (monday + timedelta(days=number) for number in range(7))
    return tuple(Day(day, tuple(sorted(by_day[day], key=lambda one: (one.starts_at, one.clinician, one.id)))) for day in days)


def clinicians(days: Iterable[Day]) -> tuple[str, ...]:
    """Everybody who sees somebody in these days, the busiest first."""
    count: dict[str, int] = defaultdict(int)
    for day in days:
        for block in day.blocks:
            count[block.clinician] += 1
    return tuple(sorted(count, key=lambda one: (-count[one], one)))


def tier_of(risk: float | None, one: Appointment, settings: ReminderSettings) -> Tier:
    """The band of a risk: the tier that reminders would put the visit in, were nobody held by chance."""
    session = one.session
    start = (session.starts_at, session.duration_minutes, session.modality, session.session_type)
    return tier_by_risk(Visit(one.id, session.client, *start, risk=risk), settings)


def _visit(one: Appointment, known: Known, settings: ReminderSettings, now: datetime) -> Block:
    session, comes = one.session, one.status is AppointmentStatus.BOOKED and one.session.starts_at > now
    risk = known.risks.get(one.id) if comes else None
    return Block(
        one.id,
        session.clinician,
        session.client,
        session.starts_at,
        session.duration_minutes,
        str(session.session_type),
        str(session.modality),
        str(one.status),
        risk,
        None if risk is None else tier_of(risk, one, settings),
        one.id in known.confirmed,
    )


def _free(record: OpeningRecord) -> Block:
    opening = record.opening
    place = (opening.starts_at, opening.duration_minutes, str(opening.session_type), str(opening.modality))
    return Block(opening.id, opening.clinician, "", *place, str(record.state))
