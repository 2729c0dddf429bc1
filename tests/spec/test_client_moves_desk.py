"""Picks of other times and the people of the practice: what the desk reads, what staff do meanwhile, what two of them take back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.case import Case, Decline
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from hsched_core.workflow.offer_steps import add_opening
from hsched_core.workflow.opening_watch import close_opening
from hsched_sandbox.ehr.records import Status, Type
from tests.client_world import ADDRESS
from tests.moves_world import VISIT_AT, Mover, Moves
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moves]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world:
        yield Moves(world)


@pytest.fixture
def moves(practice: Moves) -> Moves:
    return practice.afresh()


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
        "Given up: Mon, Mar 9, 2026, 11:00 AM",
        "Taken instead: Tue, Mar 10, 2026, 11:00 AM",
        "Was shown as well; the client chose another: Wed, Mar 11, 2026, 11:00 AM. The same hour, 2 days later.",
        "The time it leaves becomes free, and may be offered to who waits.",
    ):
        assert words in text
    assert "Choose this instead" not in text
    assert "skipped:" not in text
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


MINUTE = timedelta(minutes=1)
Waiting = tuple[Mover, str, Case]


@pytest.fixture
def waiting(moves: Moves, browser: Browser) -> Waiting:
    """A pick that waits for a person: whose, of which opening, and its case."""
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    return mover, opening, moves.pick(mover.visit)


def declined(moves: Moves, case: Case) -> None:
    moves.world.opened.path.reject(case.id, moves.world.opened.person("frontdesk"), Decline.OTHER)
    moves.rounds()


def sent(moves: Moves, visit: str) -> list[State]:
    """Where the messages about what became of picks stand."""
    return [case.state for case in moves.cases(visit) if case.action.kind == "send_message"]


GONE_ON = [{"status": Status.CANCELLED}, {"starts_at": VISIT_AT + 3 * HOUR}, {"patient_id": ""}]


@pytest.mark.parametrize("changes", GONE_ON, ids=["cancelled", "moved", "another client's"])
def test_a_message_that_the_visit_stays_is_not_sent_once_it_did_not(moves: Moves, waiting: Waiting, changes: dict[str, object]) -> None:
    """It waited for a person; nobody told hsched of the change, and the person says yes."""
    mover, _, case = waiting
    declined(moves, case)
    word = moves.message(mover.visit)
    moves.change(mover.visit, **(changes if "patient_id" not in changes else {"patient_id": moves.client()}))
    moves.approve(word)
    assert sent(moves, mover.visit) == [State.WITHDRAWN]


def test_the_notice_of_a_change_takes_the_message_off_the_desk(moves: Moves, waiting: Waiting) -> None:
    mover, _, case = waiting
    declined(moves, case)
    moves.change(mover.visit)
    moves.told(mover.visit)
    assert sent(moves, mover.visit) == [State.WAITING]  # a note changes nothing of what it says
    moves.change(mover.visit, status=Status.CANCELLED)
    moves.told(mover.visit)
    assert sent(moves, mover.visit) == [State.WITHDRAWN]


def test_a_message_that_waited_for_the_morning_is_looked_at_again(moves: Moves, waiting: Waiting) -> None:
    mover, _, case = waiting
    moves.world.clock.instant = NOW + 12 * HOUR  # 22:00 there
    moves.phase(Phase.AUTO)
    declined(moves, case)
    assert sent(moves, mover.visit) == [State.APPROVED]
    moves.change(mover.visit, status=Status.CANCELLED)
    moves.world.clock.instant = NOW + 23 * HOUR
    moves.rounds()
    assert sent(moves, mover.visit) == [State.WITHDRAWN]


def test_the_word_of_a_new_time_is_not_sent_once_the_visit_is_cancelled(moves: Moves, waiting: Waiting) -> None:
    mover, _, case = waiting
    moves.approve(case)
    word = moves.message(mover.visit)
    moves.change(mover.visit, status=Status.CANCELLED)
    moves.approve(word)
    assert sent(moves, mover.visit) == [State.WITHDRAWN]


def test_a_pick_goes_on_when_the_visit_is_only_edited(moves: Moves, browser: Browser, waiting: Waiting) -> None:
    """A note, a score that hsched itself writes: the same move is asked for of the visit as it is now."""
    mover, opening, first = waiting
    moves.change(mover.visit)
    moves.told(mover.visit)
    moves.told(mover.visit)
    old, new = sorted(moves.cases(mover.visit), key=lambda case: case.id != first.id)
    assert (old.state, new.state, new.action.session) == (State.WITHDRAWN, State.WAITING, first.action.session)
    assert moves.opening(opening).booking == new.id
    assert "We received your choice" in browser.get(mover.path).text
    moves.approve(new)
    assert moves.starts_at(mover.visit) == VISIT_AT + DAY
    assert (moves.opening(opening).was_picked, sent(moves, mover.visit)) == (True, [State.WAITING])


def test_an_approved_pick_of_an_edited_visit_is_asked_about_again(moves: Moves, browser: Browser, waiting: Waiting) -> None:
    mover, opening, case = waiting
    moves.world.opened.path.approve(case.id, case.action.digest, moves.world.opened.service.roll.people()["frontdesk"])
    moves.change(mover.visit)
    moves.rounds()
    old, new = sorted(moves.cases(mover.visit), key=lambda one: one.id != case.id)
    assert (old.state, new.state, moves.opening(opening).booking) == (State.BLOCKED, State.WAITING, new.id)
    assert "We received your choice" in browser.get(mover.path).text


def test_whose_visit_becomes_another_kind_hears_that_the_pick_is_off(moves: Moves, browser: Browser, waiting: Waiting) -> None:
    mover, opening, _ = waiting
    moves.change(mover.visit, type=Type.FAMILY)
    moves.told(mover.visit)
    moves.world.clock.instant = NOW + MINUTE
    moves.rounds()
    assert (moves.pick(mover.visit).state, sent(moves, mover.visit)) == (State.WITHDRAWN, [State.WAITING])
    assert moves.opening(opening).booking == ""
    assert "Your time stays as it was" in browser.get(mover.path).text


def test_a_visit_that_is_another_clients_frees_the_time(moves: Moves, waiting: Waiting) -> None:
    mover, opening, _ = waiting
    moves.change(mover.visit, patient_id=moves.client())
    moves.told(mover.visit)
    moves.rounds()
    assert (moves.pick(mover.visit).state, moves.opening(opening).booking, sent(moves, mover.visit)) == (State.WITHDRAWN, "", [])


def test_a_yes_that_staff_take_back_is_told_as_a_no_is(moves: Moves, waiting: Waiting) -> None:
    mover, opening, case = waiting
    opened = moves.world.opened
    opened.path.approve(case.id, case.action.digest, opened.service.roll.people()["frontdesk"])
    opened.path.take_back(case.id, opened.person("frontdesk"))
    moves.rounds()
    assert sent(moves, mover.visit) == []  # it might be the client, whose page says it
    moves.world.clock.instant = NOW + MINUTE
    moves.rounds()
    assert (sent(moves, mover.visit), moves.opening(opening).booking) == ([State.WAITING], "")


def test_a_yes_to_another_time_takes_no_pick_back(moves: Moves, browser: Browser, waiting: Waiting) -> None:
    mover, _, _ = waiting
    page = browser.post(mover.path, data={"answer": "confirm", "time": (VISIT_AT - DAY).isoformat()})
    assert (page.status_code, moves.pick(mover.visit).state) == (409, State.WAITING)


def test_who_keeps_their_time_may_pick_the_same_again(moves: Moves, browser: Browser, waiting: Waiting) -> None:
    mover, _, _ = waiting
    browser.post(mover.path, data={"answer": "keep", "time": VISIT_AT.isoformat()})
    (again,) = moves.shown(browser, mover)
    assert moves.tap(browser, mover, again).status_code == 202
    assert Counter(case.state for case in moves.cases(mover.visit)) == {State.WITHDRAWN: 1, State.WAITING: 1}


def test_whose_offer_a_pick_took_back_is_asked_once_the_time_is_free_again(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    moves.waits(2)
    mover = moves.mover(VISIT_AT + DAY)
    (opening,) = moves.free(VISIT_AT)
    moves.rounds()
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    moves.world.clock.instant = NOW + MINUTE
    declined(moves, moves.pick(mover.visit))
    assert Counter(case.state for case in moves.about(opening)) == {State.WITHDRAWN: 2, State.WAITING: 2}


class DiedError(BaseException):
    """This worker is no more."""


def dies(*_args: object, **_more: object) -> None:
    raise DiedError


def test_an_offer_of_a_picked_time_does_not_leave_whoever_approves_it(
    moves: Moves, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker died before it took the offers back, and a person said yes to one."""
    moves.phase(Phase.REVIEW)
    moves.waits()
    mover = moves.mover(VISIT_AT + DAY)
    (opening,) = moves.free(VISIT_AT)
    moves.rounds()
    wanted = moves.shown(browser, mover)[0]
    with monkeypatch.context() as patched:
        patched.setattr(moves.world.opened.service.moves, "_follow", dies)
        with pytest.raises(DiedError):
            moves.tap(browser, mover, wanted)
    moves.approve(moves.about(opening)[0])
    assert ([case.state for case in moves.about(opening)], moves.pick(mover.visit).state) == ([State.WITHDRAWN], State.WAITING)


@pytest.mark.parametrize("where", ["died", "ehr is silent", "not carried out"])
def test_a_move_that_no_page_told_of_is_told_by_a_message(
    moves: Moves, browser: Browser, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    mover, opened = moves.mover(), moves.world.opened
    moves.free(VISIT_AT + DAY)
    wanted = moves.shown(browser, mover)[0]
    with monkeypatch.context() as patched:
        if where == "not carried out":
            patched.setattr(opened.path, "execute", silent)
        else:
            patched.setattr(opened.service.client_pages, "look", dies if where == "died" else silent)
        with pytest.raises(DiedError) if where == "died" else nullcontext():
            assert moves.tap(browser, mover, wanted, VISIT_AT).status_code in (202, 503)
    moves.world.clock.instant = NOW + timedelta(seconds=30)
    moves.rounds()
    assert sent(moves, mover.visit) == []  # a page may still say it
    moves.world.clock.instant = NOW + 2 * MINUTE
    moves.rounds()
    assert (moves.pick(mover.visit).state, sent(moves, mover.visit), moves.openings()) == (State.CONFIRMED, [State.CONFIRMED], [VISIT_AT])


def silent(*_args: object, **_more: object) -> None:
    raise UserError("The EHR does not answer.")


def test_one_hour_is_one_opening(moves: Moves, browser: Browser) -> None:
    """A visit of 50 minutes took a longer opening and is cancelled: what it leaves is free, not that and the longer one."""
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY, duration=60)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    moves.world.clock.instant = NOW + 10 * MINUTE
    moves.cancelled(mover.visit)
    moves.world.clock.instant = NOW + 20 * MINUTE
    moves.rounds()
    assert moves.openings().count(VISIT_AT + DAY) == 1
    assert moves.opening(opening).state is OpeningState.TAKEN


def test_of_two_openings_that_overlap_one_is_given(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    one, other = moves.mover(VISIT_AT + 3 * DAY), moves.mover(VISIT_AT + 4 * DAY)
    (opening,) = moves.free(VISIT_AT)
    late = VISIT_AT + 30 * MINUTE
    with moves.world.opened.path_store.transaction() as tx:  # as an earlier version left them
        add_opening(tx, replace(moves.opening(opening).opening, id="0e" * 16, starts_at=late))
    wanted = [each.isoformat() for each in (VISIT_AT, late)]
    assert set(moves.shown(browser, one)) == set(wanted)
    assert moves.tap(browser, one, wanted[0]).status_code == 202
    assert moves.tap(browser, other, wanted[1]).status_code == 409


def test_while_nobody_knows_whether_it_was_moved_the_page_names_no_other_time(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    moves.world.ehr.order("500_after_commit", "PATCH *")
    moves.tap(browser, mover, wanted)
    text = browser.get(mover.path).text
    assert "You chose Tuesday, March 10, 11:00 AM EDT. It is being booked" in text
    assert ("time above" in text, "Keep" in text) == (False, False)


def test_in_shadow_what_was_refused_seals_nothing(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.SHADOW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    page = browser.post(f"{mover.path}/time", data={"time": (VISIT_AT - DAY).isoformat(), "note": ""})
    assert (page.status_code, moves.cases(mover.visit)) == (409, [])
