"""A practice's limit of sessions a day: what counts, what adds none, and that the EHR is asked for a day only where there is a limit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsched_core.domain.actions import Action, Basis, BookAppointment, CancelAppointment, MoveAppointment
from hsched_core.domain.lifecycle import State
from hsched_core.domain.sessions import Session, whole_day
from hsched_core.domain.vocabulary import SessionType
from hsched_core.policy.facts import CalendarFacts, Commitment, Finding
from hsched_core.policy.gate import judge
from hsched_sandbox.ehr.records import Appointment
from tests.path_world import CALENDAR, POLICY, TOMORROW, ZONE, World, booking, matter, offer, session
from tests.rest_world import FREE, RestWorld, rest_world
from tests.sandbox_ehr import appointment

HOUR = timedelta(hours=1)
LIMITED = replace(POLICY, most_sessions_a_day=3)
THREE = tuple(session(f"client-{name}", TOMORROW - number * HOUR) for number, name in enumerate("bcd", start=1))


def found(action: Action, *there: Session, policy: Any = LIMITED, unread: int = 0, held: tuple[Session, ...] = ()) -> list[Finding]:
    facts = replace(CALENDAR, day=tuple(Commitment(f"appointment-{number}", one) for number, one in enumerate(there)), day_unread=unread)
    judged = judge(matter(action, calendar=facts, policy=policy, held_day=held))
    return [one for one in judged.findings if one.rule == "capacity.day"]


def test_a_session_beyond_the_limit_is_not_offered_booked_or_moved_there() -> None:
    moved = MoveAppointment("another", "1", session())
    for action in (booking(), offer(), moved):
        assert [one.message for one in found(action, *THREE)] == ["The clinician has 3 sessions on 2026-03-04 already: allowed are 3."]
        assert not found(action, *THREE[:2])


def test_without_a_limit_nothing_is_counted() -> None:
    assert not found(booking(), *THREE, *(replace(one, starts_at=one.starts_at - 3 * HOUR) for one in THREE), policy=POLICY)


def test_others_and_other_days_do_not_count() -> None:
    """The practice's day, not the UTC one: seven in the evening in New York is midnight in UTC."""
    midnight = datetime(2026, 3, 4, tzinfo=ZoneInfo(ZONE)) + timedelta(days=1)

    assert not found(booking(), *THREE[:2], replace(THREE[2], clinician="clinician-2"))
    assert not found(booking(), *THREE[:2], replace(THREE[2], starts_at=midnight))
    assert found(booking(), *THREE[:2], replace(THREE[2], starts_at=midnight - HOUR))


def test_a_group_is_one_session_and_joining_it_adds_none() -> None:
    group = [session(f"client-{number}", TOMORROW, session_type=SessionType.GROUP) for number in range(6)]
    joining = BookAppointment(session(session_type=SessionType.GROUP), Basis.ASKED)

    assert not found(booking(starts_at=TOMORROW + HOUR), *group, THREE[0])
    assert found(booking(starts_at=TOMORROW + HOUR), *group, *THREE[:2])
    assert not found(joining, *group, *THREE[:2])


def test_moving_within_the_day_adds_none() -> None:
    assert not found(MoveAppointment("appointment-1", "1", session()), *THREE)
    assert not found(CancelAppointment("appointment-1", "1", "clinician-1", "clinic"), *THREE)


def test_bookings_under_way_count_once_and_what_cannot_be_read_counts() -> None:
    """One that is done and already stands in the calendar is not two."""
    assert found(booking(), *THREE[:2], held=(THREE[2],))
    assert not found(booking(), *THREE[:2], held=(THREE[1],))
    assert not found(booking(), *THREE[:2], held=(replace(THREE[2], clinician="clinician-2"),))
    assert found(booking(), *THREE[:2], unread=1)


def test_of_two_bookings_for_the_last_place_one_gets_it() -> None:
    """At different hours, for different clients, both approved; the other worker's facts are older than the first booking."""
    world = World(policy=LIMITED)
    world.ehr.shows = replace(CALENDAR, day=tuple(Commitment(f"a{number}", one) for number, one in enumerate(THREE[:2])))
    slow, quick = world.approved(booking("client-b", TOMORROW + HOUR)), world.approved(booking("client-a"))

    assert world.path.execute(quick).state is State.CONFIRMED
    assert world.path.execute(slow).state is State.BLOCKED
    assert world.store.tables.audit[-1].body["rules"] == ["capacity.day"]


@pytest.mark.parametrize(("day", "minutes"), [((2026, 3, 8), 23 * 60), ((2026, 3, 4), 24 * 60), ((2026, 11, 1), 25 * 60)])
def test_a_whole_day_is_the_practices(day: tuple[int, int, int], minutes: int) -> None:
    """Of 23 hours when the clocks go forward, of 25 when they go back."""
    zone = ZoneInfo(ZONE)
    found = whole_day(session(starts_at=datetime(*day, 15, tzinfo=zone)), zone)

    assert (found.starts_at, found.duration_minutes) == (datetime(*day, tzinfo=zone), minutes)


# Over HTTP


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestWorld]:
    """That clinician has four sessions on the day of FREE (one is another's), in the evening, too, and others the day before and after."""
    with rest_world(tmp_path_factory.mktemp("rest")) as made:
        for one in list(made.ehr.book.every(Appointment)):
            made.ehr.book.place(replace(one, starts_at=one.starts_at + timedelta(days=30)))
        for number, (hours, provider) in enumerate([(-4, 0), (-2, 0), (2, 0), (8, 0), (-3, 1), (-24, 0), (24, 0)]):
            made.ehr.book.place(appointment(200 + number, FREE + hours * HOUR, patient=number % 5, provider=provider))
        yield made


def facts(world: RestWorld, policy: Any) -> CalendarFacts:
    return world.connector.calendar_for(policy).facts_for(world.booking(), "")


def test_the_clinicians_whole_day_is_read_where_there_is_a_limit(world: RestWorld) -> None:
    """With what stands in the way as before; without a limit the day is not looked at."""
    limited, free = facts(world, LIMITED), facts(world, POLICY)

    assert {one.appointment for one in limited.day} == {world.token("appointment", f"APT-{200 + number:07d}") for number in range(4)}
    assert limited.day_unread == 0
    assert replace(limited, day=()) == free
    assert free.day == ()


def test_a_limit_costs_no_further_request(world: RestWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list that is asked for anyway is asked for a longer span: here both are one page."""
    client, asked = world.connector.ehr.client, list[str]()
    whole = client.get

    def get(path: str, *more: Any) -> Any:
        asked.append(path.partition("?")[0])
        return whole(path, *more)

    monkeypatch.setattr(client, "get", get)
    counts = []
    for policy in (POLICY, LIMITED):
        asked.clear()
        facts(world, policy)
        counts.append(sorted(asked))

    assert counts[0] == counts[1] != []


def test_a_row_that_cannot_be_read_counts_as_a_session_of_its_day(world: RestWorld) -> None:
    kept = world.ehr.book.get(Appointment, "APT-0000203")
    world.ehr.book.place(replace(kept, modality="hologram"))
    try:
        found = facts(world, LIMITED)
    finally:
        world.ehr.book.place(kept)

    assert (len(found.day), found.day_unread) == (3, 1)
