"""How tests talk to the prediction API of a practice: requests as an EHR sends them, tokens, and what the trail keeps of it."""

import json
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from httpx import Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.store.audit.rows import read_entries
from hsched_core.domain.api_clients import ApiScope
from hsched_core.domain.audit import AuditEntry
from hsched_service.predict.room import SINGLE, Room
from tests.feature_frames import FIRST, ZONE

with warnings.catch_warnings():  # Starlette asks for httpx's successor, which our lock does not have
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["ADDRESS", "MIDNIGHT", "NOW", "PRACTICE", "TODAY", "ZONE", "Talk", "TestClient", "Turning"]
PRACTICE, ADDRESS = "elm", "http://127.0.0.1:8700"
TODAY = FIRST + timedelta(days=80)
MIDNIGHT = datetime.combine(TODAY, datetime.min.time()).replace(tzinfo=UTC) + timedelta(hours=4)  # New York's, in summer time
NOW = MIDNIGHT + timedelta(hours=9)


@dataclass
class Turning:
    """A clock that tests turn."""

    present: datetime = NOW

    def now(self) -> datetime:
        return self.present


@dataclass
class Talk:
    """A practice, its service, and the tokens of its API clients by name."""

    opened: OpenPractice
    clock: Turning
    app: FastAPI = field(default_factory=FastAPI)
    tokens: dict[str, str] = field(default_factory=dict)
    web: TestClient = field(default_factory=lambda: TestClient(FastAPI()))

    @property
    def room(self) -> Room:
        room: Room = self.app.state.predictions
        return room

    def token(self, name: str, *scopes: ApiScope) -> str:
        if name not in self.tokens:
            self.tokens[name] = self.opened.service.predictions.api_clients.add(name, frozenset(scopes or [ApiScope.PREDICT]), "admin")
        return self.tokens[name]

    def ask(self, content: object, *, path: str = SINGLE, token: str | None = None, **headers: str) -> Response:
        """A request as an EHR sends it; `content` may be bytes that are no JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        authorization = f"Bearer {self.token('ehr') if token is None else token}"
        sent = {"authorization": authorization, "content-type": "application/json", **headers}
        return self.web.post(path, content=body, headers={name: value for name, value in sent.items() if value})

    def entries(self, *kinds: str) -> list[AuditEntry]:
        with self.opened.audit.reading() as connection:
            return [one for one in read_entries(connection, PRACTICE) if not kinds or one.kind in kinds]

    def close(self) -> None:
        """Give everything back."""
        self.room.close()
        self.web.close()
        self.opened.service.predictions.published.close()
        self.opened.service.engine.dispose()
        self.opened.audit.close()
