"""Programs that `hsched ui` starts and stops: a free port, a log file, an end that takes their children along."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Program:
    """A web program as it is to be started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str
    log: Path


@dataclass
class Running:
    """A started program."""

    program: Program
    process: subprocess.Popen[bytes]

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def answers(self) -> bool:
        """Whether its first page is there, whatever the page says."""
        return answers_at(self.program.address)


def answers_at(address: str) -> bool:
    """Whether somebody answers there, whatever they say."""
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def free_port(wanted: int, taken: frozenset[int] = frozenset(), tries: int = 50) -> int:
    """The wanted port of this machine, or the next one nobody listens on."""
    return next(port for port in range(wanted, wanted + tries) if port not in taken and _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def start(program: Program) -> Running:
    """Start it in a session of its own, so that its children end with it."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        process = subprocess.Popen(
            program.command,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(program, process)


def stop(running: Running) -> None:
    """Ask it to end, and end it if it does not."""
    _signal_group(running, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        running.process.wait(STOP_SECONDS)
    _signal_group(running, signal.SIGKILL)  # children that outlived their parent
    running.process.wait()


def _signal_group(running: Running, what: signal.Signals) -> None:
    try:
        os.killpg(running.process.pid, what)
    except (ProcessLookupError, PermissionError):
        return


def wait_until_answering(running: Running, seconds: float, pause: float = 0.5) -> bool:
    """Whether it answers within that time; False at once when it has ended."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and not running.has_ended:
        if running.answers():
            return True
        time.sleep(pause)
    return False
