"""A table as an EHR exports it: text columns under its own headers, and the day's file each row belongs to.

Text is held as Arrow arrays: a million appointments are a hundred million cells, too many for Python's strings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hsched_sandbox.columns import Flags, Ints, Words
from hsched_sandbox.timeline import DAY, HOUR, MINUTE, Timeline

Text = Any  # pyarrow has no types: a pa.StringArray
Letters = NDArray[np.uint8]  # (rows, width)
ISO_DATE, ISO_TIME, ISO_OFFSET = 11, 8, 6  # letters


@dataclass(frozen=True)
class Sheet:
    """Rows in any order. `day` counts days of the timeline."""

    table: str
    day: Ints
    columns: Mapping[str, Text]

    @classmethod
    def of(cls, table: str, day: Ints, columns: Mapping[str, Text | Words], seen: Flags | None = None) -> "Sheet":
        """A sheet of the rows that were seen (of all, if not given)."""
        texts = {name: _text(column) for name, column in columns.items()}
        if seen is None:
            return cls(table, day, texts)
        return cls(table, day[seen], {name: text.filter(pa.array(seen)) for name, text in texts.items()})


def stamped(instant: Ints, timeline: Timeline) -> Text:
    """Instants as an EHR writes them: wall time with its offset."""
    return _iso(instant, timeline.offset_at(instant))


def stamped_as_utc(instant: Ints, timeline: Timeline) -> Text:
    """The mistake: wall time labelled as if it were UTC."""
    return _iso(instant + timeline.offset_at(instant), np.zeros(len(instant), dtype=np.int64))


def dated(day: Ints, timeline: Timeline) -> Text:
    """Days as the American EHR writes them."""
    first = int(day.min(initial=0))
    return worded([f"{timeline.date_of(number):%m/%d/%Y}" for number in range(first, int(day.max(initial=0)) + 1)], day - first)


def coded(prefix: str, number: Ints, width: int) -> Text:
    """Ids such as PT-000123; empty where the number is negative."""
    head = np.frombuffer(f"{prefix}-".encode() if prefix else b"", dtype=np.uint8)
    digits = max(width, len(str(number.max(initial=0))))
    letters = np.empty((len(number), len(head) + digits), dtype=np.uint8)
    letters[:, : len(head)] = head
    rest = np.maximum(number, 0)
    for place in range(len(head) + digits - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    text = _fixed(letters)
    return blank_unless(number >= 0, text) if (number < 0).any() else text


def worded(words: Sequence[str] | Words, which: Ints) -> Text:
    """One of a few words for each row."""
    return pa.array(words, type=pa.string()).take(pa.array(which))


def blank_unless(shown: Flags, text: Text | Words) -> Text:
    """The text where it is shown, else nothing."""
    return chosen(shown, text, "")


def chosen(first: Flags, text: Text | Words, other: Text | Words | str) -> Text:
    """One text or the other, row by row."""
    return pc.if_else(pa.array(first), _text(text), _text(other))


def lines(columns: Sequence[Text]) -> Text:
    """Rows as lines of a CSV file, each with its end; quotes where a cell needs them."""
    *first, last = (_quoted(column) for column in columns)
    return pc.binary_join_element_wise(*first, pc.binary_join_element_wise(last, "", "\n"), ",")


def _quoted(column: Text) -> Text:
    letters = column.buffers()[2]
    content = letters.to_pybytes() if letters else b""
    if not any(mark in content for mark in (b",", b'"', b"\r", b"\n")):
        return column
    special = pc.match_substring_regex(column, '[,"\r\n]')
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def _text(text: Text | Words | str) -> Text:
    return pa.array(text) if isinstance(text, np.ndarray) else text


def _iso(instant: Ints, offset: Ints) -> Text:
    letters = np.empty((len(instant), ISO_DATE + ISO_TIME + ISO_OFFSET), dtype=np.uint8)
    day, second = np.divmod(instant + offset, DAY)
    first = int(day.min(initial=0))
    days = np.datetime_as_string(np.arange(first, int(day.max(initial=0)) + 1).astype("datetime64[D]"))
    kinds, which = np.unique(offset, return_inverse=True)
    letters[:, :ISO_DATE] = _letters([f"{date}T" for date in days])[day - first]
    letters[:, ISO_DATE:-ISO_OFFSET] = _times_of_day()[second]
    letters[:, -ISO_OFFSET:] = _letters([_label(int(kind)) for kind in kinds])[which] if len(kinds) else 0
    return _fixed(letters)


@cache
def _times_of_day() -> Letters:
    return _letters([f"{at // HOUR:02d}:{at // MINUTE % MINUTE:02d}:{at % MINUTE:02d}" for at in range(DAY)])


def _letters(words: Sequence[str]) -> Letters:
    """Words of one length, as letters."""
    return np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).reshape(len(words), -1)


def _fixed(letters: Letters) -> Text:
    """An Arrow array over rows of equal width, without copying."""
    rows, width = letters.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters)))


def _label(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // MINUTE, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
