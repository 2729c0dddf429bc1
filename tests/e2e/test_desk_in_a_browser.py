"""The front desk's and others' pages in a real browser: keys, live updates, and nothing that shuts somebody out (axe)."""

from collections.abc import Iterator
from typing import Any

import pytest

from hsched_core.domain.access import Way
from hsched_core.domain.lifecycle import State
from hsched_service.access.cookies import cookie_name
from tests.browsers import chromium, grave_faults
from tests.desk_practice import desk_practice
from tests.http_desk import serving
from tests.service_world import ServiceWorld

PAGES = {
    "frontdesk": ("/desk/queue", "/desk/calendar?on=2026-03-05", "/desk/calls", "/desk/waitlist", "/desk/replies"),
    "clinician1": ("/desk/calendar", "/my/day"),
    "manager1": ("/practice/insights", "/practice/phases", "/practice/orders", "/practice/effects", "/practice/rules"),
    "auditor": ("/audit", "/audit/week"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServiceWorld, str, Any]]:
    """The practice, the service's address, a browser."""
    folder = tmp_path_factory.mktemp("browser")
    with (
        chromium() as browser,
        desk_practice(folder, clinicians=2, clients=28, weeks=1, hours=(9, 14)) as world,
        serving(world.app) as port,
    ):
        yield world, f"http://127.0.0.1:{port}", browser


def signed_in(desk: tuple[ServiceWorld, str, Any], login: str) -> Any:
    world, address, browser = desk
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    secret = world.opened.service.sign_ins.start(login, Way.DEMO)
    context.add_cookies([{"name": cookie_name(world.opened.service), "value": secret, "url": address}])
    return context.new_page()


def test_the_queue_is_worked_with_keys_and_shows_what_others_do(desk: tuple[ServiceWorld, str, Any]) -> None:
    """Approve and take back without a mouse; a decision elsewhere appears by itself."""
    world, address, _ = desk
    page = signed_in(desk, "frontdesk")
    page.goto(f"{address}/desk/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.evaluate("document.activeElement.dataset.case")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert world.opened.path.look(chosen).state is State.APPROVED
    with page.expect_navigation():
        page.keyboard.press("u")
    assert world.opened.path.look(chosen).state is State.WITHDRAWN

    page.goto(f"{address}/desk/queue")
    page.wait_for_timeout(1500)  # the stream tells the first number
    gone = page.locator("[data-case]").first.get_attribute("data-case")
    case = world.opened.path.look(gone)
    world.opened.path.approve(case.id, case.action.digest, world.opened.person("manager1"))
    page.wait_for_selector(f'[data-case="{gone}"]', state="detached", timeout=8000)
    page.context.close()


@pytest.mark.parametrize("login", PAGES)
def test_no_page_shuts_anybody_out(desk: tuple[ServiceWorld, str, Any], login: str) -> None:
    """Axe finds nothing serious or critical on any page of the role."""
    page, address = signed_in(desk, login), desk[1]
    found = {}
    for path in PAGES[login]:
        page.goto(f"{address}{path}")
        found[path] = grave_faults(page)
    page.context.close()

    assert found == {path: [] for path in PAGES[login]}
