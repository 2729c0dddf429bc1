"""What staff read of a yes that leads to nothing just now: while everything is stopped, and after it was taken back."""

from collections.abc import Iterator

import pytest

from hsched_core.domain.case import Case
from tests.desk_practice import desk_practice
from tests.service_world import Browser, ServiceWorld

HELD_BACK = "pproved; it leaves when a manager lets things go on"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with desk_practice(tmp_path_factory.mktemp("desk"), clinicians=1, clients=14, weeks=1, hours=(9, 14), cancelled=1) as made:
        yield made


@pytest.fixture
def desk(world: ServiceWorld) -> Browser:
    return world.browser("frontdesk")


def approved(world: ServiceWorld, desk: Browser, kind: str) -> tuple[Case, str]:
    """A case of that kind that was just approved, and the page that says so."""
    case = next(one for one in world.opened.service.desk.cases.waiting() if one.action.kind == kind)
    answer = desk.submit(f"/desk/queue/{case.id}/approve", digest=case.action.digest)
    return case, answer.headers["location"]


def test_while_everything_is_stopped_nothing_is_on_its_way(world: ServiceWorld, desk: Browser) -> None:
    """The notice, and the case's own page, say what the yes waits for."""
    case, notice = approved(world, desk, "send_message")
    assert "Approved, on its way" in desk.get(notice).text
    world.opened.path.stop("frontdesk")
    pages = [desk.get(path).text for path in (notice, f"/desk/queue/{case.id}")]
    world.opened.path.release(world.opened.person("manager1"))

    assert all(HELD_BACK in page and "on its way" not in page for page in pages)
    assert 'class="notice good"' not in pages[0]


def test_an_offer_that_is_taken_back_is_said_not_to_be_made(world: ServiceWorld, desk: Browser) -> None:
    """Beside the button, before; in the notice, afterwards. A message is no offer."""
    case, notice = approved(world, desk, "offer_slot")
    assert "this offer will then not be made" in desk.get(notice).text
    told = desk.get(desk.submit(f"/desk/queue/{case.id}/take-back").headers["location"]).text
    assert "This offer will not be made: hsched does not ask this client for this time again" in told

    message, notice = approved(world, desk, "send_message")
    told = desk.get(notice).text + desk.get(desk.submit(f"/desk/queue/{message.id}/take-back").headers["location"]).text
    assert "offer will" not in told
