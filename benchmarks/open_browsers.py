"""Browsers with a staff page open: each holds a stream of live updates, and asks for its page again when it hears of a change."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def listening(port: int, cookie: str, count: int) -> Iterator[None]:
    """So many of them, in a process of its own; a stream that ends is opened again. SystemExit if one was not answered."""
    if not count:
        yield
        return
    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    process = context.Process(target=_listen, args=(port, cookie, count, ready), daemon=True)
    process.start()
    try:
        ready.get(timeout=60)
        yield
        if not process.is_alive():
            raise SystemExit("A stream of live updates, or a page, was not answered.")
    finally:
        process.terminate()
        process.join()


class Browser:
    """One of them; `opened` counts the streams that were answered."""

    def __init__(self, port: int, cookie: str, opened: asyncio.Semaphore) -> None:
        self._port, self._opened = port, opened
        self._told = f"host: 127.0.0.1:{port}\r\ncookie: {cookie}\r\nconnection: close"
        self._last = b""

    async def stays(self) -> None:
        while True:
            await self._listens()

    async def _listens(self) -> None:
        reader, writer = await self._asked("/desk/live", "accept: text/event-stream")
        self._opened.release()
        async for line in reader:
            if line.startswith(b"data:") and line != self._last:
                if self._last:
                    await self._looks()
                self._last = line
        writer.close()

    async def _looks(self) -> None:
        reader, writer = await self._asked("/desk/queue", "x-live: 1")
        await reader.read()
        writer.close()

    async def _asked(self, path: str, header: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET {path} HTTP/1.1\r\n{self._told}\r\n{header}\r\n\r\n".encode())
        if not (await reader.readline()).startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path} was not answered")
        return reader, writer


def _listen(port: int, cookie: str, count: int, ready: Any) -> None:
    async def all_of_them() -> None:
        opened = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(Browser(port, cookie, opened).stays()) for _ in range(count)]
        for _ in range(count):
            await opened.acquire()
        ready.put(True)
        await asyncio.gather(*tasks)

    asyncio.run(all_of_them())
