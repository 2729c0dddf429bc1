"""Signing in, stopping everything and passkeys in a real browser, which keeps to the pages' security policy; axe finds nothing grave."""

import socket
from pathlib import Path
from typing import Any

import pytest

from hsched_sandbox.ehr.serving import Served
from tests.browsers import chromium, follow, grave_faults, unfold
from tests.service_world import ServiceWorld, service_world

VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def enter(page: Any, world: ServiceWorld, at: str) -> None:
    demo = world.opened.service.demo
    assert demo is not None
    page.goto(f"{at}/sign-in")
    page.fill("#login", "manager1")
    page.fill("#password", demo.printed()["manager1"])
    follow(page.locator("main button").first)


def is_inside(url: str) -> bool:
    """A page of the desk, whichever is the manager's first."""
    return "/sign-in" not in url


@pytest.fixture
def complaints() -> list[str]:
    return []


def test_a_managers_way_in(tmp_path: Path, complaints: list[str]) -> None:
    """Password, a passkey added by our script, everything stopped and released, out, and in again with both."""
    port = free_port()
    at, faults = f"http://localhost:{port}", []
    with service_world(tmp_path, service_url=at) as world, Served(world.app, port), chromium() as browser:
        context = browser.new_context(bypass_csp=False)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})

        enter(page, world, at)
        page.wait_for_url(is_inside)
        page.goto(f"{at}/account")
        follow(page.locator("text=Add a passkey").first)
        page.wait_for_selector("text=Remove")
        unfold(page.locator("summary").first)
        follow(page.locator("text=Yes, stop everything").first)
        page.wait_for_selector("text=Everything is stopped.")
        faults += grave_faults(page)
        follow(page.locator("text=Let it go on").first)
        page.wait_for_selector("summary:has-text('Stop everything')")
        follow(page.locator("text=Sign out").first)
        faults += grave_faults(page)
        enter(page, world, at)
        page.wait_for_url(f"{at}/sign-in/passkey")
        faults += grave_faults(page)
        page.goto(f"{at}/account")
        half = page.url
        follow(page.locator("text=Use your passkey").first)
        page.wait_for_url(is_inside)
        stored = context.cookies()

    assert half == f"{at}/sign-in/passkey"
    assert faults == []
    assert complaints == []
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in stored] == [("hsched", True, "Lax")]
