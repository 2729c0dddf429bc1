"""Webhooks out, signed as Standard Webhooks 1.0 asks, from a thread of their own; with retries, and with the quirks of real senders."""

import heapq
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook

from hsched_core.ports import Clock
from hsched_sandbox.ehr.book import Event
from hsched_sandbox.ehr.faults import WEBHOOKS, Faults

RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0)  # real seconds; then it is given up, silently, as Medplum does
TIMEOUT = 5.0
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine only: no proxy
Post = Callable[[str, bytes, dict[str, str]], int]


@dataclass(order=True)
class _Delivery:
    due: float  # monotonic
    seq: int
    identifier: str = field(compare=False)
    body: bytes = field(compare=False)
    tries: int = field(default=0, compare=False)
    held_for_next: bool = field(default=False, compare=False)


@dataclass
class Tally:
    """What became of the webhooks."""

    sent: int = 0  # answered 2xx
    failed: int = 0  # attempts that were not
    given_up: int = 0
    lost: int = 0  # never tried, as a fault or in an outage


class WebhookSender:
    """Sends each event of the book to one address. Signed with the machine's time: a receiver's tolerance is real seconds."""

    def __init__(self, url: str, secret: str, faults: Faults, stamps: Clock, zone: ZoneInfo, post: Post | None = None) -> None:
        self.url = url
        self._signer, self._faults, self._stamps, self._zone = Webhook(secret), faults, stamps, zone
        self._post = post or post_once
        self._arrived: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._waiting: list[_Delivery] = []
        self._outage_until: datetime | None = None
        self._seq = 0
        self.tally = Tally()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def __call__(self, event: Event) -> None:
        """Take note of an event: what the book tells."""
        self._arrived.put(event)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the delivery it is at; what waits is lost, as in a crash."""
        self._arrived.put(None)
        self._thread.join(TIMEOUT + 1)

    def _run(self) -> None:
        while True:
            pause = max(0.0, self._waiting[0].due - time.monotonic()) if self._waiting else None
            try:
                event = self._arrived.get(timeout=pause)
            except queue.Empty:
                self._deliver(heapq.heappop(self._waiting))
                continue
            if event is None:
                return
            self._schedule(event)

    def _schedule(self, event: Event) -> None:
        fault = self._faults.next(WEBHOOKS, event.type)
        name = fault.name if fault else ""
        seconds = fault.seconds if fault else 0.0
        if name == "outage":
            self._outage_until = event.at + timedelta(seconds=seconds)
        if name == "webhook_loss" or (self._outage_until and event.at < self._outage_until):
            self.tally.lost += 1
            return
        later = seconds if name in ("webhook_delay", "webhook_reorder") else 0.0
        first = self._delivery(f"msg_{uuid.uuid4().hex}", self._body(event), later)
        first.held_for_next = name == "webhook_reorder"
        heapq.heappush(self._waiting, first)
        if name == "webhook_duplicate":
            heapq.heappush(self._waiting, self._delivery(first.identifier, first.body, 0.0))

    def _delivery(self, identifier: str, body: bytes, later: float) -> _Delivery:
        self._seq += 1
        return _Delivery(time.monotonic() + later, self._seq, identifier, body)

    def _body(self, event: Event) -> bytes:
        data = {"id": event.id, "version": event.version, "updated_at": self._shown(event.updated_at)}
        return json.dumps({"type": event.type, "timestamp": self._shown(event.at), "data": data}, separators=(",", ":")).encode()

    def _shown(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).isoformat()

    def _deliver(self, delivery: _Delivery) -> None:
        stamp = self._stamps.now()
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.identifier,
            "webhook-timestamp": str(int(stamp.timestamp())),
            "webhook-signature": self._signer.sign(delivery.identifier, stamp, delivery.body.decode()),
        }
        status = self._post(self.url, delivery.body, headers)
        if 200 <= status < 300:
            self.tally.sent += 1
            self._release_held()
            return
        self.tally.failed += 1
        if delivery.tries == len(RETRIES):
            self.tally.given_up += 1
            return
        delivery.due = time.monotonic() + RETRIES[delivery.tries]
        delivery.tries += 1
        heapq.heappush(self._waiting, delivery)

    def _release_held(self) -> None:
        """What was to come after the next one comes now."""
        for delivery in self._waiting:
            if delivery.held_for_next:
                delivery.due, delivery.held_for_next = 0.0, False
        heapq.heapify(self._waiting)


def post_once(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of one POST; 0 where there was no answer."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with DIRECTLY.open(request, timeout=TIMEOUT) as response:
            return int(response.status)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code
    except (OSError, ValueError):
        return 0
