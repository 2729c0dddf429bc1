"""An EHR that launches apps, on a port of this machine: FHIR base, authorization server, a page with a frame; it lies where told to."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from hsched_sandbox.ehr.serving import Served
from tests.openid_provider import CLIENT, SECRET, OpenIdProvider, basic_of, proves

FHIR = "/fhir/r4"
CDS_ISSUER = "https://ehr.example"
Claims = dict[str, Any]


@dataclass
class SmartEhr(OpenIdProvider):
    """`person`: who is signed in there. `launches`: handles that were given out and not used, with the context each stands for."""

    person: Claims = field(default_factory=lambda: {"sub": "1", "fhirUser": "Practitioner/front"})
    launches: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)  # instead of what the launch stands for
    client_key: ECKey | None = None  # the app's public key, where it proves itself by one
    cds_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-384", {"kid": "cds"}))

    @property
    def base(self) -> str:
        return f"{self.address}{FHIR}"

    def launch(self, patient: str = "", appointment: str = "") -> str:
        """Somebody opens the app beside a chart; the handle that the EHR gives it."""
        handle = secrets.token_urlsafe(12)
        context: Claims = {"patient": patient} if patient else {}
        if appointment:
            context["fhirContext"] = [{"reference": "PractitionerRole/7"}, {"reference": f"Appointment/{appointment}"}]
        self.launches[handle] = context
        return handle

    def path(self, handle: str) -> str:
        """Where the EHR sends its frame."""
        return f"/smart/launch?{urlencode({'iss': self.base, 'launch': handle})}"

    def cds_token(self, audience: str, key: ECKey | None = None, **changes: Any) -> str:
        """What a CDS client proves itself with; None leaves a claim out."""
        now = int(time())
        claims = {"iss": CDS_ISSUER, "aud": audience, "iat": now, "exp": now + 300, "jti": secrets.token_urlsafe(16), **changes}
        header = {"alg": "ES384", "kid": "cds", "typ": "JWT", "jku": "https://evil.example/keys"}
        return jwt.encode(header, {name: one for name, one in claims.items() if one is not None}, key or self.cds_key, algorithms=["ES384"])

    def cds_keys(self) -> str:
        """Its public keys, as it hands them out."""
        return json.dumps(KeySet([self.cds_key]).as_dict(private=False))


def build_ehr(ehr: SmartEhr) -> FastAPI:
    """What it answers."""
    app = FastAPI(openapi_url=None)

    @app.get(f"{FHIR}/.well-known/smart-configuration")
    async def about() -> JSONResponse:
        at = ehr.address
        truth = {"issuer": at, "authorization_endpoint": f"{at}/go", "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys"}
        more = {"code_challenge_methods_supported": ["S256"], "capabilities": ["launch-ehr", "context-ehr-patient", "sso-openid-connect"]}
        return JSONResponse({**truth, **more, **ehr.says})

    @app.get("/keys")
    async def keys() -> JSONResponse:
        return JSONResponse({"keys": [{**ehr.key.as_dict(private=False), "use": "sig", "alg": "RS256"}]})

    @app.get("/go")
    async def go(request: Request) -> Response:
        told = dict(request.query_params)
        context = ehr.launches.pop(told.get("launch", ""), None)  # a handle is good once, and for this EHR's own base address
        back: dict[str, str] = {"state": told["state"], "iss": ehr.address}
        if context is None or told.get("aud") != ehr.base:
            back |= {"error": "invalid_request"}
        else:
            back["code"] = secrets.token_urlsafe(16)
            ehr.codes[back["code"]] = {**told, "context": json.dumps({**context, **ehr.context})}
        return RedirectResponse(f"{told['redirect_uri']}?{urlencode(back)}", 302)

    @app.post("/token")
    async def token(request: Request) -> Response:
        body = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        return JSONResponse(*_exchanged(ehr, body, request.headers.get("authorization", "")))

    @app.get("/chart")
    async def chart(frame: str) -> HTMLResponse:
        return HTMLResponse(
            f'<!doctype html><title>A chart</title><h1>A chart</h1><iframe width="320" height="700" src="{frame}"></iframe>'
        )

    return app


def _exchanged(ehr: SmartEhr, body: Mapping[str, str], authorization: str) -> tuple[Claims, int]:
    """A code for a token, once, with the context of its launch."""
    ehr.asked.append({**body, "authorization": authorization})
    begun = ehr.codes.pop(body.get("code", ""), None)
    if begun is None or not proves(begun, body) or begun["redirect_uri"] != body.get("redirect_uri"):
        return {"error": "invalid_grant"}, 400
    if not _is_the_app(ehr, body, authorization):
        return {"error": "invalid_client"}, 401
    made = ehr.token(ehr.lie(ehr.claims(begun["nonce"])))
    answer = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "scope": begun["scope"], "id_token": made}
    return {**answer, **json.loads(begun["context"])}, 200


def _is_the_app(ehr: SmartEhr, body: Mapping[str, str], authorization: str) -> bool:
    if ehr.client_key is None:
        return authorization == basic_of(CLIENT, SECRET)
    claims = jwt.decode(body["client_assertion"], ehr.client_key, algorithms=["ES384"]).claims
    return claims["iss"] == claims["sub"] == CLIENT and claims["aud"] == f"{ehr.address}/token" and claims["exp"] - time() <= 300


@contextmanager
def smart_ehr() -> Iterator[SmartEhr]:
    """The EHR, listening."""
    ehr = SmartEhr()
    with Served(build_ehr(ehr)) as served:
        ehr.address = served.address
        yield ehr
