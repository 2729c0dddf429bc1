"""What no request should wait for, done on a thread of its own while the service runs: signed checkpoints, and SQLite's log moved along.

Each took a commit many times as long, about one in a hundred of them: the slowest answers were the ones that paid for it.
"""

import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from fastapi import FastAPI

from hsched_service.failures import log_failure

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.store.audit.trail import AuditTrail

EVERY_SECONDS = 1.0
STOP_SECONDS = 20.0
Job = Callable[[], None]


class Upkeep:
    """The thread. Checkpoints of the trail come to it; when it stops, what came is done, and writers make their own again."""

    def __init__(self, trail: "AuditTrail") -> None:
        self._trail = trail
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()
        self._trail.anchors_elsewhere(self._jobs.put)

    def stop(self) -> None:
        """Ends when what was handed over is done."""
        self._trail.anchors_elsewhere(None)
        self._jobs.put(None)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        due = monotonic() + EVERY_SECONDS
        while True:
            try:
                job = self._jobs.get(timeout=max(0.0, due - monotonic()))
            except queue.Empty:
                job, due = self._trail.tidy, monotonic() + EVERY_SECONDS
            if job is None:
                return
            try:
                job()
            except Exception as error:  # a store that does not answer now is asked again
                log_failure(error)


def upkeep_of(opened: "OpenPractice") -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The thread as long as the service runs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        upkeep = Upkeep(opened.audit)
        upkeep.start()
        try:
            yield
        finally:
            upkeep.stop()

    return lifespan
