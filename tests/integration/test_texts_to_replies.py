"""From a client's text at the provider to what follows from it: signed callback, inbox, phone book, the desk of replies, the call."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_adapters.ehr.rest.client import EhrError
from hsched_adapters.paging import NoPager
from hsched_core.domain.replies import Page, Reason
from hsched_pipelines.operations.event_work import take_in
from tests.text_world import ACCOUNT, OUR_NUMBER, TextWorld, post, text_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TextWorld]:
    """The practice with its own store of replies."""
    with text_world(tmp_path) as made:
        del made.opened.__dict__["texts"]
        yield made


def wrote(world: TextWorld, number: int, text: str, sid: str = "SM" + "0" * 32) -> None:
    """That client texts, and the event job runs."""
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": world.phone(number), "To": OUR_NUMBER, "Body": text, "NumMedia": "0"}
    assert post(world, "/texts/inbound", fields) in (200, 202)
    take_in(world.opened)


def test_a_crisis_by_text_stops_contact_and_calls_somebody(world: TextWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[Page] = []
    monkeypatch.setattr(NoPager, "page", lambda _pager, page: pages.append(page))
    wrote(world, 0, "I want to die")
    assert [page.reason for page in pages] == [Reason.CRISIS]
    with world.opened.path_store.looking() as state:
        assert state.contact_facts(world.client(0), "").is_paused
    (reply,) = world.opened.replies.waiting()
    assert reply.message.client == world.client(0)


def test_danger_does_not_wait_for_an_ehr_that_does_not_answer(world: TextWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say whose number it is: somebody is called all the same, and sees the number."""
    pages: list[Page] = []
    monkeypatch.setattr(NoPager, "page", lambda _pager, page: pages.append(page))
    wrote(world, 1, "thank you", "SM" + "1" * 32)  # the practice was polled: the job begins with the inbox from now on
    world.clock.instant += timedelta(hours=1)
    monkeypatch.setattr(type(world.opened.messages.callbacks.book), "_listed", _silent)
    wrote(world, 0, "I want to die")
    assert [page.reason for page in pages] == [Reason.CRISIS]
    (reply,) = world.opened.replies.waiting()
    assert reply.reasons == (Reason.CRISIS, Reason.UNKNOWN_SENDER)
    assert world.opened.texts.letter(reply.id).address == world.phone(0)


def _silent(_book: object) -> None:
    raise EhrError("timeout")
