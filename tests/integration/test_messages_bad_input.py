"""Line by line what may come to a practice that writes to people: what becomes of it, and what the trail says. One practice for all."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose, has_consent
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import Reason, Reply, ReplyState
from hsched_pipelines.operations.event_work import take_in
from hsched_sandbox.ehr.book import Trace
from hsched_sandbox.ehr.faults import Fault
from hsched_sandbox.ehr.records import Client
from hsched_sandbox.sms.carrier import Fate
from tests.mail_server import MailRoom, mail_server
from tests.sandbox_ehr import appointment
from tests.text_world import ACCOUNT, MAIL, OUR_NUMBER, TextWorld, post, text_world

STRANGER = "+13125550100"
HANDED = ("proposal.claimed", "delivery.handed_over")
TAKEN = ("delivery.accepted", "proposal.confirmed")
AGAIN = ("proposal.lost_sight", "proposal.not_found", *HANDED, *TAKEN)  # looked for, not there, sent
FOUND = ("proposal.lost_sight", "delivery.accepted", "proposal.confirmed")


@pytest.fixture(scope="module")
def post_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TextWorld, MailRoom]]:
    with mail_server() as (room, port):
        mail = replace(MAIL, port=port, bounces="bounces@elm.example")
        with text_world(tmp_path_factory.mktemp("elm"), mail=mail) as made:
            made.reads_replies()
            take_in(made.opened)  # the EHR is asked once; from now on a job begins with the inbox
            yield made, room


@pytest.fixture
def world(post_office: tuple[TextWorld, MailRoom]) -> TextWorld:
    return post_office[0]


def newcomers(world: TextWorld, count: int = 1, *, phone: str = "", has_visit: bool = False) -> list[int]:
    """Clients nobody has written to, each with a number of their own, or all with that one; with a visit tomorrow, or without."""
    first = len(world.ehr.book.every(Client))
    for number in range(first, first + count):
        one = world.ehr.book.get(Client, "PT-000000")
        own = phone or world.phone(number)
        world.ehr.book.place(replace(one, id=f"PT-{number:06d}", phone=own, email=f"ada.vale{number}@example.org"))
        if has_visit:
            world.ehr.book.place(appointment(number, world.clock.now() + timedelta(days=1), patient=number))
    world.opened.take_over_consents()
    world.clock.instant += timedelta(minutes=2)  # numbers are looked up in a list that is kept for a minute
    return [*range(first, first + count)]


def kinds_of(world: TextWorld, *subjects: str) -> list[str]:
    """What the trail says of those, from their claim on."""
    return [entry.kind for entry in world.told(*subjects) if entry.kind not in ("proposal.queued", "proposal.approved")]


def reason_of(world: TextWorld, *subjects: str) -> list[str]:
    """The codes that the last of those entries gives: of an observation, a rule, or a trouble."""
    body = world.told(*subjects)[-1].body
    return [*body.get("rules", ()), *([body["code"]] if "code" in body else [])]


def wrote(world: TextWorld, sender: str, words: str, sid: str = "", **more: str) -> Reply:
    """Somebody writes, and the event job runs; what became of it."""
    known = {reply.id for reply in replies(world)}
    sid = sid or f"SM{len(known):032x}"
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": sender, "To": OUR_NUMBER, "Body": words, "NumMedia": "0"} | more
    assert post(world, "/texts/inbound", fields) in (200, 202)
    take_in(world.opened)
    (found,) = [reply for reply in replies(world) if reply.id not in known]
    return found


def replies(world: TextWorld) -> Sequence[Reply]:
    return world.opened.texts.standing(*ReplyState)


def told_of(world: TextWorld, reply: Reply) -> list[str]:
    return [one.kind for one in world.told(f"message:{reply.id}") if one.kind.startswith("reply.")]


def read_as(world: TextWorld, reply: Reply) -> tuple[str, list[str]]:
    """How the trail says that a reply was read, and why a person has it."""
    (entry,) = [one for one in world.told(f"message:{reply.id}") if one.kind == "reply.read"]
    return entry.body["intent_code"], entry.body.get("reason_codes", [])


def told(world: TextWorld, case: Case, status: str, sid: str, **more: str) -> int:
    """The provider tells what became of a text; what the service answers."""
    answer = post(world, f"/texts/status/{case.id}", {"MessageSid": sid, "MessageStatus": status, **more})
    world.taken_in()
    return answer


def sid_of(world: TextWorld, case: Case) -> str:
    return next(text.sid for text in world.carrier.sent() if text.callback.endswith(case.id))


FAULTS = {
    "status_429": ("http_429", ("proposal.returned", *HANDED, *TAKEN)),
    "429_retry_after": ("http_429", ("proposal.returned", *HANDED, *TAKEN)),
    "500_before_commit": ("http_500", AGAIN),
    "500_after_commit": ("http_500", FOUND),
    "hang_before_commit": ("timeout", AGAIN),
    "hang_after_commit": ("timeout", FOUND),
}


def test_a_provider_that_errs_is_asked_again_or_looked_at_and_the_trail_says_which(world: TextWorld) -> None:
    """Too busy, with and without a time to come again; broken before and after it took the text; silent. One text each."""
    (number,) = newcomers(world)
    for name, (code, then) in FAULTS.items():
        world.faults.add([Fault(name, "POST *", 1, 70 if name == "429_retry_after" else 0.7)])
        case, now = world.sent(number), world.clock.now()
        assert reason_of(world, case.id) == [f"outcome.{code}"], name
        if code == "http_429":
            assert case.not_before
            assert case.not_before - now >= timedelta(seconds=70 if name == "429_retry_after" else 1)
        after = world.again(case)

        assert (after.state, kinds_of(world, case.id)) == (State.CONFIRMED, [*HANDED, *then]), name
    assert len([text for text in world.carrier.sent() if text.to == world.phone(number)]) == len(FAULTS)


def test_a_provider_that_takes_and_never_delivers_is_said_to_be_silent(world: TextWorld) -> None:
    """Once, after a day; a receipt that comes after all still counts."""
    (number,) = newcomers(world)
    world.carrier.fates[world.phone(number)] = Fate.SILENT
    case = world.sent(number)
    world.clock.instant += timedelta(days=1, minutes=1)
    for _ in range(2):
        world.opened.messages.chase()
    assert kinds_of(world, case.id) == [*HANDED, *TAKEN, "delivery.silent"]

    assert told(world, case, "delivered", sid_of(world, case)) == 202
    assert kinds_of(world, case.id)[-1] == "delivery.delivered"


def test_receipts_that_come_backwards_twice_or_a_month_later_change_nothing(world: TextWorld) -> None:
    """Delivered, then sent, then queued; then all of them replayed, signed as they were. A failure after that is an entry, no change."""
    (number,) = newcomers(world)
    case = world.sent(number)
    sid = sid_of(world, case)
    answers = [told(world, case, status, sid) for status in ("delivered", "sent", "queued")]
    world.clock.instant += timedelta(days=30)
    answers += [told(world, case, status, sid) for status in ("delivered", "sent", "queued")]

    assert answers == [202, 202, 202, 200, 200, 200]
    assert kinds_of(world, case.id) == [*HANDED, *TAKEN, "delivery.delivered"]
    told(world, case, "undelivered", sid, ErrorCode="30003")
    assert kinds_of(world, case.id)[-1] == "delivery.contradicts"
    delivery = world.delivery(case)
    assert delivery
    assert str(delivery.state) == "delivered"


def test_receipts_of_messages_we_never_sent_are_acknowledged_and_said(world: TextWorld) -> None:
    """Of no case, of a second text of a case, of another case's text, of a status nobody knows."""
    first, second = newcomers(world, 2)
    case, other = world.sent(first), world.sent(second)
    before = len(world.entries("inbox.handled"))
    assert post(world, f"/texts/status/{'0' * 32}", {"MessageSid": f"SM{'e' * 32}", "MessageStatus": "delivered"}) == 202
    told(world, case, "delivered", f"SM{'d' * 32}")
    told(world, case, "delivered", sid_of(world, other))

    outcomes = [entry.body["outcome"] for entry in world.entries("inbox.handled")][before:]
    assert outcomes == ["receipt_of_no_message", "receipt_doubled", "receipt_doubled"]
    assert kinds_of(world, case.id) == [*HANDED, *TAKEN, "delivery.doubled", "delivery.doubled"]
    dead = len(world.opened.inbox.dead_letters())
    told(world, case, "teleported", sid_of(world, case))
    assert [len(world.opened.inbox.dead_letters()), world.entries("inbox.buried")[-1].body["reason"]] == [dead + 1, "malformed_body"]


def test_a_stop_that_is_replayed_a_month_later_ends_nothing(world: TextWorld) -> None:
    """The client gave consent again since. Signatures carry no time: the provider's name of the text is what tells."""
    (number,) = newcomers(world)
    reply = wrote(world, world.phone(number), "STOP", sid=f"SM{'a' * 32}")
    assert not texts_allowed(world, number)
    world.clock.instant += timedelta(days=30)
    consents_again(world, number)
    fields = {"MessageSid": f"SM{'a' * 32}", "AccountSid": ACCOUNT, "From": world.phone(number), "To": OUR_NUMBER, "Body": "STOP"}
    assert post(world, "/texts/inbound", fields | {"NumMedia": "0", "ApiVersion": "2010-04-01"}) == 200
    take_in(world.opened)

    assert texts_allowed(world, number)
    assert told_of(world, reply) == ["reply.received", "reply.read"]


def consents_again(world: TextWorld, number: int) -> None:
    """The client, to everything."""
    said = AuditEntry(world.clock.now(), "person-desk", "consent.given", f"client:{world.client(number)}", {})
    with world.opened.texts.transaction() as tx:
        tx.add_consent(world.client(number), ConsentEvent(True, world.clock.now()), audit=said)


def texts_allowed(world: TextWorld, number: int, channel: Channel = Channel.TEXT) -> bool:
    return has_consent(world.consents(number), channel, Purpose.SCHEDULING, world.clock.now())


BAD_NUMBERS = {
    "call my mother": "invalid_number",
    "911": "invalid_number",
    "+44 20 7946 0018": "landline",
    "1-800-356-9377": "landline",
}


def test_numbers_that_are_none_and_landlines_are_dead_ends(world: TextWorld) -> None:
    """Each with its reason, in the case, in the ledger, and beside the client."""
    (number,) = newcomers(world)
    for phone, trouble in BAD_NUMBERS.items():
        world.record(number, phone=phone)
        case = world.sent(number)
        (failed,) = [entry for entry in world.told(case.id) if entry.kind == "delivery.failed"]
        dead = [entry for entry in world.told(f"client:{world.client(number)}") if entry.kind == "address.dead_end"][-1]

        assert (case.state, reason_of(world, case.id)) == (State.REJECTED, [f"outcome.{trouble}"])
        assert (failed.body["code"], dead.body["code"], dead.body["proposal"]) == (trouble, trouble, case.id)


def test_a_landline_that_only_the_carrier_knows_is_one_from_then_on(world: TextWorld) -> None:
    (number,) = newcomers(world)
    case = world.sent(number)
    told(world, case, "undelivered", sid_of(world, case), ErrorCode="30006")

    assert kinds_of(world, case.id)[-1] == "delivery.failed"
    assert world.told(f"client:{world.client(number)}")[-1].kind == "address.dead_end"
    again = world.sent(number)
    assert (again.state, reason_of(world, again.id)) == (State.REJECTED, ["outcome.dead_end"])


def test_a_mailbox_that_bounces_is_a_dead_end(post_office: tuple[TextWorld, MailRoom]) -> None:
    """At once, by the server's reply, or a day later by its letter; then the trail says so, and nothing more is written there."""
    world, room = post_office
    at_once, later = newcomers(world, 2)
    room.replies["RCPT"] = ["550 5.1.1 no such user"]
    first = world.sent(at_once, channel=Channel.EMAIL)
    second = world.sent(later, channel=Channel.EMAIL)
    to = world.opened.messages.bounces.address(second.id)
    letter = f"To: {to}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    assert world.opened.messages.take_bounce(letter.encode()) == "failed, no_such_mailbox: news"

    assert kinds_of(world, first.id) == [*HANDED, "delivery.failed", "proposal.rejected"]
    assert kinds_of(world, second.id) == [*HANDED, *TAKEN, "delivery.failed"]
    for number in (at_once, later):
        assert world.told(f"client:{world.client(number)}")[-1].body["code"] == "no_such_mailbox"
        again = world.sent(number, channel=Channel.EMAIL)
        assert (again.state, reason_of(world, again.id)) == (State.REJECTED, ["outcome.dead_end"])


LONG = {"3,000 characters": "word " * 600, "4,000 emoji": "\U0001f642" * 4000, "9,000 letters": "a" * 9000}
ODD_WORDS: dict[str, tuple[str, str, list[str]]] = {
    "nothing": ("", "unclear", ["not_understood"]),
    "a thumb": ("\U0001f44d\U0001f3fd", "confirm", []),
    "hearts": ("❤️", "courtesy", []),
    "tears": ("\U0001f62d\U0001f62d", "unclear", ["not_understood"]),
    "two languages": ("No puedo mañana, can we move it? gracias \U0001f64f", "move", ["move"]),
    "two languages and danger": ("Hola, I want to die, ya no puedo", "crisis", ["crisis", "cancel"]),
    "a language the rules do not know": ("Ich kann morgen leider nicht kommen", "crisis", ["unread"]),
}


@pytest.mark.parametrize("name", ODD_WORDS)
def test_odd_words_are_kept_whole_and_read_or_a_persons(world: TextWorld, name: str) -> None:
    """Emoji alone, two languages in one, none: what was read stands in the trail, the words do not."""
    words, intent, reasons = ODD_WORDS[name]
    (number,) = newcomers(world, has_visit=True)
    reply = wrote(world, world.phone(number), words)

    assert read_as(world, reply)[0] == intent
    assert (reply.message.client, [str(one) for one in reply.reasons]) == (world.client(number), reasons)
    assert reply.state is (ReplyState.WAITING if reasons else ReplyState.DONE)
    assert world.opened.texts.text_of(reply.id) == words
    paused = "client.paused" in [entry.kind for entry in world.told(f"client:{world.client(number)}")]
    assert paused == (intent in ("unclear", "move", "crisis"))


@pytest.mark.parametrize("name", LONG)
def test_long_words_are_kept_whole_and_a_persons(world: TextWorld, name: str) -> None:
    """Whatever stands at their beginning: the rest may say anything."""
    (number,) = newcomers(world)
    reply = wrote(world, world.phone(number), LONG[name])

    assert world.opened.texts.text_of(reply.id) == LONG[name]
    assert (reply.state, reply.reasons) in [(ReplyState.WAITING, (one,)) for one in (Reason.NOT_UNDERSTOOD, Reason.UNREAD)]


def test_words_from_nobody_are_a_persons_and_touch_nobodys_consent(world: TextWorld) -> None:
    """A number that no record has, a short code, a name, nothing."""
    before = len(world.entries("consent.revoked"))
    for sender in (STRANGER, "24273", "PRACTICE", ""):
        reply = wrote(world, sender, "STOP")
        assert (reply.message.client, read_as(world, reply)) == (None, ("opt_out", ["unknown_sender"]))
        assert world.opened.texts.letter(reply.id).address == sender
    assert len(world.entries("consent.revoked")) == before


def test_a_yes_to_a_visit_that_was_moved_since_confirms_nothing(world: TextWorld) -> None:
    """The client was asked about Thursday, and it is Friday by now."""
    (number,) = newcomers(world, has_visit=True)
    visit = world.token("appointment", f"APT-{number:07d}")
    message = SendMessage(Outreach(world.client(number), Channel.TEXT, Purpose.REMINDER), "visit_reminder", visit)
    assert world.opened.path.execute(world.approved(message, visit)).state is State.CONFIRMED
    world.clock.instant += timedelta(minutes=5)
    world.ehr.book.change(f"APT-{number:07d}", {"starts_at": world.clock.now() + timedelta(days=2)}, Trace("staff"))
    world.clock.instant += timedelta(minutes=5)
    reply = wrote(world, world.phone(number), "Yes")

    assert (reply.state, reply.reasons, reply.confirms) == (ReplyState.WAITING, (Reason.VISIT_CHANGED,), False)
    (entry,) = [one for one in world.told(f"message:{reply.id}") if one.kind == "reply.sorted"]
    assert entry.body["reason_codes"] == ["visit_changed"]
    assert world.opened.texts.confirmations([visit]) == {}


def test_a_phone_that_two_clients_share_stops_for_both_and_says_yes_for_neither(world: TextWorld) -> None:
    """A parent and a child, or two children: a STOP is of each of them, a yes is nobody's until a person asked whose."""
    parent, child = newcomers(world, 2, phone="+1 212 555 0888", has_visit=True)
    both = {world.client(parent), world.client(child)}
    yes, cancel = wrote(world, "+12125550888", "yes"), wrote(world, "+12125550888", "please cancel my appointment")
    assert (yes.message.client, {*yes.message.sharers}, yes.reasons) == (None, both, (Reason.SHARED_ADDRESS,))
    assert (yes.state, yes.confirms, cancel.reasons) == (ReplyState.WAITING, False, (Reason.CANCEL, Reason.SHARED_ADDRESS))
    assert world.opened.texts.letter(yes.id).address == "+12125550888"
    assert all("client.paused" in [one.kind for one in world.told(f"client:{client}")] for client in both)
    assert (texts_allowed(world, parent), texts_allowed(world, child)) == (True, True)
    stop = wrote(world, "+12125550888", "STOP")

    assert (stop.state, stop.reasons, read_as(world, stop)) == (ReplyState.DONE, (), ("opt_out", []))
    assert (texts_allowed(world, parent), texts_allowed(world, child)) == (False, False)
    revoked = [one for one in world.entries("consent.revoked") if one.body.get("reference") == stop.id]
    assert {one.subject for one in revoked} == {f"client:{client}" for client in both}


@pytest.mark.parametrize("words", ["Wrong person", "no conozco a esa persona"])
def test_a_number_that_changed_owner_gets_nothing_more_and_the_record_is_mended(world: TextWorld, words: str) -> None:
    """What was approved for that number stays here; a person has the task; the client's mailbox is still the client's. Consent that is
    given again, with the old number in the record, sends nothing there.
    """
    (number,) = newcomers(world)
    waiting = world.approved(world.message(number))
    reply = wrote(world, world.phone(number), words)
    world.clock.instant += timedelta(minutes=2)

    assert (reply.state, reply.reasons) == (ReplyState.WAITING, (Reason.WRONG_NUMBER,))
    assert (world.opened.path.execute(waiting).state, reason_of(world, waiting)) == (State.BLOCKED, ["contact.consent"])
    assert [texts_allowed(world, number, one) for one in (Channel.TEXT, Channel.CALL, Channel.EMAIL)] == [False, False, True]
    revoked = [one.body for one in world.entries("consent.revoked") if one.body.get("reference") == reply.id]
    assert [one["channel"] for one in revoked] == ["text", "call"]
    assert world.sent(number, channel=Channel.EMAIL).state is State.CONFIRMED
    consents_again(world, number)
    again = world.sent(number)
    assert (again.state, reason_of(world, again.id)) == (State.REJECTED, ["outcome.dead_end"])
    world.record(number, phone=f"+1 212 555 {7000 + number}")
    assert world.sent(number).state is State.CONFIRMED
