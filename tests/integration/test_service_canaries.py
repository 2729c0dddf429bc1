"""SAFETY.md H4 over the running service: no canary in what it says to machines, whatever is asked and whatever fails.

`make prove` asks a larger practice. Addresses that somebody else sends (a request line with a name in it) are theirs; ours are searched.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.canary_service import SINKS, CanaryService, everything
from tests.client_world import ADDRESS
from tests.service_world import service_world


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CanaryService]:
    """Everything asked, once."""
    with service_world(tmp_path_factory.mktemp("canaries"), service_url=ADDRESS) as world:
        made = CanaryService(world)
        everything(made)
        yield made


def test_canaries_were_there_to_be_leaked(service: CanaryService) -> None:
    """Pages showed them to who may see them; of each sink the search finds the one that is put there."""
    shown = service.hits(b"\n".join(service.pages), "pages")
    seeded = {sink: content + b'{"event": "' + service.new("name").encode() + b'"}' for sink, content in service.collect().items()}

    assert shown["name"] > 10
    assert {sink: sum(service.hits(content, sink).values()) for sink, content in seeded.items()} == dict.fromkeys(SINKS, 1)


def test_everything_was_asked_and_made_to_fail(service: CanaryService) -> None:
    """Pages, refusals, unreadable input and failures; each sink has something in it."""
    statuses = service.asked.statuses

    assert service.asked.failures > 20
    assert {200, 303, 400, 401, 404, 422, 503} <= set(statuses), statuses
    assert {sink: bool(content.strip()) for sink, content in service.collect().items()} == dict.fromkeys(SINKS, True)


def test_no_machine_was_told_a_canary(service: CanaryService, capfd: pytest.CaptureFixture[str]) -> None:
    """Log, metrics, spans, error bodies, Location headers, addresses inside pages, and what the process printed: none."""
    printed = "".join(capfd.readouterr())
    found = {sink: service.hits(content, sink) for sink, content in service.collect().items()}

    assert found == dict.fromkeys(SINKS, Counter())
    assert service.hits(printed.encode(), "printed") == Counter()
