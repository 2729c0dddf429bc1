"""What must never happen, counted; and beside each zero a twin with one guard removed, in which it does happen.

Each run plays the same story with the real path and with the twin. N is small here; the statement is the difference.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from hsched_core.domain.contact import ConsentEvent
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import Commitment
from hsched_core.ports import Door, Permit, Reply, Unclear
from hsched_core.workflow import decisions
from hsched_core.workflow.path import Path
from tests.fake_other_side import Fault, WorkerDied
from tests.fake_path_store import FakeTransaction
from tests.path_twins import BelievesTheAnswer, ForgetsClaims, Impatient, NewKeyEachTime, TimeoutIsFailure, WithoutSecondLook, WithoutSwitch
from tests.path_world import DESK, KEYED, MANAGER, NOON, SEARCHABLE, World, booking, offer, proposal, session


def twice(world: World, fault: Fault, wait_seconds: float) -> None:
    """A booking whose first write goes wrong, and everything that the path does about it in the next hour."""
    case_id = world.approved(booking())
    world.ehr.faults.append(fault)
    for _ in range(6):
        with suppress(WorkerDied):
            world.path.execute(case_id)
        world.path.reconcile(case_id)
        world.wait(seconds=wait_seconds)


def doubled_by_late_commits(twin: bool) -> int:
    """An EHR without keys commits after we timed out."""
    world = World(Impatient(**vars(SEARCHABLE)) if twin else SEARCHABLE)
    if twin:
        world.path._performed = lambda case, permit, door: _reply(door, permit)
    twice(world, Fault.COMMITS_LATE, 10)
    return len(world.ehr.doubled())


def _reply(door: Door, permit: Permit) -> Reply:
    try:
        return door.perform(permit)
    except TimeoutError:
        return Unclear("timeout")


def doubled_by_timeouts(twin: bool) -> int:
    """An EHR that commits, and then hangs."""
    world = World(path_class=TimeoutIsFailure if twin else Path)
    twice(world, Fault.HANGS_AFTER_COMMIT, 90)
    return len(world.ehr.doubled())


def doubled_by_dead_workers(twin: bool) -> int:
    """A worker dies between the call and its record."""
    world = World(path_class=ForgetsClaims if twin else Path)
    twice(world, Fault.WORKER_DIES_AFTER, 90)
    return len(world.ehr.doubled())


def doubled_by_repeats(twin: bool) -> int:
    """An EHR with keys, whose calendar is behind: the same write again."""
    world = World(KEYED, path_class=NewKeyEachTime if twin else Path)
    world.ehr.shows = world.ehr.facts
    twice(world, Fault.HANGS_AFTER_COMMIT, 90)
    return len(world.ehr.effects) - 1


def wrong_slots_taken_for_right(twin: bool) -> int:
    """The EHR says yes and books an hour later."""
    world = World(path_class=BelievesTheAnswer if twin else Path)
    case_id = world.approved(booking())
    world.ehr.faults.append(Fault.WRONG_SLOT)
    return int(world.path.execute(case_id).state is State.CONFIRMED)


def sent_after_stop(twin: bool) -> int:
    """The client said STOP after the approval."""
    world = World(path_class=WithoutSecondLook if twin else Path)
    case_id = world.approved(offer())
    world.store.tables.consents["client-a"].append(ConsentEvent(False, NOON))
    world.path.execute(case_id)
    return len(world.post.effects)


def booked_over_staff(twin: bool) -> int:
    """Staff filled the slot by phone after the approval."""
    world = World(path_class=WithoutSecondLook if twin else Path)
    case_id = world.approved(booking())
    world.ehr.facts = replace(world.ehr.facts, commitments=(Commitment("by-phone", session("client-b")),))
    world.path.execute(case_id)
    return len(world.ehr.effects)


def carried_out_though_altered(twin: bool, monkeypatch: pytest.MonkeyPatch) -> int:
    """Somebody put another client into the approved row. The twin has lost both guards: either one alone holds."""
    if twin:
        monkeypatch.setattr(Permit, "__post_init__", lambda _: None)
    world = World(path_class=WithoutSecondLook if twin else Path)
    case_id = world.approved(booking())
    world.store.tables.cases[case_id] = replace(world.path.look(case_id), action=booking("client-b"))
    world.path.execute(case_id)
    return len(world.ehr.effects)


def written_in_shadow(twin: bool) -> int:
    """The use case moved back to shadow after the approval."""
    world = World(path_class=WithoutSwitch if twin else Path)
    case_id = world.approved(booking())
    world.set_phase(Phase.SHADOW)
    world.path.execute(case_id)
    return len(world.ehr.effects)


def written_while_stopped(twin: bool) -> int:
    """The kill switch was thrown after the approval."""
    world = World(path_class=WithoutSwitch if twin else Path)
    case_id = world.approved(booking())
    world.path.stop(MANAGER.token)
    world.path.execute(case_id)
    return len(world.ehr.effects)


def second_winners(twin: bool, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two clients accept one opening before either booking reached the EHR."""
    if twin:
        monkeypatch.setattr(FakeTransaction, "held", lambda *_: ())
    world = World()
    offers = {client: world.sent_offer(client) for client in ("client-a", "client-b")}
    world.ehr.shows = world.ehr.facts  # the EHR's list is behind
    accepted = [world.path.accept(offer_id, client) for client, offer_id in offers.items()]
    for case in accepted:
        world.path.execute(case.id)
    return len(world.ehr.effects) - 1


def self_approved(twin: bool, monkeypatch: pytest.MonkeyPatch) -> int:
    """The front desk proposes a booking and approves it."""
    if twin:
        monkeypatch.setattr(decisions, "objections", lambda *_: ())
    world = World()
    case = world.path.propose(proposal(booking(), proposed_by=DESK.token))
    try:
        world.path.approve(case.id, booking().digest, DESK)
    except decisions.NotPermittedError:
        return 0
    return 1


STORIES: list[Callable[[bool], int]] = [
    doubled_by_late_commits,
    doubled_by_timeouts,
    doubled_by_dead_workers,
    doubled_by_repeats,
    wrong_slots_taken_for_right,
    sent_after_stop,
    booked_over_staff,
    written_in_shadow,
    written_while_stopped,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_zero_is_a_zero_and_its_broken_twin_is_caught(story: Callable[[bool], int]) -> None:
    """Nothing with the path as it is; something with one guard removed."""
    assert story(False) == 0
    assert story(True) > 0


@pytest.mark.parametrize("story", [second_winners, self_approved, carried_out_though_altered], ids=lambda story: story.__name__)
def test_so_it_is_where_the_guard_is_in_store_or_policy(
    story: Callable[[bool, pytest.MonkeyPatch], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One opening has one winner, and nobody approves their own; without holds, or without objections, not."""
    assert story(False, monkeypatch) == 0
    assert story(True, monkeypatch) > 0
