"""A practice that exists while one command looks at it: made of a file, in a temporary folder, removed with its keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings


@contextmanager
def practice_of(file: Path, map_name: str) -> "Iterator[Settings]":
    """Settings of a practice made of the file, with its feature tables built."""
    from hsched_adapters.settings import Paths
    from hsched_cli.practice import settings

    with TemporaryDirectory(prefix="hsched-") as folder:
        chosen = replace(settings(), paths=Paths(Path(folder)), key_file=None)
        _build(chosen, file, map_name)
        yield chosen


def _build(chosen: "Settings", file: Path, map_name: str) -> None:
    from hsched_cli.console import err
    from hsched_cli.imports import read
    from hsched_pipelines.home import open_instance
    from hsched_pipelines.running import raise_if_failed, run_extract, run_features

    summary = read(file, map_name, chosen)
    if summary.rejected:
        err().print(f"{summary.rejected:,} of {summary.lines:,} rows break the contract and are left out.")
    practice = chosen.practice
    with err().status("Building features ...") as status, open_instance(chosen.paths) as instance:
        raise_if_failed(run_extract(instance, chosen, practice.first_day, practice.last_day or practice.first_day, status.update))
        raise_if_failed(run_features(instance, chosen, status.update))
