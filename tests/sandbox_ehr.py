"""A sandbox EHR on a port of this machine for tests: a small made-up practice, a token, and a plain HTTP client."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.clock import SystemClock
from hsched_core.ports import Clock
from hsched_sandbox.ehr.api import build_ehr
from hsched_sandbox.ehr.book import Book
from hsched_sandbox.ehr.conduct import Conduct
from hsched_sandbox.ehr.faults import Faults
from hsched_sandbox.ehr.records import Appointment, Authorization, Client, Clinician, Consent, Entry, Hours, Licence, Type
from hsched_sandbox.ehr.serving import Served
from hsched_sandbox.ehr.webhooks import Tally, WebhookSender

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday, 10:00 there
TOKEN = "a-token-for-tests"
SECRET = "whsec_c2FuZGJveC10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"


@dataclass
class MovableClock:
    """A present that a test sets."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant


def small_practice(book: Book) -> None:
    """Two clinicians, six clients, a day's appointments, two who wait."""
    every = tuple(Hours(day, "09:00", "17:00") for day in range(1, 6))
    licence = Licence("NY", date(2020, 1, 1), date(2030, 1, 1))
    for number, name in enumerate(("Stellan", "Greta")):
        made = Clinician(
            f"PRV-{number:04d}", name, "Holm", "psychologist", ("anxiety",), (licence,), (), "NY", "Harborside", "NY", True, every
        )
        book.place(made)
    for number in range(6):
        consents = (Consent(True, NOW - timedelta(days=90)),)
        phone, email = f"(212) 555-01{number:02d}", f"ada.vale{number}@example.org"
        client = Client(f"PT-{number:06d}", "Ada", f"Vale{number}", "en", "text", NOW, "America/New_York", "NY", consents)
        book.place(replace(client, phone=phone, email=email))
    for number in range(4):
        book.place(appointment(number, NOW + timedelta(days=1, hours=number), patient=number, provider=number % 2))
    for number in (4, 5):
        at = NOW - timedelta(days=number)
        book.place(Entry(f"WL-{number:07d}", f"PT-{number:06d}", Type.INDIVIDUAL, at, at))
    book.place(Authorization("AU-0000000", "PT-000000", Type.INDIVIDUAL, 12, 3, date(2026, 1, 1), date(2026, 6, 30)))


def appointment(number: int, starts_at: datetime, *, patient: int = 0, provider: int = 0) -> Appointment:
    """An appointment as it stands in the book."""
    before = NOW - timedelta(days=7)
    return Appointment(
        f"APT-{number:07d}",
        f"PT-{patient:06d}",
        f"PRV-{provider:04d}",
        starts_at,
        50,
        Type.INDIVIDUAL,
        "in_person",
        before,
        before,
        "Harborside",
    )


def wanted(starts_at: datetime, *, patient: int = 5, provider: int = 0, **more: Any) -> dict[str, Any]:
    """The body of a booking."""
    body = {"patient_id": f"PT-{patient:06d}", "provider_id": f"PRV-{provider:04d}", "datetime": starts_at.isoformat(), "duration": 50}
    return {**body, "type": "INDIVIDUAL_THERAPY", "modality": "in_person", **more}


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Ehr:
    """A running EHR and a way to talk to it."""

    address: str
    book: Book
    faults: Faults
    tally: Tally | None = None
    token: str = field(default=TOKEN, repr=False)

    def ask(self, method: str, path: str, body: Any = None, timeout: float = 5.0, **headers: str) -> Got:
        """One request over a connection of its own. Header names with underscores for hyphens."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=timeout)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            content = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            return Got(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def effects(self, act: str) -> list[dict[str, Any]]:
        """What truly happened, of one sort."""
        return [one for one in self.ask("GET", "/sandbox/log").json["effects"] if one["act"] == act]

    def order(self, fault: str, on: str = "*", times: int = 1, seconds: float = 0.0) -> None:
        """Order a fault."""
        one = {"fault": fault, "on": on, "times": times, "seconds": seconds}
        assert self.ask("POST", "/sandbox/faults", {"faults": [one]}).status == 200


class _Seat:
    """A server that outlives the test: starting one costs more than most tests do."""

    def __init__(self) -> None:
        self.app: Any = None
        self.served = Served(self).__enter__()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


_free_seats: list[_Seat] = []


@contextmanager
def seated(app: Any) -> Iterator[str]:
    """The application, served where another one was before; its address."""
    seat = _free_seats.pop() if _free_seats else _Seat()
    seat.app = app
    try:
        yield seat.served.address
    finally:
        _free_seats.append(seat)


@contextmanager
def running_ehr(conduct: Conduct | None = None, *, clock: Clock | None = None, webhook_url: str = "", **rules: Any) -> Iterator[Ehr]:
    """The small practice's EHR, served. With `webhook_url` it tells its changes there, signed with SECRET."""
    book, faults = Book(clock or MovableClock(), replace(conduct or Conduct(), **rules)), Faults()
    small_practice(book)
    sender = WebhookSender(webhook_url, SECRET, faults, SystemClock(), ZONE) if webhook_url else None
    if sender:
        book.subscribe(sender)
        sender.start()
    try:
        with seated(build_ehr(book, ZONE, TOKEN, faults, sender)) as address:
            yield Ehr(address, book, faults, sender.tally if sender else None)
    finally:
        if sender:
            sender.stop()
