"""A practice whose sender of messages is killed again and again: EHR, provider, mail server and receiver in the test's process.

Several messages of the very same words go to each client, so that one text can be mistaken for another's, and clients write back;
provider and mail server err on a third of the calls, callbacks are lost, doubled, late and forged. Failpoints stand around the parts here.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiosmtpd.smtp import SMTP

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.clock import ScaledClock, SystemClock
from hsched_adapters.connection import Connection
from hsched_adapters.messaging.callbacks import Callbacks
from hsched_adapters.messaging.email_door import EmailDoor
from hsched_adapters.messaging.section import MailServer, Messaging, TextProvider
from hsched_adapters.messaging.text_door import TextDoor
from hsched_adapters.messaging.twilio import Twilio
from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.messages import SqlMessageTransaction
from hsched_adapters.store.path import SqlTransaction
from hsched_adapters.store.replies import SqlRepliesStore
from hsched_core.domain.actions import SendMessage
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.delivery import Delivery, DeliveryState
from hsched_core.domain.errors import HschedError
from hsched_core.domain.inbox import InboxRules
from hsched_core.domain.lifecycle import Event, State
from hsched_core.domain.people import Person, Role, use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.ports import Absent, Door, Permit
from hsched_core.workflow.deliveries import Deliveries
from hsched_core.workflow.outcomes import Outcome
from hsched_core.workflow.path import Path as ThePath
from hsched_sandbox.ehr.api import build_ehr
from hsched_sandbox.ehr.book import Book
from hsched_sandbox.ehr.conduct import Conduct
from hsched_sandbox.ehr.faults import FaultRates, Faults
from hsched_sandbox.ehr.serving import Served
from hsched_sandbox.sms.api import build_provider
from hsched_sandbox.sms.callbacks import CallbackSender
from hsched_sandbox.sms.carrier import Carrier
from hsched_service.app import build_app
from tests.mail_server import MailRoom, Room, Taken
from tests.prove.flow_world import TakesSilenceForNo
from tests.prove.kills import Failpoints
from tests.sandbox_ehr import NOW, TOKEN, ZONE, small_practice
from tests.text_world import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, PRACTICE, PUBLIC, USE_CASE

SPEED = 30.0  # half a minute of the practice in each second
TIMEOUT, WORST = 0.3, 0.7  # real seconds: what we wait for an answer; the other side's worst time
SHARES = {"status_429": 0.05, "500_before_commit": 0.06, "500_after_commit": 0.08, "hang_after_commit": 0.05, "late_commit": 0.06}
SHARES |= {"reset_after_commit": 0.05}
LASTING = {"hang_after_commit": 0.5, "late_commit": 0.4}
CALLBACKS = {"lost": 0.2, "doubled": 0.15, "late": 0.15, "forged": 0.1}
MAIL = {"hangs": 0.08, "closes": 0.06, "late": 0.08}
# In the order of one message: its claim and its row each before and after their commit, the call, what came of it, the receipt.
SENDING = ("claiming", "claimed", "row_storing", "before_call", "after_call", "recorded", "receipt_storing", "receipt_taken")
POINTS = (*SENDING, "words_kept")  # of what a client wrote: stored, and the inbox not told so
PATIENT = InboxRules(lease=timedelta(seconds=60), most_strikes=10_000, first_delay=timedelta(seconds=2), longest_delay=timedelta(minutes=1))
DESK = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK}))
CLIENTS = 6
THANKS = ("thank you!", "Gracias!", "thanks so much", "muchas gracias")  # words that ask for nothing and hold back nothing for long


class TellsFirst(ThePath):
    """Twin: writes down that a message left before it does."""

    def _carry_out(self, case: Case, permit: Permit, door: Door) -> Case:
        told = self._settle(case, lambda _: Outcome(Event.CONFIRMED, "accepted"))
        self._performed(case, permit, door)
        return told


PATHS: Mapping[str, type[ThePath]] = MappingProxyType({"silence_is_no": TakesSilenceForNo, "tells_first": TellsFirst})


@dataclass(frozen=True)
class Plan:
    """How the worker is made: its environment, which twin it is, at which passage of which point it dies."""

    environment: Mapping[str, str]
    twin: str = ""
    point: str = ""
    passage: int = 1


class ErringRoom(MailRoom):
    """A mail server that takes messages and does not say so, or asks to come again later."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: Mapping[str, float] = {}
        self.chance = random.Random(5)

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        came = Taken(str(envelope.mail_from), str(envelope.rcpt_tos[0]), bytes(envelope.original_content or b""))
        draw = self.chance.random()
        for name, share in self.shares.items():
            if draw < share:
                return await self._err(name, came, server)
            draw -= share
        self.taken.append(came)
        return "250 OK"

    async def _err(self, name: str, came: Taken, server: SMTP) -> str:
        if name == "late":
            return "451 4.7.1 come again"
        self.taken.append(came)
        if name == "hangs":
            await asyncio.sleep(2 * TIMEOUT)
        elif server.transport:
            server.transport.abort()
        return "250 OK"


@dataclass
class Post:
    """The practice, and the truth that its provider and its mail server keep."""

    carrier: Carrier
    faults: Faults
    callbacks: CallbackSender
    room: ErringRoom
    environment: dict[str, str]
    opened: OpenPractice = field(repr=False)
    asked: int = 0

    def ask(self, count: int) -> None:
        """So many further messages, approved: half of them texts, half e-mail, all of the same words."""
        for _ in range(count):
            number, channel = self.asked // 2 % CLIENTS, (Channel.TEXT, Channel.EMAIL)[self.asked % 2]
            client = self.opened.vault.pseudonyms("client", [f"PT-{number:06d}"])[f"PT-{number:06d}"]
            action = SendMessage(Outreach(client, channel, Purpose.SCHEDULING), "slot_taken")
            self.asked += 1
            asked = Proposal(
                practice=PRACTICE,
                use_case=USE_CASE,
                action=action,
                subject=secrets.token_hex(16),
                reasons=("It fits.",),
                facts_digest=f"{self.asked:064x}",
                policy_version=self.opened.policy.version,
                expires_at=self.opened.clock.now() + timedelta(days=4),
                proposed_by=use_case_actor(USE_CASE),
            )
            self.opened.path.approve(self.opened.path.propose(asked).id, action.digest, DESK)

    def writes(self) -> None:
        """A client writes back."""
        number = self.asked % CLIENTS
        self.carrier.write(f"+1212555{100 + number:04d}", OUR_NUMBER, THANKS[self.asked % len(THANKS)])

    def err(self, shares: Mapping[str, float] = SHARES) -> None:
        """From now on the other sides err."""
        self.faults.randomise(FaultRates(shares, 11, "POST *", LASTING))
        self.callbacks.shares, self.room.shares = dict(CALLBACKS), dict(MAIL)

    def err_no_more(self) -> None:
        self.faults.clear()
        self.callbacks.shares, self.room.shares = {}, {}


@contextmanager
def posting(home: Path, store: str = "") -> Iterator[Post]:
    """EHR, provider, mail server and receiver at work; nobody sends yet."""
    scaled = ScaledTime(NOW, SystemClock().now(), SPEED)
    clock, faults, room = ScaledClock(scaled), Faults(), ErringRoom()
    book, carrier = Book(clock, Conduct(honours_keys=True, searchable=True)), Carrier(clock)
    small_practice(book)
    callbacks = CallbackSender(carrier, AUTH_TOKEN, f"{PUBLIC}/texts/inbound")
    mail = Room(room, None, "")
    mail.start()
    try:
        with Served(build_ehr(book, ZONE, TOKEN)) as ehr, Served(build_provider(carrier, ACCOUNT, AUTH_TOKEN, faults)) as provider:
            environment = {"HSCHED_HOME": str(home), "HSCHED_CLOCK": str(scaled), "HSCHED_SERVICE_URL": PUBLIC}
            environment |= {"HSCHED_STORE": store} if store else {}
            _write(home, ehr.address, provider.address, mail.port)
            opened = _opened(environment)
            opened.take_over_consents()
            with Served(build_app(opened)) as service:
                callbacks.at_this_machine = lambda address: address.replace(PUBLIC, service.address)
                callbacks.start()
                yield Post(carrier, faults, callbacks, room, environment, opened)
                callbacks.stop()
    finally:
        mail.stop()


def _write(home: Path, ehr: str, provider: str, mail_port: int) -> None:
    paths = Paths(home)
    paths.keys.mkdir(parents=True, exist_ok=True)
    for name, content in {"ehr-token": TOKEN, "sms-token": AUTH_TOKEN}.items():
        (paths.keys / name).write_text(content, encoding="utf-8")
    connection = Connection("rest", ehr, "sandbox", timeout_seconds=3.0, max_latency_seconds=3.0, can_search=True)
    text = TextProvider("twilio", ACCOUNT, OUR_NUMBER, provider, timeout_seconds=TIMEOUT, max_latency_seconds=WORST)
    email = MailServer(
        "smtp", "127.0.0.1", "office@elm.example", mail_port, security="none", timeout_seconds=TIMEOUT, max_latency_seconds=WORST
    )
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    caps = {"per_day": 9999, "per_week": 9999, "cooldown": "0 s"}
    policy = {"contact_caps": caps, "text_caps": caps, "quiet_from": "23:59", "quiet_until": "00:00"}
    made = Practice(PRACTICE, "Elm", str(ZONE), "US", source, NOW.date(), policy=policy, connection=connection)
    save_practice(paths, replace(made, messaging=Messaging(text, email)))


def _opened(environment: Mapping[str, str]) -> OpenPractice:
    opened = open_practice(load_settings(environment))
    opened.inbox.rules = PATIENT
    return opened


def work(plan: Plan, begins: Any) -> None:
    """The worker: until it is killed. Says when its first round begins."""
    opened = _opened(plan.environment)
    made = PATHS.get(plan.twin, ThePath)(opened.path_store, opened.calendar, opened.doors, opened.clock, opened.policy)
    opened.__dict__["path"] = made
    if plan.twin == "never_looks":
        setattr(TextDoor, "look", lambda *_: Absent())  # noqa: B010  # a method assigned is a type error
    _break(Failpoints(plan.point, plan.passage))
    begins.set()
    while True:
        go_round(opened)
        time.sleep(0.02)


def go_round(opened: OpenPractice) -> None:
    """Everything that is due, once. A step that failed is tried again in the next round."""
    with opened.path_store.looking() as state:
        cases = state.open_cases()
    for case in cases:
        step: Callable[[str], Case] = opened.path.execute if case.state is State.APPROVED else opened.path.reconcile
        with suppress(HschedError):
            step(case.id)
    with suppress(HschedError):
        opened.inbox.drain(opened.messages.callbacks.take)
    with suppress(HschedError):
        opened.replies.advance()


def _break(passes: Failpoints) -> None:
    """Failpoints before and after each call, and on both sides of the commit of what is written down around it."""
    save = SqlTransaction.save

    def saving(tx: SqlTransaction, case: Case, **more: Any) -> None:
        save(tx, case, **more)
        if case.state is State.EXECUTING:
            passes("claiming")

    setattr(SqlTransaction, "save", saving)  # noqa: B010  # a method assigned is a type error
    _around(Deliveries, "hand_over", passes, before="claimed")
    for owner, name in ((Twilio, "send"), (EmailDoor, "_deliver")):
        _around(owner, name, passes, before="before_call", after="after_call")
    _around(SqlRepliesStore, "keep", passes, after="words_kept")
    _break_rows(passes)


def _break_rows(passes: Failpoints) -> None:
    """Failpoints where a delivery is stored: before the call, with its answer, and with a receipt that came by callback."""
    put, take, receipt, is_receipt = SqlMessageTransaction.put_delivery, Deliveries.take, Callbacks._receipt, False

    def putting(tx: SqlMessageTransaction, delivery: Delivery, **more: Any) -> None:
        put(tx, delivery, **more)
        stage = "receipt_storing" if is_receipt else ""
        passes("row_storing" if delivery.state is DeliveryState.HANDED_OVER else stage)

    def taking(deliveries: Deliveries, *told: Any) -> Any:
        worth = take(deliveries, *told)
        passes("" if is_receipt else "recorded")
        return worth

    def receiving(callbacks: Callbacks, *told: Any) -> str:
        nonlocal is_receipt
        is_receipt = True
        outcome = receipt(callbacks, *told)
        is_receipt = False
        passes("receipt_taken")
        return outcome

    places: tuple[tuple[type, str, Any], ...] = (
        (SqlMessageTransaction, "put_delivery", putting),
        (Deliveries, "take", taking),
        (Callbacks, "_receipt", receiving),
    )
    for owner, name, method in places:
        setattr(owner, name, method)


def _around(owner: type, name: str, passes: Failpoints, before: str = "", after: str = "") -> None:
    method = getattr(owner, name)

    def done(*args: Any, **more: Any) -> Any:
        passes(before)
        found = method(*args, **more)
        passes(after)
        return found

    setattr(owner, name, done)
