"""Calls as tasks of the staff, and bounces of e-mail: whose they are is proved by their address."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_adapters.keys import Keyring
from hsched_adapters.messaging.bounces import BounceAddresses, read_bounce
from hsched_adapters.messaging.call_door import settle_call
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import CallOutcome, DeliveryState, Trouble
from hsched_core.domain.errors import InputError, UserError
from hsched_core.domain.lifecycle import State
from tests.mail_server import MailRoom, mail_server
from tests.sandbox_ehr import NOW
from tests.text_world import MAIL, TextWorld, text_world

MAILBOX = "bounces@elm.example"


@pytest.fixture
def room() -> Iterator[tuple[MailRoom, int]]:
    with mail_server() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, room: tuple[MailRoom, int]) -> Iterator[TextWorld]:
    with text_world(tmp_path, mail=replace(MAIL, port=room[1], bounces=MAILBOX)) as made:
        yield made


def bounce(to: str, action: str = "failed", status: str = "5.1.1", header: str = "To") -> bytes:
    """A notification as mail servers write it (RFC 3464), with the mailbox and the message in it."""
    lines = [
        f"To: {to}" if header == "To" else f"{header}: {to}",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "MIME-Version: 1.0",
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I am sorry: <ada.vale0@example.org>: host mx.example said 550",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        "Final-Recipient: rfc822; ada.vale0@example.org",
        f"Action: {action}",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 5.1.1 no such user",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_a_call_is_a_task_for_the_staff(world: TextWorld) -> None:
    """Asked for once however often it is tried; nothing leaves; how it ended is said by a person, once."""
    case = world.sent(0, channel=Channel.CALL)
    messages = world.opened.messages
    with messages.store.transaction() as tx:
        (task,) = tx.calls()

    assert (case.state, task.id, task.client, task.template) == (State.CONFIRMED, case.id, world.client(0), "slot_taken")
    assert (world.carrier.texts(), world.ehr.effects("message")) == ([], [])
    settled = settle_call(messages.store, task.id, CallOutcome.NO_ANSWER, "person-desk", world.clock)
    assert (settled.outcome, settled.by) == (CallOutcome.NO_ANSWER, "person-desk")
    with pytest.raises(UserError, match="no open call"):
        settle_call(messages.store, task.id, CallOutcome.REACHED, "person-desk", world.clock)
    with messages.store.transaction() as tx:
        assert tx.calls() == []
    assert [entry.kind for entry in world.entries("call.asked", "call.settled")] == ["call.asked", "call.settled"]


def test_a_visit_confirmed_on_the_phone_is_confirmed(world: TextWorld) -> None:
    """As by a reply: from the moment the call was settled. That somebody was reached says nothing of their coming."""
    world.reads_replies()
    confirmed, reached = world.sent(0, channel=Channel.CALL), world.sent(1, channel=Channel.CALL)
    visits = [one.proposal.subject for one in (confirmed, reached)]
    assert world.opened.texts.confirmations(visits) == {}
    world.clock.instant += timedelta(minutes=5)
    world.opened.messages.settle_call(confirmed.id, CallOutcome.CONFIRMED, "person-desk")
    world.opened.messages.settle_call(reached.id, CallOutcome.REACHED, "person-desk")

    assert world.opened.texts.confirmations([*visits, "0a" * 16]) == {visits[0]: world.clock.now()}


def test_a_mailbox_that_bounces_is_not_written_to_again(world: TextWorld, room: tuple[MailRoom, int]) -> None:
    """Taken by the server, sent back a day later: failed in the ledger, a dead end until the record has another address."""
    case = world.sent(0, channel=Channel.EMAIL)
    world.clock.instant += timedelta(days=1)
    receipt = read_bounce(bounce(room[0].taken[0].sender), world.opened.messages.bounces, world.clock.now())
    assert receipt
    world.opened.messages.deliveries.take(receipt)
    delivery = world.delivery(case)

    assert delivery
    assert (delivery.state, delivery.trouble) == (DeliveryState.FAILED, Trouble.NO_SUCH_MAILBOX)
    assert world.sent(0, channel=Channel.EMAIL).state is State.REJECTED
    world.opened.messages.deliveries.try_again(world.client(0), Channel.EMAIL, "person-desk")
    assert world.sent(0, channel=Channel.EMAIL).state is State.CONFIRMED


@pytest.mark.parametrize(
    ("action", "status", "state", "trouble"),
    [
        ("failed", "5.2.2", DeliveryState.FAILED, Trouble.MAILBOX_FULL),
        ("failed", "5.7.1", DeliveryState.FAILED, Trouble.BLOCKED),
        ("Failed", "", DeliveryState.FAILED, Trouble.OTHER),
        ("delivered", "2.0.0", DeliveryState.DELIVERED, None),
        ("delayed", "4.4.1", None, None),
        ("relayed", "2.0.0", None, None),
    ],
)
def test_what_a_notification_says(tmp_path: Path, action: str, status: str, state: DeliveryState | None, trouble: Trouble | None) -> None:
    """Only what is certain."""
    addresses = BounceAddresses(Keyring(tmp_path, "elm"), MAILBOX)
    found = read_bounce(bounce(addresses.address("0a" * 16), action, status, "Delivered-To"), addresses, NOW)

    assert (found and (found.state, found.trouble, found.case_id)) == (state and (state, trouble, "0a" * 16))


def test_a_bounce_that_somebody_made_up_changes_nothing(tmp_path: Path) -> None:
    """Addresses cannot be guessed, nor changed by a letter; those of an older key are still known."""
    keyring = Keyring(tmp_path, "elm")
    addresses = BounceAddresses(keyring, MAILBOX)
    good = addresses.address("0a" * 16)
    name, _, domain = good.partition("@")
    bad = [name[:-1] + ("a" if name[-1] != "a" else "b") + "@" + domain, MAILBOX, good.replace("bounces+", "bounce+"), good + ".evil", ""]
    for address in bad:
        with pytest.raises(InputError, match="not addressed to a bounce address"):
            read_bounce(bounce(address), addresses, NOW)
    keyring.rotate("mail-bounces")

    assert addresses.case_of(good.upper()) == "0a" * 16
    assert len(name) <= 64


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Mail is written by strangers."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        addresses = BounceAddresses(Keyring(Path(folder), "elm"), MAILBOX)
        to = addresses.address("0a" * 16).encode()
        found = read_bounce(b"To: " + to + b"\r\nContent-Type: message/delivery-status\r\n\r\n" + content, addresses, NOW)
        assert found is None or found.case_id == "0a" * 16
        with pytest.raises(InputError):
            read_bounce(content, addresses, NOW)
