"""What is asked of everybody who vouches for people: documents over TLS, keys that may change, and identity tokens checked in full.

joserfc checks tokens. Nothing of an answer or a token leaves an error: a word says why.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hsched_core.domain.errors import NotReadError
from hsched_core.ports import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 30
KEEP_SECONDS, RELOAD_SECONDS = 3600.0, 30.0  # of what somebody says about themselves; before keys are asked for again
LARGEST_ANSWER = 1_000_000  # bytes


class SignInRefusedError(NotReadError):
    """Nobody was signed in; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "The provider did not sign anybody in.", "Try again; if it goes on, see the service's log.", code, is_no_answer=False
        )


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: what the answer must belong to."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Begun":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def read_document(address: str, timeout_seconds: float) -> dict[str, Any]:
    """The JSON object at that address, of a bounded size, without following it elsewhere."""
    try:
        answer = requests.get(address, timeout=timeout_seconds, allow_redirects=False, stream=True)
        content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        if answer.status_code != 200 or len(content) > LARGEST_ANSWER:
            raise SignInRefusedError("provider_answer")
        found = json.loads(content)
    except (requests.RequestException, ValueError, OSError):
        raise SignInRefusedError("provider_not_reached") from None
    if not isinstance(found, dict):
        raise SignInRefusedError("provider_answer")
    return found


class Keys:
    """Somebody's public keys, as `read` gets them; asked for once more where none of them fits, because they are changed."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read
        self._lock = Lock()
        self._kept: tuple[float, KeySet] | None = None

    def decoded(self, token: str, algorithms: Sequence[str]) -> jwt.Token:
        """The token, if one of the keys signed it; JoseError or ValueError else."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=list(algorithms))
        except (JoseError, ValueError):
            return jwt.decode(token, self._key_set(is_new_wanted=True), algorithms=list(algorithms))

    def _key_set(self, *, is_new_wanted: bool = False) -> KeySet:
        now = monotonic()
        with self._lock:
            age = now - self._kept[0] if self._kept else KEEP_SECONDS
            if self._kept is None or age >= KEEP_SECONDS or (is_new_wanted and age >= RELOAD_SECONDS):
                self._kept = (now, KeySet.import_key_set(self._read()))
            return self._kept[1]


@dataclass(frozen=True)
class Expected:
    """What an identity token has to be: by whom, for whom, of which sign-in."""

    issuer: str
    client_id: str
    nonce: str


def checked(keys: Keys, token: str, issuer: str, client_id: str, present: Clock, **claims: jwt.ClaimsOption) -> jwt.Token:
    """A token of that issuer for this client, not run out, with those claims besides; SignInRefusedError where it is not."""
    try:
        found = keys.decoded(token, ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(present.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
            **claims,
        )
        registry.validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError):
        raise SignInRefusedError("token") from None
    return found


def identity_claims(keys: Keys, token: str, expected: Expected, present: Clock) -> Mapping[str, Any]:
    """The claims of an identity token; SignInRefusedError where anything of it is not as it must be."""
    nonce: jwt.ClaimsOption = {"essential": True, "value": expected.nonce}
    claims = checked(keys, token, expected.issuer, expected.client_id, present, sub={"essential": True}, nonce=nonce).claims
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else expected.client_id) != expected.client_id:
        raise SignInRefusedError("authorized_party")
    return claims


def login_of(claims: Mapping[str, Any], claim: str, logins: Mapping[str, str], told: Callable[[str], str] = str) -> str:
    """The login of who the claims are about. `told` puts the claim's value into the form in which `logins` has it."""
    said = claims.get(claim)
    if not isinstance(said, str) or not said:
        raise SignInRefusedError("claim")
    if claim == "email" and claims.get("email_verified") is not True:
        raise SignInRefusedError("email_not_verified")
    who = told(said)
    if logins and who not in logins:
        raise SignInRefusedError("unknown_person")
    return logins.get(who, who)
