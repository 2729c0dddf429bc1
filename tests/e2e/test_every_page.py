"""Axe finds nothing serious or critical on any page, and one that axe was not let look at fails; who may look where; the auditor's day."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText
from hsched_service.access.guard import declared
from tests.browsers import PHONE, follow, grave_faults, unfold
from tests.client_world import Clients
from tests.group_world import Groups
from tests.role_days import RoleDays, role_days
from tests.sandbox_ehr import NOW

if TYPE_CHECKING:
    from playwright.sync_api import Page

Address = Callable[[RoleDays], str]
REPLY = "5e" * 16
# What a GET of these gives is no page of ours, and why.
NO_PAGES: Mapping[str, str] = {
    "/": "leads on to where somebody starts",
    "/cds-services": "for the EHR",
    "/desk/live": "a stream",
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/metrics": "for machines",
    "/openapi.json": "for machines",
    "/smart/launch": "leads to the EHR",
    "/smart/return": "leads on from the EHR",
    "/sign-in/provider": "leads to the provider",
    "/sign-in/return": "leads on from the provider",
    "/static/{digest}/{name}": "style and script",
}
ELSEWHERE: Mapping[str, str] = {
    "/sign-in/passkey": "test_access_browser.py: it takes an authenticator",
    "/sidebar/{handle}": "test_sidebar_browser.py: it takes an EHR",
}
# Route, and an address of it where the two differ.
FILLED_IN: Mapping[str, Address] = {
    "/desk/calendar": lambda _: "/desk/calendar?on=2026-03-05",
    "/desk/queue/{case_id}": lambda days: f"/desk/queue/{days.waiting('offer_slot')[0].id}",
    "/desk/replies/{message}": lambda _: f"/desk/replies/{REPLY}",
    "/desk/clients/{client}": lambda days: f"/desk/clients/{days.world.client(0)}",
    "/audit/story/{subject}": lambda days: f"/audit/story/{days.waiting('offer_slot')[0].id}",
}
STAFF: Mapping[str, Sequence[str]] = {
    "frontdesk": (
        "/desk/calendar",
        "/desk/queue",
        "/desk/queue/{case_id}",
        "/desk/calls",
        "/desk/waitlist",
        "/desk/groups",
        "/desk/replies",
        "/desk/replies/{message}",
        "/desk/clients/{client}",
    ),
    "clinician1": ("/my/day", "/practice/rules"),
    "manager1": ("/practice/insights", "/practice/capacity", "/practice/phases", "/practice/orders", "/practice/effects"),
    "auditor": ("/audit", "/audit/week", "/audit/story/{subject}", "/model", "/account"),
}
CLIENT = tuple(f"/{prefix}/{{token}}{room}" for prefix in "ov" for room in ("", "/time", "/wishes", "/stop"))
STRANGERS = ("/sign-in",)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoleDays]:
    with role_days(tmp_path_factory.mktemp("pages"), clinicians=2, clients=28, hours=(9, 14), cancelled=3) as made:
        made.world.opened.texts.keep(InboundText(REPLY, made.world.client(0), Channel.TEXT, NOW), "Could I come on Thursday instead?")
        made.world.opened.replies.advance()
        yield made


def looked_at(page: "Page") -> list[str]:
    """Axe's findings, with the page as it is: opened further where something can be opened."""
    page.evaluate("document.querySelectorAll('main details').forEach((one, at) => { if (at < 2) one.open = true; })")
    return grave_faults(page)


def test_every_route_that_shows_a_page_is_looked_at(days: RoleDays) -> None:
    """A new page that is not added here fails; so does a line here that leads nowhere any more."""
    routes = {path for method, path, _ in declared(days.world.app) if method == "GET"}
    assert routes == {*NO_PAGES, *ELSEWHERE, *CLIENT, *STRANGERS, *(path for paths in STAFF.values() for path in paths)}


@pytest.mark.parametrize("login", STAFF)
def test_no_page_of_the_staff_shuts_anybody_out(days: RoleDays, login: str) -> None:
    page = days.page(login, bypass_csp=True)
    found = {}
    for route in STAFF[login]:
        address = FILLED_IN.get(route, lambda _, route=route: route)(days)
        answer = page.goto(f"{days.address}{address}")
        found[route] = (answer.status if answer else 0, looked_at(page))
    page.context.close()
    assert found == {route: (200, []) for route in STAFF[login]}


def test_nothing_that_pages_ask_with_is_cut_on_a_phone(days: RoleDays) -> None:
    """390 points wide: the page goes no further, and every field and button of a toolbar stays within it."""
    beyond = (
        "[...document.querySelectorAll('.toolbar')].flatMap((bar) => [...bar.querySelectorAll('input, select, button')].filter((one) => "
    )
    beyond += "one.getBoundingClientRect().right > bar.getBoundingClientRect().right + 1).map((one) => one.id || one.textContent))"
    page, found = days.page("manager1", viewport=PHONE["viewport"]), {}
    for address in ("/desk/calendar", "/audit", "/practice/orders"):
        days.go(page, address)
        found[address] = (page.evaluate("document.documentElement.scrollWidth"), page.evaluate(beyond))
    page.context.close()
    assert found == {address: (390, []) for address in found}


def test_nor_do_pages_of_strangers_and_refusals(days: RoleDays) -> None:
    """Signing in, a wrong password, nothing there, not for this role, a form that is old, everything stopped."""
    stranger, found = days.context(bypass_csp=True).new_page(), {}
    days.go(stranger, "/sign-in")
    found["sign-in"] = looked_at(stranger)
    stranger.get_by_label("Login").fill("frontdesk")
    stranger.get_by_label("Password").fill("not-theirs")
    follow(stranger.get_by_role("button", name="Sign in"))
    stranger.get_by_text("do not belong together").wait_for()
    found["wrong"] = looked_at(stranger)
    desk = days.page("frontdesk", bypass_csp=True)
    for address, heading in (
        ("/nowhere", "There is nothing here"),
        ("/audit", "Not for your role"),
        ("/desk/calendar?on=x", "could not be understood"),
    ):
        days.go(desk, address)
        assert heading in (desk.get_by_role("heading", level=1).text_content() or "")
        found[address] = looked_at(desk)
    days.world.opened.path.stop("frontdesk")
    days.go(desk, "/desk/queue")
    found["stopped"] = looked_at(desk)
    desk.evaluate("document.querySelector('input[name=csrf]').value = 'old'")
    follow(desk.get_by_role("button", name="Sign out"))
    desk.get_by_role("heading", name="This form is old").wait_for()
    found["old"] = looked_at(desk)
    days.world.opened.path.release(days.world.opened.person("manager1"))
    assert [one for one in found.items() if one[1]] == []


def test_nor_do_pages_of_clients(days: RoleDays) -> None:
    """Behind a link to an offer and to a visit; what there is nothing of is a kind page too."""
    clients = Clients(days.world)
    client = clients.client()
    links = {"o": clients.offered(client, NOW + timedelta(days=3, hours=2)), "v": clients.reminded(client, clients.visit(client))}
    found = {}
    for route in CLIENT:
        link = links[route[1]]
        page = days.phone(f"{link}{route.removeprefix(f'/{route[1]}/{{token}}')}", bypass_csp=True)
        found[route] = looked_at(page)
        page.context.close()
    together = Groups(days.world)
    (of_a_group, visit), *_ = together.group(2)
    page = days.phone(together.reminded(of_a_group, visit), bypass_csp=True)
    found["of a group"] = looked_at(page)
    page.get_by_role("button", name="I can't come this time").click()
    page.get_by_role("button", name="I will be there after all").wait_for()
    found["leaving a group"] = looked_at(page)
    page.context.close()
    assert [one for one in found.items() if one[1]] == []


def test_everybody_finds_their_own_rooms_and_no_others(days: RoleDays) -> None:
    """The navigation is what they may; another's page says so kindly and repeats nothing."""
    rooms = {
        "admin": [],
        "datateam": ["Effects", "Model"],
        "reviewer": ["Effects", "Model"],
        "auditor": ["Phases", "Orders", "Model", "Audit"],
        "clinician1": ["Calendar", "Queue", "Groups", "Replies", "My actions", "Rules"],
    }
    for login, expected in rooms.items():
        page = days.page(login)
        assert (login, page.get_by_role("navigation", name="Pages").get_by_role("link").all_text_contents()) == (login, expected)
        days.go(page, "/desk/calls")
        assert page.get_by_role("heading", name="Not for your role").is_visible()


def test_an_auditor_searches_reads_a_story_and_verifies(days: RoleDays) -> None:
    """By pseudonyms; the story of a freed appointment tells who was considered; the chain is checked entry by entry."""
    page, case = days.page("auditor"), days.waiting("offer_slot")[0]
    days.world.opened.path.approve(case.id, case.action.digest, days.world.opened.person("frontdesk"))
    days.carry_out(case)
    days.go(page, "/audit")
    page.get_by_label("What").fill("proposal.approved")
    page.get_by_label("Who").fill("frontdesk")
    follow(page.get_by_role("button", name="Search"))
    found = page.locator("tbody tr")
    assert found.count() > 0
    assert found.filter(has_text="proposal approved").filter(has_text="frontdesk").count() == found.count()

    page.get_by_label("Story of").fill(case.proposal.subject[:12])
    follow(page.get_by_role("button", name="Tell"))
    page.get_by_role("heading", name="Everything recorded about one subject").wait_for()
    story = page.content()
    assert case.proposal.reasons[0] in story
    assert [name for name in days.names().values() if name and name in story] == []

    follow(page.get_by_role("link", name="Back to the trail"))
    follow(page.get_by_role("button", name="Verify the chain"))
    said = page.get_by_role("status").text_content() or ""
    assert "The trail holds." in said
    assert int(re.sub(r"\D", "", said.partition("entries follow")[0].split("holds.")[-1])) >= len(days.world.entries()) - 1
    follow(page.get_by_role("link", name="The week's automated decisions"))
    assert page.get_by_text("None in this week.").is_visible()


@pytest.mark.parametrize("width", [390, 600, 700, 1024])
def test_the_switch_can_be_read_and_reached_whatever_the_screen(days: RoleDays, width: int) -> None:
    page = days.page("clinician1", viewport={"width": width, "height": 844})
    unfold(page.locator("summary", has_text="Stop everything"))
    box = page.locator(".switch > form").bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 844
