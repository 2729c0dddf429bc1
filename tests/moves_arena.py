"""Several workers and clients over one store, and an EHR that would move everybody anywhere: who has a time that many tap on at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from hsched_adapters.store.client_links import SqlClientLinkStore
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.client_links import LASTS, About, ClientLink
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases import RESCHEDULE
from hsched_core.use_cases.reschedule_settings import RescheduleSettings
from hsched_core.workflow import link_trail as trail
from hsched_core.workflow.move_endings import MoveEndings
from hsched_core.workflow.moves import MovesDesk, Picked, Tools
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLINICIAN, NOON, POLICY, PRACTICE, TOMORROW, DeskWorld, on_sql, visit
from tests.http_desk import at_once

CLIENTS_EACH = 4
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class GivesToAnybody(MovesDesk):
    """A twin without guards: whatever is asked for is taken for free."""

    def _is_free(self, tx: DeskTransaction, record: OpeningRecord, now: datetime) -> bool:
        return True

    def _still_has_it(self, record: OpeningRecord | None, case: Case) -> bool:
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
        given = at_once([partial(self.tap, link, at) for link in links])
        assert given.total() == CLIENTS_EACH
        with self.world.store.transaction() as tx:
            cases = [case for link in links for case in tx.cases_about(link.visit)]
        return given[Picked.DONE], sum(case.state in (State.WAITING, State.APPROVED, State.EXECUTING, State.CONFIRMED) for case in cases)

    def tap(self, link: ClientLink, at: datetime) -> Picked:
        visit_at = self.world.ehr.appointments_by_id[link.visit].session.starts_at
        desk = self.desk()
        became = desk.pick(link, visit_at, at)
        desk.told(link)  # as its page does
        return became

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
