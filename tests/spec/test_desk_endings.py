"""How offers end, and what follows from each end: bookings, kind words, statuses, the next opening; every one the one path's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.workflow.waitlist import Standing
from tests.desk_stories import LATER, PARALLEL, accept, asking, holds, standing
from tests.desk_world import CLIENTS, KINDS, NOON, ORDER, POLICY, SETTINGS, TOMORROW, VISIT, DeskWorld, entry_of, visit, waits
from tests.fake_other_side import Fault


@pytest.fixture
def world() -> DeskWorld:
    """An opening whose first offer is out."""
    return asking()


def test_a_booking_the_ehr_rejects_is_lost_kindly(world: DeskWorld) -> None:
    """The client is answered and stays on the list; the opening goes to the next one, never back to the same."""
    world.ehr.faults.append(Fault.REFUSES)
    assert accept(world) is Standing.TAKEN
    world.wait(seconds=1)
    world.desk.advance()
    world.desk.advance()

    assert (world.told(), entry_of(CLIENTS[0]) in world.ehr.entries) == ([CLIENTS[0]], True)
    assert (world.asked(), world.ends()) == (list(CLIENTS[:2]), ["lost", "sent"])
    holds(world)


def test_a_booking_nobody_reported_on_keeps_the_opening_closed(world: DeskWorld) -> None:
    """Received; nobody else is asked while it may have happened; then it is found, and filled."""
    world.ehr.faults.append(Fault.HANGS_AFTER_COMMIT)
    assert accept(world) is Standing.RECEIVED
    world.wait(minutes=40)
    world.desk.advance()
    assert (world.asked(), world.state) == ([CLIENTS[0]], OpeningState.OPEN)
    world.desk.keep()
    world.desk.advance()

    assert (world.state, standing(world.desk.look(world.offers()[0].id))) == (OpeningState.FILLED, Standing.BOOKED)
    assert world.ehr.doubled() == []


def test_an_ehr_that_does_not_answer_leaves_the_yes_received(world: DeskWorld) -> None:
    """The time is held, the next round books it."""
    world.ehr.during_call = lambda: setattr(world.ehr, "is_down", False)
    offer_id = world.offers()[0].id
    booking = world.path.accept(offer_id, CLIENTS[0])
    world.ehr.is_down = True
    assert standing(world.desk.accept(offer_id)) is Standing.RECEIVED
    assert world.path.look(booking.id).state is State.APPROVED
    assert world.desk.advance().failed["carry_out.UserError"] == 1
    world.ehr.is_down = False
    world.desk.advance()

    assert world.state is OpeningState.FILLED


def test_staff_who_fill_the_time_between_yes_and_booking_win(world: DeskWorld) -> None:
    """Judged again before the write: lost, kindly, and the time is not booked twice."""
    offer_id = world.offers()[0].id
    world.path.accept(offer_id, CLIENTS[0])
    world.ehr.listeners.clear()
    world.ehr.book("ab" * 16, visit("77" * 16))
    assert standing(world.desk.accept(offer_id)) is Standing.TAKEN
    world.desk.advance()

    assert (world.booked(), world.told(), world.state) == ([], [CLIENTS[0]], OpeningState.TAKEN)


def test_the_visit_a_client_gives_up_is_cancelled_and_becomes_an_opening() -> None:
    """Who moves up leaves a later time behind, which is offered in turn."""
    world = DeskWorld(clients=CLIENTS[:2])
    later = TOMORROW + timedelta(days=3)
    world.ehr.book(LATER, visit(CLIENTS[0], later))
    gives = replace(waits(CLIENTS[0]), instead_of=LATER, instead_at=later)
    world.ehr.entries[gives.entry] = gives
    world.cancel()
    world.desk.advance()
    assert (world.asked(), accept(world)) == ([CLIENTS[0]], Standing.BOOKED)
    world.desk.advance()
    world.desk.advance()

    assert world.kinds_of("cancel_appointment") == [State.CONFIRMED]
    assert (world.opening(LATER).opening.left_by, world.asked()) == (CLIENTS[0], list(CLIENTS[:2]))


def test_who_lost_an_opening_is_asked_again_when_it_opens_again() -> None:
    """They wanted it; who declined is not."""
    world = asking(settings=PARALLEL)
    offers = {one.client: one.id for one in world.offers()}
    world.desk.decline(offers[CLIENTS[2]])
    world.desk.accept(offers[CLIENTS[0]])
    world.desk.accept(offers[CLIENTS[1]])
    taken = next(name for name, one in world.ehr.appointments_by_id.items() if one.takes_time)
    world.wait(hours=1)
    world.cancel(taken)
    world.desk.advance()

    assert world.asked() == [*CLIENTS[:3], CLIENTS[1]]


def test_entries_past_their_end_are_withdrawn_once(world: DeskWorld) -> None:
    """In phase review a person sees one proposal, not one a round."""
    world.set_phase(Phase.REVIEW)
    world.ehr.entries[entry_of(CLIENTS[2])] = replace(waits(CLIENTS[2]), until=NOON)
    for _ in range(3):
        world.desk.advance()

    assert [case.state for case in world.cases(entry_of(CLIENTS[2]))] == [State.WAITING]


def test_kind_words_are_judged_like_every_message() -> None:
    """One text a day: the client who got an offer today hears tomorrow, if the time is not over by then."""
    world = DeskWorld(policy=replace(POLICY, text_caps=replace(POLICY.text_caps, per_day=1)))
    world.ehr.move(VISIT, TOMORROW + timedelta(days=1))
    world.cancel()
    world.desk.advance()
    world.ehr.book("ab" * 16, visit("77" * 16, TOMORROW + timedelta(days=1)))
    world.desk.advance()
    assert (world.told(), world.kinds_of("send_message")) == ([], [State.APPROVED])
    world.wait(hours=20)
    world.desk.advance()

    assert world.told() == [CLIENTS[0]]


def test_a_change_of_the_rules_does_not_repeat_what_was_said(world: DeskWorld) -> None:
    """The policy's version is part of a proposal's id; the words are not said twice for that."""
    world.ehr.book("ab" * 16, visit("77" * 16))
    world.desk.advance()
    other = DeskWorld(store=world.store, policy=replace(POLICY, max_probes=4), clients=())
    other.present, other.post.effects = world.present, world.post.effects
    with world.store.transaction() as tx:
        offer = tx.offers(VISIT)[0]
    world.store.tables.offers[offer.id] = replace(offer, is_followed_up=False)
    other.desk.advance()

    assert world.told() == [CLIENTS[0]]


def test_a_standing_book_me_is_booked_told_and_placed() -> None:
    """Without asking, where the practice switched it on and the order covers it; one message, the entry placed."""
    settings = replace(SETTINGS, books_without_asking=True)
    world = DeskWorld(settings=settings, clients=())
    world.set_phase(Phase.AUTO, replace(ORDER, action_kinds=KINDS | {"book_appointment"}))
    world.ehr.entries[entry_of(CLIENTS[0])] = replace(waits(CLIENTS[0]), may_book_without_asking=True)
    world.cancel()
    for _ in range(3):
        world.desk.advance()

    assert (world.booked(), world.state, world.offers()) == ([CLIENTS[0]], OpeningState.FILLED, [])
    assert (world.told(), world.kinds_of("update_waitlist_status")) == ([CLIENTS[0]], [State.CONFIRMED])
    holds(world)


def test_who_only_read_received_is_told_when_it_is_booked(world: DeskWorld) -> None:
    """The EHR did not answer while the page was open."""
    world.ehr.faults.append(Fault.HANGS_AFTER_COMMIT)
    accept(world)
    world.wait(minutes=5)
    world.desk.keep()
    world.desk.advance()
    (message,) = [one.action for one in world.post.effects if one.action.kind == "send_message"]

    assert (message.template, message.appointment in world.ehr.appointments_by_id) == ("waitlist_booked", True)


def test_an_opening_that_nobody_looked_at_in_time_is_passed(world: DeskWorld) -> None:
    """No round ran for hours."""
    world.wait(hours=30)
    world.desk.advance()

    assert (world.state, world.ends()) == (OpeningState.PASSED, ["expired"])


def test_nobody_new_is_asked_while_a_booking_may_have_happened() -> None:
    """Three at once, one yes of which nothing is known, two noes: there would be room for two more."""
    world = asking(settings=PARALLEL, clients=CLIENTS)
    offers = {one.client: one.id for one in world.offers()}
    world.ehr.faults.append(Fault.HANGS_BEFORE_COMMIT)
    world.desk.accept(offers[CLIENTS[0]])
    for client in CLIENTS[1:3]:
        world.desk.decline(offers[client])
    world.desk.advance()

    assert world.asked() == list(CLIENTS[:3])
    assert sum(case.action.kind == "offer_slot" for case in world.cases()) == 3  # nor proposed and blocked: that would cost them their turn


def test_who_had_said_yes_is_answered_the_same_day() -> None:
    """An answer to the client's own message needs no room in the budget of texts; consent it needs."""
    world = asking(policy=replace(POLICY, text_caps=replace(POLICY.text_caps, per_day=1)))
    world.ehr.faults.append(Fault.REFUSES)
    accept(world)
    world.desk.advance()

    assert world.told() == [CLIENTS[0]]
