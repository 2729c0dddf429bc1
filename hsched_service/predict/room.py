"""`POST /predict/no-show-risk` and `/predict/no-show-risk/batch`: token, request, answer, access log, and only then the answer's bytes.

Answered before the routers (`PredictionDoor`): at thousands of requests a second, finding the route costs more than the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsched_core.domain.api_clients import ApiClient, ApiScope
from hsched_core.domain.predictions import Prediction
from hsched_core.policy.permissions import Subject
from hsched_service.failures import log_failure
from hsched_service.group_commit import GroupCommit
from hsched_service.operations.limits import TOO_MANY, Limits, address_in
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


class OverLimitError(Exception):
    """An API client asks more than its limit; `seconds` until it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Room:
    """Answers requests of one practice."""

    def __init__(self, opened: "OpenPractice", limits: Limits) -> None:
        self._opened, self.limits = opened, limits
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
            return self.stranger(scope, Subject.PREDICT)
        if not may(caller, ApiScope.PREDICT):
            return self.turned_away(caller, Subject.PREDICT)
        try:
            return await self._answer_to(caller, headers, scope["path"], receive)
        except OverLimitError as error:
            return self.over_limit(caller.name, Subject.PREDICT, error.seconds)

    async def _answer_to(self, caller: ApiClient, headers: dict[bytes, bytes], path: str, receive: Receive) -> Response:
        self._take(caller, 1)
        body = await _body(headers, receive, LARGEST[path])
        engine = self.standing.engine
        if engine is None:
            self.standing.start()
            return _refused(503, "starting", "", (b"retry-after", RETRY_SECONDS))
        if path == SINGLE:
            answer, lines = _of_one(engine, read(body, Visit), caller.name, self._opened)
        else:
            visits = read(body, Visits).visits
            self._take(caller, len(visits) - 1)
            answer, lines = _of_many(engine, visits, caller.name, self._opened)
        return Response(200, answer) if await self._group.keep(lines) else _unknown()

    def _take(self, caller: ApiClient, many: int) -> None:
        if seconds := self.limits.predictions.take(caller.name, many):
            raise OverLimitError(seconds)

    def stranger(self, scope: Scope, subject: Subject) -> Response:
        """Nobody has that token; an address that tries many is told to wait."""
        if seconds := self.limits.strangers.take(address_in(scope)):
            return self.over_limit("", subject, seconds)
        self._note("", subject, "no_token")
        return _unknown()

    def turned_away(self, caller: ApiClient, subject: Subject) -> Response:
        """Its token is for something else."""
        self._note(caller.name, subject, "not_permitted")
        return _refused(403, "not_permitted")

    def over_limit(self, name: str, subject: Subject, seconds: int) -> Response:
        """So many seconds until it may ask again."""
        self._note(name, subject, TOO_MANY)
        return _refused(429, TOO_MANY, "", (b"retry-after", str(seconds).encode()))

    def _note(self, name: str, subject: Subject, reason: str) -> None:
        """Nobody waits until it is written down."""
        self._group.soon(partial(self._opened.service.note_refused_call, name, str(subject), reason))

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


def _of_one(engine: Engine, visit: Visit, asked_by: str, opened: "OpenPractice") -> tuple[bytes, list[Prediction]]:
    answer, line = engine.answer(visit, asked_by, opened.clock.now())
    return written(answer), [line]


def _of_many(engine: Engine, visits: Sequence[Visit], asked_by: str, opened: "OpenPractice") -> tuple[bytes, list[Prediction]]:
    now = opened.clock.now()
    answers, lines = [], []
    for number, visit in enumerate(visits):
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
