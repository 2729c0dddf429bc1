"""Programs of `hsched ui` are started, waited for, and stopped with their children."""

import os
import socket
import sys
import time
from pathlib import Path

from hsched_cli.processes import LOOPBACK, Program, free_port, start, stop, wait_until_answering

SERVER = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
PARENT = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def program(tmp_path: Path, *command: str, port: int = 1) -> Program:
    return Program("test", [sys.executable, "-c", *command], dict(os.environ), f"http://{LOOPBACK}:{port}", tmp_path / "logs" / "test.log")


def test_a_taken_port_is_passed_over() -> None:
    """The next one nobody listens on is used."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port(port) > port


def test_a_port_promised_to_another_is_passed_over() -> None:
    """Two programs started together do not get one port."""
    first = free_port(38100)

    assert free_port(first, taken=frozenset({first})) > first


def test_a_program_answers_and_ends(tmp_path: Path) -> None:
    """Started, answering, stopped; nobody listens any more."""
    port = free_port(38200)
    running = start(program(tmp_path, SERVER, str(port), port=port))
    try:
        assert wait_until_answering(running, 20, pause=0.05)
    finally:
        stop(running)

    assert running.has_ended
    assert not running.answers()


def test_a_program_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    """Its end is noticed long before the time is up."""
    running = start(program(tmp_path, "print('no'); raise SystemExit(3)"))
    began = time.monotonic()

    assert not wait_until_answering(running, 60, pause=0.05)
    assert time.monotonic() - began < 30
    assert running.program.log.read_text() == "no\n"


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    """No process is left behind."""
    running = start(program(tmp_path, PARENT))
    child = int(_first_line(running.program.log))
    stop(running)

    assert not _is_alive(child)


def _first_line(log: Path) -> str:
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        if log.exists() and (text := log.read_text()).endswith("\n"):
            return text
        time.sleep(0.02)
    raise AssertionError("the parent did not say its child's number")


def _is_alive(process: int) -> bool:
    """Whether it runs; a dead one that nobody has collected yet does not."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            state = Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True
