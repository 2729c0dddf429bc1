"""What comes while something else is being stored is stored together: one transaction and one flush of the disk for all of it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Generic, TypeVar

from hsched_service.failures import log_failure

LARGEST = 256
LINGER = 0.005  # seconds
Item = TypeVar("Item")
Kept = TypeVar("Kept")
Batch = Sequence[tuple[Item, "asyncio.Future[Kept]"]]


class GroupCommit(Generic[Item, Kept]):
    """Stores off the event loop, on one thread. Whoever waits gets their answer after the commit, or the exception that prevented it.

    Where several came during the last commit, the next one waits for as many as there were, but not longer than `LINGER`: otherwise
    the first of them would be stored alone, and the others behind it.
    """

    def __init__(self, keep: Callable[[Sequence[Item]], Sequence[Kept]], largest: int = LARGEST, name: str = "inbox") -> None:
        self._keep, self._largest = keep, largest
        self._name = name
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()  # an executor's futures take twice as long as this
        self._thread: threading.Thread | None = None
        self._waiting: list[tuple[Item, asyncio.Future[Kept]]] = []
        self._expected = 1
        self._is_storing = False
        self._timer: asyncio.TimerHandle | None = None

    async def keep(self, item: Item) -> Kept:
        """Store it; returns once that is durable."""
        answer: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self._store_or_linger()
        return await answer

    def soon(self, work: Callable[[], None]) -> None:
        """Something else for the thread, that nobody waits for."""
        self._hand_in(work)

    def close(self) -> None:
        """Ends when everything handed in is done."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _hand_in(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # nobody waits for it
                log_failure(error)

    def _store_or_linger(self) -> None:
        if self._is_storing or not self._waiting:
            return
        if len(self._waiting) >= self._expected:
            self._store()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER, self._store)

    def _store(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
        self._is_storing = True
        self._hand_in(partial(self._stored, asyncio.get_running_loop(), batch))

    def _stored(self, loop: asyncio.AbstractEventLoop, batch: "Batch[Item, Kept]") -> None:
        """On the thread."""
        kept: Sequence[Kept] = ()
        failure: Exception | None = None
        try:
            kept = self._keep([item for item, _ in batch])
        except Exception as error:  # whoever waits is told
            failure = error
        loop.call_soon_threadsafe(self._answer, batch, kept, failure)

    def _answer(self, batch: "Batch[Item, Kept]", kept: Sequence[Kept], failure: Exception | None) -> None:
        self._is_storing = False
        self._expected = min(self._largest, len(batch) + len(self._waiting))
        for place, (_, answer) in enumerate(batch):
            if answer.done():  # nobody waits any more: the sender went away
                continue
            if failure:
                answer.set_exception(failure)
            else:
                answer.set_result(kept[place])
        self._store_or_linger()
