"""A client picks another time behind the link of a reminder: what is shown, what a tap does in each phase, and what is left to a person."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import Action
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Decline
from hsched_core.domain.client_links import LASTS
from hsched_core.domain.errors import UserError
from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import UNFILLED, OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import CalendarFacts
from hsched_core.use_cases.reschedule import Alternative, Facts
from hsched_pipelines.operations.event_work import keep
from hsched_sandbox.ehr.records import Status
from tests.client_world import ADDRESS
from tests.moves_world import PICK, VISIT_AT, Moves
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def states(moves: Moves, opening: str) -> Counter[State]:
    """Where the offers of an opening stand."""
    return Counter(case.state for case in moves.about(opening))


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


def test_a_tap_under_an_order_moves_the_visit_at_once(moves: Moves, browser: Browser) -> None:
    """From the message: the link, another time, the time. The taken opening is closed; the old time is free for who waits."""
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    page = moves.tap(browser, mover, wanted)
    assert (page.status_code, "Your new time is booked" in page.text) == (200, True)
    assert moves.starts_at(mover.visit) == VISIT_AT + DAY
    assert "11:00 AM EDT" in page.text
    (case,) = moves.cases(mover.visit)
    assert (case.state, case.proposal.proposed_by, case.proposal.confidence) == (State.CONFIRMED, "use-case:reschedule", 1.0)
    record = moves.opening(opening)
    assert (record.state, record.booking, record.was_picked) == (OpeningState.TAKEN, case.id, True)
    assert moves.openings() == [VISIT_AT]


def test_a_second_tap_says_the_same_and_moves_nothing_more(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY, VISIT_AT + 2 * DAY)
    first, second = moves.shown(browser, mover)
    for _ in range(2):
        page = moves.tap(browser, mover, first, VISIT_AT)
        assert (page.status_code, "Your new time is booked" in page.text) == (200, True)
    # The other button of the page that is still open elsewhere: it showed a time that the visit does not have any more.
    page = moves.tap(browser, mover, second, VISIT_AT)
    assert (page.status_code, "Please look again" in page.text) == (409, True)
    assert len(moves.cases(mover.visit)) == 1
    assert moves.starts_at(mover.visit).isoformat() == first


def test_where_a_person_decides_the_visit_stays_until_they_do(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    page = moves.tap(browser, mover, wanted)
    assert (page.status_code, "We received your choice" in page.text) == (202, True)
    assert "You chose Tuesday, March 10, 11:00 AM EDT." in page.text
    assert moves.starts_at(mover.visit) == VISIT_AT
    assert browser.get(f"{mover.path}/time").status_code == 202  # nothing else is picked meanwhile
    (case,) = moves.cases(mover.visit)
    assert case.state is State.WAITING

    moves.approve(case)
    assert moves.starts_at(mover.visit) == VISIT_AT + DAY
    assert (moves.opening(opening).state, moves.openings()) == (OpeningState.TAKEN, [VISIT_AT])
    page = browser.get(mover.path)
    assert (page.status_code, "Your new time is booked" in page.text) == (200, True)
    moves.approve(moves.message(mover.visit))  # the page could not say it, so a message is proposed, for a person too
    assert "your time is now Tue, Mar 10 at 11:00 AM" in moves.body(mover.client)
    moves.rounds()
    assert len(moves.cases(mover.visit)) == 2


def test_a_no_keeps_the_visit_frees_the_time_and_is_told(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY, VISIT_AT + 2 * DAY)
    first, second = moves.shown(browser, mover)
    moves.tap(browser, mover, first)
    (case,) = moves.cases(mover.visit)
    moves.world.opened.path.reject(case.id, moves.world.opened.person("frontdesk"), Decline.UNSUITABLE)
    moves.rounds()
    page = browser.get(mover.path)
    assert (page.status_code, "Your time stays as it was" in page.text) == (200, True)
    assert moves.shown(browser, mover) == [second]  # the other one was refused them
    assert moves.shown(browser, moves.mover(VISIT_AT + HOUR)) == [first, second]  # and is free for anybody else
    moves.approve(moves.message(mover.visit))
    assert "we could not change your time. It stays Mon, Mar 9 at 11:00 AM." in moves.body(mover.client)
    page = browser.post(mover.path, data={"answer": "confirm", "time": VISIT_AT.isoformat()})
    assert "see you then" in page.text
    assert "You told us that you will be there" in browser.get(mover.path).text


def test_who_thinks_better_of_it_keeps_their_time(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    assert "Keep the time above" in browser.get(mover.path).text
    page = browser.post(mover.path, data={"answer": "keep", "time": VISIT_AT.isoformat()})
    assert (page.status_code, "Your time stays as it was" in page.text) == (200, True)
    (case,) = moves.cases(mover.visit)
    assert case.state is State.WITHDRAWN
    moves.rounds()
    assert len(moves.cases(mover.visit)) == 1  # they know: nobody writes to them
    assert (moves.opening(opening).state in UNFILLED, moves.opening(opening).booking) == (True, "")


def test_in_shadow_no_times_are_shown_and_a_request_seals_what_would_have_been(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.SHADOW)
    mover = moves.mover()
    moves.free(VISIT_AT + DAY, VISIT_AT + 7 * DAY)
    assert moves.shown(browser, mover) == []
    assert moves.tap(browser, mover, (VISIT_AT + DAY).isoformat()).status_code == 409
    page = browser.post(f"{mover.path}/time", data={"time": VISIT_AT.isoformat(), "note": ""})
    assert "We received your request" in page.text
    (case,) = moves.cases(mover.visit)
    assert case.state is State.SHADOWED
    assert case.action.session is not None
    assert case.action.session.starts_at == VISIT_AT + 7 * DAY
    assert len(case.proposal.candidates) == 1
    assert moves.starts_at(mover.visit) == VISIT_AT
    assert len(moves.replies(mover.client)) == 1


def test_of_two_clients_the_second_is_shown_what_is_left(moves: Moves, browser: Browser) -> None:
    moves.phase(Phase.REVIEW)
    quick, slow = moves.mover(), moves.mover(VISIT_AT + HOUR)
    moves.free(VISIT_AT + DAY, VISIT_AT + 2 * DAY)
    first, second = moves.shown(browser, slow)
    moves.tap(browser, quick, first)
    page = moves.tap(browser, slow, first)
    assert (page.status_code, "That time cannot be booked" in page.text) == (409, True)
    assert PICK.findall(page.text) == [second] == moves.shown(browser, slow)
    assert moves.cases(slow.visit) == []
    assert moves.world.entries("link.refused")[-1].body["reason"] == "taken"
    assert moves.tap(browser, slow, second).status_code == 202


def test_the_waitlist_passes_a_picked_time_by(moves: Moves, browser: Browser) -> None:
    """An offer of it that only waited for a person is withdrawn; what is picked is not offered until the pick comes to nothing."""
    moves.phase(Phase.REVIEW)
    moves.waits(2)
    mover = moves.mover(VISIT_AT + DAY)
    (opening,) = moves.free(VISIT_AT)
    opened = moves.world.opened
    moves.rounds()
    assert states(moves, opening) == {State.WAITING: 2}
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    assert states(moves, opening) == {State.WITHDRAWN: 2}
    opened.path.propose(replace(moves.about(opening)[0].proposal, facts_digest="5f" * 32))  # another worker had chosen just before
    moves.waits()
    moves.rounds()
    assert states(moves, opening) == {State.WITHDRAWN: 3}
    opened.path.reject(moves.pick(mover.visit).id, opened.person("frontdesk"), Decline.OTHER)
    moves.rounds()
    assert states(moves, opening)[State.WAITING] >= 1


def test_a_time_that_was_offered_to_somebody_is_not_shown(moves: Moves, browser: Browser) -> None:
    moves.waits()
    mover = moves.mover(VISIT_AT + DAY)
    (opening,) = moves.free(VISIT_AT)
    moves.rounds()
    (offer,) = [case for case in moves.about(opening) if case.state is State.WAITING]
    wanted = moves.shown(browser, mover)
    moves.approve(offer)
    assert (len(wanted), moves.shown(browser, mover)) == (1, [])
    page = moves.tap(browser, mover, wanted[0])
    assert (page.status_code, "That time cannot be booked" in page.text) == (409, True)
    assert moves.starts_at(mover.visit) == VISIT_AT + DAY


@pytest.mark.parametrize(("arm", "count"), [(Arm.HELD, 0), (Arm.TREATED, 1)])
def test_what_chance_leaves_to_the_staff_is_not_shown(moves: Moves, browser: Browser, arm: Arm, count: int) -> None:
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    now = moves.world.clock.now()
    with moves.world.opened.path_store.transaction() as tx:
        draw = Draw("waitlist", opening, moves.world.client(0), arm, 0.1, now, VISIT_AT + DAY)
        tx.put_draw(draw, audit=AuditEntry(now, "use-case:waitlist", "holdout.drawn", opening, {}))
    assert len(moves.shown(browser, mover)) == count


def test_a_visit_that_is_gone_or_changed_is_not_moved(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    moves.change(mover.visit, starts_at=VISIT_AT + 3 * HOUR)
    page = moves.tap(browser, mover, wanted, VISIT_AT)
    assert (page.status_code, "Please look again" in page.text) == (409, True)
    moves.change(mover.visit, status=Status.CANCELLED)
    page = moves.tap(browser, mover, wanted, VISIT_AT + 3 * HOUR)
    assert (page.status_code, "not booked any more" in page.text) == (410, True)
    assert [one.body["reason"] for one in moves.world.entries("link.refused")[-2:]] == ["changed", "changed"]
    assert moves.cases(mover.visit) == []


def test_an_address_that_has_ended_moves_nothing(moves: Moves, browser: Browser) -> None:
    mover = moves.mover(VISIT_AT + 40 * DAY)
    moves.world.clock.instant = NOW + LASTS
    page = moves.tap(browser, mover, (VISIT_AT + 38 * DAY).isoformat())
    assert (page.status_code, moves.cases(mover.visit)) == (410, [])


@pytest.mark.parametrize(
    "form",
    [
        {"time": VISIT_AT.isoformat(), "pick": "tomorrow"},
        {"time": VISIT_AT.isoformat(), "pick": VISIT_AT.isoformat(), "note": "and this"},
        {"time": VISIT_AT.isoformat(), "pick": [VISIT_AT.isoformat(), (VISIT_AT + DAY).isoformat()]},
        {"pick": VISIT_AT.isoformat()},
    ],
    ids=["no time", "words beside it", "two of them", "without the page's time"],
)
def test_a_form_that_no_page_of_ours_sends_does_nothing(moves: Moves, browser: Browser, form: dict[str, object]) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    assert browser.post(f"{mover.path}/time", data=form).status_code == 400
    assert moves.cases(mover.visit) == []


def test_a_time_that_was_not_shown_cannot_be_had(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY, modality="video")
    page = moves.tap(browser, mover, (VISIT_AT + DAY).isoformat())
    assert page.status_code == 409
    assert moves.starts_at(mover.visit) == VISIT_AT


def test_what_chance_is_still_to_decide_about_is_not_shown(moves: Moves, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The waitlist draws in its next round."""
    desk, mover = moves.world.opened.service.moves, moves.mover()
    moves.free(VISIT_AT + DAY)
    assert len(moves.shown(browser, mover)) == 1
    monkeypatch.setattr(desk, "_with", replace(desk._with, draws_openings=True))
    assert moves.shown(browser, mover) == []


class NoCalendar:
    """An EHR that does not answer when it is asked about one action."""

    def facts_for(self, _action: Action, _key: str) -> CalendarFacts:
        raise UserError("The EHR does not answer.")


def test_an_ehr_that_does_not_answer_costs_nobody_the_time(moves: Moves, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    with monkeypatch.context() as patched:
        patched.setattr(moves.world.opened.path, "_calendar", NoCalendar())  # silent once the time is already theirs
        assert moves.tap(browser, mover, wanted, VISIT_AT).status_code == 503
    assert (moves.opening(opening).booking, moves.cases(mover.visit)) == ("", [])
    assert moves.tap(browser, mover, wanted, VISIT_AT).status_code == 200


def test_a_move_of_which_nobody_knows_yet_whether_it_happened_is_not_told_as_done(moves: Moves, browser: Browser) -> None:
    """The EHR moved it and did not say so. Found later: then the client hears of it, and the old time is free."""
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    moves.world.ehr.order("500_after_commit", "PATCH *")
    page = moves.tap(browser, mover, wanted)
    assert (page.status_code, "We received your choice" in page.text) == (202, True)
    assert moves.pick(mover.visit).state is State.UNKNOWN
    assert moves.told(mover.visit) == "nothing"  # the EHR's notice of the visit at its new time: ours
    moves.world.clock.instant = NOW + timedelta(minutes=10)
    keep(moves.world.opened)
    assert moves.pick(mover.visit).state is State.CONFIRMED
    assert (moves.opening(opening).was_picked, moves.openings()) == (True, [VISIT_AT])
    assert moves.message(mover.visit).state is State.CONFIRMED
    assert "your time is now Tue, Mar 10 at 11:00 AM" in moves.body(mover.client)


def test_whose_client_a_person_has_is_shown_no_times(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(VISIT_AT + DAY)
    now, client = moves.world.clock.now(), moves.world.token("client", mover.client)
    with moves.world.opened.path_store.transaction() as tx:
        tx.set_paused(client, now, audit=AuditEntry(now, "frontdesk", "client.paused", client, {}))
    assert moves.shown(browser, mover) == []


def test_after_two_moves_a_person_is_asked(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    moves.free(*(VISIT_AT + number * DAY for number in (1, 2, 3)))
    for _ in range(2):
        assert moves.tap(browser, mover, moves.shown(browser, mover)[0]).status_code == 200
    assert moves.shown(browser, mover) == []
    assert "Ask for another time" in browser.get(f"{mover.path}/time").text


def test_reminders_of_a_moved_visit_follow_its_new_time(moves: Moves, browser: Browser) -> None:
    mover = moves.mover(NOW + 2 * DAY)
    browser.post(mover.path, data={"answer": "confirm", "time": (NOW + 2 * DAY).isoformat()})
    moves.free(NOW + 3 * DAY)
    moves.world.clock.instant = NOW + timedelta(minutes=5)
    moves.tap(browser, mover, moves.shown(browser, mover)[0])
    visit = moves.world.token("appointment", mover.visit)
    (seen,) = [one for one in moves.world.opened.reminders.facts().visits if one.appointment == visit]
    assert (seen.starts_at, seen.is_confirmed) == (NOW + 3 * DAY, False)  # the yes was to another time


@pytest.mark.parametrize(("language", "title"), [("en", "Which time suits you better?"), ("es", "¿Qué hora le viene mejor?")])
def test_the_page_is_one_tap_a_time_without_scripts_in_both_languages(moves: Moves, browser: Browser, language: str, title: str) -> None:
    mover = moves.mover()
    moves.free(*(VISIT_AT + number * DAY for number in (1, 2, 3, 4)))
    text = browser.get(f"{mover.path}/time?l={language}").text
    assert title in text
    assert len(PICK.findall(text)) == 3  # the best of four
    assert "<script" not in text
    assert not any(name in text for name in ("Stellan", "Holm", "therap", mover.client, moves.world.token("client", mover.client)))


def test_a_time_whose_offer_was_approved_is_not_shown(moves: Moves, browser: Browser) -> None:
    """It has not left yet, and may at any moment."""
    moves.waits()
    mover = moves.mover(VISIT_AT + DAY)
    (opening,) = moves.free(VISIT_AT)
    moves.rounds()
    (offer,) = moves.about(opening)
    assert len(moves.shown(browser, mover)) == 1
    moves.world.opened.path.approve(offer.id, offer.action.digest, moves.world.opened.service.roll.people()["frontdesk"])
    assert moves.shown(browser, mover) == []


def test_an_ehr_that_refuses_the_move_is_told_as_a_time_that_is_gone(moves: Moves, browser: Browser) -> None:
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    moves.world.ehr.order("status_422", "PATCH *")
    page = moves.tap(browser, mover, wanted, VISIT_AT)
    assert (page.status_code, "That time cannot be booked" in page.text) == (409, True)
    assert (moves.pick(mover.visit).state, moves.opening(opening).booking) == (State.REJECTED, "")


def test_the_slower_of_two_taps_is_shown_the_time_that_the_other_one_brought(
    moves: Moves, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    mover, desk = moves.mover(), moves.world.opened.service.moves
    moves.free(VISIT_AT + DAY, VISIT_AT + 2 * DAY)
    first, second = moves.shown(browser, mover)
    shown = desk._shown

    def meanwhile(facts: Facts | None) -> tuple[Alternative, ...]:
        monkeypatch.setattr(desk, "_shown", shown)
        assert moves.tap(browser, mover, first, VISIT_AT).status_code == 200
        return shown(facts)

    monkeypatch.setattr(desk, "_shown", meanwhile)
    page = moves.tap(browser, mover, second, VISIT_AT)
    assert (page.status_code, "Please look again" in page.text, "Tuesday, March 10" in page.text) == (409, True, True)
