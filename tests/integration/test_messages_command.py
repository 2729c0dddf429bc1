"""`hsched messages` on a practice's own folder: what staff see and say, without a number, a mailbox or a word of a message."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from hsched_adapters.settings import Paths, Practice, Source, save_practice
from hsched_cli.main import run
from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_sandbox.sms.carrier import Fate
from tests.integration.test_calls_and_bounces import MAILBOX, bounce
from tests.mail_server import MailRoom, mail_server
from tests.rest_world import FREE
from tests.text_world import MAIL, TextWorld, text_world

Says = Callable[..., str]


@pytest.fixture
def room() -> Iterator[tuple[MailRoom, int]]:
    with mail_server() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, room: tuple[MailRoom, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[TextWorld]:
    with text_world(tmp_path, mail=replace(MAIL, port=room[1], bounces=MAILBOX)) as made:
        monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
        yield made


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Says:
    """The command's answer, failures included."""

    def command(*words: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            run(["messages", *words])
        captured = capsys.readouterr()
        return captured.out + captured.err

    return command


def test_a_practice_that_sent_nothing(world: TextWorld, says: Says) -> None:
    """Every list says so in words."""
    assert "Nothing was sent" in says()
    assert "can be reached" in says("dead-ends")
    assert "nobody to call" in says("calls")


def test_what_became_of_messages(world: TextWorld, says: Says) -> None:
    """By channel and state; dead ends by pseudonym, until somebody says that the number works."""
    world.sent(0)
    world.carrier.fates[world.phone(1)] = Fate.INVALID
    world.sent(1)
    counted = json.loads(says("status", "--json"))
    dead: list[dict[str, Any]] = json.loads(says("dead-ends", "--json"))

    assert counted == [{"channel": "text", "state": "accepted", "count": 1}, {"channel": "text", "state": "failed", "count": 1}]
    assert [(one["client"], one["reason"]) for one in dead] == [(world.client(1), "invalid_number")]
    assert "tried again" in says("retry", world.client(1), "text")
    assert "no dead end" in says("retry", world.client(1), "text")
    world.carrier.fates.clear()
    assert world.sent(1).state is State.CONFIRMED


def test_a_call_is_listed_until_somebody_says_how_it_ended(world: TextWorld, says: Says) -> None:
    """By the id it is listed under."""
    case = world.sent(0, channel=Channel.CALL)
    (listed,) = json.loads(says("calls", "--json"))

    assert (listed["id"], listed["client"]) == (case.id, world.client(0))
    assert says("called", case.id, "left_word").strip() == "Kept."
    assert "no open call" in says("called", case.id, "reached")
    assert json.loads(says("calls", "--json")) == []


@pytest.mark.parametrize(
    ("outcome", "told", "end"), [("confirmed", "booked for them", "accepted"), ("declined", "Somebody else", "declined")]
)
def test_an_offer_by_phone_is_answered_where_the_call_is_settled(
    world: TextWorld, says: Says, monkeypatch: pytest.MonkeyPatch, outcome: str, told: str, end: str
) -> None:
    """The list says which time is offered; a yes books it, as a yes to a written offer does. No other call can be declined."""
    monkeypatch.setattr("hsched_cli.messages._opened", lambda: world.opened)  # by the world's clock
    clinician = world.token("clinician", "PRV-0000")
    session = Session(world.client(5), clinician, FREE, 50, SessionType.INDIVIDUAL, Modality.IN_PERSON)
    until = world.clock.now() + timedelta(hours=2)
    entry = world.token("waitlist_entry", "WL-0000001")
    action = OfferSlot(BookAppointment(session, Basis.ACCEPTED_OFFER), Channel.CALL, "waitlist_offer", until, entry)
    case = world.opened.path.execute(world.approved(action))
    other = world.sent(0, channel=Channel.CALL)
    listed = {one["id"]: one for one in json.loads(says("calls", "--json"))}

    assert [datetime.fromisoformat(listed[case.id][name]) for name in ("offers", "until")] == [FREE, until]
    assert (listed[other.id]["offers"], "Only an offer" in says("called", other.id, "declined")) == ("", True)
    assert told in says("called", case.id, outcome)
    with world.opened.path_store.transaction() as tx:
        offer = tx.offer(case.id)
    assert offer is not None
    assert str(offer.state) == end


def test_a_bounce_is_taken_in_from_a_pipe(
    world: TextWorld, says: Says, room: tuple[MailRoom, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that somebody made up is refused, aloud."""
    world.sent(0, channel=Channel.EMAIL)
    content = bounce(room[0].taken[0].sender)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    assert "failed, no_such_mailbox: news" in says("bounce")
    forged = world.opened.paths.home / "forged.eml"
    forged.write_bytes(bounce(MAILBOX))
    assert "not addressed to a bounce address" in says("bounce", str(forged))
    assert "ada.vale0" not in says("dead-ends")


def test_the_sandboxs_provider_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes itself into practice.yaml, takes texts under its token, and shows what really happened."""
    from hsched_adapters.settings import load_practice
    from hsched_cli import sandbox_texts
    from hsched_core.domain.errors import NotReadyError

    seen: dict[str, Any] = {}

    def meanwhile() -> None:
        section = load_practice(paths).messaging
        assert section
        assert section.text
        login = (section.text.account, (paths.keys / section.text.token_file).read_text().strip())
        with httpx.Client(base_url=section.text.base_url, auth=login) as client:
            client.post("/sandbox/texts", data={"From": "+12125550123", "To": section.text.sender, "Body": "STOP"})
            seen["texts"] = [one["body"] for one in client.get("/sandbox/texts").json()["messages"]]
            seen["without"] = httpx.get(f"{section.text.base_url}/sandbox/texts").status_code

    paths = Paths(tmp_path)
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setattr(sandbox_texts, "wait_for_interrupt", meanwhile)
    with pytest.raises(NotReadyError, match="no practice"):
        sandbox_texts.texts(8650, connect=True)
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(paths, Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1)))
    monkeypatch.setattr("hsched_sandbox.sms.callbacks.TRIES", 1)
    sandbox_texts.texts(8650, connect=True)

    assert seen == {"texts": ["STOP"], "without": 401}
