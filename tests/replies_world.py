"""A practice whose clients write back, on a real store: a calendar in memory, a pager that remembers, a clock that tests turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from hsched_adapters.keys import Keyring
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.replies import SqlRepliesStore
from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose, has_consent
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person, Role
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.replies import InboundText, Page, Reply
from hsched_core.policy.facts import ContactFacts
from hsched_core.ports.replies import PageError
from hsched_core.workflow.replies import RepliesDesk, ReplyRules
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLIENTS, CLINICIAN, PRACTICE, TOMORROW, visit
from tests.fake_ehr import FakeEhr
from tests.path_world import CALENDAR, NOON, SEARCHABLE

CLIENT, OTHER = CLIENTS[0], CLIENTS[1]
VISIT, SECOND = "0f" * 16, "1f" * 16
FRONT = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
MANAGER = Person("person-manager", PRACTICE, frozenset({Role.PRACTICE_MANAGER}))
THERAPIST = Person("person-therapist", PRACTICE, frozenset({Role.CLINICIAN}), CLINICIAN)
DATA = Person("person-data", PRACTICE, frozenset({Role.DATA_TEAM, Role.AUDITOR, Role.ADMIN}))


@dataclass
class FakePager:
    """Remembers whom it called about, and what was so at that moment."""

    pages: list[Page] = field(default_factory=list)
    fails: bool = False
    at_the_call: list[bool] = field(default_factory=list)  # whether the client was paused by then
    is_paused: bool | None = None
    look: object = None

    def page(self, page: Page) -> None:
        if self.fails:
            raise PageError("not_reached")
        self.pages.append(page)
        if callable(self.look):
            self.at_the_call.append(bool(self.look()))


@dataclass
class RepliesWorld:
    """One practice with a client who consented to everything and has a visit tomorrow."""

    trail: AuditTrail
    keyring: Keyring
    present: datetime = NOON
    rules: ReplyRules = field(default_factory=ReplyRules)
    clock_of_client: tzinfo = UTC

    def __post_init__(self) -> None:
        self.store = SqlRepliesStore(self.trail, self.keyring, self)
        self.ehr = FakeEhr(self.now, SEARCHABLE, CALENDAR)
        self.pager = FakePager()
        self.desk = self.another()
        self.written = 0
        for client in (CLIENT, OTHER):
            with self.store.transaction() as tx:
                tx.add_consent(client, ConsentEvent(True, NOON - timedelta(days=90)), audit=self._note("consent.given", client))
        self.ehr.book(VISIT, visit(CLIENT, TOMORROW))
        self.ehr.appointments_by_id[VISIT] = replace(self.ehr.appointments_by_id[VISIT], updated_at=NOON - timedelta(days=9))

    def now(self) -> datetime:
        return self.present

    def wait(self, **span: float) -> None:
        self.present += timedelta(**span)

    def another(self) -> RepliesDesk:
        """A second worker on the same store."""
        return RepliesDesk(self.store, lambda: self.ehr, self.pager, self, PRACTICE, self.rules, lambda _client: self.clock_of_client)

    def writes(self, text: str, client: str | None = CLIENT, *, sharers: tuple[str, ...] = (), advances: bool = True) -> str:
        """The client writes; the desk has a round."""
        self.written += 1
        message = InboundText(f"{self.written:032x}", client, Channel.TEXT, self.present, sharers)
        assert self.store.keep(message, text)
        if advances:
            self.desk.advance()
        return message.id

    def asked_about(self, appointment: str = VISIT, client: str = CLIENT) -> None:
        """A reminder of a visit went out now."""
        action = SendMessage(Outreach(client, Channel.TEXT, Purpose.REMINDER), "reminder", appointment)
        proposal = Proposal(
            PRACTICE, "reminders", action, appointment, ("due",), "ab" * 32, "v1", self.present + timedelta(days=1), "use-case:reminders"
        )
        case = Case(proposal, State.CONFIRMED, action, self.present)
        with self.store.transaction() as tx:
            tx.add(case, audit=self._note("proposal.confirmed", client))

    def reply(self, message: str) -> Reply:
        with self.store.transaction() as tx:
            found = tx.reply(message)
        assert found is not None
        return found

    def contact(self, client: str = CLIENT) -> ContactFacts:
        with self.store.transaction() as tx:
            return tx.contact_facts(client, "")

    def is_paused(self, client: str = CLIENT) -> bool:
        return self.contact(client).is_paused

    def may_be_texted(self, client: str = CLIENT) -> bool:
        return has_consent(self.contact(client).consents, Channel.TEXT, Purpose.REMINDER, self.present)

    def _note(self, kind: str, client: str) -> AuditEntry:
        return AuditEntry(self.present, "person-desk", kind, f"client:{client}", {})


@contextmanager
def replies_world(url: str, folder: Path) -> Iterator[tuple[RepliesWorld, TrailDesk]]:
    """The practice on that store, and what verifies its trail."""
    desk = TrailDesk(url, folder)
    trail = desk.open()
    try:
        yield RepliesWorld(trail, Keyring(folder / "keys", PRACTICE)), desk
    finally:
        trail.close()
