"""Staff undo a booking that came from an accepted offer: what the client's page says, and what becomes of what followed from it."""

from dataclasses import replace
from pathlib import Path

import pytest

from hsched_core.domain.actions import UNDONE, CancelAppointment
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person, Role
from hsched_core.domain.rollout import Phase
from hsched_core.workflow.undone import was_placed
from hsched_core.workflow.waitlist import Standing
from tests.desk_stories import LATER, accept, holds, standing
from tests.desk_world import CLIENTS, DESK, PRACTICE, SETTINGS, TOMORROW, DeskWorld, entry_of, on_sql, visit, waits
from tests.fake_other_side import Fault

ANOTHER = Person("person-other", PRACTICE, frozenset({Role.FRONT_DESK}))
NOTING = replace(SETTINGS, note_template="from_waitlist")


@pytest.fixture
def world() -> DeskWorld:
    """A client took an offer; what follows from that waits for a person."""
    return taken()


def taken(world: DeskWorld | None = None, phase: Phase = Phase.REVIEW) -> DeskWorld:
    world = world or DeskWorld(settings=NOTING)
    world.ehr.book(LATER, visit(CLIENTS[0], TOMORROW.replace(day=TOMORROW.day + 3)))
    world.ehr.entries[entry_of(CLIENTS[0])] = replace(waits(CLIENTS[0]), instead_of=LATER)
    world.cancel()
    world.desk.advance()
    assert accept(world) is Standing.BOOKED
    world.set_phase(phase)
    return world


def booking_of(world: DeskWorld) -> Case:
    return world.path.look(world.offers()[0].booking)


def undoing(world: DeskWorld) -> Case:
    """One asks for it, another approves it; the next round carries it out."""
    booking = booking_of(world)
    there = world.ehr.appointments_by_id[booking.reference]
    action = CancelAppointment(there.id, there.version, there.session.clinician, UNDONE)
    start = replace(booking.proposal, action=action, subject=there.id, facts_digest=digest([booking.id, there.version]))
    asked = world.path.propose(replace(start, proposed_by=DESK.token, expires_at=there.session.starts_at, candidates=()))
    return world.path.approve(asked.id, asked.action.digest, ANOTHER)


def followed(world: DeskWorld) -> dict[str, State]:
    """What followed from the yes, by kind; without the undoing itself."""
    names = (entry_of(CLIENTS[0]), LATER, "0f" * 16)
    found = [case for name in names for case in world.cases(name)]
    return {case.action.kind: case.state for case in found if case.action.kind not in ("offer_slot", "book_appointment")}


def look(world: DeskWorld) -> Standing:
    return standing(world.desk.look(world.offers()[0].id))


def test_the_link_says_that_it_is_not_booked_any_more(world: DeskWorld) -> None:
    """Whoever cancelled it, and when the same yes is said again; an EHR that does not answer hides nothing that we did ourselves."""
    undoing(world)
    assert look(world) is Standing.BOOKED
    world.desk.advance()
    assert (look(world), accept(world)) == (Standing.CANCELLED, Standing.CANCELLED)
    world.ehr.is_down = True

    assert look(world) is Standing.CANCELLED


def test_a_visit_that_staff_cancel_in_the_ehr_is_not_booked_for_its_client(world: DeskWorld) -> None:
    """Nor one that is another's by now; where the EHR does not answer, the page says what is known."""
    name = booking_of(world).reference
    world.ehr.change(name, AppointmentStatus.CANCELLED)
    assert look(world) is Standing.CANCELLED
    world.ehr.is_down = True
    assert look(world) is Standing.BOOKED
    world.ehr.is_down = False
    world.ehr.book(name, visit(CLIENTS[1]))

    assert look(world) is Standing.CANCELLED


def test_a_visit_that_was_moved_is_shown_at_its_new_time(world: DeskWorld) -> None:
    """It is booked: but not at the time that was offered."""
    world.ehr.move(booking_of(world).reference, TOMORROW.replace(hour=20))
    told = world.desk.look(world.offers()[0].id)

    assert told is not None
    assert (told.standing, told.session.starts_at) == (Standing.BOOKED, TOMORROW.replace(hour=20))


def test_an_ehr_that_does_not_show_a_new_booking_yet_does_not_unmake_it(world: DeskWorld) -> None:
    """Its list may be behind for a while, and not for ever."""
    del world.ehr.appointments_by_id[booking_of(world).reference]
    assert look(world) is Standing.BOOKED
    world.present += world.policy.calendar_lag

    assert look(world) is Standing.CANCELLED


@pytest.mark.parametrize("are_approved", [False, True])
def test_what_follows_from_an_undone_booking_is_withdrawn(world: DeskWorld, are_approved: bool) -> None:
    """Also what was approved before, or meanwhile: the client keeps their place on the list, and their later visit."""
    world.desk.advance()
    waiting = followed(world)
    assert waiting == dict.fromkeys(("update_waitlist_status", "cancel_appointment", "add_note"), State.WAITING)
    if are_approved:
        for name in (entry_of(CLIENTS[0]), LATER, "0f" * 16):
            for case in world.cases(name):
                if case.state is State.WAITING:
                    world.path.approve(case.id, case.action.digest, ANOTHER)
    undoing(world)
    world.desk.advance()

    assert followed(world) == dict.fromkeys(waiting, State.WITHDRAWN)
    assert entry_of(CLIENTS[0]) in world.ehr.entries
    assert world.ehr.appointments_by_id[LATER].takes_time
    holds(world)


def test_a_real_store_knows_what_followed_from_what(tmp_path: Path) -> None:
    """What was proposed is recognised by what was stored of it."""
    with on_sql(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path, settings=NOTING) as (empty, _):
        world = taken(empty)
        world.desk.advance()
        kinds = followed(world)
        undoing(world)
        world.desk.advance()

        assert (len(kinds), followed(world)) == (3, dict.fromkeys(kinds, State.WITHDRAWN))
        assert look(world) is Standing.CANCELLED


def test_nothing_follows_from_a_booking_that_was_undone_before(world: DeskWorld) -> None:
    """No proposal is made, and none is made later."""
    undoing(world)
    for _ in range(3):
        world.desk.advance()
        world.wait(minutes=20)

    assert (followed(world), world.offers()[0].is_followed_up) == ({}, True)


def test_while_nobody_knows_whether_it_was_undone_nothing_that_follows_leaves(world: DeskWorld) -> None:
    """It may have happened, and no notice tells; when it is found that it did, what follows is withdrawn."""
    world.ehr.listeners.clear()
    world.desk.advance()
    placing = world.cases(entry_of(CLIENTS[0]))[0]
    world.path.approve(placing.id, placing.action.digest, ANOTHER)
    world.ehr.faults.append(Fault.HANGS_AFTER_COMMIT)
    undoing(world)
    world.desk.advance()
    assert world.path.look(placing.id).state is State.APPROVED
    world.wait(minutes=40)
    world.desk.keep()
    world.desk.advance()

    assert (world.path.look(placing.id).state, look(world)) == (State.WITHDRAWN, Standing.CANCELLED)


def test_who_was_taken_off_the_list_before_stays_off_and_that_is_known() -> None:
    """hsched does not put an entry back: whoever asks to undo is told so."""
    world = taken(phase=Phase.AUTO)
    booking, placed = booking_of(world), []
    for _ in range(2):
        with world.store.transaction() as tx:
            placed.append(was_placed(tx, booking))
        world.desk.advance()
    assert placed == [False, True]
    undoing(world)
    world.desk.advance()

    assert followed(world)["update_waitlist_status"] is State.CONFIRMED


@pytest.mark.parametrize("by_practice", [False, True])
def test_what_follows_is_withdrawn_where_staff_cancel_in_the_ehr_itself(world: DeskWorld, by_practice: bool) -> None:
    """The notice is enough, whoever wanted it: the later visit stands, and the client keeps their place on the list."""
    world.desk.advance()
    waiting = followed(world)
    assert set(waiting.values()) == {State.WAITING}
    world.ehr.change(booking_of(world).reference, AppointmentStatus.CANCELLED, by_practice)
    at_once = followed(world)
    world.desk.advance()

    assert at_once == followed(world) == dict.fromkeys(waiting, State.WITHDRAWN)
    assert world.ehr.appointments_by_id[LATER].takes_time
    holds(world)


def test_a_visit_called_off_takes_nothing_of_another_one_along(world: DeskWorld) -> None:
    """Only what follows from the booking of that very visit is withdrawn."""
    world.desk.advance()
    waiting = followed(world)
    other = world.ehr.book("another", visit(CLIENTS[1], TOMORROW))
    world.ehr.change(other.id, AppointmentStatus.CANCELLED)

    assert followed(world) == waiting


@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.AUTO])
def test_nothing_follows_from_a_booking_that_was_cancelled_in_the_ehr_before(phase: Phase) -> None:
    """Also where no notice came, and where an order would let it go at once."""
    world = taken(phase=phase)
    world.ehr.listeners.clear()
    world.ehr.change(booking_of(world).reference, AppointmentStatus.CANCELLED, by_practice=True)
    for _ in range(3):
        world.desk.advance()
        world.wait(minutes=20)

    assert (followed(world), world.offers()[0].is_followed_up) == ({}, True)
    assert world.ehr.appointments_by_id[LATER].takes_time
