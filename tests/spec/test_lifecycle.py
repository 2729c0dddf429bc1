"""The lifecycle: every step of the table, and nothing beside it."""

from itertools import product

import pytest

from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, STEPS, Event, LifecycleError, State, Step, allows, diagram, follow


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.source}-{step.event}")
def test_an_allowed_step_leads_where_the_table_says(step: Step) -> None:
    """Each line of the table is a step that can be taken, with a sentence that says when."""
    assert follow(step.source, step.event) is step.target
    assert step.when.endswith(".")


def test_every_other_step_is_refused() -> None:
    """All combinations of state and event that are not in the table."""
    listed = {(step.source, step.event) for step in STEPS}
    others = [pair for pair in product([None, *State], Event) if pair not in listed]

    assert len(listed) == len(STEPS)
    for source, event in others:
        assert not allows(source, event)
        with pytest.raises(LifecycleError):
            follow(source, event)


def test_what_is_over_stays_over() -> None:
    """Seven ends; no event leads out of them."""
    assert {State.SHADOWED, State.BLOCKED, State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.CONFIRMED, State.REJECTED} == FINAL


def test_nothing_gets_outside_without_being_claimed() -> None:
    """The only ways into executing are a claim of something approved, and a repetition of the same write."""
    ways = {(step.source, step.event) for step in STEPS if step.target is State.EXECUTING}

    assert ways == {(State.APPROVED, Event.CLAIMED), (State.UNKNOWN, Event.REPEATED)}


def test_a_blocked_proposal_cannot_be_approved() -> None:
    """Not by anybody."""
    assert not allows(State.BLOCKED, Event.APPROVED)


def test_what_may_have_happened_never_expires() -> None:
    """It ends by being found out, by the other side's word or by a person's."""
    assert not [state for state in MAY_HAVE_HAPPENED if allows(state, Event.EXPIRED) or allows(state, Event.WITHDRAWN)]


def test_every_state_can_be_reached_and_is_drawn() -> None:
    """No state is a leftover, and the diagram shows each."""
    reached = {step.target for step in STEPS}

    assert reached == set(State)
    assert [state for state in State if f"--> {state}" not in diagram()] == []
    assert diagram().count("-->") == len(STEPS) + len(FINAL)
