"""Programs that may ask the service, on SQL: made and revoked with an audit entry, known by the hash of a token shown once."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import api_clients
from hsched_core.domain.api_clients import ApiClient, ApiScope, token_hash
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import UserError
from hsched_core.ports import Clock

TOKEN_BYTES = 32
PREFIX = "hsched_"  # so that scanners of repositories know a token when they see one
NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
MADE, REVOKED = "api_client.made", "api_client.revoked"


class SqlApiClients:
    """The API clients of one practice."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail, self._clock = trail, clock
        self._ours = api_clients.c.practice == trail.practice

    def add(self, name: str, scopes: frozenset[ApiScope], by: str) -> str:
        """Make one; its token, which nobody can read again. UserError where the name is none, or was given before."""
        if not NAME.fullmatch(name):
            raise UserError("That is no name for an API client.", "Use 2 to 40 small letters, digits and hyphens, beginning with a letter.")
        if not scopes:
            raise UserError("An API client without a scope may ask for nothing.", f"Scopes are: {', '.join(ApiScope)}.")
        token, now = PREFIX + secrets.token_urlsafe(TOKEN_BYTES), self._clock.now()
        made = {"name": name, "token_hash": token_hash(token), "scopes": " ".join(sorted(scopes)), "made_at": now, "made_by": by}
        with self._trail.writing() as recording:
            if recording.connection.execute(self._named(name)).first() is not None:
                recording.idle()
                raise UserError(f"There was an API client {name} before.", "Choose another name: the audit trail tells them apart by it.")
            recording.connection.execute(api_clients.insert().values(practice=self._trail.practice, **made))
            recording.record(AuditEntry(now, by, MADE, subject_of(token_hash(token)), {"codes": [name.replace("-", "_"), *sorted(scopes)]}))
        return token

    def revoke(self, name: str, by: str) -> None:
        """From its next request on it is refused. UserError where there is no such client, or it was revoked before."""
        now = self._clock.now()
        with self._trail.writing() as recording:
            row = recording.connection.execute(self._named(name)).first()
            if row is None or row.revoked_at is not None:
                recording.idle()
                raise UserError(f"There is no API client {name} that could be revoked.", "See `hsched api-clients list`.")
            recording.connection.execute(api_clients.update().where(self._ours, api_clients.c.name == name).values(revoked_at=now))
            recording.record(AuditEntry(now, by, REVOKED, subject_of(row.token_hash), {"code": name.replace("-", "_")}))

    def every(self) -> Sequence[ApiClient]:
        """All there ever were, oldest first."""
        with self._trail.reading() as connection:
            return [_client(row) for row in connection.execute(sa.select(api_clients).where(self._ours).order_by(api_clients.c.made_at))]

    def standing(self) -> Mapping[str, ApiClient]:
        """Those that were not revoked, by the hash of their token."""
        ours = sa.select(api_clients).where(self._ours, api_clients.c.revoked_at.is_(None))
        with self._trail.reading() as connection:
            return {row.token_hash: _client(row) for row in connection.execute(ours)}

    def _named(self, name: str) -> sa.Select[Any]:
        return sa.select(api_clients).where(self._ours, api_clients.c.name == name)


def subject_of(hashed: str) -> str:
    """How the trail names an API client."""
    return f"api_client:{hashed}"


def _client(row: Any) -> ApiClient:
    scopes = frozenset(ApiScope(one) for one in row.scopes.split())
    return ApiClient(row.name, scopes, row.made_at, row.made_by, row.revoked_at)
