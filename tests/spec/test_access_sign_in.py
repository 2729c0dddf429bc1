"""Signing in: who can, how long it lasts, what each form must carry."""

from collections.abc import Iterator

import pytest

from tests.service_world import ServiceWorld, service_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("sign_in")) as made:
        yield made


def test_demo_people_sign_in_with_their_password(world: ServiceWorld) -> None:
    """They come to their first page, and the trail knows it."""
    browser = world.browser()
    assert world.opened.service.demo is not None
    password = world.opened.service.demo.printed()["frontdesk"]

    shown = browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"login": "frontdesk", "password": password})
    start = browser.get("/", follow_redirects=True)

    assert (shown.status_code, answer.status_code, start.status_code) == (200, 303, 200)
    assert "frontdesk" in start.text
    assert [one.actor for one in world.entries("sign_in.started")] == ["frontdesk"]
