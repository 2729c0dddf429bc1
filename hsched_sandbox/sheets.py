"""A table as an EHR exports it: text columns under its own headers, and the day's file each row belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Flags, Ints, Words
from hsched_sandbox.timeline import MINUTE, Timeline


@dataclass(frozen=True)
class Sheet:
    """Rows in the order of their files. `day` counts days of the timeline."""

    table: str
    day: Ints
    columns: Mapping[str, Sequence[str]]


def stamped(instant: Ints, timeline: Timeline) -> Words:
    """Instants as an EHR writes them: wall time with its offset."""
    return _iso(instant, timeline.offset_at(instant))


def stamped_as_utc(instant: Ints, timeline: Timeline) -> Words:
    """The mistake: wall time labelled as if it were UTC."""
    return _iso(instant + timeline.offset_at(instant), np.zeros(len(instant), dtype=np.int64))


def dated(day: Ints, timeline: Timeline) -> Words:
    """Days as the American EHR writes them."""
    written = [f"{timeline.date_of(number):%m/%d/%Y}" for number in range(int(day.min(initial=0)), int(day.max(initial=0)) + 1)]
    return np.array(written, dtype=np.str_)[day - int(day.min(initial=0))]


def coded(prefix: str, number: Ints, width: int) -> Words:
    """Ids such as PT-000123; empty where the number is negative."""
    return np.array([f"{prefix}-{value:0{width}d}" if value >= 0 else "" for value in number.tolist()], dtype=np.str_)


def blank_unless(shown: Flags, text: Words) -> Words:
    """The text where it is shown, else nothing."""
    return np.where(shown, text, "")


def _iso(instant: Ints, offset: Ints) -> Words:
    wall = np.datetime_as_string((instant + offset).astype("datetime64[s]"), unit="s")
    kinds, which = np.unique(offset, return_inverse=True)
    labels = np.array([_label(int(kind)) for kind in kinds], dtype=np.str_)
    return np.char.add(wall, labels[which]) if len(instant) else wall


def _label(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // MINUTE, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
