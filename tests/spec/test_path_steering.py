"""Steering the path: kill switch, phases and standing orders, and what they mean for what is under way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Outreach, Pause, Purpose
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from tests.path_world import AUDITOR, DESK, MANAGER, NOON, USE_CASE, World, booking, offer, proposal, standing_order


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


def test_who_may_not_release_is_refused_and_recorded(world: World) -> None:
    """As every refused decision: who, what, and by which rule. Nothing is released."""
    world.path.stop(DESK.token)
    for person in (DESK, replace(MANAGER, is_active=False), replace(MANAGER, practice="another")):
        with pytest.raises(NotPermittedError):
            world.path.release(person)

    refused = [one for one in world.store.tables.audit if one.kind == "decision.refused"]
    assert [(one.actor, one.subject, dict(one.body)) for one in refused] == [
        (who, "switch:everything", {"wanted": "release", "rules": ["approval.role"]}) for who in (DESK.token, MANAGER.token, MANAGER.token)
    ]
    assert world.store.tables.is_stopped


def test_a_client_whom_a_person_has_is_sent_nothing_until_given_back(world: World) -> None:
    """What was approved before is blocked by `contact.paused`, what is proposed meanwhile too; afterwards it goes out."""
    case_id = world.approved(offer())
    world.path.pause("client-a", DESK, Pause.IN_TOUCH)
    assert world.path.execute(case_id).state is State.BLOCKED
    assert world.path.propose(proposal(offer(), facts_digest="facts-2")).state is State.BLOCKED
    world.path.resume("client-a", DESK, Pause.SETTLED)

    assert world.path.propose(proposal(offer(), facts_digest="facts-3")).state is State.WAITING
    refused = [one.body["rules"] for one in world.store.tables.audit if one.kind == "proposal.refused"]
    assert (refused, world.post.calls) == ([["contact.paused"]] * 2, [])
    told = [(one.kind, one.subject, dict(one.body)) for one in world.store.tables.audit if one.kind.startswith("client.")]
    assert told == [("client.paused", "client-a", {"reason": "in_touch"}), ("client.resumed", "client-a", {"reason": "settled"})]


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        (AUDITOR, "approval.role"),
        (replace(DESK, is_active=False), "approval.inactive"),
        (replace(DESK, practice="another"), "approval.practice"),
    ],
)
def test_who_may_not_pause_a_client_is_refused_and_recorded(world: World, person: Person, rule: str) -> None:
    """Neither taken over nor given back."""
    for act in (world.path.pause, world.path.resume):
        with pytest.raises(NotPermittedError):
            act("client-a", person, Pause.OTHER)

    assert [(one.kind, one.body["rules"]) for one in world.store.tables.audit] == [("decision.refused", [rule])] * 2
    assert world.store.tables.paused == set()


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
