"""The sandbox EHR tells what changed: signed as Standard Webhooks 1.0 asks, tried again, and with the quirks of real senders."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hsched_sandbox.ehr import webhooks
from tests.sandbox_ehr import NOW, SECRET, Ehr, MovableClock, running_ehr, wanted
from tests.webhook_ear import Ear, listening

CANCELLED = ("appointment.cancelled", "APT-0000000")


@contextmanager
def told(*answers: int, **rules: Any) -> Iterator[tuple[Ehr, Ear]]:
    """An EHR and somebody who listens to it."""
    with listening(*answers) as ear, running_ehr(webhook_url=ear.address, **rules) as ehr:
        yield ehr, ear


def cancel(ehr: Ehr, number: int = 0) -> None:
    act = {"act": "cancel", "by": "client", "appointment_id": f"APT-{number:07d}"}
    assert ehr.ask("POST", "/sandbox/acts", act).status == 200


@pytest.fixture(autouse=True)
def fixture_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries after hundredths of seconds."""
    monkeypatch.setattr(webhooks, "RETRIES", (0.02, 0.04, 0.06))


def test_a_change_is_told_by_id_only_and_signed() -> None:
    """The receiver must read it again: a webhook is a hint."""
    with told() as (ehr, ear):
        cancel(ehr)
        (heard,) = ear.hears(1)

    assert Webhook(SECRET).verify(heard.body, heard.headers)["type"] == "appointment.cancelled"
    assert json.loads(heard.body)["data"].keys() == {"id", "version", "updated_at"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(heard.body.replace(b"0000000", b"0000001"), heard.headers)


def test_a_webhook_carries_the_records_own_moment() -> None:
    """As the record shows it: who polls by `updated_at` knows that it was told. A clock that moves meanwhile changes nothing."""
    with told(clock=Ticking()) as (ehr, ear):
        cancel(ehr)
        (heard,) = ear.hears(1)
        shown = ehr.ask("GET", "/appointments/APT-0000000").json["updated_at"]

    assert datetime.fromisoformat(json.loads(heard.body)["data"]["updated_at"]) == datetime.fromisoformat(shown)


class Ticking(MovableClock):
    """Never the same moment twice."""

    def now(self) -> datetime:
        self.instant += timedelta(milliseconds=1)
        return self.instant


def test_each_sort_of_change_has_its_event() -> None:
    """Made, changed, cancelled; entries of the waitlist."""
    with told() as (ehr, ear):
        ehr.ask("POST", "/appointments", wanted(NOW + timedelta(days=2)))
        ehr.ask("PATCH", "/appointments/APT-0000001", {"custom_fields": {"ai_risk_score": 0.5}})
        ehr.ask("PATCH", "/appointments/APT-0000000", {"status": "cancelled"})
        ehr.ask("PATCH", "/waitlist/WL-0000004", {"status": "placed"})
        heard = ear.hears(4)

    assert [one.told for one in heard] == [
        ("appointment.created", "APT-5000001"),
        ("appointment.updated", "APT-0000001"),
        CANCELLED,
        ("waitlist.updated", "WL-0000004"),
    ]


def test_what_is_not_answered_2xx_is_tried_again_under_the_same_id() -> None:
    """With a fresh signature each time."""
    with told(500, 503) as (ehr, ear):
        cancel(ehr)
        heard = ear.hears(3)
        ear.hears(4, seconds=0.2)

    assert [one.answered for one in heard] == [500, 503, 204]
    assert len({one.id for one in ear.heard}) == 1
    assert ehr.tally is not None
    assert (ehr.tally.sent, ehr.tally.failed, ehr.tally.given_up) == (1, 2, 0)


def test_after_the_last_try_it_is_given_up_silently() -> None:
    """As Medplum does: nobody tells the receiver what it missed."""
    with told(*[500] * 4) as (ehr, ear):
        cancel(ehr)
        ear.hears(5, seconds=0.5)

    assert len(ear.heard) == 4
    assert ehr.tally is not None
    assert (ehr.tally.sent, ehr.tally.given_up) == (0, 1)


def test_a_duplicate_comes_twice_with_one_id() -> None:
    """The id is what a receiver tells them by."""
    with told() as (ehr, ear):
        ehr.order("webhook_duplicate")
        cancel(ehr)
        first, second = ear.hears(2)

    assert (first.id, first.body) == (second.id, second.body)


def test_a_reordered_one_comes_after_the_next() -> None:
    """The later change is told first."""
    with told() as (ehr, ear):
        ehr.order("webhook_reorder", seconds=5)
        cancel(ehr, 0)
        cancel(ehr, 1)
        heard = ear.hears(2)

    assert [one.told[1] for one in heard] == ["APT-0000001", "APT-0000000"]


def test_a_delayed_one_comes_later() -> None:
    """Others pass it."""
    with told() as (ehr, ear):
        ehr.order("webhook_delay", seconds=0.3)
        for number in (0, 1, 2):
            cancel(ehr, number)
        heard = ear.hears(3)

    assert [one.told[1] for one in heard] == ["APT-0000001", "APT-0000002", "APT-0000000"]


def test_a_lost_one_never_comes() -> None:
    """The change stands in the EHR all the same, where a poll finds it."""
    with told() as (ehr, ear):
        ehr.order("webhook_loss")
        cancel(ehr, 0)
        cancel(ehr, 1)
        ear.hears(2, seconds=0.3)
        polled = ehr.ask("GET", "/appointments?status=cancelled&updated_since=2026-03-04T10:00:00-05:00").json["appointments"]

    assert [one.told[1] for one in ear.heard] == ["APT-0000001"]
    assert [one["id"] for one in polled] == ["APT-0000000", "APT-0000001"]


def test_in_an_outage_nothing_comes_for_a_day() -> None:
    """By the EHR's own clock; what happened meanwhile is not told afterwards."""
    clock = MovableClock()
    with told(clock=clock) as (ehr, ear):
        ehr.order("outage")
        cancel(ehr, 0)
        clock.instant = NOW + timedelta(hours=23)
        cancel(ehr, 1)
        clock.instant = NOW + timedelta(hours=25)
        cancel(ehr, 2)
        ear.hears(1)

    assert [one.told[1] for one in ear.heard] == ["APT-0000002"]
    assert ehr.tally is not None
    assert ehr.tally.lost == 2


def test_the_receivers_address_can_be_changed_while_it_runs() -> None:
    """A service that starts after the EHR tells where it listens."""
    with listening() as late, told() as (ehr, early):
        assert ehr.ask("POST", "/sandbox/webhook", {"url": late.address}).status == 204
        cancel(ehr)
        late.hears(1)

    assert (len(early.heard), len(late.heard)) == (0, 1)


def test_random_quirks_come_at_their_rates() -> None:
    """A third lost, a third twice; requests stay untouched."""
    with told() as (ehr, ear):
        rates = {"rates": {"webhook_loss": 0.33, "webhook_duplicate": 0.33}, "seed": 5}
        ehr.ask("POST", "/sandbox/faults", rates)
        for number in range(60):
            assert ehr.ask("PATCH", "/appointments/APT-0000001", {"custom_fields": {"n": number}}).status == 200
        met = ehr.faults.met
        heard = ear.hears(60 - met["webhook_loss"] + met["webhook_duplicate"])

    assert 10 <= met["webhook_loss"] <= 30
    assert 10 <= met["webhook_duplicate"] <= 30
    assert len(heard) == 60 - met["webhook_loss"] + met["webhook_duplicate"]
    assert len({one.id for one in heard}) == 60 - met["webhook_loss"]
