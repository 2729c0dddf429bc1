"""The desk over the REST connector and a running sandbox EHR: what clients and staff do there, and what the EHR's own log says happened."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.workflow.waitlist import Standing, Told, WaitlistDesk
from hsched_sandbox.ehr.conduct import DoubleBooking
from tests.desk_world import KINDS, ORDER, SETTINGS
from tests.rest_world import POLICY, USE_CASE, RestWorld, rest_world
from tests.sandbox_ehr import NOW, wanted

CANCELLED = "APT-0000000"  # of client 0 with clinician 0, in person, tomorrow at ten


@dataclass
class Live:
    """A world with its desk; the first who waits has an offer."""

    world: RestWorld
    desk: WaitlistDesk

    @property
    def opening(self) -> str:
        return self.world.token("appointment", CANCELLED)

    def cancel(self) -> None:
        there = self.world.ehr.ask("GET", f"/appointments/{CANCELLED}")
        body = {"status": "cancelled", "cancel_reason": "client"}
        assert self.world.ehr.ask("PATCH", f"/appointments/{CANCELLED}", body, If_Match=there.headers["etag"]).status == 200
        self.tell(self.opening)

    def tell(self, about: str) -> None:
        self.desk.on_notice(Notice(NoticeKind.APPOINTMENT, about, self.world.clock.now()))

    def offer(self, number: int = 0) -> str:
        with self.world.store.transaction() as tx:
            return tx.offers(self.opening)[number].id

    def state(self) -> OpeningState:
        with self.world.store.transaction() as tx:
            record = tx.opening(self.opening)
        assert record is not None
        return record.state


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with rest_world(tmp_path, double_booking=DoubleBooking.REFUSE) as world:
        world.store.tables.phases[USE_CASE] = Phase.AUTO
        order = replace(ORDER, valid_from=NOW - timedelta(days=1), expires_at=NOW + timedelta(days=9), action_kinds=KINDS)
        world.store.tables.orders[USE_CASE] = order
        desk = WaitlistDesk(world.path, world.store, world.connector.reader, world.clock, POLICY, SETTINGS)
        made = Live(world, desk)
        made.cancel()
        assert desk.advance().failed == {}
        yield made


def standing(told: Told | None) -> Standing:
    assert told is not None
    return told.standing


def test_an_opening_at_the_ehr_is_offered_booked_and_placed(live: Live) -> None:
    """One message, one appointment, one entry placed, as the EHR's own log has it."""
    assert (live.state(), standing(live.desk.look(live.offer()))) == (OpeningState.OPEN, Standing.OPEN)
    assert standing(live.desk.accept(live.offer())) is Standing.BOOKED
    assert live.desk.advance().failed == {}

    acts = [one["act"] for one in live.world.effects()]
    assert live.state() is OpeningState.FILLED
    assert len(live.world.connector.reader.waiting()) == 1
    assert acts.count("book") == 1, acts


def test_staff_who_take_the_time_at_the_ehr_are_seen(live: Live) -> None:
    """Nobody told; the next round withdraws the offer, and the client hears of it."""
    body = wanted(NOW + timedelta(days=1), patient=3, provider=0)
    assert live.world.ehr.ask("POST", "/appointments", body).status == 201
    done = live.desk.advance()

    assert (done.failed, live.state(), standing(live.desk.accept(live.offer()))) == ({}, OpeningState.TAKEN, Standing.TAKEN)
    assert done.done["send_message.confirmed"] == 1


def test_an_ehr_that_answers_500_after_booking_is_not_asked_twice(live: Live) -> None:
    """Received; found after the settle window; booked once."""
    live.world.ehr.order("500_after_commit", "POST /appointments")
    assert standing(live.desk.accept(live.offer())) is Standing.RECEIVED
    live.world.wait()
    live.desk.keep()
    live.desk.advance()

    assert (standing(live.desk.look(live.offer())), live.state()) == (Standing.BOOKED, OpeningState.FILLED)
    assert [one["act"] for one in live.world.effects()].count("book") == 1
