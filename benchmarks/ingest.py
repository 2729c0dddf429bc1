"""Durable webhook ingest against the same application without storage, on SQLite and on PostgreSQL, both flushing to disk.

    python -m benchmarks.ingest [--rounds 5]

Each application runs in a process of its own, as `hsched service` starts it; another one sends, over raw sockets, what it signed
before the clock started. Applications take turns.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import machine, markdown
from tests import postgres

CONNECTIONS = {1: 500, 16: 4000, 64: 8000}  # and how many deliveries go over them
MOST_FOREIGN = 0.10
MOST_REFUSED = 20
DURABLE = ("max_connections=60",)  # PostgreSQL's own defaults: fsync, synchronous_commit and full_page_writes are on


class Direct:
    """What the application without storage has instead of a group commit: an answer."""

    def __init__(self, *_: Any) -> None:
        from hsched_core.domain.inbox import Reception

        self._answer = Reception.KEPT

    async def keep(self, _delivery: Any) -> Any:
        return self._answer

    def soon(self, work: Any) -> None:
        work()

    def close(self) -> None:
        return


def serve(store: str, folder: Path, port: int) -> None:
    """One application until it is ended."""
    import uvicorn

    from hsched_adapters.clock import SystemClock
    from hsched_adapters.keys import Keyring
    from hsched_adapters.store.audit.anchors import FileAnchors
    from hsched_adapters.store.audit.keys import AuditKeys
    from hsched_adapters.store.audit.trail import AuditTrail
    from hsched_adapters.store.engine import open_engine
    from hsched_adapters.store.inbox import SqlInboxStore
    from hsched_adapters.webhooks import NoticeTranslator, StandardWebhooks
    from hsched_core.workflow.inbox import Inbox
    from hsched_service import receiver
    from tests.inbox_world import EHR, SECRET, PlainVault, service

    keyring = Keyring(folder / "keys", "elm")
    engine = open_engine(store or f"sqlite:///{folder / 'unused.sqlite'}")
    trail = AuditTrail(engine, "elm", AuditKeys(keyring), FileAnchors(folder / "checkpoints.jsonl"), SystemClock())
    verifier = StandardWebhooks({EHR: lambda: (SECRET,)})
    inbox = Inbox(SqlInboxStore(trail, keyring), verifier, NoticeTranslator(PlainVault()), SystemClock())
    if not store:
        receiver.GroupCommit = Direct  # type: ignore[assignment,misc]  # the service without storage, to compare with
    uvicorn.run(service(inbox), port=port, access_log=False, log_level="critical", server_header=False)


class Sender(asyncio.Protocol):
    """One connection: sends the next delivery when the last one was answered."""

    def __init__(self, requests: Iterator[bytes], done: "asyncio.Future[None]", times: list[float]) -> None:
        self._requests, self._done, self._times = requests, done, times

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"not accepted: {data[:40]!r}")
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


def requests(port: int, count: int) -> list[bytes]:
    """Deliveries nobody has sent yet, signed."""
    from standardwebhooks import Webhook

    from tests.inbox_world import SECRET, body

    signer, at, made = Webhook(SECRET), datetime.now(UTC), []
    for _ in range(count):
        identifier = os.urandom(16).hex()
        content = body(identifier)
        headers = f"webhook-id: msg_{identifier}\r\nwebhook-timestamp: {int(at.timestamp())}\r\nwebhook-signature: "
        headers += signer.sign(f"msg_{identifier}", at, content.decode())
        head = f"POST /webhooks/ehr HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n{headers}\r\n"
        made.append(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
    return made


def send(port: int, connections: int, count: int, answers: Any) -> None:
    """In a process of its own: seconds for all, and of each."""
    import uvloop

    signed, times = iter(requests(port, count)), []

    async def all_of_them() -> float:
        loop = asyncio.get_running_loop()
        ends = [loop.create_future() for _ in range(connections)]
        start = time.perf_counter()
        for end in ends:
            await loop.create_connection(lambda end=end: Sender(signed, end, times), "127.0.0.1", port)
        await asyncio.gather(*ends)
        return time.perf_counter() - start

    answers.put((uvloop.run(all_of_them()), times))


@dataclass(frozen=True)
class Load:
    """What came of some deliveries: how many a second, seconds of each, the application's processor seconds, the share others took."""

    rate: float
    times: Sequence[float]
    cpu: float
    foreign: float


def load(application: "Application", connections: int, count: int) -> Load:
    """Send so many over so many connections."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    sender = context.Process(target=send, args=(application.port, connections, count, answers))
    busy, own, start, cpu = busy_seconds(), own_seconds(), time.perf_counter(), application.cpu()
    sender.start()
    seconds, times = answers.get(timeout=300)
    ours, everything = own_seconds() - own, busy_seconds() - busy
    foreign = max(0.0, everything - ours) / ((time.perf_counter() - start) * (os.cpu_count() or 1))
    cpu = application.cpu() - cpu
    sender.join()
    return Load(count / seconds, times, cpu / count, foreign)


@dataclass(frozen=True)
class Application:
    """A running one."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Processor seconds so far, those of its threads included; not PostgreSQL's."""
        return _seconds_of(Path(f"/proc/{self.pid}/stat"))[1]


def busy_seconds() -> float:
    """Seconds of all processors that were not idle."""
    ticks = [float(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Processor seconds of this process and everything it started, living or waited for."""
    rows = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            rows[int(path.parent.name)] = _seconds_of(path)
    family, found = {os.getpid()}, 0
    while len(family) != found:
        found = len(family)
        family |= {pid for pid, (parent, _) in rows.items() if parent in family}
    return sum(rows[pid][1] for pid in family if pid in rows)


def _seconds_of(path: Path) -> tuple[int, float]:
    """A process's parent, and its processor seconds with those of the children it waited for."""
    fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def applications(folder: Path) -> Iterator[dict[str, Application]]:
    """The three of them, running."""
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        postgres.FAST = DURABLE
        server = stack.enter_context(postgres.running_server(folder))
        stores = {"none": "", "sqlite": f"sqlite:///{folder / 'store.sqlite'}", "postgresql": server.url(server.create_database())}
        running = {}
        for name, store in stores.items():
            home, port = folder / name, postgres.free_port()
            home.mkdir()
            process = context.Process(target=serve, args=(store, home, port), daemon=True)
            process.start()
            stack.callback(process.join)
            stack.callback(process.terminate)
            _wait(port)
            running[name] = Application(port, process.pid or 0)
        yield running


def _wait(port: int) -> None:
    import socket

    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("an application did not start")


def measured(running: dict[str, Application], rounds: int, most_foreign: float) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table, and how many rounds were refused because others were at work."""
    rows, refused = [], 0
    for connections, count in CONNECTIONS.items():
        kept: dict[str, list[Load]] = {name: [] for name in running}
        while len(kept["none"]) < rounds:
            found = {name: load(application, connections, count) for name, application in running.items()}
            most = max(one.foreign for one in found.values())
            if most > most_foreign:
                refused += 1
                print(f"refused, others took {most:.0%}", file=sys.stderr, flush=True)
                if refused > MOST_REFUSED:
                    raise SystemExit("Others took too much of the processors: no figures.")
                continue
            for name, one in found.items():
                kept[name].append(one)
        rows += [_row(name, connections, loads, kept["none"]) for name, loads in kept.items()]
    return rows, refused


def _row(name: str, connections: int, loads: Sequence[Load], base: Sequence[Load]) -> dict[str, Any]:
    ratios = [one.rate / other.rate for one, other in zip(loads, base, strict=True)]
    p50, p99 = percentiles(loads)
    cpu, base_cpu = (statistics.median(one.cpu for one in some) for some in (loads, base))
    return {
        "store": name,
        "connections": connections,
        "deliveries/s": round(statistics.median(one.rate for one in loads)),
        "of the rate without": f"{statistics.median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%})",
        "p50 ms": p50,
        "p99 ms": p99,
        "p99, times": p99 / percentiles(base)[1],
        "processor us": 1e6 * cpu,
        "of it without": f"{base_cpu / cpu:.0%}",
        "others": f"{max(one.foreign for one in loads):.0%}",
    }


def percentiles(loads: Sequence[Load]) -> tuple[float, float]:
    """Median and 99th percentile of all deliveries, milliseconds."""
    times = sorted(seconds for one in loads for seconds in one.times)
    return 1000 * times[len(times) // 2], 1000 * times[len(times) * 99 // 100]


def main() -> None:
    """Print the machine and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--busy", type=float, default=MOST_FOREIGN, help="share of the processors that others may take")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hsched-ingest-") as folder, applications(Path(folder)) as running:
        rows, refused = measured(running, chosen.rounds, chosen.busy)
    print(json.dumps({**machine(("fastapi", "uvicorn", "sqlalchemy", "psycopg2-binary", "standardwebhooks")), "refused_rounds": refused}))
    print(markdown(rows))


if __name__ == "__main__":
    main()
