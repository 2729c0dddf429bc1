"""Steering the path: kill switch, phases and standing orders, and what they mean for what is under way."""

from datetime import timedelta

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from tests.path_world import DESK, MANAGER, NOON, USE_CASE, World, booking, offer, proposal, standing_order


@pytest.fixture
def world() -> World:
    return World()


def test_the_kill_switch_stops_everything_new(world: World) -> None:
    """Whatever was approved stays where it is; released, it goes on."""
    case_id = world.approved(booking())
    world.path.stop(DESK.token)

    assert (world.path.execute(case_id).state, world.ehr.calls) == (State.APPROVED, [])
    with pytest.raises(NotPermittedError, match="manager"):
        world.path.release(DESK)
    world.path.release(MANAGER)
    assert world.path.execute(case_id).state is State.CONFIRMED
    assert [kind for kind in world.kinds() if kind.startswith("switch")] == ["switch.stopped", "switch.released"]


def test_a_use_case_moved_back_to_shadow_writes_nothing_more(world: World) -> None:
    """What was approved before stays, until its approval runs out."""
    case_id = world.approved(booking())
    world.set_phase(Phase.SHADOW)

    assert (world.path.execute(case_id).state, world.ehr.calls) == (State.APPROVED, [])


def test_an_order_that_ended_carries_nothing_out(world: World) -> None:
    """Approved under version 1; version 2 is in force."""
    world.set_phase(Phase.AUTO, standing_order())
    case = world.path.propose(proposal(offer()))
    world.set_phase(Phase.AUTO, standing_order(version=2))

    assert world.path.execute(case.id).state is State.BLOCKED


def test_what_was_promised_under_an_order_is_kept(world: World) -> None:
    """The client accepted; that the use case stepped back in between is not the client's problem."""
    world.set_phase(Phase.AUTO, standing_order())
    sent = world.path.execute(world.path.propose(proposal(offer())).id)
    world.path.step_back(USE_CASE, Phase.REVIEW, "drift")

    assert world.path.execute(world.path.accept(sent.id, "client-a").id).state is State.CONFIRMED


def test_what_an_order_approves_at_night_is_sent_in_the_morning(world: World) -> None:
    """The standing order covers it, the quiet hours hold it back until 08:00, and then it goes without another question."""
    world.set_phase(Phase.AUTO, standing_order(action_kinds=frozenset({"send_message"})))
    world.present = NOON + timedelta(hours=9, minutes=30)
    reminder = SendMessage(Outreach("client-a", Channel.EMAIL, Purpose.REMINDER), "reminder_v1")
    case = world.path.propose(proposal(reminder, expires_at=NOON + timedelta(days=2)))

    assert (case.state, world.path.execute(case.id).state, world.post.calls) == (State.APPROVED, State.APPROVED, [])
    world.present = NOON + timedelta(hours=20)
    assert world.path.execute(case.id).state is State.CONFIRMED
