"""Ingest under SIGKILL, at random moments and at every named point: nothing acknowledged is lost, nothing is settled twice.

Real server processes, senders that try until they are told 2xx; on SQLite and on PostgreSQL; beside each zero a twin.
"""

import itertools
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hsched_core.domain.inbox import Delivery, MessageState
from tests.audit_trails import Desk
from tests.inbox_world import EHR, body, signed, token
from tests.postgres import free_port
from tests.prove.inbox_process import POINTS, RULES, Effects, Live, Plan, run
from tests.prove.kills import processes_with

KILLS = int(os.environ.get("HSCHED_PROVE_KILLS", "200"))
HITS = int(os.environ.get("HSCHED_PROVE_HITS", "25"))
SENDERS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def processes() -> Any:
    """Processes that start with everything imported: a kill a second."""
    return processes_with("tests.prove.inbox_process", "alembic.command", "uvicorn.protocols.http.auto", "uvicorn.loops.auto")


@dataclass
class Senders:
    """Each sends messages of its own, one after another, each until it is told 2xx."""

    port: int
    acked: list[str] = field(default_factory=list)
    attempts: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        yield
        self._is_over.set()
        for thread in threads:
            thread.join(30)

    def _send(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10) as client:
            while not self._is_over.is_set():
                message = f"msg_{next(self._numbers)}"
                while not self._is_over.is_set() and not self._is_told(client, message):
                    time.sleep(0.005)
                time.sleep(0.02)  # a clinic's whole day in a minute; faster, and draining is what takes the time

    def _is_told(self, client: httpx.Client, message: str) -> bool:
        self.attempts += 1
        try:
            answer = client.post("/webhooks/ehr", content=body(message), headers=signed(message, body(message)))
        except httpx.HTTPError:
            return False
        assert answer.status_code in (200, 202, 503)
        if answer.is_success:
            self.acked.append(message)
        return answer.is_success


def killed(processes: Any, plan: Plan, port: int, after: float | None) -> bool:
    """Start it and kill it after so many seconds, or let it die at its point; whether it died as planned."""
    process = processes.Process(target=run, args=(plan, port), daemon=True)
    process.start()
    if after is not None:
        _until_it_listens(port)
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        return False
    return bool(process.exitcode == -signal.SIGKILL)


def _until_it_listens(port: int) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise AssertionError("the service did not start")


def verdict(plan: Plan, senders: Senders) -> Counter[str]:
    """After everything that can be drained was: what is missing, double, or not told by the trail."""
    practice = Live(Desk(plan.url, plan.folder), rules=RULES)
    effects = Effects(plan.folder)
    while (counts := practice.inbox.counts()) and set(counts) - {MessageState.DONE, MessageState.DEAD}:
        practice.inbox.drain(effects, 1000)
        time.sleep(0.05)
    with practice.trail.reading() as connection:
        rows = connection.exec_driver_sql("select message, body_digest, state from inbox").all()
    stored = Counter(row.body_digest for row in rows)
    received = Counter(one for entry in practice.entries("received") for one in entry.body["message_ids"])
    settled = Counter(entry.subject for entry in practice.entries("handled"))
    digests = [practice.store.seal(Delivery(EHR, one, body(one))).body_digest for one in senders.acked]
    done = {f"message:{row.message}" for row in rows if row.state == MessageState.DONE}
    made = {path.name for path in effects.folder.iterdir()}
    found = Counter(
        acked=len(senders.acked),
        attempts=senders.attempts,
        stored=len(rows),
        calls=effects.calls.stat().st_size,
        lost=sum(one not in stored for one in digests),
        undone=sum(token(one) not in made for one in senders.acked) + len(rows) - len(done),
        stored_twice=sum(count - 1 for count in stored.values()),
        settled_twice=sum(count - 1 for count in settled.values()),
        untold=len({row.message for row in rows} ^ set(received))
        + sum(count - 1 for count in received.values())
        + len(done ^ set(settled)),
        broken=int(not practice.verifies()),
    )
    practice.trail.close()
    return found


ZEROS = ("lost", "undone", "stored_twice", "settled_twice", "untold", "broken")


def name_of(url: str) -> str:
    return url.partition(":")[0].partition("+")[0]


def stated(title: str, found: Counter[str]) -> None:
    zeros = ", ".join(f"{name} {found[name]}" for name in ZEROS)
    numbers = f"{found['acked']} acknowledged in {found['attempts']} attempts, {found['stored']} stored, handled {found['calls']} times"
    print(f"\n{title}: {numbers}; {zeros}; at 95 % fewer than {3 / max(1, found['acked']):.2%} of events (3/N)", flush=True)


def test_random_kills_lose_nothing(processes: Any, url: str, tmp_path: Path) -> None:
    """Two hundred, 0.15 to 0.7 seconds after the service listens."""
    chance, plan, port = random.Random(8), Plan(url, tmp_path), free_port()
    senders, kills = Senders(port), 0
    with senders.at_work():
        for _ in range(KILLS):
            kills += killed(processes, plan, port, chance.uniform(0.15, 0.7))
    found = verdict(plan, senders)

    stated(f"{name_of(url)}, {kills} random kills", found)
    assert kills == KILLS
    assert [found[name] for name in ZEROS] == [0] * len(ZEROS)
    assert found["acked"] > KILLS


def test_every_named_point_loses_nothing(processes: Any, url: str, tmp_path: Path) -> None:
    """Each twenty-five times, at its first to its tenth passage."""
    chance, plan, port = random.Random(9), Plan(url, tmp_path), free_port()
    senders, hits = Senders(port), Counter[str]()
    with senders.at_work():
        for point in POINTS * HITS:
            longest = 3 if point == "in_checkpoint" else 10
            hits[point] += killed(processes, replace(plan, point=point, passage=chance.randint(1, longest)), port, None)
    found = verdict(plan, senders)

    stated(
        f"{name_of(url)}, {sum(hits.values())} kills at {len(hits)} named points, each at least {min(hits.values())} times",
        found,
    )
    assert min(hits.values()) == HITS
    assert [found[name] for name in ZEROS] == [0] * len(ZEROS)


@pytest.mark.parametrize(
    ("twin", "point", "what"), [("answers_first", "inserted", "lost"), ("knows_nothing", "after_commit", "stored_twice")]
)
def test_twins_lose_or_double(processes: Any, tmp_path: Path, twin: str, point: str, what: str) -> None:
    """One that answers before it stores, one that knows no repeated delivery: twenty kills each."""
    chance, port = random.Random(10), free_port()
    plan, senders = Plan(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path, twin, point), Senders(port)
    with senders.at_work():
        for _ in range(20):
            killed(processes, replace(plan, passage=chance.randint(1, 10)), port, None)
    found = verdict(plan, senders)

    print(f"\ntwin {twin}, 20 kills: {found[what]} {what} of {found['acked']} acknowledged", flush=True)
    assert found[what] > 0
