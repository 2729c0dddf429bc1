"""What clients write comes to who reads it, whole and once, and under the right client; forgeries come nowhere, nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from hsched_adapters.messaging.signatures import signature
from hsched_core.domain.contact import Channel
from hsched_core.domain.inbox import MessageState
from hsched_core.domain.lifecycle import State
from hsched_sandbox.ehr.faults import Fault
from tests.text_world import AUTH_TOKEN, MAIL, OUR_NUMBER, PUBLIC, TextWorld, post, text_world

STRANGER = "+13125550100"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TextWorld]:
    with text_world(tmp_path) as made:
        yield made


WORDS = {
    "a few": "Yes, see you then",
    "emoji": "👍🏽",
    "nothing": "",
    "two languages": "No puedo mañana, can we move it? gracias 🙏",
    "letters of every sort": "čeština, 中文, עברית, a\u0000b, \u202eabc",
}


def test_a_clients_words_come_to_who_reads_them(world: TextWorld) -> None:
    """Whole, under the client whose number it is, once however often they are told."""
    for text in WORDS.values():
        world.carrier.write(world.phone(2), OUR_NUMBER, text)
    world.callbacks.shares = {"doubled": 1.0}
    world.carrier.write(world.phone(3), OUR_NUMBER, "Running late")
    world.settled()
    messages = [message for message, _ in world.texts.kept.values()]

    assert world.texts.words == [*WORDS.values(), "Running late"]
    assert [message.client for message in messages] == [world.client(2)] * len(WORDS) + [world.client(3)]
    assert {(message.channel, message.sharers) for message in messages} == {(Channel.TEXT, ())}


def test_three_thousand_characters_and_more(world: TextWorld) -> None:
    """Whole, whatever they are written in; emoji are the longest on the way. How much of it is kept is for who keeps it."""
    long = ("é" * 3000, "🙂" * 3000, "a" * 9000)
    for text in long:
        world.carrier.write(world.phone(0), OUR_NUMBER, text)
    world.settled()

    assert tuple(world.texts.words) == long


def test_words_of_nobody_and_of_several(world: TextWorld) -> None:
    """Kept without a client; of a number that several have, with all of them."""
    world.record(4, phone="+1 212 555 0105")
    for sender in (STRANGER, world.phone(5), "24273", "PRACTICE", ""):
        world.carrier.write(sender, OUR_NUMBER, "STOP")
    world.settled()
    messages = [message for message, _ in world.texts.kept.values()]

    assert [message.client for message in messages] == [None] * 5
    assert [set(message.sharers) for message in messages] == [set(), {world.client(4), world.client(5)}, set(), set(), set()]


def test_a_picture_is_said_to_have_come(world: TextWorld) -> None:
    """hsched keeps none."""
    fields = {"MessageSid": f"MM{'1' * 32}", "From": world.phone(0), "To": OUR_NUMBER, "Body": "", "NumMedia": "2"}
    assert post(world, "/texts/inbound", fields) == 202
    world.taken_in()

    assert world.texts.words == ["[a picture, a film or a sound came with this]"]


def test_forged_words_are_nowhere(world: TextWorld) -> None:
    """401 whatever is wrong, none stored, counted in the trail."""
    fields = {"MessageSid": f"SM{'1' * 32}", "From": world.phone(0), "To": OUR_NUMBER, "Body": "STOP", "NumMedia": "0"}
    signed = {"x-twilio-signature": signature(AUTH_TOKEN, f"{PUBLIC}/texts/inbound", fields)}
    with httpx.Client(base_url=world.service, timeout=30) as client:
        answers = [
            post(world, "/texts/inbound", fields, token="guessed"),
            client.post("/texts/inbound", content=urlencode(fields)).status_code,
            client.post("/texts/inbound", content=urlencode(fields | {"Body": "START"}), headers=signed).status_code,
            client.post("/texts/inbound?a=1", content=urlencode(fields), headers=signed).status_code,
            client.post("/texts/inbound", content=urlencode(fields), headers=[*signed.items(), *signed.items()]).status_code,
            client.post("/texts/inbound", content=b" " * 70_000, headers=signed).status_code,
        ]
    world.taken_in()

    assert answers == [401, 401, 401, 401, 401, 413]
    assert (world.texts.kept, world.opened.inbox.counts()) == ({}, {})
    world.opened.inbox.record_refused(at_once=True)
    assert {entry.subject for entry in world.entries("inbox.refused")} == {"event_source:texts"}


def test_nothing_goes_to_somebody_whose_words_nobody_has_read(world: TextWorld) -> None:
    """A STOP that only just arrived may be among them: from the moment it is stored, through every channel, until it was dealt with."""
    case = world.approved(world.message(0))
    other = world.approved(world.message(1))
    world.carrier.write(world.phone(0), OUR_NUMBER, "please stop texting me")
    world.callbacks.stop()
    waiting = world.opened.path.execute(case)
    assert (waiting.state, world.opened.path.execute(other).state) == (State.APPROVED, State.CONFIRMED)
    world.taken_in()
    world.clock.instant += timedelta(minutes=2)
    assert world.opened.path.execute(case).state is State.APPROVED
    (message,) = world.texts.unread(9)
    world.texts.dealt.add(message.id)
    world.clock.instant += timedelta(minutes=2)

    assert world.opened.path.execute(case).state is State.CONFIRMED
    assert [text.to for text in world.carrier.sent()] == [world.phone(1), world.phone(0)]


def test_nor_by_another_channel(world: TextWorld) -> None:
    """Calls are people's: who calls sees what was written."""
    world.carrier.write(world.phone(0), OUR_NUMBER, "leave me alone")
    world.settled()
    server = replace(MAIL, port=1)
    object.__setattr__(world.opened.messages, "section", replace(world.opened.messages.section, email=server))
    codes = []
    for number in (0, 1):
        world.sent(number, channel=Channel.EMAIL)
        codes.append(world.entries("proposal.returned")[-1].body["rules"])

    assert codes == [["outcome.unread_text"], ["outcome.no_connection"]]
    assert world.sent(0, channel=Channel.CALL).state is State.CONFIRMED


def test_words_wait_while_the_ehr_does_not_answer(world: TextWorld) -> None:
    """Whose they are is read from it: later, then. Nothing is lost, and nothing is sent meanwhile."""
    world.carrier.write(world.phone(0), OUR_NUMBER, "Can I come at 3?")
    world.callbacks.stop()
    world.ehr.order("status_503", "GET /clients", times=99)
    world.taken_in()
    assert (world.texts.kept, world.opened.inbox.counts()) == ({}, {MessageState.WAITING: 1})
    assert world.ehr.ask("DELETE", "/sandbox/faults").status in (200, 204)
    world.clock.instant += timedelta(minutes=6)
    world.taken_in()

    assert [message.client for message, _ in world.texts.kept.values()] == [world.client(0)]


def test_no_word_waits_long_for_an_ehr(world: TextWorld) -> None:
    """Whom we wrote to is known without it; of others a person learns after ten minutes."""
    world.sent(0)
    world.ehr.order("status_503", "GET /clients", times=99)
    world.carrier.write(world.phone(0), OUR_NUMBER, "I want to die")
    world.carrier.write(world.phone(1), OUR_NUMBER, "STOP")
    world.settled()
    assert [message.client for message, _ in world.texts.kept.values()] == [world.client(0)]
    world.clock.instant += timedelta(minutes=11)
    world.taken_in()

    assert [(message.client, text) for message, text in world.texts.kept.values()] == [(world.client(0), "I want to die"), (None, "STOP")]


def test_words_that_no_callback_told_are_caught_up_with(world: TextWorld) -> None:
    """From the provider's own list; what was told already is not kept twice."""
    world.carrier.write(world.phone(0), OUR_NUMBER, "told")
    world.callbacks.stop()
    world.taken_in()
    world.callbacks.inbound = ""
    world.carrier.write(world.phone(1), OUR_NUMBER, "STOP")
    found = [world.opened.messages.catch_up(world.opened.inbox) for _ in range(2)]
    world.taken_in()

    assert found == [{"texts": 1}, {"texts": 0}]
    assert world.texts.words == ["told", "STOP"]


def test_a_provider_that_cannot_be_asked_keeps_nobody_else_waiting(world: TextWorld) -> None:
    """The jobs say so, and go on; the next round asks again."""
    world.faults.add([Fault("status_503", "GET *", 99)])
    world.sent(0)
    world.clock.instant += timedelta(days=2)

    assert world.opened.messages.catch_up(world.opened.inbox) == {"texts_not_read": 1}
    world.faults.clear()
    world.clock.instant += timedelta(minutes=5)
    assert world.opened.messages.catch_up(world.opened.inbox) == {"texts": 0}
