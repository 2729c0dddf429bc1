"""Programs of others that may ask the service: by name, with what each may ask for. They decide nothing and change nothing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApiScope(StrEnum):
    """What a token opens."""

    PREDICT = "predict"
    METRICS = "metrics"


@dataclass(frozen=True)
class ApiClient:
    """One program. A name is given once: whoever replaces a program gets a new one, so that the trail stays readable."""

    name: str
    scopes: frozenset[ApiScope]
    made_at: datetime
    made_by: str
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How the trail signs for it."""
        return f"api-client:{self.name}"


def token_hash(token: str) -> str:
    """What is kept of a token, which is drawn from too many to guess: a plain hash keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
