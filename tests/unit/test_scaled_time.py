"""HSCHED_CLOCK: one faster present for every process of a live sandbox."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_adapters.clock import FixedClock, ScaledClock, choose_clock
from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import load_settings
from hsched_core.domain.errors import SettingsError

ZONE = ZoneInfo("America/New_York")
REAL = datetime(2026, 11, 26, 21, tzinfo=UTC)
VIRTUAL = datetime(2026, 3, 4, 8, tzinfo=ZONE)
INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))


def test_so_many_seconds_pass_in_one() -> None:
    """Ten minutes a second: after six real seconds it is an hour later."""
    time = ScaledTime(VIRTUAL, REAL, 600)

    assert ScaledClock(time, FixedClock(REAL)).now() == VIRTUAL
    assert ScaledClock(time, FixedClock(REAL + timedelta(seconds=6))).now() == VIRTUAL.astimezone(UTC) + timedelta(hours=1)
    assert time.real_seconds(timedelta(hours=1)) == 6


def test_it_stands_still_until_it_starts() -> None:
    """Programs that start at different moments begin in the same one."""
    time = ScaledTime(VIRTUAL, REAL, 600)

    assert ScaledClock(time, FixedClock(REAL - timedelta(seconds=30))).now() == VIRTUAL


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    """Elapsed time is added to the instant, not to the wall clock."""
    night = datetime(2026, 3, 8, 1, 30, tzinfo=ZONE)  # half an hour before 02:00 becomes 03:00
    now = ScaledClock(ScaledTime(night, REAL, 60), FixedClock(REAL + timedelta(minutes=1))).now()

    assert now.astimezone(ZONE) == datetime(2026, 3, 8, 3, 30, tzinfo=ZONE)


def test_the_present_is_chosen_by_the_environment() -> None:
    """A process with the setting reads the faster present."""
    settings = load_settings({"HSCHED_CLOCK": str(ScaledTime(VIRTUAL, REAL, 600))})
    clock = choose_clock(settings, ZONE)

    assert isinstance(clock, ScaledClock)
    assert (clock.time, clock.pace) == (ScaledTime(VIRTUAL, REAL, 600), 600)


@given(INSTANTS, INSTANTS, st.floats(min_value=1e-3, max_value=1e6))
def test_what_is_written_is_what_is_read(virtual: datetime, real: datetime, speed: float) -> None:
    """Every process understands what another wrote."""
    assert ScaledTime.of(str(ScaledTime(virtual, real, speed))) == ScaledTime(virtual, real, speed)


@pytest.mark.parametrize(
    "text",
    [
        "600",
        "2026-03-04T08:00:00-05:00",
        "2026-03-04T08:00:00@2026-11-26T21:00:00+00:00x600",
        "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00x600",
        "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00x0",
        "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00x-5",
        "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00xnan",
        "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00xinf",
    ],
)
def test_a_setting_that_says_nothing_sensible_is_refused(text: str) -> None:
    """By name, with an example."""
    with pytest.raises(SettingsError, match="HSCHED_CLOCK"):
        load_settings({"HSCHED_CLOCK": text})


def test_a_present_cannot_stand_still_and_run() -> None:
    """HSCHED_TODAY and HSCHED_CLOCK exclude each other."""
    with pytest.raises(SettingsError, match="both"):
        load_settings({"HSCHED_CLOCK": str(ScaledTime(VIRTUAL, REAL, 600)), "HSCHED_TODAY": "2026-03-10"})
