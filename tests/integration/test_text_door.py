"""Texts through the provider: what leaves, what each of its answers means, and that no fault doubles or loses one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import DeliveryState, Trouble
from hsched_core.domain.lifecycle import State
from hsched_core.policy.approval import NotPermittedError
from hsched_sandbox.ehr.faults import Fault
from hsched_sandbox.sms.carrier import Fate
from tests.text_world import OUR_NUMBER, PUBLIC, TextWorld, text_world

SOON = timedelta(minutes=3)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TextWorld]:
    with text_world(tmp_path) as made:
        yield made


def fault(name: str, on: str = "POST *", times: int = 1, seconds: float = 0.0) -> list[Fault]:
    return [Fault(name, on, times, seconds)]


def outcomes(world: TextWorld) -> list[str]:
    """Codes of what was observed, in order."""
    kinds = ("proposal.rejected", "proposal.returned", "proposal.lost_sight", "proposal.confirmed", "proposal.not_found")
    return [entry.body["rules"][0].removeprefix("outcome.") for entry in world.entries(*kinds)]


def test_a_text_leaves_as_it_was_asked(world: TextWorld) -> None:
    """To the number of the record, from ours, in the practice's name, with the address of its receipts; nothing went to the EHR."""
    case = world.sent()
    (text,) = world.carrier.sent()

    assert case.state is State.CONFIRMED
    assert (text.to, text.sender, text.callback) == (world.phone(0), OUR_NUMBER, f"{PUBLIC}/texts/status/{case.id}")
    assert text.body == "Elm Street Office: that time is no longer free. You keep your place on our list. Reply STOP to end texts."
    assert world.ehr.effects("message") == []


def test_in_phase_shadow_there_is_no_way_out(world: TextWorld) -> None:
    """Nor for calls and e-mail."""
    from hsched_core.domain.actions import Destination
    from hsched_core.domain.rollout import Phase

    doors = world.opened.doors
    assert [doors.door(Destination.MESSAGES, Phase.SHADOW, channel) for channel in Channel] == [None] * len(Channel)


def test_a_channel_that_is_not_named_leaves_through_the_ehr(world: TextWorld) -> None:
    """A portal message always, e-mail as long as there is no mail server."""
    cases = [world.sent(1, channel=channel) for channel in (Channel.PORTAL, Channel.EMAIL)]

    assert [case.state for case in cases] == [State.CONFIRMED] * 2
    assert (len(world.ehr.effects("message")), world.carrier.sent()) == (2, [])


@pytest.mark.parametrize(
    ("fate", "trouble"), [(Fate.INVALID, "invalid_number"), (Fate.NO_TEXTS, "landline"), (Fate.OPTED_OUT, "opted_out")]
)
def test_what_the_provider_refuses_is_rejected_and_remembered(world: TextWorld, fate: Fate, trouble: str) -> None:
    """A dead end is not tried again while the record has that number; whoever ended texts at the provider has no consent here."""
    world.carrier.fates[world.phone(0)] = fate
    case = world.sent()
    consents = [one for one in world.consents(0) if not one.given]
    world.carrier.fates.clear()

    assert (case.state, outcomes(world)) == (State.REJECTED, [trouble])
    if fate is Fate.OPTED_OUT:
        assert [(one.channel, one.purpose) for one in consents] == [(Channel.TEXT, None)]
        with pytest.raises(NotPermittedError, match="No consent to texts"):
            world.sent()
    else:
        assert (world.sent().state, outcomes(world)[1], consents) == (State.REJECTED, "dead_end", [])
        world.record(0, phone="212 555 0177")
        assert world.sent().state is State.CONFIRMED


NO_NUMBERS = {
    "": Trouble.NO_ADDRESS,
    None: Trouble.NO_ADDRESS,
    "call my mother": Trouble.INVALID_NUMBER,
    "555-0100": Trouble.INVALID_NUMBER,
    "911": Trouble.INVALID_NUMBER,
    "+1 212 555 0123 / 0124": Trouble.INVALID_NUMBER,
    "2" * 5000: Trouble.INVALID_NUMBER,
    "+44 20 7946 0018": Trouble.LANDLINE,
    "1-800-356-9377": Trouble.LANDLINE,
}


def test_what_is_no_number_is_never_sent(world: TextWorld) -> None:
    """Rejected, with the reason in the ledger."""
    for phone, trouble in NO_NUMBERS.items():
        world.record(0, phone=phone)
        case = world.sent()
        delivery = world.delivery(case)

        assert (case.state, outcomes(world)[-1]) == (State.REJECTED, str(trouble))
        assert delivery
        assert (delivery.state, delivery.trouble) == (DeliveryState.FAILED, trouble)
    assert world.carrier.texts() == []


def test_numbers_are_read_as_people_write_them(world: TextWorld) -> None:
    """With and without country, brackets, dots, an extension."""
    for written in ("(212) 555-0123", "212.555.0123", "+1 212 555 0123", "1-212-555-0123 ext. 4", " 2125550123 "):
        world.record(0, phone=written)
        world.sent()

    assert {text.to for text in world.carrier.sent()} == {"+12125550123"}
    assert len(world.carrier.sent()) == 5


@pytest.mark.parametrize("name", ["status_429", "429_retry_after", "status_401"])
def test_a_provider_that_did_nothing_is_asked_again(world: TextWorld, name: str) -> None:
    """Not before it allows; then once."""
    world.faults.add(fault(name))
    case = world.sent()
    assert (case.state, world.carrier.sent()) == (State.APPROVED, [])
    assert world.opened.path.execute(case.id).state is State.APPROVED

    assert world.again(case).state is State.CONFIRMED
    assert len(world.carrier.sent()) == 1


@pytest.mark.parametrize("name", ["500_before_commit", "503", "hang_before_commit", "reset_before_commit", "502"])
def test_a_text_that_never_came_to_be_is_sent_once_it_is_certain(world: TextWorld, name: str) -> None:
    """Searched for after the settle window, not found, sent."""
    world.faults.add(fault(name, seconds=2))
    case = world.sent()
    assert (case.state, world.carrier.sent()) == (State.UNKNOWN, [])
    assert world.again(case, timedelta(seconds=1)).state is State.UNKNOWN

    assert world.again(case).state is State.CONFIRMED
    assert len(world.carrier.sent()) == 1


@pytest.mark.parametrize("name", ["500_after_commit", "hang_after_commit", "reset_after_commit", "truncated_json", "html_error"])
@pytest.mark.parametrize("receipts", ["heard", "lost"])
def test_a_text_whose_answer_was_lost_is_found_and_not_sent_again(world: TextWorld, name: str, receipts: str) -> None:
    """By its receipt where one came, for that names our case; else in the provider's list."""
    world.callbacks.shares = {"lost": 1.0} if receipts == "lost" else {}
    world.faults.add(fault(name, seconds=2))
    case = world.sent()
    assert case.state is State.UNKNOWN
    if receipts == "heard":
        world.settled()
    after = world.again(case)
    if name == "html_error":  # a proxy's page: nothing was carried out behind it
        assert (after.state, len(world.carrier.sent())) == (State.CONFIRMED, 1)
        return

    assert (after.state, len(world.carrier.sent())) == (State.CONFIRMED, 1)
    assert outcomes(world)[-1] == "read_back"


def test_a_late_commit_is_found_too(world: TextWorld) -> None:
    """The answer says 504, the text leaves a little later, and the search waits long enough."""
    world.faults.add(fault("late_commit", seconds=0.2))
    case = world.sent()
    give_up = 50
    while not world.carrier.sent() and give_up:
        import time

        time.sleep(0.05)
        give_up -= 1

    assert world.again(case).state is State.CONFIRMED
    assert len(world.carrier.sent()) == 1


def test_two_texts_of_the_same_words_are_two_cases(world: TextWorld) -> None:
    """The first was lost before it left, the second arrived: the second is not taken for the first."""
    world.callbacks.shares = {"lost": 1.0}
    world.faults.add(fault("500_before_commit"))
    first, second = world.sent(), world.sent()
    assert (first.state, second.state) == (State.UNKNOWN, State.CONFIRMED)

    assert world.again(first).state is State.CONFIRMED
    assert len(world.carrier.sent()) == 2
    assert len({text.sid for text in world.carrier.sent()}) == 2


def test_a_text_that_may_be_either_of_two_cases_is_neithers(world: TextWorld) -> None:
    """One of two of the same words left, and no answer to either came: a receipt tells whose it is, and then the other is sent."""
    world.faults.add([*fault("500_before_commit"), *fault("500_after_commit")])
    first, second = world.sent(), world.sent()
    assert {world.again(case).state for case in (first, second)} == {State.UNKNOWN}
    assert len(world.carrier.sent()) == 1
    world.settled()
    for _ in range(3):
        first, second = world.again(first), world.again(second)

    assert (first.state, second.state) == (State.CONFIRMED, State.CONFIRMED)
    assert sorted(text.callback.rpartition("/")[2] for text in world.carrier.sent()) == sorted((first.id, second.id))


def test_without_a_receipt_both_are_a_persons(world: TextWorld) -> None:
    """Nothing is sent on a guess, and nothing is believed."""
    world.callbacks.shares = {"lost": 1.0}
    world.faults.add([*fault("500_before_commit"), *fault("500_after_commit")])
    first, second = world.sent(), world.sent()
    for _ in range(7):
        first, second = world.again(first), world.again(second)

    assert (first.state, second.state, len(world.carrier.sent())) == (State.NEEDS_PERSON, State.NEEDS_PERSON, 1)


def test_a_number_that_changed_meanwhile_is_a_persons(world: TextWorld) -> None:
    """Nobody can look up what went to the old one; nothing goes to the new one unasked."""
    world.callbacks.shares = {"lost": 1.0}
    world.faults.add(fault("500_after_commit"))
    case = world.sent()
    world.record(0, phone="212 555 0177")
    for _ in range(6):
        case = world.again(case, timedelta(minutes=3))

    assert (case.state, len(world.carrier.sent())) == (State.NEEDS_PERSON, 1)


def test_a_provider_that_cannot_be_searched_goes_to_a_person(world: TextWorld) -> None:
    """After five looks; it is not sent again on a guess."""
    world.faults.add(fault("500_after_commit"))
    world.callbacks.shares = {"lost": 1.0}
    case = world.sent()
    world.faults.add(fault("500_before_commit", "GET *", times=99))
    for _ in range(6):
        case = world.again(case, timedelta(minutes=3))

    assert (case.state, len(world.carrier.sent())) == (State.NEEDS_PERSON, 1)


def test_a_missing_token_sends_nothing_and_says_nothing_of_it(world: TextWorld) -> None:
    """It is tried again once the file is there."""
    token = world.opened.paths.keys / "sms-token"
    content = token.read_text()
    token.unlink()
    case = world.sent()
    token.write_text(content)

    assert (case.state, outcomes(world)) == (State.APPROVED, ["not_ready"])
    assert world.again(case).state is State.CONFIRMED


def test_nothing_in_trail_or_store_is_a_number_or_a_word_of_a_text(world: TextWorld, tmp_path: Path) -> None:
    """The operational store and the trail, as they lie on the disk."""
    world.sent()
    world.carrier.fates[world.phone(1)] = Fate.LANDLINE
    world.sent(1)
    world.carrier.write(world.phone(0), OUR_NUMBER, "I cannot sleep, call me")
    world.settled()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "store").rglob("*") if file.is_file())

    assert [word for word in (b"5550100", b"5550101", b"cannot sleep", b"SM" + b"0", b"no longer free") if word in stored] == []


def test_many_pages_of_texts_are_searched(world: TextWorld) -> None:
    """The provider shows a hundred at a time, newest first."""
    world.callbacks.shares = {"lost": 1.0}
    world.faults.add(fault("500_after_commit"))
    case = world.sent()
    for number in range(120):
        world.carrier.take(world.phone(0), OUR_NUMBER, f"from the practice's other system {number}", "")

    assert world.again(case).state is State.CONFIRMED
    assert replace(case, state=State.CONFIRMED).key == case.key
