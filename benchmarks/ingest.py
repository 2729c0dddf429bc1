"""Durable webhook ingest against the same application without storage, on SQLite and on PostgreSQL, both flushing to disk.

    python -m benchmarks.ingest [--rounds 5]

Each application runs in a process of its own, as `hsched service` starts it; another one sends, over raw sockets, what it signed
before the clock started. Applications take turns.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import MOST_FOREIGN_CPU, machine, markdown, undisturbed
from benchmarks.http_load import Application, Load, load, percentile, pooled, post, wait_until_listening
from tests import postgres

CONNECTIONS = {1: 500, 16: 4000, 64: 8000}  # and how many deliveries go over them
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
        receiver.GroupCommit = Direct  # type: ignore[assignment,attr-defined]  # the service without storage, to compare with
    uvicorn.run(service(inbox), port=port, access_log=False, log_level="critical", server_header=False)


def requests(port: int, count: int) -> list[bytes]:
    """Deliveries nobody has sent yet, signed."""
    from standardwebhooks import Webhook

    from tests.inbox_world import SECRET, body

    signer, at, made = Webhook(SECRET), datetime.now(UTC), []
    for _ in range(count):
        identifier = os.urandom(16).hex()
        content = body(identifier)
        signature = signer.sign(f"msg_{identifier}", at, content.decode())
        headers = [("webhook-id", f"msg_{identifier}"), ("webhook-timestamp", str(int(at.timestamp()))), ("webhook-signature", signature)]
        made.append(post(port, "/webhooks/ehr", content, headers))
    return made


@contextmanager
def applications(folder: Path) -> Iterator[dict[str, Application]]:
    """The three of them, running."""
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        postgres.FAST = DURABLE  # type: ignore[assignment]  # fewer settings than the tests'
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
            wait_until_listening(port, process)
            running[name] = Application(port, process.pid or 0, status=202)
        yield running


def deliver(application: Application, connections: int, count: int) -> Load:
    """Deliveries signed just now: the receiver refuses old ones and knows those it had."""
    return load(application, requests(application.port, count), connections, count)


def measured(running: dict[str, Application], rounds: int, most_foreign: float) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table, and how many rounds were refused because others were at work."""
    rows, refused = [], 0
    for connections, count in CONNECTIONS.items():
        runs = {name: partial(deliver, application, connections, count) for name, application in running.items()}
        kept, again = undisturbed(runs, rounds, most_foreign, MOST_REFUSED)
        refused += again
        rows += [_row(name, connections, loads, kept["none"]) for name, loads in kept.items()]
    return rows, refused


def _row(name: str, connections: int, loads: Sequence[Load], base: Sequence[Load]) -> dict[str, Any]:
    ratios = [one.rate / other.rate for one, other in zip(loads, base, strict=True)]
    times = pooled(loads)
    p99 = percentile(times, 99)
    cpu, base_cpu = (statistics.median(one.cpu for one in some) for some in (loads, base))
    return {
        "store": name,
        "connections": connections,
        "deliveries/s": round(statistics.median(one.rate for one in loads)),
        "of the rate without": f"{statistics.median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%})",
        "p50 ms": percentile(times, 50),
        "p99 ms": p99,
        "p99, times": p99 / percentile(pooled(base), 99),
        "processor us": 1e6 * cpu,
        "of it without": f"{base_cpu / cpu:.0%}",
        "others": f"{max(one.foreign for one in loads):.0%}",
    }


def main() -> None:
    """Print the machine and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--busy", type=float, default=MOST_FOREIGN_CPU, help="share of the processors that others may take")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hsched-ingest-") as folder, applications(Path(folder)) as running:
        rows, refused = measured(running, chosen.rounds, chosen.busy)
    print(json.dumps({**machine(("fastapi", "uvicorn", "sqlalchemy", "psycopg2-binary", "standardwebhooks")), "refused_rounds": refused}))
    print(markdown(rows))


if __name__ == "__main__":
    main()
