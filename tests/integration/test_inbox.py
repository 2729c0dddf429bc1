"""The inbox on SQLite and on PostgreSQL: what becomes of each kind of message, and what the trail says of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_adapters.ehr.rest.client import EhrError
from hsched_core.domain.appointments import Notice
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.inbox import Drained, MessageState, Reception
from tests.audit_trails import Desk
from tests.inbox_world import EHR, NOW, Practice, about, body, signed, token, without_flushing

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def practice(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    without_flushing(monkeypatch)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Practice(Desk(url, tmp_path))
    yield made
    assert made.verifies()
    made.trail.close()


class Handler:
    """Notes what it is handed; fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.seen: list[Notice] = []
        self.failures = list(failures)

    def __call__(self, notice: Notice) -> None:
        self.seen.append(notice)
        if self.failures:
            raise self.failures.pop(0)


def test_a_message_is_stored_encrypted_and_handled_once(practice: Practice) -> None:
    """Acknowledged, drained, done; again there is nothing to do. Neither id nor body stands in the database as it came."""
    assert practice.send("msg_secret", body("MRN-4711")) is Reception.KEPT
    handler = Handler()

    assert (practice.inbox.waiting(), practice.inbox.drain(handler), practice.inbox.drain(handler)) == (1, Drained(handled=1), Drained())
    assert handler.seen == [about("MRN-4711")]
    with practice.trail.reading() as connection:
        stored = repr(connection.exec_driver_sql("select * from inbox").all())
    assert not any(word in stored for word in ("msg_secret", "MRN-4711", "appointment.updated"))
    assert [entry.kind for entry in practice.entries()] == [f"inbox.{step}" for step in ("received", "read", "claimed", "handled")]
    assert practice.entries("handled")[0].body["about"] == token("MRN-4711")


def test_the_same_delivery_again_is_acknowledged_and_changes_nothing(practice: Practice) -> None:
    """Before and after it was handled, and by a worker who started later."""
    practice.send("msg_1", body("A1"))
    again = [practice.send("msg_1", body("A1"))]
    practice.inbox.drain(Handler())
    before = practice.entries()
    again += [practice.send("msg_1", body("A1")), practice.opened().receive(EHR, signed("msg_1", body("A1")), body("A1"))]

    assert again == [Reception.KNOWN] * 3
    assert practice.entries() == before
    assert practice.inbox.counts() == {MessageState.DONE: 1}


def test_an_id_with_other_content_goes_to_a_person_once(practice: Practice) -> None:
    """Signed or not: the first one stands, the other is a dead letter."""
    practice.send("msg_1", body("A1"))
    altered = [practice.send("msg_1", body("A2")) for _ in range(3)]

    assert altered == [Reception.ALTERED] * 3
    assert [letter.reason for letter in practice.inbox.dead_letters()] == ["id_reused"]
    assert len(practice.entries("buried")) == 1
    handler = Handler()
    practice.inbox.drain(handler)
    assert handler.seen == [about("A1")]


def test_one_commit_keeps_many_with_one_entry(practice: Practice) -> None:
    """The same one twice among them is stored once, and both are acknowledged."""
    found = [practice.inbox.check(EHR, signed(f"msg_{n % 4}", body(f"A{n % 4}")), body(f"A{n % 4}")) for n in range(5)]
    receptions = practice.inbox.keep(found)

    assert receptions == [Reception.KEPT] * 4 + [Reception.KNOWN]
    (entry,) = practice.entries("received")
    assert (entry.body["count"], len(set(entry.body["message_ids"]))) == (4, 4)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "malformed_body"), (body("A1", "invoice.paid"), "unknown_event_type"), (b'{"type": "client.updated"}', "malformed_body")],
)
def test_what_cannot_be_read_is_a_dead_letter_with_its_reason(practice: Practice, content: bytes, reason: str) -> None:
    """Signed, so it is acknowledged; a person sees it, the rest goes on."""
    practice.send("msg_bad", content)
    practice.send("msg_good", body("A1"))
    handler = Handler()

    assert practice.inbox.drain(handler) == Drained(handled=1, buried=1)
    (letter,) = practice.inbox.dead_letters()
    assert (letter.reason, letter.attempts, letter.source) == (reason, 0, EHR)
    assert practice.entries("buried")[0].body["reason"] == reason


def test_a_failing_handler_is_tried_again_later_and_later_then_given_up(practice: Practice) -> None:
    """Jittered, with doubling bounds; nothing of the exception but its kind is kept."""
    practice.send("msg_1", body("A1"))
    handler, rules = Handler(*(ZeroDivisionError("Jane Doe") for _ in range(20))), practice.rules
    waits = []
    while (done := practice.inbox.drain(handler)) != Drained(buried=1):
        assert done == Drained(postponed=1)
        start = practice.present
        while not practice.inbox.waiting():
            practice.wait(seconds=1)
        waits.append(practice.present - start)

    assert len(handler.seen) == rules.most_strikes
    assert all(
        wait <= min(rules.first_delay * 2 ** (place + 1), rules.longest_delay) + timedelta(seconds=1) for place, wait in enumerate(waits)
    )
    (letter,) = practice.inbox.dead_letters()
    assert (letter.reason, letter.attempts) == ("zero_division_error", rules.most_strikes)
    assert "Jane" not in repr(practice.entries())


def test_an_ehr_that_does_not_answer_is_nobodys_fault(practice: Practice) -> None:
    """An hour's outage makes no dead letter; three days do."""
    practice.send("msg_1", body("A1"))
    handler = Handler(*(UserError("The EHR does not answer.") for _ in range(10_000)))
    while practice.present < NOW + timedelta(hours=1):
        practice.inbox.drain(handler)
        practice.wait(seconds=30)
    assert (practice.inbox.dead_letters(), len(handler.seen) > practice.rules.most_strikes) == ([], True)
    practice.wait(days=3)
    practice.inbox.drain(handler)

    assert [letter.reason for letter in practice.inbox.dead_letters()] == ["not_answering"]


@pytest.mark.parametrize(
    ("code", "reason", "is_retried"),
    [
        ("no_connection", "not_answering", True),
        ("http_503", "not_answering", True),
        ("http_401", "not_answering", True),
        ("unexpected_form: appointment.status", "unexpected_form_appointment_status", False),
        ("http_400", "http_400", False),
    ],
)
def test_only_what_is_no_answer_is_retried_for_three_days(practice: Practice, code: str, reason: str, is_retried: bool) -> None:
    """An answer that cannot be used counts as a failure, under its code."""
    practice.send("msg_1", body("A1"))
    handler = Handler(*(EhrError(code) for _ in range(100)))
    for _ in range(20):
        practice.inbox.drain(handler)
        practice.wait(minutes=6)
    letters = [letter.reason for letter in practice.inbox.dead_letters()]

    assert letters == ([] if is_retried else [reason])
    assert len(handler.seen) == (20 if is_retried else practice.rules.most_strikes)
    assert {entry.body["reason"] for entry in practice.entries("postponed")} == {reason}


def test_a_replayed_letter_is_worked_on_as_if_it_had_just_come(practice: Practice) -> None:
    """Signed by who asked; what was not dead cannot be replayed."""
    practice.send("msg_1", b"{")
    practice.send("msg_2", body("A2"))
    practice.inbox.drain(Handler(*(SafeError("ehr_shape", "row 1") for _ in range(9))))
    while practice.inbox.counts().get(MessageState.WAITING):
        practice.wait(minutes=5)
        practice.inbox.drain(Handler(SafeError("ehr_shape", "row 1")))
    unreadable, failed = practice.inbox.dead_letters()
    assert (unreadable.reason, failed.reason) == ("malformed_body", "ehr_shape")
    for letter in (unreadable, failed):
        practice.inbox.replay(letter.id, "person:desk-1")
    handler = Handler()

    assert practice.inbox.drain(handler) == Drained(handled=1, buried=1)
    assert handler.seen == [about("A2")]
    assert {entry.actor for entry in practice.entries("replayed")} == {"person:desk-1"}
    with pytest.raises(UserError, match="no dead letter"):
        practice.inbox.replay(failed.id, "person:desk-1")


def test_a_message_somebody_works_on_is_not_given_away_before_its_lease_ends(practice: Practice) -> None:
    """Nor is another one about the same appointment; one about something else is."""
    for message, identifier in (("msg_1", "A1"), ("msg_2", "A1"), ("msg_3", "A3")):
        practice.send(message, body(identifier))
    other, meanwhile = practice.opened(), Handler()

    def handle(_notice: Notice) -> None:
        if not meanwhile.seen:
            assert other.drain(meanwhile) == Drained(handled=1)

    assert practice.inbox.drain(handle) == Drained(handled=2)
    assert meanwhile.seen == [about("A3")]


def test_a_worker_that_slept_past_its_lease_cannot_settle(practice: Practice) -> None:
    """Somebody else took the message over; what the sleeper stores fails, and the other's result stands."""
    practice.send("msg_1", body("A1"))
    other, meanwhile = practice.opened(), Handler()

    def sleep(_notice: Notice) -> None:
        practice.wait(minutes=6)
        assert other.drain(meanwhile) == Drained(handled=1)

    assert practice.inbox.drain(sleep) == Drained(lost=1)
    assert [entry.body["attempts"] for entry in practice.entries("handled")] == [2]


def test_a_message_that_kills_its_workers_is_a_dead_letter(practice: Practice) -> None:
    """A worker that dies says nothing; its lease lapses, and each lapse counts."""
    practice.send("msg_1", body("A1"))

    class Killed(BaseException):
        pass

    def die(_notice: Notice) -> None:
        raise Killed

    for _ in range(practice.rules.most_strikes):
        with pytest.raises(Killed):
            practice.inbox.drain(die)
        practice.wait(minutes=6)

    assert practice.inbox.drain(Handler()) == Drained(buried=1)
    assert [letter.reason for letter in practice.inbox.dead_letters()] == ["worker_died"]


def test_an_event_from_the_past_or_of_a_clock_that_is_ahead_is_a_hint_like_any_other(practice: Practice) -> None:
    """Who handles it reads the truth; the entry says when it claims to have happened, and whether that is still to come."""
    practice.send("msg_old", body("A1", at=NOW - timedelta(days=400)))
    practice.send("msg_new", body("A2", at=NOW + timedelta(hours=2)))
    handler = Handler()

    assert practice.inbox.drain(handler) == Drained(handled=2)
    assert [entry.body["is_ahead"] for entry in practice.entries("handled")] == [False, True]
    assert practice.inbox.watermark() is None


def test_who_handles_may_say_what_it_came_to(practice: Practice) -> None:
    """An appointment nobody ever saw, for one: the EHR has none, and the trail says so."""
    practice.send("msg_1", body("A1"))
    practice.inbox.drain(lambda _notice: "appointment_unknown")

    assert [entry.body["outcome"] for entry in practice.entries("handled")] == ["appointment_unknown"]


def test_the_poll_adds_what_nobody_told_and_remembers_how_far_it_came(practice: Practice) -> None:
    """Twice the same adds nothing; what a webhook told is not asked again; a far future does not move the mark past the present."""
    practice.send("msg_1", body("A1"))
    practice.inbox.drain(Handler())
    found = [about("A1"), about("A2", NOW - timedelta(minutes=1)), about("A3", NOW + timedelta(days=9))]

    assert [practice.inbox.note(found), practice.inbox.note(found), practice.inbox.note([])] == [2, 0, 0]
    assert practice.inbox.watermark() == NOW - practice.rules.poll_overlap
    handler = Handler()
    assert practice.inbox.drain(handler) == Drained(handled=2)
    assert handler.seen == found[1:]
    assert [entry.body["count"] for entry in practice.entries("noted")] == [2]


def test_many_finds_are_kept_in_portions(practice: Practice) -> None:
    """The mark moves with each."""
    found = [about(f"A{n}", NOW - timedelta(seconds=n)) for n in range(250)]

    assert practice.inbox.note(found) == 250
    assert [entry.body["count"] for entry in practice.entries("noted")] == [100, 100, 50]
    assert practice.inbox.waiting() == 250


def test_refusals_are_counted_in_the_trail_without_flooding_it(practice: Practice) -> None:
    """One entry for each kind at once, and then one a minute; an unknown connection's name is not repeated."""
    for n in range(50):
        practice.send(f"msg_{n}", body("A1"), secret="whsec_" + "A" * 43 + "=")
        practice.send(f"msg_{n}", body("A1"), age_seconds=400)
        practice.inbox.receive(f"jane-doe-{n}", {}, b"")
    practice.inbox.receive(EHR, {}, b"x" * 70_000)
    practice.wait(minutes=2)
    practice.inbox.record_refused()

    told = [(entry.subject.split(":")[1], entry.body["reason"], entry.body["count"]) for entry in practice.entries("refused")]
    kinds = (("ehr", "signature"), ("ehr", "timestamp"), ("unknown", "source"))
    assert sorted(told) == sorted([*((*kind, count) for kind in kinds for count in (1, 49)), ("ehr", "oversized", 1)])
    assert practice.inbox.counts() == {}


def test_a_body_that_was_tampered_with_is_not_read(practice: Practice) -> None:
    """Nor one that was moved to another message."""
    practice.send("msg_1", body("A1"))
    practice.send("msg_2", body("A2"))
    first, second = (message.id for message in practice.store.unread(10))
    with practice.trail.writing(replace(practice.entries()[0], kind="test.moved")) as recording:
        swap = "update inbox set body = (select body from inbox where message = '{}') where message = '{}'"
        recording.connection.exec_driver_sql(swap.format(first, second))
    practice.inbox.drain(Handler())

    assert [letter.reason for letter in practice.inbox.dead_letters()] == ["tampered_or_moved"]


def test_bodies_open_after_their_key_was_rotated_and_repeats_are_still_known(practice: Practice) -> None:
    """Codes have a key of their own that stays."""
    practice.send("msg_1", body("A1"))
    practice.keyring.rotate("inbox")
    renewed = Practice(practice.desk)

    assert renewed.send("msg_1", body("A1")) is Reception.KNOWN
    assert renewed.send("msg_2", body("A2")) is Reception.KEPT
    assert renewed.inbox.drain(Handler()) == Drained(handled=2)
    renewed.trail.close()


def test_practices_of_one_database_do_not_see_each_other(practice: Practice, tmp_path: Path) -> None:
    """The same id, the same content, two practices."""
    other = Practice(Desk(practice.desk.url, tmp_path / "oak", "oak"))
    practice.send("msg_1", body("A1"))

    assert (other.inbox.waiting(), other.send("msg_1", body("A1")), other.inbox.waiting()) == (0, Reception.KEPT, 1)
    other.trail.close()
