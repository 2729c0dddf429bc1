"""The permission table: who reaches how far, which fields they see. Written out by hand for what matters most."""

from collections.abc import Iterator

import pytest

from hsched_core.domain.access import Way
from hsched_core.domain.people import Person, Role
from hsched_core.policy.permissions import PERMISSIONS, Scope, Subject, may, reaches, scope_of, sees_names, sees_risk
from hsched_service.access.cookies import csrf_of
from hsched_service.access.guard import Visitor
from hsched_service.access.turned_away import NotThereError
from tests.service_world import ServiceWorld, service_world

OWN, OTHER = "c1" * 16, "c2" * 16
# Subjects whose pages hold records of clients.
RECORDS = {
    Subject.QUEUE,
    Subject.DECIDE,
    Subject.CALENDAR,
    Subject.OWN_DAY,
    Subject.CALLS,
    Subject.REPLIES,
    Subject.WAITLIST,
    Subject.GROUPS,
    Subject.CLIENT_RECORD,
    Subject.SIDEBAR,
}


def person(*roles: Role, clinician: str | None = None, is_active: bool = True) -> Person:
    return Person("somebody", "elm", frozenset(roles), clinician, is_active)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("permissions")) as made:
        yield made


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DATA_TEAM, Role.MODEL_REVIEWER, Role.AUDITOR])
def test_who_does_not_care_for_clients_sees_none_of_them(role: Role) -> None:
    """Z7: neither names, nor records, nor individuals' scores; the administrator least of all."""
    somebody = person(role)

    assert {subject for subject in RECORDS if may(somebody, subject)} == set()
    assert not sees_names(somebody)
    assert not sees_risk(somebody)


def test_the_administrator_keeps_passkeys_and_api_clients_and_nothing_else() -> None:
    """No audit trail, no model, no policy; start, passkey and switch are everybody's."""
    assert {subject for subject in PERMISSIONS if may(person(Role.ADMIN), subject)} == {
        Subject.HOME,
        Subject.PROVE,
        Subject.SWITCH,
        Subject.FORGET_PASSKEYS,
        Subject.API_CLIENTS,
    }


def test_a_clinician_reaches_their_own_and_nobody_elses() -> None:
    """Nor what is nobody's. Without a clinician of their own they reach nothing."""
    somebody, nobody = person(Role.CLINICIAN, clinician=OWN), person(Role.CLINICIAN)

    assert scope_of(somebody, Subject.QUEUE) is Scope.OWN
    assert [reaches(somebody, Subject.QUEUE, one) for one in (OWN, OTHER, None)] == [True, False, False]
    assert scope_of(nobody, Subject.QUEUE) is Scope.NONE
    assert [reaches(nobody, Subject.QUEUE, one) for one in (OWN, None)] == [False, False]


def test_the_widest_role_counts_but_a_clinician_sees_no_score() -> None:
    """Who is manager and clinician at once reaches the practice, without individuals' risks."""
    both = person(Role.CLINICIAN, Role.PRACTICE_MANAGER, clinician=OWN)

    assert reaches(both, Subject.QUEUE, OTHER)
    assert not sees_risk(both)
    assert sees_risk(person(Role.PRACTICE_MANAGER))
    assert sees_risk(person(Role.FRONT_DESK))
    assert not sees_risk(person(Role.CLINICIAN, clinician=OWN))


@pytest.mark.parametrize("role", Role)
def test_who_is_disabled_has_nothing(role: Role) -> None:
    """In whatever role."""
    somebody = person(role, clinician=OWN, is_active=False)

    assert {scope_of(somebody, subject) for subject in PERMISSIONS} == {Scope.NONE}
    assert not sees_names(somebody)
    assert not sees_risk(somebody)


def test_who_has_no_role_has_nothing() -> None:
    """Default deny."""
    assert not any(may(person(), subject) for subject in Subject)


def visitor(world: ServiceWorld, login: str) -> Visitor:
    parts = world.opened.service
    secret = parts.sign_ins.start(login, Way.DEMO)
    session, somebody = parts.sign_ins.of(secret), parts.roll.person(login)
    assert session is not None
    assert somebody is not None
    return Visitor(somebody, session, csrf_of(secret), parts)


def test_what_is_beyond_somebody_is_as_if_it_were_not_there(world: ServiceWorld) -> None:
    """Z2: no other word for it than for what does not exist."""
    clinician = visitor(world, "clinician1")
    own = clinician.person.clinician
    clinician.check_reach(Subject.CALENDAR, own)
    visitor(world, "frontdesk").check_reach(Subject.CALENDAR, OTHER)

    for one in (OTHER, None):
        with pytest.raises(NotThereError):
            clinician.check_reach(Subject.CALENDAR, one)


def test_every_look_at_a_record_is_in_the_trail(world: ServiceWorld) -> None:
    """Who, when signed in how, on which page, whose records; a page that refreshes itself within a minute is one look."""
    somebody, clients = visitor(world, "frontdesk"), [world.client(1), world.client(0)]
    somebody.saw("desk.queue", clients)
    somebody.saw("desk.queue", reversed(clients))
    somebody.saw("desk.queue", [])
    somebody.saw("desk.calls", clients[:1])
    world.present.instant = world.present.instant.replace(minute=world.present.instant.minute + 2)
    somebody.saw("desk.queue", clients)
    looks = world.entries("record.viewed")

    assert [(one.actor, one.body["purpose"], one.body["count"]) for one in looks] == [
        ("frontdesk", "desk.queue", 2),
        ("frontdesk", "desk.calls", 1),
        ("frontdesk", "desk.queue", 2),
    ]
    assert looks[0].body["clients"] == sorted(clients)
    assert {one.subject for one in looks} == {f"session:{somebody.session.id}"}


def test_a_look_at_very_many_records_is_kept_whole(world: ServiceWorld) -> None:
    """In several entries, where one does not hold them."""
    somebody = visitor(world, "manager1")
    somebody.saw("desk.search", [f"{number:032x}" for number in range(2500)])
    looks = [one for one in world.entries("record.viewed") if one.actor == "manager1"]

    assert [one.body["count"] for one in looks] == [1000, 1000, 500]


def test_anybody_stops_everything_and_a_manager_lets_it_go_on(world: ServiceWorld) -> None:
    """On every page; the auditor sees that it is stopped and no button to release it."""
    auditor, manager = world.browser("auditor"), world.browser("manager1")
    before = auditor.get("/account").text
    stopped = auditor.submit("/switch/stop").status_code
    seen, theirs = auditor.get("/account").text, manager.get("/account").text
    refused = auditor.submit("/switch/release").status_code
    released = manager.submit("/switch/release").status_code
    after = auditor.get("/account").text

    assert (stopped, refused, released) == (303, 403, 303)
    assert ["Everything is stopped" in one for one in (before, seen, theirs, after)] == [False, True, True, False]
    assert ["Let it go on" in one for one in (seen, theirs)] == [False, True]
    assert [one.actor for one in world.entries("switch.stopped", "switch.released")] == ["auditor", "manager1"]
