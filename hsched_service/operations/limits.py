"""How often a program, or an address, may ask: a bucket for each that fills little by little. Only used on the event loop, so no lock.

`limits` counts sign-ins (access/rates.py); its storage in memory starts a thread every 10 ms that it is used, too dear for a prediction.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from hsched_adapters.service_section import ServiceSection
from hsched_core.domain.networks import network_of
from hsched_core.policy.permissions import Subject
from hsched_service.access.answers import answer

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

MOST_NAMES = 10_000  # buckets in memory; the one not used for longest goes, which is full again or nearly so
TOO_MANY = "too_many"
DELIVERIES, LINKS = ("/webhooks/", "/texts/"), ("/o/", "/v/")
CALLS = {  # what makes the service ask the provider or the EHR, or read their keys
    "/cds-services": Subject.CDS_HOOKS, "/smart/": Subject.LAUNCH,
    "/sign-in/provider": Subject.SIGN_IN, "/sign-in/return": Subject.SIGN_IN, "/sign-in/back-channel-logout": Subject.SIGN_IN,
}  # fmt: skip


class Bucket:
    """So many a minute for each name."""

    def __init__(self, per_minute: int, now: Callable[[], float] = monotonic) -> None:
        self._most, self._now = float(per_minute), now
        self._standing: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was so

    def take(self, name: str, many: int = 1) -> int:
        """Take so many; 0, or the whole seconds until as many may be taken. What is refused takes nothing."""
        now, wanted = self._now(), min(float(many), self._most)
        left, since = self._standing.get(name, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        is_refused = left < wanted
        self._standing[name] = (left if is_refused else left - wanted, now)
        self._standing.move_to_end(name)
        if len(self._standing) > MOST_NAMES:
            self._standing.popitem(last=False)
        return math.ceil((wanted - left) * 60 / self._most) if is_refused else 0


class Limits:
    """The buckets of one service."""

    def __init__(self, section: ServiceSection | None = None, now: Callable[[], float] = monotonic) -> None:
        told = section or ServiceSection()
        self.predictions, self.readings = Bucket(told.predictions_per_minute, now), Bucket(told.readings_per_minute, now)
        self.strangers = Bucket(told.strangers_per_minute, now)
        self.calls = Bucket(told.calls_per_minute, now)
        self.deliveries, self.links = Bucket(told.deliveries_per_minute, now), Bucket(told.links_per_minute, now)


class Limited:
    """Before the routes that anybody can reach with what somebody sent them: so many requests from one address."""

    def __init__(self, app: ASGIApp, limits: Limits, opened: "OpenPractice") -> None:
        self._app, self._limits, self._opened = app, limits, opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._bucket(scope["path"]) if scope["type"] == "http" else None
        seconds = found[0].take(address_in(scope)) if found else 0
        if not found or not seconds:
            await self._app(scope, receive, send)
            return
        await run_in_threadpool(self._opened.service.note_refused_call, "", str(found[1]), TOO_MANY)
        told = await answer(Request(scope, receive), TOO_MANY, 429, headers={"Retry-After": str(seconds)})
        await told(scope, receive, send)

    def _bucket(self, path: str) -> tuple[Bucket, Subject] | None:
        if path.startswith(DELIVERIES):
            return self._limits.deliveries, Subject.WEBHOOK
        if path.startswith(LINKS):
            return self._limits.links, Subject.CLIENT_PAGE
        return next(((self._limits.calls, subject) for start, subject in CALLS.items() if path.startswith(start)), None)


def address_in(scope: Scope) -> str:
    """Whom to count: the peer, as the server sees it; behind a proxy on this machine, whom the proxy says. Of IPv6, the household."""
    client = scope.get("client")
    return network_of(str(client[0])) if client else ""
