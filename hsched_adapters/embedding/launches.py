"""Launches by the EHR (SMART App Launch 2, EHR launch), as its client: code with PKCE, `aud`, state and nonce; the person and the context.

Only the configured EHR is asked, and only at its own hosts. No access token is kept: hsched reads the EHR by its own connection.
"""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry

from hsched_adapters.access.ehr_section import WHERE, EhrSection
from hsched_adapters.access.exchange import Exchange
from hsched_adapters.access.identity import (
    Begun,
    Expected,
    Keys,
    identity_claims,
    login_of,
    read_document,
)
from hsched_adapters.access.remembered import Remembered, SignInRefusedError
from hsched_adapters.access.sealed import Sealer
from hsched_core.domain.errors import SettingsError
from hsched_core.ports import Clock

SCOPE = "launch openid fhirUser"  # the context and the person, and nothing to read
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
LONGEST_LAUNCH = 2048  # characters of the EHR's handle
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 300


@dataclass(frozen=True)
class Launched:
    """Who came, and what they had open: ids of the EHR, empty where it did not say."""

    login: str
    patient: str = field(repr=False)
    appointment: str = field(repr=False)


class Launches:
    """One practice's EHR. `secret` reads a file below keys/ by its name; `return_address`: where the EHR sends people back to."""

    def __init__(self, section: EhrSection, secret: Callable[[str], str], return_address: str, present: Clock, sealer: Sealer) -> None:
        self._section, self._secret, self._present, self._sealer = section, secret, present, sealer
        self._exchange = Exchange(section.client_id, SCOPE, return_address, section.timeout_seconds)
        self._about = Remembered(self._described)
        self._keys = Keys(lambda: self._read(self._about.value()["jwks_uri"]))

    def check(self) -> None:
        """SettingsError where the secret or the key cannot be used; for who starts the service."""
        if self._section.client_key_file:
            self._assertion(self._section.issuer)
        else:
            self._secret(self._section.client_secret_file)

    def begin(self, issuer: str, launch: str) -> tuple[str, str, str]:
        """Where the frame is sent, what it keeps meanwhile, and the state with it; SignInRefusedError for another EHR's launch."""
        if issuer.rstrip("/") != self._section.base:
            raise SignInRefusedError("foreign_issuer")
        if not 0 < len(launch) <= LONGEST_LAUNCH or not launch.isprintable():
            raise SignInRefusedError("launch")
        begun, endpoint = Begun.new(), self._about.value()["authorization_endpoint"]
        address = self._exchange.address(endpoint, begun, aud=self._section.issuer, launch=launch)
        return address, self._sealer.sealed(astuple(begun)), begun.state

    def finish(self, kept: str, answer: Mapping[str, str]) -> Launched | None:
        """Who comes back with that answer; None where the browser kept nothing of ours, or too long; SignInRefusedError else."""
        sealed = self._sealer.opened(kept)
        if not sealed:
            return None
        begun = Begun(*sealed)
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInRefusedError("state")
        if answer.get("iss", self._issuer) != self._issuer:  # RFC 9207
            raise SignInRefusedError("issuer")
        if "error" in answer or not answer.get("code"):
            raise SignInRefusedError("denied")
        told = self._token(begun, answer["code"])
        expected = Expected(self._issuer, self._section.client_id, begun.nonce)
        claims = identity_claims(self._keys, told["id_token"], expected, self._present)
        login = login_of(claims, self._section.claim, self._section.logins, self._section.relative)
        return Launched(login, self._patient(told), self._appointment(told))

    @property
    def _issuer(self) -> str:
        """How the EHR's authorization server calls itself."""
        return str(self._about.value()["issuer"])

    def _patient(self, told: Mapping[str, Any]) -> str:
        patient = told.get("patient")
        if patient is None:
            return ""
        if not isinstance(patient, str) or not FHIR_ID.fullmatch(self._section.relative(patient).removeprefix("Patient/")):
            raise SignInRefusedError("context")
        return self._section.relative(patient).removeprefix("Patient/")

    def _appointment(self, told: Mapping[str, Any]) -> str:
        """The one appointment of the context; none where there are several: nobody knows which is meant."""
        context = told.get("fhirContext")
        if context is not None and not isinstance(context, list):
            raise SignInRefusedError("context")
        references = [one.get("reference") for one in context or () if isinstance(one, Mapping)]
        relative = {self._section.relative(one) for one in references if isinstance(one, str)}
        found = [one.removeprefix("Appointment/") for one in relative if one.startswith("Appointment/")]
        return found[0] if len(found) == 1 and FHIR_ID.fullmatch(found[0]) else ""

    def _token(self, begun: Begun, code: str) -> Mapping[str, Any]:
        endpoint = self._about.value()["token_endpoint"]
        proof = self._assertion(endpoint) if self._section.client_key_file else {}
        secret = "" if proof else self._secret(self._section.client_secret_file)
        return self._exchange.told(endpoint, begun, code, secret, **proof)

    def _assertion(self, endpoint: str) -> dict[str, str]:
        """hsched signs for itself (RFC 7523, as SMART asks for it): once, for this endpoint, for five minutes."""
        key, now = self._client_key(), int(self._present.now().timestamp())
        header = {"alg": "ES384" if isinstance(key, ECKey) else "RS384", "typ": "JWT", "kid": key.kid}
        ours = self._section.client_id
        claims = {"iss": ours, "sub": ours, "aud": endpoint, "iat": now, "exp": now + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(24)}
        try:
            return {"client_assertion_type": ASSERTION, "client_assertion": jwt.encode(header, claims, key, [header["alg"]])}
        except (JoseError, ValueError, TypeError):
            raise self._no_key() from None

    def _client_key(self) -> Any:
        name = self._section.client_key_file
        try:
            found = JWKRegistry.import_key(json.loads(self._secret(name)))
        except (JoseError, ValueError, TypeError, KeyError):
            raise self._no_key() from None
        if not found.is_private:
            raise SettingsError(f"{WHERE}: keys/{name} is a public key.", "hsched signs with the private one.")
        if not found.kid:
            raise SettingsError(f"{WHERE}: keys/{name} has no `kid`.", "Give it the one under which the EHR knows its public half.")
        return found

    def _no_key(self) -> SettingsError:
        problem = f"{WHERE}: keys/{self._section.client_key_file} is no key to sign with."
        return SettingsError(problem, "It holds one private JWK: RSA, or EC of the curve P-384.")

    def _described(self) -> Mapping[str, Any]:
        """What the EHR says about itself; its endpoints must be its own, and it must check PKCE by S256."""
        found = self._read(f"{self._section.base}/.well-known/smart-configuration")
        if not all(isinstance(found.get(name), str) and self._is_own(found[name]) for name in ENDPOINTS):
            raise SignInRefusedError("endpoints")
        methods = found.get("code_challenge_methods_supported")
        if not isinstance(found.get("issuer"), str) or not isinstance(methods, list) or "S256" not in methods:
            raise SignInRefusedError("smart_configuration")
        return found

    def _is_own(self, address: str) -> bool:
        try:
            return self._section.may_be_asked(address)
        except ValueError:
            return False

    def _read(self, address: str) -> Mapping[str, Any]:
        return read_document(address, self._section.timeout_seconds)
