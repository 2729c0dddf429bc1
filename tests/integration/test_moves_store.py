"""Picks of other times on SQLite and on PostgreSQL: one of several clients has a time, the waitlist or a client, and the trail tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.client_links import SqlClientLinkStore
from hsched_adapters.store.engine import open_engine, reading
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.client_links import LASTS, About, ClientLink
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OfferState, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases import RESCHEDULE
from hsched_core.use_cases.reschedule_settings import RescheduleSettings
from hsched_core.workflow import link_trail as trail
from hsched_core.workflow.move_endings import MoveEndings
from hsched_core.workflow.moves import MovesDesk, Picked, Tools
from hsched_core.workflow.offer_steps import OPENING, footing_of_opening, pick_opening, replay
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLINICIAN, NOON, POLICY, PRACTICE, TOMORROW, DeskWorld, on_sql, visit
from tests.http_desk import at_once

pytestmark = pytest.mark.xdist_group("postgres")
RACES, CLIENTS_EACH = 4, 4
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


class GivesToAnybody(MovesDesk):
    """A twin without the guard: whatever is asked for is taken for free."""

    def _is_free(self, tx: DeskTransaction, record: OpeningRecord, now: datetime) -> bool:
        return True


@dataclass
class Arena:
    """A practice, several desks of moves over one store, and clients with a visit each."""

    world: DeskWorld
    trail: TrailDesk
    desk_class: type[MovesDesk] = MovesDesk
    made: int = field(default=0)

    @property
    def store(self) -> SqlClientLinkStore:
        return SqlClientLinkStore(self.world.store._trail)

    def desk(self) -> MovesDesk:
        """A worker of its own."""
        world, store = self.world, self.store
        endings = MoveEndings(world.path, store, lambda: world.ehr, world, POLICY, lambda: world.desk)
        return self.desk_class(Tools(world.path, store, lambda: world.ehr, world, POLICY, RescheduleSettings(), False, endings))

    def client(self) -> ClientLink:
        """Somebody with a visit at an hour of its own, and the address in a message about it."""
        self.made += 1
        client, name = f"{0xC000 + self.made:032x}", f"{0xD000 + self.made:032x}"
        starts = TOMORROW + timedelta(days=20) + self.made * HOUR
        self.world.ehr.book(name, visit(client, starts))
        link = ClientLink(f"{0xA000 + self.made:064x}", name, client, Channel.TEXT, About.VISIT, NOON + LASTS, name, "en")
        with self.store.transaction() as tx:
            tx.put_link(link, audit=trail.made(link, NOON))
        return link

    def opening(self, number: int) -> datetime:
        """Somebody cancels."""
        at = TOMORROW + (number + 1) * 2 * HOUR
        name = f"{0xB000 + number:032x}"
        self.world.ehr.book(name, visit("9e" * 16, at))
        self.world.cancel(name)
        return at

    def order(self, phase: Phase) -> None:
        with self.world.store.transaction() as tx:
            note = AuditEntry(NOON, "person-desk", "phase.changed", f"use_case:{RESCHEDULE}", {})
            tx.set_phase(RESCHEDULE, phase, audit=note)
            kinds = frozenset({"move_appointment", "send_message"})
            tx.set_order(StandingOrder("moves", 1, PRACTICE, RESCHEDULE, kinds, 0.9, 9999, NOON - DAY, NOON + 30 * DAY), audit=note)

    def race(self, at: datetime) -> tuple[int, int]:
        """Several clients tap on one time at once: how many were told that it counts, and how many picks have it."""
        links = [self.client() for _ in range(CLIENTS_EACH)]
        given = at_once([partial(self._tap, link, at) for link in links])
        assert given.total() == CLIENTS_EACH
        with self.world.store.transaction() as tx:
            cases = [case for link in links for case in tx.cases_about(link.visit)]
        return given[Picked.DONE], sum(case.state in (State.WAITING, State.APPROVED, State.EXECUTING, State.CONFIRMED) for case in cases)

    def _tap(self, link: ClientLink, at: datetime) -> Picked:
        visit_at = self.world.ehr.appointments_by_id[link.visit].session.starts_at
        return self.desk().pick(link, visit_at, at)

    def at(self, time: datetime) -> int:
        """How many visits the EHR has then."""
        there = self.world.ehr.appointments_by_id.values()
        return sum(one.takes_time and one.session.clinician == CLINICIAN and one.session.starts_at == time for one in there)


@contextmanager
def arena(url: str, folder: Path, **changes: type[MovesDesk]) -> Iterator[Arena]:
    """An EHR that would move everybody anywhere: the store's own guard is alone."""
    with on_sql(url, folder) as (world, desk):
        world.ehr.change("0f" * 16, AppointmentStatus.FULFILLED)
        world.ehr.refuses_conflicts = False
        yield Arena(world, desk, **changes)


@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.AUTO])
def test_of_several_clients_at_once_one_has_the_time(url: str, tmp_path: Path, phase: Phase) -> None:
    with arena(url, tmp_path) as found:
        found.order(phase)
        times = [found.opening(number) for number in range(RACES)]
        assert [found.race(at) for at in times] == [(1, 1)] * RACES
        assert [found.at(at) for at in times] == [int(phase is Phase.AUTO)] * RACES
        assert found.trail.verdict().broken is None


def test_without_the_guard_several_have_it(url: str, tmp_path: Path) -> None:
    """The race above can fail: a desk that gives a time to anybody does give it to several."""
    with arena(url, tmp_path, desk_class=GivesToAnybody) as found:
        found.order(Phase.REVIEW)
        assert max(found.race(found.opening(number))[1] for number in range(RACES)) > 1


def test_a_time_goes_to_the_waitlist_or_to_a_client_never_to_both(url: str, tmp_path: Path) -> None:
    """A round that chooses whom to ask, and a tap, in the same moment."""
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        for number in range(RACES):
            at, link = found.opening(number), found.client()
            at_once([lambda: str(found.world.desk.advance()), partial(found._tap, link, at)])
            found.world.desk.advance()
            with found.world.store.transaction() as tx:
                offers = [one for one in tx.offers(f"{0xB000 + number:032x}") if one.state is OfferState.SENT]
                picks = [case for case in tx.cases_about(link.visit) if case.state is State.WAITING]
            assert len(offers[:1]) + len(picks) == 1


def test_a_pick_moves_the_visit_closes_the_time_opens_the_old_one_and_the_trail_tells_it(url: str, tmp_path: Path) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.AUTO)
        at, link = found.opening(0), found.client()
        before = found.world.ehr.appointments_by_id[link.visit].session.starts_at
        assert found._tap(link, at) is Picked.DONE
        assert found.desk().advance().done == {}  # nothing is left to do
        with found.world.store.transaction() as tx:
            taken, left = tx.opening(f"{0xB000:032x}"), tx.opening(link.visit)
        assert taken is not None
        assert left is not None
        assert (taken.state, left.state) == (OpeningState.TAKEN, OpeningState.OPEN)
        assert (left.opening.starts_at, left.left_by) == (before, (link.client,))
        engine = open_engine(url)
        with reading(engine) as connection:
            entries = read_entries(connection, PRACTICE)
        engine.dispose()
        told = [entry.kind for entry in entries if entry.kind.startswith(OPENING) and entry.subject == taken.id]
        assert told == ["opening.open", "opening.picked", "opening.taken"]
        assert replay(entries, OPENING)[taken.id] == footing_of_opening(taken)


def test_a_worker_that_dies_before_it_proposed_leaves_the_time_to_others(url: str, tmp_path: Path) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link = found.opening(0), found.client()
        with found.world.store.transaction() as tx:
            record = tx.opening(f"{0xB000:032x}")
            assert record is not None
            pick_opening(tx, record, "5d" * 16, found.world.now(), found.world.now() + timedelta(minutes=2))
        assert found._tap(link, at) is Picked.GONE
        found.desk().advance()
        assert found._tap(link, at) is Picked.GONE
        found.world.wait(minutes=2)
        found.desk().advance()
        assert found._tap(link, at) is Picked.DONE
