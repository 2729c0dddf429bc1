"""What happens when the EHR misbehaves, over real HTTP: a sample of the fault grid, each zero beside a twin with one guard removed.

The whole grid is `make prove PROOFS=tests/prove/test_ehr_faults.py`.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.policy.autonomy import is_sealed
from hsched_core.workflow.path import Path as ThePath
from hsched_sandbox.ehr.conduct import Dialect, DoubleBooking
from tests.ehr_grid import FOREVER, Cell, play, unchanged
from tests.ehr_twins import NewKeyBlindly, forgets_versions, opens_in_shadow, repeats_writes, searches_at_once
from tests.path_twins import WithoutSecondLook, WithoutSwitch
from tests.rest_world import ACTIONS, CLASSES, FREE, NOW, USE_CASE, RestWorld, rest_world

CONFIRMED, REJECTED, PERSON, APPROVED = State.CONFIRMED, State.REJECTED, State.NEEDS_PERSON, State.APPROVED
SAMPLE: list[tuple[Cell, State]] = [
    (Cell("search", "book", "refused", FOREVER), APPROVED),
    (Cell("search", "message", "dns"), CONFIRMED),
    (Cell("search", "book", "status_401"), CONFIRMED),  # a token that lapsed and was renewed: what was approved waits for it
    (Cell("search", "message", "status_401", FOREVER), APPROVED),
    (Cell("search", "cancel", "status_403"), REJECTED),
    (Cell("search", "move", "status_404"), REJECTED),
    (Cell("search", "book", "status_409"), REJECTED),
    (Cell("search", "move", "status_412"), REJECTED),
    (Cell("search", "score", "status_422"), REJECTED),
    (Cell("search", "message", "status_429"), CONFIRMED),
    (Cell("search", "book", "429_retry_after"), CONFIRMED),
    (Cell("search", "book", "500_before_commit"), CONFIRMED),
    (Cell("search", "book", "500_before_commit", FOREVER), PERSON),
    (Cell("search", "book", "500_after_commit", FOREVER), CONFIRMED),
    (Cell("search", "message", "500_after_commit"), CONFIRMED),
    (Cell("search", "note", "status_502"), CONFIRMED),
    (Cell("search", "waitlist", "status_503", FOREVER), APPROVED),
    (Cell("search", "move", "status_504"), CONFIRMED),
    (Cell("search", "book", "hang_before_commit"), CONFIRMED),
    (Cell("search", "cancel", "hang_after_commit"), CONFIRMED),
    (Cell("search", "book", "reset_after_commit"), CONFIRMED),
    (Cell("search", "book", "slow_body"), CONFIRMED),
    (Cell("search", "offer", "truncated_json"), CONFIRMED),
    (Cell("search", "book", "wrong_content_type"), CONFIRMED),
    (Cell("search", "book", "html_error"), CONFIRMED),
    (Cell("search", "book", "schema_drift"), CONFIRMED),
    (Cell("search", "book", "late_commit"), CONFIRMED),
    (Cell("search", "book", "other_slot"), PERSON),
    (Cell("search", "move", "other_slot"), PERSON),
    (Cell("search", "book", "hang_before_commit", 1, "read"), CONFIRMED),
    (Cell("search", "book", "schema_drift", FOREVER, "read"), APPROVED),
    (Cell("search", "book", "status_404", FOREVER, "read_back"), CONFIRMED),
    (Cell("search", "message", "status_404", FOREVER, "read_back"), PERSON),
    (Cell("keys", "message", "500_after_commit"), CONFIRMED),
    (Cell("keys", "message", "hang_after_commit"), CONFIRMED),
    (Cell("keys", "book", "late_commit"), PERSON),
    (Cell("neither", "book", "500_after_commit"), PERSON),
    (Cell("neither", "book", "hang_before_commit"), PERSON),
    (Cell("neither", "message", "late_commit"), PERSON),
]


@pytest.mark.parametrize(("cell", "state"), SAMPLE, ids=str)
def test_a_fault_ends_in_a_state_that_is_true(cell: Cell, state: State, tmp_path: Path) -> None:
    """Confirmed where it happened, rejected where it did not, approved again where it may still be tried, a person's otherwise."""
    ending = play(tmp_path, cell)

    assert (ending.state, ending.doubled, ending.is_wrong) == (state, 0, False)


TWINS: list[tuple[Cell, type[ThePath], Callable[[RestWorld], None]]] = [
    (Cell("search", "book", "500_after_commit"), WithoutSecondLook, repeats_writes),
    (Cell("search", "message", "hang_after_commit"), ThePath, repeats_writes),
    (Cell("search", "book", "late_commit"), ThePath, searches_at_once),
    (Cell("search", "message", "late_commit"), ThePath, searches_at_once),
    (Cell("keys", "message", "500_after_commit"), NewKeyBlindly, unchanged),
    (Cell("neither", "book", "reset_after_commit"), ThePath, repeats_writes),
]


@pytest.mark.parametrize(("cell", "path_class", "twin"), TWINS, ids=lambda one: getattr(one, "__name__", None) or str(one))
def test_without_the_guard_it_happens_twice(
    cell: Cell, path_class: type[ThePath], twin: Callable[[RestWorld], None], tmp_path: Path
) -> None:
    """The same cell: zero with the connector as it is, more than zero with one guard removed."""
    assert play(tmp_path / "whole", cell).doubled == 0
    assert play(tmp_path / "twin", cell, path_class, twin).doubled > 0


@pytest.mark.parametrize("kind", CLASSES)
def test_an_ehr_of_any_class_books_once_and_says_so(kind: str, tmp_path: Path) -> None:
    """Keys, search, or neither: what goes well is confirmed, read back, under a pseudonym."""
    with rest_world(tmp_path, kind) as world:
        case = world.path.execute(world.approved(world.booking()))
        assert (case.state, len(world.effects()), len(case.reference)) == (CONFIRMED, 1, 32)


def in_shadow(world: RestWorld) -> None:
    """Every action the connector knows is approved; then its use case is in shadow, and everything is tried."""
    cases = [world.approved(getattr(world, make)()) for name, (make, _) in ACTIONS.items() if name != "offer"]
    world.store.tables.phases[USE_CASE] = Phase.SHADOW
    for case_id in cases:
        world.path.execute(case_id)
        world.path.reconcile(case_id)


def test_in_shadow_nothing_is_written_and_nothing_sent(tmp_path: Path) -> None:
    """No write, no message, and no write client is even made."""
    with rest_world(tmp_path) as world:
        in_shadow(world)
        assert (world.effects(), world.doors._made) == ([], {})


def test_without_the_switch_and_the_closed_doors_shadow_writes(tmp_path: Path) -> None:
    """Both guards removed. Either one holds alone: the doors are closed, and the path does not go there."""
    with rest_world(tmp_path / "both", path_class=WithoutSwitch) as world:
        opens_in_shadow(world)
        in_shadow(world)
        assert len(world.effects()) == 7
    with rest_world(tmp_path / "one") as world:
        opens_in_shadow(world)
        in_shadow(world)
        assert world.effects() == []
        assert is_sealed(world.booking(), Phase.SHADOW)


def staff_edit(world: RestWorld, identifier: str) -> None:
    """Somebody at the EHR moves the appointment by a day."""
    starts_at = world.there(identifier).starts_at + timedelta(days=1)
    act = {"act": "move", "appointment_id": identifier, "datetime": starts_at.isoformat()}
    assert world.ehr.ask("POST", "/sandbox/acts", act).status == 200


@pytest.mark.parametrize(("action", "identifier"), [("move", "APT-0000001"), ("cancel", "APT-0000002")])
def test_an_appointment_that_staff_changed_since_is_left_alone(action: str, identifier: str, tmp_path: Path) -> None:
    """Between approval and execution: the gate sees another version."""
    with rest_world(tmp_path) as world:
        case_id = world.approved(getattr(world, action)())
        staff_edit(world, identifier)
        assert world.path.execute(case_id).state is State.BLOCKED
        assert world.effects() == []


def edited_under_way(world: RestWorld, action: str, identifier: str) -> State:
    """Staff change the appointment in the moment before our write arrives, after everything was looked at."""
    client = world.connector.ehr.client
    whole = client.send

    def send(*request: Any) -> Any:
        staff_edit(world, identifier)
        return whole(*request)

    case_id = world.approved(getattr(world, action)())
    client.send = send  # type: ignore[method-assign]  # what the test is about
    return world.path.execute(case_id).state


@pytest.mark.parametrize(("action", "identifier"), [("move", "APT-0000001"), ("cancel", "APT-0000002")])
def test_a_write_says_which_version_it_is_for(action: str, identifier: str, tmp_path: Path) -> None:
    """The EHR refuses the stale one. Without that word, or at an EHR that does not listen, staff's change is written over."""
    with rest_world(tmp_path / "whole") as world:
        assert (edited_under_way(world, action, identifier), world.effects()) == (REJECTED, [])
    with rest_world(tmp_path / "twin") as world:
        forgets_versions(world)
        edited_under_way(world, action, identifier)
        assert len(world.effects()) == 1
    with rest_world(tmp_path / "deaf", checks_versions=False) as world:
        edited_under_way(world, action, identifier)
        assert len(world.effects()) == 1


def test_an_ehr_that_does_not_look_at_versions_is_looked_at_once_more(tmp_path: Path) -> None:
    """What changed between the gate's look and the door's is not written over, whatever the EHR does with If-Match."""
    with rest_world(tmp_path, checks_versions=False) as world:
        case_id = world.approved(world.cancel())
        facts_for = type(world.connector.calendar).facts_for

        class Late:
            def facts_for(self, action: Any, key: str) -> Any:
                found = facts_for(world.connector.calendar, action, key)
                staff_edit(world, "APT-0000002")
                return found

        world.path._calendar = Late()
        assert (world.path.execute(case_id).state, world.effects()) == (REJECTED, [])


def test_our_own_earlier_booking_is_no_refusal(tmp_path: Path) -> None:
    """It came later than any window. The second try meets a 409 of the first's making: found under our key, it is confirmed."""
    with rest_world(tmp_path, double_booking=DoubleBooking.REFUSE, path_class=WithoutSecondLook) as world:
        case_id = world.approved(world.booking())
        world.ehr.order("500_before_commit", "POST /appointments")
        world.path.execute(case_id)
        world.wait()
        assert world.path.reconcile(case_id).state is APPROVED
        late = {"patient_id": "PT-000005", "provider_id": "PRV-0000", "datetime": FREE.isoformat(), "duration": 50}
        late |= {"type": "INDIVIDUAL_THERAPY", "modality": "in_person", "external_reference": world.case(case_id).key}
        assert world.ehr.ask("POST", "/appointments", late).status == 201

        assert (world.path.execute(case_id).state, len(world.effects())) == (CONFIRMED, 1)


def test_an_ehr_that_ignores_our_question_is_not_believed(tmp_path: Path) -> None:
    """It answers everything, or nothing, to a search it does not know: neither says that a write did not happen."""
    for dialect in Dialect:
        with rest_world(tmp_path / dialect, "neither", dialect=dialect) as world:
            door: Any = world.doors.door(world.booking().destination, Phase.REVIEW)
            world.doors._made[world.booking().destination] = _claiming_search(door)
            case_id = world.approved(world.booking())
            world.ehr.order("500_after_commit", "POST /appointments")
            world.path.execute(case_id)
            for _ in range(6):
                world.wait()
                world.path.reconcile(case_id)
            assert (world.case(case_id).state, len(world.effects())) == (PERSON, 1)


def _claiming_search(door: Any) -> Any:
    from dataclasses import replace

    return replace(door, capabilities=replace(door.capabilities, can_search=True))


def test_a_read_that_fails_leaves_the_approval_as_it_is(tmp_path: Path) -> None:
    """An EHR that cannot be read is not an EHR with an empty calendar."""
    with rest_world(tmp_path) as world:
        case_id = world.approved(world.booking())
        world.ehr.order("status_503", "GET *", FOREVER)
        with pytest.raises(UserError, match="http_503"):
            world.path.execute(case_id)
        assert (world.case(case_id).state, world.effects(), world.clock.now()) == (APPROVED, [], NOW)
