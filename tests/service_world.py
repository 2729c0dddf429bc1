"""The service of a practice in a box for tests: a sandbox EHR with people in it, and browsers that are signed in as each of the staff.

Cheap enough for a module: nothing listens, browsers call the application directly. Only the clocks are the test's.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from httpx import Response

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.connection import Connection
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.audit.rows import read_entries
from hsched_core.domain.access import Way
from hsched_core.domain.audit import AuditEntry
from hsched_service.access.cookies import cookie_name, csrf_of
from hsched_service.app import build_app
from tests import migrated_store
from tests.sandbox_ehr import NOW, TOKEN, ZONE, Ehr, MovableClock, running_ehr

with warnings.catch_warnings():  # Starlette asks for httpx's successor, which our lock does not have
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PRACTICE = "elm"
ADDRESS = "http://127.0.0.1:8700"
MORE_PEOPLE = {
    "admin": {"roles": ["admin"]},
    "reviewer": {"roles": ["model_reviewer"]},
    "gone": {"roles": ["front_desk"], "is_active": False},
}


class Browser(TestClient):
    """A browser, perhaps signed in: it follows no redirect by itself, and asks for pages."""

    csrf: str = ""

    def submit(self, path: str, **fields: Any) -> Response:
        """A form of a page, with what such a form carries."""
        return self.post(path, data={"csrf": self.csrf, **fields})


@dataclass
class ServiceWorld:
    """The practice, its EHR and its service."""

    opened: OpenPractice
    ehr: Ehr
    clock: MovableClock  # the practice's days
    present: MovableClock  # the machine's time: sign-ins and rates
    app: FastAPI
    _browsers: list[Browser] = field(default_factory=list)

    def browser(self, login: str = "") -> Browser:
        """A new browser, signed in where a login is given."""
        made = Browser(self.app, base_url=self.address, headers={"accept": "text/html"}, follow_redirects=False)
        if login:
            secret = self.opened.service.sign_ins.start(login, Way.DEMO)
            made.cookies.set(cookie_name(self.opened.service), secret, domain=self._domain)
            made.csrf = csrf_of(secret)
        self._browsers.append(made)
        return made

    visitor = browser

    @property
    def address(self) -> str:
        """Where browsers find it: on this machine, whatever address people are told."""
        return ADDRESS if self.opened.settings.service_url.startswith("https") else self.opened.settings.service_url

    @property
    def _domain(self) -> str:
        """As Python's cookie jar calls the host."""
        host = urlsplit(self.address).hostname or ""
        return host if "." in host else f"{host}.local"

    def people(self, **changes: Mapping[str, Any]) -> None:
        """Write people.yaml: the demo's, with these changes (None: without that login)."""
        told = {**demo_people(self._clinicians()), **MORE_PEOPLE, **changes}
        save_people(self.opened.paths.people, {login: one for login, one in told.items() if one is not None})

    def client(self, number: int) -> str:
        """The pseudonym of a client of the EHR."""
        return self.token("client", f"PT-{number:06d}")

    def token(self, kind: str, identifier: str) -> str:
        return self.opened.vault.pseudonyms(kind, [identifier])[identifier]

    def entries(self, *kinds: str) -> list[AuditEntry]:
        """What the trail says, of those kinds where some are given."""
        with self.opened.audit.reading() as connection:
            return [one for one in read_entries(connection, self.opened.practice.id) if not kinds or one.kind in kinds]

    def _clinicians(self) -> list[str]:
        return [self.token("clinician", f"PRV-{number:04d}") for number in range(2)]


@contextmanager
def service_world(folder: Path, store: str = "", service_url: str = "", **practice: Any) -> Iterator[ServiceWorld]:
    """The world; `practice`: more about practice.yaml."""
    clock, present = MovableClock(), MovableClock()
    with running_ehr(clock=clock) as ehr:
        opened = open_served(folder, ehr.address, clock, store, service_url, **practice)
        opened.service.__dict__["present"] = present
        world = ServiceWorld(opened, ehr, clock, present, FastAPI())
        world.people()
        world.app = build_app(opened)
        try:
            yield world
        finally:
            for one in world._browsers:
                one.close()
            opened.service.engine.dispose()
            opened.audit.close()


def open_served(
    home: Path, ehr: str, clock: MovableClock, store: str = "", service_url: str = "", name: str = PRACTICE, **practice: Any
) -> OpenPractice:
    """The practice as practice.yaml describes it, with the EHR's consents taken over."""
    paths = Paths(home)
    paths.keys.mkdir(parents=True, exist_ok=True)
    (paths.keys / "ehr-token").write_text(TOKEN, encoding="utf-8")
    connection = Connection(
        "rest",
        ehr,
        "sandbox",
        timeout_seconds=2.0,
        max_latency_seconds=30.0,
        can_search=True,
        can_poll=True,
        sender="Elm Street Office",
        phone="+1 (212) 555-0142",
    )  # fmt: skip
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    caps = {"per_day": 99, "per_week": 99, "cooldown": "0 s"}
    told: dict[str, Any] = {"source": source, "policy": {"contact_caps": caps, "text_caps": caps}, **practice}
    save_practice(paths, Practice(name, "Elm Street Practice", str(ZONE), "US", first_day=NOW.date(), connection=connection, **told))
    environment = {"HSCHED_HOME": str(home)} | ({"HSCHED_STORE": store} if store else {})
    settings = load_settings(environment | ({"HSCHED_SERVICE_URL": service_url} if service_url else {}))
    migrated_store.lay_down(settings.store_url)
    opened = open_practice(settings, clock=clock)
    opened.take_over_consents()
    return opened
