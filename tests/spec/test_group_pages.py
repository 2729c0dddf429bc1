"""Behind the link of a group's visit: a place is given up for once, by whichever phase, taken back, and nobody else's place is touched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import CANNOT_COME
from hsched_core.domain.case import Decline
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import InboundText, Reason, ReplyState
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.group_coordination import Answer
from hsched_sandbox.ehr.records import Appointment, Status
from tests.client_world import ADDRESS
from tests.group_world import ORDER, Groups, said
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

SORRY = "I can&#39;t come this time"
AFTER_ALL = "I will be there after all"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Groups]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world:
        yield Groups(world)


@pytest.fixture
def browser(clients: Groups) -> Browser:
    clients.world.clock.instant = NOW
    return clients.world.browser()


def test_a_group_is_asked_whether_they_come_and_not_for_another_time(clients: Groups, browser: Browser) -> None:
    """It is at its time for everybody. Any other visit asks as before, and takes no such answer."""
    (client, visit), *_ = clients.group(2)
    page = browser.get(clients.reminded(client, visit)).text
    assert (SORRY in page, "I need another time" in page, "Yes, I will be there" in page) == (True, False, True)
    assert "group" not in page.lower()

    single = clients.client()
    alone = clients.visit(single)
    path = clients.reminded(single, alone)
    assert SORRY not in browser.get(path).text
    assert said(browser, clients, path, alone, "cannot_come")[0] == 409
    assert clients.cases(alone) == []


def test_under_an_order_the_place_is_free_at_once_and_no_other_is(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), (_, other) = clients.group(2)
    path = clients.reminded(client, visit)
    status, text = said(browser, clients, path, visit, "cannot_come")
    assert (status, "Your other times stay as they are" in text) == (200, True)
    assert (clients.status(visit), clients.status(other)) == (Status.CANCELLED, Status.BOOKED)
    (case,) = clients.cases(visit)
    assert (case.state, case.approvals[0].by, case.action.reason) == (State.CONFIRMED, ORDER.reference, CANNOT_COME)
    assert clients.replies(client) == []

    again = said(browser, clients, path, visit, "cannot_come")
    assert (again[0], browser.get(path).status_code, len(clients.cases(visit))) == (200, 200, 1)
    assert "Your other times stay as they are" in again[1]
    assert "Sus otras horas siguen igual" in browser.get(f"{path}?l=es").text
    assert said(browser, clients, path, visit, "still_comes")[0] == 409


def test_in_review_a_person_decides_and_the_time_stays_theirs_until_then(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(4)
    path = clients.reminded(client, visit)
    status, text = said(browser, clients, path, visit, "cannot_come")
    assert (status, "Until our office confirms it" in text, AFTER_ALL in text) == (200, True, True)
    assert clients.status(visit) is Status.BOOKED
    (case,) = clients.cases(visit)
    assert (case.state, case.proposal.reasons[1:]) == (
        State.WAITING,
        (
            "Of the 3 others booked 0 will come, 0 cannot, 3 did not answer.",
            "Without them 3 can come: it needs 3.",
        ),
    )
    clients.approve(case)
    assert clients.world.opened.service.groups.advance().done == {"place.confirmed": 1}
    assert (clients.status(visit), "Thank you for telling us" in browser.get(path).text) == (Status.CANCELLED, True)


def test_who_comes_after_all_takes_it_back_as_long_as_nothing_was_done(clients: Groups, browser: Browser) -> None:
    """Also after a yes before it, and after somebody approved it; the desk of replies hears of the second yes."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    for answer in ("confirm", "cannot_come"):
        assert said(browser, clients, path, visit, answer)[0] == 200
    (case,) = clients.cases(visit)
    clients.approve(case)
    status, text = said(browser, clients, path, visit, "still_comes")
    assert (status, "see you then" in text, "see you then" in browser.get(path).text) == (200, True, True)
    assert [one.state for one in clients.cases(visit)] == [State.WITHDRAWN]
    assert clients.world.opened.service.groups.advance().done == {}
    assert (clients.status(visit), clients.roster(visit).said(Answer.YES)) == (Status.BOOKED, 1)
    assert [one.confirms for one in clients.replies(client)] == [True, True]
    assert said(browser, clients, path, visit, "cannot_come")[0] == 200  # said before behind this link: it says how things stand
    assert [one.state for one in clients.cases(visit)] == [State.WITHDRAWN]


def test_too_late_to_take_it_back_is_said_and_kept(clients: Groups, browser: Browser) -> None:
    """The page still shows the button; the place was cancelled in between."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    said(browser, clients, path, visit, "cannot_come")
    clients.approve(clients.cases(visit)[0])
    clients.world.opened.service.groups.advance()
    status, text = said(browser, clients, path, visit, "still_comes")
    assert (status, "This one time is cancelled for you" in text) == (409, True)
    assert clients.world.entries("link.refused")[-1].body["wanted"] == "still_comes"


def test_another_link_of_the_same_visit_says_the_same(clients: Groups, browser: Browser) -> None:
    """A word behind one link is no second proposal behind the next, and can be taken back there."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    first, second = clients.reminded(client, visit), clients.reminded(client, visit, "reminder_again")
    said(browser, clients, first, visit, "cannot_come")
    assert AFTER_ALL in browser.get(second).text
    assert said(browser, clients, second, visit, "cannot_come")[0] == 200
    assert len(clients.cases(visit)) == 1
    assert said(browser, clients, second, visit, "still_comes")[0] == 200
    assert [one.state for one in clients.cases(visit)] == [State.WITHDRAWN]


def test_a_yes_on_a_page_that_was_open_before_the_no_takes_it_back(clients: Groups, browser: Browser) -> None:
    """Two windows of one client: the last word counts, and the page after it says so at once."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    first, second = clients.reminded(client, visit), clients.reminded(client, visit, "reminder_again")
    said(browser, clients, first, visit, "cannot_come")
    assert said(browser, clients, second, visit, "confirm")[0] == 200
    assert [one.state for one in clients.cases(visit)] == [State.WITHDRAWN]
    assert "see you then" in browser.get(second).text


def test_a_yes_by_text_takes_it_back_too(clients: Groups, browser: Browser) -> None:
    """Whichever way they say it, before anything was done."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    said(browser, clients, clients.reminded(client, visit), visit, "cannot_come")
    clients.world.clock.instant += timedelta(minutes=1)
    opened = clients.world.opened
    opened.texts.keep(InboundText("7e" * 16, clients.world.token("client", client), Channel.TEXT, clients.world.clock.instant), "YES")
    opened.replies.advance()
    assert opened.service.groups.advance().done == {"withdrawn": 1}
    assert (clients.status(visit), clients.roster(visit).said(Answer.YES)) == (Status.BOOKED, 1)


def test_in_shadow_a_person_is_asked_and_nothing_is_lost(clients: Groups, browser: Browser) -> None:
    """The proposal is sealed; the word waits among the replies, as a wish for another time does. A yes after it counts."""
    clients.phase(Phase.SHADOW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    status, text = said(browser, clients, path, visit, "cannot_come")
    assert (status, "Until our office confirms it" in text) == (200, True)
    (case,) = clients.cases(visit)
    (reply,) = clients.replies(client)
    assert (case.state, reply.state, reply.reasons) == (State.SHADOWED, ReplyState.WAITING, (Reason.CANCEL,))
    assert (clients.status(visit), clients.roster(visit).said(Answer.NO)) == (Status.BOOKED, 1)

    clients.world.clock.instant += timedelta(minutes=1)
    assert "see you then" in said(browser, clients, path, visit, "still_comes")[1]
    assert "see you then" in browser.get(path).text
    assert clients.roster(visit).said(Answer.YES) == 1


def test_while_everything_is_stopped_a_person_decides(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    clients.world.opened.path.stop("frontdesk")
    try:
        said(browser, clients, path, visit, "cannot_come")
        assert [one.state for one in clients.cases(visit)] == [State.WAITING]
    finally:
        clients.world.opened.path.release(clients.world.opened.service.roll.people()["manager1"])


def test_a_page_that_shows_an_old_time_gives_nothing_up(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    shown = clients.world.ehr.book.get(Appointment, visit).starts_at
    clients.change(visit, starts_at=shown + timedelta(days=1))
    status, text = said(browser, clients, path, visit, "cannot_come", shown)
    assert (status, "Please look again" in text, clients.status(visit)) == (409, True, Status.BOOKED)


def test_a_word_that_came_to_nothing_is_asked_for_again_of_a_person(clients: Groups, browser: Browser) -> None:
    """Staff changed the visit between the word and the approval's being carried out: the word stands, and an order lets nothing go now."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    said(browser, clients, path, visit, "cannot_come")
    clients.approve(clients.cases(visit)[0])
    clients.change(visit)
    clients.phase(Phase.AUTO)
    groups = clients.world.opened.service.groups
    for _ in range(3):
        groups.advance()
    assert sorted(one.state for one in clients.cases(visit)) == [State.BLOCKED, State.WAITING]
    assert "Until our office confirms it" in browser.get(path).text


def test_a_no_of_a_person_leaves_the_place_booked(clients: Groups, browser: Browser) -> None:
    """They arranged it with the client; the page asks again, but not for the same word."""
    clients.phase(Phase.REVIEW)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    said(browser, clients, path, visit, "cannot_come")
    opened = clients.world.opened
    opened.path.reject(clients.cases(visit)[0].id, opened.service.roll.people()["frontdesk"], Decline.ARRANGED_OTHERWISE)
    text = browser.get(path).text
    assert ("Will you be there?" in text, SORRY in text) == (True, False)
    assert clients.roster(visit).said(Answer.SILENT) == 3


def test_put_back_by_the_office_the_visit_is_a_visit_again(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    said(browser, clients, path, visit, "cannot_come")
    assert (clients.roster(visit).booked, clients.roster(visit).left) == (2, 1)
    clients.world.clock.instant += timedelta(hours=1)
    clients.change(visit, status=Status.BOOKED, cancel_reason=None)
    assert "Will you be there?" in browser.get(path).text
    assert (clients.roster(visit).booked, clients.roster(visit).said(Answer.SILENT)) == (3, 3)


def test_who_cannot_come_is_not_reminded_meanwhile(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.REVIEW)
    (client, visit), (_, other) = clients.group(2)
    said(browser, clients, clients.reminded(client, visit), visit, "cannot_come")
    facts = clients.world.opened.reminders.facts()
    about = {one.appointment for one in facts.visits}
    assert (clients.world.token("appointment", visit) in about, clients.world.token("appointment", other) in about) == (False, True)


def test_an_ehr_that_is_silent_is_a_page_and_nothing_is_lost(clients: Groups, browser: Browser) -> None:
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    opened = clients.world.opened
    connector = opened.connector
    opened.__dict__["connector"] = replace(connector, connection=replace(connector.connection, base_url="http://127.0.0.1:9"))
    try:
        assert said(browser, clients, path, visit, "cannot_come")[0] == 503
    finally:
        opened.__dict__["connector"] = connector
    assert said(browser, clients, path, visit, "cannot_come")[0] == 200
    assert clients.status(visit) is Status.CANCELLED


def test_an_answer_of_the_ehr_that_is_lost_is_no_second_word(clients: Groups, browser: Browser) -> None:
    """It cancelled the place, and nobody heard: the page says that it is cancelled, and the path finds out."""
    clients.phase(Phase.AUTO)
    (client, visit), *_ = clients.group(3)
    path = clients.reminded(client, visit)
    clients.world.ehr.order("500_after_commit", "PATCH *")
    assert said(browser, clients, path, visit, "cannot_come")[0] == 200
    assert "This one time is cancelled for you" in browser.get(path).text
    clients.world.clock.instant += timedelta(minutes=10)
    clients.world.opened.waitlist.keep()
    assert [one.state for one in clients.cases(visit)] == [State.CONFIRMED]
