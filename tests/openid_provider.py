"""A small OpenID provider on a port of this machine: it signs everybody in as the person a test names, and lies where a test says so."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from hsched_sandbox.ehr.serving import Served

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT, SECRET = "hsched", "a-client-secret"
Claims = dict[str, Any]


@dataclass
class OpenIdProvider:
    """`person`: the claims of whoever signs in. `lie` changes a token's claims, `forge` makes the token itself."""

    person: Claims = field(default_factory=lambda: {"sub": "1", "email": "frontdesk@elm.example", "email_verified": True})
    lie: Callable[[Claims], Claims] = lambda claims: claims
    forge: Callable[["OpenIdProvider", Claims], str] | None = None
    says: Mapping[str, Any] = field(default_factory=dict)  # about itself, instead of the truth
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    address: str = ""
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)  # of the token's endpoint, and what came with it

    def token(self, claims: Claims) -> str:
        """Signed as the truth is."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def claims(self, nonce: str) -> Claims:
        now = int(time())
        return {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person}

    def logout(self, **changes: Any) -> Claims:
        """That the person's session ended here (OpenID Connect Back-Channel Logout 1.0)."""
        now = int(time())
        said = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(16), "events": {LOGOUT: {}}}
        return {**said, **{name: self.person[name] for name in ("sub", "sid") if name in self.person}, **changes}


def unsigned(_provider: OpenIdProvider, claims: Claims) -> str:
    """alg none."""
    return _parts({"alg": "none"}, claims) + "."


def by_another_key(_provider: OpenIdProvider, claims: Claims) -> str:
    """Somebody else's key, under the provider's name for its own."""
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, RSAKey.generate_key(2048))


def by_public_key(provider: OpenIdProvider, claims: Claims) -> str:
    """HS256, with what everybody knows as its secret. By hand: the library refuses to make one."""
    signed = _parts({"alg": "HS256", "kid": "first"}, claims)
    return f"{signed}.{_coded(hmac.digest(provider.key.as_pem(private=False), signed.encode(), 'sha256'))}"


def _parts(*parts: Claims) -> str:
    return ".".join(_coded(json.dumps(part).encode()) for part in parts)


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def build_provider(provider: OpenIdProvider) -> FastAPI:
    """What it answers."""
    app = FastAPI(openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def about() -> JSONResponse:
        at = provider.address
        truth = {"issuer": at, "authorization_endpoint": f"{at}/go", "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys"}
        return JSONResponse({**truth, **provider.says})

    @app.get("/keys")
    async def keys() -> JSONResponse:
        return JSONResponse({"keys": [{**provider.key.as_dict(private=False), "use": "sig", "alg": "RS256"}]})

    @app.get("/go")
    async def go(request: Request) -> Response:
        told = dict(request.query_params)
        code = secrets.token_urlsafe(16)
        provider.codes[code] = told
        back = urlencode({"code": code, "state": told["state"], "iss": provider.address})
        return RedirectResponse(f"{told['redirect_uri']}?{back}", 302)

    @app.post("/token")
    async def token(request: Request) -> Response:
        body = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        provider.asked.append({**body, "authorization": request.headers.get("authorization", "")})
        begun = provider.codes.pop(body.get("code", ""), None)  # a code is good once
        if begun is None or not _proves(begun, body) or begun["redirect_uri"] != body.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if request.headers.get("authorization") != "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode():
            return JSONResponse({"error": "invalid_client"}, 401)
        claims = provider.lie(provider.claims(begun["nonce"]))
        made = provider.forge(provider, claims) if provider.forge else provider.token(claims)
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": made})

    return app


def _proves(begun: Mapping[str, str], body: Mapping[str, str]) -> bool:
    """PKCE (RFC 7636), S256."""
    digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return begun.get("code_challenge_method") == "S256" and begun.get("code_challenge") == challenge


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """The provider, listening."""
    provider = OpenIdProvider()
    with Served(build_provider(provider)) as served:
        provider.address = served.address
        yield provider
