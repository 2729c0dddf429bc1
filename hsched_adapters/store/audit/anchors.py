"""Where checkpoints are kept: a place outside the database that only grows. A file is one; others implement `Anchors`.

A file beside the database guards against who can write the database and not the file. Copies elsewhere guard against both.
"""

import fcntl
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

NEWEST_BYTES = 4096  # longer than any checkpoint's line


class Anchors(Protocol):
    """A place of checkpoints, one line each, that only grows."""

    def lines(self) -> Sequence[bytes]:
        """Every whole line."""
        ...

    def extend(self, make: Callable[[bytes | None], bytes | None]) -> None:
        """Hand the newest line to `make` and keep what it returns; nobody else extends meanwhile. The line lasts on return."""
        ...


class FileAnchors:
    """A file of lines. What a crash left of an unfinished line is no line, and gives way to the next one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> Sequence[bytes]:
        content = self._path.read_bytes() if self._path.is_file() else b""
        return content.split(b"\n")[:-1]

    def extend(self, make: Callable[[bytes | None], bytes | None]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            newest, whole = _newest(handle)
            line = make(newest)
            if line is not None:
                os.ftruncate(handle, whole)
                _append(handle, whole, line)
        finally:
            os.close(handle)
        _sync_folder(self._path.parent)


def _newest(handle: int) -> tuple[bytes | None, int]:
    """The last whole line, and where it ends."""
    size = os.fstat(handle).st_size
    begin = max(0, size - NEWEST_BYTES)
    tail = os.pread(handle, size - begin, begin)
    if begin and tail.count(b"\n") < 2:
        begin, tail = 0, os.pread(handle, size, 0)
    end = tail.rfind(b"\n")
    return (tail[tail.rfind(b"\n", 0, end) + 1 : end], begin + end + 1) if end >= 0 else (None, 0)


def _append(handle: int, end: int, line: bytes) -> None:
    """The line whole, or not at all."""
    try:
        if os.write(handle, line) != len(line):
            raise OSError("a short write")
        os.fsync(handle)
    except BaseException:
        os.ftruncate(handle, end)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
