"""Sign-in by an OpenID provider, as its client: authorization code with PKCE, state and nonce; the identity token is checked in full.

Nothing of an answer or a token leaves an error: a word says why.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt

from hsched_adapters.access.exchange import Exchange
from hsched_adapters.access.identity import (
    Begun,
    Expected,
    Keys,
    checked,
    identity_claims,
    login_of,
    read_document,
)
from hsched_adapters.access.remembered import Remembered, SignInRefusedError
from hsched_adapters.access.section import ProviderSection
from hsched_adapters.access.yaml_parts import is_safe
from hsched_core.domain.access import Vouched
from hsched_core.ports import Clock

SCOPE = "openid email profile"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Identity:
    """Somebody the provider knows, and by what it vouches for them."""

    login: str
    vouched: Vouched


class Provider:
    """One practice's provider. `return_address`: where it sends people back to."""

    def __init__(self, section: ProviderSection, secret: Callable[[], str], return_address: str, present: Clock) -> None:
        self._section, self._secret, self._present = section, secret, present
        self._exchange = Exchange(section.client_id, SCOPE, return_address, section.timeout_seconds)
        self._about = Remembered(self._described)
        self._keys = Keys(lambda: self._read(self._about.value()["jwks_uri"]))

    def address(self, begun: Begun) -> str:
        """Where a browser is sent to sign in."""
        self._secret()  # without it nobody who leaves comes back in
        return self._exchange.address(self._about.value()["authorization_endpoint"], begun)

    def identity(self, begun: Begun, answer: Mapping[str, str]) -> Identity:
        """Who comes back with that answer; SignInRefusedError with a word where anything is not as it must be."""
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInRefusedError("state")
        if answer.get("iss", self._section.issuer) != self._section.issuer:  # RFC 9207: an answer of another provider
            raise SignInRefusedError("issuer")
        if "error" in answer or not answer.get("code"):
            raise SignInRefusedError("denied")
        expected = Expected(self._section.issuer, self._section.client_id, begun.nonce)
        told = self._exchange.told(self._about.value()["token_endpoint"], begun, answer["code"], self._secret())
        claims = identity_claims(self._keys, told["id_token"], expected, self._present)
        return Identity(login_of(claims, self._section.claim, self._section.logins), self.vouched(claims))

    def vouched(self, claims: Mapping[str, Any]) -> Vouched:
        """By what a token vouches, or no longer does; of this issuer alone."""
        told = {name: claims.get(name) for name in ("sub", "sid")}
        return Vouched(*(self._hash(name, value) if isinstance(value, str) and value else "" for name, value in told.items()))

    def _hash(self, name: str, value: str) -> str:
        return hashlib.sha256("\n".join((self._section.issuer, name, value)).encode()).hexdigest()

    def checked(self, token: str, **claims: jwt.ClaimsOption) -> jwt.Token:
        """A token of the provider for this client, not run out, with those claims besides; SignInRefusedError where it is not."""
        return checked(self._keys, token, self._section.issuer, self._section.client_id, self._present, **claims)

    def _described(self) -> Mapping[str, Any]:
        """What the provider says about itself; it must call itself what the settings call it, and be reached by TLS."""
        found = self._read(f"{self._section.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._section.issuer:
            raise SignInRefusedError("another_issuer")
        if not all(is_safe(found.get(name)) for name in ENDPOINTS):
            raise SignInRefusedError("endpoints")
        return found

    def _read(self, address: str) -> Mapping[str, Any]:
        return read_document(address, self._section.timeout_seconds)
