"""A practice that texts, e-mails and calls: sandbox EHR and provider, a real mail server, hsched's service, over real HTTP and SMTP.

The practice is opened as the command opens it; only the clock is the test's, and who reads clients' words is in memory.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.connection import Connection
from hsched_adapters.messaging.section import MailServer, Messaging, TextProvider
from hsched_adapters.messaging.signatures import signature
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.audit.rows import read_entries
from hsched_core.domain.actions import Action, SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose
from hsched_core.domain.delivery import Delivery
from hsched_core.domain.people import Person, Role, use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.replies import InboundText
from hsched_core.ports import Clock
from hsched_sandbox.ehr.faults import Faults
from hsched_sandbox.ehr.records import Client
from hsched_sandbox.sms.api import build_provider
from hsched_sandbox.sms.callbacks import CallbackSender
from hsched_sandbox.sms.carrier import Carrier
from hsched_service.app import build_app
from tests import migrated_store
from tests.sandbox_ehr import NOW, TOKEN, ZONE, Ehr, MovableClock, running_ehr, seated

ACCOUNT, AUTH_TOKEN = f"AC{'0' * 32}", "an-auth-token-for-tests"
OUR_NUMBER, PUBLIC = "+12125550199", "https://elm.example/hsched"
PRACTICE, USE_CASE = "elm", "waitlist"
LATENCY = 30.0  # seconds: of provider and mail server, by the practice's clock
DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
MAIL = MailServer("smtp", "127.0.0.1", "office@elm.example", security="none", timeout_seconds=2.0, max_latency_seconds=LATENCY)


@dataclass
class MemoryTexts:
    """`InboundTexts` in memory, for a practice whose replies nobody else reads."""

    kept: dict[str, tuple[InboundText, str]] = field(default_factory=dict)
    dealt: set[str] = field(default_factory=set)

    def keep(self, message: InboundText, text: str, address: str = "") -> bool:
        is_new = message.id not in self.kept
        self.kept.setdefault(message.id, (message, text))
        return is_new

    def unread(self, limit: int) -> Sequence[InboundText]:
        return [message for message, _ in self.kept.values() if message.id not in self.dealt][:limit]

    def text_of(self, message: str) -> str:
        return self.kept[message][1]

    @property
    def words(self) -> list[str]:
        return [text for _, text in self.kept.values()]


@dataclass
class TextWorld:
    """The practice, and both of its other sides."""

    opened: OpenPractice
    ehr: Ehr
    carrier: Carrier
    faults: Faults  # of the provider
    callbacks: CallbackSender
    clock: MovableClock
    texts: MemoryTexts
    service: str  # where the service listens
    cases: int = 0

    def client(self, number: int) -> str:
        return self.token("client", f"PT-{number:06d}")

    def token(self, kind: str, identifier: str) -> str:
        return self.opened.vault.pseudonyms(kind, [identifier])[identifier]

    def phone(self, number: int) -> str:
        return f"+1212555{100 + number:04d}"

    def record(self, number: int, **changes: Any) -> None:
        """Change a client's record at the EHR."""
        self.ehr.book.place(replace(self.ehr.book.get(Client, f"PT-{number:06d}"), **changes))

    def message(self, number: int = 0, channel: Channel = Channel.TEXT, template: str = "slot_taken") -> SendMessage:
        return SendMessage(Outreach(self.client(number), channel, Purpose.SCHEDULING), template)

    def approved(self, action: Action, subject: str = "") -> str:
        """The id of a case that the front desk approved. `subject`: what it is about, or something that nothing else is about."""
        self.cases += 1
        proposal = Proposal(
            practice=PRACTICE,
            use_case=USE_CASE,
            action=action,
            subject=subject or secrets.token_hex(16),
            reasons=("It fits.",),
            facts_digest=f"{self.cases:064x}",
            policy_version=self.opened.policy.version,
            expires_at=self.clock.now() + timedelta(hours=9),
            proposed_by=use_case_actor(USE_CASE),
        )
        case = self.opened.path.propose(proposal)
        return self.opened.path.approve(case.id, action.digest, DESK).id

    def sent(self, number: int = 0, **how: Any) -> Case:
        """A message to that client, carried out."""
        return self.opened.path.execute(self.approved(self.message(number, **how)))

    def again(self, case: Case, after: timedelta = timedelta(seconds=3 * LATENCY)) -> Case:
        """Later: looked for, or carried out, whichever it needs."""
        self.clock.instant += after
        self.opened.path.reconcile(case.id)
        return self.opened.path.execute(case.id)

    def settled(self) -> None:
        """Every text came to its handset, every callback arrived, and what the inbox holds was taken in."""
        self.carrier.deliver()
        self.callbacks.stop()
        self.taken_in()

    def reads_replies(self) -> None:
        """From now on clients' words come to the practice's own desk, as in life."""
        del self.opened.__dict__["texts"]

    def taken_in(self) -> None:
        """What the inbox holds of the provider's; the event job does this, and more."""
        self.opened.inbox.drain(self.opened.messages.callbacks.take)

    def delivery(self, case: Case) -> Delivery | None:
        return self.opened.messages.deliveries.known(case.id)

    def consents(self, number: int) -> Sequence[ConsentEvent]:
        with self.opened.path_store.looking() as state:
            return state.contact_facts(self.client(number), "").consents

    def entries(self, *kinds: str) -> list[AuditEntry]:
        return [one for one in self.trail() if one.kind in kinds]

    def told(self, *subjects: str) -> list[AuditEntry]:
        """What the trail says of those, in order."""
        return [one for one in self.trail() if one.subject in subjects]

    def trail(self) -> list[AuditEntry]:
        with self.opened.audit.reading() as connection:
            return list(read_entries(connection, PRACTICE))


@contextmanager
def text_world(folder: Path, store: str = "", mail: MailServer | None = None, shares: Any = None, **how: Any) -> Iterator[TextWorld]:
    """The world. `shares`: which callbacks go wrong; `mail`: the mail server; `how`: more about the provider's section."""
    clock, faults, texts = MovableClock(), Faults(), MemoryTexts()
    carrier = Carrier(clock)
    callbacks = CallbackSender(carrier, AUTH_TOKEN, f"{PUBLIC}/texts/inbound", shares or {}, delivers=False)
    with running_ehr(clock=clock) as ehr, seated(build_provider(carrier, ACCOUNT, AUTH_TOKEN, faults)) as provider:
        section = TextProvider("twilio", ACCOUNT, OUR_NUMBER, provider, timeout_seconds=0.5, max_latency_seconds=LATENCY)
        opened = open_texting(folder, ehr.address, Messaging(replace(section, **how), mail), clock, store)
        opened.__dict__["texts"] = texts
        with seated(build_app(opened)) as service:
            callbacks.at_this_machine = lambda address: address.replace(PUBLIC, service)
            callbacks.start()
            try:
                yield TextWorld(opened, ehr, carrier, faults, callbacks, clock, texts, service)
            finally:
                callbacks.stop()
                opened.audit.close()


def open_texting(home: Path, ehr: str, messaging: Messaging, clock: Clock, store: str = "") -> OpenPractice:
    """The practice as practice.yaml describes it, with the EHR's consents taken over."""
    paths = Paths(home)
    paths.keys.mkdir(parents=True, exist_ok=True)
    for name, content in {"ehr-token": TOKEN, "sms-token": AUTH_TOKEN, "smtp-password": "a password"}.items():
        (paths.keys / name).write_text(content, encoding="utf-8")
    connection = Connection(
        "rest", ehr, "sandbox", timeout_seconds=0.5, max_latency_seconds=LATENCY, can_search=True, can_poll=True, sender="Elm Street Office"
    )
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    caps = {"per_day": 99, "per_week": 99, "cooldown": "0 s"}
    policy = {"contact_caps": caps, "text_caps": caps}
    made = Practice(PRACTICE, "Elm", str(ZONE), "US", source, NOW.date(), policy=policy, connection=connection, messaging=messaging)
    save_practice(paths, made)
    environment = {"HSCHED_HOME": str(home), "HSCHED_SERVICE_URL": PUBLIC}
    settings = load_settings(environment | ({"HSCHED_STORE": store} if store else {}))
    migrated_store.lay_down(settings.store_url)
    opened = open_practice(settings, clock=clock)
    opened.take_over_consents()
    return opened


def post(world: TextWorld, path: str, fields: dict[str, str], token: str = AUTH_TOKEN) -> int:
    """A callback by hand; what the service answers."""
    headers = {"x-twilio-signature": signature(token, PUBLIC + path, fields), "content-type": "application/x-www-form-urlencoded"}
    return httpx.post(world.service + path, content=urlencode(fields), headers=headers, timeout=30).status_code
