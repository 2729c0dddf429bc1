"""What comes back from the provider: receipts into the ledger, clients' words to who reads them, forgeries nowhere. On both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_core.domain.case import Case
from hsched_core.domain.delivery import DeliveryState, Meaning, Receipt, Trouble
from hsched_core.domain.lifecycle import State
from hsched_pipelines.operations.event_work import keep, poll, take_in
from hsched_sandbox.sms.carrier import Fate
from tests.text_world import OUR_NUMBER, TextWorld, post, text_world

pytestmark = pytest.mark.xdist_group("postgres")
DAY = timedelta(hours=25)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TextWorld]:
    store = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    with text_world(tmp_path, store) as made:
        yield made


def stands(world: TextWorld, case: Case) -> tuple[DeliveryState, Trouble | None]:
    delivery = world.delivery(case)
    assert delivery
    return delivery.state, delivery.trouble


def heard(world: TextWorld) -> list[str]:
    """What the trail says of deliveries, in order."""
    known = ("handed_over", "accepted", "sent", "delivered", "failed", "silent", "named", "doubled", "contradicts")
    return [entry.kind.removeprefix("delivery.") for entry in world.entries(*(f"delivery.{one}" for one in known))]


def test_receipts_come_into_the_ledger(world: TextWorld) -> None:
    """Each step once, with its audit entry, under the case's id."""
    world.reads_replies()
    case = world.sent()
    assert stands(world, case) == (DeliveryState.ACCEPTED, None)
    world.carrier.deliver()
    world.callbacks.stop()
    take_in(world.opened)

    assert stands(world, case) == (DeliveryState.DELIVERED, None)
    assert heard(world) == ["handed_over", "accepted", "sent", "delivered"]
    assert set(world.callbacks.statuses) == {202}


@pytest.mark.parametrize(
    ("fate", "trouble", "is_dead"),
    [
        (Fate.LANDLINE, Trouble.LANDLINE, True),
        (Fate.NOBODYS, Trouble.UNKNOWN_HANDSET, True),
        (Fate.HANDSET_OFF, Trouble.HANDSET_OFF, False),
        (Fate.FILTERED, Trouble.FILTERED, False),
    ],
)
def test_what_the_carrier_finds_out_later(world: TextWorld, fate: Fate, trouble: Trouble, is_dead: bool) -> None:
    """The text was taken; that it failed stands in the ledger, and a number that texts cannot reach gets no second one."""
    world.carrier.fates[world.phone(0)] = fate
    case = world.sent()
    world.settled()

    assert (case.state, *stands(world, case)) == (State.CONFIRMED, DeliveryState.FAILED, trouble)
    assert (world.sent().state is State.REJECTED) == is_dead


def test_doubled_late_lost_and_forged_receipts(world: TextWorld) -> None:
    """Whatever comes, and in whichever order: the ledger says what the handset did; what was forged is refused and counted."""
    world.callbacks.shares = {"doubled": 0.25, "late": 0.25, "lost": 0.2, "forged": 0.25}
    cases = [world.sent(number % 6) for number in range(12)]
    world.settled()
    told = sum(stands(world, case)[0] is DeliveryState.DELIVERED for case in cases)
    world.clock.instant += DAY
    asked = world.opened.messages.chase()

    assert 0 < told < len(cases)
    assert {stands(world, case) for case in cases} == {(DeliveryState.DELIVERED, None)}
    assert world.callbacks.met["forged"] > 0
    assert world.callbacks.forged == {401: world.callbacks.met["forged"]}
    assert set(world.callbacks.statuses) <= {200, 202}
    assert asked == {"delivered": len(cases) - told}
    refused = world.entries("inbox.refused")
    assert {(entry.subject, entry.body["reason"]) for entry in refused} == {("event_source:receipts", "signature")}


def test_a_provider_that_takes_and_never_delivers(world: TextWorld) -> None:
    """After a day it is asked, and says no more than before: silent, once. A receipt that comes later still counts."""
    world.carrier.fates[world.phone(0)] = Fate.SILENT
    case = world.sent()
    world.settled()
    world.clock.instant += timedelta(hours=23)
    assert world.opened.messages.chase() == {}
    world.clock.instant += timedelta(hours=2)

    assert world.opened.messages.chase() == {"silent": 1}
    assert world.opened.messages.chase() == {}
    assert stands(world, case) == (DeliveryState.SILENT, None)
    delivery = world.delivery(case)
    assert delivery
    worth = world.opened.messages.deliveries.take(Receipt(case.id, DeliveryState.DELIVERED, world.clock.now(), delivery.reference))
    assert (worth, *stands(world, case)) == (Meaning.NEWS, DeliveryState.DELIVERED, None)


def test_receipts_that_were_lost_are_asked_for(world: TextWorld) -> None:
    """By the provider's own record of the text."""
    world.callbacks.shares = {"lost": 1.0}
    case = world.sent()
    world.settled()
    world.clock.instant += DAY

    assert world.opened.messages.chase() == {"delivered": 1}
    assert stands(world, case) == (DeliveryState.DELIVERED, None)


def test_a_receipt_nobody_waits_for_changes_nothing(world: TextWorld) -> None:
    """Of a case without a message, of a second text of one case, of a status nobody knows: acknowledged, and said."""
    case = world.sent()
    world.settled()
    sid = f"SM{'f' * 32}"
    answers = [
        post(world, f"/texts/status/{'0' * 32}", {"MessageSid": sid, "MessageStatus": "delivered"}),
        post(world, f"/texts/status/{case.id}", {"MessageSid": sid, "MessageStatus": "failed", "ErrorCode": "30005"}),
        post(world, f"/texts/status/{case.id}", {"MessageSid": sid, "MessageStatus": "teleported"}),
        post(world, "/texts/status/not-a-case", {"MessageSid": sid, "MessageStatus": "sent"}),
    ]
    world.taken_in()

    assert answers == [202] * 4
    assert stands(world, case) == (DeliveryState.DELIVERED, None)
    assert heard(world)[-1] == "doubled"
    assert [entry.body["outcome"] for entry in world.entries("inbox.handled")][-2:] == ["receipt_of_no_message", "receipt_doubled"]
    assert [letter.reason for letter in world.opened.inbox.dead_letters()] == ["malformed_body"] * 2


def test_the_store_upholds_that_a_text_is_one_cases(world: TextWorld) -> None:
    """Two cases that claim one text: the second fails, and with it everything of its transaction."""
    import sqlalchemy as sa

    first, second = world.sent(0), world.sent(1)
    delivery = world.delivery(first)
    assert delivery
    with pytest.raises(sa.exc.IntegrityError):
        _claim(world, second, delivery.reference)


def _claim(world: TextWorld, case: Case, reference: str) -> None:
    from dataclasses import replace

    from hsched_core.domain.audit import AuditEntry

    delivery = world.delivery(case)
    assert delivery
    with world.opened.messages.store.transaction() as tx:
        tx.put_delivery(replace(delivery, reference=reference), audit=AuditEntry(world.clock.now(), "test", "delivery.sent", case.id, {}))


def test_the_event_jobs_catch_up_and_chase(world: TextWorld) -> None:
    """The poll keeps what no callback told; the job that looks after open cases asks for receipts."""
    world.reads_replies()
    world.callbacks.shares = {"lost": 1.0}
    case = world.sent()
    world.carrier.write(world.phone(1), OUR_NUMBER, "STOP")
    world.settled()
    world.clock.instant += DAY

    assert (poll(world.opened)["texts"], keep(world.opened).get("delivered")) == (1, 1)
    assert stands(world, case) == (DeliveryState.DELIVERED, None)
