"""Capacity: whose time counts, what is usual, when a week is above it, which days ask much. Weeks away and short weeks are no room."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.sessions import Session
from hsched_core.domain.time import local_day
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.capacity import CapacitySettings
from hsched_core.policy.practice import Closure, PracticePolicy
from hsched_core.workflow.capacity import Capacity, Facts, FullDay, Held, Load, Run, Usual, capacity, full_days, held, loads

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 11, 17, tzinfo=UTC)  # Wednesday 1 PM
WEEK = timedelta(days=7)
DAY = timedelta(hours=24)
ANNA, BEN = "a" * 32, "b" * 32
POLICY = PracticePolicy("elm", "America/New_York")
SETTINGS = CapacitySettings()


def at(day: date, hour: float) -> datetime:
    """That hour on the practice's wall clock."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).replace(hour=int(hour), minute=round(60 * (hour % 1))).astimezone(UTC)


def visit(day: date = MONDAY, hour: float = 9, minutes: int = 60, who: str = ANNA, *, group: bool = False, lost: bool = False) -> Held:
    return Held(who, day, at(day, hour), minutes, group, lost)


def past(*hours: float, who: str = ANNA) -> dict[tuple[str, date], Load]:
    """Weeks that are over, the latest last: hours booked in each."""
    first = MONDAY - len(hours) * WEEK
    return {(who, first + number * WEEK): Load(round(60 * one)) for number, one in enumerate(hours)}


def seen(
    coming: Sequence[Held] = (),
    before: dict[tuple[str, date], Load] | None = None,
    policy: PracticePolicy = POLICY,
    settings: CapacitySettings = SETTINGS,
    known_until: date | None = MONDAY - timedelta(days=3),
    openings: Sequence[OpeningRecord] = (),
) -> Capacity:
    return capacity(Facts(before or {}, known_until, coming, openings), policy, settings, NOW, ZONE)


def appointment(status: AppointmentStatus, starts_at: datetime, updated_at: datetime, *, by_practice: bool = False) -> Appointment:
    session = Session("client", ANNA, starts_at, 50, SessionType.INDIVIDUAL, Modality.VIDEO)
    return Appointment("visit", "1", session, status, updated_at, by_practice)


def test_a_group_counts_once_however_many_come() -> None:
    """Six clients of one hour are one hour of their clinician, and one group."""
    assert loads([visit(group=True) for _ in range(6)]) == {(ANNA, MONDAY): Load(60, 0, 1)}


def test_time_lost_and_given_to_somebody_else_is_not_lost() -> None:
    """Of an hour that was cancelled late, half an hour was another client's."""
    week = loads([visit(lost=True), visit(hour=9.5, minutes=30), visit(hour=11, lost=True)])

    assert week == {(ANNA, MONDAY): Load(120, 90)}


def test_visits_whose_hour_is_not_on_record_count_with_their_length() -> None:
    without = replace(visit(), starts_at=None)

    assert loads([without, replace(without, is_lost=True)]) == {(ANNA, MONDAY): Load(120, 60)}


@bounded(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40), st.booleans()), max_size=12))
def test_every_minute_counts_once(spans: list[tuple[int, int, bool]]) -> None:
    """As a set of minutes would say, whatever overlaps."""
    start = at(MONDAY, 9)
    found = loads([Held(ANNA, MONDAY, start + timedelta(minutes=first), long, False, lost) for first, long, lost in spans])
    minutes, held_minutes = ({m for first, long, lost in spans if only or not lost for m in range(first, first + long)} for only in (1, 0))

    assert found.get((ANNA, MONDAY), Load()) == Load(len(minutes), len(minutes - held_minutes))


@pytest.mark.parametrize(
    ("status", "start", "changed", "by_practice", "expected"),
    [
        (AppointmentStatus.BOOKED, DAY, -DAY, False, "held"),
        (AppointmentStatus.FULFILLED, -DAY, -DAY, False, "held"),
        (AppointmentStatus.NO_SHOW, -DAY, -DAY, False, "lost"),
        (AppointmentStatus.CANCELLED, -DAY, -DAY - timedelta(hours=2), False, "lost"),  # two hours before
        (AppointmentStatus.CANCELLED, -DAY, -2 * DAY, False, None),  # a whole day before: others could have it
        (AppointmentStatus.CANCELLED, -DAY, -DAY, True, None),  # the practice's own doing
        (AppointmentStatus.CANCELLED, timedelta(hours=2), timedelta(0), False, None),  # still to come: free time
    ],
)
def test_what_takes_a_clinicians_time(
    status: AppointmentStatus, start: timedelta, changed: timedelta, by_practice: bool, expected: str | None
) -> None:
    found = held(appointment(status, NOW + start, NOW + changed, by_practice=by_practice), NOW, ZONE, DAY)

    assert (None if found is None else "lost" if found.is_lost else "held") == expected
    assert found is None or found.on == local_day(NOW + start, ZONE)


def test_usual_is_the_median_without_weeks_away() -> None:
    """Weeks without a visit do not make a clinician a part-time one."""
    [anna] = seen(before=past(20, 0, 0, 22, 24, 0, 30)).clinicians

    assert anna.usual == Usual(23 * 60, 4)


def test_short_weeks_are_left_out_where_enough_others_are_left() -> None:
    """A holiday's and a closure's; another clinician's days off are nobody else's."""
    holiday, closed, bens = (MONDAY - number * WEEK for number in (1, 2, 3))
    closures = (Closure(closed, closed), Closure(bens, bens, BEN))
    policy = replace(POLICY, holidays=((holiday, "A day"), (bens + timedelta(days=5), "A Saturday")), closures=closures)

    [anna] = seen(before=past(20, 21, 22, 10, 12), policy=policy).clinicians
    assert anna.usual == Usual(21 * 60, 3)
    assert [week.closed_days for week in anna.past] == [0, 0, 1, 1]
    [anna] = seen(before=past(21, 22, 10, 12), policy=policy).clinicians
    assert anna.usual == Usual(round(16.5 * 60), 4)  # two whole weeks are too few
    [anna] = seen(before=past(20, 21, 22, 10, 12), policy=replace(policy, open_on=frozenset({holiday}))).clinicians
    assert anna.usual == Usual(round(20.5 * 60), 4)


def test_of_two_weeks_nobody_says_what_is_usual() -> None:
    [anna] = seen([visit()], before=past(20, 22)).clinicians

    assert anna.usual is None
    assert (anna.coming[0].share, anna.coming[0].is_over, anna.coming[0].room_minutes) == (None, False, 0)


def test_the_practice_may_say_what_is_usual() -> None:
    settings = replace(SETTINGS, weekly_hours=((ANNA, 12.5),))
    [anna] = seen(before=past(20, 21, 22, 23), settings=settings).clinicians

    assert anna.usual == Usual(750, 0)
    assert anna.usual.is_set


@pytest.mark.parametrize(("hours", "is_over"), [(10, False), (10.9, False), (11, True), (14, True)])
def test_a_week_is_above_from_the_set_percent_on(hours: float, is_over: bool) -> None:
    """110 % of ten hours are eleven."""
    [anna] = seen([visit(minutes=round(60 * hours))], before=past(10, 10, 10)).clinicians

    assert anna.coming[0].share == pytest.approx(hours / 10)
    assert anna.coming[0].is_over is is_over


def test_as_much_as_usual_is_never_above_it() -> None:
    settings = replace(SETTINGS, over_percent=100)
    usual, more = (seen([visit(minutes=minutes)], before=past(10, 10, 10), settings=settings).clinicians[0] for minutes in (600, 601))

    assert (usual.coming[0].is_over, more.coming[0].is_over) == (False, True)


def test_room_is_what_is_not_booked_but_not_of_short_or_empty_weeks() -> None:
    """In a week with a holiday, or without any visit, nobody knows how much of the usual time there is."""
    policy = replace(POLICY, holidays=((MONDAY + WEEK, "A day"),))
    [anna] = seen([visit(), visit(MONDAY + WEEK)], before=past(10, 10, 10), policy=policy).clinicians

    assert [week.room_minutes for week in anna.coming] == [9 * 60, 0, 0, 0, 0]
    assert [week.is_empty for week in anna.coming] == [False, False, True, True, True]


def test_openings_stand_in_their_week() -> None:
    def opening(day: date, hour: float) -> OpeningRecord:
        made = Opening(f"{day}{hour}", ANNA, at(day, hour), 50, SessionType.INDIVIDUAL, Modality.VIDEO, NOW, "leaver")
        return OpeningRecord(made, OpeningState.OPEN, NOW, ("leaver",))

    openings = [opening(MONDAY, 9), opening(MONDAY + timedelta(days=6), 23), opening(MONDAY + WEEK, 0)]
    picked = replace(opening(MONDAY + WEEK, 9), booking="a pick")  # somebody has it, or is about to
    [anna] = seen([visit()], openings=[*openings, picked]).clinicians

    assert [week.free_minutes for week in anna.coming] == [50, 50, 0, 0, 0]  # Monday's is over; Sunday's last hour is this week's


def test_weeks_that_are_not_on_record_are_not_shown_as_empty() -> None:
    """The daily run stood still for two weeks: those are missing, and nothing is made of them."""
    found = seen([visit()], before=past(20, 21, 22, 23, 24), known_until=MONDAY - 2 * WEEK)

    assert found.past == (MONDAY - 4 * WEEK, MONDAY - 3 * WEEK)
    assert found.missing == 2
    assert found.clinicians[0].usual == Usual(21 * 60, 3)


def test_a_week_counts_from_its_thursday_on_record() -> None:
    thursday, wednesday = MONDAY - timedelta(days=4), MONDAY - timedelta(days=5)

    assert seen(before=past(1, 1, 1), known_until=thursday).missing == 0
    assert seen(before=past(1, 1, 1), known_until=wednesday).missing == 1


def test_who_has_left_is_not_shown_for_ever() -> None:
    """Nothing in the weeks that are shown: not on the page."""
    assert seen(before=past(20, 20, 20, 0, 0, 0, 0)).clinicians == ()
    assert [one.clinician for one in seen([visit(who=BEN), visit()]).clinicians] == [ANNA, BEN]


def test_a_practice_without_anything_has_an_empty_page() -> None:
    found = seen(known_until=None)

    assert (found.clinicians, found.full_days, found.missing) == ((), (), 4)


# Days that ask much


def day_of(*hours: float, minutes: int = 60) -> tuple[FullDay, ...]:
    return full_days([visit(hour=hour, minutes=minutes) for hour in hours], SETTINGS)


def test_a_run_ends_with_a_break() -> None:
    """Five hours on end are not too long; a quarter more is, and so are sessions with ten minutes between them."""
    assert day_of(9, 10, 11, 12, 13) == ()
    [day] = full_days([visit(hour=9, minutes=300), visit(hour=14, minutes=15)], SETTINGS)
    assert (day.is_long, day.is_many, day.run) == (True, False, Run(at(MONDAY, 9), at(MONDAY, 14.25)))
    [day] = day_of(9, 10, 11, 12, 13, 14, minutes=50)
    assert day.run.minutes == 350
    assert day_of(9, 10, 11, 12.5, 13.5, 14.5) == ()  # half an hour at noon


def test_more_sessions_than_set_are_many_and_a_group_is_one() -> None:
    """Nine clients of one group are one session; nine groups are nine."""
    half = [visit(hour=8 + number, minutes=30) for number in range(8)]

    assert full_days([*half, *(visit(hour=8, minutes=30, group=True) for _ in range(9))], SETTINGS) == ()
    [day] = full_days([*half, visit(hour=16, minutes=30)], SETTINGS)
    assert (day.sessions, day.is_many, day.is_long) == (9, True, False)


def test_a_session_within_another_does_not_end_the_run() -> None:
    """The long one still goes on when the short one is over."""
    [day] = full_days([visit(hour=9, minutes=240), visit(hour=10, minutes=15), visit(hour=13, minutes=90)], SETTINGS)

    assert day.run == Run(at(MONDAY, 9), at(MONDAY, 14.5))


def test_days_that_are_over_and_lost_visits_are_not_told() -> None:
    """What was is nobody's plan any more; who did not come made a break."""
    long = [visit(MONDAY, hour) for hour in (9, 10, 11, 12, 13, 14)]
    today = NOW.astimezone(ZONE).date()

    assert seen(long).full_days == ()
    assert len(seen([replace(one, on=today) for one in long]).full_days) == 1
    assert seen([replace(one, on=today, is_lost=number == 3) for number, one in enumerate(long)]).full_days == ()
