"""`POST /predict/no-show-risk` and `/predict/no-show-risk/batch`: token, request, answer, access log, and only then the answer's bytes.

Answered before the routers (`PredictionDoor`): at thousands of requests a second, finding the route costs more than the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsched_core.domain.api_clients import ApiScope
from hsched_core.domain.predictions import Prediction
from hsched_service.failures import log_failure
from hsched_service.group_commit import GroupCommit
from hsched_service.predict.callers import Callers, may
from hsched_service.predict.engine import Engine, NoModelError
from hsched_service.predict.payload import (
    LARGEST_BATCH,
    LARGEST_SINGLE,
    Answers,
    NotReadableError,
    Refusal,
    Visit,
    Visits,
    read,
    shifted,
    written,
)
from hsched_service.predict.standing import Standing

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

SINGLE, BATCH = "/predict/no-show-risk", "/predict/no-show-risk/batch"
LARGEST = {SINGLE: LARGEST_SINGLE, BATCH: LARGEST_BATCH}
RETRY_SECONDS = b"5"
COMMON = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Response:
    """Status, body, and headers beside the common ones."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = ()


class Room:
    """Answers requests of one practice."""

    def __init__(self, opened: "OpenPractice") -> None:
        self._opened = opened
        self.standing = Standing(opened)
        self.callers = Callers(lambda: opened.service.predictions.api_clients.standing())  # noqa: PLW0108 - nothing is opened before it is asked for
        self._group: GroupCommit[Sequence[Prediction], bool] = GroupCommit(self._keep, name="predictions")

    def open(self) -> None:
        """Load champions now if somebody may ask for predictions; else at the first request of who may."""
        if any(may(one, ApiScope.PREDICT) for one in self._opened.service.predictions.api_clients.standing().values()):
            self.standing.start()

    def close(self) -> None:
        """What is under way is written down."""
        self.standing.stop()
        self._group.close()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = await self._found(scope, receive)
        length = (b"content-length", str(len(found.body)).encode())
        await send({"type": "http.response.start", "status": found.status, "headers": [*COMMON, length, *found.headers]})
        await send({"type": "http.response.body", "body": found.body})

    async def _found(self, scope: Scope, receive: Receive) -> Response:
        try:
            return await self._answered(scope, receive)
        except NotReadableError as error:
            close = ((b"connection", b"close"),) if error.status == 413 else ()
            return _refused(error.status, error.kind, error.field, *close)
        except NoModelError:
            return _refused(503, "no_model", "", (b"retry-after", RETRY_SECONDS))
        except Exception as error:  # not written down, for whatever reason: then nothing is said
            log_failure(error)
            return _refused(503, "failed", "", (b"retry-after", RETRY_SECONDS))

    async def _answered(self, scope: Scope, receive: Receive) -> Response:
        headers = dict(scope["headers"])
        caller = self.callers.of(headers.get(b"authorization", b""))
        if caller is None:
            return _unknown()
        if not may(caller, ApiScope.PREDICT):
            return _refused(403, "not_permitted")
        body = await _body(headers, receive, LARGEST[scope["path"]])
        engine = self.standing.engine
        if engine is None:
            self.standing.start()
            return _refused(503, "starting", "", (b"retry-after", RETRY_SECONDS))
        answer, lines = _said(engine, scope["path"], body, caller.name, self._opened)
        if not await self._group.keep(lines):
            return _unknown()
        return Response(200, answer)

    def _keep(self, requests: Sequence[Sequence[Prediction]]) -> Sequence[bool]:
        return self._opened.service.predictions.log.keep(requests)


class PredictionDoor:
    """In front of the application: predictions are answered here, everything else goes on."""

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self._app, self._room = app, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in LARGEST:
            await self._room.serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _said(engine: Engine, path: str, body: bytes, asked_by: str, opened: "OpenPractice") -> tuple[bytes, list[Prediction]]:
    now = opened.clock.now()
    if path == SINGLE:
        answer, line = engine.answer(read(body, Visit), asked_by, now)
        return written(answer), [line]
    answers, lines = [], []
    for number, visit in enumerate(read(body, Visits).visits):
        try:
            answer, line = engine.answer(visit, asked_by, now)
        except NotReadableError as error:
            raise shifted(error, number) from None
        answers.append(answer)
        lines.append(line)
    return written(Answers(answers)), lines


async def _body(headers: dict[bytes, bytes], receive: Receive, largest: int) -> bytes:
    """The whole body; NotReadableError where it is no JSON, too large, or its sender went away."""
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        raise NotReadableError("not_json", 415)
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and (len(announced) > len(str(largest)) or int(announced) > largest):
        raise NotReadableError("too_large", 413)
    message: Message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > largest:
            break
    if message["type"] == "http.disconnect":
        raise NotReadableError("not_json", 400)
    if len(body) > largest:
        raise NotReadableError("too_large", 413)
    return body


def _unknown() -> Response:
    """Who cannot prove who they are learns nothing more."""
    return _refused(401, "no_token", "", (b"www-authenticate", b"Bearer"))


def _refused(status: int, error: str, field: str = "", *headers: Header) -> Response:
    return Response(status, written(Refusal(error, field)), headers)
