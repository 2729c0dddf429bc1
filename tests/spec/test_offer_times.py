"""How many are asked at once, how long they have for an answer, and by which channel: what a practice that sets nothing gets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, SafeContact
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.domain.standby import StandbyRecord, StandbyState
from hsched_core.use_cases.waitlist import Mode, WaitlistSettings
from hsched_core.workflow.waitlist import WaitlistDesk
from tests.desk_stories import LATER, holds
from tests.desk_world import CLIENTS, NOON, POLICY, SETTINGS, TOMORROW, VISIT, DeskWorld, entry_of, visit

SHIPPED = WaitlistSettings()
NEW_YORK = ZoneInfo("America/New_York")
ONE_TEXT = replace(POLICY, text_caps=replace(POLICY.text_caps, per_day=1))
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
IN_THREE_DAYS = TOMORROW + 2 * DAY


def by(world: DeskWorld) -> list[tuple[str, Channel]]:
    """Whom an offer went to, and by which channel."""
    sent = [one.action for one in world.post.effects if one.action.kind == "offer_slot"]
    return [(one.outreach.client, one.outreach.channel) for one in sent]


def says(world: DeskWorld, client: str, given: bool, channel: Channel | None = None, purpose: Purpose | None = None) -> None:
    world.store.tables.consents[client].append(ConsentEvent(given, world.present, channel, purpose))


@pytest.mark.parametrize(
    ("left", "minutes"), [(121 * MINUTE, 60), (4 * HOUR, 60), (8 * HOUR, 120), (16 * HOUR, 240), (7 * DAY, 240)], ids=str
)
def test_the_nearer_the_session_the_shorter_the_time_to_answer(left: timedelta, minutes: int) -> None:
    """A quarter of the time that is left; an hour at least, four hours at most."""
    assert SHIPPED.answer_time(left) == minutes * MINUTE


@pytest.mark.parametrize(("left", "count"), [(3 * HOUR, 3), (24 * HOUR, 3), (24 * HOUR + MINUTE, 2), (6 * DAY, 2)], ids=str)
def test_near_the_session_more_are_asked_at_once(left: timedelta, count: int) -> None:
    """Serial stays one."""
    assert SHIPPED.at_once(left) == count
    assert replace(SHIPPED, mode=Mode.SERIAL).at_once(left) == 1


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "starts", "ends"),
    [
        (local(3, 15), local(6, 15), local(3, 19)),
        (local(3, 15, 59), local(6, 15), local(3, 19, 59)),
        (local(3, 16), local(6, 15), local(4, 8)),  # would end when nobody else can be asked before the morning
        (local(3, 19), local(4, 10), local(4, 8)),  # to the last moment at which the time may still be offered
        (local(3, 19), local(4, 9, 30), local(4, 7, 30)),
        (local(3, 19), local(3, 23), local(3, 21)),  # the same evening
        (local(3, 19, 30), local(3, 22), local(3, 20, 30)),  # which would be sooner than they have anyway
        (local(7, 19), local(10, 15), local(8, 8)),  # the night in which clocks change
    ],
)
def test_nobody_is_hurried_for_hours_in_which_nobody_else_is_asked(at: datetime, starts: datetime, ends: datetime) -> None:
    """An answer that would be due after eight in the evening is due at eight in the morning."""
    assert SHIPPED.answer_by(at, starts, NEW_YORK) == ends


def test_the_first_yes_has_the_time_and_the_others_hear_so_kindly_and_keep_their_place() -> None:
    """Three at once a day ahead, as shipped."""
    world = DeskWorld(settings=SHIPPED, clients=CLIENTS[:4])
    world.cancel()
    world.desk.advance()
    assert world.asked() == list(CLIENTS[:3])
    world.desk.accept(next(one.id for one in world.offers() if one.client == CLIENTS[1]))
    world.wait(minutes=20)
    for _ in range(2):
        world.desk.advance()

    assert (world.booked(), sorted(world.told())) == ([CLIENTS[1]], [CLIENTS[0], CLIENTS[2]])
    assert {entry_of(CLIENTS[0]), entry_of(CLIENTS[2])} <= world.ehr.entries.keys()
    holds(world)


def test_who_had_their_text_of_the_day_gets_the_offer_by_the_next_channel_they_consented_to() -> None:
    """The caps count over all channels; consent is for each."""
    world = DeskWorld(policy=ONE_TEXT, clients=CLIENTS[:1])
    world.ehr.book(LATER, visit("1c" * 16, IN_THREE_DAYS))
    world.cancel()
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.cancel(LATER)
    world.desk.advance()

    assert by(world) == [(CLIENTS[0], Channel.TEXT), (CLIENTS[0], Channel.EMAIL)]
    holds(world)


@pytest.mark.parametrize("against", ["consent", "wish"])
def test_who_does_not_want_texts_is_written_to_otherwise(against: str) -> None:
    """Whatever channel the EHR says they prefer."""
    world = DeskWorld(clients=CLIENTS[:1])
    if against == "consent":
        says(world, CLIENTS[0], False, Channel.TEXT)
        says(world, CLIENTS[0], False, Channel.EMAIL)
    else:
        never = SafeContact(never=frozenset({Channel.TEXT, Channel.EMAIL}))
        world.ehr.entries = {name: replace(one, safe=never) for name, one in world.ehr.entries.items()}
        world.ehr.facts = replace(world.ehr.facts, safe=never)
    world.cancel()
    world.desk.advance()

    assert by(world) == [(CLIENTS[0], Channel.PORTAL)]


def test_an_address_from_which_messages_come_back_is_not_tried() -> None:
    """The next channel is; and with none left nobody is asked in vain."""
    for dead, sent in (({Channel.TEXT}, [(CLIENTS[0], Channel.EMAIL)]), ({Channel.TEXT, Channel.EMAIL, Channel.PORTAL}, [])):
        world = DeskWorld(clients=CLIENTS[:1])
        returned = {CLIENTS[0]: dict.fromkeys(dead, NOON - DAY)}
        world.desk = WaitlistDesk(world.path, world.store, world.ehr, world, world.policy, SETTINGS, returned=lambda told=returned: told)
        world.ehr.listeners[:] = [world.desk.on_notice]
        world.cancel()
        world.desk.advance()

        assert (by(world), len(world.cases())) == (sent, len(sent))


def no_offers(world: DeskWorld) -> None:
    says(world, CLIENTS[0], False, purpose=Purpose.OFFER)


def paused(world: DeskWorld) -> None:
    world.store.tables.paused = {CLIENTS[0]}


def a_minor(world: DeskWorld) -> None:
    world.ehr.entries = {
        name: replace(one, safe=SafeContact(is_minor=True)) if one.client == CLIENTS[0] else one for name, one in world.ehr.entries.items()
    }


@pytest.mark.parametrize("made", [no_offers, paused, a_minor], ids=lambda one: one.__name__)
def test_who_may_not_be_written_to_does_not_use_up_the_openings_turn(made: Callable[[DeskWorld], None]) -> None:
    """Nothing is proposed to them in vain, the next one is asked in the same round, and the trail says why they were not."""
    world = DeskWorld(clients=CLIENTS[:2])
    made(world)
    world.cancel()
    world.desk.advance()
    assert (world.asked(), len(world.cases())) == ([CLIENTS[1]], 1)
    world.desk.decline(world.offers()[0].id)
    for _ in range(2):
        world.desk.advance()

    assert world.state is OpeningState.EXHAUSTED
    (told,) = [one.body["skipped"] for one in world.store.tables.audit if one.kind == UNASKED]
    assert {"reasons": ["no_channel"], "clients": [CLIENTS[0]]} in told


def test_who_may_be_written_to_again_is_asked_then_and_not_before() -> None:
    """A pause that ends, a cap that has room again: the opening opens for them."""
    world = DeskWorld(clients=CLIENTS[:1])
    paused(world)
    world.cancel()
    world.desk.advance()
    assert (world.state, world.cases()) == (OpeningState.EXHAUSTED, [])
    world.store.tables.paused = set()
    world.wait(minutes=5)
    world.desk.advance()

    assert (world.state, world.asked()) == (OpeningState.OPEN, [CLIENTS[0]])


def test_a_standby_is_asked_first_also_where_several_are_asked_at_once() -> None:
    """The others are when an hour is over; and at once where the standby cannot be written to."""
    for is_silenced, after in (
        (False, [[CLIENTS[2]], [*CLIENTS[2:0:-1]][:1], [CLIENTS[2], CLIENTS[0], CLIENTS[1]]]),
        (True, [list(CLIENTS[:2])] * 3),
    ):
        world = DeskWorld(settings=SHIPPED, clients=CLIENTS[:3])
        record = StandbyRecord("5b" * 16, VISIT, CLIENTS[2], NOON + 20 * HOUR, NOON, StandbyState.WAITS)
        world.store.tables.standbys[record.id] = record
        if is_silenced:
            says(world, CLIENTS[2], False)
        world.cancel()
        found = []
        for minutes in (0, 59, 1):
            world.wait(minutes=minutes)
            world.desk.advance()
            found.append(world.asked())

        assert found == after


def _calls(**changes: Any) -> DeskWorld:
    return DeskWorld(settings=replace(SETTINGS, **{"calls_per_day": 5, **changes}), clients=CLIENTS[:2])


def test_who_prefers_calls_is_called_as_far_as_the_days_number_goes_and_written_to_beyond_it() -> None:
    """Within the office's hours; the yes on the phone books the time like any other."""
    for number, hour, channels in ((1, 12, [Channel.CALL, Channel.TEXT]), (2, 12, [Channel.CALL] * 2), (5, 17, [Channel.TEXT] * 2)):
        world = _calls(calls_per_day=number, mode=Mode.PARALLEL)
        world.ehr.entries = {name: replace(one, channel=Channel.CALL) for name, one in world.ehr.entries.items()}
        world.present = world.present.astimezone(NEW_YORK).replace(hour=hour).astimezone(UTC)
        world.cancel()
        for _ in range(2):
            world.desk.advance()

        assert sorted(channel for _, channel in by(world)) == channels
        world.desk.accept(world.offers()[0].id)
        assert len(world.booked()) == 1


def test_who_can_be_reached_by_phone_alone_is_called_about_what_nobody_took() -> None:
    """After everybody who can be written to; not beyond the day's number, not at the weekend."""
    for number, day, asked in ((5, 0, list(CLIENTS[:2])), (0, 0, [CLIENTS[0]]), (5, 4, [CLIENTS[0]])):
        world = _calls(calls_per_day=number)
        for channel in (Channel.TEXT, Channel.EMAIL, Channel.PORTAL):
            says(world, CLIENTS[1], False, channel)
        world.ehr.book(LATER, visit(LATER, TOMORROW + HOUR + day * DAY))
        world.wait(days=day)
        world.cancel(LATER)
        world.desk.advance()
        world.desk.decline(world.offers(LATER)[0].id)
        for _ in range(2):
            world.desk.advance()

        assert world.asked() == asked


@pytest.mark.parametrize(("again", "count"), [(True, 2), (False, 1)])
def test_who_did_not_answer_in_writing_is_called_only_where_the_practice_wants_that_and_once(again: bool, count: int) -> None:
    """Who said no is not."""
    world = _calls(calls_again=again)
    world.cancel()
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.desk.advance()
    for minutes in (31, 1, 121, 1):
        world.wait(minutes=minutes)
        world.desk.advance()

    assert by(world) == [(CLIENTS[0], Channel.TEXT), (CLIENTS[1], Channel.TEXT), (CLIENTS[1], Channel.CALL)][: 1 + count]
    assert sorted(world.ends()) == ["declined", *["expired"] * count]
    holds(world)


def test_in_phase_review_a_person_decides_about_a_call_too() -> None:
    """With their own time before it."""
    world = _calls()
    world.set_phase(Phase.REVIEW)
    world.ehr.entries = {name: replace(one, channel=Channel.CALL) for name, one in world.ehr.entries.items()}
    world.cancel()
    world.desk.advance()
    (case,) = world.cases()

    assert (str(case.state), case.action.outreach.channel, world.asked()) == ("waiting", Channel.CALL, [])
