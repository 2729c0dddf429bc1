"""Reading a CSV file as cells with line numbers. Knows files, not what their columns mean; refuses what is not a whole text table."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsched_adapters.ehr.csv_map import CsvRule
from hsched_core.domain.errors import InputError

GZIP = b"\x1f\x8b"
WHOLE = "Export or copy the file again; nothing was stored."


@dataclass(frozen=True)
class Line:
    """One record: the line of the file it starts on (the header is 1) and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class CsvFile:
    """A file's header and records, all read. `is_open`: the last line has no line end, so its last cell may be cut."""

    name: str
    header: tuple[str, ...]
    lines: Sequence[Line]
    is_open: bool


def read_csv(content: bytes, name: str, rule: CsvRule) -> CsvFile:
    """The file's header and records; InputError for a file that is empty, cut or not text in the map's encoding."""
    text = _text(_unpacked(content, name), name, rule.encoding)
    if not text.strip():
        raise InputError("the file is empty.", WHOLE, file=name)
    lines = list(_records(text, name, rule.delimiter))
    if not lines:
        raise InputError("the file is empty.", WHOLE, file=name)
    header = tuple(cell.strip() for cell in lines[0].cells)
    is_open = not text.endswith(("\n", "\r"))
    _check_whole(lines, name, is_open=is_open)
    return CsvFile(name, header, lines[1:], is_open)


def content_of(path: Path) -> bytes:
    """The file's bytes; InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        raise InputError("the file cannot be read.", "Check its path and permissions.", file=path.name) from None


def positions(csv_file: CsvFile, wanted: Sequence[str]) -> dict[str, int]:
    """Where each wanted column stands; one InputError names all that are missing."""
    missing = [column for column in wanted if column not in csv_file.header]
    if missing:
        counts = f"{len(missing)} of the {len(wanted)} columns of the map are missing"
        problem = f"{counts}: {', '.join(missing)} (the file has {len(csv_file.header)})."
        raise InputError(problem, "Choose the map that fits the file, or mend the map. Nothing was stored.", file=csv_file.name, row=1)
    twice = [column for column in wanted if csv_file.header.count(column) > 1]
    if twice:
        raise InputError(f"columns stand there twice: {', '.join(twice)}.", "Rename one of each.", file=csv_file.name, row=1)
    return {column: csv_file.header.index(column) for column in wanted}


def _unpacked(content: bytes, name: str) -> bytes:
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except EOFError:
        raise InputError("the compressed file is cut.", WHOLE, file=name) from None
    except (gzip.BadGzipFile, zlib.error):
        raise InputError("the compressed file is damaged.", WHOLE, file=name) from None


def _text(content: bytes, name: str, encoding: str) -> str:
    if b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        raise InputError("a NUL byte: this is no text file, or it is UTF-16.", "Save the file as UTF-8.", file=name, row=row)
    try:
        return content.decode("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8, or write the encoding it has in the map, e.g. csv: {encoding: latin-1}."
    raise InputError(f"a byte that is not {encoding}.", remedy, file=name, row=row)


def _records(text: str, name: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            if cells:  # a blank line holds no row
                yield Line(before + 1, cells)
            before = reader.line_num
    except csv.Error as error:
        cut = "unexpected end" in str(error)
        problem = "the file is cut inside a quoted cell." if cut else "quotes or a cell's length make this line unreadable as CSV."
        raise InputError(problem, WHOLE if cut else "Mend the line; nothing was stored.", file=name, row=before + 1) from None


def _check_whole(lines: Sequence[Line], name: str, *, is_open: bool) -> None:
    """A last line with too few cells and no line end is where a copy or an export stopped."""
    last, width = lines[-1], len(lines[0].cells)
    if len(lines) > 1 and is_open and len(last.cells) < width:
        raise InputError(f"the file is cut: its last line has {len(last.cells)} of {width} cells.", WHOLE, file=name, row=last.number)
