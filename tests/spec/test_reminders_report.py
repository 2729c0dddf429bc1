"""What became of visits that were reminded of: counted by what they were sent, each once; a share only where there is enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import State
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session
from hsched_core.use_cases.reminders_plan import Step, step_name
from hsched_core.use_cases.reminders_report import Ending, Followed, followed, rows, wilson
from tests.reminders_world import DAY, STARTS, TEN, visit

VISIT = visit()
AFTER = STARTS + DAY
CONFIRMED, LATE, EARLY = TEN + timedelta(hours=5), STARTS - timedelta(hours=23, minutes=59), STARTS - DAY


def sent(*steps: Step, state: State = State.CONFIRMED, starts_at: datetime = STARTS) -> list[Case]:
    """These steps about the visit, handed over at ten of the day three days before."""
    made = []
    for step in steps:
        channel = Channel.CALL if step is Step.CALL else Channel.TEXT
        action = SendMessage(Outreach(VISIT.client, channel, Purpose.REMINDER), step, VISIT.appointment)
        name = step_name(replace(VISIT, starts_at=starts_at), step)
        proposal = Proposal("elm", "reminders", action, VISIT.appointment, ("due",), name, "p1", STARTS, "use-case:reminders")
        made.append(Case(proposal, state, action, TEN))
    return made


def there(status: AppointmentStatus = AppointmentStatus.BOOKED, updated_at: datetime = TEN - DAY) -> Appointment:
    session = Session(VISIT.client, "c1" * 16, STARTS, 50, VISIT.session_type, VISIT.modality)
    return Appointment(VISIT.appointment, "1", session, status, updated_at)


def one(cases: Sequence[Case], now: datetime, *visits: Appointment, **known: set[str]) -> Followed:
    """What is found of one visit."""
    sets = {"held": set(), "confirmed": set(), "refilled": set(), **known}
    (found,) = followed({VISIT.appointment: cases}, visits, now, notice=DAY, **sets)
    return found


@pytest.mark.parametrize(
    ("now", "status", "updated_at", "ending"),
    [
        (TEN, AppointmentStatus.BOOKED, TEN - DAY, Ending.TO_COME),
        (AFTER, AppointmentStatus.FULFILLED, AFTER, Ending.KEPT),
        (AFTER, AppointmentStatus.NO_SHOW, AFTER, Ending.MISSED),
        (AFTER, AppointmentStatus.CANCELLED, EARLY, Ending.EARLY),
        (AFTER, AppointmentStatus.CANCELLED, LATE, Ending.LATE),
        (AFTER, AppointmentStatus.CANCELLED, TEN - timedelta(minutes=1), Ending.UNSEEN),  # before anything was said
        (AFTER, AppointmentStatus.BOOKED, TEN, Ending.UNSEEN),  # nobody closed it
    ],
)
def test_every_visit_has_one_ending(now: datetime, status: AppointmentStatus, updated_at: datetime, ending: Ending) -> None:
    """Early and late differ at the practice's own notice, to the minute."""
    assert one(sent(Step.CONFIRM), now, there(status, updated_at)).ending is ending


def test_a_visit_that_moved_after_its_reminder_counts_as_moved() -> None:
    """Until it is reminded of at its new time; one that the EHR does not show any more is not guessed about."""
    assert one(sent(Step.CONFIRM, starts_at=STARTS - DAY), TEN, there()).ending is Ending.MOVED
    assert one([*sent(Step.CONFIRM, starts_at=STARTS - DAY), *sent(Step.AGAIN)], TEN, there()).ending is Ending.TO_COME
    assert one(sent(Step.CONFIRM), TEN).ending is Ending.UNSEEN


@pytest.mark.parametrize(
    ("steps", "group"),
    [
        ((Step.PLAIN,), "standard"),
        ((Step.CONFIRM, Step.AGAIN), "raised"),
        ((Step.PLAIN, Step.AGAIN), "raised"),
        ((Step.CONFIRM, Step.CALL), "high"),
    ],
)
def test_the_tier_is_what_was_sent(steps: tuple[Step, ...], group: str) -> None:
    """Who is held counts by themselves."""
    assert one(sent(*steps), TEN, there()).group == group
    assert one(sent(*steps), TEN, there(), held={VISIT.appointment}).group == "held"


def test_what_never_left_and_what_others_were_told_is_no_reminder() -> None:
    """A standby offer goes to somebody else; a blocked message to nobody."""
    blocked, standby = sent(Step.PLAIN, state=State.BLOCKED), sent(Step.STANDBY)

    assert followed({VISIT.appointment: [*blocked, *standby]}, [there()], TEN, held=(), confirmed=(), refilled=(), notice=DAY) == []


def test_only_freed_times_are_filled_again() -> None:
    """An opening of that visit which somebody has."""
    cancelled, kept = there(AppointmentStatus.CANCELLED, EARLY), there(AppointmentStatus.FULFILLED)
    mine = {VISIT.appointment}

    assert one(sent(Step.PLAIN), AFTER, cancelled, refilled=mine).is_refilled
    assert not one(sent(Step.PLAIN), AFTER, cancelled).is_refilled
    assert not one(sent(Step.PLAIN), AFTER, kept, refilled=mine).is_refilled
    assert one(sent(Step.PLAIN), AFTER, kept, confirmed=mine).is_confirmed


def test_a_share_needs_fifty_visits_that_are_over() -> None:
    """Fewer are counted, and too few to say more; those to come count for none."""
    kept, early = Followed("raised", Ending.KEPT, True, False), Followed("raised", Ending.EARLY, False, True)
    coming = [Followed("raised", Ending.TO_COME, False, False)] * 30
    (few,) = rows([kept] * 39 + [early] * 10 + coming)
    (enough,) = rows([kept] * 40 + [early] * 10 + coming)

    assert (few.visits, few.confirmed, few.refilled, few.early_share) == (79, 39, 10, None)
    assert enough.early_share == pytest.approx(0.2)
    assert enough.endings["cancelled_early"] == 10
    assert wilson(10, 50) == pytest.approx((0.2, 0.1124, 0.3304), abs=1e-4)  # Wilson 1927, by hand
    assert wilson(0, 50)[1] == 0
