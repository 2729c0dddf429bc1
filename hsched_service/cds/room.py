"""`GET /cds-services`, `POST /cds-services/hsched-appointment-book` and its feedback: token, request, advice, audit entry, answer."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import NotReadError
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.cds.adviser import EHR, Adviser
from hsched_service.cds.payload import LARGEST, BookingCall, Cards, Feedback, Service, Services, read
from hsched_service.failures import log_failure
from hsched_service.predict.payload import NotReadableError, Refusal

ROOT, BOOK = "/cds-services", "hsched-appointment-book"
SERVICE, FEEDBACK = f"{ROOT}/{BOOK}", f"{ROOT}/{BOOK}/feedback"
DISCOVERED = Service(
    BOOK,
    "appointment-book",
    "Rules of the practice for a booking",
    "Licence by state, conflicts in the calendar, closed days, notice, and whether a reminder can reach the client.",
)
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
RETRY = {"Retry-After": "5"}
CLOSED = {"Connection": "close"}


class NotTrustedError(Exception):
    """The call proves nothing of who asks; `code` is for the trail."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def router(opened: OpenPractice) -> APIRouter:
    """The services of one practice."""
    made, adviser = APIRouter(dependencies=[Depends(public(Subject.CDS_HOOKS))]), Adviser(opened)

    @made.get(ROOT)
    async def discover() -> Response:
        is_on = opened.service.embedding.cds_clients is not None
        return _answer(Services([DISCOVERED] if is_on else []))

    @made.post(SERVICE)
    async def book(request: Request) -> Response:
        return await _answered(opened, request, (SERVICE,), lambda call, body: _advised(opened, adviser, call, body))

    @made.post(FEEDBACK)
    async def feedback(request: Request) -> Response:
        return await _answered(opened, request, (FEEDBACK, SERVICE), lambda call, body: _heard(opened, call, body))

    return made


class CdsOrigins:
    """Lets pages of the EHR's own origins call these routes from a browser, and no others."""

    def __init__(self, app: ASGIApp, opened: OpenPractice) -> None:
        self._app, self._opened = app, opened
        self._open: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{ROOT}/"):
            await self._app(scope, receive, send)
            return
        if self._open is None:
            origins = self._opened.service.embedding.origins
            self._open = CORSMiddleware(
                self._app, allow_origins=origins, allow_methods=("GET", "POST"), allow_headers=("Authorization", "Content-Type")
            )
        await self._open(scope, receive, send)


def open_to_origins(app: FastAPI, opened: OpenPractice) -> None:
    """For who builds the service."""
    app.add_middleware(CdsOrigins, opened=opened)


def _advised(opened: OpenPractice, adviser: Adviser, call: str, body: bytes) -> Response:
    found = adviser.advised(read(body, BookingCall).context)
    entry = {"client": found.client, "count": len(found.cards), "rules": list(found.rules), "purpose": "appointment_book"}
    _keep(opened, call, found.actor, "answered", entry)
    return _answer(Cards(list(found.cards)))


def _heard(opened: OpenPractice, call: str, body: bytes) -> Response:
    told = read(body, Feedback).feedback
    overridden = sum(one.outcome == "overridden" for one in told)
    _keep(opened, call, EHR, "feedback", {"count": len(told), "overridden_count": overridden, "purpose": "appointment_book"})
    return _answer({})


def _keep(opened: OpenPractice, call: str, actor: str, what: str, body: dict[str, Any]) -> None:
    if not opened.service.embedding.cds_log.keep(call, actor, f"cds_hooks.{what}", body):
        raise NotTrustedError("used_before")


async def _answered(opened: OpenPractice, request: Request, paths: Sequence[str], act: Callable[[str, bytes], Response]) -> Response:
    """Who asks is found out before anything of the body is read; nothing of what was sent is repeated."""
    try:
        call = await run_in_threadpool(_trusted, opened, request.headers.getlist("authorization"), paths)
        return await run_in_threadpool(act, call, await _body(request))
    except NotTrustedError as refusal:
        await run_in_threadpool(opened.service.embedding.note_refused, str(Subject.CDS_HOOKS), "", refusal.code)
        return _refused(401, "no_token", "", {"WWW-Authenticate": "Bearer"})
    except NotReadableError as error:
        return _refused(error.status, error.kind, error.field, CLOSED if error.status == 413 else {})
    except Exception as error:  # not written down, for whatever reason: then nothing is said
        log_failure(error)
        return _refused(503, "failed", "", RETRY)


def _trusted(opened: OpenPractice, authorization: Sequence[str], paths: Sequence[str]) -> str:
    """The call's code; NotTrustedError where its token is not the EHR's, not for this endpoint, or was used before."""
    embedding, url = opened.service.embedding, opened.settings.service_url.rstrip("/")
    if embedding.cds_clients is None or len(authorization) != 1:
        raise NotTrustedError("no_token")
    try:
        call = embedding.cds_clients.call(authorization[0], [f"{url}{path}" for path in paths])
    except NotReadError as refusal:
        raise NotTrustedError(refusal.code) from None
    if embedding.cds_log.is_used(call):
        raise NotTrustedError("used_before")
    return call


async def _body(request: Request) -> bytes:
    """The whole of it; NotReadableError where it is no JSON, or too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotReadableError("not_json", 415)
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > len(str(LARGEST)) or int(announced) > LARGEST):
        raise NotReadableError("too_large", 413)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise NotReadableError("too_large", 413)
    return body


def _answer(content: object) -> Response:
    return Response(msgspec.json.encode(content), 200, HEADERS, "application/json")


def _refused(status: int, error: str, field: str, headers: dict[str, str]) -> Response:
    return Response(msgspec.json.encode(Refusal(error, field)), status, {**HEADERS, **headers}, "application/json")
