"""The sidebar in a real browser: inside the EHR's page it shows and decides, inside anybody else's it is empty. 320 pixels, no script."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hsched_core.domain.lifecycle import State
from hsched_sandbox.ehr.records import Client
from hsched_sandbox.ehr.serving import Served
from tests.browsers import chromium, grave_faults
from tests.embedded_world import EmbeddedWorld, embedded_world
from tests.smart_ehr import SmartEhr, build_ehr

EVIL = "Zoe<img src=x onerror=\"document.title='ran'\">"
REFUSED = "frame-ancestors"


@contextmanager
def somebody_elses_page() -> Iterator[str]:
    """A page of another origin, which frames what it likes."""
    with Served(build_ehr(SmartEhr())) as served:
        yield served.address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def opened_in(page: Any, around: str, frame: str) -> Any:
    """The page `around` with that frame in it; the frame, once it has come to rest."""
    page.goto(f"{around}/chart?{urlencode({'frame': frame})}")
    page.wait_for_load_state("networkidle")
    return page.frames[1]


def test_the_sidebar_in_the_ehrs_page_and_in_anothers(tmp_path: Path) -> None:
    """Launched, framed, decided in, without script; refused elsewhere; axe finds nothing grave; its cookie is of that page alone."""
    port, complaints = free_port(), []
    at = f"http://localhost:{port}"  # another site than 127.0.0.1, where the EHR is
    with (
        embedded_world(tmp_path, at, is_busy=True) as world,
        Served(world.service.app, port),
        somebody_elses_page() as elsewhere,
        chromium() as browser,
    ):
        context = browser.new_context(java_script_enabled=False, viewport={"width": 900, "height": 800})
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        case, patient = _asked_about(world)
        world.service.ehr.book.place(replace(world.service.ehr.book.get(Client, patient), given_name=EVIL))
        faults = _faults(browser, world, at, patient)
        world.ehr.person = {"sub": "1", "fhirUser": "Practitioner/front"}

        foreign = opened_in(page, elsewhere, f"{at}{world.ehr.path(world.ehr.launch(patient))}")
        seen_elsewhere, complained = foreign.content(), list(complaints)
        frame = opened_in(page, world.ehr.address, f"{at}{world.ehr.path(world.ehr.launch(patient))}")
        name = frame.locator("h1").inner_text()
        wide = _width(frame)
        complaints.clear()
        frame.locator(f"form[action*='{case.id}'] button", has_text="Approve").click()
        frame.wait_for_selector("text=Approved.")
        stored = [one for one in context.cookies() if one["name"].startswith("hsched-frame-") and one["value"]]
        context.close()

    told = world.service.ehr.book.get(Client, patient)
    assert name == f"{told.given_name} {told.family_name}"
    assert world.service.opened.path.look(case.id).state is State.APPROVED
    assert (told.family_name in seen_elsewhere, any(REFUSED in text for text in complained)) == (False, True)
    assert complaints == []
    assert {(one["sameSite"], one["secure"], one["httpOnly"]) for one in stored} == {("None", True, True)}
    assert {bool(one.get("partitionKey")) for one in stored} == {True}
    assert wide <= 320
    assert faults == []


def _asked_about(world: EmbeddedWorld) -> tuple[Any, str]:
    of = {world.service.token("client", one.id): one.id for one in world.service.ehr.book.every(Client)}
    case = next(one for one in world.service.opened.service.desk.cases.waiting() if one.action.kind == "send_message")
    assert case.action.outreach
    return case, of[case.action.outreach.client]


def _width(frame: Any) -> int:
    """How far to the right anything of it reaches."""
    boxes = [one.bounding_box() for one in frame.locator("main *").all()]
    left = frame.frame_element().bounding_box()["x"]
    return int(max(box["x"] + box["width"] - left for box in boxes if box))


def _faults(browser: Any, world: EmbeddedWorld, at: str, patient: str) -> list[str]:
    """What axe finds on the sidebar, by itself and as narrow as its frame; and whether a name's script runs where nothing forbids it."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{at}{world.ehr.path(world.ehr.launch(patient))}")
    page.wait_for_selector("h1")
    found = grave_faults(page)
    ran = [] if page.title() == "Client · hsched" else ["a script in a client's name ran"]
    context.close()
    return found + ran
