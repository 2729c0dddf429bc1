"""Around everything: each request is counted, gets a line in the log, and a span where traces are switched on; all by its route's pattern.

A path, a query, a header or a body is never looked at for that. The request's id is ours, and goes back in `X-Request-Id`.
"""

import secrets
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsched_service.operations.logs import REQUEST, Lines
from hsched_service.operations.metrics import METHODS, OTHER, Figures
from hsched_service.predict.room import LARGEST

if TYPE_CHECKING:
    from hsched_service.operations.traces import RequestSpan, Traces

ID_HEADER = b"x-request-id"
QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})  # asked every few seconds: in the log only where they fail


class Watched:
    """The outermost part of the service."""

    def __init__(self, app: ASGIApp, figures: Figures, lines: Lines | None = None, traces: "Traces | None" = None) -> None:
        self._app, self._figures, self._lines, self._traces = app, figures, lines, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = secrets.token_hex(8)
        header = (ID_HEADER, request.encode())
        status, start, token = 500, perf_counter(), REQUEST.set(request)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        with self._span(request) as span:
            try:
                await self._app(scope, receive, watched)
            finally:
                method = scope["method"] if scope["method"] in METHODS else OTHER
                self._told(request, route_of(scope), method, status, perf_counter() - start, span)
                REQUEST.reset(token)

    def _span(self, request: str) -> "AbstractContextManager[RequestSpan | None]":
        return self._traces.request(request) if self._traces else nullcontext()

    def _told(self, request: str, route: str, method: str, status: int, seconds: float, span: "RequestSpan | None") -> None:
        self._figures.count(route, method, status, seconds)
        if span is not None:
            span.answered(route, method, status)
        if self._lines and not (route in QUIET and status < 400):
            self._lines.request(request, route, method, status, seconds)


def route_of(scope: Scope) -> str:
    """The route's pattern, with names where values stood."""
    if scope["path"] in LARGEST:
        return str(scope["path"])
    return str(getattr(scope.get("route"), "path", OTHER))
