"""Who asks for advice (CDS Hooks 2.0, "Trusting CDS Clients"): a token that the configured EHR signed for this very endpoint, once.

`jku` in a token is not followed: keys come from where the settings say.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from hsched_adapters.access.ehr_section import CDS_WHERE, CdsSection
from hsched_adapters.access.identity import LEEWAY_SECONDS, Keys, read_document
from hsched_adapters.access.remembered import SignInRefusedError
from hsched_core.domain.errors import SettingsError
from hsched_core.ports import Clock

ALGORITHMS = ("ES384", "RS384")
LONGEST_TOKEN = 8192  # characters
LONGEST_LIFE_SECONDS = 3600
SHORTEST_ID, LONGEST_ID = 8, 256  # characters of a `jti`


class CdsClients:
    """The practice's EHR as a CDS client. `secret` reads a file below keys/."""

    def __init__(self, section: CdsSection, secret: Callable[[str], str], present: Clock, timeout_seconds: float) -> None:
        self._section, self._secret, self._present, self._timeout = section, secret, present, timeout_seconds
        self._keys = Keys(self._read)

    def check(self) -> None:
        """SettingsError where the file of keys cannot be used; for who starts the service. An address is asked when somebody calls."""
        if self._section.jwks_file:
            self._read()

    def call(self, authorization: str, audiences: Collection[str]) -> str:
        """The call's own code (64 hexadecimal digits): the same for the same token; SignInRefusedError where the token is not good."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise SignInRefusedError("no_token")
        claims = self._claims(token, audiences)
        name = claims["jti"]
        if not isinstance(name, str) or not SHORTEST_ID <= len(name) <= LONGEST_ID:
            raise SignInRefusedError("jti")
        if not claims["exp"] - self._present.now().timestamp() <= LONGEST_LIFE_SECONDS:  # also where it is no number at all
            raise SignInRefusedError("lives_too_long")
        return hashlib.sha256(f"{len(self._section.issuer)}:{self._section.issuer}{name}".encode("utf-8", "replace")).hexdigest()

    def _claims(self, token: str, audiences: Collection[str]) -> dict[str, Any]:
        try:
            found = self._keys.decoded(token, ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self._present.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._section.issuer},
                aud={"essential": True, "values": list(audiences)},
                exp={"essential": True},
                iat={"essential": True},
                jti={"essential": True},
            )
            registry.validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise SignInRefusedError("token") from None
        return dict(found.claims)

    def _read(self) -> Any:
        if self._section.jwks_url:
            return read_document(self._section.jwks_url, self._timeout)
        try:
            return json.loads(self._secret(self._section.jwks_file))
        except ValueError:
            raise SettingsError(f"{CDS_WHERE}: keys/{self._section.jwks_file} is no key set.", "It is JSON with a list of keys.") from None
