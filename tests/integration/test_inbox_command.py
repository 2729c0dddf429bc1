"""`hsched service` and `hsched inbox` on a practice's own folder: real processes, real settings."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from hsched_adapters.assembly import open_practice
from hsched_adapters.clock import FixedClock
from hsched_adapters.settings import Practice, Source, load_settings, save_practice
from hsched_cli.main import run
from hsched_cli.service import service
from hsched_core.domain.errors import UserError
from hsched_core.domain.inbox import Drained, InboxRules, MessageState
from tests.inbox_world import NOW, SECRET, body, signed
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A practice with a secret shared with its EHR."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    paths = load_settings().paths
    source = Source("daily_exports", "sandbox-practice", "exports")
    save_practice(paths, Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1)))
    paths.keys.mkdir(mode=0o700)
    (paths.keys / "webhook-secret").write_text(SECRET)
    return tmp_path


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    command = [sys.executable, "-c", "from hsched_cli.main import run; run()", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def replies(port: int, message: str) -> int:
    try:
        url = f"http://127.0.0.1:{port}/webhooks/ehr"
        return httpx.post(url, content=body(message), headers=signed(message, body(message)), timeout=30).status_code
    except httpx.HTTPError:
        return 0


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints."""
    with pytest.raises(SystemExit) as end:
        run(list(words))
    assert end.value.code == 0
    return capsys.readouterr().out


def test_the_service_stores_what_is_under_way_before_it_ends(home: Path) -> None:
    """Started as people start it; asked to end under load. What was acknowledged is there."""
    port, acked = free_port(), []
    with running("service", "--port", str(port)) as process:
        while replies(port, "msg_first") == 0:
            assert process.poll() is None
            time.sleep(0.1)

        def send(sender: int) -> None:
            number = 0
            while (status := replies(port, f"msg_{sender}_{number}")) != 0:
                acked.extend([f"msg_{sender}_{number}"] if status == 202 else [])
                number += 1

        senders = [threading.Thread(target=send, args=(sender,)) for sender in range(3)]
        for sender in senders:
            sender.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        shown, _ = process.communicate(timeout=30)
        assert process.returncode in (0, -signal.SIGTERM)
        for sender in senders:
            sender.join(30)
    practice = open_practice()

    assert f"http://127.0.0.1:{port}" in shown
    assert practice.inbox.counts()[MessageState.RECEIVED] >= len(acked) + 1 > 1
    assert practice.inbox.drain(lambda _: None, 10_000).handled >= len(acked) + 1


def test_a_port_that_is_taken_is_named(home: Path) -> None:
    """Before anything starts."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UserError, match="cannot be listened on"):
            service("127.0.0.1", other.getsockname()[1])


def test_dead_letters_are_listed_and_replayed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, reasons, ages; never the body."""
    inbox = open_practice().inbox
    for message, content in (("msg_1", b'{"type": "invoice.paid", "note": "Jane Doe"}'), ("msg_2", b"{Jane Doe"), ("msg_3", body("A1"))):
        assert inbox.receive("ehr", signed(message, content), content).is_acknowledged
    assert inbox.drain(lambda _: None) == Drained(handled=1, buried=2)
    listed = json.loads(told(capsys, "inbox", "dead", "--json"))
    shown = told(capsys, "inbox", "dead")

    assert [one["reason"] for one in listed] == ["unknown_event_type", "malformed_body"]
    assert all(one["id"] in shown and one["attempts"] == 0 and one["age_hours"] < 1 for one in listed)
    assert "Jane" not in shown + json.dumps(listed)
    assert json.loads(told(capsys, "inbox", "status", "--json"))["messages"] == {
        "received": 0,
        "waiting": 0,
        "taken": 0,
        "done": 1,
        "dead": 2,
    }
    assert "1 replayed" in told(capsys, "inbox", "replay", listed[0]["id"])
    assert "1 replayed" in told(capsys, "inbox", "replay", "--all")
    assert "There are no dead letters." in told(capsys, "inbox", "dead")
    assert "received" in told(capsys, "inbox")


@pytest.mark.parametrize("words", [[], ["0f" * 16, "--all"], ["0f" * 16]])
def test_a_replay_names_what_it_replays(home: Path, words: list[str]) -> None:
    """One that is there, or all of them."""
    with pytest.raises(SystemExit) as end:
        run(["inbox", "replay", *words])
    assert end.value.code == 2


def test_a_faster_clock_does_not_hurry_workers(home: Path) -> None:
    """In the live sandbox an hour may pass in a minute: a lease still lasts five real minutes."""

    class Fast(FixedClock):
        pace = 60.0

    rules = open_practice(clock=Fast(NOW)).inbox.rules

    assert (rules.lease, rules.gives_up_after) == (timedelta(hours=5), InboxRules().gives_up_after)


def test_without_a_secret_every_webhook_is_refused(home: Path) -> None:
    """A practice that has no connection knows no source."""
    os.remove(home / "keys" / "webhook-secret")

    assert not open_practice().inbox.knows("ehr")
