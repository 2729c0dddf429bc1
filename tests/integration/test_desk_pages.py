"""The staff's pages over a practice in the middle of its week: who sees and does what, and that what does not count is told."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hsched_adapters.desk.calendars import Calendars, Read
from hsched_adapters.desk.pulse import CHECKED_EVERY_SECONDS
from hsched_core.domain.actions import Basis, BookAppointment, SendMessage
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import InboundText
from hsched_core.domain.rollout import Phase
from hsched_sandbox.ehr.records import Client
from hsched_service.desk import live
from hsched_service.desk.markdown import html_of
from hsched_service.desk.plots import Point, bars, series
from hsched_service.desk.steering import lately
from tests.desk_practice import desk_practice
from tests.http_desk import at_once
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, ServiceWorld

MONDAY = date(2026, 3, 2)  # of the week of NOW
EVIL = "Zoe <script>alert(1)</script>"
DESK_PAGES = ("/desk/queue", "/desk/calendar", "/desk/calendar?on=2026-03-05", "/desk/calls", "/desk/waitlist", "/desk/replies")
PRACTICE_PAGES = (
    "/practice/insights",
    "/practice/capacity",
    "/practice/phases",
    "/practice/orders",
    "/practice/effects",
    "/practice/rules",
    "/audit",
    "/audit/week",
)
RISK = re.compile(r"\brisk\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with desk_practice(tmp_path_factory.mktemp("desk"), clinicians=2, clients=28, weeks=1, hours=(9, 11, 14, 16)) as made:
        one = made.ehr.book.get(Client, "PT-000003")
        made.ehr.book.place(replace(one, given_name=EVIL, family_name=""))
        yield made


@pytest.fixture
def desk(world: ServiceWorld) -> Browser:
    return world.browser("frontdesk")


def waiting(world: ServiceWorld, kind: str) -> list[Case]:
    return [case for case in world.opened.service.desk.cases.waiting() if case.action.kind == kind]


def approve(browser: Browser, case: Case, digest: str = "") -> Any:
    return browser.submit(f"/desk/queue/{case.id}/approve", digest=digest or case.action.digest)


def state_of(world: ServiceWorld, case: Case) -> State:
    return world.opened.path.look(case.id).state


def test_every_page_of_a_role_opens_and_keeps_to_itself(world: ServiceWorld) -> None:
    """No inline style or script, whatever stands in a client's name; nothing from elsewhere."""
    for login, paths in (
        ("frontdesk", DESK_PAGES),
        ("manager1", (*DESK_PAGES, *PRACTICE_PAGES)),
        ("clinician1", ("/desk/calendar", "/my/day")),
    ):
        browser = world.browser(login)
        for path in paths:
            answer = browser.get(path)
            assert (path, answer.status_code) == (path, 200)
            assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text), path
            assert "unsafe-inline" not in answer.headers["content-security-policy"]
    shown = world.browser("frontdesk").get(f"/desk/clients/{world.client(3)}").text
    assert "Zoe &lt;script&gt;" in shown
    assert "<script>alert" not in shown


def test_a_page_of_names_is_a_look_at_records(world: ServiceWorld, desk: Browser) -> None:
    """Who was shown whom stands in the trail, under pseudonyms."""
    desk.get("/desk/queue")
    seen = [one for one in world.entries("record.viewed") if one.body["purpose"] == "desk.queue" and one.actor == "frontdesk"]

    assert seen
    assert all(re.fullmatch("[0-9a-f]{32}", client) for client in seen[-1].body["clients"])


def test_the_queue_says_why_what_else_and_what_happens(world: ServiceWorld, desk: Browser) -> None:
    """Before anybody says yes."""
    case = waiting(world, "offer_slot")[0]
    text = desk.get("/desk/queue?tab=offers").text

    assert all(reason in text for reason in case.proposal.reasons)
    assert "books the time in the EHR without asking you again" in text
    assert f"who else was considered ({len(case.proposal.candidates)})" in text


def test_a_yes_counts_once_and_can_be_taken_back_while_nothing_left(world: ServiceWorld, desk: Browser) -> None:
    """One click, and one more to undo it."""
    case = waiting(world, "send_message")[0]
    answer = approve(desk, case)
    assert (answer.status_code, state_of(world, case)) == (303, State.APPROVED)
    assert "Take it back" in desk.get(answer.headers["location"]).text

    assert desk.submit(f"/desk/queue/{case.id}/take-back").status_code == 303
    assert state_of(world, case) is State.WITHDRAWN
    again = desk.submit(f"/desk/queue/{case.id}/take-back")
    assert (again.status_code, "did not count" in again.text) == (409, True)


def test_what_nobody_approved_cannot_be_taken_back(world: ServiceWorld, desk: Browser) -> None:
    """That would be a no without a reason."""
    case = waiting(world, "send_message")[0]

    assert desk.submit(f"/desk/queue/{case.id}/take-back").status_code == 409
    assert state_of(world, case) is State.WAITING


def test_of_two_at_once_one_wins_and_the_other_is_told_by_whom(world: ServiceWorld) -> None:
    """Both saw the same page."""
    case = waiting(world, "send_message")[0]
    first, second = world.browser("frontdesk"), world.browser("manager1")
    answers: list[Any] = []
    at_once([lambda: answers.append(approve(first, case)), lambda: answers.append(approve(second, case))])
    lost = next(one for one in answers if one.status_code != 303)

    assert sorted(one.status_code for one in answers) == [303, 409]
    winner = world.opened.path.look(case.id).approvals[0].by
    assert f"It was approved by {winner}" in lost.text
    assert len(world.opened.path.look(case.id).approvals) == 1


def test_another_candidate_is_an_approval_of_exactly_that(world: ServiceWorld, desk: Browser) -> None:
    """Bound to its hash; a hash that is not listed is no choice."""
    offers = [(case, one.action) for case in waiting(world, "offer_slot") for one in case.proposal.candidates if one.action]
    case, other = next((case, action) for case, action in offers if action.digest != case.action.digest)
    refused = approve(desk, case, "0" * 64)
    assert (refused.status_code, state_of(world, case)) == (409, State.WAITING)

    assert approve(desk, case, other.digest).status_code == 303
    assert world.opened.path.look(case.id).action == other


def test_a_booking_is_undone_by_two_people(world: ServiceWorld, desk: Browser) -> None:
    """One asks, another approves, the EHR is told; a message cannot be undone."""
    visit = next(one for one in world.opened.service.desk.visits(NOW).values() if one.session.starts_at > NOW and one.takes_time)
    free = replace(visit.session, client=world.client(27), starts_at=NOW.replace(hour=22))
    action = BookAppointment(free, Basis.ASKED)
    start = waiting(world, "send_message")[0].proposal
    asked = replace(start, action=action, subject="b0" * 16, facts_digest="b0" * 16, expires_at=NOW + timedelta(hours=5))
    case = world.opened.path.propose(asked)
    approve(desk, case)
    booked = world.opened.path.execute(case.id)
    assert booked.state is State.CONFIRMED
    assert "Ask to cancel this booking" in desk.get(f"/desk/queue/{case.id}").text

    asks = desk.submit(f"/desk/queue/{case.id}/undo").headers["location"].rpartition("/")[2]
    cancelling = world.opened.path.look(asks)
    assert "does not tell the client: call them" in desk.get(f"/desk/queue/{asks}").text
    assert approve(desk, cancelling).status_code == 403
    assert approve(world.browser("manager1"), cancelling).status_code == 303
    assert world.opened.path.execute(asks).state is State.CONFIRMED
    there = world.opened.reader.appointment(booked.reference)
    assert there is not None
    assert not there.takes_time
    assert desk.submit(f"/desk/queue/{waiting(world, 'send_message')[0].id}/undo").status_code == 404


def test_a_no_has_its_reason(world: ServiceWorld, desk: Browser) -> None:
    """As one of the words that the trail keeps."""
    case = waiting(world, "send_message")[0]
    assert desk.submit(f"/desk/queue/{case.id}/reject", reason="arranged_otherwise").status_code == 303
    assert state_of(world, case) is State.DECLINED
    assert desk.submit(f"/desk/queue/{case.id}/reject", reason="because I say so").status_code == 422


def test_a_clinician_reaches_their_own_calendar_only(world: ServiceWorld) -> None:
    """What is another's is not there, as if it did not exist."""
    own = world.token("clinician", "PRV-0000")
    mine, other = world.browser("clinician1"), world.token("clinician", "PRV-0001")
    theirs = next(case for case in world.opened.service.desk.cases.all() if case.action.clinician != own)

    assert mine.get(f"/desk/queue/{theirs.id}").status_code == 404
    assert approve(mine, theirs).status_code == 404
    assert mine.get(f"/desk/calendar?who={other}").status_code == 404
    visits = world.opened.service.desk.visits(NOW).values()
    others = {one.session.client for one in visits} - {one.session.client for one in visits if one.session.clinician == own}
    assert mine.get(f"/desk/clients/{sorted(others)[0]}").status_code == 404 if others else True


def test_a_clinician_never_sees_a_score(world: ServiceWorld) -> None:
    """Neither as a number nor as a band, nor in a reason; the front desk sees all three."""
    mine = world.browser("clinician1")
    client = next(one.session.client for one in world.opened.service.desk.visits(NOW).values() if one.session.starts_at > NOW)
    pages = [mine.get(path).text for path in ("/desk/calendar", "/desk/queue", "/my/day", f"/desk/clients/{client}")]
    assert [page for page in pages if RISK.search(page) or 'class="band' in page] == []

    assert RISK.search(world.browser("frontdesk").get("/desk/calendar?on=2026-03-05").text)


@contextmanager
def calendar_of(world: ServiceWorld, read: Read) -> Iterator[Calendars]:
    """The desk over another reading of the EHR's calendar, with nothing read yet."""
    desk = world.opened.service.desk
    kept, desk.calendars = desk.calendars, Calendars(read, world.opened.timezone)
    try:
        yield desk.calendars
    finally:
        desk.calendars = kept


def test_a_change_makes_one_reading_of_the_ehr_however_many_follow(world: ServiceWorld) -> None:
    """Twenty pages lie open: each hears of the change and asks for the calendar again."""
    readings, desk = [], world.opened.service.desk

    def counted(start: datetime, _end: datetime) -> Sequence[Appointment]:
        readings.append(start)
        return ()

    with calendar_of(world, counted) as calendars:
        desk.follow()
        calendars.week(MONDAY)
        world.browser("frontdesk").submit(f"/desk/queue/{waiting(world, 'send_message')[-1].id}/reject", reason="unsuitable")
        time.sleep(2 * CHECKED_EVERY_SECONDS)
        beats = {(desk.follow(), len(calendars.week(MONDAY).appointments)) for _ in range(20)}
    assert len(beats) == 1
    assert len(readings) == 2


def test_a_clinician_is_told_that_the_ehr_is_silent(world: ServiceWorld) -> None:
    """An empty list would say that nobody comes."""
    mine = world.browser("clinician1")
    assert "The EHR does not answer" not in mine.get("/my/day").text

    def silent(_start: datetime, _end: datetime) -> Sequence[Appointment]:
        raise NotReadyError("The EHR is away.", "Wait.")

    with calendar_of(world, silent):
        text = mine.get("/my/day").text
    assert "The EHR does not answer just now" in text
    assert "No visits in the coming seven days" not in text


def test_the_calendar_shows_the_day_and_what_is_free(world: ServiceWorld, desk: Browser) -> None:
    """Names for the desk, bands by word, openings beside the visits; a week for one clinician."""
    text = desk.get("/desk/calendar?on=2026-03-05").text
    assert re.search(r"(low|raised|high) risk \d+ %", text)
    assert "being offered" in text or "nobody left to ask" in text

    own = world.token("clinician", "PRV-0001")
    assert "Mon 2" in desk.get(f"/desk/calendar?who={own}").text
    assert desk.get("/desk/calendar?on=1999-01-01").status_code == 404
    assert desk.get("/desk/calendar?on=tomorrow").status_code == 422


def test_a_call_is_settled_once(world: ServiceWorld, desk: Browser) -> None:
    """The second word is told that it came second."""
    visit = next(one for one in world.opened.service.desk.visits(NOW).values() if one.session.starts_at > NOW and one.takes_time)
    action = SendMessage(Outreach(visit.session.client, Channel.CALL, Purpose.REMINDER), "reminder_call", visit.id)
    asked = replace(waiting(world, "send_message")[0].proposal, action=action, subject=visit.id, facts_digest="ca" * 16)
    case = world.opened.path.propose(replace(asked, expires_at=NOW + timedelta(hours=5)))
    approve(desk, case)
    world.opened.path.execute(case.id)
    text = desk.get("/desk/calls").text
    assert f'action="/desk/calls/{case.id}"' in text
    assert "tel:(212)555-" in text

    assert desk.submit(f"/desk/calls/{case.id}", outcome="confirmed").status_code == 303
    assert desk.submit(f"/desk/calls/{case.id}", outcome="no_answer").status_code == 409
    assert "Will come" in desk.get("/desk/calls").text


def test_a_clients_words_are_shown_on_request_and_the_look_is_written_down(world: ServiceWorld, desk: Browser) -> None:
    """A list of replies holds no word of theirs."""
    words = "Could I come on Thursday instead, <b>please</b>?"
    world.opened.texts.keep(InboundText("5e" * 16, world.client(0), Channel.TEXT, NOW), words)
    world.opened.replies.advance()
    assert "Thursday instead" not in desk.get("/desk/replies").text + desk.get(f"/desk/replies/{'5e' * 16}").text

    shown = desk.submit(f"/desk/replies/{'5e' * 16}/words").text
    assert "Could I come on Thursday instead, &lt;b&gt;please&lt;/b&gt;?" in shown
    assert [one.actor for one in world.entries("reply.shown")] == ["frontdesk"]
    assert desk.submit(f"/desk/replies/{'5e' * 16}/take").status_code == 303
    assert desk.submit(f"/desk/replies/{'5e' * 16}/resolve", outcome="arranged").status_code == 303
    assert desk.submit(f"/desk/replies/{'5e' * 16}/resolve", outcome="nothing").status_code == 409


def test_a_client_is_taken_over_and_given_back(world: ServiceWorld, desk: Browser) -> None:
    """Nothing is sent to them meanwhile."""
    client = world.client(1)
    desk.submit(f"/desk/clients/{client}/pause", because="in_touch")
    assert "has this client in hand" in desk.get(f"/desk/clients/{client}").text
    desk.submit(f"/desk/clients/{client}/resume", because="settled")
    assert "has this client in hand" not in desk.get(f"/desk/clients/{client}").text
    assert desk.get(f"/desk/clients/{'0' * 32}").status_code == 404


def test_less_autonomy_is_at_once_and_more_rests_on_evidence(world: ServiceWorld) -> None:
    """On the very figures that were looked at; others than the one who asks decide."""
    manager, text = world.browser("manager1"), world.browser("manager1").get("/practice/phases").text
    evidence = world.opened.service.desk.evidence.of("waitlist", lately(world.opened)).sha256
    assert evidence[:16] in text
    assert manager.submit("/practice/phases/waitlist/forward", evidence="0" * 64).status_code == 409

    assert manager.submit("/practice/phases/waitlist/forward", evidence=evidence).status_code == 303
    [asked] = waiting(world, "change_phase")
    assert asked.action == replace(asked.action, evidence=evidence, phase=Phase.AUTO)
    own = approve(manager, asked)
    assert (own.status_code, "Nobody approves what they proposed themselves" in own.text) == (403, True)

    for one, wanted in (("manager2", State.WAITING), ("manager3", State.CONFIRMED)):  # the second yes carries it out at once
        approve(world.browser(one), asked)
        assert state_of(world, asked) is wanted

    for use_case in ("waitlist", "reminders"):
        manager.submit(f"/practice/phases/{use_case}/back")
    with world.opened.path_store.looking() as state:
        assert [state.rollout(one, NOW).phase for one in ("waitlist", "reminders")] == [Phase.REVIEW, Phase.SHADOW]
    with world.opened.path_store.transaction() as tx:
        entry = replace(world.entries("phase.stepped_back")[-1], kind="phase.changed")
        tx.set_phase("reminders", Phase.REVIEW, audit=entry)


def test_an_auditor_reads_the_trail_and_verifies_it(world: ServiceWorld) -> None:
    """By pseudonyms: no name is on any of these pages."""
    auditor, case = world.browser("auditor"), world.opened.service.desk.cases.all()[0]
    checked = auditor.submit("/audit/verify")
    assert "The trail holds." in checked.text
    moved = auditor.submit("/audit/search", subject=case.id)
    assert moved.headers["location"] == f"/audit/story/{case.id}"
    story = auditor.get(f"/audit/story/{case.id}").text
    assert case.proposal.reasons[0] in story

    names = {card.name for card in world.opened.service.desk.directory.clients().values() if card.name and "<" not in card.name}
    pages = [story, checked.text, auditor.get("/audit/week").text, auditor.get("/audit?kind=proposal.&actor=use-case:waitlist").text]
    assert [name for name in names for page in pages if name in page] == []
    assert auditor.get("/audit/story/ffffffffffffffff").status_code == 404
    assert auditor.get("/audit?day=2026-99-99").status_code == 404


def test_a_stream_tells_that_something_changed_and_nothing_of_what(world: ServiceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number; the page then asks for itself."""
    monkeypatch.setattr(live, "LOOKS_EVERY_SECONDS", 0.3)

    async def still_there() -> bool:
        return False

    async def told() -> list[str]:
        lines: list[str] = []
        async for line in live.beats(world.opened, SimpleNamespace(is_disconnected=still_there)):  # type: ignore[arg-type]  # all it asks
            lines.append(line)
            if len(lines) == 2:
                world.opened.path.stop("frontdesk")
                world.opened.path.release(world.opened.person("manager1"))
            if len(lines) == 3:
                break
        return lines

    first, *beats = asyncio.run(told())
    assert first.startswith("retry:")
    assert all(re.fullmatch(r"event: beat\ndata: \d+\n\n", one) for one in beats)
    assert beats[0] != beats[1]


def test_markdown_and_plots_escape_what_they_are_given() -> None:
    """A card's words come from a registry, a plot's labels from a table."""
    card = str(html_of("# T\n\n**b** `c` <script>\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| <i> | 2 |\n"))
    assert "<h3>T</h3>" in card
    assert "<strong>b</strong> <code>c</code> &lt;script&gt;" in card
    assert card.count("<li>") == 2
    assert "<td>&lt;i&gt;</td>" in card

    point = Point("<script>", 0.2, 0.1, 0.3, 50)
    for drawn in (bars([point], "<t>"), series([point, point], "<t>")):
        assert "<script>" not in drawn
        assert "&lt;script&gt;" in drawn
    assert (bars([], "t"), series([], "t")) == ("", "")
