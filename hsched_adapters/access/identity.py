"""What is asked of everybody who vouches for people: documents over TLS, keys that may change, and identity tokens checked in full.

joserfc checks tokens. Nothing of an answer or a token leaves an error: a word says why.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from hsched_adapters.access.deadline import ends_within
from hsched_adapters.access.remembered import Remembered, SignInRefusedError
from hsched_core.ports import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 30
LARGEST_ANSWER, AT_A_TIME = 1_000_000, 65_536  # bytes


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
    """The JSON object at that address, of a bounded size, without following it elsewhere; the whole of it comes within the timeout."""
    try:
        with (
            requests.Session() as session,
            ends_within(timeout_seconds, session),
            session.get(address, timeout=timeout_seconds, allow_redirects=False, stream=True) as answer,
        ):
            if answer.status_code != 200:
                raise SignInRefusedError("provider_answer")
            content = _content(answer)
        found = json.loads(content)
    except (requests.RequestException, HTTPError, ValueError, OSError, RecursionError):  # urllib3's own where an answer breaks off
        raise SignInRefusedError("provider_not_reached") from None
    if not isinstance(found, dict):
        raise SignInRefusedError("provider_answer")
    return found


def _content(answer: requests.Response) -> bytes:
    """The body, as far as it has come each time."""
    content = b""
    while part := answer.raw.read1(AT_A_TIME, decode_content=True):
        content += part
        if len(content) > LARGEST_ANSWER:
            raise SignInRefusedError("provider_answer")
    return content


class Keys:
    """Somebody's public keys, as `read` gets them; asked for once more where none of them fits, because they are changed."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read
        self._known = Remembered(self._key_set)

    def decoded(self, token: str, algorithms: Sequence[str]) -> jwt.Token:
        """The token, if one of the keys signed it; JoseError or ValueError else. For what is no such token nobody is asked."""
        if jws.extract_compact(token.encode()).headers().get("alg") not in algorithms:
            raise ValueError("no such algorithm")
        keys = self._known.value()
        try:
            return jwt.decode(token, keys, algorithms=list(algorithms))
        except (JoseError, ValueError):
            return jwt.decode(token, self._known.value(is_new_wanted=True), algorithms=list(algorithms))

    def _key_set(self) -> KeySet:
        try:
            return KeySet.import_key_set(self._read())
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInRefusedError("keys") from None


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
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
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
