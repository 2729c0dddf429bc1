"""A value that is dear to read, kept for a while: an old one is shown while a new one is read, and only the first reader waits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from hsched_core.domain.errors import HschedError

T = TypeVar("T")
FAILED_PAUSE_SECONDS = 5.0  # before a reading that failed is tried again


@dataclass(frozen=True)
class Known(Generic[T]):
    """What is known: the newest value (None: never read), its age in real seconds, and the code of why no newer one could be read."""

    value: T | None
    age_seconds: float = 0.0
    trouble: str = ""


class Recent(Generic[T]):
    """One such value. `fresh_seconds`: within them it is not read again; `stale_seconds`: older than that it is waited for."""

    def __init__(self, read: Callable[[], T], fresh_seconds: float, stale_seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._read, self._fresh, self._stale, self._now = read, fresh_seconds, stale_seconds, now
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._value: T | None = None
        self._at = self._tried_at = float("-inf")
        self._trouble = ""

    def get(self) -> Known[T]:
        """The value as fresh as can be had without waiting for more than one reading."""
        age = self._now() - self._at
        if age >= self._stale or self._value is None:
            self._read_again(wait=True)
        elif age >= self._fresh and not self._turn.locked():
            threading.Thread(target=self._read_again, kwargs={"wait": False}, daemon=True).start()
        with self._lock:
            return Known(self._value, max(0.0, self._now() - self._at) if self._value is not None else 0.0, self._trouble)

    def forget(self) -> None:
        """It has changed: the next one who asks gets a new reading, or waits for one that began after this."""
        with self._lock:
            self._at = self._tried_at = float("-inf")

    def _read_again(self, *, wait: bool) -> None:
        if not self._turn.acquire(blocking=wait):
            return
        try:
            if self._now() - self._at < self._fresh or self._now() - self._tried_at < FAILED_PAUSE_SECONDS:
                return  # somebody else did, or could not, while this one waited
            began = self._tried_at = self._now()
            try:
                value = self._read()
            except HschedError as failure:
                self._keep(self._value, self._at, getattr(failure, "code", "") or type(failure).__name__)
            else:
                self._keep(value, began, "")
        finally:
            self._turn.release()

    def _keep(self, value: T | None, at: float, trouble: str) -> None:
        with self._lock:
            self._value, self._at, self._trouble = value, at, trouble
