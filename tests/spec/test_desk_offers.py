"""Offers: waves, answers, ends, and what follows from each; every message and every write goes the one path."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Decline
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.waitlist import Mode
from hsched_core.workflow.offer_steps import OFFER, OPENING, footing_of_offer, footing_of_opening, replay
from hsched_core.workflow.replay import differences
from hsched_core.workflow.waitlist import Standing, Told, WaitlistDesk
from tests.desk_world import CLIENTS, DESK, LEAVER, NOON, POLICY, SETTINGS, TOMORROW, VISIT, DeskWorld, entry_of, visit, waits
from tests.fake_other_side import Fault

LATER = "1f" * 16
PARALLEL = replace(SETTINGS, mode=Mode.PARALLEL, batch=3)


@pytest.fixture
def world() -> DeskWorld:
    """An opening whose first offer is out."""
    return asking()


def asking(**changes: object) -> DeskWorld:
    world = DeskWorld(**changes)  # type: ignore[arg-type]
    world.cancel()
    world.desk.advance()
    return world


def another(world: DeskWorld) -> WaitlistDesk:
    """A second worker's desk, on the same store."""
    return WaitlistDesk(world.path, world.store, world.ehr, world, world.policy, world.settings)


def standing(told: Told | None) -> Standing:
    assert told is not None
    return told.standing


def accept(world: DeskWorld, number: int = 0) -> Standing:
    return standing(world.desk.accept(world.offers()[number].id))


def holds(world: DeskWorld) -> None:
    """The trail tells the stored state: of cases, offers and openings."""
    tables = world.store.tables
    assert differences(tables.audit, tables.cases) == []
    assert replay(tables.audit, OFFER) == {one.id: footing_of_offer(one) for one in tables.offers.values()}
    assert replay(tables.audit, OPENING) == {one.id: footing_of_opening(one) for one in tables.openings.values()}


def test_in_phase_auto_one_round_goes_from_choice_to_send(world: DeskWorld) -> None:
    """The first of the list has an offer; the next round adds nothing while it is live."""
    world.desk.advance()

    assert (world.asked(), world.ends()) == ([CLIENTS[0]], ["sent"])
    assert world.opening().wave == 1
    holds(world)


def test_in_phase_review_a_person_is_asked_and_the_next_round_sends() -> None:
    """Approved in the queue, sent by the desk."""
    world = asking(phase=Phase.REVIEW)
    (case,) = world.cases()
    assert (case.state, world.asked()) == (State.WAITING, [])
    world.desk.advance()
    world.path.approve(case.id, case.action.digest, DESK)
    world.desk.advance()

    assert (world.asked(), len(world.cases())) == ([CLIENTS[0]], 1)


def test_who_a_person_declined_is_not_proposed_again_for_this_opening() -> None:
    """The next one is."""
    world = asking(phase=Phase.REVIEW)
    world.path.reject(world.cases()[0].id, DESK, Decline.UNSUITABLE)
    world.desk.advance()
    world.desk.advance()

    assert [case.action.leads_to.booking.client for case in world.cases()] == list(CLIENTS[:2])
    assert [case.state for case in world.cases()] == [State.DECLINED, State.WAITING]


def test_in_phase_shadow_one_wave_is_sealed_and_nothing_leaves() -> None:
    """Not the whole list, round after round."""
    world = asking(phase=Phase.SHADOW)
    for _ in range(3):
        world.desk.advance()

    assert [case.state for case in world.cases()] == [State.SHADOWED]
    assert (world.post.calls, world.ehr.calls, world.offers()) == ([], [], [])


def test_a_yes_books_the_time(world: DeskWorld) -> None:
    """Booked in the EHR, the opening filled, the entry placed; the same yes again says the same."""
    assert (accept(world), accept(world)) == (Standing.BOOKED, Standing.BOOKED)
    world.desk.advance()

    assert (world.booked(), world.state, world.ends()) == ([CLIENTS[0]], OpeningState.FILLED, ["accepted"])
    assert world.kinds_of("update_waitlist_status") == [State.CONFIRMED]
    assert entry_of(CLIENTS[0]) not in world.ehr.entries
    holds(world)


def test_a_no_brings_the_next_client(world: DeskWorld) -> None:
    """At once, without waiting for the time to answer; a yes after a no is too late."""
    told = [world.desk.decline(world.offers()[0].id) for _ in range(2)]
    world.desk.advance()

    assert [standing(one) for one in told] == [Standing.DECLINED, Standing.DECLINED]
    assert world.asked() == list(CLIENTS[:2])
    assert (accept(world), world.booked()) == (Standing.DECLINED, [])
    holds(world)


def test_silence_brings_the_next_client_when_the_time_is_over(world: DeskWorld) -> None:
    """Thirty minutes by default, to the microsecond."""
    world.wait(minutes=30, microseconds=-1)
    world.desk.advance()
    before = world.asked()
    world.wait(microseconds=1)
    world.desk.advance()

    assert (before, world.asked(), world.ends()) == ([CLIENTS[0]], list(CLIENTS[:2]), ["expired", "sent"])
    holds(world)


@pytest.mark.parametrize(("micro", "told"), [(-1, Standing.BOOKED), (0, Standing.LATE), (1, Standing.LATE)])
def test_the_time_to_answer_ends_at_its_end(world: DeskWorld, micro: int, told: Standing) -> None:
    """Whether or not a round has noticed."""
    world.wait(minutes=30, microseconds=micro)

    assert accept(world) is told
    assert len(world.booked()) == (told is Standing.BOOKED)


def test_an_opening_is_offered_so_many_times_and_no_more() -> None:
    """The cap; then nobody is left to ask."""
    world = asking(clients=CLIENTS, settings=replace(SETTINGS, most_offers=2))
    for _ in range(4):
        world.wait(minutes=30)
        world.desk.advance()

    assert (world.asked(), world.state) == (list(CLIENTS[:2]), OpeningState.EXHAUSTED)


def test_parallel_offers_go_out_together_and_the_first_yes_has_it() -> None:
    """The second yes is refused kindly and stays on the list; the third offer ends and its client is told."""
    world = asking(settings=PARALLEL)
    assert world.asked() == list(CLIENTS[:3])
    world.ehr.shows = world.ehr.facts  # the EHR's list is behind: the hold alone decides
    offers = {one.client: one.id for one in world.offers()}
    booking = world.path.accept(offers[CLIENTS[1]], CLIENTS[1])
    assert standing(world.desk.accept(offers[CLIENTS[0]])) is Standing.TAKEN
    world.path.execute(booking.id)
    world.desk.advance()

    assert (world.booked(), world.state) == ([CLIENTS[1]], OpeningState.FILLED)
    assert {one.client: str(one.state) for one in world.offers()} == dict(zip(CLIENTS, ("lost", "accepted", "withdrawn"), strict=False))
    assert world.told() == [CLIENTS[2]]  # the loser was told by the answer itself
    assert {entry_of(one) for one in (CLIENTS[0], CLIENTS[2])} == world.ehr.entries.keys()
    holds(world)


def test_several_openings_at_once_are_one_assignment() -> None:
    """Two times, two clients of whom one can come to either: both are filled."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.ehr.entries["e9" * 16] = replace(waits(CLIENTS[1]), entry="e9" * 16, weekdays=frozenset({3}))
    world.ehr.book(LATER, visit("66" * 16, TOMORROW + timedelta(days=1)))
    world.cancel()
    world.cancel(LATER)
    world.desk.advance()

    pairs = {(one.opening, one.client) for name in (VISIT, LATER) for one in world.offers(name)}
    assert pairs == {(VISIT, CLIENTS[1]), (LATER, CLIENTS[0])}


def test_nobody_has_two_live_offers(world: DeskWorld) -> None:
    """A second opening goes to the next one."""
    world.ehr.book(LATER, visit("66" * 16, TOMORROW + timedelta(days=1)))
    world.cancel(LATER)
    world.desk.advance()

    assert world.asked() == list(CLIENTS[:2])


def test_a_booking_the_ehr_rejects_is_lost_kindly(world: DeskWorld) -> None:
    """The client is answered and stays on the list; the opening goes to the next one, never back to the same."""
    world.ehr.faults.append(Fault.REFUSES)
    assert accept(world) is Standing.TAKEN
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


def test_an_offer_taken_back_before_it_left_is_not_sent_later(world: DeskWorld) -> None:
    """The provider said 'later'; meanwhile the time was taken."""
    world = DeskWorld()
    world.cancel()
    world.post.faults.append(Fault.TOO_MANY_REQUESTS)
    world.desk.advance()
    (case,) = world.cases()
    assert (case.state, world.ends()) == (State.APPROVED, ["sent"])
    world.ehr.listeners.clear()
    world.ehr.book("ab" * 16, visit("77" * 16))
    world.wait(minutes=1)
    world.desk.advance()

    assert (world.asked(), world.told()) == ([], [])
    assert world.path.look(case.id).state in (State.WITHDRAWN, State.BLOCKED)
    assert world.ends() == ["withdrawn"]


def test_a_worker_that_dies_while_choosing_does_not_keep_the_opening() -> None:
    """L5: nobody else asks meanwhile, and somebody does as soon as its time is over."""
    world = DeskWorld()
    world.cancel()

    def die(_facts: object) -> tuple[()]:
        raise KeyboardInterrupt

    world.desk._waves._choose = die
    with pytest.raises(KeyboardInterrupt):
        world.desk.advance()
    other = another(world)
    assert other.advance().done["left_to_another"] == 1
    world.wait(minutes=2)
    other.advance()

    assert world.asked() == [CLIENTS[0]]


def test_two_workers_who_choose_at_once_ask_once(world: DeskWorld) -> None:
    """Both looked at the same facts; the second sees that the opening was moved."""
    world = DeskWorld()
    world.cancel()
    choose = world.desk._waves._choose
    world.desk._waves._choose = lambda facts: (other.advance(), choose(facts))[1]  # the other runs in the middle of this one's choice
    other = another(world)
    world.desk.advance()

    assert (world.asked(), world.opening().wave) == ([CLIENTS[0]], 1)


def test_an_offer_nobody_sent_is_nothing(world: DeskWorld) -> None:
    """An unknown id; an offer that waits for approval."""
    other = asking(phase=Phase.REVIEW)

    assert [one(digest("x")[:32]) for one in (world.desk.look, world.desk.accept, world.desk.decline)] == [None] * 3
    assert other.desk.accept(other.cases()[0].id) is None


def test_who_left_the_time_is_not_asked(world: DeskWorld) -> None:
    """They wait for another one."""
    world = DeskWorld(clients=())
    world.ehr.entries["e5" * 16] = replace(waits(LEAVER), entry="e5" * 16)
    world.cancel()
    world.desk.advance()

    assert (world.asked(), world.state) == ([], OpeningState.EXHAUSTED)
