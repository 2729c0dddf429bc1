"""An inbox for tests: a store of either kind, a clock that tests turn, senders that sign, and the service over real HTTP."""

import base64
import json
import random
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn
from fastapi import FastAPI
from standardwebhooks import Webhook

from hsched_adapters.keys import Keyring
from hsched_adapters.readiness import Readiness
from hsched_adapters.service_section import MOST_A_MINUTE, ServiceSection
from hsched_adapters.store import engine
from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.inbox import SqlInboxStore
from hsched_adapters.webhooks import NoticeTranslator, StandardWebhooks
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.inbox import InboxRules, MessageState, Reception
from hsched_core.workflow.inbox import Inbox
from hsched_service.app import build_app
from hsched_service.operations.install import Watching
from hsched_service.operations.limits import Limits
from tests.audit_trails import Desk

NOW = datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
SECRET, NEWER, FOREIGN = (f"whsec_{base64.b64encode(bytes([letter]) * 32).decode()}" for letter in b"abc")
EHR = "ehr"


class PlainVault:
    """Pseudonyms that tests can foresee: the kind and the identifier as digits."""

    def pseudonyms(self, kind: str, identifiers: Any) -> Mapping[str, str]:
        return {one: token(one, kind) for one in identifiers}

    def resolve(self, kind: str, pseudonym: str, *, actor: str, reason: str) -> str:
        raise NotImplementedError

    def find(self, kind: str, identifier: str, *, actor: str, reason: str) -> str | None:
        raise NotImplementedError


def without_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite does not wait for the disk, as the tests' PostgreSQL does not: no test that asks for this cuts the power."""
    unflushed = (*(one for one in engine.PRAGMAS if not one.startswith("synchronous")), "synchronous=OFF")
    monkeypatch.setattr(engine, "PRAGMAS", unflushed)


def token(identifier: str, kind: str = "appointment") -> str:
    return f"{kind}/{identifier}".encode().hex()[-32:].rjust(32, "0")


def body(identifier: str, event: str = "appointment.updated", at: datetime = NOW, **more: Any) -> bytes:
    data = {"id": identifier, "version": 1, "updated_at": at.isoformat(), **more}
    return json.dumps({"type": event, "timestamp": at.isoformat(), "data": data}).encode()


def signed(message: str, content: bytes, *, secret: str = SECRET, age_seconds: float = 0) -> dict[str, str]:
    """The three headers, stamped by the machine's clock, as senders do."""
    at = datetime.now(UTC) - timedelta(seconds=age_seconds)
    signature = Webhook(secret).sign(message, at, content.decode())
    return {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


@dataclass
class Practice:
    """A practice with an inbox, whose clock tests turn."""

    desk: Desk
    present: datetime = NOW
    rules: InboxRules = field(default_factory=InboxRules)
    secrets: list[str] = field(default_factory=lambda: [SECRET])

    def __post_init__(self) -> None:
        self.trail = self.desk.open()
        self.keyring = Keyring(self.desk.folder / "keys", self.desk.practice)
        self.store = SqlInboxStore(self.trail, self.keyring)
        self.inbox = self.opened()

    def opened(self, store: SqlInboxStore | None = None, kind: type[Inbox] = Inbox) -> Inbox:
        """Another worker's view of the same inbox."""
        verifier = StandardWebhooks({EHR: lambda: self.secrets})
        return kind(store or self.store, verifier, NoticeTranslator(PlainVault()), self, self.rules, random.Random(7))

    def now(self) -> datetime:
        return self.present

    def wait(self, **span: float) -> None:
        self.present += timedelta(**span)

    def send(self, message: str, content: bytes, **how: Any) -> Reception:
        """Deliver directly, without HTTP."""
        return self.inbox.receive(EHR, signed(message, content, **how), content)

    def entries(self, kind: str = "") -> list[AuditEntry]:
        with self.trail.reading() as connection:
            found = read_entries(connection, self.desk.practice)
        return [one for one in found if not kind or one.kind == f"inbox.{kind}"]

    def count(self, state: MessageState) -> int:
        return self.inbox.counts().get(state, 0)

    def verifies(self) -> bool:
        """The trail is whole, with codes."""
        return self.desk.verdict(secrets=self.desk.keys.secret_of).broken is None


def about(identifier: str, at: datetime = NOW, kind: NoticeKind = NoticeKind.APPOINTMENT) -> Notice:
    return Notice(kind, token(identifier), at)


def service(inbox: Inbox) -> FastAPI:
    """The service of a practice of which only the inbox is asked for."""
    predictions = SimpleNamespace(api_clients=SimpleNamespace(standing=dict))  # who might ask for predictions: nobody
    desk = SimpleNamespace(capacity=SimpleNamespace(settings=None))
    parts = SimpleNamespace(predictions=predictions, can_read_keys=lambda _: True, desk=desk)
    still = SimpleNamespace(anchors_elsewhere=lambda _: None, tidy=lambda: None, is_current=lambda: True)
    said = SimpleNamespace(service_url="https://elm.example")
    alone = SimpleNamespace(inbox=inbox, settings=said, service=parts, audit=still, practice=SimpleNamespace(connection=None))
    parts.readiness = Readiness(cast(Any, alone))
    unlimited = Limits(ServiceSection(deliveries_per_minute=MOST_A_MINUTE))
    return build_app(cast(Any, alone), Watching(unlimited))


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The app on a real socket of this machine; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        give_up = time.monotonic() + 30
        while not server.started and time.monotonic() < give_up:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)
