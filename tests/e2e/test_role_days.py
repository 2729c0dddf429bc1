"""Each role's day in a real browser, over HTTP, on one practice: what people see, and what store and EHR hold afterwards."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from hsched_core.domain.case import Decline
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.reminders_plan import Tier, band_of
from hsched_sandbox.ehr.records import Appointment, Status
from tests.browsers import follow, hears, picture, unfold
from tests.role_days import BANDS, CANCELLED, LIVE_MILLISECONDS, SCORE, RoleDays, card, outreach_of, role_days
from tests.sandbox_ehr import NOW

TOMORROW, ITS_NAME = date(2026, 3, 5), "Thu, Mar 5"


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoleDays]:
    with role_days(tmp_path_factory.mktemp("days")) as made:
        yield made


@pytest.fixture(autouse=True)
def windows_are_closed(days: RoleDays) -> Iterator[None]:
    yield
    for context in days.browser.contexts:
        context.close()


# Clinicians


def test_a_clinician_sees_their_own_day_and_never_a_score(days: RoleDays) -> None:
    """Own calendar, what was done, alerts, guardrails: in no page's DOM a risk, a band, or a class that tells one."""
    page, mine = days.page("clinician1"), days.world.token("clinician", "PRV-0000")
    assert page.url.endswith("/desk/calendar")
    assert page.get_by_role("heading", name="My calendar").is_visible()
    names = {
        days.names()[one.session.client] for one in days.world.opened.service.desk.visits(NOW).values() if one.session.clinician == mine
    }
    shown = [one.split("AM ")[-1].split("PM ")[-1] for one in page.locator(".block:not(.free) b").all_text_contents()]
    assert shown
    assert set(shown) <= names

    case = next(one for one in days.world.opened.service.desk.cases.waiting() if one.action.clinician == mine)
    client = next(one.session.client for one in days.world.opened.service.desk.visits(NOW).values() if one.session.clinician == mine)
    told = {}
    for path in (
        "/desk/calendar",
        "/desk/queue",
        f"/desk/queue/{case.id}",
        "/my/day",
        "/desk/replies",
        "/practice/rules",
        f"/desk/clients/{client}",
    ):
        days.go(page, path)
        told[path] = (page.locator(BANDS).count(), SCORE.findall(page.content()))
    assert told == dict.fromkeys(told, (0, []))

    days.go(page, "/my/day")
    assert page.get_by_text(re.compile(r"is free: (it is being offered|nobody on the waitlist)")).count() >= 1
    assert page.get_by_role("row").count() > 5
    days.go(page, "/practice/insights")
    assert page.get_by_role("heading", name="Not for your role").is_visible()


# Front desk


def test_the_front_desk_sees_tomorrow_with_its_risks_and_its_free_hours(days: RoleDays) -> None:
    """The page they start on: the week, then the day by clinician; as many high risks as were published, in word and colour."""
    page = days.page("frontdesk")
    assert page.url.endswith("/desk/calendar")
    follow(page.get_by_role("navigation", name="Days of the week").get_by_text(ITS_NAME))
    picture(page, "desk-calendar")

    desk = days.world.opened.service.desk
    scores, rules = desk.published.newest(NOW).scores, days.world.opened.reminder_settings
    visits = [one for one in desk.visits(NOW).values() if one.takes_time and one.session.starts_at.date() == TOMORROW]
    high = sum(band_of(scores[one.id].risk, one.session.session_type, rules) is Tier.HIGH for one in visits)
    shown = page.locator(".block.high .sub:not(.what)").all_text_contents()
    assert len(shown) == high > 0
    assert all(re.match(r"high risk \d+ %", one) for one in shown)
    assert page.locator(BANDS).count() > 0 < len(SCORE.findall(page.content()))  # what clinicians' pages are searched for is here
    assert page.locator(".block.free").count() == CANCELLED
    assert page.get_by_role("link", name=ITS_NAME).get_by_text(f"{CANCELLED} free").count() == 1
    follow(page.locator(".block.high").first)
    page.get_by_role("heading", name="Reaching them").wait_for()
    assert days.world.entries("record.viewed")[-1].body["purpose"] == "desk.client"


def test_the_front_desk_reads_why_and_approves_by_a_click(days: RoleDays) -> None:
    """The reasons are the proposal's, everyone who was considered is listed, and the client really gets the offer."""
    page, case = days.page("frontdesk"), days.offer()
    days.go(page, "/desk/queue?tab=offers")
    page.keyboard.press("j")
    unfold(page.locator("article summary").first)
    picture(page, "desk-queue")
    days.go(page, "/desk/queue?tab=offers")
    mine = card(page, case.id)
    assert tuple(mine.locator(".why li").all_text_contents()) == tuple(case.proposal.reasons)
    unfold(mine.locator("summary"))
    assert mine.get_by_text("books the time in the EHR without asking you again").is_visible()
    assert mine.locator(".choices li").count() == len(case.proposal.candidates)
    follow(mine.get_by_role("button", name="Approve"))
    page.get_by_text("Approved.").wait_for()
    assert [one.by for one in days.look(case).approvals] == ["frontdesk"]
    client = outreach_of(case).client
    before = len(days.sent_to(client))
    days.carry_out(case)
    assert len(days.sent_to(client)) == before + 1
    days.go(page, "/desk/waitlist")
    assert page.get_by_text(re.compile("waits for an answer, until")).count() == 1


def test_the_front_desk_asks_somebody_else_instead(days: RoleDays) -> None:
    """The one they picked gets the offer, the one who was proposed gets nothing."""
    page, case = days.page("frontdesk"), days.offer()
    days.go(page, "/desk/queue?tab=offers")
    card(page, case.id).focus()
    page.keyboard.press("c")  # opens who else was considered
    page.keyboard.press("Enter")
    page.get_by_text("Approved.").wait_for()

    picked = days.look(case)
    assert picked.action != case.action
    assert picked.action in [one.action for one in case.proposal.candidates]
    proposed, asked = outreach_of(case).client, outreach_of(picked).client
    before = len(days.sent_to(proposed))
    days.carry_out(case)
    assert days.sent_to(asked)
    assert len(days.sent_to(proposed)) == before


def test_the_queue_is_worked_without_a_mouse(days: RoleDays) -> None:
    """From signing in to approving, taking back and rejecting: keys alone."""
    page = days.context(viewport={"width": 1280, "height": 900}).new_page()
    days.go(page, "/desk/queue")
    page.keyboard.press("Tab")  # the way past the navigation
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("frontdesk")
    page.keyboard.press("Tab")
    page.keyboard.type(days.password("frontdesk"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/queue")
    page.keyboard.press("j")
    chosen = days.next_message(page)
    with page.expect_navigation():
        page.keyboard.press("a")
    assert days.look(chosen).state is State.APPROVED
    with page.expect_navigation():
        page.keyboard.press("u")
    assert days.look(chosen).state is State.WITHDRAWN

    chosen = days.next_message(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.down("x")  # nobody chose a case
    card(page, chosen).focus()
    page.keyboard.down("x")  # and holding a key down decides nothing
    page.keyboard.up("x")
    assert days.look(chosen).state is State.WAITING
    while page.evaluate("document.activeElement.name") != "reason":
        page.keyboard.press("Tab")
    page.keyboard.type("the client")
    page.keyboard.press("Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert days.look(chosen).state is State.DECLINED
    assert days.world.entries("proposal.declined")[-1].body["rules"] == ["reason.client_objected"]


def test_the_desk_works_without_scripts(days: RoleDays) -> None:
    """Sign in, look at what happens on a yes, approve, take back, reject with a reason, sign out."""
    page, (first, second, *_) = days.page("frontdesk", java_script_enabled=False), days.messages()
    for case, button, state in ((first, "Approve", State.APPROVED), (second, "Reject", State.DECLINED)):
        days.go(page, f"/desk/queue/{case.id}")
        follow(page.get_by_role("button", name=button))
        assert days.look(case).state is state
        assert page.get_by_role("status").get_by_text({"Approve": "Approved.", "Reject": "Declined."}[button]).is_visible()
        if button == "Approve":
            follow(page.get_by_role("button", name="Take it back"))
            assert days.look(case).state is State.WITHDRAWN
    unfold(page.locator("article details").last.locator("summary"))
    assert page.locator("article details").last.locator("li").first.is_visible()
    follow(page.get_by_role("button", name="Sign out"))
    days.go(page, "/desk/queue")
    assert page.url.endswith("/sign-in")
    del days.signed_in["frontdesk"]


def test_what_another_decides_shows_by_itself_and_a_late_click_is_told(days: RoleDays) -> None:
    """A manager's yes leaves the list without a reload; a late click is told who was first; what is held up, and signed out, says so."""
    desk, late, manager = days.page("frontdesk"), days.page("frontdesk", java_script_enabled=False), days.page("manager1")
    for page in (desk, late, manager):
        days.go(page, "/desk/queue?tab=messages")
    hears(desk)
    desk.evaluate("window.isTheSame = true")
    case = manager.locator("[data-case]").first.get_attribute("data-case") or ""
    follow(card(manager, case).get_by_role("button", name="Approve"))
    manager.get_by_text("Approved.").wait_for()
    card(desk, case).wait_for(state="detached", timeout=LIVE_MILLISECONDS)
    assert desk.evaluate("window.isTheSame") is True  # no reload

    follow(card(late, case).get_by_role("button", name="Approve"))
    told = late.get_by_role("alert").text_content() or ""
    assert "This did not count." in told
    assert "It was approved by manager1" in told
    assert [one.by for one in days.look(case).approvals] == ["manager1"]

    first, second = desk.locator("[data-case] summary").nth(0), desk.locator("[data-case]").nth(1)
    gone = second.get_attribute("data-case") or ""
    unfold(first)
    days.world.opened.path.reject(gone, days.world.opened.person("manager1"), Decline.OTHER)
    desk.get_by_text("Something changed: reload").wait_for(timeout=LIVE_MILLISECONDS)
    unfold(first)
    card(desk, gone).wait_for(state="detached", timeout=LIVE_MILLISECONDS)
    assert desk.get_by_text("Something changed").count() == 0
    desk.context.clear_cookies()
    desk.get_by_text("Signed out: sign in again").wait_for(timeout=LIVE_MILLISECONDS)
    assert desk.locator("[data-case]").count() == 0


def test_an_approved_call_appears_on_the_list_and_is_settled_by_a_click(days: RoleDays) -> None:
    """By itself, with the number to dial; how it ended stands in the store."""
    desk, case = days.page("frontdesk"), days.messages(calls=True)[0]
    days.go(desk, "/desk/calls")
    hears(desk)
    other = days.page("manager1")
    days.go(other, f"/desk/queue/{case.id}")
    follow(other.get_by_role("button", name="Approve"))
    other.get_by_text("Approved.").wait_for()
    days.carry_out(case)
    card(desk, case.id).wait_for(timeout=LIVE_MILLISECONDS)
    assert re.match(r"\(212\) 555-\d{4}", card(desk, case.id).locator("a[href^='tel:']").text_content() or "")
    follow(card(desk, case.id).get_by_role("button", name="Will come"))
    desk.get_by_role("cell", name="Will come").wait_for()
    task = days.world.opened.service.desk.tasks.settled_since(NOW.replace(hour=0))[0]
    assert (task.id, str(task.outcome), task.by) == (case.id, "confirmed", "frontdesk")


# Clients


def test_a_client_takes_a_free_hour_in_two_taps_and_the_desk_takes_it_back(days: RoleDays) -> None:
    """The front desk's yes is a message with a link; the link's page books; the calendar shows who comes; two people can undo it."""
    case = days.offer(-1)
    days.world.opened.path.approve(case.id, case.action.digest, days.world.opened.person("frontdesk"))
    days.carry_out(case)
    client, desk = outreach_of(case).client, days.page("frontdesk")
    days.go(desk, "/desk/calendar?on=2026-03-05")
    assert desk.locator(".block", has_text=days.names()[client]).count() == 0
    phone = days.phone(days.link_to(client))
    picture(phone, "client-phone")
    assert "therap" not in (phone.title() + phone.url).lower()
    follow(phone.get_by_role("button", name="Yes, I take this time"), tap=True)
    phone.get_by_role("heading", name="The time is yours").wait_for()

    booked = max(days.world.ehr.book.every(Appointment), key=lambda one: one.id)
    assert (days.world.token("client", booked.patient_id), booked.status) == (client, Status.BOOKED)
    booking = days.about(case.proposal.subject, "book_appointment")
    desk.locator(".block", has_text=days.names()[client]).wait_for(timeout=LIVE_MILLISECONDS)

    days.go(desk, f"/desk/queue/{booking.id}")
    follow(desk.get_by_role("button", name="Ask to cancel this booking"))
    assert desk.get_by_role("button", name="Approve").count() == 0  # whoever asks does not approve
    asked, manager = desk.url.rpartition("/")[2], days.page("manager1")
    days.go(manager, f"/desk/queue/{asked}")
    follow(manager.get_by_role("button", name="Approve"))
    manager.get_by_text("Approved.").wait_for()
    days.carry_out(days.look(asked))
    assert days.world.ehr.book.get(Appointment, booked.id).status is Status.CANCELLED


def test_a_client_declines_wishes_and_opts_out_on_a_phone_without_scripts(days: RoleDays) -> None:
    """A no keeps the time open for others; what they wish, and that nothing more may be sent, counts at once."""
    case = days.offer()
    days.world.opened.path.approve(case.id, case.action.digest, days.world.opened.person("frontdesk"))
    days.carry_out(case)
    client = outreach_of(case).client
    phone = days.phone(days.link_to(client), java_script_enabled=False)
    before = len(list(days.world.ehr.book.every(Appointment)))
    follow(phone.get_by_role("button", name="No, thank you"), tap=True)
    phone.get_by_role("heading", name="Thank you for telling us").wait_for()
    assert len(list(days.world.ehr.book.every(Appointment))) == before

    pages = days.world.opened.service.client_pages
    follow(phone.get_by_role("link", name="How we write to you"), tap=True)
    phone.get_by_label("E-mail").first.check()
    phone.get_by_label("Phone calls").uncheck()
    follow(phone.get_by_role("button", name="Save"), tap=True)
    phone.get_by_role("heading", name="Thank you, it is saved").wait_for()
    assert {str(one) for one in pages.channels(client)} == {"text", "email", "portal"}

    phone = days.phone(days.link_to(client) + "/stop", java_script_enabled=False)
    follow(phone.get_by_role("button", name="Yes, stop all messages"), tap=True)
    phone.get_by_role("heading", name="Messages are stopped").wait_for()
    assert pages.channels(client) == frozenset()


def test_a_reminded_client_asks_for_another_time_and_the_desk_deals_with_it(days: RoleDays) -> None:
    """Their words reach a person, who sees them on request only."""
    case = next(one for one in days.messages() if "confirm" in one.action.template)  # type: ignore[union-attr]  # messages have one
    days.world.opened.path.approve(case.id, case.action.digest, days.world.opened.person("frontdesk"))
    days.carry_out(case)
    phone = days.phone(days.link_to(outreach_of(case).client) + "?l=en")
    follow(phone.get_by_role("link", name="I need another time"), tap=True)
    phone.get_by_label("What would suit you better?").fill("Any Friday before noon")
    follow(phone.get_by_role("button", name="Ask for another time"), tap=True)
    phone.get_by_role("heading", name="We received your request").wait_for()
    days.world.opened.replies.advance()

    desk = days.page("frontdesk")
    days.go(desk, "/desk/replies")
    assert desk.get_by_text("Friday").count() == 0
    follow(card(desk, days.world.opened.replies.waiting()[0].id).get_by_role("link"))
    desk.keyboard.press("o")
    desk.get_by_text("Any Friday before noon").wait_for()
    assert days.world.entries("reply.shown")[-1].actor == "frontdesk"


# Managers


def test_a_manager_reads_figures_and_steers_with_a_second_person(days: RoleDays) -> None:
    """Fill rate from what really happened; forward on the evidence shown as a proposal that is not theirs to approve; back at once."""
    page = days.page("manager1")
    days.go(page, "/practice/insights")
    waits = page.get_by_role("listitem").filter(has_text="Waits for a person").locator("b").text_content()
    assert int(waits or 0) == len(days.world.opened.service.desk.cases.waiting())
    assert page.get_by_role("listitem").filter(has_text="Freed time filled").is_visible()
    page.get_by_role("link", name="Who has room").click()
    page.get_by_role("heading", name="Capacity", exact=True).wait_for()
    page.get_by_role("navigation", name="Weeks").get_by_role("link", name="This week").click()
    page.wait_for_url("**/practice/capacity?week=0*")
    page.get_by_role("cell", name=re.compile(r"^\d[\d.]*\sh$")).first.wait_for()
    assert page.locator("tbody").first.get_by_role("row").count() == 4
    days.go(page, "/practice/effects")
    assert page.get_by_text("so no effect can be told").count() == 2

    days.go(page, "/practice/phases")
    use_case = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Waitlist"))
    assert use_case.get_by_text(re.compile(r"\d+ proposals so far\.")).is_visible()
    follow(use_case.get_by_role("button", name="Propose phase auto on this evidence"))
    [asked] = days.waiting("change_phase")
    assert page.get_by_text("Nobody approves what they proposed themselves").is_visible()
    assert card(page, asked.id).get_by_role("button", name="Approve").count() == 0
    with days.world.opened.path_store.looking() as state:
        assert state.rollout("waitlist", NOW).phase is Phase.REVIEW

    days.go(page, "/practice/phases")
    writes = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Risk into the EHR"))
    follow(writes.get_by_role("button", name="Back to shadow, at once"))
    writes.get_by_text("phase shadow").wait_for()
    with days.world.opened.path_store.looking() as state:
        assert state.rollout("risk_write_back", NOW).phase is Phase.SHADOW


def test_a_standing_order_needs_two_others(days: RoleDays) -> None:
    """Asked for in a form; the queue of a second manager counts the yeses; in force only after the last."""
    page = days.page("manager1")
    days.go(page, "/practice/orders")
    page.get_by_label("Short name").fill("morning-offers")
    page.get_by_label("offer slot").check()
    follow(page.get_by_role("button", name="Propose it"))
    [asked] = days.waiting("issue_standing_order")
    other = days.page("manager2")
    days.go(other, f"/desk/queue/{asked.id}")
    follow(other.get_by_role("button", name="Approve (1 of 2)"))
    other.get_by_text("Approved.").wait_for()
    assert days.look(asked).state is State.WAITING
    days.go(page, "/practice/orders")
    assert page.get_by_text("1 said yes, more are needed").is_visible()
    assert page.get_by_text("There are no standing orders").is_visible()


def test_whoever_sees_trouble_stops_everything_and_a_manager_lets_it_go_on(days: RoleDays) -> None:
    """While it is stopped an approved message does not leave; on every page it says so."""
    desk, manager, case = days.page("frontdesk"), days.page("manager1"), days.messages()[0]
    days.go(manager, f"/desk/queue/{case.id}")
    hears(manager)
    unfold(desk.locator("summary", has_text="Stop everything"))
    follow(desk.get_by_role("button", name="Yes, stop everything"))
    desk.get_by_text("Everything is stopped.").wait_for()
    assert desk.get_by_role("button", name="Let it go on").count() == 0
    days.go(desk, f"/desk/queue/{case.id}")
    follow(desk.get_by_role("button", name="Approve"))
    sent = len(days.sent_to(outreach_of(case).client))
    assert days.world.opened.path.execute(case.id).state is not State.CONFIRMED
    assert len(days.sent_to(outreach_of(case).client)) == sent

    follow(manager.get_by_role("button", name="Let it go on"), timeout=LIVE_MILLISECONDS)  # it came by itself
    manager.locator("summary", has_text="Stop everything").wait_for()
    assert manager.get_by_text("Everything is stopped.").count() == 0
