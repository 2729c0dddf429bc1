"""SAFETY.md H4 over the running service: no canary in what it says to machines, whatever is asked and whatever fails.

`make prove` asks a larger practice. Addresses that somebody else sends (a request line with a name in it) are theirs; ours are searched.
"""

from collections.abc import Iterator

import pytest

from tests.canary_service import SINKS, CanaryService, everything, printing
from tests.client_world import ADDRESS
from tests.service_world import service_world


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CanaryService, str]]:
    """Everything asked, once; and what the process printed meanwhile, from whatever library or thread."""
    folder = tmp_path_factory.mktemp("canaries")
    with service_world(folder / "elm", service_url=ADDRESS) as world:
        with printing(folder / "printed") as printed:
            made = CanaryService(world)
            everything(made)
        yield made, printed()


@pytest.fixture(scope="module")
def service(asked: tuple[CanaryService, str]) -> CanaryService:
    return asked[0]


@pytest.fixture(scope="module")
def printed(asked: tuple[CanaryService, str]) -> str:
    return asked[1]


def test_canaries_were_there_to_be_leaked(service: CanaryService) -> None:
    """Pages showed them to who may see them; and what is put into a sink is found there."""
    shown = service.hits(b"\n".join(service.pages), "pages")
    planted = next(iter(service.canaries.planted["SSN"])).encode()
    seeded = {sink: service.hits(content + b'{"event": "' + planted + b'"}', sink) for sink, content in service.collected.items()}

    assert shown["name"] > 10
    assert seeded == {sink: {"SSN": 1} for sink in SINKS}


def test_everything_was_asked_and_made_to_fail(service: CanaryService) -> None:
    """Pages, refusals, unreadable input and failures; each sink has something in it."""
    statuses = service.asked.statuses

    assert service.asked.failures > 20
    assert {200, 303, 400, 401, 404, 422, 503} <= set(statuses), statuses
    assert {sink: bool(content.strip()) for sink, content in service.collected.items()} == dict.fromkeys(SINKS, True)


def test_no_machine_was_told_a_canary(service: CanaryService) -> None:
    """Log, metrics, spans, error bodies (no refusal repeats what was sent), Location headers, addresses inside pages: none."""
    found = {sink: service.hits(content, sink) for sink, content in service.collected.items()}

    assert {sink: kinds for sink, kinds in found.items() if kinds} == {}


def test_nothing_was_printed(service: CanaryService, printed: str) -> None:
    """Not by us, not by a library, not by a thread that ended."""
    assert not service.hits(printed.encode(), "printed")
