"""A week as people look at it, and how well its free time was filled: what counts as what, and what is not said of few."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders_plan import Tier
from hsched_core.use_cases.reminders_settings import ReminderSettings
from hsched_core.workflow.calendar_view import Known, clinicians, week
from hsched_core.workflow.opening_figures import Share, by_week, filling
from tests.path_world import NOON

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)
SETTINGS = ReminderSettings()


def visit(name: str, hours: float, status: AppointmentStatus = AppointmentStatus.BOOKED, clinician: str = "c1") -> Appointment:
    session = Session(f"client-{name}", clinician, NOON + timedelta(hours=hours), 50, SessionType.INDIVIDUAL, Modality.VIDEO)
    return Appointment(name, "1", session, status, NOON)


def opening(name: str, hours: float, state: OpeningState, *, opened: float = -5, since: float = 0) -> OpeningRecord:
    when = NOON + timedelta(hours=hours)
    made = Opening(name, "c1", when, 50, SessionType.INDIVIDUAL, Modality.VIDEO, NOON + timedelta(hours=opened), "leaver")
    return OpeningRecord(made, state, NOON + timedelta(hours=since), ("leaver",))


def seen(*visits: Appointment, now: datetime = NOON, **known: object) -> list[object]:
    days = week(MONDAY, visits, Known(**{"risks": {}, **known}), SETTINGS, now, ZONE)  # type: ignore[arg-type]  # fields by name
    return [block for day in days for block in day.blocks]


def test_a_visit_stands_on_the_practices_day() -> None:
    """Eleven at night in New York is another day in UTC."""
    days = week(MONDAY, [visit("late", 11)], Known({}), SETTINGS, NOON, ZONE)

    assert [day.visits for day in days] == [0, 1, 0, 0, 0, 0, 0]


def test_cancelled_visits_are_left_out_and_free_time_is_shown() -> None:
    """Their time is free, if an opening says so, and only while it is to come."""
    free = [opening("free", 3, OpeningState.OPEN), opening("over", -3, OpeningState.OPEN), opening("filled", 4, OpeningState.FILLED)]
    blocks = seen(visit("gone", 2, AppointmentStatus.CANCELLED), openings=free)

    assert [(block.id, block.is_free) for block in blocks] == [("free", True)]


@pytest.mark.parametrize(("risk", "tier"), [(0.05, Tier.STANDARD), (0.20, Tier.RAISED), (0.40, Tier.HIGH)])
def test_the_band_is_the_tier_that_reminders_use(risk: float, tier: Tier) -> None:
    """One set of thresholds, not two."""
    [block] = seen(visit("a", 2), risks={"a": risk})

    assert (block.risk, block.tier) == (risk, tier)


def test_a_visit_that_began_has_no_risk_any_more() -> None:
    """What is over is told by its end."""
    [block] = seen(visit("a", -2, AppointmentStatus.NO_SHOW), risks={"a": 0.9})

    assert (block.risk, block.tier, block.status) == (None, None, "noshow")


def test_the_busiest_clinician_comes_first() -> None:
    """Whoever has nothing that week is not there."""
    days = week(MONDAY, [visit("a", 1), visit("b", 2, clinician="c2"), visit("c", 3, clinician="c2")], Known({}), SETTINGS, NOON, ZONE)

    assert clinicians(days) == ("c2", "c1")


def test_openings_are_judged_when_they_are_over_or_filled() -> None:
    """One that may still be filled counts neither for nor against."""
    found = filling(
        [
            opening("a", 3, OpeningState.FILLED, opened=-5, since=-1),
            opening("b", -3, OpeningState.TAKEN),
            opening("c", -2, OpeningState.PASSED),
            opening("d", 5, OpeningState.OPEN),
            opening("e", 5, OpeningState.EXHAUSTED),
        ],
        NOON,
    )

    assert (found.openings, found.by_offer, found.otherwise, found.is_open) == (3, 1, 1, 2)
    assert found.hours_to_fill == 4.0
    assert found.share == Share(2, 3)


def test_of_nothing_nothing_is_said() -> None:
    """No share, no time, no week."""
    found = filling([], NOON)

    assert (found.share.value, found.share.interval, found.hours_to_fill) == (None, None, None)
    assert list(by_week([], NOON, ZONE)) == []


def test_wilsons_interval_is_that_of_the_literature() -> None:
    """Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; it stays inside 0 and 1, and is wide for few."""
    low, high = Share(81, 263).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = Share(0, 3).interval or (1, 1)
    assert low == 0.0
    assert high > 0.5


def test_weeks_are_those_of_the_time_that_was_free() -> None:
    """Not those of the cancellation."""
    found = by_week([opening("a", -24 * 7, OpeningState.PASSED), opening("b", -1, OpeningState.FILLED)], NOON, ZONE)

    assert [(one.monday, one.filled) for one in found] == [(MONDAY - timedelta(days=7), Share(0, 1)), (MONDAY, Share(1, 1))]
