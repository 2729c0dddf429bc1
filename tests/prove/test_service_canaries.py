"""The proof behind docs/how-to/watch-the-service.md: SAFETY.md H4 over the service of a practice in the middle of its week.

    make prove PROOFS=tests/prove/test_service_canaries.py

Every route as every role that may come in, the API, the links, the doors, all of it again with a store that fails; then `hsched service`
as a process of its own, talked to over sockets, also in what is no HTTP.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from hsched_adapters.scanner import Scanner
from tests.canaries import Canaries
from tests.canary_service import ROLES, SINKS, CanaryService, everything, printing
from tests.client_world import ADDRESS
from tests.desk_practice import desk_practice
from tests.postgres import free_port
from tests.sandbox_ehr import NOW

START_SECONDS = 60.0


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CanaryService, str]]:
    folder = tmp_path_factory.mktemp("canaries")
    with desk_practice(folder / "elm", clinicians=3, clients=40, weeks=1, service_url=ADDRESS) as world:
        with printing(folder / "printed") as printed:
            made = CanaryService(world)
            everything(made, askers=len(ROLES))
        yield made, printed()


def test_no_machine_is_told_a_canary(asked: tuple[CanaryService, str]) -> None:
    """0 in every sink; pages showed them, and each sink's control is found."""
    service, printed = asked
    sinks = {**service.collected, "printed": printed.encode()}
    found = {sink: service.hits(content, sink) for sink, content in sinks.items()}
    shown = service.hits(b"\n".join(service.pages), "pages")
    controls = {sink: _control(service, content) for sink, content in sinks.items()}
    _show(service, sinks, {sink: sum(kinds.values()) for sink, kinds in found.items()}, sum(shown.values()), controls)

    assert {sink: kinds for sink, kinds in found.items() if kinds} == {}
    assert shown["name"] > 100
    assert set(controls.values()) == {True}
    assert service.asked.failures > 100
    assert set(SINKS) <= set(sinks)


def test_the_process_says_nothing_of_what_it_was_sent(asked: tuple[CanaryService, str], tmp_path: Path) -> None:
    """`hsched service` with its own server: good requests, broken ones, ones that are no HTTP, and a connection that ends in the middle."""
    service, _ = asked
    service.failing = False
    canaries, port = Canaries(), free_port()
    home = service.world.opened.paths.home
    environment = {**os.environ, "HSCHED_HOME": str(home), "HSCHED_TODAY": NOW.isoformat()}
    output = tmp_path / "output"
    command = [sys.executable, "-c", "from hsched_cli.main import run; run()", "service", "--port", str(port)]
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            _wait(port, process)
            answers = [_send(port, content) for content in _talk(canaries)]
        finally:
            process.terminate()
            process.wait(60)
    said = output.read_bytes()
    scanner = Scanner(canaries.needles())
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers]

    assert said.count(b'"event":"request"') >= 8
    assert scanner.scan_bytes(said, "output") == ()
    assert scanner.scan_bytes(b"\n".join(answers), "answers") == ()
    assert any(bodies)
    assert scanner.scan_bytes(said + canaries.planted["name"].popitem()[0].encode(), "control")


def _talk(canaries: Canaries) -> Iterator[bytes]:
    """What is sent, each over a connection of its own."""

    def new(kind: str) -> str:
        return canaries.new(kind, "talk").encode("ascii", "replace").decode()

    for path in ("/sign-in", "/predict/no-show-risk", "/webhooks/ehr", "/texts/inbound", "/o/none", "/nowhere"):
        body = f'{{"name": "{new("name")}", "phone": "{new("phone")}"}}'
        head = f"POST {path}?ssn={new('SSN')} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nx-name: {new('e-mail')}\r\n"
        yield f"{head}authorization: Bearer {new('account')}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()
    yield f"GET /c/{new('medical record')} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode()
    yield f"GET /health/ready?of={new('name')} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode()
    yield b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    yield f"{new('name')} {new('SSN')}\r\n\r\n".encode()
    yield f"POST /sign-in HTTP/1.1\r\ncontent-length: {new('phone')}\r\n\r\n".encode()
    yield f"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 500\r\n\r\n{new('name')}".encode()
    yield f"GET /{new('URL') * 3000} HTTP/1.1\r\n\r\n".encode()


def _send(port: int, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.settimeout(5)
        parts = []
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                parts.append(part)
        except OSError:  # it hung up, or says nothing to this
            pass
        return b"".join(parts)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the service did not start")


def _control(service: CanaryService, content: bytes) -> bool:
    """Whether one put into the sink is found there."""
    planted = next(iter(service.canaries.planted["SSN"])).encode()
    return service.hits(content + b'{"event": "' + planted + b'"}', "control")["SSN"] == 1


def _show(service: CanaryService, sinks: dict[str, bytes], hits: dict[str, int], shown: int, controls: dict[str, bool]) -> None:
    grid = Table("sink", "KiB searched", "canaries found", "control found")
    for sink, content in sinks.items():
        grid.add_row(sink, f"{len(content) / 1024:,.0f}", str(hits[sink]), str(controls[sink]))
    asked, out = service.asked, Console(width=120)
    out.print(grid)
    told = re.sub(r"[{}']", "", str(dict(sorted(asked.statuses.items()))))
    out.print(f"{asked.requests:,} requests ({told}), {asked.failures:,} statements made to fail, {service.canaries.count:,} canaries")
    out.print(f"shown to who may see them: {shown:,}")
