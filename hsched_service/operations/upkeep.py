"""What no request should wait for, done on a thread of its own while the service runs: signed checkpoints, and SQLite's log moved along.

Each took a commit many times as long, about one in a hundred of them: the slowest answers were the ones that paid for it.
"""

import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from hsched_service.failures import log_failure

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.store.audit.trail import AuditTrail

EVERY_SECONDS = 0.5  # a checkpoint that is due is made within this
STOP_SECONDS = 20.0
SWITCH_SECONDS = 0.0005  # for which a thread keeps the interpreter while another waits; Python's 5 ms are most of an answer's tail
Job = Callable[[], None]


class Upkeep:
    """The thread. Checkpoints of the trail come to it; when it stops, what came is done, and writers make their own again."""

    def __init__(self, trail: "AuditTrail", every_seconds: float = EVERY_SECONDS) -> None:
        self._trail, self._every_seconds = trail, every_seconds
        self._due: Job | None = None  # the newest proves what earlier ones would have
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._trail.anchors_elsewhere(self._hand_over)
        self._thread.start()

    def stop(self) -> None:
        """Ends when what was handed over is done."""
        self._trail.anchors_elsewhere(None)
        self._end.set()
        self._thread.join(STOP_SECONDS)

    def _hand_over(self, job: Job) -> None:
        self._due = job

    def _run(self) -> None:
        while not self._end.wait(self._every_seconds):
            self._round()
        self._round()

    def _round(self) -> None:
        due, self._due = self._due, None
        for job in filter(None, (due, self._trail.tidy)):
            try:
                job()
            except Exception as error:  # a store that does not answer now is asked again
                log_failure(error)


def upkeep_of(opened: "OpenPractice") -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The thread as long as the service runs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        upkeep, before = Upkeep(opened.audit), sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        upkeep.start()
        try:
            yield
        finally:
            upkeep.stop()
            sys.setswitchinterval(before)

    return lifespan
