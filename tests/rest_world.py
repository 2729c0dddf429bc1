"""A path over the REST connector and a running sandbox EHR: real HTTP, a store of either kind, and a clock that tests turn."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

from hsched_adapters.connection import Connection
from hsched_adapters.ehr.rest.connector import RestConnector
from hsched_core.domain.actions import (
    Action,
    AddNote,
    Basis,
    BookAppointment,
    CancelAppointment,
    MoveAppointment,
    OfferSlot,
    RecordScore,
    SendMessage,
    UpdateWaitlistStatus,
)
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.errors import SafeError
from hsched_core.domain.people import Person, Role, use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType, WaitlistStatus
from hsched_core.policy.practice import Caps, PracticePolicy
from hsched_core.workflow.path import Path
from hsched_sandbox.ehr.conduct import Conduct, DoubleBooking
from hsched_sandbox.ehr.records import Appointment
from tests.fake_other_side import OwnRules
from tests.fake_path_store import FakePathStore
from tests.path_world import YES
from tests.sandbox_ehr import NOW, TOKEN, ZONE, Ehr, MovableClock, running_ehr

PRACTICE, USE_CASE = "elm", "waitlist"
TIMEOUT = 0.5  # real seconds we wait for an answer
LATE = 0.3  # real seconds after which a late effect comes
LATENCY = timedelta(seconds=30)  # by the practice's clock
FREE = NOW + timedelta(days=1, hours=5)  # nobody has that hour
POLICY = PracticePolicy(
    PRACTICE, "America/New_York", score_field_is_hidden=True, contact_caps=Caps(99, 99), text_caps=Caps(99, 99), offer_caps=Caps(99, 99)
)
DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
MANAGER = Person("person-manager", PRACTICE, frozenset({Role.PRACTICE_MANAGER}))

# Three classes of EHR (SAFETY.md 2.2, E2), and what a connection says of each.
CLASSES: Mapping[str, tuple[Conduct, Mapping[str, bool]]] = {
    "keys": (Conduct(honours_keys=True, searchable=False), {"honours_keys": True, "can_search": False}),
    "search": (Conduct(honours_keys=False, searchable=True), {"honours_keys": False, "can_search": True}),
    "neither": (Conduct(honours_keys=False, searchable=False), {"honours_keys": False, "can_search": False}),
}


class MemoryVault:
    """Random pseudonyms in memory; `asked` is its access log."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._back: dict[tuple[str, str], str] = {}
        self.asked: list[tuple[str, str]] = []

    def pseudonyms(self, kind: str, identifiers: Any) -> Mapping[str, str]:
        for one in identifiers:
            if (kind, one) not in self._known:
                self._known[kind, one] = secrets.token_hex(16)
                self._back[kind, self._known[kind, one]] = one
        return {one: self._known[kind, one] for one in identifiers}

    def resolve(self, kind: str, pseudonym: str, *, actor: str, reason: str) -> str:
        self.asked.append((actor, reason))
        if (kind, pseudonym) not in self._back:
            raise SafeError("unknown_pseudonym", "vault")
        return self._back[kind, pseudonym]

    def find(self, kind: str, identifier: str, *, actor: str, reason: str) -> str | None:
        self.asked.append((actor, reason))
        return self._known.get((kind, identifier))


@dataclass
class PlainAddresses:
    """Pages whose address shows the case; `languages` are what clients said there."""

    languages: dict[str, str] = field(default_factory=dict)
    is_reachable: bool = True

    def link(self, case_id: str, language: str = "") -> str:
        return f"https://elm.example/o/{case_id}"

    def language_of(self, client: str) -> str:
        return self.languages.get(client, "")


@dataclass
class RestWorld:
    """One practice whose EHR is reached over HTTP. `path_class` is what broken twins change."""

    ehr: Ehr
    clock: MovableClock
    connector: RestConnector
    vault: MemoryVault
    store: Any = field(default_factory=FakePathStore)
    path_class: type[Path] = Path
    cases: int = 0

    def __post_init__(self) -> None:
        self.doors = self.connector.doors(OwnRules(self.store), PlainAddresses())
        self.path = self.path_class(self.store, self.connector.calendar, self.doors, self.clock, POLICY)
        if isinstance(self.store, FakePathStore):
            self.store.tables.consents.update({self.token("client", f"PT-{number:06d}"): [*YES] for number in range(6)})

    def token(self, kind: str, identifier: str) -> str:
        return self.vault.pseudonyms(kind, [identifier])[identifier]

    def wait(self, span: timedelta = 3 * LATENCY) -> None:
        self.clock.instant += span

    def session(self, starts_at: datetime = FREE, *, client: str = "PT-000005", clinician: str = "PRV-0000", **more: Any) -> Session:
        start = Session(
            self.token("client", client), self.token("clinician", clinician), starts_at, 50, SessionType.INDIVIDUAL, Modality.IN_PERSON
        )
        return replace(start, **more)

    def booking(self, **more: Any) -> BookAppointment:
        return BookAppointment(self.session(**more), Basis.ASKED)

    def offer(self) -> OfferSlot:
        leads_to = BookAppointment(self.session(), Basis.ACCEPTED_OFFER)
        entry = self.token("waitlist_entry", "WL-0000005")
        return OfferSlot(leads_to, Channel.TEXT, "waitlist_offer", self.clock.now() + timedelta(hours=2), entry)

    def move(self) -> MoveAppointment:
        before = self.seen("APT-0000001")
        return MoveAppointment(before.id, before.version, replace(before.session, starts_at=FREE))

    def cancel(self) -> CancelAppointment:
        before = self.seen("APT-0000002")
        return CancelAppointment(before.id, before.version, before.session.clinician, "clinic")

    def score(self) -> RecordScore:
        return RecordScore(self.token("appointment", "APT-0000003"), 7800, "model-3")

    def note(self) -> AddNote:
        return AddNote(self.token("appointment", "APT-0000003"), "booked_v1")

    def listing(self) -> UpdateWaitlistStatus:
        return UpdateWaitlistStatus(self.token("waitlist_entry", "WL-0000004"), WaitlistStatus.PLACED)

    def message(self) -> SendMessage:
        to = Outreach(self.token("client", "PT-000002"), Channel.EMAIL, Purpose.SCHEDULING)
        return SendMessage(to, "slot_taken")

    def seen(self, identifier: str) -> Any:
        found = self.connector.reader.appointment(self.token("appointment", identifier))
        assert found
        return found

    def approved(self, action: Action) -> str:
        """The id of a case that the right person approved."""
        self.cases += 1
        proposal = Proposal(
            practice=PRACTICE,
            use_case=USE_CASE,
            action=action,
            subject=secrets.token_hex(16),
            reasons=("It fits.",),
            facts_digest=f"{self.cases:064x}",
            policy_version=POLICY.version,
            expires_at=self.clock.now() + timedelta(hours=4),
            proposed_by=use_case_actor(USE_CASE),
            confidence=0.9,
        )
        case = self.path.propose(proposal)
        return self.path.approve(case.id, action.digest, MANAGER if isinstance(action, RecordScore) else DESK).id

    def case(self, case_id: str) -> Case:
        return self.path.look(case_id)

    def effects(self) -> list[dict[str, Any]]:
        """What truly happened through the API, as the EHR's own log tells."""
        return [one for one in self.ehr.ask("GET", "/sandbox/log").json["effects"] if one["by"] == "api"]

    def there(self, identifier: str) -> Appointment:
        return self.ehr.book.get(Appointment, identifier)


ACTIONS: Mapping[str, tuple[str, str]] = {
    # name -> how the world makes it, the request that does it
    "book": ("booking", "POST /appointments"),
    "cancel": ("cancel", "PATCH /appointments/{id}"),
    "move": ("move", "PATCH /appointments/{id}"),
    "message": ("message", "POST /messages"),
    "offer": ("offer", "POST /messages"),
    "score": ("score", "PATCH /appointments/{id}"),
    "note": ("note", "POST /appointments/{id}/notes"),
    "waitlist": ("listing", "PATCH /waitlist/{id}"),
}


@contextmanager
def rest_world(
    folder: FilePath, kind: str = "search", path_class: type[Path] = Path, store: Any = None, timeout: float = TIMEOUT, **rules: Any
) -> Iterator[RestWorld]:
    """A world over an EHR of that class, which accepts double bookings unless told otherwise: nothing but the path prevents them."""
    conduct, able = CLASSES[kind]
    clock = MovableClock()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ehr-token").write_text(TOKEN)
    with running_ehr(conduct, clock=clock, **{"double_booking": DoubleBooking.ACCEPT, **rules}) as ehr:
        yield world_over(ehr, clock, folder, able, path_class, store, timeout)


def world_over(
    ehr: Ehr,
    clock: MovableClock,
    folder: FilePath,
    able: Mapping[str, bool],
    path_class: type[Path] = Path,
    store: Any = None,
    timeout: float = TIMEOUT,
) -> RestWorld:
    """A world over an EHR that runs already."""
    connection = Connection(
        "rest", ehr.address, "sandbox", timeout_seconds=timeout, max_latency_seconds=LATENCY.total_seconds(), can_poll=True, **able
    )
    vault = MemoryVault()
    connector = RestConnector(connection, folder, folder, vault, clock, ZONE)
    return RestWorld(ehr, clock, connector, vault, store or FakePathStore(), path_class)
