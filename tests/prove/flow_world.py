"""A whole practice whose worker is killed again and again: sandbox EHR and receiver in the test's process, everything else in the worker's.

The worker receives nothing itself: it reads the inbox, decides, executes, and stands in for the clients, who answer the offers they got.
Failpoints are put around the program's own parts here, in the process under test; the program knows nothing of them.
"""

import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.live_practice import NOON, ZONE, Size, fill, put_into_auto, visit_id
from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.clock import ScaledClock, SystemClock
from hsched_adapters.connection import Connection
from hsched_adapters.ehr.rest.door import RestDoor
from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.path import SqlTransaction
from hsched_core.domain.case import Case
from hsched_core.domain.errors import HschedError
from hsched_core.domain.inbox import InboxRules
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OfferState
from hsched_core.ports import NotSent, Permit, Reply, Sighting, Unclear
from hsched_core.workflow.path import Path as ThePath
from hsched_pipelines.operations.event_work import decide, keep, poll, take_in
from hsched_sandbox.ehr.api import build_ehr
from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.conduct import Conduct, DoubleBooking
from hsched_sandbox.ehr.faults import FaultRates, Faults
from hsched_sandbox.ehr.serving import Served
from hsched_sandbox.ehr.webhooks import WebhookSender
from hsched_service.app import build_app
from tests.prove.kills import Failpoints

SPEED = 10.0  # of the practice in each second: an offer lives for three minutes of ours, longer than a round on a busy machine
TIMEOUT, WORST = 0.25, 0.6  # real seconds: what we wait for an answer; the EHR's worst time
KINDS: Mapping[str, tuple[Conduct, Mapping[str, bool]]] = {
    "keys": (Conduct(honours_keys=True, searchable=False), {"honours_keys": True, "can_search": False}),
    "search": (Conduct(honours_keys=False, searchable=True), {"honours_keys": False, "can_search": True}),
}
# SAFETY.md 2.1, C1: of the writes so many are refused, break before or after they took effect, or take effect late.
SHARES = {"429_retry_after": 0.08, "500_before_commit": 0.08, "500_after_commit": 0.1, "hang_after_commit": 0.06, "late_commit": 0.08}
LASTING = {"429_retry_after": 1.0, "hang_after_commit": 0.4, "late_commit": 0.45}
SIZE = Size(visits=240, waiting=300)
PATIENT = InboxRules(lease=timedelta(seconds=60), most_strikes=10_000, first_delay=timedelta(seconds=2), longest_delay=timedelta(minutes=1))
POINTS = ("claimed", "before_commit", "after_commit", "before_call", "after_call", "before_look", "offer_written", "opening_written")
NEVER_ANSWERED, DECLINED = 3, 2  # of the last digit of an offer's id, by four


@dataclass(frozen=True)
class Plan:
    """How the worker is made: its environment, which twin it is, at which passage of which point it dies."""

    environment: Mapping[str, str]
    twin: str = ""
    point: str = ""
    passage: int = 1


class TakesSilenceForNo(ThePath):
    """Twin: what nobody reported on is simply done again."""

    def _performed(self, case: Any, permit: Permit, door: Any) -> Reply:
        reply = super()._performed(case, permit, door)
        return NotSent("timeout", self._clock.now()) if isinstance(reply, Unclear) else reply


TWINS: Mapping[str, type[ThePath]] = {"": ThePath, "silence_is_no": TakesSilenceForNo}


@dataclass
class Flow:
    """The practice, and the truth its EHR keeps."""

    book: Book
    faults: Faults
    sender: WebhookSender
    environment: dict[str, str]
    cancelled: int = 0

    def open(self) -> OpenPractice:
        return patient(open_practice(load_settings(self.environment)))

    def cancel(self) -> None:
        """The next client cancels at the EHR."""
        self.book.change(visit_id(self.cancelled), {"status": "cancelled", "cancel_reason": "client"}, Trace("client"))
        self.cancelled += 1


@contextmanager
def flowing(home: Path, kind: str, store: str = "") -> Iterator[Flow]:
    """EHR and receiver at work. The EHR books whatever it is asked: nothing but the path prevents a double booking."""
    conduct, able = KINDS[kind]
    scaled = ScaledTime(NOON, SystemClock().now(), SPEED)
    clock, faults = ScaledClock(scaled), Faults()
    book = Book(clock, replace(conduct, double_booking=DoubleBooking.ACCEPT))
    fill(book, SIZE)
    secret, token = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}", secrets.token_hex(16)
    sender = WebhookSender("", secret, faults, SystemClock(), ZONE)
    book.subscribe(sender)
    with Served(build_ehr(book, ZONE, token, faults, sender)) as ehr:
        _write(home, ehr.address, able, {"ehr-token": token, "webhook-secret": secret})
        environment = {"HSCHED_HOME": str(home), "HSCHED_CLOCK": str(scaled), "HSCHED_SERVICE_URL": "http://127.0.0.1:1"}
        environment |= {"HSCHED_STORE": store} if store else {}
        flow = Flow(book, faults, sender, environment)
        opened = flow.open()
        put_into_auto(opened)
        poll(opened)
        with Served(build_app(opened)) as receiver:
            sender.url = f"{receiver.address}/webhooks/ehr"
            sender.start()
            try:
                yield flow
            finally:
                sender.stop()


def _write(home: Path, address: str, able: Mapping[str, bool], secret_files: Mapping[str, str]) -> None:
    paths = Paths(home)
    paths.keys.mkdir(parents=True, exist_ok=True)
    for name, content in secret_files.items():
        (paths.keys / name).write_text(content, encoding="utf-8")
        (paths.keys / name).chmod(0o600)
    connection = Connection("rest", address, "sandbox", timeout_seconds=TIMEOUT, max_latency_seconds=WORST, can_poll=True, **able)
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(paths, Practice("flow", "Flow", str(ZONE), "US", source, NOON.date(), connection=connection))


def start_faults(flow: Flow, seed: int, shares: Mapping[str, float] = SHARES) -> None:
    """From now on the EHR errs, on writes."""
    flow.faults.randomise(FaultRates(shares, seed, "POST *", LASTING))


def patient(opened: OpenPractice) -> OpenPractice:
    """Messages of a killed worker come back soon; how often one was killed is no reason to give up here."""
    opened.inbox.rules = PATIENT
    return opened


def work(plan: Plan, begins: Any) -> None:
    """The worker: until it is killed. Says when its first round begins."""
    passes = Failpoints(plan.point, plan.passage)
    opened = patient(open_practice(load_settings(plan.environment)))
    _break(opened, passes)
    twin = TWINS[plan.twin](opened.path_store, opened.calendar, opened.doors, opened.clock, opened.policy)
    opened.__dict__["path"] = twin
    begins.set()
    while True:
        go_round(opened)
        time.sleep(0.02)


def go_round(opened: OpenPractice) -> None:
    """Everything that is due, once. A step that failed is tried again in the next round."""
    for step in (answer, take_in, decide, answer, keep):  # a client may be quick: on a busy machine an offer does not outlive a round
        with suppress(HschedError):
            step(opened)


def answer(opened: OpenPractice) -> None:
    """The clients' part: half of them accept, some decline, some never answer."""
    with opened.path_store.transaction() as tx:
        live = [offer.id for offer in tx.unfinished_offers() if offer.state is OfferState.SENT]
    for offer_id in live:
        said = int(offer_id[-1], 16) % 4
        if said == DECLINED:
            opened.waitlist.decline(offer_id)
        elif said != NEVER_ANSWERED:
            opened.waitlist.accept(offer_id)


def _break(opened: OpenPractice, passes: Failpoints) -> None:
    """Failpoints before and after each call, and around each commit."""
    perform, look, save = RestDoor.perform, RestDoor.look, SqlTransaction.save

    def performing(door: RestDoor, permit: Permit) -> Reply:
        passes("before_call")
        reply = perform(door, permit)
        passes("after_call")
        return reply

    def looking(door: RestDoor, permit: Permit, reference: str) -> Sighting:
        passes("before_look")
        return look(door, permit, reference)

    def saving(tx: SqlTransaction, case: Case, **more: Any) -> None:
        save(tx, case, **more)
        if case.state is State.EXECUTING:
            passes("claimed")

    _replace(RestDoor, "perform", performing)
    _replace(RestDoor, "look", looking)
    _replace(SqlTransaction, "save", saving)
    for name, point in (("put_offer", "offer_written"), ("put_opening", "opening_written")):
        _replace(SqlTransaction, name, _after(getattr(SqlTransaction, name), passes, point))
    _watch_commits(opened, passes)


def _after(method: Callable[..., Any], passes: Failpoints, point: str) -> Callable[..., Any]:
    def done(*args: Any, **more: Any) -> Any:
        found = method(*args, **more)
        passes(point)
        return found

    return done


def _watch_commits(opened: OpenPractice, passes: Failpoints) -> None:
    engine, transaction = opened.audit._engine, opened.path_store.transaction

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            passes("before_commit")

    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "before_cursor_execute", before)
    else:
        sa.event.listen(engine, "commit", lambda _connection: passes("before_commit"))

    @contextmanager
    def watched() -> Iterator[SqlTransaction]:
        with transaction() as tx:
            yield tx
        passes("after_commit")

    opened.path_store.__dict__["transaction"] = watched


def _replace(kind: type, name: str, method: Callable[..., Any]) -> None:
    setattr(kind, name, method)
