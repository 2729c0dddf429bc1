"""Which request, or which webhook, goes wrong next: faults asked for by name, and random ones at given rates.

A fault is used up by the requests it meets; the same seed and the same order of requests give the same random faults.
"""

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

STATUSES = (401, 403, 404, 409, 412, 422, 429, 502, 503, 504)
REQUEST_FAULTS = frozenset(
    {
        *(f"status_{status}" for status in STATUSES),
        "429_retry_after",
        "500_before_commit",
        "500_after_commit",
        "502",
        "503",
        "504",
        "hang_before_commit",
        "hang_after_commit",
        "late_commit",
        "slow_body",
        "truncated_json",
        "wrong_content_type",
        "html_error",
        "schema_drift",
        "reset_before_commit",
        "reset_after_commit",
        "other_slot",
    }
)
WEBHOOK_FAULTS = frozenset({"webhook_duplicate", "webhook_reorder", "webhook_delay", "webhook_loss", "outage"})
WEBHOOKS = "webhooks"
# Real seconds, but for an outage, which lasts by the EHR's own clock.
SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "429_retry_after": 30.0,
        "hang_before_commit": 60.0,
        "hang_after_commit": 60.0,
        "late_commit": 2.0,
        "slow_body": 3.0,
        "webhook_delay": 2.0,
        "webhook_reorder": 1.0,
        "outage": 86_400.0,
    }
)


class UnknownFaultError(ValueError):
    """A fault of no known name, or on nothing."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, for so many requests. `on` is `*`, `POST *` or `POST /appointments/{id}/notes`."""

    name: str
    on: str = "*"
    times: int = 1
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in REQUEST_FAULTS | WEBHOOK_FAULTS:
            raise UnknownFaultError(f"unknown fault; known are {', '.join(sorted(REQUEST_FAULTS | WEBHOOK_FAULTS))}")
        if self.times < 1 or self.seconds < 0:
            raise UnknownFaultError("a fault comes at least once and lasts no negative time")
        if not self.seconds:
            object.__setattr__(self, "seconds", SECONDS.get(self.name, 0.0))

    def meets(self, method: str, path: str) -> bool:
        """Whether it is meant for that request."""
        if self.name in WEBHOOK_FAULTS:
            return method == WEBHOOKS
        if method == WEBHOOKS:
            return False
        verb, _, pattern = self.on.rpartition(" ")
        return verb in ("", method) and (pattern == "*" or _matches(pattern, path))


def _matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    return len(wanted) == len(given) and all(want == word or want.startswith("{") for want, word in zip(wanted, given, strict=True))


@dataclass(frozen=True)
class FaultRates:
    """Random faults: the share of requests (or webhooks) that meets each. `on` narrows the requests."""

    shares: Mapping[str, float]
    seed: int = 0
    on: str = "*"
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.shares:
            Fault(name, self.on)
        for kind in (REQUEST_FAULTS, WEBHOOK_FAULTS):
            if sum(share for name, share in self.shares.items() if name in kind) > 1:
                raise UnknownFaultError("the shares of faults sum to more than one")


NO_RATES = FaultRates({})


class Faults:
    """What is asked for, first come first served, and after that chance."""

    def __init__(self, rates: FaultRates = NO_RATES) -> None:
        self._lock = threading.Lock()
        self._queue: list[Fault] = []
        self.met: dict[str, int] = {}
        self.randomise(rates)

    def add(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            self._queue.extend(faults)

    def randomise(self, rates: FaultRates) -> None:
        """From now on faults come at those rates."""
        with self._lock:
            self._rates = rates
            self._chance = random.Random(rates.seed)

    def clear(self) -> None:
        """No more faults of either sort."""
        with self._lock:
            self._queue.clear()
            self._rates = NO_RATES

    def waiting(self) -> list[Fault]:
        with self._lock:
            return list(self._queue)

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, used up."""
        with self._lock:
            fault = self._asked_for(method, path) or self._by_chance(method, path)
            if fault:
                self.met[fault.name] = self.met.get(fault.name, 0) + 1
            return fault

    def _asked_for(self, method: str, path: str) -> Fault | None:
        for place, fault in enumerate(self._queue):
            if fault.meets(method, path):
                self._queue[place : place + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                return fault
        return None

    def _by_chance(self, method: str, path: str) -> Fault | None:
        draw = self._chance.random()
        for name, share in self._rates.shares.items():
            fault = Fault(name, self._rates.on, seconds=self._rates.seconds.get(name, 0.0))
            if not fault.meets(method, path):
                continue
            if draw < share:
                return fault
            draw -= share
        return None
