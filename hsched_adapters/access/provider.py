"""Sign-in by an OpenID provider, as its client: authorization code with PKCE, state and nonce; the identity token is checked in full.

Authlib speaks OAuth, joserfc checks tokens. Nothing of an answer or a token leaves an error: a word says why.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hsched_adapters.access.section import LOOPBACK, ProviderSection
from hsched_core.domain.access import Vouched
from hsched_core.domain.errors import NotReadError
from hsched_core.ports import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 30
SCOPE = "openid email profile"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KEEP_SECONDS, RELOAD_SECONDS = 3600.0, 30.0  # of what the provider says about itself; before keys are asked for again
LARGEST_ANSWER = 1_000_000  # bytes


class SignInRefusedError(NotReadError):
    """Nobody was signed in; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "The provider did not sign anybody in.", "Try again; if it goes on, see the service's log.", code, is_no_answer=False
        )


@dataclass(frozen=True)
class Identity:
    """Somebody the provider knows, and by what it vouches for them."""

    login: str
    vouched: Vouched


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: what the answer must belong to."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Begun":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class Provider:
    """One practice's provider. `return_address`: where it sends people back to."""

    def __init__(self, section: ProviderSection, secret: Callable[[], str], return_address: str, present: Clock) -> None:
        self._section, self._secret, self._return_address, self._present = section, secret, return_address, present
        self._lock = Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def address(self, begun: Begun) -> str:
        """Where a browser is sent to sign in."""
        endpoint = self._about()["authorization_endpoint"]
        with self._session() as session:
            address, _ = session.create_authorization_url(endpoint, begun.state, begun.verifier, nonce=begun.nonce)
        return str(address)

    def identity(self, begun: Begun, answer: Mapping[str, str]) -> Identity:
        """Who comes back with that answer; SignInRefusedError with a word where anything is not as it must be."""
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInRefusedError("state")
        if answer.get("iss", self._section.issuer) != self._section.issuer:  # RFC 9207: an answer of another provider
            raise SignInRefusedError("issuer")
        if "error" in answer or not answer.get("code"):
            raise SignInRefusedError("denied")
        claims = self._claims(self._token(begun, answer["code"]), begun.nonce)
        return Identity(self._login_of(claims), self.vouched(claims))

    def vouched(self, claims: Mapping[str, Any]) -> Vouched:
        """By what a token vouches, or no longer does; of this issuer alone."""
        told = {name: claims.get(name) for name in ("sub", "sid")}
        return Vouched(*(self._hash(name, value) if isinstance(value, str) and value else "" for name, value in told.items()))

    def _hash(self, name: str, value: str) -> str:
        return hashlib.sha256("\n".join((self._section.issuer, name, value)).encode()).hexdigest()

    def _login_of(self, claims: Mapping[str, Any]) -> str:
        said = claims.get(self._section.claim)
        if not isinstance(said, str) or not said:
            raise SignInRefusedError("claim")
        if self._section.claim == "email" and claims.get("email_verified") is not True:
            raise SignInRefusedError("email_not_verified")
        logins = self._section.logins
        if logins and said not in logins:
            raise SignInRefusedError("unknown_person")
        return logins.get(said, said)

    def _token(self, begun: Begun, code: str) -> str:
        endpoint = self._about()["token_endpoint"]
        try:
            with self._session() as session:
                told = session.fetch_token(
                    endpoint, code=code, code_verifier=begun.verifier, timeout=self._section.timeout_seconds, allow_redirects=False
                )
        except (requests.RequestException, AuthlibBaseError, ValueError):
            raise SignInRefusedError("no_token") from None
        token = told.get("id_token") if isinstance(told, Mapping) else None
        if not isinstance(token, str):
            raise SignInRefusedError("no_identity_token")
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        claims = self.checked(token, sub={"essential": True}, nonce={"essential": True, "value": nonce}).claims
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._section.client_id) != self._section.client_id:
            raise SignInRefusedError("authorized_party")
        return claims

    def checked(self, token: str, **claims: jwt.ClaimsOption) -> jwt.Token:
        """A token of the provider for this client, not run out, with those claims besides; SignInRefusedError where it is not."""
        try:
            found = self._decoded(token)
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self._present.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._section.issuer},
                aud={"essential": True, "value": self._section.client_id},
                exp={"essential": True},
                iat={"essential": True},
                **claims,
            )
            registry.validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInRefusedError("token") from None
        return found

    def _decoded(self, token: str) -> jwt.Token:
        """With the provider's keys; asked for once more where none of them fits, because providers change them."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(token, self._key_set(is_new_wanted=True), algorithms=ALGORITHMS)

    def _key_set(self, *, is_new_wanted: bool = False) -> KeySet:
        address, now = self._about()["jwks_uri"], monotonic()
        with self._lock:
            age = now - self._keys[0] if self._keys else KEEP_SECONDS
            if self._keys is None or age >= KEEP_SECONDS or (is_new_wanted and age >= RELOAD_SECONDS):
                self._keys = (now, KeySet.import_key_set(self._read(address)))
            return self._keys[1]

    def _about(self) -> Mapping[str, Any]:
        """What the provider says about itself; it must call itself what the settings call it, and be reached by TLS."""
        with self._lock:
            if self._metadata and monotonic() - self._metadata[0] < KEEP_SECONDS:
                return self._metadata[1]
            found: Mapping[str, Any] = self._read(f"{self._section.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._section.issuer:
                raise SignInRefusedError("another_issuer")
            if not all(_is_safe(found.get(name)) for name in ENDPOINTS):
                raise SignInRefusedError("endpoints")
            self._metadata = (monotonic(), found)
            return found

    def _read(self, address: str) -> Any:
        try:
            answer = requests.get(address, timeout=self._section.timeout_seconds, allow_redirects=False, stream=True)
            content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if answer.status_code != 200 or len(content) > LARGEST_ANSWER:
                raise SignInRefusedError("provider_answer")
            found = json.loads(content)
        except (requests.RequestException, ValueError, OSError):
            raise SignInRefusedError("provider_not_reached") from None
        if not isinstance(found, dict):
            raise SignInRefusedError("provider_answer")
        return found

    def _session(self) -> OAuth2Session:
        secret = self._secret()
        return OAuth2Session(
            self._section.client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=SCOPE,
            redirect_uri=self._return_address,
            code_challenge_method="S256",
        )


def _is_safe(address: object) -> bool:
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
