"""What the staff's pages say to who asks: for a standing order, for more autonomy, in the trail, without a room."""

from collections.abc import Iterator

import pytest

from hsched_service.desk.auditor import _says
from tests.service_world import ServiceWorld, service_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("elm")) as made:
        yield made


def test_an_order_is_asked_for_and_a_wrong_one_is_explained(world: ServiceWorld) -> None:
    """Two others approve it in the queue."""
    manager = world.browser("manager1")
    fields = {"use_case": "waitlist", "kinds": "offer_slot", "per_day": 20, "min_confidence": 0.9, "days": 30}
    wrong = manager.submit("/practice/orders", name="Not A Name", **fields)
    assert (wrong.status_code, "not a short name" in wrong.text) == (409, True)
    assert manager.submit("/practice/orders", name="offers", **{**fields, "kinds": "change_phase"}).status_code == 409
    nothing = manager.submit("/practice/orders", name="offers", **{**fields, "kinds": []})
    assert (nothing.status_code, "Nothing is chosen under what it covers" in nothing.text) == (409, True)
    assert all(f'value="{typed}"' in nothing.text for typed in ("offers", "20", "0.9", "30"))

    assert manager.submit("/practice/orders", name="offers", **fields).status_code == 303
    assert [case.action.kind for case in world.opened.service.desk.cases.waiting()].count("issue_standing_order") == 1
    assert world.browser("auditor").submit("/practice/orders", name="more", **fields).status_code == 403


def test_who_asks_for_autonomy_is_told_when_too_few_others_may_approve(world: ServiceWorld) -> None:
    """Before they ask: such a proposal would wait for nobody."""
    told, pages = "It needs 2 others who may approve; there is 1.", ("/practice/phases", "/practice/orders")
    with_three = [world.browser("manager1").get(path).text for path in pages]
    world.people(manager3=None)
    with_two = [world.browser("manager1").get(path).text for path in pages]
    world.people()
    assert [[told in text for text in texts] for texts in (with_three, with_two)] == [[False, False], [True, True]]


def test_an_auditor_starts_at_the_trail_and_finds_what_it_shows(world: ServiceWorld) -> None:
    """What stands in the column "what" is found when it is typed, also with its spaces; names of rules are whole."""
    auditor = world.browser("auditor")
    assert auditor.get("/").headers["location"] == "/audit"
    for typed, is_found in (("sign in started", True), ("sign_in.started", True), ("sign in st", True), ("sign inn", False)):
        text = auditor.get("/audit", params={"kind": typed}).text
        assert (typed, "<td>sign in started</td>" in text, "Nothing fits." in text) == (typed, is_found, not is_found)

    told = dict(_says("", {"rules": ["approval.other_action", "ab" * 16]}))
    assert told == {"rules": f"approval.other_action, {'ab' * 8}"}


def test_whoever_has_no_room_is_told_so(world: ServiceWorld) -> None:
    assert "Your role has no page besides this one" in world.browser("admin").get("/account").text
    assert "Your role has no page" not in world.browser("manager1").get("/account").text
