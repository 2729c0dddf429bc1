"""Offers: waves, answers, caps and workers; who is asked, when, and who is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Decline
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.waitlist import Facts, Outlook
from hsched_core.workflow import waves
from hsched_core.workflow.waitlist import Standing
from tests.desk_stories import LATER, PARALLEL, accept, another, asking, holds, standing
from tests.desk_world import CLIENTS, DESK, LEAVER, SETTINGS, TOMORROW, VISIT, DeskWorld, entry_of, visit, waits
from tests.fake_other_side import Fault


@pytest.fixture
def world() -> DeskWorld:
    """An opening whose first offer is out."""
    return asking()


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
    world.wait(seconds=1)
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
    world.wait(seconds=1)
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


def test_a_worker_whose_facts_are_old_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one asked, and was declined, between its look and its claim."""
    world = DeskWorld()
    world.cancel()
    other, look = another(world), waves.outlooks

    def slowly(facts: Facts) -> dict[str, Outlook]:
        monkeypatch.setattr(waves, "outlooks", look)
        other.advance()
        world.desk.decline(world.offers()[0].id)
        return look(facts)

    monkeypatch.setattr(waves, "outlooks", slowly)
    done = world.desk.advance()

    assert (done.done["left_to_another"], world.asked()) == (1, [CLIENTS[0]])


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


def test_an_offer_that_ended_is_not_sent_by_whoever_comes_later() -> None:
    """The provider said 'later', the opening was taken, and a worker still has the case: the path itself refuses."""
    world = DeskWorld()
    world.cancel()
    world.post.faults.append(Fault.TOO_MANY_REQUESTS)
    world.desk.advance()
    (case,) = world.cases()
    world.ehr.book("ab" * 16, visit("77" * 16))
    world.ehr.shows = world.ehr.facts  # the calendar does not show it
    world.wait(minutes=1)

    assert (world.path.execute(case.id).state, world.asked()) == (State.BLOCKED, [])
    assert world.store.tables.audit[-1].body["rules"] == ["offer.ended"]
