"""Writes what the practice's EHR would export: a folder a day, a CSV file for each table that changed that day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from hsched_sandbox.appointment_sheet import appointment_sheet
from hsched_sandbox.columns import Ints
from hsched_sandbox.communication_sheet import communication_sheet
from hsched_sandbox.coverage_sheets import authorization_sheet, waitlist_sheet
from hsched_sandbox.dirt import Planted
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.identities import identities
from hsched_sandbox.record_sheets import client_sheet, clinician_sheet, registered
from hsched_sandbox.sheets import Sheet, Text, lines
from hsched_sandbox.world import World

Progress = Callable[[float, str], None]
ROWS_AT_A_TIME = 500_000
EXPORT_STREAM = 1  # keeps the export's random numbers apart from the simulation's


@dataclass(frozen=True)
class ExportSummary:
    """What was written, and how much dirt is in it. A moved visit is a `Rescheduled` line and a new appointment."""

    days: int
    files: int
    rows: dict[str, int]
    moved: int
    planted: Planted


def write_export(world: World, folder: Path, progress: Progress | None = None) -> ExportSummary:
    """Write the daily files below the folder. The same world gives the same bytes."""
    say = progress or _silent
    say(0.0, "writing down what happened")
    sheets, planted = make_sheets(world)
    files = 0
    for done, sheet in enumerate(sheets):
        say(0.4 + 0.6 * done / len(sheets), f"writing {sheet.table}")
        files += _write_sheet(sheet, world, folder)
    say(1.0, "export written")
    days = len(np.unique(np.concatenate([sheet.day for sheet in sheets])))
    return ExportSummary(days, files, {sheet.table: len(sheet.day) for sheet in sheets}, int(world.visits.moved.sum()), planted)


def make_sheets(world: World) -> tuple[list[Sheet], Planted]:
    """All tables as text, and what is wrong in them on purpose."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), EXPORT_STREAM])
    people = identities(world.clients.payer, rng)
    events, planted = exported_log(world)
    made = registered(events, world)
    sheets = [
        clinician_sheet(world, rng),
        client_sheet(made, world, people, rng),
        appointment_sheet(events, world, people, rng),
        authorization_sheet(made, world, rng),
        waitlist_sheet(world, people, rng),
        communication_sheet(events, world, rng),
    ]
    return sheets, planted


def _write_sheet(sheet: Sheet, world: World, folder: Path) -> int:
    """A file for each day with rows; rows keep their order within the day."""
    order = np.argsort(sheet.day, kind="stable")
    days, first = np.unique(sheet.day[order], return_index=True)
    ends = np.append(first[1:], len(order))
    header = ",".join(sheet.columns) + "\n"
    for begin, end in _portions(ends):
        offset = int(first[begin])
        rows = pa.array(order[offset : ends[end - 1]])
        text = lines([column.take(rows) for column in sheet.columns.values()])
        edges, letters = _buffers(text)
        for number in range(begin, end):
            path = folder / world.timeline.date_of(int(days[number])).isoformat() / f"{sheet.table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(header.encode() + letters[edges[first[number] - offset] : edges[ends[number] - offset]])
    return len(days)


def _portions(ends: Ints) -> Iterator[tuple[int, int]]:
    """Runs of days of not much more than so many rows each: what is held as text at a time."""
    portion = ends // ROWS_AT_A_TIME
    bounds = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(ends)]
    return (pair for pair in pairwise(bounds) if pair[0] < pair[1])


def _buffers(text: Text) -> tuple[Ints, memoryview]:
    """Where each line begins, and all lines as one run of bytes."""
    _, offsets, letters = text.buffers()
    edges = np.frombuffer(offsets, dtype=np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    return edges, memoryview(letters)


def _silent(_share: float, _what: str) -> None:
    """For callers that show nothing."""
