"""What the EHR remembers over a restart: every record as it was last written, one JSON line each, in the order of writing.

A line that a crash cut off is dropped: what it said was never answered.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from hsched_sandbox.ehr.records import KINDS, Record

_ADAPTERS: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in KINDS.values()}


class Journal:
    """A file that grows. Not synced to the disk at each line: a sandbox may lose its last second in a power cut."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._mend()
        self._out = file.open("a", encoding="utf-8")

    def lines(self) -> Iterator[tuple[str, Any]]:
        """What was written so far: the word of each line, and its content; records come back as records."""
        with self._file.open(encoding="utf-8") as lines:
            for line in lines:
                word, content = json.loads(line)
                kind = KINDS.get(word)
                yield word, _ADAPTERS[kind].validate_python(content) if kind else content

    def write(self, word: str, content: Any) -> None:
        """One line; at the disk's mercy from here on."""
        plain = record_as_plain(content) if type(content) in _ADAPTERS else content
        self._out.write(json.dumps([word, plain], separators=(",", ":")) + "\n")
        self._out.flush()

    def close(self) -> None:
        self._out.close()

    def _mend(self) -> None:
        if not self._file.exists():
            self._file.touch()
            return
        content = self._file.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            with self._file.open("r+b") as file:
                file.truncate(whole)


def record_as_plain(record: Record) -> Any:
    """The record in JSON's own kinds."""
    return _ADAPTERS[type(record)].dump_python(record, mode="json")
