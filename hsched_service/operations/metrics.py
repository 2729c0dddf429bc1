"""`GET /metrics` for Prometheus: requests by route, status and duration, and what waits. Labels are words of the program, never values.

For who has a token of scope `metrics`; and for who asks on this machine, unless a proxy on this machine asks for somebody else.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from hsched_core.domain.api_clients import ApiScope
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.failures import log_failure
from hsched_service.predict.callers import may
from hsched_service.predict.room import COMMON, Room
from hsched_service.predict.room import Response as Told

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

PATH = "/metrics"
METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})  # and whatever begins with x-forwarded
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
OTHER = "other"  # what is no route of ours: its path is whatever somebody typed


class Figures:
    """The figures of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        of = self.registry
        self.requests = Counter("hsched_requests", "Requests answered.", ("route", "method", "status"), registry=of)
        self.seconds = Histogram(
            "hsched_request_seconds", "Seconds from request to the answer's end.", ("route",), buckets=SECONDS, registry=of
        )
        self.waiting = Gauge("hsched_inbox_waiting", "Messages of other systems that nobody has read yet.", registry=of)
        self.unproved = Gauge("hsched_audit_unproved", "Audit entries that no signed checkpoint proves yet.", registry=of)
        self.stopped = Gauge("hsched_stopped", "1 while the kill switch is thrown.", registry=of)
        self.dropped = Counter("hsched_log_dropped", "Keys and values that were kept out of the log.", registry=of)
        self.champions = Gauge("hsched_champion", "1 for each model that answers predictions now.", ("model", "version"), registry=of)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request."""
        self.requests.labels(route, method if method in METHODS else OTHER, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def look(self, opened: "OpenPractice", room: Room) -> None:
        """Figures that are asked for, not counted. What cannot be told is not told, rather than told as zero."""
        self.champions.clear()
        engine = room.standing.engine
        for model in engine.models.values() if engine else ():
            self.champions.labels(model.name, model.version).set(1)
        for gauge, ask in (
            (self.waiting, opened.inbox.waiting),
            (self.unproved, lambda: opened.audit.lag().entries),
            (self.stopped, lambda: _is_stopped(opened)),
        ):
            _tell(gauge, ask)


def router(opened: "OpenPractice", figures: Figures, room: Room) -> APIRouter:
    """The one route."""
    made = APIRouter(dependencies=[Depends(public(Subject.METRICS))])

    @made.get(PATH)
    async def metrics(request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        if authorization:
            caller = await run_in_threadpool(room.callers.of, authorization.encode("latin-1"))
            if caller is None:
                return _of(room.stranger(request.scope, Subject.METRICS))
            if not may(caller, ApiScope.METRICS):
                return _of(room.turned_away(caller, Subject.METRICS))
            if seconds := room.limits.readings.take(caller.name):
                return _of(room.over_limit(caller.name, Subject.METRICS, seconds))
        elif not _is_here(request):
            return _of(room.stranger(request.scope, Subject.METRICS))
        await run_in_threadpool(figures.look, opened, room)
        return Response(generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return made


def _of(told: Told) -> Response:
    """As the room says it."""
    made = Response(told.body, told.status)
    made.raw_headers.extend((*COMMON, *told.headers))
    return made


def _is_here(request: Request) -> bool:
    """From this machine, to this machine by its own name, by nobody else's hand: a proxy's requests come from here too."""
    if request.client is None or request.client.host not in LOOPBACK or request.url.hostname not in {*LOOPBACK, "localhost"}:
        return False
    return not any(name in FORWARDED or name.startswith("x-forwarded") for name in request.headers)


def _is_stopped(opened: "OpenPractice") -> bool:
    with opened.path_store.looking() as state:
        return state.is_stopped()


def _tell(gauge: Gauge, ask: Callable[[], Any]) -> None:
    try:
        gauge.set(float(ask()))
    except Exception as error:  # whatever keeps it from being told; the page shows the others
        log_failure(error)
        gauge.set(float("nan"))
