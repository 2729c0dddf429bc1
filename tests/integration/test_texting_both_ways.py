"""A client is texted and answers: through provider, inbox and the desk of replies, as the event job runs them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import Reason, ReplyState
from hsched_pipelines.operations.event_work import take_in
from tests.text_world import OUR_NUMBER, TextWorld, text_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TextWorld]:
    with text_world(tmp_path) as made:
        made.reads_replies()
        yield made


def answered(world: TextWorld, number: int, words: str) -> None:
    """The client answers, and the event job runs."""
    world.carrier.write(world.phone(number), OUR_NUMBER, words)
    world.carrier.deliver()
    world.callbacks.stop()
    take_in(world.opened)


@pytest.mark.parametrize("words", ["STOP", "please stop texting me", "ya no me manden mensajes"])
def test_stop_ends_texts(world: TextWorld, words: str) -> None:
    """What was approved before is not sent any more; others get theirs."""
    first, second = world.approved(world.message(0)), world.approved(world.message(1))
    answered(world, 0, words)
    world.clock.instant += timedelta(minutes=2)

    assert not [one for one in world.consents(0) if one.given and one.at > world.clock.now() - timedelta(minutes=5)]
    assert (world.opened.path.execute(first).state, world.opened.path.execute(second).state) == (State.BLOCKED, State.CONFIRMED)
    assert [text.to for text in world.carrier.sent()] == [world.phone(1)]


def test_a_word_of_danger_stops_everything_to_that_client(world: TextWorld) -> None:
    """And a person has it, under the client whose number it is."""
    case = world.approved(world.message(0))
    answered(world, 0, "I dont want to live anymore")
    (reply,) = world.opened.replies.waiting()

    assert (reply.message.client, reply.reasons[0], reply.state) == (world.client(0), Reason.CRISIS, ReplyState.WAITING)
    world.clock.instant += timedelta(minutes=2)
    assert world.opened.path.execute(case).state is not State.CONFIRMED
    assert world.carrier.sent() == []


def test_words_of_a_stranger_are_a_persons(world: TextWorld) -> None:
    """Nobody's consent is touched."""
    world.carrier.write("+13125550100", OUR_NUMBER, "STOP")
    answered(world, 0, "yes, see you then")
    found = {reply.message.client: reply.reasons for reply in world.opened.replies.waiting()}

    assert Reason.UNKNOWN_SENDER in found[None]
    assert all(one.given for one in world.consents(0))
