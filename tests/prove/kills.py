"""What proofs about crashes share: processes that start with everything imported, one life of a worker, points at which it dies, bounds.

Failpoints are put around the program's own parts by the worlds, in the process under test; the program knows nothing of them.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

START = 60.0  # seconds a worker may take to begin, on a busy machine


class Failpoints:
    """Counts passages of one point, and ends the process as a power cut would at the one that is told."""

    def __init__(self, point: str, passage: int) -> None:
        self._point, self._passage, self._passed = point, passage, 0

    def __call__(self, name: str) -> None:
        if name and name == self._point:
            self._passed += 1
            if self._passed == self._passage:
                os.kill(os.getpid(), signal.SIGKILL)


def processes_with(*modules: str) -> Any:
    """Processes that begin with those modules imported: a kill a second."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def die(processes: Any, work: Callable[..., None], plan: Any, after: float) -> bool:
    """One life of a worker, so many seconds from its first round on; whether it was its failpoint that ended it."""
    begins = processes.Event()
    worker = processes.Process(target=work, args=(plan, begins), daemon=True)
    worker.start()
    begins.wait(START)
    worker.join(after)
    died_by_itself = not worker.is_alive()
    worker.kill()
    worker.join()
    return died_by_itself and worker.exitcode == -signal.SIGKILL


def zeros_of(wrong: Mapping[str, tuple[int, int]]) -> str:
    """Each kind of harm, of how many it could have befallen, and, where there was none, what 95 % certainty leaves (3/N)."""
    bounds = {name: f" (at most {3 / of:.2%})" if of > 3 and not times else "" for name, (times, of) in wrong.items()}
    return ", ".join(f"{name} {times} of {of}{bounds[name]}" for name, (times, of) in wrong.items())
