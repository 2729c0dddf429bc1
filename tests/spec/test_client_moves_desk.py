"""Picks of other times and the people of the practice: what the desk reads, what staff do meanwhile, what two of them take back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hsched_core.domain.case import Decline
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from hsched_core.workflow.opening_watch import close_opening
from hsched_sandbox.ehr.records import Status
from tests.client_world import ADDRESS
from tests.moves_world import VISIT_AT, Moves
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moves]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world:
        yield Moves(world)


@pytest.fixture
def moves(practice: Moves) -> Moves:
    practice.world.clock.instant = NOW
    practice.clinician()
    practice.phase(Phase.AUTO)
    return practice


@pytest.fixture
def browser(practice: Moves) -> Browser:
    return practice.world.browser()


def test_the_desk_reads_why_what_else_was_shown_and_what_a_yes_does(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY, VISIT_AT + 2 * DAY)
    first, _ = moves.shown(browser, mover)
    moves.tap(browser, mover, first)
    desk, case = moves.world.browser("frontdesk"), moves.pick(mover.visit)
    text = desk.get(f"/desk/queue/{case.id}").text
    for words in (
        "from Mon, Mar 9, 11:00 AM to Tue, Mar 10, 11:00 AM",
        "The client chose this time on the page of their message.",
        "Given up: Mon 09 Mar 2026 11:00",
        "Taken instead: Tue 10 Mar 2026 11:00",
        "Was shown as well; the client chose another: Wed 11 Mar 2026 11:00. The same hour, 2 days later.",
        "The time it leaves becomes free, and may be offered to who waits.",
    ):
        assert words in text
    assert "Choose this instead" not in text
    assert "picked by a client for a visit of theirs" in desk.get("/desk/waitlist").text
    assert "Clients pick another time" in moves.world.browser("manager1").get("/practice/phases").text


def test_a_move_is_taken_back_by_two_people(moves: Moves, browser: Browser) -> None:
    """One asks, another approves; the client who chose it is called by a person, and the page shows the time as it is."""
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    case, desk = moves.pick(mover.visit), moves.world.browser("frontdesk")
    assert "Ask to move it back" in desk.get(f"/desk/queue/{case.id}").text
    asked = desk.submit(f"/desk/queue/{case.id}/undo").headers["location"].rpartition("/")[2]
    assert "hsched does not tell them: call them first" in desk.get(f"/desk/queue/{asked}").text
    moves.approve(moves.world.opened.path.look(asked), "manager1")
    assert moves.starts_at(mover.visit) == VISIT_AT
    moves.told(mover.visit)
    assert moves.openings() == []  # the old time is taken again
    moves.world.clock.instant = NOW + timedelta(minutes=6)  # the EHR's list may be behind for five
    moves.rounds()
    assert moves.openings() == [VISIT_AT + DAY]
    assert (moves.opening(opening).state, moves.opening(opening).booking) == (OpeningState.OPEN, "")
    assert "Will you be there?" in browser.get(mover.path).text
    assert desk.submit(f"/desk/queue/{case.id}/undo").headers["location"].endswith("?undo=no")


def test_staff_who_take_the_time_meanwhile_have_it_and_the_client_hears_of_it(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    assert moves.told(moves.booked(moves.client(), VISIT_AT + DAY)) == "taken"
    moves.rounds()
    assert (moves.pick(mover.visit).state, moves.message(mover.visit).state) == (State.WITHDRAWN, State.WAITING)
    assert "Your time stays as it was" in browser.get(mover.path).text
    assert (moves.opening(opening).state, moves.opening(opening).was_picked) == (OpeningState.TAKEN, False)


def test_a_pick_whose_time_an_offer_filled_all_the_same_is_withdrawn_and_told(moves: Moves, browser: Browser) -> None:
    """An offer that left in the very moment of the tap, and was accepted."""
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    with moves.world.opened.path_store.transaction() as tx:
        close_opening(tx, moves.opening(opening), OpeningState.FILLED, moves.world.clock.now(), booking="b0" * 16)
    moves.rounds()
    assert (moves.pick(mover.visit).state, moves.message(mover.visit).state) == (State.WITHDRAWN, State.WAITING)
    assert "Your time stays as it was" in browser.get(mover.path).text


def test_staff_who_move_the_visit_meanwhile_have_the_last_word(moves: Moves, browser: Browser) -> None:
    """The approval is blocked, the time is free again, and nobody writes that a time stays which did not stay."""
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    (case,) = moves.cases(mover.visit)
    moves.change(mover.visit, starts_at=VISIT_AT + 3 * HOUR)
    with pytest.raises(NotPermittedError, match="changed in the EHR"):
        moves.approve(case)
    moves.world.opened.path.reject(case.id, moves.world.opened.person("frontdesk"), Decline.ARRANGED_OTHERWISE)
    moves.rounds()
    assert len(moves.cases(mover.visit)) == 1
    assert VISIT_AT + DAY in moves.openings()
    assert "Will you be there?" in browser.get(mover.path).text


@pytest.mark.parametrize("changes", [{"status": Status.CANCELLED}, {"starts_at": VISIT_AT + 3 * HOUR}], ids=["cancelled", "moved"])
def test_a_visit_that_changes_meanwhile_takes_what_waits_for_it_along(moves: Moves, browser: Browser, changes: dict[str, object]) -> None:
    """The EHR's notice is enough: nobody is asked about a pick that cannot come about, and the time is anybody's again."""
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    moves.change(mover.visit, **changes)
    moves.told(mover.visit)
    assert moves.pick(mover.visit).state is State.WITHDRAWN
    moves.rounds()
    assert VISIT_AT + DAY in moves.openings()
    assert len(moves.shown(browser, moves.mover(VISIT_AT + 5 * HOUR))) >= 1
    assert len(moves.cases(mover.visit)) == 1
