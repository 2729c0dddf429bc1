"""What comes while something else is being stored is stored together: one transaction and one flush of the disk for all of it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

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
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
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
        self._thread.submit(work)

    def close(self) -> None:
        """Ends when everything handed in is done."""
        self._thread.shutdown()

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
        stored = asyncio.get_running_loop().run_in_executor(self._thread, self._keep, [item for item, _ in batch])
        stored.add_done_callback(partial(self._answer, batch))

    def _answer(self, batch: "Batch[Item, Kept]", stored: "asyncio.Future[Sequence[Kept]]") -> None:
        self._is_storing = False
        failure = stored.exception()
        kept = [] if failure else stored.result()
        self._expected = min(self._largest, len(batch) + len(self._waiting))
        for place, (_, answer) in enumerate(batch):
            if answer.done():  # nobody waits any more: the sender went away
                continue
            if failure:
                answer.set_exception(failure)
            else:
                answer.set_result(kept[place])
        self._store_or_linger()
