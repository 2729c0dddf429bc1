"""Temporary folders in memory where there is room: on a disk the suite waits minutes for SQLite's flushes, and no test cuts the power."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

MEMORY = Path("/dev/shm")  # Linux's; a container may have made it tiny
ROOM_BYTES = 4 * 1024**3  # several times what the suite leaves behind
ROOT = "PYTEST_DEBUG_TEMPROOT"  # where pytest puts its folders; what is set by hand stays
MEASURED = "prove"  # proofs measure with a disk


def has_room(folder: Path = MEMORY) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free >= ROOM_BYTES


def choose_root(asked: Sequence[str]) -> None:
    """For every run but those of proofs."""
    if has_room() and not any(MEASURED in Path(one.partition("::")[0]).parts for one in asked):
        os.environ.setdefault(ROOT, str(MEMORY))


def chosen() -> Path | None:
    """The memory, where this run uses it."""
    return MEMORY if os.environ.get(ROOT) == str(MEMORY) else None
