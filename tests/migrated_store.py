"""A SQLite store's tables made once a process and copied: the migrations take forty milliseconds, the copy one."""

import os
import tempfile
from functools import cache
from pathlib import Path

from hsched_adapters.store.engine import open_engine

PREFIX = "sqlite:///"


def lay_down(url: str) -> None:
    """A store with all its tables where that address has no file yet; PostgreSQL's databases are copied by their fixture."""
    file = Path(url.removeprefix(PREFIX))
    if not url.startswith(PREFIX) or file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        copy.write(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        open_engine(f"{PREFIX}{file}").dispose()
        return file.read_bytes()
