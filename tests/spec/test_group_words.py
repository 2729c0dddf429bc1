"""What a client says of a group is about one time, and somebody has it at every moment, whatever becomes of the visit meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Pause
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import BUTTONS, InboundText, Intent
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.group_coordination import Answer, Giving, Word, give_up, standing_no
from hsched_core.workflow.client_pages import ClientPages
from hsched_pipelines.operations import remind_work
from hsched_sandbox.ehr.records import Status, Type
from hsched_service.desk.groups import comes
from tests.client_world import ADDRESS
from tests.group_world import Groups, said
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATER = timedelta(hours=25)  # where no other test has a group: each has an even hour of its own
ASKS, RECEIVED, COMES, SORRY = "Will you be there?", "Until our office confirms it", "see you then", "I can&#39;t come this time"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Groups]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world:
        yield Groups(world)


@pytest.fixture
def browser(clients: Groups) -> Browser:
    clients.world.clock.instant = NOW
    return clients.world.browser()


def one_who_cannot_come(clients: Groups, browser: Browser, phase: Phase = Phase.REVIEW) -> tuple[str, str, str]:
    """A client of a group of three, their visit and the path of their page, where they just said so."""
    clients.phase(phase)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    assert said(browser, clients, path, visit, "cannot_come")[0] == 200
    return client, visit, path


def rounds(clients: Groups, many: int = 3) -> None:
    for _ in range(many):
        clients.world.clock.instant += MINUTE
        clients.world.opened.service.groups.advance()


def states(clients: Groups, visit: str) -> list[State]:
    return [one.state for one in clients.cases(visit)]


def is_reminded(clients: Groups, visit: str) -> bool:
    return clients.world.token("appointment", visit) in {one.appointment for one in clients.world.opened.reminders.facts().visits}


@pytest.mark.parametrize("became", ["waits", "approved", "shadow"])
def test_a_no_says_nothing_of_the_time_that_the_group_is_moved_to(clients: Groups, browser: Browser, became: str) -> None:
    """Nobody cancels a visit of Saturday at a word about Friday: the page asks again, reminders go on, and it may be said again."""
    _, visit, path = one_who_cannot_come(clients, browser, Phase.SHADOW if became == "shadow" else Phase.REVIEW)
    if became == "approved":
        clients.approve(clients.cases(visit)[0])
    clients.change(visit, starts_at=clients.starts_at(visit) + LATER)
    assert (ASKS in browser.get(path).text, is_reminded(clients, visit)) == (True, True)
    assert clients.roster(visit).said(Answer.SILENT) == 1
    clients.phase(Phase.REVIEW)
    rounds(clients)
    assert (states(clients, visit), clients.status(visit)) == ([State.SHADOWED if became == "shadow" else State.WITHDRAWN], Status.BOOKED)

    page = browser.get(path).text
    assert (ASKS in page, SORRY in page) == (True, True)
    assert RECEIVED in said(browser, clients, path, visit, "cannot_come")[1]
    assert states(clients, visit)[-1] is State.WAITING
    assert not is_reminded(clients, visit)


def test_moved_before_the_round_a_yes_to_the_new_time_counts(clients: Groups, browser: Browser) -> None:
    """The old word still waits on the desk; the button is about what the page shows."""
    _, visit, path = one_who_cannot_come(clients, browser)
    clients.change(visit, starts_at=clients.starts_at(visit) + LATER)
    clients.world.clock.instant += MINUTE
    assert said(browser, clients, path, visit, "confirm")[0] == 200
    assert clients.roster(visit).said(Answer.YES) == 1


@pytest.mark.parametrize("phase", [Phase.SHADOW, Phase.REVIEW])
def test_a_no_is_somebodys_before_a_page_says_that_it_was_received(
    clients: Groups, browser: Browser, monkeypatch: pytest.MonkeyPatch, phase: Phase
) -> None:
    """The store fails where the word is kept for a person: no page says received until it is there, and tapping again does it, once."""
    clients.phase(phase)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)

    def fails(*_: object) -> None:
        raise UserError("The store does not answer.", "Try again.")

    with monkeypatch.context() as broken:
        broken.setattr(ClientPages, "keep", fails)
        broken.setattr(ClientPages, "mark", fails)
        assert said(browser, clients, path, visit, "cannot_come")[0] == 503
        has_somebody = bool(clients.replies(client)) or State.WAITING in states(clients, visit)
        assert (RECEIVED in browser.get(path).text) == has_somebody == (phase is Phase.REVIEW)
    for _ in range(2):
        assert said(browser, clients, path, visit, "cannot_come")[0] == 200
    is_shadow = phase is Phase.SHADOW
    assert (len(clients.replies(client)), states(clients, visit)) == (int(is_shadow), [State.SHADOWED if is_shadow else State.WAITING])
    assert RECEIVED in browser.get(path).text


def test_an_address_that_is_over_gives_nothing_up(clients: Groups, browser: Browser) -> None:
    """Thirty days after the message; the visit is still to come, and an order would let its place go at once."""
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    clients.change(visit, starts_at=clients.starts_at(visit) + 40 * DAY)
    clients.world.clock.instant += 31 * DAY
    assert [said(browser, clients, path, visit, answer)[0] for answer in ("cannot_come", "still_comes")] == [410, 410]
    assert (states(clients, visit), clients.status(visit)) == ([], Status.BOOKED)


@pytest.mark.parametrize(
    ("phase", "is_changed", "became"),
    [(Phase.SHADOW, False, State.SHADOWED), (Phase.REVIEW, True, State.BLOCKED), (Phase.AUTO, False, State.APPROVED)],
)
def test_a_yes_before_a_no_does_not_take_it_back_and_what_asks_nobody_is_told(
    clients: Groups, browser: Browser, phase: Phase, is_changed: bool, became: State
) -> None:
    """However the no entered: sealed, refused (the visit was saved again while the client looked), or let by an order and not done yet."""
    clients.phase(phase)
    (client, visit), *_ = clients.group(3)
    said(browser, clients, clients.reminded(client, visit), visit, "confirm")
    clients.world.clock.instant += MINUTE
    opened, told = clients.world.opened, []
    about = opened.reader.appointment(clients.world.token("appointment", visit))
    assert about
    if is_changed:
        clients.change(visit)
    if became is State.APPROVED:
        case = opened.path.propose(give_up(Giving(opened.practice.id, opened.policy.version, about, (), None)))
    else:
        case = opened.service.groups.leave(about, lambda one: told.append(one.id))
    assert (case.state, {*told}) == (became, set() if became is State.APPROVED else {case.id})
    assert (clients.roster(visit).said(Answer.NO), clients.status(visit)) == (1, Status.BOOKED)


def test_what_was_sealed_and_told_nobody_is_told_by_tapping_again(clients: Groups, browser: Browser) -> None:
    """The phase became shadow between a look and the proposal, and the store failed right after it."""
    clients.phase(Phase.SHADOW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    about = clients.world.opened.reader.appointment(clients.world.token("appointment", visit))
    assert about
    clients.world.opened.service.groups.leave(about)  # told nobody
    assert clients.replies(client) == []
    assert said(browser, clients, path, visit, "cannot_come")[0] == 200
    assert (len(clients.replies(client)), states(clients, visit)) == (1, [State.SHADOWED])


def test_a_waiting_no_of_a_visit_that_was_saved_again_is_asked_for_anew(clients: Groups, browser: Browser) -> None:
    """A note, or a score: nobody's yes to the old proposal could count. In shadow it stays, as asking anew would ask nobody."""
    _, visit, path = one_who_cannot_come(clients, browser)
    clients.change(visit)
    clients.phase(Phase.SHADOW)
    rounds(clients)
    assert states(clients, visit) == [State.WAITING]
    clients.phase(Phase.AUTO)  # a person decides, whatever an order says
    rounds(clients)
    found = {one.state: one for one in clients.cases(visit)}
    assert {*found} == {State.WITHDRAWN, State.WAITING}
    assert (len(clients.cases(visit)), found[State.WAITING].proposal.replaces) == (2, found[State.WITHDRAWN].id)
    assert (RECEIVED in browser.get(path).text, clients.roster(visit).said(Answer.NO)) == (True, 1)
    clients.approve(found[State.WAITING])
    rounds(clients, 1)
    assert clients.status(visit) is Status.CANCELLED


def test_what_a_person_has_as_a_reply_is_not_proposed_beside_it(clients: Groups, browser: Browser) -> None:
    """Sealed in shadow; then review begins, and the visit is saved again."""
    client, visit, _ = one_who_cannot_come(clients, browser, Phase.SHADOW)
    clients.phase(Phase.REVIEW)
    clients.change(visit)
    rounds(clients, 2)
    assert (states(clients, visit), len(clients.replies(client))) == ([State.SHADOWED], 1)


@pytest.mark.parametrize(("is_approved", "after"), [(True, State.BLOCKED), (False, State.WAITING)])
def test_a_visit_that_the_office_cancelled_itself_is_not_asked_for_anew(
    clients: Groups, browser: Browser, is_approved: bool, after: State
) -> None:
    """It is what they said: the page tells them so."""
    _, visit, path = one_who_cannot_come(clients, browser)
    if is_approved:
        clients.approve(clients.cases(visit)[0])
    clients.change(visit, status=Status.CANCELLED, cancel_reason="PATIENT")
    rounds(clients)
    assert states(clients, visit) == [after]
    assert "This one time is cancelled for you" in browser.get(path).text


@pytest.mark.parametrize("later", [timedelta(), LATER], ids=["saved again", "moved"])
def test_a_list_of_the_ehr_that_is_behind_ends_no_word_and_asks_nothing_anew(
    clients: Groups, browser: Browser, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    """The client spoke of the visit as it is; the calendar still has it as it was."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    reader = clients.world.opened.reader
    as_it_was = reader.appointments(NOW, NOW + 14 * DAY)
    clients.change(visit, starts_at=clients.starts_at(visit) + later)
    said(browser, clients, clients.reminded(client, visit), visit, "cannot_come")
    monkeypatch.setattr(type(reader), "appointments", lambda *_: as_it_was)
    rounds(clients, 2)
    assert states(clients, visit) == [State.WAITING]


def test_a_yes_that_is_read_after_a_no_was_asked_for_anew_takes_it_back(clients: Groups, browser: Browser) -> None:
    """It was said after the word itself: when that was proposed again is nothing the client knows of."""
    client, visit, _ = one_who_cannot_come(clients, browser)
    clients.world.clock.instant += MINUTE
    clients.change(visit)
    yes_at = clients.world.clock.instant + MINUTE
    rounds(clients)
    opened = clients.world.opened
    who, about = clients.world.token("client", client), clients.world.token("appointment", visit)
    late = InboundText("9f" * 16, who, Channel.TEXT, yes_at, about=about, pressed=Intent.CONFIRM)
    opened.texts.keep(late, BUTTONS[Intent.CONFIRM])
    opened.replies.advance()
    rounds(clients, 1)
    assert (states(clients, visit), clients.roster(visit).said(Answer.NO)) == ([State.WITHDRAWN] * 2, 0)


def test_a_word_is_nothing_of_the_next_client_of_that_visit(clients: Groups, browser: Browser) -> None:
    _, visit, _ = one_who_cannot_come(clients, browser)
    other = clients.client()
    clients.change(visit, patient_id=other)
    assert (ASKS in browser.get(clients.reminded(other, visit)).text, clients.roster(visit).said(Answer.NO)) == (True, 0)
    rounds(clients)
    assert (states(clients, visit), clients.status(visit)) == ([State.WITHDRAWN], Status.BOOKED)


def test_of_a_visit_that_is_no_group_any_more_a_yes_counts_and_the_no_goes(clients: Groups, browser: Browser) -> None:
    _, visit, path = one_who_cannot_come(clients, browser)
    clients.change(visit, type=Type.INDIVIDUAL)
    assert ASKS in browser.get(path).text
    assert COMES in said(browser, clients, path, visit, "confirm")[1]
    rounds(clients, 1)
    assert states(clients, visit) == [State.WITHDRAWN]


@pytest.mark.parametrize("says_no", [False, True])
def test_behind_the_link_of_a_group_nobody_asks_for_another_time(clients: Groups, browser: Browser, says_no: bool) -> None:
    """Not by hand, and not on a page from before it was a group: that is told to look again, and nothing was sent."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    if says_no:
        said(browser, clients, path, visit, "cannot_come")
    time = clients.starts_at(visit).isoformat()
    assert "<textarea" not in browser.get(f"{path}/time").text
    for fields in ({"time": time, "note": "Monday?"}, {"time": time, "pick": (NOW + 3 * DAY).isoformat()}):
        page = browser.post(f"{path}/time", data=fields)
        assert (page.status_code, (RECEIVED if says_no else "Nothing was sent") in page.text) == (409, True)
    assert clients.replies(client) == []


def test_a_no_behind_another_link_can_be_taken_back_behind_the_first(clients: Groups, browser: Browser) -> None:
    """Also where they said no and came back there before."""
    client, visit, first = one_who_cannot_come(clients, browser)
    said(browser, clients, first, visit, "still_comes")
    clients.world.clock.instant += MINUTE
    said(browser, clients, clients.reminded(client, visit, "reminder_again"), visit, "cannot_come")
    assert 'value="still_comes"' in browser.get(first).text
    assert COMES in said(browser, clients, first, visit, "still_comes")[1]
    assert COMES in browser.get(first).text
    assert states(clients, visit) == [State.WITHDRAWN] * 2


def test_in_shadow_a_yes_shows_before_anybody_has_read_it(clients: Groups, browser: Browser) -> None:
    """Said in the same instant, so that nothing but the words themselves tells which one was later."""
    _, visit, path = one_who_cannot_come(clients, browser, Phase.SHADOW)
    assert COMES in said(browser, clients, path, visit, "still_comes")[1]
    assert COMES in browser.get(path).text


def test_put_back_by_the_office_it_may_be_given_up_again_behind_the_same_link(clients: Groups, browser: Browser) -> None:
    client, visit, path = one_who_cannot_come(clients, browser, Phase.AUTO)
    assert (said(browser, clients, path, visit, "still_comes")[0], clients.replies(client)) == (409, [])  # too late, and said so
    clients.world.clock.instant += MINUTE
    clients.change(visit, status=Status.BOOKED, cancel_reason=None)
    assert SORRY in browser.get(path).text
    said(browser, clients, path, visit, "cannot_come")
    assert (clients.status(visit), states(clients, visit)) == (Status.CANCELLED, [State.CONFIRMED] * 2)


def test_of_a_client_whom_a_person_has_the_place_is_not_given_up_by_itself(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path, opened = clients.reminded(client, visit), clients.world.opened
    opened.path.pause(clients.world.token("client", client), opened.service.roll.people()["manager1"], next(iter(Pause)))
    assert RECEIVED in said(browser, clients, path, visit, "cannot_come")[1]
    assert (states(clients, visit), clients.status(visit)) == ([State.WAITING], Status.BOOKED)
    assert any("has this client just now" in one for one in clients.cases(visit)[0].proposal.reasons)


def test_a_yes_while_nobody_knows_whether_it_was_carried_out_is_kept_and_takes_it_back_if_not(clients: Groups, browser: Browser) -> None:
    """The EHR answered 500 and had done nothing. The page cannot promise anything until that is known."""
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path, opened = clients.reminded(client, visit), clients.world.opened
    clients.world.ehr.order("500_before_commit", "PATCH *")
    said(browser, clients, path, visit, "cannot_come")
    assert states(clients, visit) == [State.UNKNOWN]
    clients.world.clock.instant += MINUTE
    assert said(browser, clients, path, visit, "still_comes")[0] == 409
    opened.replies.advance()
    assert COMES not in browser.get(path).text
    clients.world.clock.instant += 10 * MINUTE
    opened.waitlist.keep()
    rounds(clients, 1)
    assert (states(clients, visit), clients.status(visit)) == ([State.WITHDRAWN], Status.BOOKED)
    assert COMES in browser.get(path).text


def test_a_yes_is_about_the_time_that_the_page_showed(clients: Groups, browser: Browser) -> None:
    """Of any visit. Moved by the office it is asked again, behind the same link; saved again for another reason it stands."""
    client = clients.client()
    visit = clients.visit(client)
    path = clients.reminded(client, visit)
    said(browser, clients, path, visit, "confirm")
    clients.world.clock.instant += MINUTE
    clients.change(visit)
    assert COMES in browser.get(path).text
    clients.change(visit, starts_at=clients.starts_at(visit) + LATER)
    page = browser.get(path).text
    assert (ASKS in page, COMES in page, "Yes, I will be there" in page) == (True, False, True)
    assert COMES in said(browser, clients, path, visit, "confirm")[1]
    assert len(clients.replies(client)) == 2
    clients.change(visit)
    assert COMES in browser.get(path).text


def test_a_no_that_has_waited_for_a_while_gives_the_desk_of_groups_rounds(clients: Groups, browser: Browser) -> None:
    """The visit may be another one by then, and in phase review nobody else would look."""
    one_who_cannot_come(clients, browser)
    clients.world.clock.instant += remind_work.EVERY
    assert remind_work.groups_are_due(clients.world.opened)


def test_a_group_whose_members_come_in_different_ways_says_so_and_nobodys_answer_is_no_forecast(clients: Groups, browser: Browser) -> None:
    """Until somebody answered, neither page says how many will come."""
    clients.phase(Phase.REVIEW)
    members = clients.group(5)
    client, visit = members[0]
    for (_, one), way in zip(members, ("in_person", "phone", "in_person", "video", "video"), strict=True):
        clients.change(one, modality=way)
    page = clients.world.browser("frontdesk").get("/desk/groups").text
    assert ("none of 5 has answered yet" in page, "min, 2 in person, 2 by video, 1 by phone" in page) == (True, True)
    assert comes([clients.roster(visit)]) == {}
    said(browser, clients, clients.reminded(client, visit), visit, "confirm")
    assert {*comes([clients.roster(visit)]).values()} == {"1 of 5 will come"}


@pytest.mark.parametrize("ends_last", [False, True])
def test_of_a_word_that_was_asked_for_anew_the_newest_asking_counts(ends_last: bool) -> None:
    """Whichever of the two changed last: the old one is withdrawn only once the new one is there."""
    starts = NOW + DAY
    session = Session("a1" * 16, "c1" * 16, starts, 90, SessionType.GROUP, Modality.VIDEO)
    visit = Appointment("e1" * 16, "2", session, AppointmentStatus.BOOKED, NOW)
    first = give_up(Giving("elm", "1", replace(visit, version="1"), (), None))
    old = Case(first, State.WITHDRAWN, first.action, NOW + 2 * MINUTE)
    anew = give_up(Giving("elm", "1", visit, (old,), None), anew=old)
    new = Case(anew, State.WAITING, anew.action, NOW + MINUTE)
    assert standing_no(Word(visit, (new, old) if ends_last else (old, new))) == new
    assert standing_no(Word(visit, (old,))) is None
    moved = replace(visit, session=replace(session, starts_at=starts + DAY))
    assert standing_no(Word(moved, (new, old))) is None
