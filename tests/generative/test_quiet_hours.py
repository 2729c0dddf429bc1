"""Quiet hours judged by a slow, obviously right reference, over many zones and the nights of DST changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hsched_core.policy.quiet_hours import QuietHours, next_allowed

MINUTE = timedelta(minutes=1)
# Half-hour and 45-minute offsets, a half-hour DST change, both hemispheres, no DST, either side of the date line.
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Europe/London",
]
LAW = QuietHours(time(21), time(8))
whole_minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
instants = st.integers(0, 3 * 366 * 24 * 60).map(lambda minute: datetime(2025, 1, 1, tzinfo=UTC) + minute * MINUTE)
# From three hours before to three hours after the changes of 2026 in the United States.
change_nights = st.sampled_from([datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)]).flatmap(
    lambda change: st.integers(-180, 360).map(lambda minute: change + minute * MINUTE)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


def is_quiet(quiet: QuietHours, instant: datetime, zone: ZoneInfo) -> bool:
    """The wall clock in minutes since midnight, compared the long way."""
    shown = instant.astimezone(zone)
    minute, start, end = (one.hour * 60 + one.minute for one in (shown, quiet.start, quiet.end))
    return minute in ({*range(start, end)} if start <= end else {*range(start, 24 * 60), *range(end)})


def first_allowed(quiet: QuietHours, instant: datetime, where: list[ZoneInfo]) -> datetime | None:
    """Minute by minute, for three days."""
    for _ in range(3 * 24 * 60):
        if not any(is_quiet(quiet, instant, zone) for zone in where):
            return instant
        instant += MINUTE
    return None


@given(instants | change_nights, zones)
@example(datetime(2026, 3, 8, 12, 0, tzinfo=UTC), ZoneInfo("America/New_York"))  # 08:00 on the morning after the change
@example(datetime(2026, 3, 8, 11, 59, tzinfo=UTC), ZoneInfo("America/New_York"))
@settings(max_examples=150, deadline=None)
def test_the_next_allowed_minute_is_the_first_one_that_is_not_quiet(instant: datetime, zone: ZoneInfo) -> None:
    """21:00 to 08:00, over three years and in every zone, equal to counting minutes."""
    assert next_allowed(LAW, instant, [zone]) == first_allowed(LAW, instant, [zone])


@given(instants | change_nights, st.lists(zones, min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_in_several_zones_it_is_quiet_in_none(instant: datetime, where: list[ZoneInfo]) -> None:
    """Also where the zones have no minute in common."""
    assert next_allowed(LAW, instant, where) == first_allowed(LAW, instant, where)


@given(instants | change_nights, zones, whole_minutes, whole_minutes)
@settings(max_examples=100, deadline=None)
def test_any_hours_end_where_they_should(instant: datetime, zone: ZoneInfo, start: time, end: time) -> None:
    """Whatever hours a practice sets, also around a change at night: never in the quiet, and at most a skipped hour late."""
    quiet = QuietHours(start, end)
    allowed, first = next_allowed(quiet, instant, [zone]), first_allowed(quiet, instant, [zone])

    assert allowed is not None
    assert first is not None
    assert not is_quiet(quiet, allowed, zone)
    assert first <= allowed <= first + timedelta(hours=1)


def test_an_hour_that_is_shown_twice_is_quiet_twice() -> None:
    """Quiet until 01:30: at 01:15 of the repeated hour it is quiet again, although 01:45 was not."""
    zone, quiet = ZoneInfo("America/New_York"), QuietHours(time(22), time(1, 30))
    once, again = (datetime(2026, 11, 1, 1, 15, tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))

    assert next_allowed(quiet, once, [zone]) == once + 15 * MINUTE
    assert not quiet.covers(once + 30 * MINUTE, zone)
    assert next_allowed(quiet, again, [zone]) == again + 15 * MINUTE


def test_the_night_of_the_change_is_an_hour_shorter_or_longer() -> None:
    """From 21:00 to 08:00 there are eleven hours, ten in March, twelve in November."""
    zone = ZoneInfo("America/New_York")
    spans = []
    for evening in (datetime(2026, 3, 3, 21, tzinfo=zone), datetime(2026, 3, 7, 21, tzinfo=zone), datetime(2026, 10, 31, 21, tzinfo=zone)):
        allowed = next_allowed(LAW, evening, [zone])
        assert allowed is not None
        spans.append((allowed - evening.astimezone(UTC)) / timedelta(hours=1))

    assert spans == [11, 10, 12]
