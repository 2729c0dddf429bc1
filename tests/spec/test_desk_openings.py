"""Openings: when a cancellation becomes one, when it is taken, open again, passed or exhausted; whatever the order of notices."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hsched_core.domain.appointments import AppointmentStatus, Notice, NoticeKind
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.domain.vocabulary import SessionType
from hsched_core.policy.practice import Closure
from tests.desk_world import CLIENTS, CLINICIAN, LEAVER, NOON, OTHER_CLINICIAN, POLICY, TOMORROW, VISIT, DeskWorld, visit, waits

BY_PHONE = "ab" * 16


@pytest.fixture
def world() -> DeskWorld:
    return DeskWorld()


def openings(world: DeskWorld) -> dict[str, OpeningState]:
    return {one.id: one.state for one in world.store.tables.openings.values()}


def notice(world: DeskWorld, name: str = VISIT, kind: NoticeKind = NoticeKind.APPOINTMENT) -> Notice:
    return Notice(kind, name, world.now())


def test_a_cancelled_appointment_is_an_opening(world: DeskWorld) -> None:
    """Its time, its clinician, who left it; told once, whatever the number of notices."""
    world.cancel()
    world.desk.on_notice(notice(world))

    opening = world.opening().opening
    assert (opening.clinician, opening.starts_at, opening.left_by) == (CLINICIAN, TOMORROW, LEAVER)
    assert (openings(world), world.opening().version) == ({VISIT: OpeningState.OPEN}, 1)


@pytest.mark.parametrize("status", [AppointmentStatus.BOOKED, AppointmentStatus.FULFILLED, AppointmentStatus.NO_SHOW])
def test_no_other_change_makes_one(world: DeskWorld, status: AppointmentStatus) -> None:
    """A no-show's time is over when it is known."""
    world.ehr.change(VISIT, status)

    assert openings(world) == {}


def test_what_is_unknown_or_no_appointment_makes_none(world: DeskWorld) -> None:
    """An id the EHR does not know; notices about the waitlist and about clients."""
    told = ((NoticeKind.APPOINTMENT, "99" * 16), (NoticeKind.WAITLIST, VISIT), (NoticeKind.CLIENT, LEAVER))
    words = [world.desk.on_notice(notice(world, about, kind)) for kind, about in told]

    assert (openings(world), words) == ({}, ["appointment_unknown", "nothing", "nothing"])


def test_a_notice_ends_with_a_word_for_what_it_meant(world: DeskWorld) -> None:
    """An opening once; nothing when it is told again; in the past when the time is over."""
    before = world.desk.on_notice(notice(world))
    world.ehr.listeners.clear()
    world.cancel()
    words = [world.desk.on_notice(notice(world)) for _ in range(2)]
    world.wait(days=2)

    assert (before, *words, world.desk.on_notice(notice(world))) == ("nothing", "opening", "nothing", "in_the_past")


@pytest.mark.parametrize(("hours", "opens"), [(2, False), (2.1, True), (24 * 9, True), (-1, False)])
def test_time_that_comes_too_soon_is_none(world: DeskWorld, hours: float, opens: bool) -> None:
    """Two hours before, by default. What is still too far ahead to be offered waits until it is not."""
    world.ehr.book(BY_PHONE, visit(starts_at=NOON + timedelta(hours=hours)))
    world.cancel(BY_PHONE)

    assert (BY_PHONE in openings(world)) is opens


def test_an_opening_far_ahead_is_offered_when_its_week_comes(world: DeskWorld) -> None:
    """Not before, and it is not exhausted by waiting."""
    world.ehr.book(BY_PHONE, visit(starts_at=NOON + timedelta(days=9)))
    world.cancel(BY_PHONE)
    world.desk.advance()
    before = (world.asked(), world.opening(BY_PHONE).state)
    world.wait(days=3)
    world.desk.advance()

    assert before == ([], OpeningState.OPEN)
    assert world.asked() == [CLIENTS[0]]


def test_time_that_somebody_has_is_none(world: DeskWorld) -> None:
    """Staff booked another client into it before they cancelled; the other members of a group are still there."""
    world.ehr.book(BY_PHONE, visit(CLIENTS[1]))
    world.cancel()

    assert openings(world) == {}


def test_a_group_that_one_client_leaves_is_none(world: DeskWorld) -> None:
    """The clinician's time is not free."""
    for name, client in (("1a" * 16, CLIENTS[0]), ("1b" * 16, CLIENTS[1])):
        group = replace(visit(client, TOMORROW + timedelta(hours=3)), session_type=SessionType.GROUP)
        world.ehr.book(name, group)
    world.cancel("1a" * 16)

    assert openings(world) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"holidays": ((date(2026, 3, 4), "a holiday"),)},
        {"closures": (Closure(date(2026, 3, 4), date(2026, 3, 6)),)},
        {"closures": (Closure(date(2026, 3, 4), date(2026, 3, 4), CLINICIAN),)},
    ],
)
def test_a_day_without_practice_or_clinician_has_none(changes: dict[str, object]) -> None:
    """The clinician is ill and staff cancel the day: nobody is invited to it."""
    world = DeskWorld(policy=replace(POLICY, **changes))
    world.cancel()

    assert openings(world) == {}


def test_an_ehr_that_does_not_answer_leaves_the_notice_to_be_handled_again(world: DeskWorld) -> None:
    """It raises; the inbox keeps the notice."""
    world.ehr.listeners.clear()
    world.cancel()
    world.ehr.is_down = True
    with pytest.raises(UserError):
        world.desk.on_notice(notice(world))
    world.ehr.is_down = False
    world.desk.on_notice(notice(world))

    assert openings(world) == {VISIT: OpeningState.OPEN}


def test_staff_who_fill_the_time_by_phone_take_the_opening(world: DeskWorld) -> None:
    """Live offers end at once, and the client is told kindly."""
    world.cancel()
    world.desk.advance()
    world.ehr.book(BY_PHONE, visit("77" * 16))

    assert (world.state, world.ends()) == (OpeningState.TAKEN, ["withdrawn"])
    world.desk.advance()
    assert world.told() == [CLIENTS[0]]


def test_part_of_the_time_is_enough(world: DeskWorld) -> None:
    """An appointment that overlaps by ten minutes; one of another clinician, or one that only touches, is no matter."""
    world.cancel()
    world.ehr.book("1a" * 16, visit("77" * 16, TOMORROW, OTHER_CLINICIAN))
    world.ehr.book("1b" * 16, visit("77" * 16, TOMORROW + timedelta(minutes=50)))
    assert world.state is OpeningState.OPEN
    world.ehr.book("1c" * 16, visit("77" * 16, TOMORROW - timedelta(minutes=40)))

    assert world.state is OpeningState.TAKEN


def test_a_lost_notice_is_made_good_by_the_next_round(world: DeskWorld) -> None:
    """Nobody told; the calendar is asked before anybody is."""
    world.cancel()
    world.ehr.listeners.clear()
    world.ehr.book(BY_PHONE, visit("77" * 16))
    world.desk.advance()

    assert (world.state, world.asked()) == (OpeningState.TAKEN, [])


def test_waiting_proposals_of_an_opening_that_is_taken_are_withdrawn() -> None:
    """Nobody is asked to approve what no longer makes sense."""
    world = DeskWorld(phase=Phase.REVIEW)
    world.cancel()
    world.desk.advance()
    (case,) = world.cases()
    assert case.state is State.WAITING
    world.ehr.book(BY_PHONE, visit("77" * 16))
    world.desk.advance()

    assert world.path.look(case.id).state is State.WITHDRAWN


def filled(world: DeskWorld) -> str:
    """The opening, taken by the first client; the id of the new appointment."""
    world.cancel()
    world.desk.advance()
    world.desk.accept(world.offers()[0].id)
    assert world.state is OpeningState.FILLED
    return next(name for name, one in world.ehr.appointments_by_id.items() if one.takes_time and one.session.client == CLIENTS[0])


def test_our_own_booking_does_not_take_the_opening(world: DeskWorld) -> None:
    """The EHR's notice of it comes while we still wait for its answer."""
    filled(world)
    world.desk.advance()

    assert (world.state, world.ends()) == (OpeningState.FILLED, ["accepted"])


def test_a_taker_who_cancels_opens_it_again(world: DeskWorld) -> None:
    """The same opening; neither of the two who left it is asked, the next one is."""
    taken = filled(world)
    for client in (CLIENTS[0], LEAVER):  # on the list, and waiting longest
        world.ehr.entries[waits(client).entry] = waits(client, entered_at=NOON - timedelta(days=90))
    world.wait(hours=1)
    world.cancel(taken)
    world.desk.advance()

    assert (openings(world), world.opening().left_by) == ({VISIT: OpeningState.OPEN}, (LEAVER, CLIENTS[0]))
    assert world.asked() == [CLIENTS[0], CLIENTS[1]]


def test_a_taker_by_phone_who_cancels_opens_it_again(world: DeskWorld) -> None:
    """Whoever had the time."""
    world.cancel()
    world.ehr.book(BY_PHONE, visit("77" * 16))
    world.cancel(BY_PHONE)

    assert openings(world) == {VISIT: OpeningState.OPEN}


def test_an_hour_that_the_practice_itself_called_off_is_none(world: DeskWorld) -> None:
    """Its clinician may be ill: a person knows, hsched does not."""
    world.ehr.change(VISIT, AppointmentStatus.CANCELLED, by_practice=True)
    world.desk.advance()

    assert (openings(world), world.desk.on_notice(notice(world)), world.asked()) == ({}, "called_off", [])


def test_an_hour_that_was_taken_and_then_called_off_by_the_practice_stays_closed(world: DeskWorld) -> None:
    """By its notice, and by the comparison with the calendar."""
    taken = filled(world)
    world.wait(hours=1)
    world.ehr.change(taken, AppointmentStatus.CANCELLED, by_practice=True)
    world.desk.advance()

    assert openings(world) == {VISIT: OpeningState.FILLED}


def test_time_that_staff_moved_away_from_is_found_free(world: DeskWorld) -> None:
    """No cancellation tells of it: the calendar does, once its list cannot be behind any more."""
    taken = filled(world)
    world.wait(minutes=10)
    world.ehr.move(taken, TOMORROW + timedelta(hours=4))
    world.desk.advance()

    assert world.state is OpeningState.OPEN


def test_a_list_that_is_behind_does_not_open_what_was_just_filled(world: DeskWorld) -> None:
    """Within the calendar's lag our own booking counts more than its absence."""
    taken = filled(world)
    del world.ehr.appointments_by_id[taken]
    world.wait(minutes=4)
    world.desk.advance()

    assert world.state is OpeningState.FILLED


def test_an_appointment_that_made_an_opening_may_make_another(world: DeskWorld) -> None:
    """Cancelled, put back, moved, cancelled again: two times, two openings."""
    world.cancel()
    world.ehr.change(VISIT, AppointmentStatus.BOOKED)
    world.ehr.move(VISIT, TOMORROW + timedelta(hours=2))
    world.cancel()

    assert sorted(one.opening.starts_at for one in world.store.tables.openings.values()) == [TOMORROW, TOMORROW + timedelta(hours=2)]


def test_nobody_left_is_exhausted_until_somebody_new_waits() -> None:
    """The only one declined; a week later another client enters the list."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.cancel()
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.desk.advance()
    exhausted = world.opening()
    assert exhausted.state is OpeningState.EXHAUSTED
    world.wait(minutes=1)
    world.desk.on_notice(notice(world))
    world.desk.advance()
    assert world.opening() == exhausted
    world.ehr.entries[waits(CLIENTS[1]).entry] = waits(CLIENTS[1])
    world.desk.advance()

    assert (world.state, world.asked()) == (OpeningState.OPEN, list(CLIENTS[:2]))


def test_an_opening_that_comes_too_close_is_passed() -> None:
    """Two hours before its start nobody is asked any more; who was asked may still answer."""
    world = DeskWorld(clients=CLIENTS[:2])
    world.cancel()
    world.wait(hours=21, minutes=50)
    world.desk.advance()
    world.wait(minutes=20)
    world.desk.advance()
    assert (world.state, world.ends()) == (OpeningState.OPEN, ["sent"])
    world.wait(minutes=15)
    world.desk.advance()

    assert (world.state, world.ends(), world.asked()) == (OpeningState.PASSED, ["expired"], [CLIENTS[0]])


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_notices_in_any_order_and_doubled_lead_to_the_same_end(order: tuple[int, ...]) -> None:
    """Cancelled, taken by phone, that one cancelled, taken again: notices arrive late and mixed."""
    world = DeskWorld()
    world.ehr.listeners.clear()
    world.cancel()
    world.ehr.book("1a" * 16, visit("77" * 16))
    world.cancel("1a" * 16)
    world.ehr.book("1b" * 16, visit("78" * 16))
    names = (VISIT, "1a" * 16, "1a" * 16, "1b" * 16)
    for place in (*order, *order):
        world.desk.on_notice(notice(world, names[place]))

    assert openings(world) == {}
    world.cancel("1b" * 16)
    for place in (*order, *order):
        world.desk.on_notice(notice(world, names[place]))
    assert list(openings(world).values()) == [OpeningState.OPEN]
