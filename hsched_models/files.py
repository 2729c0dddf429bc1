"""Reading and writing the learning flow's own files: whole or not at all, so that a reader never sees half of one."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hsched_core.domain.errors import NotReadyError


def write_frame(path: Path, frame: pd.DataFrame) -> Path:
    """Write Parquet to a temporary name and move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    frame.to_parquet(temporary, index=False)
    os.replace(temporary, path)
    return path


def write_json(path: Path, document: Mapping[str, Any]) -> Path:
    """Write JSON to a temporary name and move it into place."""
    return write_text(path, json.dumps(document, indent=1, default=str))


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text to a temporary name and move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return path


def read_json(path: Path) -> dict[str, Any]:
    """What an earlier step wrote; NotReadyError if it has not run."""
    if not path.exists():
        raise NotReadyError(f"{path.name} is not there yet.", "Run the training from its first step.")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
