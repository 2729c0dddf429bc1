"""Who is asked whether they come to their group, when, how often; and what that spares reminders. On both stores."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path as FilePath

import pytest

from hsched_adapters.store.path import SqlPathStore
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel, ConsentEvent
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.vocabulary import SessionType
from hsched_core.use_cases import GROUPS, REMINDERS
from hsched_core.use_cases.group_coordination import Answer, Giving, give_up
from hsched_core.use_cases.group_settings import GroupSettings
from hsched_core.workflow.group_invitations import RSVP
from hsched_core.workflow.groups import GroupDesk
from hsched_core.workflow.reminder_reading import ReminderReading, Sources
from tests.audit_trails import Desk
from tests.fake_path_store import FakePathStore
from tests.path_world import NOON
from tests.reminders_desk import DESK, POLICY, PRACTICE, RemindersWorld
from tests.reminders_world import TEN

pytestmark = pytest.mark.xdist_group("postgres")
KINDS = frozenset({f"send_message:{RSVP}", "cancel_appointment"})
ORDER = StandingOrder("groups", 1, PRACTICE, GROUPS, KINDS, 0.0, 10_000, NOON - timedelta(days=9), NOON + timedelta(days=30))


@dataclass
class GroupsWorld(RemindersWorld):
    """The same practice with groups, in phase auto under an order; ten o'clock is three days before the visits."""

    group_settings: GroupSettings = field(default_factory=lambda: GroupSettings(is_on=True))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.set_groups(Phase.AUTO)

    @property
    def groups(self) -> GroupDesk:
        sources = Sources(self.ehr, self.published, self.answers, lambda: self.returned)
        reading = ReminderReading(sources, self, POLICY, self.settings)
        return GroupDesk(self.path, self.store, reading, self.group_settings, self.store.transaction)

    def set_groups(self, phase: Phase, order: StandingOrder | None = ORDER) -> None:
        if isinstance(self.store, FakePathStore):
            self.store.tables.phases[GROUPS] = phase
            self.store.tables.orders |= {GROUPS: order} if order else {}
            return
        with self.store.transaction() as tx:
            note = AuditEntry(self.present, "person-desk", "phase.changed", f"use_case:{GROUPS}", {})
            tx.set_phase(GROUPS, phase, audit=note)
            if order:
                tx.set_order(order, audit=note)

    def member(self, name: str, risk: float | None = None) -> str:
        """Somebody of the group of Friday, 14:00."""
        appointment = self.visit(name, risk)
        there = self.ehr.appointments_by_id[appointment]
        session = replace(there.session, session_type=SessionType.GROUP)
        self.ehr.appointments_by_id[appointment] = replace(there, session=session)
        return appointment

    def round(self, days: float, hours: float = 0) -> None:
        """A quarter of an hour's round, so long after the ten o'clock that is three days before."""
        self.at(days, hours)
        self.groups.advance()
        self.desk.advance()


@pytest.fixture
def world() -> GroupsWorld:
    return GroupsWorld()


@pytest.fixture(params=["sqlite", "postgresql"])
def on_sql(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[GroupsWorld]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    trail = Desk(url, tmp_path).open()
    yield GroupsWorld(store=SqlPathStore(trail))
    trail.close()


def test_who_said_nothing_is_asked_once_five_days_before(on_sql: GroupsWorld) -> None:
    """From the hour of messages on; not who confirmed, and nobody of a visit by themselves."""
    on_sql.member("a")
    said = on_sql.member("b")
    on_sql.visit("c", None)
    on_sql.answers.confirmed[said] = TEN - timedelta(days=4)
    for days, hours in ((-3, 0), (-2, -1), (-2, 0), (-2, 1), (-1, 0)):
        on_sql.at(days, hours)
        on_sql.groups.advance()
        expected = [(RSVP, "text")] if (days, hours) >= (-2, 0) else []
        assert on_sql.sent() == expected, (days, hours)


def test_who_was_asked_is_spared_the_first_request_and_nothing_else(world: GroupsWorld) -> None:
    """At raised risk they would be asked to confirm twice; at low risk they get their one reminder all the same."""
    world.settings = replace(world.settings, calls_per_day=0)
    world.member("a", 0.2)
    world.member("b", 0.01)
    for days in (-2, -1, 0, 1, 2):
        world.round(days)
    assert sorted(world.sent()) == [(RSVP, "text"), (RSVP, "text"), ("reminder_again", "text"), ("visit_reminder", "text")]


def test_who_was_reminded_is_not_asked_again(world: GroupsWorld) -> None:
    """A place booked three days before: the reminder carries the same page."""
    world.settings = replace(world.settings, calls_per_day=0)
    name = world.member("a", 0.2)
    world.at()
    world.desk.advance()
    for hours in (0, 6, 30):
        world.at(hours=hours)
        world.groups.advance()
    assert world.sent() == [("reminder_confirm", "text")]
    assert [one.proposal.use_case for one in world.cases(name)] == [REMINDERS]


def test_what_was_only_recorded_spares_nobody_a_reminder(world: GroupsWorld) -> None:
    """In shadow nothing left: the reminders go on as if nobody had asked."""
    world.settings = replace(world.settings, calls_per_day=0)
    world.set_groups(Phase.SHADOW)
    name = world.member("a", 0.2)
    for days in (-2, 0, 2):
        world.round(days)
    assert world.sent() == [("reminder_confirm", "text"), ("reminder_again", "text")]
    assert [one.state for one in world.cases(name) if one.proposal.use_case == GROUPS] == [State.SHADOWED]


def test_a_question_that_waits_is_taken_back_when_they_answer(world: GroupsWorld) -> None:
    """In review a person lets it go; by then the client may have said so."""
    world.set_groups(Phase.REVIEW)
    names = [world.member(one) for one in "ab"]
    world.at(-2)
    world.groups.advance()
    assert [world.cases(name)[0].state for name in names] == [State.WAITING, State.WAITING]
    world.answers.confirmed[names[0]] = world.present
    for name in names:
        case = world.cases(name)[0]
        world.path.approve(case.id, case.action.digest, DESK)
    world.at(-2, 1)
    world.groups.advance()
    assert [world.cases(name)[0].state for name in names] == [State.WITHDRAWN, State.CONFIRMED]
    assert world.sent() == [(RSVP, "text")]


@pytest.mark.parametrize("why", ["no consent", "paused", "off", "too late", "gone"])
def test_nobody_is_asked_who_may_not_be(world: GroupsWorld, why: str) -> None:
    name = world.member("a")
    client = world.ehr.appointments_by_id[name].session.client
    world.at(-2)
    if why == "no consent":
        world.consent(client, ConsentEvent(given=False, at=TEN - timedelta(days=3)))
    elif why == "paused":
        world.store.tables.paused.add(client)
    elif why == "off":
        world.group_settings = GroupSettings()
    elif why == "too late":
        world.at(2, 5)
    else:
        world.cancel(name)
    world.groups.advance()
    assert world.sent() == []


def test_a_channel_that_refuses_is_not_the_last(world: GroupsWorld) -> None:
    world.post.refusing = frozenset({Channel.TEXT})
    world.member("a")
    for hours in (0, 1, 2):
        world.at(-2, hours)
        world.groups.advance()
    assert world.sent() == [(RSVP, "email")]


def test_the_one_budget_of_contacts_holds_for_it_too(world: GroupsWorld) -> None:
    """Two groups on one day are two questions; the third contact of a day waits."""
    names = [world.member(one) for one in "abc"]
    client = world.ehr.appointments_by_id[names[0]].session.client
    for name in names:
        there = world.ehr.appointments_by_id[name]
        hours = timedelta(hours=names.index(name) * 2)
        session = replace(there.session, client=client, starts_at=there.session.starts_at + hours)
        world.ehr.appointments_by_id[name] = replace(there, session=session)
    for hours in range(0, 10):
        world.at(-2, hours)
        world.groups.advance()
    assert len(world.sent()) == 1  # one text a day, the practice's own cap


def test_a_yes_to_the_question_counts_although_the_visit_was_saved_again(world: GroupsWorld) -> None:
    """As for reminders: a word counts for the time it was about, whatever else was changed about the visit."""
    name = world.member("a")
    world.at(-2)
    world.groups.advance()
    world.answers.confirmed[name] = TEN - timedelta(days=1)
    there = world.ehr.appointments_by_id[name]
    world.ehr.appointments_by_id[name] = replace(there, updated_at=TEN)
    world.at(0, 1)
    (roster,) = world.groups.rosters()
    assert roster.said(Answer.YES) == 1


def test_an_order_withdrawn_before_the_place_was_cancelled_leaves_the_word_to_a_person(world: GroupsWorld) -> None:
    """Approved by the order, not yet carried out; then people step back."""
    visit = world.ehr.appointments_by_id[world.member("a")]
    case = world.path.propose(give_up(Giving(PRACTICE, POLICY.version, visit, (), None)))
    assert case.state is State.APPROVED
    world.set_groups(Phase.REVIEW)
    for _ in range(3):
        world.groups.advance()
    assert [one.state for one in world.cases(visit.id)] == [State.BLOCKED, State.WAITING]
    assert world.ehr.effects == []


def test_a_word_is_said_again_three_times_at_most(world: GroupsWorld) -> None:
    """Each time somebody says yes to it, the visit is changed in the EHR before it is carried out."""
    world.set_groups(Phase.REVIEW)
    name = world.member("a")
    world.groups.leave(world.ehr.appointments_by_id[name])
    for _ in range(5):
        waiting = [one for one in world.cases(name) if one.state is State.WAITING]
        for case in waiting:
            world.path.approve(case.id, case.action.digest, DESK)
        world.ehr.change(name, AppointmentStatus.BOOKED)
        world.groups.advance()
    assert [one.state for one in world.cases(name)] == [State.BLOCKED] * 3
    assert world.groups.rosters()[0].said(Answer.NO) == 1


def test_said_eight_times_at_once_it_is_one_word_and_one_cancellation(on_sql: GroupsWorld) -> None:
    """Taps on several pages, and workers of several processes."""
    visit = on_sql.ehr.appointments_by_id[on_sql.member("a")]
    with ThreadPoolExecutor(8) as pool:
        found = {case.id for case in pool.map(lambda _: on_sql.groups.leave(visit), range(8))}
    assert len(found) == 1
    assert [one.state for one in on_sql.cases(visit.id)] == [State.CONFIRMED]
    assert [one.action.kind for one in on_sql.ehr.effects] == ["cancel_appointment"]


@pytest.mark.parametrize("first", range(4))
def test_taken_back_while_it_is_carried_out_it_is_one_or_the_other(on_sql: GroupsWorld, first: int) -> None:
    """Whoever wins: the client hears that they are in, and are; or that it was too late, and the place is free."""
    visit = on_sql.ehr.appointments_by_id[on_sql.member("a")]
    on_sql.set_groups(Phase.REVIEW)
    case = on_sql.groups.leave(visit)
    on_sql.path.approve(case.id, case.action.digest, DESK)
    with ThreadPoolExecutor(2) as pool:
        works = [lambda: on_sql.groups.stay(visit), lambda: on_sql.path.execute(case.id)]
        running = [pool.submit(one) for one in (works if first % 2 else works[::-1])]
        stays = running[0 if first % 2 else 1].result()
    after = on_sql.path.look(case.id).state
    is_booked = on_sql.ehr.appointments_by_id[visit.id].status is AppointmentStatus.BOOKED
    assert (stays, is_booked) == ((True, True) if after is State.WITHDRAWN else (False, False))
