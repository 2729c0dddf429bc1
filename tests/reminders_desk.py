"""A practice that reminds, for tests: visits with scores, clients who answer, a lot that tests load, on any store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hsched_core.domain.actions import Destination, SendMessage
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent
from hsched_core.domain.people import Person, Role
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import KnownClient, Permit, Refused, Reply, Score
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders import ReminderSettings
from hsched_core.use_cases.reminders_plan import Step
from hsched_core.workflow.holdout import Holdout
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import Sources
from hsched_core.workflow.reminders import RemindersDesk
from tests.desk_world import Post
from tests.fake_ehr import FakeEhr
from tests.fake_other_side import FakeDoors, OwnRules
from tests.fake_path_store import FakePathStore
from tests.path_world import CALENDAR, NOON, SEARCHABLE, YES, ZONE
from tests.reminders_world import STARTS, TEN, ident

PRACTICE, CLINICIAN = "elm", "c1" * 16
POLICY = PracticePolicy(PRACTICE, ZONE)
KINDS = frozenset(f"send_message:{step}" for step in Step)  # the standby offer too: it is a person's all the same
ORDER = StandingOrder("reminders", 1, PRACTICE, REMINDERS, KINDS, 0.0, 10_000, NOON - timedelta(days=1), NOON + timedelta(days=30))
DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))


@dataclass
class Ehr(FakeEhr):
    """Also knows how clients are reached."""

    known: dict[str, KnownClient] = field(default_factory=dict)

    def known_clients(self) -> Sequence[KnownClient]:
        self._answers()
        return list(self.known.values())


class Provider(Post):
    """One that refuses whole channels, as an address does that is none."""

    refusing: frozenset[Channel] = frozenset()

    def perform(self, permit: Permit) -> Reply:
        to = permit.action.outreach
        return Refused("landline") if to and to.channel in self.refusing else super().perform(permit)


@dataclass
class Answered:
    """What clients said, as tests have it."""

    confirmed: dict[str, datetime] = field(default_factory=dict)
    channels: dict[str, tuple[Channel, ...]] = field(default_factory=dict)

    def confirmations(self, appointments: Sequence[str]) -> Mapping[str, datetime]:
        return {one: at for one, at in self.confirmed.items() if one in appointments}

    def answered(self, clients: Sequence[str]) -> Mapping[str, tuple[Channel, ...]]:
        return {one: channels for one, channels in self.channels.items() if one in clients}


@dataclass
class Published:
    scores: dict[str, Score] = field(default_factory=dict)

    def coming(self, now: datetime) -> Sequence[Score]:
        return list(self.scores.values())


@dataclass
class LoadedLot:
    """A lot whose numbers tests choose."""

    numbers: dict[str, float] = field(default_factory=dict)

    def number(self, use_case: str, subject: str) -> float:
        return self.numbers.get(subject, 0.999)


@dataclass
class RemindersWorld:
    """One practice, in phase auto under an order for every template, Tuesday 10:00 in New York."""

    store: Any = field(default_factory=FakePathStore)
    settings: ReminderSettings = field(default_factory=ReminderSettings)
    phase: Phase = Phase.AUTO
    order: StandingOrder = ORDER
    present: datetime = TEN

    def __post_init__(self) -> None:
        self.ehr, self.post = Ehr(self.now, SEARCHABLE, CALENDAR), Provider(self.now, SEARCHABLE)
        own = OwnRules(self.store) if isinstance(self.store, FakePathStore) else self.post
        doors = FakeDoors({Destination.EHR: self.ehr, Destination.MESSAGES: self.post, Destination.PRACTICE: own})
        self.path = Path(self.store, self.ehr, doors, self, POLICY)
        self.answers, self.published, self.lot = Answered(), Published(), LoadedLot()
        self.returned: dict[str, dict[Channel, datetime]] = {}
        self.ehr.profiles = [ClinicianProfile(CLINICIAN, "psychologist", states=frozenset({"NY"}))]
        self.set_phase(self.phase, self.order)

    @property
    def desk(self) -> RemindersDesk:
        holdout = Holdout(REMINDERS, self.settings.holdout_share, self.lot)
        sources = Sources(self.ehr, self.published, self.answers, lambda: self.returned)
        return RemindersDesk(self.path, self.store, sources, self, POLICY, self.settings, holdout)

    def now(self) -> datetime:
        return self.present

    def at(self, days: float = 0, hours: float = 0) -> None:
        """So long after the first ten o'clock."""
        self.present = TEN + timedelta(days=days, hours=hours)

    def visit(self, name: str = "a", risk: float | None = 0.4, modality: Modality = Modality.VIDEO, **known: Any) -> str:
        """A booked visit of a client who consented to everything; its id."""
        client, appointment = ident(f"client-{name}"), ident(f"visit-{name}")
        booked = Session(client, CLINICIAN, STARTS, 50, SessionType.INDIVIDUAL, modality)
        self.ehr.book(appointment, booked)
        self.ehr.appointments_by_id[appointment] = replace(self.ehr.appointments_by_id[appointment], updated_at=TEN - timedelta(days=9))
        self.ehr.known[client] = replace(KnownClient(client, ZONE, Channel.TEXT), **known)
        self.consent(client, YES[0])
        if risk is not None:
            self.published.scores[appointment] = Score(appointment, risk, "12")
        return appointment

    def consent(self, client: str, event: ConsentEvent) -> None:
        if isinstance(self.store, FakePathStore):
            self.store.tables.consents.setdefault(client, []).append(event)
            return
        with self.store.transaction() as tx:
            tx.add_consent(client, event, audit=AuditEntry(self.present, "person-desk", "consent.given", client, {}))

    def cancel(self, appointment: str) -> None:
        self.ehr.change(appointment, AppointmentStatus.CANCELLED)

    def set_phase(self, phase: Phase, order: StandingOrder | None = None) -> None:
        if isinstance(self.store, FakePathStore):
            self.store.tables.phases[REMINDERS] = phase
            if order:
                self.store.tables.orders[REMINDERS] = order
            return
        with self.store.transaction() as tx:
            note = AuditEntry(self.present, "person-desk", "phase.changed", f"use_case:{REMINDERS}", {})
            tx.set_phase(REMINDERS, phase, audit=note)
            if order:
                tx.set_order(order, audit=note)

    def sent(self) -> list[tuple[str, str]]:
        """Template and channel of everything that really left."""
        actions = [one.action for one in self.post.effects]
        return [(one.template, str(one.to.channel)) for one in actions if isinstance(one, SendMessage)]

    def cases(self, appointment: str) -> list[Case]:
        with self.store.transaction() as tx:
            return list(tx.cases_about(appointment))
