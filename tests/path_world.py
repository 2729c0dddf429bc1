"""A small practice for tests of rules and path: people, clients, openings, and a clock that tests turn."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hsched_core.domain.actions import Action, Basis, BookAppointment, Destination, OfferSlot
from hsched_core.domain.contact import Channel, ConsentEvent
from hsched_core.domain.people import Person, Role, use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.facts import CalendarFacts, ContactFacts, Credentials, Licence, Matter
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Capabilities
from hsched_core.workflow.path import Path
from tests.fake_other_side import FakeDoors, OtherSide, OwnRules
from tests.fake_path_store import FakePathStore

PRACTICE, USE_CASE, ZONE = "practice-1", "waitlist", "America/New_York"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # a Tuesday, 12:00 in New York
TOMORROW = NOON + timedelta(days=1)
CLIENTS = ("client-a", "client-b", "client-c")
CLINICIAN = "clinician-1"
POLICY = PracticePolicy(PRACTICE, ZONE)
SEARCHABLE = Capabilities(honours_keys=False, can_search=True, reads_back=True, max_latency=timedelta(seconds=30))
KEYED = Capabilities(honours_keys=True, can_search=False, reads_back=True, max_latency=timedelta(seconds=30))
NEITHER = Capabilities(honours_keys=False, can_search=False, reads_back=True, max_latency=timedelta(seconds=30))
LICENCE = Licence("NY", NOON - timedelta(days=900), NOON + timedelta(days=900))
CALENDAR = CalendarFacts(
    credentials=Credentials("psychologist", (LICENCE,), home_state="NY"), client_state="NY", site_state="NY", client_zone=ZONE
)
YES = (ConsentEvent(True, NOON - timedelta(days=90)),)

DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
MANAGER = Person("person-manager", PRACTICE, frozenset({Role.PRACTICE_MANAGER}))
SECOND_MANAGER = Person("person-manager-2", PRACTICE, frozenset({Role.PRACTICE_MANAGER}))
THERAPIST = Person("person-therapist", PRACTICE, frozenset({Role.CLINICIAN}), clinician=CLINICIAN)
AUDITOR = Person("person-auditor", PRACTICE, frozenset({Role.AUDITOR}))


def session(client: str = "client-a", starts_at: datetime = TOMORROW, **changes: Any) -> Session:
    return replace(Session(client, CLINICIAN, starts_at, 50, SessionType.INDIVIDUAL, Modality.VIDEO), **changes)


def booking(client: str = "client-a", starts_at: datetime = TOMORROW, basis: Basis = Basis.ASKED) -> BookAppointment:
    return BookAppointment(session(client, starts_at), basis)


def offer(client: str = "client-a", starts_at: datetime = TOMORROW, answer_by: datetime = NOON + timedelta(minutes=30)) -> OfferSlot:
    leads_to = booking(client, starts_at, Basis.ACCEPTED_OFFER)
    return OfferSlot(leads_to, Channel.TEXT, "offer_v1", answer_by, f"entry-{client}")


def proposal(action: Action, **changes: Any) -> Proposal:
    start = Proposal(
        practice=PRACTICE,
        use_case=USE_CASE,
        action=action,
        subject="opening-1",
        reasons=("It fits.",),
        facts_digest="facts-1",
        policy_version=POLICY.version,
        expires_at=NOON + timedelta(hours=3),
        proposed_by=use_case_actor(USE_CASE),
        confidence=0.9,
    )
    return replace(start, **changes)


def matter(action: Action, **changes: Any) -> Matter:
    """Something that passes the gate, with the changes a test is about."""
    start = Matter(action, NOON + timedelta(hours=3), NOON, POLICY, CALENDAR, ContactFacts(consents=YES))
    return replace(start, **changes)


def standing_order(**changes: Any) -> StandingOrder:
    kinds = frozenset({"offer_slot", "record_score"})
    start = StandingOrder("offers", 1, PRACTICE, USE_CASE, kinds, 0.85, 5, NOON - timedelta(days=1), NOON + timedelta(days=30))
    return replace(start, **changes)


@dataclass
class World:
    """A practice with its path. `path_class` and `policy` are what broken twins and special practices change."""

    capabilities: Capabilities = SEARCHABLE
    policy: PracticePolicy = POLICY
    path_class: type[Path] = Path
    present: datetime = NOON
    store: FakePathStore = field(default_factory=FakePathStore)

    def __post_init__(self) -> None:
        self.ehr = OtherSide(self.now, self.capabilities, CALENDAR)
        self.post = OtherSide(self.now, self.capabilities)
        self.doors = FakeDoors({Destination.EHR: self.ehr, Destination.MESSAGES: self.post, Destination.PRACTICE: OwnRules(self.store)})
        self.path = self.path_class(self.store, self.ehr, self.doors, self, self.policy)
        self.store.tables.consents.update({client: list(YES) for client in CLIENTS})

    def now(self) -> datetime:
        return self.present

    def wait(self, **span: float) -> None:
        self.present += timedelta(**span)

    def set_phase(self, phase: Phase, order: StandingOrder | None = None) -> None:
        self.store.tables.phases[USE_CASE] = phase
        if order:
            self.store.tables.orders[USE_CASE] = order

    def approved(self, action: Action) -> str:
        """The id of a case that a person approved."""
        case = self.path.propose(proposal(action))
        return self.path.approve(case.id, action.digest, DESK).id

    def sent_offer(self, client: str = "client-a") -> str:
        """The id of an offer that was sent."""
        return self.path.execute(self.approved(offer(client))).id

    def kinds(self) -> list[str]:
        """The audit trail, as words."""
        return [entry.kind for entry in self.store.tables.audit]
