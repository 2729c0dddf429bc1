"""What others said about themselves, kept for a while. While they do not answer, one thread waits for them and nobody else does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Generic, TypeVar

from hsched_core.domain.access import TOO_LONG_AGO
from hsched_core.domain.errors import NotReadError

KEEP_SECONDS = 3600.0  # then it is read again
# Keys that were withdrawn, because somebody stole them, must not vouch for people for ever where whoever cuts the line keeps the news away;
# a provider that is down overnight, or for a day of work on it, must not lock a practice out.
LONGEST_SECONDS = 86_400.0
RELOAD_SECONDS = 30.0  # between two readings, whether the first one failed or is not thought to be enough
AT_ONCE = 8  # codes taken to them at the same time: of 40 threads that answer requests
T = TypeVar("T")


class SignInRefusedError(NotReadError):
    """Nobody was signed in; `code` says why."""

    def __init__(self, code: str) -> None:
        problem, remedy = "The provider did not sign anybody in.", "Try again; if it goes on, see the service's log."
        if code == TOO_LONG_AGO:
            problem, remedy = "The provider's keys are older than a day and could not be read again.", "See that it is reached."
        super().__init__(problem, remedy, code, is_no_answer=False)


class NotNowError(SignInRefusedError):
    """It was not even tried: somebody else is reading, or reading failed a moment ago."""


class Remembered(Generic[T]):
    """What `read` found. A later reading that fails leaves what was known in use, but not for longer than a day."""

    def __init__(self, read: Callable[[], T], now: Callable[[], float] = monotonic) -> None:
        self._read, self._now = read, now
        self._lock = Lock()  # never held while something is read
        self._is_reading = False
        self._kept: tuple[float, T] | None = None
        self._failed: tuple[float, str] | None = None

    def value(self, *, is_new_wanted: bool = False) -> T:
        """What is known, read anew where it is old, or not enough (`is_new_wanted`); SignInRefusedError where nothing is known."""
        with self._lock:
            if not self._is_due(is_new_wanted):
                return self._known()
            self._is_reading = True
        try:
            found = self._read()
        except SignInRefusedError as refusal:
            with self._lock:
                if not isinstance(refusal, NotNowError):  # whoever refused without trying says nothing of the next moment
                    self._failed = (self._now(), refusal.code)
                if self._kept is None:
                    raise
                return self._known()
        else:
            with self._lock:
                self._kept, self._failed = (self._now(), found), None
            return found
        finally:
            self._is_reading = False

    def _is_due(self, is_new_wanted: bool) -> bool:
        if self._is_reading or (self._failed and self._now() - self._failed[0] < RELOAD_SECONDS):
            return False
        age = self._now() - self._kept[0] if self._kept else KEEP_SECONDS
        return age >= (RELOAD_SECONDS if is_new_wanted else KEEP_SECONDS)

    def _known(self) -> T:
        if self._kept is None:
            raise NotNowError(self._failed[1] if self._failed else "provider_busy")
        if self._now() - self._kept[0] >= LONGEST_SECONDS:
            # Nobody may have wanted them all weekend: who comes while they are read again comes too early, no more.
            raise NotNowError(TOO_LONG_AGO if self._failed else "provider_busy")
        return self._kept[1]


class Turns:
    """So many wait for somebody at once; whoever comes besides is refused."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(AT_ONCE)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, at once or not at all."""
        if not self._free.acquire(blocking=False):
            raise NotNowError("provider_busy")
        try:
            yield
        finally:
            self._free.release()
