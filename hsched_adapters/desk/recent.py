"""A value that is dear to read, kept for a while: an old one is shown while a new one is read, and nobody waits for long."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from hsched_core.domain.errors import HschedError

T = TypeVar("T")
LOG = logging.getLogger(__name__)
FAILED_PAUSE_SECONDS = 5.0  # before a reading that failed is tried again
PATIENCE_SECONDS = 3.0  # that who asks waits for a reading; then they are told that it is under way
BEHIND_SECONDS = 0.05  # that who asks waits for a newer value after a change: a page comes at once, and says that it is behind
BEING_READ = "being_read"


@dataclass(frozen=True)
class Known(Generic[T]):
    """What is known: the newest value (None: none yet), its age in real seconds, and why there is no newer one: a code, or `being_read`.

    `is_behind`: something has changed since it was read, and a newer one comes soon.
    """

    value: T | None
    age_seconds: float = 0.0
    trouble: str = ""
    is_behind: bool = False


class Recent(Generic[T]):
    """One such value. `fresh_seconds`: within them it is not read again; `stale_seconds`: older than that it is waited for."""

    def __init__(self, read: Callable[[], T], fresh_seconds: float, stale_seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._read, self._fresh, self._stale, self._now = read, fresh_seconds, stale_seconds, now
        self._lock = threading.Lock()
        self._value: T | None = None
        self._at = self._failed_at = self._began_at = float("-inf")
        self._trouble = ""
        self._is_behind = False
        self._reading: threading.Event | None = None  # set when the one that is under way is over

    def get(self, patience_seconds: float = PATIENCE_SECONDS) -> Known[T]:
        """The value as fresh as can be had in that time, counted from when the reading began: only who asks first waits the whole of it."""
        with self._lock:
            age = self._now() - self._at
            must_wait = self._value is None or age >= self._stale
            under_way = self._begun() if age >= self._fresh or self._is_behind else None
            patience = patience_seconds if must_wait else min(patience_seconds, BEHIND_SECONDS) if self._is_behind else 0.0
            left = max(0.0, patience - (self._now() - self._began_at))
        is_over = under_way is None or under_way.wait(left)
        with self._lock:
            age = max(0.0, self._now() - self._at) if self._value is not None else 0.0
            trouble = BEING_READ if must_wait and not is_over else self._trouble
            return Known(self._value, age, trouble, self._is_behind)

    def forget(self) -> None:
        """It has changed: the next one who asks begins a new reading, and whatever was under way does not count."""
        with self._lock:
            self._is_behind, self._failed_at, self._reading = True, float("-inf"), None

    def _begun(self) -> threading.Event | None:
        """The reading that is under way, begun where there is none; None while a failed one is not to be tried again. Under the lock."""
        if self._reading is None and self._now() - self._failed_at >= FAILED_PAUSE_SECONDS:
            self._reading, self._began_at = threading.Event(), self._now()
            threading.Thread(target=self._do, args=(self._reading, self._began_at), daemon=True).start()
        return self._reading

    def _do(self, mine: threading.Event, began: float) -> None:
        value, trouble = None, ""
        try:
            value = self._read()
        except HschedError as failure:
            trouble = getattr(failure, "code", "") or type(failure).__name__
        except Exception as failure:  # whatever it is: its text may name somebody, so the log gets the kind and the page a code
            trouble = "failed"
            LOG.error("A reading for staff pages failed: %s.", type(failure).__name__)
        finally:
            with self._lock:
                if self._reading is mine:  # not forgotten meanwhile
                    self._reading = None
                    self._keep(value, began, trouble)
            mine.set()

    def _keep(self, value: T | None, began: float, trouble: str) -> None:
        self._trouble = trouble
        if trouble:
            self._failed_at = self._now()
        else:
            self._value, self._at, self._is_behind = value, began, False
