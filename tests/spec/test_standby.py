"""Standbys: from the offer a person approved to its end, whichever way the visit goes; the visit stays whose it is all the while."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path as FilePath

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import ConsentEvent
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.lifecycle import LifecycleError, State
from hsched_core.domain.people import Person, Role
from hsched_core.domain.replies import Reason, ReplyState
from hsched_core.domain.rollout import Phase
from hsched_core.domain.standby import StandbyRecord, StandbyState, stepped
from hsched_core.policy.approval import NotPermittedError
from hsched_core.workflow import standby_steps
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLIENTS, VISIT, DeskWorld, waits
from tests.path_world import NOON, YES
from tests.reminders_desk import DESK, RemindersWorld
from tests.replies_world import CLIENT, RepliesWorld, replies_world
from tests.replies_world import VISIT as OWN_VISIT

pytestmark = pytest.mark.xdist_group("postgres")
FIRST = CLIENTS[0]
FRONT = Person("person-desk", "elm", frozenset({Role.FRONT_DESK}))


@pytest.fixture
def world() -> RemindersWorld:
    """A risky, unconfirmed visit, and a waitlisted client whom a person let be asked to stand by."""
    made = RemindersWorld()
    name = made.visit()
    made.ehr.entries = {one.entry: one for one in map(waits, CLIENTS[:3])}
    for client in CLIENTS[:3]:
        made.consent(client, YES[0])
    for hours in (0, 48, 55):
        made.at(hours=hours)
        made.desk.advance()
    (case,) = [one for one in made.cases(name) if standby_steps.is_standby(one)]
    made.path.approve(case.id, case.action.digest, DESK)
    made.desk.advance()
    return made


def record(world: RemindersWorld) -> StandbyRecord:
    (found,) = world.store.tables.standbys.values()
    return found


def says(world: RemindersWorld, *, yes: bool) -> None:
    """The client answers; what the desk of replies does is tested below."""
    with world.store.transaction() as tx:
        standby_steps.answer(tx, record(world), world.present, "replies", says_yes=yes)


def later(world: RemindersWorld, **span: float) -> list[str]:
    """A round after such a while; the templates that left in it."""
    before = len(world.sent())
    world.present += timedelta(**span)
    world.desk.advance()
    return [template for template, _ in world.sent()[before:]]


def test_a_standby_is_on_record_from_the_moment_its_offer_leaves(world: RemindersWorld) -> None:
    """In the transaction that claims it, with its entry; a second round changes nothing."""
    world.desk.advance()

    assert (record(world).client, record(world).state, record(world).version) == (FIRST, StandbyState.ASKED, 1)
    assert [one.kind for one in world.store.tables.audit if one.kind.startswith("standby.")] == ["standby.asked"]


def test_who_said_yes_hears_that_the_visit_takes_place(world: RemindersWorld) -> None:
    """When it is confirmed, once, and keeps their place. A visit is not touched by any of it."""
    says(world, yes=True)
    (name,) = world.ehr.appointments_by_id
    world.answers.confirmed[name] = world.present + timedelta(minutes=1)

    assert later(world, hours=1) == []  # one text a day: they had theirs
    assert record(world).state is StandbyState.ENDED
    assert later(world, hours=15) == ["standby_ended"]
    assert later(world, hours=2) == []
    assert world.ehr.appointments_by_id[name].takes_time


def test_a_visit_nobody_confirms_is_waited_for_until_it_is_too_late(world: RemindersWorld) -> None:
    """Three hours before, whoever stood by hears so; in the morning, where that is at night."""
    says(world, yes=True)
    assert later(world, hours=1) == []
    told = [template for hours in (20, 1, 1, 1) for template in later(world, hours=hours)]

    assert told == ["standby_ended"]


@pytest.mark.parametrize("yes", [False, None])
def test_who_said_no_or_nothing_is_not_written_to_again(world: RemindersWorld, *, yes: bool | None) -> None:
    """It ends all the same."""
    if yes is not None:
        says(world, yes=yes)
    (name,) = world.ehr.appointments_by_id
    world.answers.confirmed[name] = world.present + timedelta(minutes=1)

    assert later(world, hours=2) == []
    assert record(world).state is (StandbyState.ENDED if yes is None else StandbyState.DECLINED)


def test_the_words_at_the_end_follow_the_standing_order_like_any_other(world: RemindersWorld) -> None:
    """In phase review they wait for a person."""
    says(world, yes=True)
    world.set_phase(Phase.REVIEW)
    (name,) = world.ehr.appointments_by_id
    world.answers.confirmed[name] = world.present + timedelta(minutes=1)

    assert later(world, hours=2) == []
    ended = [one for one in world.cases(name) if isinstance(one.action, SendMessage) and one.action.template == "standby_ended"]
    assert [(one.state, one.action.outreach.client) for one in ended if one.action.outreach] == [(State.WAITING, FIRST)]
    assert later(world, hours=1) == []
    assert world.cases(name)[-1].state is State.WAITING  # it is not taken back with the steps about the visit


def test_a_person_may_note_what_the_client_told_them(world: RemindersWorld) -> None:
    """With a role that deals with replies; once it is over there is nothing to note."""
    standbys = world.desk.standbys
    with pytest.raises(NotPermittedError):
        standbys.answered(record(world).id, replace(FRONT, roles=frozenset({Role.AUDITOR})), "elm", says_yes=True)

    assert standbys.answered(record(world).id, FRONT, "elm", says_yes=True).state is StandbyState.WAITS
    assert standbys.answered(record(world).id, FRONT, "elm", says_yes=False).state is StandbyState.DECLINED
    with pytest.raises(UserError, match="no open standby"):
        standbys.answered(record(world).id, FRONT, "elm", says_yes=True)


# The time becomes free


def freed(*, says_yes: bool, clients: tuple[str, ...] = CLIENTS[:3]) -> DeskWorld:
    """The last who would be asked stood by for the visit; now it is cancelled, and the waitlist had a round."""
    world = DeskWorld(clients=clients)
    state = StandbyState.WAITS if says_yes else StandbyState.ASKED
    world.store.tables.standbys["5b" * 16] = StandbyRecord("5b" * 16, VISIT, CLIENTS[2], NOON + timedelta(hours=20), NOON, state)
    world.cancel()
    world.desk.advance()
    return world


def test_the_freed_time_is_offered_first_to_who_stands_by() -> None:
    """Before those whom it fits better; after their no, to the others as ever."""
    world = freed(says_yes=True)
    assert world.asked() == [CLIENTS[2]]

    world.desk.decline(world.offers()[0].id)
    world.wait(minutes=1)
    world.desk.advance()
    assert world.asked() == [CLIENTS[2], CLIENTS[0]]


def test_who_never_said_yes_has_no_precedence() -> None:
    """Nor has somebody who left the waitlist meanwhile."""
    assert freed(says_yes=False).asked() == [CLIENTS[0]]
    assert freed(says_yes=True, clients=CLIENTS[:2]).asked() == [CLIENTS[0]]


def test_the_others_wait_no_longer_than_an_answer_takes() -> None:
    """Where who stands by cannot be asked just now, the time is everybody's after half an hour."""
    world = DeskWorld(clients=CLIENTS[:3])
    world.store.tables.standbys["5b" * 16] = StandbyRecord(
        "5b" * 16, VISIT, CLIENTS[2], NOON + timedelta(hours=20), NOON, StandbyState.WAITS
    )
    world.ehr.entries = {one.entry: replace(one, hour_to=8) if one.client == CLIENTS[2] else one for one in world.ehr.entries.values()}
    world.cancel()
    asked = []
    for _ in range(2):
        world.desk.advance()
        asked.append(world.asked())
        world.wait(minutes=30)

    assert asked == [[], [CLIENTS[0]]]


def test_who_said_stop_meanwhile_keeps_nobody_waiting() -> None:
    """Their offer is blocked; in the next round the others are asked."""
    world = DeskWorld(clients=CLIENTS[:3])
    waits_for = StandbyRecord("5b" * 16, VISIT, CLIENTS[2], NOON + timedelta(hours=20), NOON, StandbyState.WAITS)
    world.store.tables.standbys[waits_for.id] = waits_for
    world.store.tables.consents[CLIENTS[2]].append(ConsentEvent(False, NOON))
    world.cancel()
    world.desk.advance()
    world.desk.advance()

    assert world.asked() == [CLIENTS[0]]


def test_an_offer_of_the_freed_time_ends_the_standby(world: RemindersWorld) -> None:
    """From there on the waitlist tells them how it went: nothing more is said here."""
    says(world, yes=True)
    (name,) = world.ehr.appointments_by_id
    world.cancel(name)
    assert later(world, minutes=20) == []
    assert record(world).state is StandbyState.WAITS

    offered = freed(says_yes=True).offers()[0]
    world.store.tables.offers[offered.id] = replace(offered, opening=name, client=FIRST)
    assert later(world, minutes=20) == []
    assert record(world).state is StandbyState.OFFERED


# What the client writes


@pytest.fixture
def replying(tmp_path: FilePath) -> Iterator[RepliesWorld]:
    with replies_world(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as (made, _):
        yield made


def stands_by(world: RepliesWorld, name: str = "5b" * 16) -> None:
    """The client was told that the time of somebody else's visit may become free."""
    made = StandbyRecord(name, "0e" * 16, CLIENT, world.present + timedelta(days=1), world.present)
    with world.store.transaction() as tx:
        tx.put_standby(made, audit=AuditEntry(world.present, "path", "standby.asked", name, {}))


def states(world: RepliesWorld) -> list[StandbyState]:
    with world.store.transaction() as tx:
        return [one.state for one in tx.standbys(client=CLIENT)]


@pytest.mark.parametrize("words", ["YES", "yes please", "SI", "👍"])
def test_a_yes_to_a_standby_is_no_confirmation_of_their_own_visit(replying: RepliesWorld, words: str) -> None:
    """They stand by; nothing is confirmed, nobody is bothered. The next yes is for their visit again."""
    stands_by(replying)
    reply = replying.reply(replying.writes(words))

    assert (reply.state, reply.confirms, reply.visit, states(replying)) == (ReplyState.DONE, False, "", [StandbyState.WAITS])
    replying.wait(minutes=5)
    replying.asked_about(OWN_VISIT)
    replying.wait(minutes=5)
    assert replying.reply(replying.writes("yes")).confirms


def test_a_yes_that_may_be_for_something_else_is_a_persons(replying: RepliesWorld) -> None:
    """Their own visit was asked about these days, or there are two times to stand by for."""
    replying.asked_about(OWN_VISIT)
    stands_by(replying)
    replying.wait(minutes=5)
    reply = replying.reply(replying.writes("yes"))

    assert (reply.reasons, reply.confirms, states(replying)) == ((Reason.OFFER_OPEN,), False, [StandbyState.ASKED])


def test_a_no_is_a_persons_and_a_stop_is_a_stop(replying: RepliesWorld) -> None:
    """No rule reads a bare no; what STOP means does not depend on what was asked."""
    stands_by(replying)
    replying.writes("STOP")
    assert not replying.may_be_texted()
    assert states(replying) == [StandbyState.ASKED]


def test_standbys_are_stored_with_compare_and_set_on_either_database(request: pytest.FixtureRequest, tmp_path: FilePath) -> None:
    """And an impossible step is refused before it comes there."""
    for url in (f"sqlite:///{tmp_path / 'one.sqlite'}", str(request.getfixturevalue("postgres_url"))):
        trail = TrailDesk(url, tmp_path / url[:4]).open()
        made = RemindersWorld(store=_store(trail))
        first = StandbyRecord("5b" * 16, "0e" * 16, FIRST, NOON, NOON)
        note = AuditEntry(NOON, "path", "standby.asked", first.id, {})
        with made.store.transaction() as tx:
            tx.put_standby(first, audit=note)
            tx.put_standby(stepped(first, StandbyState.WAITS, NOON), audit=note)
            assert [one.state for one in tx.standbys(appointment=first.appointment)] == [StandbyState.WAITS]
            assert tx.standbys(client="0a" * 16) == []
        with pytest.raises(SafeError, match="moved_meanwhile"), made.store.transaction() as tx:
            tx.put_standby(stepped(first, StandbyState.ENDED, NOON), audit=note)
        with made.store.transaction() as tx:
            tx.put_standby(stepped(stepped(first, StandbyState.WAITS, NOON), StandbyState.ENDED, NOON), audit=note)
            assert (tx.standbys(), tx.standby(first.id).is_open) == ([], False)
        trail.close()
    with pytest.raises(LifecycleError):
        stepped(replace(first, state=StandbyState.ENDED), StandbyState.WAITS, NOON)


def _store(trail: object) -> object:
    from hsched_adapters.store.path import SqlPathStore

    return SqlPathStore(trail)  # type: ignore[arg-type]  # the trail that was just opened
