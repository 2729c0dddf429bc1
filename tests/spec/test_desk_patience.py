"""What is put off is not forgotten: clients in quiet hours, rounds that did not come to their end, promises while all is stopped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import Action, AddNote
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import CalendarFacts
from hsched_core.use_cases.waitlist import Facts
from hsched_core.workflow.endings import Endings
from hsched_core.workflow.waitlist import Standing
from tests.desk_stories import LATER, accept, holds, standing
from tests.desk_world import CLIENTS, KINDS, ORDER, POLICY, SETTINGS, TOMORROW, VISIT, DeskWorld, visit, waits

FAR_WEST = "Pacific/Honolulu"  # 07:00 when it is noon in New York
IN_THREE_DAYS = TOMORROW + timedelta(days=3)


def of_one_text_a_day() -> DeskWorld:
    """And of no other channel."""
    policy = replace(POLICY, text_caps=replace(POLICY.text_caps, per_day=1))
    return DeskWorld(policy=policy, settings=replace(SETTINGS, other_channels=False), clients=CLIENTS[:1])


def test_who_is_in_quiet_hours_is_asked_when_they_are_over() -> None:
    """An opening of tomorrow waits for them; what was blocked says until when."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.ehr.facts = replace(world.ehr.facts, client_zone=FAR_WEST)
    world.cancel()
    world.desk.advance()
    (case,) = world.cases()
    assert (world.asked(), world.state, case.state) == ([], OpeningState.OPEN, State.BLOCKED)
    world.wait(minutes=59)
    world.desk.advance()
    assert (case.not_before, world.asked()) == (world.now() + timedelta(minutes=1), [])
    world.wait(minutes=1)
    world.desk.advance()

    assert (world.asked(), world.ends()) == ([CLIENTS[0]], ["sent"])
    holds(world)


def test_another_client_is_asked_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for somebody's morning while somebody else is up."""
    world = DeskWorld(clients=CLIENTS[:2])
    reads, here = world.ehr.facts_for, world.ehr.facts.client_zone

    def facts_for(action: Action, key: str) -> CalendarFacts:
        is_far = action.session is not None and action.session.client == CLIENTS[0]
        return replace(reads(action, key), client_zone=FAR_WEST if is_far else here)

    monkeypatch.setattr(world.ehr, "facts_for", facts_for)
    world.cancel()
    world.desk.advance()
    world.desk.advance()

    assert world.asked() == [CLIENTS[1]]


def test_who_had_their_text_of_the_day_is_asked_tomorrow() -> None:
    """Of another opening, that is far enough ahead. Until then nothing is proposed that the budget would stop."""
    world = of_one_text_a_day()
    world.ehr.book(LATER, visit("1c" * 16, IN_THREE_DAYS))
    world.cancel()
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.cancel(LATER)
    world.desk.advance()
    assert (world.asked(), world.opening(LATER).state, world.cases(LATER)) == ([CLIENTS[0]], OpeningState.OPEN, [])
    world.wait(hours=21)
    world.desk.advance()

    assert world.asked() == [CLIENTS[0], CLIENTS[0]]


def test_who_did_not_consent_is_not_asked_later_either() -> None:
    """That does not clear by itself: nobody is left to ask, and the trail says why. Nothing is proposed that the gate would stop."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.store.tables.consents.clear()
    world.cancel()
    world.desk.advance()
    world.desk.advance()

    (told,) = [one.body["skipped"] for one in world.store.tables.audit if one.kind == UNASKED]
    assert (world.cases(), world.state) == ([], OpeningState.EXHAUSTED)
    assert told == [{"reasons": ["no_channel"], "clients": [CLIENTS[0]]}]


def moving_up() -> DeskWorld:
    """A client took an earlier time, and has not given up the later one yet."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.ehr.book(LATER, visit(CLIENTS[0], IN_THREE_DAYS))
    gives = replace(waits(CLIENTS[0]), instead_of=LATER, instead_at=IN_THREE_DAYS)
    world.ehr.entries[gives.entry] = gives
    world.cancel()
    world.desk.advance()
    assert accept(world) is Standing.BOOKED
    return world


def an_ehr_that_fails_once(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    read = world.ehr.appointment

    def fails(appointment: str) -> object:
        monkeypatch.setattr(world.ehr, "appointment", read)
        world.ehr.is_down = True
        try:
            return read(appointment)
        finally:
            world.ehr.is_down = False

    monkeypatch.setattr(world.ehr, "appointment", fails)


def a_worker_that_dies(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Endings, "_give_up", dies)
        with pytest.raises(KeyboardInterrupt):
            world.desk.advance()


def staff_who_place_the_entry(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ehr.entries.clear()


@pytest.mark.parametrize("disturbed", [an_ehr_that_fails_once, a_worker_that_dies, staff_who_place_the_entry], ids=lambda one: one.__name__)
def test_the_later_visit_is_given_up_whatever_comes_between(
    disturbed: Callable[[DeskWorld, pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client does not keep two times."""
    world = moving_up()
    disturbed(world, monkeypatch)
    for _ in range(3):
        world.desk.advance()

    assert world.kinds_of("cancel_appointment") == [State.CONFIRMED]
    assert not world.ehr.appointments_by_id[LATER].takes_time


def test_what_a_client_accepted_is_booked_after_a_long_stop() -> None:
    """A promise lasts until the session, not as long as an approval."""
    world = DeskWorld(clients=CLIENTS[:1])
    world.cancel()
    world.desk.advance()
    world.store.tables.is_stopped = True
    assert accept(world) is Standing.RECEIVED
    world.wait(hours=6)
    world.desk.advance()
    world.store.tables.is_stopped = False
    world.desk.advance()

    assert (world.booked(), standing(world.desk.look(world.offers()[0].id))) == ([CLIENTS[0]], Standing.BOOKED)


@pytest.mark.parametrize(("template", "notes"), [("", []), ("booked_v1", ["booked_v1"])])
def test_the_chart_says_where_a_visit_came_from_if_the_practice_wants_it(template: str, notes: list[str]) -> None:
    """Once, on the booked appointment, under an order like everything else."""
    world = DeskWorld(settings=replace(SETTINGS, note_template=template), clients=CLIENTS[:1])
    world.set_phase(Phase.AUTO, replace(ORDER, action_kinds=KINDS | {"add_note"}))
    world.cancel()
    world.desk.advance()
    accept(world)
    for _ in range(3):
        world.desk.advance()

    written = [one.action for one in world.ehr.effects if isinstance(one.action, AddNote)]
    assert [note.template for note in written] == notes
    assert all(note.appointment in world.ehr.appointments_by_id for note in written)
    assert world.opening(VISIT).state is OpeningState.FILLED


def test_a_round_looks_at_the_histories_that_matter_to_it_and_not_at_the_practices_whole_past() -> None:
    """Who waits, with what they were asked of these openings; and who left the list, as long as they count among an opening's offers."""
    world = DeskWorld()
    seen: list[Facts] = []
    choose = world.desk._waves._choose
    world.desk._waves._choose = lambda facts: (seen.append(facts), choose(facts))[1]
    world.cancel()
    world.desk.advance()
    world.ehr.entries.pop(waits(CLIENTS[0]).entry)  # staff took the client who was asked off the list
    world.wait(minutes=31)
    world.desk.advance()
    asked = {one.client: one.asked_for for one in seen[-1].histories}
    assert asked == {CLIENTS[0]: {VISIT}}
    world.wait(days=3)
    world.ehr.book(LATER, visit(starts_at=world.now() + timedelta(days=1)))
    world.cancel(LATER)
    world.desk.advance()

    assert {one.client: one.asked_for for one in seen[-1].histories} == {CLIENTS[1]: frozenset()}
    holds(world)
