"""When a sensor asks for a run: once for what is due, again where it stays due, never for nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hsched_core.domain.case import Approval, Case
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import Offer, OpeningRecord
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.people import Role
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_pipelines.operations.asking import AGAIN_AFTER, Asked, ask, key_of, remembered, to_carry_out, to_look_at, to_reconcile, to_tend
from tests.path_world import NOON, POLICY, booking, proposal

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def case(state: State, **changes: object) -> Case:
    asked = proposal(booking())
    return replace(Case(asked, state, asked.action, NOON), **changes)


def test_nothing_due_asks_for_nothing() -> None:
    """Whatever was asked for before."""
    assert ask("", None, NOW) is None
    assert ask("", remembered(Asked(3, "a", NOW.isoformat())), NOW + timedelta(days=1)) is None


def test_what_is_due_is_asked_for_once() -> None:
    """The next looks find the same and wait for its run."""
    first = ask("a", None, NOW)
    assert first

    assert first.run_key == "1:a"
    assert ask("a", remembered(first), NOW + AGAIN_AFTER - timedelta(seconds=1)) is None


def test_what_stays_due_is_asked_for_again_under_another_key() -> None:
    """A run that died left its work; Dagster would not start the old key a second time."""
    first = ask("a", None, NOW)
    assert first
    again = ask("a", remembered(first), NOW + AGAIN_AFTER)

    assert again
    assert again.run_key == "2:a"


def test_something_new_is_asked_for_at_once() -> None:
    """Even a moment after the last one; and what came back under the old key is not taken for the old run."""
    first = ask("a", None, NOW)
    assert first
    second = ask("b", remembered(first), NOW)
    assert second
    third = ask("a", remembered(second), NOW)

    assert third
    assert len({one.run_key for one in (first, second, third)}) == 3


@given(keys=st.lists(st.sampled_from(["", "a", "b"]), max_size=30), died=st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_daemon_that_forgets_asks_for_the_same_run_again(keys: list[str], died: list[bool]) -> None:
    """Between asking and remembering it may die at any look: the run key is the same, so that Dagster starts it once."""
    cursor: str | None = None
    at = NOW
    for key, forgot in zip(keys, died, strict=False):
        at += timedelta(seconds=7)
        asked = ask(key, cursor, at)
        if asked and forgot:
            repeated = ask(key, cursor, at + timedelta(seconds=7))
            assert repeated
            assert repeated.run_key == asked.run_key
        if asked:
            cursor = remembered(asked)


def test_the_key_names_cases_as_they_stand() -> None:
    """In any order; a case that moved is another thing to do."""
    one, other = case(State.APPROVED), replace(case(State.APPROVED), proposal=proposal(booking("client-b")))

    assert key_of([one, other]) == key_of([other, one])
    assert key_of([replace(one, version=2), other]) != key_of([one, other])
    assert key_of([]) == ""


def test_what_is_held_back_is_not_due_yet() -> None:
    """Approved at night for the morning."""
    later = case(State.APPROVED, not_before=NOON + timedelta(hours=1))

    assert to_carry_out([later, case(State.WAITING)], NOON) == []
    assert to_carry_out([later], NOON + timedelta(hours=1)) == [later]


def test_a_write_is_looked_for_once_it_must_have_settled() -> None:
    """Not before: what comes late would be missed, and done twice."""
    unseen = case(State.UNKNOWN, settle_until=NOON + timedelta(minutes=1))

    assert to_reconcile([unseen], NOON) == []
    assert to_reconcile([unseen, case(State.CONFIRMED, settle_until=NOON)], NOON + timedelta(minutes=1)) == [unseen]


def test_an_opening_nobody_is_asked_for_is_looked_at_again() -> None:
    """The run that found it died before it asked somebody; one that was found a moment ago, or is offered, is not."""
    opening = Opening("0f" * 16, "c1", NOON, 50, SessionType.INDIVIDUAL, Modality.VIDEO, NOON, "1e")
    record = OpeningRecord(opening, OpeningState.OPEN, NOON, ("1e",))
    offered = Offer("0a" * 16, opening.id, "a", "e", NOON, NOON, NOON)

    assert to_look_at([record], [], NOON + timedelta(seconds=29)) == []
    assert to_look_at([record], [], NOON + timedelta(seconds=30)) == [record]
    assert to_look_at([record], [offered], NOON + timedelta(hours=1)) == []


def test_time_makes_a_case_due() -> None:
    """A proposal that ran out, an approval that ran out, a decision that goes to the next role; nothing else."""
    waiting = case(State.WAITING, awaits=Role.FRONT_DESK)
    approval = Approval("dana", waiting.action.digest, NOON, NOON + timedelta(minutes=10))
    approved = case(State.APPROVED, approvals=(approval,))

    assert to_tend([waiting, approved], NOON + timedelta(minutes=1), POLICY) == []
    assert to_tend([waiting, approved], NOON + timedelta(minutes=10), POLICY) == [approved]
    assert to_tend([waiting], NOON + timedelta(hours=1), POLICY) == [waiting]
    assert to_tend([replace(waiting, awaits=Role.PRACTICE_MANAGER)], NOON + timedelta(hours=1), POLICY) == []
    assert to_tend([case(State.CONFIRMED)], NOON + timedelta(days=9), POLICY) == []
