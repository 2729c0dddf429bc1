"""The reminders' desk: from a new score to the message, what stops a sequence, what waits for a person, and the draw before it all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path as FilePath

import pytest

from hsched_adapters.store.path import SqlPathStore
from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, SafeContact
from hsched_core.domain.errors import SafeError
from hsched_core.domain.holdout import Arm
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.domain.vocabulary import Modality
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders import ReminderSettings
from hsched_core.workflow.holdout import Holdout
from tests.audit_trails import Desk
from tests.desk_world import CLIENTS, waits
from tests.path_world import YES
from tests.reminders_desk import DESK, ORDER, LoadedLot, RemindersWorld
from tests.reminders_world import STARTS, TEN, ident

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def world() -> RemindersWorld:
    return RemindersWorld()


@pytest.fixture(params=["sqlite", "postgresql"])
def on_sql(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[RemindersWorld]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    trail = Desk(url, tmp_path).open()
    yield RemindersWorld(store=SqlPathStore(trail), settings=ReminderSettings(holdout_share=0.5))
    trail.close()


def test_a_whole_sequence_goes_out_step_by_step(world: RemindersWorld) -> None:
    """Asked to confirm three days before, asked again the day before; rounds in between change nothing."""
    world.visit()
    for hours in range(0, 75, 3):
        world.at(hours=hours)
        world.desk.advance()

    assert world.sent() == [("reminder_confirm", "text"), ("reminder_again", "text")]


def test_a_confirmation_stops_the_sequence(world: RemindersWorld) -> None:
    """What the client confirmed is not asked again."""
    name = world.visit()
    world.desk.advance()
    world.answers.confirmed[name] = TEN + timedelta(hours=1)
    for hours in range(1, 75, 4):
        world.at(hours=hours)
        world.desk.advance()

    assert world.sent() == [("reminder_confirm", "text")]


def test_a_visit_moved_after_its_confirmation_is_reminded_of_anew(world: RemindersWorld) -> None:
    """The word was about the old time. A later change that is none of the time does not undo it."""
    name = world.visit()
    world.desk.advance()
    world.answers.confirmed[name] = TEN + timedelta(hours=1)
    world.at(hours=2)
    world.ehr.appointments_by_id[name] = replace(world.ehr.appointments_by_id[name], updated_at=world.present)  # a score was written
    world.at(days=2)
    world.desk.advance()
    assert len(world.sent()) == 1

    world.ehr.move(name, STARTS + timedelta(hours=1))
    world.desk.advance()
    assert [template for template, _ in world.sent()] == ["reminder_confirm", "reminder_again"]


def test_what_waits_for_the_morning_is_looked_at_again_before_it_goes(world: RemindersWorld) -> None:
    """Approved at night, cancelled at night: withdrawn in the morning, nothing leaves."""
    stays, goes = world.visit("a"), world.visit("b")
    world.at(hours=12)  # 22:00
    world.desk.advance()
    assert {case.state for name in (stays, goes) for case in world.cases(name)} == {State.APPROVED}

    world.cancel(goes)
    world.at(hours=22)
    world.desk.advance()
    assert ([one.state for one in world.cases(stays)], [one.state for one in world.cases(goes)]) == ([State.CONFIRMED], [State.WITHDRAWN])
    assert len(world.sent()) == 1


def test_a_stop_between_asking_and_sending_blocks(world: RemindersWorld) -> None:
    """Consent is judged in the transaction that sends."""
    name = world.visit()
    world.at(hours=12)
    world.desk.advance()
    world.consent(ident("client-a"), ConsentEvent(False, world.present))
    world.at(hours=22)
    world.desk.advance()

    assert (world.sent(), [one.state for one in world.cases(name)]) == ([], [State.BLOCKED])


def test_the_channel_follows_consent_wishes_and_answers(world: RemindersWorld) -> None:
    """A client who answered by e-mail gets e-mails; one who wishes no texts gets none; an unclear wish is a person's to read."""
    world.visit("a")
    world.visit("b", safe=SafeContact(never=frozenset({Channel.TEXT})))
    world.visit("c", safe=SafeContact(is_unclear=True))
    world.answers.channels[ident("client-a")] = (Channel.EMAIL,)
    world.desk.advance()

    assert world.sent() == [("reminder_confirm", "email"), ("reminder_confirm", "email")]


def test_calls_leave_as_tasks_for_the_staff_by_what_they_save_within_the_days_capacity(world: RemindersWorld) -> None:
    """In person only; the next day has its own capacity."""
    world.settings = ReminderSettings(calls_per_day=1)
    for name, risk in (("a", 0.3), ("b", 0.5), ("c", 0.4)):
        world.visit(name, risk, Modality.IN_PERSON)
    world.visit("d", 0.9, Modality.VIDEO)
    called = []
    for hours in (0, 2, 4, 24, 26):
        world.at(hours=hours)
        world.desk.advance()
        called.append(sum(template == "reminder_call" for template, _ in world.sent()))
    clients = [one.action.outreach.client for one in world.post.effects if one.action.outreach and one.action.outreach.channel == "call"]

    assert called == [0, 1, 1, 2, 2]  # the first waits for the pause after the message of the hour
    assert clients == [ident("client-b"), ident("client-c")]


def test_an_order_covers_the_templates_it_names_and_no_other(world: RemindersWorld) -> None:
    """The others wait for a person; so does everything where the order names messages without templates."""
    world.set_phase(Phase.AUTO, replace(ORDER, action_kinds=frozenset({"send_message:visit_reminder", "send_message"})))
    raised, plain = world.visit("a", 0.4), world.visit("b", 0.05)
    world.at(days=1)
    world.desk.advance()

    assert [one.state for one in world.cases(raised)] == [State.WAITING]
    assert [one.state for one in world.cases(plain)] == [State.CONFIRMED]


def test_high_risk_and_unconfirmed_becomes_a_standby_proposal_for_a_person(world: RemindersWorld) -> None:
    """To whom the waitlist itself would ask first; nothing is sent before a person agrees, and the visit stays booked."""
    name = world.visit()
    world.ehr.entries = {one.entry: one for one in map(waits, CLIENTS[:3])}
    for client in CLIENTS[:3]:
        world.consent(client, YES[0])
    for hours in (0, 48, 51, 55):
        world.at(hours=hours)
        world.desk.advance()
    standby = [one for one in world.cases(name) if isinstance(one.action, SendMessage) and one.action.template == "standby_offer"]

    assert [(one.state, one.action.outreach.client, one.action.outreach.purpose) for one in standby if one.action.outreach] == [
        (State.WAITING, CLIENTS[0], Purpose.OFFER)
    ]
    assert "standby_offer" not in [template for template, _ in world.sent()]
    world.path.approve(standby[0].id, standby[0].action.digest, DESK)
    world.desk.advance()
    assert world.sent()[-1] == ("standby_offer", "text")
    assert world.ehr.appointments_by_id[name].takes_time


def test_in_shadow_nothing_leaves_and_nobody_is_drawn(world: RemindersWorld) -> None:
    """Recorded only. What was sealed stays so once the use case is switched on; the next step goes out."""
    world.settings = ReminderSettings(holdout_share=0.5)
    world.set_phase(Phase.SHADOW)
    name = world.visit("b")
    world.at(days=1)
    world.desk.advance()
    assert (world.sent(), world.store.tables.draws) == ([], {})
    assert [one.state for one in world.cases(name)] == [State.SHADOWED]

    world.settings = ReminderSettings()
    world.set_phase(Phase.AUTO)
    world.desk.advance()
    assert world.sent() == []
    world.at(days=2)
    world.desk.advance()
    assert world.sent() == [("reminder_again", "text")]


def test_the_draw_comes_first_once_and_is_kept_with_its_entry(on_sql: RemindersWorld) -> None:
    """Held at standard care, or everything; the trail tells of the draw before it tells of any proposal about the visit."""
    held, treated, low = on_sql.visit("a"), on_sql.visit("b"), on_sql.visit("c", 0.05)
    on_sql.lot.numbers = {held: 0.49, treated: 0.5}
    on_sql.desk.advance()
    on_sql.lot.numbers = {held: 0.9, treated: 0.1}  # a new key: what was drawn stands
    on_sql.at(days=1)
    on_sql.desk.advance()

    assert on_sql.sent() == [("reminder_confirm", "text"), ("visit_reminder", "text"), ("visit_reminder", "text")]
    with on_sql.store.looking() as state:
        draws = state.draws(REMINDERS, STARTS + timedelta(seconds=1))
        assert {one.subject: one.arm for one in draws} == {held: Arm.HELD, treated: Arm.TREATED}
        assert all((one.at, one.share, one.expected) == (TEN, 0.5, 0.4) for one in draws)
        assert state.draw(REMINDERS, low) is None
        assert len(state.bodies_of("holdout.drawn")) == 2
    with pytest.raises(SafeError, match="drawn_twice"), on_sql.store.transaction() as tx:
        tx.put_draw(draws[0], audit=None)


def test_who_was_reminded_already_or_cannot_be_reached_is_not_drawn(world: RemindersWorld) -> None:
    """A draw is about help that would be given: without consent there is none; after the first reminder it is too late."""
    world.settings = ReminderSettings(holdout_share=0.5)
    late, unreached = world.visit("a", 0.05), world.visit("b")
    world.consent(ident("client-b"), ConsentEvent(False, world.present))
    world.at(days=1)
    world.desk.advance()
    world.published.scores[late] = replace(world.published.scores[late], risk=0.5)
    world.desk.advance()

    assert world.store.tables.draws == {}
    assert world.cases(unreached) == []


def test_a_share_of_nothing_draws_nobody_and_past_visits_are_never_drawn(world: RemindersWorld) -> None:
    """And a draw about something that has begun is refused by its own type."""
    with world.store.transaction() as tx:
        assert Holdout(REMINDERS, 0.0, LoadedLot()).arm(tx, "ab" * 16, "cd" * 16, STARTS, TEN) is None
        assert Holdout(REMINDERS, 0.5, LoadedLot()).arm(tx, "ab" * 16, "cd" * 16, STARTS, STARTS) is None


def test_an_ehr_that_does_not_answer_is_asked_again_in_the_next_round(world: RemindersWorld) -> None:
    """The round says what failed; nothing is lost."""
    world.visit()
    world.ehr.is_down = True
    assert world.desk.advance().failed
    world.ehr.is_down = False
    world.desk.advance()

    assert len(world.sent()) == 1


def test_who_cannot_be_reached_by_text_is_reminded_by_the_next_channel_they_consented_to() -> None:
    """A landline: the text is refused for good, and the same step goes out by e-mail in the next round; once."""
    world = RemindersWorld()
    plain, raised = world.visit("a", risk=0.1), world.visit("b", risk=0.5)
    world.post.refusing = frozenset({Channel.TEXT})
    for hour in range(0, 24 * 4, 2):
        world.at(hours=hour)
        world.desk.advance()

    assert sorted(world.sent()) == [("reminder_again", "email"), ("reminder_confirm", "email"), ("visit_reminder", "email")]
    for visit, steps in ((plain, 1), (raised, 2)):
        told = [(case.action.outreach.channel, case.state) for case in world.cases(visit) if case.action.outreach]
        assert told.count((Channel.TEXT, State.REJECTED)) == told.count((Channel.EMAIL, State.CONFIRMED)) == steps


def test_a_text_that_comes_back_is_followed_by_the_next_channel() -> None:
    """The provider took it, and says later that the number is nobody's: that step is asked again, and later ones begin elsewhere."""
    world = RemindersWorld()
    world.visit("b", risk=0.5)
    for hour in range(0, 24 * 4, 2):
        world.at(hours=hour)
        world.desk.advance()
        if world.sent() == [("reminder_confirm", "text")]:
            world.returned = {ident("client-b"): {Channel.TEXT: world.present}}

    assert world.sent() == [("reminder_confirm", "text"), ("reminder_confirm", "email"), ("reminder_again", "email")]


def test_nobody_is_drawn_whom_no_message_reaches() -> None:
    """Held or treated would be the same: they would only blur the effect. A call is one more way to be reached."""
    world = RemindersWorld(settings=ReminderSettings(holdout_share=0.1))
    mute, callable_ = world.visit("a", risk=0.5), world.visit("b", risk=0.5)
    every = dict.fromkeys((Channel.TEXT, Channel.EMAIL, Channel.PORTAL), world.present)
    world.returned = {ident("client-a"): every, ident("client-b"): every}
    world.consent(ident("client-a"), ConsentEvent(False, world.present - timedelta(hours=1), Channel.CALL))
    world.desk.advance()

    with world.store.transaction() as tx:
        assert tx.draw(REMINDERS, mute) is None
        assert tx.draw(REMINDERS, callable_) is not None
