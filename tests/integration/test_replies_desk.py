"""The desk of replies on SQLite and on PostgreSQL: what a reply does at once, what a person gets, and what nobody ever sees."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from hsched_adapters.store.engine import open_engine, reading
from hsched_adapters.store.replies import SqlRepliesTransaction
from hsched_core.domain.contact import Channel, Purpose, has_consent
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.replies import InboundText, Intent, Reason, ReplyState, Resolution
from hsched_core.policy.approval import NotPermittedError
from hsched_core.workflow.replies import AT_ONCE, MOST_FAILURES
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLINICIAN, OTHER_CLINICIAN, TOMORROW, visit
from tests.path_world import NOON
from tests.replies_world import CLIENT, DATA, FRONT, MANAGER, OTHER, SECOND, THERAPIST, VISIT, RepliesWorld, replies_world

pytestmark = pytest.mark.xdist_group("postgres")
WORDS = "Zanzibar-4711 I want to kill myself"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def _full(*_given: object, **_named: object) -> None:
    raise SafeError("disk_full", "store")


@pytest.fixture
def both(url: str, tmp_path: Path) -> Iterator[tuple[RepliesWorld, TrailDesk]]:
    with replies_world(url, tmp_path) as made:
        yield made


@pytest.fixture
def either(both: tuple[RepliesWorld, TrailDesk]) -> RepliesWorld:
    """On either kind of database: what transactions and columns have a part in."""
    return both[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RepliesWorld]:
    with replies_world(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as (made, _trail):
        yield made


def test_a_crisis_stops_contact_before_it_pages_and_pages_before_anything_else(either: RepliesWorld) -> None:
    """Two others wrote before, and the EHR is down: neither keeps the page waiting."""
    either.pager.look = lambda: (either.is_paused(), either.reply(f"{1:032x}").state is ReplyState.RECEIVED) == (True, True)
    either.ehr.is_down = True
    either.writes("yes", OTHER, advances=False)
    either.writes("STOP", OTHER, advances=False)
    message = either.writes("I want to die")
    assert [(page.reply, page.reason, page.number) for page in either.pager.pages] == [(message, Reason.CRISIS, 1)]
    assert either.pager.at_the_call == [True]
    assert either.reply(message).state is ReplyState.WAITING


def test_a_crisis_behind_a_full_batch_is_worked_on_in_the_same_round(world: RepliesWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsched_core.workflow.replies.AT_ONCE", 3)
    for _ in range(7):
        world.writes("what time?", advances=False)
    message = world.writes("I want to die")
    assert [page.reply for page in world.pager.pages] == [message]
    assert world.store.unread(AT_ONCE) == []


def test_somebody_is_called_again_until_a_person_takes_it(world: RepliesWorld) -> None:
    message = world.writes("I want to die")
    for _ in range(3):
        world.wait(minutes=2)
        world.desk.advance()
    assert [page.number for page in world.pager.pages] == [1, 2]
    world.desk.take(message, FRONT)
    world.wait(hours=2)
    world.desk.advance()
    assert len(world.pager.pages) == 2
    assert world.is_paused()


def test_a_call_that_does_not_get_through_is_made_again_in_the_next_round(world: RepliesWorld) -> None:
    world.pager.fails = True
    messages = [world.writes("I want to die", advances=False) for _ in range(5)]
    message = messages[0]
    assert world.desk.advance()["page_failed"] == MOST_FAILURES
    assert (world.pager.pages, world.reply(message).pages, world.is_paused()) == ([], 0, True)
    world.pager.fails = False
    assert world.desk.advance()["paged"] == len(messages)
    assert world.reply(message).pages == 1


def test_only_who_cares_for_clients_closes_a_crisis_and_contact_goes_on_then(world: RepliesWorld) -> None:
    message = world.writes("I want to die")
    with pytest.raises(NotPermittedError):
        world.desk.resolve(message, FRONT, Resolution.CARED_FOR)
    assert world.is_paused()
    world.desk.resolve(message, THERAPIST, Resolution.CARED_FOR)
    assert (world.is_paused(), world.reply(message).state) == (False, ReplyState.DONE)


def test_contact_goes_on_only_when_no_other_reply_stands_against_it(either: RepliesWorld) -> None:
    first, second = either.writes("CANCEL"), either.writes("can we reschedule")
    either.desk.resolve(first, FRONT, Resolution.ARRANGED)
    assert either.is_paused()
    either.desk.resolve(second, FRONT, Resolution.ARRANGED)
    assert not either.is_paused()


def test_stop_withdraws_consent_in_the_round_that_reads_it_and_needs_nobody(either: RepliesWorld) -> None:
    assert either.may_be_texted()
    either.ehr.is_down = True
    message = either.writes("stop texting me")
    assert not either.may_be_texted()
    assert (either.reply(message).state, either.desk.waiting()) == (ReplyState.DONE, [])


def test_stop_of_an_address_that_several_share_is_a_stop_of_each_of_them(world: RepliesWorld) -> None:
    world.writes("STOP", None, sharers=(CLIENT, OTHER))
    assert (world.may_be_texted(CLIENT), world.may_be_texted(OTHER)) == (False, False)


def test_a_crisis_from_a_shared_address_pauses_each_of_them(world: RepliesWorld) -> None:
    message = world.writes("I want to die", None, sharers=(CLIENT, OTHER))
    assert (world.is_paused(CLIENT), world.is_paused(OTHER), len(world.pager.pages)) == (True, True, 1)
    world.desk.resolve(message, MANAGER, Resolution.CARED_FOR)
    assert (world.is_paused(CLIENT), world.is_paused(OTHER)) == (False, False)


def test_a_crisis_from_an_unknown_number_pages_somebody_too(world: RepliesWorld) -> None:
    message = world.writes("I want to die", None)
    assert world.reply(message).reasons == (Reason.CRISIS, Reason.UNKNOWN_SENDER)
    assert len(world.pager.pages) == 1


def test_a_yes_confirms_the_visit_and_use_cases_can_ask_for_it(either: RepliesWorld) -> None:
    either.asked_about()
    either.wait(minutes=5)
    message = either.writes("Yes, see you then")
    assert (either.reply(message).state, either.reply(message).visit, either.reply(message).confirms) == (ReplyState.DONE, VISIT, True)
    assert either.store.confirmations([VISIT, SECOND]) == {VISIT: either.present}


def test_a_yes_to_a_visit_that_was_moved_since_is_a_persons(world: RepliesWorld) -> None:
    world.asked_about()
    world.wait(minutes=5)
    world.ehr.move(VISIT, TOMORROW.replace(hour=20))
    message = world.writes("yes")
    assert (world.reply(message).state, world.reply(message).reasons) == (ReplyState.WAITING, (Reason.VISIT_CHANGED,))
    assert world.store.confirmations([VISIT]) == {}


def test_a_yes_with_two_visits_is_a_persons(world: RepliesWorld) -> None:
    world.ehr.book(SECOND, visit(CLIENT, TOMORROW.replace(hour=22)))
    assert world.reply(world.writes("yes")).reasons == (Reason.SEVERAL_VISITS,)


def test_cancel_changes_nothing_by_itself_and_pauses_contact_until_a_person_knows(world: RepliesWorld) -> None:
    message = world.writes("CANCEL")
    assert (world.reply(message).reasons, world.reply(message).visit) == ((Reason.MAY_BE_OPT_OUT, Reason.CANCEL), VISIT)
    assert (world.is_paused(), world.may_be_texted()) == (True, True)
    world.desk.resolve(message, FRONT, Resolution.OPTED_OUT)
    assert (world.is_paused(), world.may_be_texted()) == (False, False)


def test_while_the_ehr_is_silent_a_yes_waits_and_then_goes_to_a_person(world: RepliesWorld) -> None:
    world.ehr.is_down = True
    message = world.writes("yes")
    assert (world.reply(message).state, [one.id for one in world.desk.waiting()]) == (ReplyState.READ, [message])
    world.wait(minutes=16)
    world.desk.advance()
    assert (world.reply(message).state, world.reply(message).reasons) == (ReplyState.WAITING, (Reason.EHR_SILENT,))


def test_an_ehr_that_answers_again_settles_what_waited_for_it(world: RepliesWorld) -> None:
    world.ehr.is_down = True
    message = world.writes("yes")
    world.ehr.is_down = False
    world.desk.advance()
    assert world.reply(message).confirms


def test_the_same_delivery_again_changes_nothing(either: RepliesWorld) -> None:
    message = either.writes("STOP")
    before = either.reply(message)
    assert not either.store.keep(before.message, "other words")
    either.desk.advance()
    assert (either.reply(message), either.store.text_of(message), len(either.contact().consents)) == (before, "STOP", 2)


def test_two_workers_do_each_thing_once(either: RepliesWorld) -> None:
    message = either.writes("STOP", advances=False)
    other = either.another()
    unread = either.store.unread(AT_ONCE)
    assert [one.id for one in unread] == [message]
    either.desk.advance()
    assert other._begin(unread[0], other._read(unread[0])) is False
    assert len(either.contact().consents) == 2


def test_that_the_client_wrote_allows_one_answer(world: RepliesWorld) -> None:
    message = world.writes("what time?")
    assert [(one.reference, one.at) for one in world.contact().inbound] == [(message, NOON)]


def test_words_are_read_only_by_who_may_and_each_look_is_written_down(both: tuple[RepliesWorld, TrailDesk]) -> None:
    world, trail = both
    message = world.writes(WORDS)
    assert world.desk.clinicians_of(message) == {CLINICIAN}
    for person, clinicians in ((DATA, ()), (THERAPIST, (OTHER_CLINICIAN,))):
        with pytest.raises(NotPermittedError):
            world.desk.show(message, person, clinicians)
    assert world.desk.show(message, THERAPIST, world.desk.clinicians_of(message)).text == WORDS
    assert world.desk.show(message, FRONT).text == WORDS
    shown = [record for record in trail.records() if record.kind == b"reply.shown"]
    assert [record.actor.decode() for record in shown] == [THERAPIST.token, FRONT.token]


def test_a_look_that_cannot_be_written_down_shows_nothing(world: RepliesWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    message = world.writes(WORDS)
    opened: list[str] = []
    monkeypatch.setattr(world.store, "letter", opened.append)
    monkeypatch.setattr(SqlRepliesTransaction, "record", _full)
    with pytest.raises(SafeError, match="disk_full"):
        world.desk.show(message, FRONT)
    assert opened == []


def test_no_word_of_a_client_stands_in_the_store_or_the_trail(both: tuple[RepliesWorld, TrailDesk], url: str) -> None:
    world, trail = both
    message = world.writes(WORDS)
    world.desk.resolve(message, MANAGER, Resolution.CARED_FOR)
    engine = open_engine(url)
    with reading(engine) as connection:
        tables = sa.inspect(connection).get_table_names()
        content = repr([connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in tables])
    engine.dispose()
    assert "replies" in tables
    for word in ("Zanzibar", "4711", "kill myself"):
        assert word not in content
    assert all(b"Zanzibar" not in record.body for record in trail.records())
    assert trail.verdict().broken is None


def test_words_that_were_tampered_with_call_a_person(either: RepliesWorld, url: str) -> None:
    message = either.writes("yes", advances=False)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE replies SET body = :body"), {"body": b"\x00" * 64})
    engine.dispose()
    either.desk.advance()
    with pytest.raises(SafeError):
        either.store.text_of(message)
    assert either.reply(message).reasons[0] is Reason.UNREADABLE
    assert [page.reason for page in either.pager.pages] == [Reason.UNREADABLE]


def test_any_text_is_kept_and_dealt_with(either: RepliesWorld) -> None:
    messages = [either.writes(text) for text in ("", "\x00", "😀" * 3000, "a\ud800b", "word " * 9000)]
    assert all(either.reply(message).reading for message in messages)
    assert either.store.text_of(messages[2]) == "😀" * 3000
    assert either.store.text_of(messages[4]).endswith("[the rest was not kept]")


def test_where_a_stranger_can_be_reached_is_kept_with_the_words(world: RepliesWorld) -> None:
    message = InboundText("e" * 32, None, Channel.TEXT, NOON)
    world.store.keep(message, "who is this?", "+12125550142")
    world.desk.advance()
    assert world.desk.show(message.id, FRONT).address == "+12125550142"
    assert "5550142" not in repr(world.desk.show(message.id, FRONT))


def test_the_gravest_waits_first_then_the_oldest(either: RepliesWorld) -> None:
    question = either.writes("what time?")
    either.wait(minutes=1)
    late = either.writes("running late")
    either.wait(minutes=1)
    crisis = either.writes("I want to die")
    unread = either.writes("hm", advances=False)
    assert [one.id for one in either.desk.waiting()] == [crisis, late, question, unread]


def test_what_is_done_cannot_be_done_again_and_what_is_unknown_not_at_all(world: RepliesWorld) -> None:
    message = world.writes("what time?")
    world.desk.resolve(message, FRONT, Resolution.ANSWERED)
    with pytest.raises(UserError, match="already"):
        world.desk.resolve(message, FRONT, Resolution.ANSWERED)
    with pytest.raises(UserError, match="no reply"):
        world.desk.take("ff" * 16, FRONT)


def test_every_step_is_in_the_trail_and_the_trail_holds(both: tuple[RepliesWorld, TrailDesk]) -> None:
    world, trail = both
    message = world.writes("I want to die")
    world.desk.take(message, MANAGER)
    world.desk.resolve(message, MANAGER, Resolution.CARED_FOR)
    kinds = [record.kind.decode() for record in trail.records() if record.subject.decode() == f"message:{message}"]
    assert kinds == ["reply.received", "reply.read", "reply.paged", "reply.taken", "reply.resolved"]
    assert trail.verdict().broken is None


def test_a_reading_names_the_intent_in_the_trail(both: tuple[RepliesWorld, TrailDesk]) -> None:
    world, trail = both
    world.writes("STOP")
    bodies = [record.body for record in trail.records() if record.kind == b"reply.read"]
    assert [str(Intent.OPT_OUT).encode() in body for body in bodies] == [True]


def test_a_message_of_mail_is_read_like_a_text(world: RepliesWorld) -> None:
    message = InboundText("e" * 32, CLIENT, Channel.EMAIL, NOON)
    assert world.store.keep(message, "unsubscribe")
    world.desk.advance()
    assert not world.may_be_texted()


@pytest.mark.parametrize(("text", "is_noted"), [("yes, tomorrow at 12", True), ("yes, tomorrow at 5", False), ("yes for Friday", False)])
def test_a_yes_that_names_a_time_is_noted_where_it_is_the_visits_by_the_clients_clock(
    world: RepliesWorld, text: str, is_noted: bool
) -> None:
    """The visit is at five in the afternoon in London, at noon where the client is."""
    world.clock_of_client = ZoneInfo("America/New_York")
    world.desk = world.another()
    world.asked_about()
    world.wait(hours=1)
    reply = world.reply(world.writes(text))
    assert reply.confirms is is_noted
    assert reply.reasons == (() if is_noted else (Reason.OTHER_TIME,))


def test_a_wish_for_another_channel_ends_only_the_texts_and_a_person_has_it(world: RepliesWorld) -> None:
    reply = world.reply(world.writes("no texts please, call me"))
    assert reply.state is ReplyState.WAITING
    assert not world.may_be_texted()
    assert has_consent(world.contact().consents, Channel.CALL, Purpose.REMINDER, world.present)
