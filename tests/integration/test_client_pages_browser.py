"""Clients' pages in a real browser on a phone: taps from link to booked, nothing serious for axe, no script runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hsched_core.domain.replies import Reason
from hsched_core.domain.rollout import Phase
from hsched_sandbox.ehr.records import Status
from tests.browsers import PHONE, chromium, follow, grave_faults
from tests.client_world import ADDRESS
from tests.http_desk import serving
from tests.moves_world import VISIT_AT, Moves
from tests.sandbox_ehr import NOW
from tests.service_world import service_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPT = '"><script>window.ran = 1</script><img src=x onerror="window.ran = 1">'
ROOMS = ("", "/time", "/wishes", "/stop")


@dataclass
class Phone:
    """A client with a phone in their hand; `taps` counts what they touch, opening the link included."""

    clients: Moves
    browser: "Browser"
    address: str
    taps: int = 0
    asked: list[str] = field(default_factory=list)  # addresses that any page loaded

    def page(self, **context: Any) -> "Page":
        found = self.browser.new_context(**{**PHONE, "locale": "en-US", **context}).new_page()
        found.on("request", lambda request: self.asked.append(request.url))
        return found

    def open(self, page: "Page", path: str) -> None:
        self.taps += 1
        page.goto(f"{self.address}{path}")

    def touch(self, page: "Page", words: str) -> None:
        self.taps += 1
        follow(page.get_by_text(words, exact=True), tap=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Moves, "Browser", str]]:
    with (
        service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world,
        serving(world.app) as port,
        chromium() as browser,
    ):
        yield Moves(world), browser, f"http://127.0.0.1:{port}"


@pytest.fixture
def phone(served: tuple[Moves, "Browser", str]) -> Iterator[Phone]:
    clients, browser, address = served
    clients.world.clock.instant = NOW
    yield Phone(clients, browser, address)
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize(
    ("locale", "yes", "booked"),
    [("en-US", "Yes, I take this time", "The time is yours"), ("es-MX", "Sí, quiero esta hora", "La hora es suya")],
)
def test_from_link_to_booked_in_two_taps_without_a_script(phone: Phone, locale: str, yes: str, booked: str) -> None:
    client = phone.clients.client(language=locale[:2])
    path = phone.clients.offered(client, NOW + timedelta(days=1, hours=4 + phone.clients.made))
    page = phone.page(locale=locale, java_script_enabled=False)
    phone.open(page, path)
    phone.touch(page, yes)
    page.get_by_text(booked).wait_for()
    assert phone.taps <= 3
    assert len([one for one in phone.clients.world.ehr.effects("book") if one["by"] == "api"]) >= 1


def test_confirming_is_two_taps_and_another_time_three_and_words(phone: Phone) -> None:
    client = phone.clients.client()
    path = phone.clients.reminded(client, phone.clients.visit(client))
    page = phone.page(java_script_enabled=False)
    phone.open(page, path)
    phone.touch(page, "Yes, I will be there")
    page.get_by_text("Thank you, see you then").wait_for()
    assert phone.taps == 2
    phone.touch(page, "I need another time")
    page.get_by_label("What would suit you better?").fill("Fridays")
    follow(page.get_by_role("button"), tap=True)
    page.get_by_text("We received your request").wait_for()
    phone.clients.world.opened.replies.advance()  # the service's own round may still be to come
    replies = phone.clients.replies(client)
    assert any(Reason.MOVE in one.reasons for one in replies)


@pytest.mark.parametrize(
    ("locale", "another", "wanted", "done"),
    [
        ("en-US", "I need another time", "Tuesday, March 10, 11:00 AM EDT", "Your new time is booked"),
        ("es-MX", "Necesito otra hora", "martes, 10 de marzo, 11:00 AM EDT", "Su nueva hora está reservada"),
    ],
)
def test_from_link_to_moved_in_three_taps_without_a_script(phone: Phone, locale: str, another: str, wanted: str, done: str) -> None:
    moves = phone.clients
    moves.clinician()
    moves.phase(Phase.AUTO)
    mover = moves.mover()
    moves.free(VISIT_AT + timedelta(days=1), VISIT_AT + timedelta(days=2))
    page = phone.page(locale=locale, java_script_enabled=False)
    phone.open(page, f"{mover.path}?l={locale[:2]}")
    phone.touch(page, another)
    phone.touch(page, wanted)
    page.get_by_text(done).wait_for()
    assert phone.taps == 3
    assert moves.starts_at(mover.visit) == VISIT_AT + timedelta(days=1)


def test_nothing_grave_is_found_on_any_page_in_either_language(phone: Phone) -> None:
    """Names, contrast, headings, labels, languages; nothing wider than the phone, nothing too small for a finger."""
    clients = phone.clients
    client = clients.client()
    visit = clients.visit(client)
    reminder, offer = clients.reminded(client, visit), clients.offered(client, NOW + timedelta(days=3, hours=clients.made))
    gone = clients.visit(client, NOW + timedelta(days=4))
    cancelled = clients.reminded(client, gone)
    clients.change(gone, status=Status.CANCELLED)
    clients.clinician()
    clients.phase(Phase.REVIEW)
    mover, chooser = clients.mover(), clients.mover(VISIT_AT + timedelta(hours=1))
    clients.free(*(VISIT_AT + timedelta(days=number) for number in (1, 2, 3)))
    chosen = phone.browser.new_context().request.post(
        f"{phone.address}{chooser.path}/time",
        form={"time": clients.starts_at(chooser.visit).isoformat(), "pick": (VISIT_AT + timedelta(days=3)).isoformat()},
    )
    assert chosen.status == 202
    page = phone.page(bypass_csp=True)
    others = [(offer, "en"), (cancelled, "en"), (offer, "es"), (f"{reminder}/wishes", "es"), ("/v/nobody", "es")]
    choosing = [(f"{mover.path}/time", "en"), (f"{mover.path}/time", "es"), (chooser.path, "en")]
    in_english = [(f"{reminder}{room}", "en") for room in ROOMS]
    for path, language in [*in_english, *others, *choosing]:
        phone.open(page, f"{path}?l={language}")
        assert page.locator("html").get_attribute("lang") == language
        assert (path, grave_faults(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        heights = page.evaluate("[...document.querySelectorAll('button, .button, .choice')].map(one => one.offsetHeight)")
        assert all(height >= 44 for height in heights)


def test_axe_is_really_asked(phone: Phone) -> None:
    """A page with a fault is told from one without."""
    page = phone.page(bypass_csp=True)
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><input></main></html>')
    assert [one.split(":")[0] for one in grave_faults(page)] == ["label"]


def test_no_script_runs_from_any_field_that_comes_from_others(phone: Phone) -> None:
    """The EHR's record, the sender, the client's own words, the query, the address, the browser's language: escaped, CSP is not asked."""
    clients = phone.clients
    client = clients.client(given_name=SCRIPT, family_name=SCRIPT, language=SCRIPT)
    path = clients.reminded(client, clients.visit(client))
    practice = clients.world.opened.practice
    before = practice.connection
    assert before is not None
    object.__setattr__(practice, "connection", replace(before, sender=SCRIPT))
    page, refused = phone.page(extra_http_headers={"Accept-Language": SCRIPT}), list[str]()
    page.on("console", lambda message: refused.append(message.text))
    try:
        for room in ROOMS:
            phone.open(page, f"{path}{room}?l={SCRIPT}")
            assert page.evaluate("window.ran") is None
            assert page.get_by_text("window.ran").count() == 1  # the sender, to be read
        phone.open(page, f"{path}/time")
        page.locator("textarea").fill(SCRIPT)
        follow(page.get_by_role("button"), tap=True)
        page.get_by_text("We received your request").wait_for()
        assert page.evaluate("window.ran") is None
        phone.open(page, f"/v/{SCRIPT}")
        assert page.evaluate("window.ran") is None
    finally:
        object.__setattr__(practice, "connection", before)
    assert [one for one in refused if "Content Security Policy" in one] == []


def test_a_script_that_did_run_would_be_seen(phone: Phone) -> None:
    """The same words, put into a page as they are."""
    page = phone.page()
    page.set_content(f'<p title="{SCRIPT}</p>')
    page.wait_for_function("window.ran === 1", timeout=5000)


def test_nothing_is_loaded_from_anywhere_else_and_no_cookie_is_left(phone: Phone) -> None:
    client = phone.clients.client()
    path = phone.clients.reminded(client, phone.clients.visit(client))
    page = phone.page()
    for room in ROOMS:
        phone.open(page, f"{path}{room}")
    assert phone.asked
    assert [one for one in phone.asked if not one.startswith(phone.address)] == []
    assert page.context.cookies() == []
