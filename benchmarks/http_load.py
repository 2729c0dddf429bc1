"""Requests over raw sockets from a process of its own, made before its clock starts: how many a second, how long each, at what cost."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any

from benchmarks.harness import Watch, process_seconds

START_SECONDS = 180.0  # imports alone take a while on a busy machine
SEND_SECONDS = 300.0


@dataclass(frozen=True)
class Application:
    """A running one: where it listens, the process that answers, and the status it answers with when all is well."""

    port: int
    pid: int
    status: int = 200


@dataclass(frozen=True)
class Load:
    """What came of some requests: how many a second, seconds of each, the application's processor seconds for one, the share others took.

    The application's seconds are with its threads, without those of a PostgreSQL.
    """

    rate: float
    times: Sequence[float]
    cpu: float
    foreign: float


class Sender(asyncio.Protocol):
    """One connection: sends the next request when the last one's answer was read whole."""

    def __init__(self, requests: Iterator[bytes], status: int, done: "asyncio.Future[None]", times: list[float]) -> None:
        self._requests, self._done, self._times, self._read = requests, done, times, b""
        self._expected = f"HTTP/1.1 {status}".encode()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(self._expected):
            raise SystemExit(f"not answered as it should be: {self._read[:300]!r}")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) < length:
            return
        self._read = b""
        self._times.append(time.perf_counter() - self._sent_at)
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def load(application: Application, requests: Sequence[bytes], connections: int, count: int) -> Load:
    """Send so many over so many connections, from the first request again after the last."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    sender = context.Process(target=_send, args=(application, requests, connections, count, answers))
    watch, cpu = Watch(family=True), process_seconds(application.pid)
    sender.start()
    seconds, times = answers.get(timeout=SEND_SECONDS)
    foreign, cpu = watch.foreign(), process_seconds(application.pid) - cpu
    sender.join()
    return Load(count / seconds, times, cpu / count, foreign)


def _send(application: Application, requests: Sequence[bytes], connections: int, count: int, answers: Any) -> None:
    """In a process of its own: seconds for all, and of each."""
    import uvloop

    waiting = islice(cycle(requests), count)
    times: list[float] = []

    async def all_of_them() -> float:
        loop = asyncio.get_running_loop()
        ends = [loop.create_future() for _ in range(connections)]
        start = time.perf_counter()
        for end in ends:
            sender = partial(Sender, waiting, application.status, end, times)
            await loop.create_connection(sender, "127.0.0.1", application.port)
        await asyncio.gather(*ends)
        return time.perf_counter() - start

    answers.put((uvloop.run(all_of_them()), times))


def post(port: int, path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A request with a JSON body as it goes over the wire."""
    told = [("host", f"127.0.0.1:{port}"), ("content-type", "application/json"), *headers, ("content-length", str(len(body)))]
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told)
    return f"{head}\r\n".encode() + body


def percentile(times: Sequence[float], which: int) -> float:
    """The time that so many of a hundred stay below, milliseconds."""
    return 1000 * sorted(times)[len(times) * which // 100]


def pooled(loads: Sequence[Load]) -> list[float]:
    """Seconds of all requests of all rounds."""
    return [seconds for one in loads for seconds in one.times]


def wait_until_listening(port: int, process: Any) -> None:
    """Until the process (Popen or multiprocessing's) accepts connections; SystemExit if it ends first or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and _lives(process):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("an application did not start")


def _lives(process: Any) -> bool:
    return process.is_alive() if isinstance(process, multiprocessing.process.BaseProcess) else process.poll() is None
