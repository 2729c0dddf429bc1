"""The running service of a practice whose people are canaries: everything asked of it, everything made to fail, and what it said.

What pages show to who may see it is the positive control: canaries were there to be leaked. What is searched: log, metrics, spans, error
bodies, `Location` headers, addresses inside pages, and what the process prints.
"""

import io
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from httpx import Response
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hsched_adapters.scanner import Scanner
from hsched_adapters.store.schema import cases
from hsched_core.domain.api_clients import ApiScope
from hsched_sandbox.ehr.records import Client, Clinician
from hsched_service.app import build_app
from hsched_service.operations.install import Watching
from hsched_service.operations.limits import Limits
from hsched_service.operations.logs import Handler, Lines
from hsched_service.operations.traces import Traces, trace_steps
from hsched_service.predict.callers import Callers
from hsched_service.predict.room import BATCH, SINGLE
from tests.access_matrix import EXPECTED, PUBLIC
from tests.canaries import KINDS, Canaries
from tests.client_world import Clients
from tests.service_world import Browser, ServiceWorld

PLACE = re.compile(r"\{[^}]*\}")
ADDRESSES = re.compile(r'(?:href|action|src|data-[a-z-]+)="([^"]*)"')
ROLES = {"frontdesk": "front_desk", "manager": "practice_manager", "auditor": "auditor", "clinician1": "clinician"}
SINKS = ("log", "metrics", "spans", "error bodies", "Location headers", "addresses in pages")


@dataclass
class Asked:
    """What was asked and how it went."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: int = 0


@dataclass
class CanaryService:
    """A service world with canaries in it, watched by everything that watches."""

    world: ServiceWorld
    canaries: Canaries = field(default_factory=Canaries)
    log: io.BytesIO = field(default_factory=io.BytesIO)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    said: dict[str, list[bytes]] = field(default_factory=lambda: {sink: [] for sink in SINKS})
    pages: list[bytes] = field(default_factory=list)
    asked: Asked = field(default_factory=Asked)
    failing: bool = False

    def __post_init__(self) -> None:
        book = self.world.ehr.book
        for one in list(book.every(Client)):
            book.place(replace(one, **self._person("client"), phone=self.new("phone"), email=self.new("e-mail")))
        for one in list(book.every(Clinician)):
            book.place(replace(one, **self._person("clinician")))
        opened = self.world.opened
        traces = Traces(self.spans, at_once=True)
        trace_steps(opened, traces)
        self.lines = Lines(self.log)
        self.app = self.world.app = build_app(opened, Watching(Limits(), lines=self.lines, traces=traces))
        self.app.state.predictions.callers = Callers(opened.service.predictions.api_clients.standing, 0.0)
        self.token = opened.service.predictions.api_clients.add("ehr", frozenset({ApiScope.PREDICT, ApiScope.METRICS}), "admin")
        for engine in (opened.audit._engine, opened.service.engine):
            sa.event.listen(engine, "before_cursor_execute", self._fails)

    def new(self, kind: str) -> str:
        return self.canaries.new(kind, "service")

    def one_of_each(self) -> dict[str, str]:
        """A canary of every kind, by a field's name."""
        return {re.sub(r"\W", "_", kind).lower(): self.new(kind) for kind in KINDS}

    def ask(self, browser: Browser, method: str, path: str, **how: Any) -> Response:
        """Ask, and keep what may not hold a canary."""
        answer = browser.request(method, path, **how)
        self.asked.requests += 1
        self.asked.statuses[answer.status_code] += 1
        self.said["Location headers"].append(answer.headers.get("location", "").encode())
        if answer.status_code >= 400:
            self.said["error bodies"].append(answer.content)
        else:
            self.pages.append(answer.content)
            self.said["addresses in pages"] += [one.encode() for one in ADDRESSES.findall(answer.text)]
        return answer

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Every statement to the store fails, with a canary in the exception's text."""
        self.failing = True
        try:
            yield
        finally:
            self.failing = False

    @cached_property
    def collected(self) -> dict[str, bytes]:
        """Everything that was said to machines, by sink, when it is first asked for."""
        reading = self.world.browser()
        self.said["metrics"] = [reading.get("/metrics", headers={"authorization": f"Bearer {self.token}"}).content]
        self.said["log"] = [self.log.getvalue()]
        self.said["spans"] = [one.to_json().encode() for one in self.spans.get_finished_spans()]
        return {sink: b"\n".join(parts) for sink, parts in self.said.items()}

    @cached_property
    def scanner(self) -> Scanner:
        """Of all canaries there are when it is first asked for."""
        return Scanner(self.canaries.needles())

    def hits(self, content: bytes, name: str) -> Counter[str]:
        """Canaries by kind."""
        found = Counter[str]()
        for hit in self.scanner.scan_bytes(content, name):
            found[hit.kind] += hit.count
        return found

    def _person(self, place: str) -> dict[str, str]:
        return {"given_name": self.canaries.new("name", place), "family_name": self.canaries.new("name", place)}

    def _fails(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        """Who is signed in is still known: pages get as far as their own questions."""
        if self.failing and "sign_ins" not in statement and not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT")):
            self.asked.failures += 1
            raise ValueError(f"no row for {self.new('name')}, {self.new('SSN')}, {self.new('phone')}")


@contextmanager
def listened(service: CanaryService) -> Iterator[None]:
    """What the process logs by Python's own logging goes through the service's log, as in `hsched service`; at its most talkative."""
    root, handler = logging.getLogger(), Handler(service.lines)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def printing(file: Path) -> Iterator[Callable[[], str]]:
    """The process's output and error output go to that file; what stands in it so far."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    for number, _ in kept:
        os.dup2(handle, number)
    try:
        yield lambda: file.read_text(encoding="utf-8", errors="replace")
    finally:
        for number, before in kept:
            os.dup2(before, number)
            os.close(before)
        os.close(handle)


def everything(service: CanaryService, askers: int = 1) -> None:
    """Every route with what is there and with what is not, the API, the links, the webhooks; then all of it again with a broken store.

    `askers`: how many of the roles that may come in ask at each route.
    """
    browsers = {login: service.world.browser(login) for login in ROLES}
    stranger = service.world.browser()
    known = _known(service)
    with listened(service):
        every_route(service, browsers, stranger, known, askers)
        predictions(service, stranger)
        links(service, stranger)
        doors(service, stranger)
        with service.broken():
            every_route(service, browsers, stranger, known, askers)
            predictions(service, stranger)
            doors(service, stranger)


def every_route(service: CanaryService, browsers: Mapping[str, Browser], stranger: Browser, known: Mapping[str, str], askers: int) -> None:
    """As each who may come in: with values that exist; with canaries for values, in the query, in every field of the form."""
    for route, who in EXPECTED.items():
        method, pattern = route.split(" ", 1)
        if pattern.endswith("/desk/live") or pattern == "/metrics":  # a stream without an end; the figures are read last
            continue
        asking = [stranger] if who == PUBLIC else [one for login, one in browsers.items() if ROLES[login] in who.split()][:askers]
        for browser in asking:
            if method == "GET":
                service.ask(browser, "GET", PLACE.sub(lambda found: known.get(found[0], "0" * 32), pattern))
            path = PLACE.sub(lambda _: service.new("medical record"), pattern)
            if method == "GET":
                service.ask(browser, "GET", path, params={"name": service.new("name")})
            elif pattern not in ("/sign-out", "/switch/stop"):
                _send(service, browser, path)


def _send(service: CanaryService, browser: Browser, path: str) -> None:
    """A form with its secret and canaries in all fields, one without, JSON, and what is neither."""
    told = service.one_of_each()
    service.ask(browser, "POST", path, data={"csrf": browser.csrf, **told, "note": told["name"], "words": told["name"]})
    service.ask(browser, "POST", path, data={"csrf": told["name"], **told})
    service.ask(browser, "POST", path, json=told, headers={"accept": "application/json"})
    service.ask(browser, "POST", path, content=told["name"].encode(), headers={"content-type": "application/json"})


def predictions(service: CanaryService, browser: Browser) -> None:
    """What an EHR may send, right and wrong; with a token and without."""
    own = {"accept": "application/json", "content-type": "application/json"}
    good = {
        "client_id": service.new("medical record"),
        "appointment_datetime": "2026-03-06T14:30:00Z",
        "appointment_type": service.new("name"),
        "provider_id": service.new("licence"),
    }
    wrong = [
        {**good, "appointment_datetime": service.new("date")},
        {**good, service.new("SSN"): 1},
        {**good, "historical_features": {"previous_no_shows": service.new("phone")}},
        service.one_of_each(),
    ]
    bodies = [json.dumps(one).encode() for one in [good, *wrong]] + [service.new("name").encode(), b"\xff" + service.new("name").encode()]
    for token in (service.token, service.new("account"), ""):
        headers = {**own, **({"authorization": f"Bearer {token}"} if token else {})}
        for body in bodies:
            service.ask(browser, "POST", SINGLE, content=body, headers=headers)
        service.ask(browser, "POST", BATCH, content=json.dumps({"visits": [good, wrong[0]]}).encode(), headers=headers)


def links(service: CanaryService, browser: Browser) -> None:
    """A client's pages: looked at, words written, a wish, a wrong answer; and addresses that nobody was given."""
    clients = Clients(service.world)
    client = clients.client(given_name=service.new("name"), family_name=service.new("name"))
    path = clients.reminded(client, clients.visit(client))
    for page in ("", "/time", "/wishes", "/stop"):
        service.ask(browser, "GET", path + page)
        service.ask(browser, "POST", path + page, data=service.one_of_each())
    service.ask(browser, "POST", f"{path}/time", data={"words": f"{service.new('name')} cannot come, call {service.new('phone')}"})


def doors(service: CanaryService, browser: Browser) -> None:
    """Webhooks and callbacks of nobody we know; a sign-in with a client's name."""
    told = service.one_of_each()
    headers = {"webhook-id": told["name"].encode(), "webhook-timestamp": "1772636400", "webhook-signature": f"v1,{told['account']}"}
    for connection in ("ehr", told["medical_record"]):
        service.ask(browser, "POST", f"/webhooks/{connection}", json=told, headers=headers)
    service.ask(browser, "POST", "/texts/inbound", data={"From": told["phone"], "Body": told["name"]})
    service.ask(browser, "POST", "/sign-in", data={"login": told["e_mail"], "password": told["name"]})
    service.ask(browser, "GET", f"/{told['name']}", params=told)


def _known(service: CanaryService) -> dict[str, str]:
    """Values of paths that exist."""
    with service.world.opened.service.engine.connect() as connection:
        case = connection.execute(sa.select(cases.c.id).limit(1)).scalar()
    return {"{client}": service.world.client(0), "{case_id}": case or "0" * 32, "{connection}": "ehr"}
