"""A practice with a waitlist desk for tests: clinicians, clients who wait, a calendar, a clock that tests turn, on any store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

from hsched_adapters.store.path import SqlPathStore
from hsched_core.domain.actions import BookAppointment, Destination, OfferSlot
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import Offer, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.people import Person, Role
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile, WaitingClient
from hsched_core.policy.practice import Caps, PracticePolicy
from hsched_core.ports import Capabilities
from hsched_core.use_cases.waitlist import Mode, WaitlistSettings
from hsched_core.workflow.path import Path
from hsched_core.workflow.waitlist import WaitlistDesk
from tests.audit_trails import Desk as TrailDesk
from tests.fake_ehr import FakeEhr
from tests.fake_other_side import FakeDoors, OtherSide, OwnRules
from tests.fake_path_store import FakePathStore
from tests.path_world import CALENDAR, NOON, SEARCHABLE, USE_CASE, YES, ZONE

PRACTICE = "elm"
CLINICIAN, OTHER_CLINICIAN = "c1" * 16, "c2" * 16
LEAVER = "1e" * 16  # whose appointment is cancelled
CLIENTS = tuple(f"{0xA0 + number:02x}" * 16 for number in range(6))
VISIT = "0f" * 16  # the appointment that is cancelled
TOMORROW = NOON + timedelta(days=1)
# Answers to an offer may follow each other within minutes here: what is tested is not the contact budget.
POLICY = PracticePolicy(PRACTICE, ZONE, contact_caps=Caps(50, 200), text_caps=Caps(50, 200), offer_caps=Caps(50, 200))
DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
KINDS = frozenset({"offer_slot", "send_message", "update_waitlist_status", "cancel_appointment"})
ORDER = StandingOrder("offers", 1, PRACTICE, USE_CASE, KINDS, 0.0, 10_000, NOON - timedelta(days=1), NOON + timedelta(days=30))
# One after the other, half an hour each, and no calls: what most of these stories are told with.
SETTINGS = WaitlistSettings(mode=Mode.SERIAL, answer_minutes=30, most_answer_minutes=30, calls_per_day=0)


def visit(client: str = LEAVER, starts_at: datetime = TOMORROW, clinician: str = CLINICIAN, minutes: int = 50) -> Session:
    return Session(client, clinician, starts_at, minutes, SessionType.INDIVIDUAL, Modality.VIDEO)


def entry_of(client: str) -> str:
    return f"e{client[1:]}"


def waits(client: str, **changes: Any) -> WaitingClient:
    """An entry of the waitlist that fits an individual session with anybody, at any time."""
    days = 30 - CLIENTS.index(client) if client in CLIENTS else 1  # the first of them has waited longest
    start = WaitingClient(entry_of(client), client, SessionType.INDIVIDUAL, NOON - timedelta(days=days), Channel.TEXT, state="NY")
    return replace(start, **changes)


@dataclass
class DeskWorld:
    """One practice. In phase auto, unless a test says otherwise."""

    store: Any = field(default_factory=FakePathStore)
    settings: WaitlistSettings = SETTINGS
    policy: PracticePolicy = POLICY
    capabilities: Capabilities = SEARCHABLE
    path_class: type[Path] = Path
    desk_class: type[WaitlistDesk] = WaitlistDesk
    present: datetime = NOON
    phase: Phase = Phase.AUTO
    clients: tuple[str, ...] = CLIENTS[:3]

    def __post_init__(self) -> None:
        self.ehr = FakeEhr(self.now, self.capabilities, CALENDAR)
        self.post = Post(self.now, self.capabilities)
        own = OwnRules(self.store) if isinstance(self.store, FakePathStore) else self.post
        self.doors = FakeDoors({Destination.EHR: self.ehr, Destination.MESSAGES: self.post, Destination.PRACTICE: own})
        self.path = self.path_class(self.store, self.ehr, self.doors, self, self.policy)
        self.desk = self.desk_class(self.path, self.store, self.ehr, self, self.policy, self.settings)
        self.ehr.profiles = [ClinicianProfile(one, "psychologist", states=frozenset({"NY"})) for one in (CLINICIAN, OTHER_CLINICIAN)]
        self.ehr.entries = {one.entry: one for one in map(waits, self.clients)}
        self.ehr.listeners.append(self.desk.on_notice)
        self.set_phase(self.phase)
        for client in (*CLIENTS, LEAVER):
            self._consents(client)
        self.ehr.book(VISIT, visit())

    def now(self) -> datetime:
        return self.present

    def wait(self, **span: float) -> None:
        self.present += timedelta(**span)

    def cancel(self, name: str = VISIT) -> None:
        """A client cancels; the notice arrives."""
        self.ehr.change(name, AppointmentStatus.CANCELLED)

    def set_phase(self, phase: Phase, order: StandingOrder | None = ORDER) -> None:
        if isinstance(self.store, FakePathStore):
            self.store.tables.phases[USE_CASE] = phase
            if order:
                self.store.tables.orders[USE_CASE] = order
            return
        with self.store.transaction() as tx:
            tx.set_phase(USE_CASE, phase, audit=self._note("phase.changed", f"use_case:{USE_CASE}"))
            if order:
                tx.set_order(order, audit=self._note("order.issued", f"use_case:{USE_CASE}"))

    # What is there

    def opening(self, name: str = VISIT) -> OpeningRecord:
        with self.store.transaction() as tx:
            record = tx.opening(name)
        assert record is not None
        return record

    @property
    def state(self) -> OpeningState:
        return self.opening().state

    def offers(self, name: str = VISIT) -> list[Offer]:
        with self.store.transaction() as tx:
            return list(tx.offers(name))

    def ends(self, name: str = VISIT) -> list[str]:
        return [str(one.state) for one in self.offers(name)]

    def asked(self) -> list[str]:
        """Clients to whom an offer really went, in order."""
        return [one.action.leads_to.booking.client for one in self.post.effects if isinstance(one.action, OfferSlot)]

    def told(self) -> list[str]:
        """Clients who really got kind words."""
        return [one.action.outreach.client for one in self.post.effects if one.action.kind == "send_message" and one.action.outreach]

    def booked(self) -> list[str]:
        """Clients whose booking the EHR really made for us."""
        return [one.action.booking.client for one in self.ehr.effects if isinstance(one.action, BookAppointment)]

    def cases(self, name: str = VISIT) -> list[Case]:
        with self.store.transaction() as tx:
            return list(tx.cases_about(name))

    def kinds_of(self, kind: str) -> list[State]:
        """States of every case with that kind of action, about anything the world knows."""
        subjects = [VISIT, *self.ehr.appointments_by_id, *map(entry_of, CLIENTS)]
        return [case.state for name in dict.fromkeys(subjects) for case in self.cases(name) if case.action.kind == kind]

    def _consents(self, client: str) -> None:
        if isinstance(self.store, FakePathStore):
            self.store.tables.consents[client] = list(YES)
            return
        with self.store.transaction() as tx:
            tx.add_consent(client, YES[0], audit=self._note("consent.given", client))

    def _note(self, kind: str, subject: str) -> AuditEntry:
        return AuditEntry(self.present, "person-desk", kind, subject, {})


class Post(OtherSide):
    """A message provider that calls things by pseudonyms, as doors do: the trail takes nothing else."""

    def _reference(self, effect: Any) -> str:
        return f"{0xF0000 + self.effects.index(effect):032x}"


@contextmanager
def on_sql(url: str, folder: FilePath, **changes: Any) -> Iterator[tuple[DeskWorld, TrailDesk]]:
    """The same practice on a real store, with what verifies its trail."""
    desk = TrailDesk(url, folder)
    trail = desk.open()
    try:
        yield DeskWorld(store=SqlPathStore(trail), **changes), desk
    finally:
        trail.close()
