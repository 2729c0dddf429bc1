"""A whole practice alive on this machine, for measuring and for killing: sandbox EHR, service, Dagster's daemon, a store on disk.

The EHR runs in this process, everything else as `hsched ui` and `hsched service` start it. Nobody in it is real.
"""

import secrets
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.clock import ScaledClock, SystemClock
from hsched_adapters.connection import Connection
from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import Paths, Practice, Settings, Source, child_environment, load_settings, save_practice
from hsched_cli.processes import LOOPBACK, Program, Running, free_port, start, stop, wait_until_answering
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import WAITLIST
from hsched_pipelines.home import ensure_dagster_home
from hsched_sandbox.ehr.api import build_ehr
from hsched_sandbox.ehr.book import Book, Effect, Trace
from hsched_sandbox.ehr.conduct import Conduct
from hsched_sandbox.ehr.faults import Faults
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Consent, Entry, Hours, Licence, Message, Type
from hsched_sandbox.ehr.serving import Served
from hsched_sandbox.ehr.webhooks import WebhookSender

ROOT = Path(__file__).parents[1]
ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=ZONE)  # a Tuesday; the practice's present begins here, at the machine's pace
CLINICIANS, DAY_HOURS, DAYS = 5, range(9, 17), 6
KINDS = frozenset({"offer_slot", "send_message", "update_waitlist_status"})
UP_SECONDS = 120.0
LONG_ANSWERS = {
    "mode": "serial",
    "answer_minutes": 600,
    "least_notice_minutes": 600,
}  # nobody answers here, and nobody else is to be asked meanwhile


@dataclass(frozen=True)
class Size:
    """How large the practice is."""

    visits: int = 120
    waiting: int = 150
    patience: float = 10.0  # real seconds a call of the EHR may take
    speed: float = 1.0  # seconds of the practice in a real one: what waits minutes for its turn after a crash waits less


@dataclass
class Live:
    """The running practice."""

    settings: Settings
    book: Book
    clock: ScaledClock
    sender: WebhookSender
    service_port: int
    environment: dict[str, str] = field(repr=False)

    def open(self) -> OpenPractice:
        """The practice as the programs open it."""
        return open_practice(self.settings)

    def cancel(self, number: int) -> Effect:
        """A client cancels at the EHR."""
        self.book.change(visit_id(number), {"status": "cancelled", "cancel_reason": "client"}, Trace("client"))
        return next(one for one in reversed(list(self.book.effects)) if one.act == "cancelled" or one.id == visit_id(number))

    def messages(self) -> list[Message]:
        """What the EHR was asked to send."""
        return self.book.every(Message)

    def service(self) -> Program:
        command = [sys.executable, "-c", "from hsched_cli.main import run; run()", "service", "--port", str(self.service_port)]
        return self._program("service", command, f"http://{LOOPBACK}:{self.service_port}/health")

    def dagster(self, workspace: Path = ROOT / "workspace.yaml") -> Program:
        """As `hsched ui` starts it."""
        ensure_dagster_home(self.settings.paths)
        port = free_port(3900)
        command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace), "-h", LOOPBACK, "-p", str(port)]
        return self._program("dagster", command, f"http://{LOOPBACK}:{port}")

    def daemon(self, workspace: Path) -> Program:
        """The daemon alone, with its own code servers."""
        ensure_dagster_home(self.settings.paths)
        return self._program("daemon", [sys.executable, "-m", "dagster._daemon", "run", "-w", str(workspace)], "")

    def light_workspace(self) -> Path:
        """Only the location that answers events."""
        place = {"python_module": {"module_name": "hsched_pipelines.operations.definitions", "location_name": "operations"}}
        path = self.settings.paths.home / "light-workspace.yaml"
        path.write_text(yaml.safe_dump({"load_from": [place]}), encoding="utf-8")
        return path

    def _program(self, name: str, command: Sequence[str], address: str) -> Program:
        return Program(name, command, self.environment, address, self.settings.paths.home / "logs" / f"{name}.log")


@contextmanager
def live_practice(home: Path, size: Size = Size()) -> Iterator[Live]:
    """The EHR served, the practice written, nothing else started yet. The waitlist is in phase auto, under an order of two people."""
    scaled = ScaledTime(NOON, SystemClock().now(), size.speed)
    clock, faults = ScaledClock(scaled), Faults()
    book = Book(clock, Conduct(honours_keys=True, searchable=True))
    fill(book, size)
    secret, token, port = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}", secrets.token_hex(16), free_port(8790)
    sender = WebhookSender(f"http://{LOOPBACK}:{port}/webhooks/ehr", secret, faults, SystemClock(), ZONE)
    book.subscribe(sender)
    with Served(build_ehr(book, ZONE, token, faults, sender)) as served:
        environment = {"HSCHED_HOME": str(home), "HSCHED_CLOCK": str(scaled), "HSCHED_SERVICE_URL": f"http://{LOOPBACK}:{port}"}
        write_practice(home, served.address, token, secret, size)
        settings = load_settings(environment)
        live = Live(settings, book, clock, sender, port, {**child_environment(settings.paths), **environment, "PYTHONPATH": str(ROOT)})
        put_into_auto(live.open())
        sender.start()
        try:
            yield live
        finally:
            sender.stop()


@contextmanager
def running(*programs: Program) -> Iterator[list[Running]]:
    """The programs, started and answering; stopped whatever happens."""
    started: list[Running] = []
    try:
        for program in programs:
            started.append(start(program))
        for one in started:
            if one.program.address and not wait_until_answering(one, UP_SECONDS):
                raise RuntimeError(f"{one.program.name} did not start: {one.program.log}")
        yield started
    finally:
        for one in reversed(started):
            stop(one)


def wait_for(seconds: float, what: str, condition: object, pause: float = 0.05) -> None:
    """Until the condition holds; TimeoutError names what was waited for."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(pause)


def write_practice(home: Path, address: str, token: str, secret: str, size: Size) -> None:
    """practice.yaml with the connection, and both secrets."""
    paths = Paths(home)
    paths.keys.mkdir(parents=True, exist_ok=True)
    for name, content in (("ehr-token", token), ("webhook-secret", secret)):
        (paths.keys / name).write_text(content, encoding="utf-8")
        (paths.keys / name).chmod(0o600)
    patience = size.patience
    connection = Connection(
        "rest",
        address,
        "sandbox",
        honours_keys=True,
        can_search=True,
        can_poll=True,
        timeout_seconds=patience,
        max_latency_seconds=patience,
    )
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    practice = Practice("live", "Live practice", str(ZONE), "US", source, date(2026, 1, 1), schedules="running", connection=connection)
    save_practice(paths, replace(practice, waitlist=LONG_ANSWERS))


def put_into_auto(practice: OpenPractice) -> None:
    """What two people would have approved: set at once, and recorded as this set-up's."""
    now = practice.clock.now()
    order = StandingOrder("measuring", 1, practice.practice.id, WAITLIST, KINDS, 0.0, 10_000, now, now + timedelta(days=30))
    with practice.path_store.transaction() as tx:
        tx.set_order(order, audit=AuditEntry(now, "measuring", "order.set_up", f"use_case:{WAITLIST}", {}))
        tx.set_phase(WAITLIST, Phase.AUTO, audit=AuditEntry(now, "measuring", "phase.set_up", f"use_case:{WAITLIST}", {}))


def visit_id(number: int) -> str:
    return f"APT-{number:07d}"


def fill(book: Book, size: Size) -> None:
    """Clinicians who work on weekdays, visits from tomorrow on, and clients who wait for any of them."""
    every = tuple(Hours(day, "08:00", "19:00") for day in range(1, 8))
    licence = Licence("NY", date(2020, 1, 1), date(2030, 1, 1))
    for number in range(CLINICIANS):
        name = f"PRV-{number:04d}"
        book.place(Clinician(name, "Ada", f"Holm{number}", "psychologist", (), (licence,), (), "NY", "Harborside", "NY", True, every))
    said = (Consent(True, NOON.astimezone(UTC) - timedelta(days=90)),)
    for number in range(size.visits + size.waiting):
        client = Client(f"PT-{number:06d}", "Ada", f"Vale{number}", "en", "text", NOON - timedelta(days=90), str(ZONE), "NY", said)
        book.place(client)
    for number in range(size.visits):
        book.place(_visit(number))
    for number in range(size.waiting):
        at = NOON - timedelta(days=60, minutes=number)
        book.place(Entry(f"WL-{number:07d}", f"PT-{size.visits + number:06d}", Type.INDIVIDUAL, at, at))


def _visit(number: int) -> Appointment:
    """Clinician by clinician, hour by hour, day by day."""
    slot, clinician = divmod(number, CLINICIANS)
    days, hour = divmod(slot, len(DAY_HOURS))
    day = NOON.date() + timedelta(days=1 + days % DAYS)
    starts = datetime.combine(day, wall_time(DAY_HOURS[hour]), tzinfo=ZONE)
    made = NOON - timedelta(days=20)
    return Appointment(
        visit_id(number), f"PT-{number:06d}", f"PRV-{clinician:04d}", starts, 50, Type.INDIVIDUAL, "in_person", made, made, "Harborside"
    )
