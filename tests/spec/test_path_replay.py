"""The audit trail tells the whole story: replayed, it gives the stored state; altered, it does not replay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.audit import AuditEntry
from hsched_core.workflow.replay import ReplayError, differences, replay
from tests.path_world import MANAGER, NOON, TOMORROW, World, booking, proposal


def told_story() -> World:
    """A world with a bit of everything in its trail."""
    world = World()
    world.path.execute(world.path.accept(world.sent_offer(), "client-a").id)
    world.path.stop(MANAGER.token)
    world.path.propose(proposal(booking("client-b", TOMORROW + timedelta(hours=3))))
    return world


def test_the_trail_alone_gives_the_stored_state() -> None:
    """Replayed from the first entry, every case rests on what the store says."""
    world = told_story()

    assert differences(world.store.tables.audit, world.store.tables.cases) == []
    assert len(replay(world.store.tables.audit)) == 3


def test_a_store_that_was_altered_differs_from_the_trail() -> None:
    """One field of one case, a case more, a case less: each is named."""
    world = told_story()
    case_id, case = next(iter(world.store.tables.cases.items()))

    assert differences(world.store.tables.audit, {**world.store.tables.cases, case_id: replace(case, attempts=7)}) == [case_id]
    without = {key: value for key, value in world.store.tables.cases.items() if key != case_id}
    assert differences(world.store.tables.audit, without) == [case_id]
    assert len(differences([], world.store.tables.cases)) == 3


def test_a_trail_with_a_missing_doubled_or_swapped_step_does_not_replay() -> None:
    """Whichever step of a case it is."""
    trail = [entry for entry in told_story().store.tables.audit if entry.kind.startswith("proposal.")]
    first = trail[0].subject
    steps = [entry for entry in trail if entry.subject == first]

    for number in range(len(steps) - 1):
        for broken in (
            [*steps[:number], *steps[number + 1 :]],
            [*steps[: number + 1], *steps[number:]],
            [*steps[:number], steps[number + 1], steps[number], *steps[number + 2 :]],
        ):
            with pytest.raises(ReplayError):
                replay(broken)


def test_an_entry_of_a_step_that_does_not_exist_does_not_replay() -> None:
    """A kind nobody writes is told with its place."""
    with pytest.raises(ReplayError, match="entry 0"):
        replay([AuditEntry(NOON, "path", "proposal.wished", "case-1", {"changes": {}})])
