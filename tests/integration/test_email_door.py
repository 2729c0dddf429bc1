"""E-mail over SMTP to a real server: what leaves, what each reply means, and that nothing is sent twice on a guess."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import DeliveryState, Trouble
from hsched_core.domain.lifecycle import State
from tests.certificates import self_signed
from tests.mail_server import CLOSES, HANGS, MailRoom, mail_server, parts
from tests.text_world import MAIL, TextWorld, text_world


@pytest.fixture
def room() -> Iterator[tuple[MailRoom, int]]:
    with mail_server() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, room: tuple[MailRoom, int]) -> Iterator[TextWorld]:
    with text_world(tmp_path, mail=replace(MAIL, port=room[1], bounces="bounces@elm.example", timeout_seconds=0.5)) as made:
        yield made


def mailed(world: TextWorld, number: int = 0) -> Case:
    return world.sent(number, channel=Channel.EMAIL)


def outcome(world: TextWorld) -> str:
    """The code of what was observed last."""
    kinds = ("proposal.rejected", "proposal.returned", "proposal.lost_sight", "proposal.confirmed", "proposal.handed_over")
    return str(world.entries(*kinds)[-1].body["rules"][0]).removeprefix("outcome.")


def test_a_message_leaves_as_it_was_asked(world: TextWorld, room: tuple[MailRoom, int]) -> None:
    """One recipient, a subject that says nothing, the words of the template, an id that is the same for each attempt."""
    case = mailed(world)
    (taken,) = room[0].taken
    message = taken.message

    assert (case.state, taken.recipient) == (State.CONFIRMED, "ada.vale0@example.org")
    assert (message["From"], message["Subject"]) == ("Elm Street Office <office@elm.example>", "About your time with us")
    assert message["Message-ID"] == f"<{case.key[:32]}@elm.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Ada" not in taken.content.decode().replace("ada.vale0", "")
    assert parts(message).startswith("Elm Street Office: that time is no longer free.")
    assert world.opened.messages.bounces.case_of(taken.sender) == case.id


def test_spanish_words_arrive_whole(world: TextWorld, room: tuple[MailRoom, int]) -> None:
    """Whatever the mail systems on the way make of accents."""
    world.record(0, language="es")
    mailed(world)

    assert "esa hora ya no está libre. Conserva su lugar en nuestra lista." in parts(room[0].taken[0].message)
    assert room[0].taken[0].content.isascii()


REFUSED = {
    "550 5.1.1 no such user": "no_such_mailbox",
    "550 no": "no_such_mailbox",
    "550 5.7.1 we do not like you": "blocked",
    "552 5.2.2 full": "mailbox_full",
    "554 nothing": "other",
}


@pytest.mark.parametrize("reply", REFUSED)
def test_a_recipient_that_is_refused_for_good(world: TextWorld, room: tuple[MailRoom, int], reply: str) -> None:
    """Rejected; a mailbox that is nobody's is a dead end while the record has it."""
    room[0].replies["RCPT"] = [reply]
    assert (mailed(world).state, outcome(world)) == (State.REJECTED, REFUSED[reply])
    again = mailed(world)

    is_dead = REFUSED[reply] == "no_such_mailbox"
    assert again.state is (State.REJECTED if is_dead else State.CONFIRMED)
    assert outcome(world) == ("dead_end" if is_dead else "accepted")
    if is_dead:
        world.record(0, email="ada@elsewhere.example")
        assert mailed(world).state is State.CONFIRMED


MENDED = [("RCPT", "451 4.7.1 greylisted"), ("MAIL", "421 going down"), ("DATA", "452 4.3.1 full"), ("RCPT", CLOSES)]


@pytest.mark.parametrize(("stage", "reply"), MENDED)
def test_what_may_be_mended_is_sent_later(world: TextWorld, room: tuple[MailRoom, int], stage: str, reply: str) -> None:
    """Once, and not before some minutes have passed."""
    room[0].replies[stage] = [reply]
    case = mailed(world)
    assert (case.state, room[0].taken) == (State.APPROVED, [])

    assert world.again(case, timedelta(minutes=6)).state is State.CONFIRMED
    assert len(room[0].taken) == 1


@pytest.mark.parametrize("reply", [HANGS, CLOSES])
@pytest.mark.parametrize("took_it", [True, False])
def test_silence_after_the_text_is_a_persons(world: TextWorld, room: tuple[MailRoom, int], reply: str, took_it: bool) -> None:
    """Nobody can look: it is not sent again."""
    room[0].replies["DATA"], room[0].takes_before_it_errs = [reply], took_it
    case = mailed(world)
    assert case.state is State.UNKNOWN

    assert (world.again(case).state, outcome(world)) == (State.NEEDS_PERSON, "no_key_no_search")
    assert len(room[0].taken) == took_it


def test_a_refusal_after_the_text_is_believed(world: TextWorld, room: tuple[MailRoom, int]) -> None:
    """The server says that it did not take it."""
    room[0].replies["DATA"] = ["554 5.7.1 spam"]

    assert (mailed(world).state, outcome(world), room[0].taken) == (State.REJECTED, "blocked", [])


BAD_MAILBOXES: dict[Any, Trouble] = {
    "": Trouble.NO_ADDRESS,
    None: Trouble.NO_ADDRESS,
    "none": Trouble.INVALID_MAILBOX,
    "ada@example": Trouble.INVALID_MAILBOX,
    "ada@example.org\r\nBcc: all@example.org": Trouble.INVALID_MAILBOX,
    "ada@example.org, eve@example.org": Trouble.INVALID_MAILBOX,
    "ada@exämple.org": Trouble.INVALID_MAILBOX,
    '"': Trouble.INVALID_MAILBOX,
    "a" * 300 + "@example.org": Trouble.INVALID_MAILBOX,
}


def test_what_is_no_mailbox_is_never_written_to(world: TextWorld, room: tuple[MailRoom, int]) -> None:
    """Rejected with the reason; no second recipient and no header gets in by the record."""
    for email, trouble in BAD_MAILBOXES.items():
        world.record(0, email=email)
        case = mailed(world)
        delivery = world.delivery(case)

        assert (case.state, outcome(world), delivery and delivery.trouble) == (State.REJECTED, str(trouble), trouble)
    assert room[0].taken == []


def test_a_server_that_is_away_has_nothing(world: TextWorld) -> None:
    """Sent later."""
    from hsched_adapters.messaging.desk import Messages

    away: Messages = world.opened.messages
    object.__setattr__(away, "section", replace(away.section, email=replace(MAIL, port=1)))

    assert (mailed(world).state, outcome(world)) == (State.APPROVED, "no_connection")


SIGN_INS = [("a password", True, ""), ("another", True, "not_signed_in"), ("", False, "no_trust")]


@pytest.mark.parametrize(("password", "trusted", "expected"), SIGN_INS)
def test_the_way_to_the_server_is_encrypted_and_signed_in(tmp_path: Path, password: str, trusted: bool, expected: str) -> None:
    """STARTTLS with a certificate that somebody vouches for, before any password is sent."""
    pem = self_signed(tmp_path)
    with mail_server(pem, password) as (room, port):
        server = replace(MAIL, port=port, user="office", security="starttls", ca_file="ca.pem" if trusted else "")
        with text_world(tmp_path / "home", mail=server) as world:
            (world.opened.paths.keys / "ca.pem").write_bytes(pem.read_bytes())
            case = mailed(world)
            if expected:
                assert (case.state, outcome(world), room.taken) == (State.APPROVED, expected, [])
            else:
                assert (case.state, len(room.taken)) == (State.CONFIRMED, 1)
            assert set(room.signed_in) == ({"office"} if trusted else set())


def test_a_server_without_encryption_gets_nothing(tmp_path: Path) -> None:
    """STARTTLS is not optional."""
    with mail_server() as (room, port), text_world(tmp_path, mail=replace(MAIL, port=port, security="starttls")) as world:
        assert (mailed(world).state, outcome(world), room.taken) == (State.APPROVED, "no_encryption", [])


def test_the_ledger_says_accepted_and_no_more(world: TextWorld) -> None:
    """That a mailbox got it, SMTP does not tell."""
    delivery = world.delivery(mailed(world))

    assert delivery
    assert (delivery.state, delivery.trouble) == (DeliveryState.ACCEPTED, None)
