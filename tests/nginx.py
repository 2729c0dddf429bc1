"""A real nginx for tests, with the configuration that `deploy/nginx.conf` gives to practices. Where there is none the tests say so."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browsers import WANTED
from tests.certificates import self_signed

NONE_HERE = "no nginx on this machine: the service was not tried behind a proxy (apt-get install nginx-light)"
CONFIGURATION = Path(__file__).parent.parent / "deploy" / "nginx.conf"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
HEADER_SECONDS = 1


@dataclass(frozen=True)
class Proxy:
    """Where it listens, whom to believe, and what it wrote down."""

    address: str
    port: int
    plain_port: int
    authority: Path
    folder: Path

    @property
    def written(self) -> str:
        """All its logs."""
        return "".join(file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("*.log")))


@contextmanager
def nginx(folder: Path, upstream: int, port: int) -> Iterator[Proxy]:
    """nginx on that port, before the service on `upstream`."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        none_here()
        return
    plain_port = free_port()
    authority = self_signed(folder)
    file = folder / "nginx.conf"
    file.write_text(rendered(folder, upstream, port, plain_port, authority), encoding="utf-8")
    # -e: what it says before it has read where to write
    command = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "start.log"), "-g", f"daemon off; pid {folder}/pid;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    proxy = Proxy(f"https://127.0.0.1:{port}", port, plain_port, authority, folder)
    try:
        _wait(proxy, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


def none_here() -> None:
    """Skip the test, or fail it where everything has to be there."""
    if any(os.environ.get(name) for name in WANTED):
        pytest.fail(NONE_HERE)
    pytest.skip(NONE_HERE)


def rendered(folder: Path, upstream: int, port: int, plain_port: int, authority: Path) -> str:
    """The example with this machine's places, and nothing else of it changed but how long a header may take."""
    told = CONFIGURATION.read_text(encoding="utf-8")
    temporary = "\n".join(f"    {name}_temp_path {folder}/{name};" for name in TEMPORARY)
    for here, there in {
        "http {": f"http {{\n{temporary}",
        "/var/log/nginx/hsched.log": f"{folder}/error.log",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "server 127.0.0.1:8700;": f"server 127.0.0.1:{upstream};",
        "ssl_certificate /etc/ssl/desk.example.pem;": f"ssl_certificate {authority};",
        "/etc/ssl/private/desk.example.key": str(authority),
        "client_header_timeout 10s;": f"client_header_timeout {HEADER_SECONDS}s;",
    }.items():
        assert told.count(here) == 1, here
        told = told.replace(here, there)
    return told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(proxy: Proxy, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", proxy.port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nginx did not start: {proxy.written}")
