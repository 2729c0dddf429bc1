"""The path where it touches the outside: claim, judge again, write, read back, find out."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hsched_core.domain.actions import CancelAppointment, SendMessage
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose
from hsched_core.domain.lifecycle import State
from hsched_core.policy.facts import Commitment
from hsched_core.ports import Capabilities, Permit, PermitError
from tests.fake_other_side import Fault, WorkerDied
from tests.path_world import (
    CLINICIAN,
    DESK,
    KEYED,
    MANAGER,
    NEITHER,
    NOON,
    SEARCHABLE,
    TOMORROW,
    World,
    booking,
    offer,
    proposal,
    session,
)

NIGHT, MORNING = NOON + timedelta(hours=9, minutes=30), NOON + timedelta(hours=20)  # 21:30 and 08:00 in New York
SETTLED = {"seconds": SEARCHABLE.settle_window.total_seconds()}


@pytest.fixture
def world() -> World:
    return World()


def after_fault(fault: Fault, capabilities: Capabilities = SEARCHABLE) -> tuple[World, str]:
    """A booking whose write went that way, before anybody looked again."""
    world = World(capabilities)
    case_id = world.approved(booking())
    world.ehr.faults.append(fault)
    world.path.execute(case_id)
    return world, case_id


def test_the_key_is_stored_before_the_other_side_is_called(world: World) -> None:
    """In the middle of the call the store already says executing, with settle time and hold; the trail has the claim."""
    case_id = world.approved(booking())
    seen = []
    world.ehr.during_call = lambda: seen.append((world.store.tables.cases[case_id], world.kinds()[-1]))
    world.path.execute(case_id)

    ((during, entry),) = seen
    assert (during.state, during.hold, entry) == (State.EXECUTING, booking().booking, "proposal.claimed")
    assert during.settle_until == NOON + SEARCHABLE.settle_window


def test_what_is_done_is_read_back(world: World) -> None:
    """Confirmed only as found, with the other side's reference."""
    case = world.path.execute(world.approved(booking()))

    assert (case.state, case.reference) == (State.CONFIRMED, "ref-0")


def test_an_ehr_that_books_another_slot_is_caught() -> None:
    """It said 200; a person is asked, and the time stays held until they looked."""
    world, case_id = after_fault(Fault.WRONG_SLOT)
    case = world.path.look(case_id)

    assert (case.state, case.hold) == (State.NEEDS_PERSON, booking().booking)
    assert world.store.tables.audit[-1].body["rules"] == ["outcome.something_else"]


def test_facts_are_judged_again_before_the_write(world: World) -> None:
    """STOP between approval and sending: nothing is sent."""
    case_id = world.approved(offer())
    world.store.tables.consents["client-a"].append(ConsentEvent(False, NOON))

    assert world.path.execute(case_id).state is State.BLOCKED
    assert world.post.calls == []


def test_staff_who_filled_the_slot_by_phone_are_respected(world: World) -> None:
    """The calendar is read again: blocked, and nothing written."""
    case_id = world.approved(booking())
    world.ehr.facts = replace(world.ehr.facts, commitments=(Commitment("by-phone", session("client-b")),))

    assert world.path.execute(case_id).state is State.BLOCKED
    assert world.ehr.calls == []


def test_an_appointment_edited_meanwhile_is_not_cancelled(world: World) -> None:
    """The version that was approved is not the version that is there."""
    cancel = CancelAppointment("appointment-1", "v1", CLINICIAN, "clinic")
    world.ehr.facts = replace(world.ehr.facts, version="v1")
    case_id = world.approved(cancel)
    world.ehr.facts = replace(world.ehr.facts, version="v2")

    assert world.path.execute(case_id).state is State.BLOCKED


def reminder_approved_at(world: World, moment: datetime) -> str:
    """The id of an approved e-mail that makes sense for two days."""
    world.present = moment
    reminder = SendMessage(Outreach("client-a", Channel.EMAIL, Purpose.REMINDER), "reminder_v1")
    case = world.path.propose(proposal(reminder, expires_at=NOON + timedelta(days=2)))
    return world.path.approve(case.id, reminder.digest, MANAGER).id


def test_what_is_approved_at_night_is_sent_in_the_morning(world: World) -> None:
    """Approved at 21:30: postponed to 08:00, not touched before, and its four hours begin then."""
    case_id = reminder_approved_at(world, NIGHT)

    postponed = world.path.execute(case_id)
    assert (postponed.state, postponed.not_before, postponed.lapses_at()) == (State.APPROVED, MORNING, MORNING + timedelta(hours=4))
    assert world.path.execute(case_id).version == postponed.version
    world.present = MORNING
    assert world.path.execute(case_id).state is State.CONFIRMED


def test_an_approval_of_the_evening_that_was_missed_does_not_last_until_morning(world: World) -> None:
    """Approved at 20:59 to be sent at once, first carried out at 21:00: by 08:00 somebody has to be asked again."""
    case_id = reminder_approved_at(world, NIGHT - timedelta(minutes=31))
    world.wait(minutes=1)

    assert world.path.execute(case_id).not_before == MORNING
    world.present = MORNING
    assert (world.path.execute(case_id).state, world.post.calls) == (State.EXPIRED, [])


def test_carrying_out_twice_is_carrying_out_once(world: World) -> None:
    """A second worker, or the same one again, finds nothing to do."""
    case_id = world.approved(booking())
    for _ in range(3):
        world.path.execute(case_id)

    assert len(world.ehr.calls) == 1


def test_many_workers_carry_out_once(world: World) -> None:
    """Sixteen threads at once: one call."""
    case_id = world.approved(booking())
    barrier = threading.Barrier(16)

    def work() -> None:
        barrier.wait()
        world.path.execute(case_id)

    workers = [threading.Thread(target=work) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert (len(world.ehr.calls), world.path.look(case_id).state) == (1, State.CONFIRMED)


@pytest.mark.parametrize("capabilities", [SEARCHABLE, KEYED, NEITHER], ids=["searchable", "keyed", "neither"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault.ERROR_BEFORE_COMMIT,
        Fault.ERROR_AFTER_COMMIT,
        Fault.HANGS_BEFORE_COMMIT,
        Fault.HANGS_AFTER_COMMIT,
        Fault.COMMITS_LATE,
    ],
)
def test_an_unclear_answer_is_never_taken_for_a_failure(fault: Fault, capabilities: Capabilities) -> None:
    """Unknown; nothing is tried again before it has settled; then it is found, repeated safely, or a person's: never doubled."""
    world, case_id = after_fault(fault, capabilities)

    assert world.path.look(case_id).state is State.UNKNOWN
    assert world.path.reconcile(case_id).state is State.UNKNOWN
    world.wait(**SETTLED)
    world.path.reconcile(case_id)
    end = world.path.execute(case_id)
    expected = State.NEEDS_PERSON if capabilities is NEITHER else State.CONFIRMED
    assert (end.state, world.ehr.doubled()) == (expected, [])
    assert len(world.ehr.effects) == 1 or (capabilities is NEITHER and len(world.ehr.calls) == 1)


@pytest.mark.parametrize("capabilities", [SEARCHABLE, KEYED, NEITHER], ids=["searchable", "keyed", "neither"])
@pytest.mark.parametrize("fault", [Fault.WORKER_DIES_BEFORE, Fault.WORKER_DIES_AFTER])
def test_a_worker_that_dies_leaves_nothing_lost_or_doubled(fault: Fault, capabilities: Capabilities) -> None:
    """Its claim is stored; whoever comes after it finds out what happened."""
    world = World(capabilities)
    case_id = world.approved(booking())
    world.ehr.faults.append(fault)
    with pytest.raises(WorkerDied):
        world.path.execute(case_id)

    assert world.path.execute(case_id).state is State.EXECUTING
    world.wait(**SETTLED)
    world.path.reconcile(case_id)
    end = world.path.execute(case_id)
    assert end.state is (State.NEEDS_PERSON if capabilities is NEITHER else State.CONFIRMED)
    assert world.ehr.doubled() == []
    assert "proposal.lost_sight" in world.kinds()


def test_a_refusal_is_final_and_frees_the_time() -> None:
    """409: rejected, nothing held."""
    world, case_id = after_fault(Fault.REFUSES)
    case = world.path.look(case_id)

    assert (case.state, case.hold) == (State.REJECTED, None)


def test_too_many_requests_is_obeyed() -> None:
    """Nothing within the thirty seconds asked for; then again, under the same key."""
    world, case_id = after_fault(Fault.TOO_MANY_REQUESTS)
    world.wait(seconds=29)
    assert world.path.execute(case_id).state is State.APPROVED
    world.wait(seconds=1)

    assert world.path.execute(case_id).state is State.CONFIRMED
    assert len({permit.key for permit in world.ehr.calls}) == 1


def test_a_message_that_was_not_sent_is_tried_again_without_counting_against_itself() -> None:
    """Its own line in the contact ledger is not a reason against it; another message has to wait."""
    world = World()
    case_id = world.approved(offer())
    world.post.faults.append(Fault.TOO_MANY_REQUESTS)
    world.path.execute(case_id)
    world.wait(seconds=30)

    assert world.path.execute(case_id).state is State.CONFIRMED
    another = world.path.propose(proposal(offer(starts_at=TOMORROW + timedelta(hours=2))))
    assert world.store.tables.audit[-1].body["rules"][0] == "contact.budget"
    assert another.state is State.BLOCKED


def test_searches_without_an_answer_end_with_a_person() -> None:
    """Five times by default."""
    world, case_id = after_fault(Fault.HANGS_BEFORE_COMMIT)
    world.ehr.is_blind = True
    states = []
    for _ in range(5):
        world.wait(**SETTLED)
        states.append(world.path.reconcile(case_id).state)

    assert states == [State.UNKNOWN] * 4 + [State.NEEDS_PERSON]


def test_attempts_that_leave_nothing_end_with_a_person(world: World) -> None:
    """Three writes by default."""
    case_id = world.approved(booking())
    world.ehr.faults.extend([Fault.HANGS_BEFORE_COMMIT] * 9)
    for _ in range(9):
        world.path.execute(case_id)
        world.wait(**SETTLED)
        world.path.reconcile(case_id)

    assert (world.path.look(case_id).state, len(world.ehr.calls)) == (State.NEEDS_PERSON, 3)


def test_a_repeated_write_must_be_allowed_today() -> None:
    """The slot was filled meanwhile: a person, not a second call."""
    world, case_id = after_fault(Fault.HANGS_BEFORE_COMMIT, KEYED)
    world.ehr.facts = replace(world.ehr.facts, commitments=(Commitment("by-phone", session("client-b")),))
    world.wait(**SETTLED)

    assert (world.path.reconcile(case_id).state, len(world.ehr.calls)) == (State.NEEDS_PERSON, 1)


@pytest.mark.parametrize(("happened", "state"), [(True, State.CONFIRMED), (False, State.REJECTED)])
def test_a_person_who_looked_has_the_last_word(happened: bool, state: State) -> None:
    """And only where it is theirs to say."""
    world, case_id = after_fault(Fault.WRONG_SLOT)

    case = world.path.resolve(case_id, DESK, happened=happened)
    assert (case.state, case.hold is not None) == (state, happened)


def test_what_is_a_persons_to_find_out_escalates() -> None:
    """It never expires: it may have happened."""
    world, case_id = after_fault(Fault.WRONG_SLOT)
    world.wait(hours=99)

    case = world.path.tend(case_id)
    assert (case.state, str(case.awaits)) == (State.NEEDS_PERSON, "practice_manager")


def test_a_time_under_way_is_given_to_nobody_else() -> None:
    """While it is unknown whether it was booked, another booking for it is blocked."""
    world, _ = after_fault(Fault.HANGS_BEFORE_COMMIT)

    assert world.path.propose(proposal(booking("client-b"))).state is State.BLOCKED


def test_a_booking_just_confirmed_is_seen_by_who_read_the_calendar_before_it(world: World) -> None:
    """The other worker's facts are older than the booking; the hold covers the gap."""
    slow = world.approved(booking("client-b"))
    quick = world.approved(booking("client-a"))
    world.ehr.shows = world.ehr.facts
    world.path.execute(quick)

    assert world.path.execute(slow).state is State.BLOCKED
    assert world.store.tables.audit[-1].body["rules"] == ["calendar.held"]


def test_a_cancelled_booking_frees_its_time_again(world: World) -> None:
    """A hold is for the moment; later the EHR's calendar is the truth."""
    world.path.execute(world.approved(booking()))
    world.ehr.effects.clear()  # the client cancelled in the EHR
    world.wait(minutes=6)

    assert world.path.propose(proposal(booking("client-b"))).state is State.WAITING


def test_an_action_changed_in_the_store_is_not_carried_out(world: World) -> None:
    """Somebody altered the row: its hash is not the approved one."""
    case_id = world.approved(booking())
    world.store.tables.cases[case_id] = replace(world.path.look(case_id), action=booking("client-b"))

    assert (world.path.execute(case_id).state, world.ehr.calls) == (State.BLOCKED, [])


def test_a_permit_cannot_be_made_without_an_approval_of_that_action(world: World) -> None:
    """The write client takes nothing else, so there is no way around the path."""
    approvals = world.path.look(world.approved(booking())).approvals

    for action, bound in ((booking("client-b"), approvals), (booking(), ())):
        with pytest.raises(PermitError):
            Permit("case-1", action, "key-1", bound)
    with pytest.raises(PermitError, match="another booking"):
        Permit("case-1", booking("client-b"), "key-1", approvals, offer())


def test_a_worker_that_slept_since_its_claim_does_not_write_any_more(world: World) -> None:
    """Somebody else may have searched meanwhile; its own report is only noted."""
    case_id = world.approved(booking())
    late = {"seconds": SEARCHABLE.max_latency.total_seconds() + 1}
    claim = world.path._claim

    def sleepy(*arguments: Any) -> Any:
        claimed = claim(*arguments)
        world.wait(**late)
        return claimed

    world.path._claim = sleepy
    assert (world.path.execute(case_id).state, world.ehr.calls) == (State.APPROVED, [])


def test_a_report_that_comes_too_late_changes_nothing(world: World) -> None:
    """Reconciliation moved the case while the call hung; the trail keeps that there was a report."""
    case_id = world.approved(booking())

    def slow_call() -> None:
        world.wait(**SETTLED)
        world.path.reconcile(case_id)

    world.ehr.during_call = slow_call
    world.path.execute(case_id)
    assert "outcome.late" in world.kinds()


def test_no_patient_value_of_an_error_reaches_the_trail() -> None:
    """The fake EHR's exception names a client; the trail refuses such text, and holds a code instead."""
    world, _ = after_fault(Fault.HANGS_AFTER_COMMIT)

    assert world.store.tables.audit[-1].body["rules"] == ["outcome.door_failed"]
    assert "Doe" not in str(world.store.tables.audit)
