"""What a file says, whatever it is written as: the texts and the single values inside, for the search for identifiers.

Knows formats, not identifiers. What cannot be opened is still given as its raw bytes, and named as unread.
"""

import bz2
import gzip
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PARQUET = b"PAR1"
DEEPEST = 4  # archives in archives
LARGEST_MEMBER = 256 * 2**20  # of an archive, unpacked


@dataclass(frozen=True)
class Text:
    """A running text."""

    text: str


@dataclass(frozen=True)
class Raw:
    """Bytes read as text where they stand. In a binary file values stand side by side, so word boundaries mean little."""

    text: str


@dataclass(frozen=True)
class Values:
    """Single values, e.g. the distinct ones of a column."""

    values: frozenset[str]


@dataclass(frozen=True)
class Unread:
    """A part that could not be opened, by name."""

    part: str


Piece = Text | Raw | Values | Unread
_SMALLEST_NUMBER = 1_000_000  # identifiers of digits alone are searched from seven digits on
_TO_TEXT = {pa.types.is_date, pa.types.is_integer, pa.types.is_decimal}


def pieces_of(path: Path) -> Iterator[Piece]:
    """Everything a file says."""
    content = path.read_bytes()
    if content.startswith(b"SQLite format 3\0"):
        yield from _guarded(lambda: _sqlite(path), path.name)
        yield _raw(content)
    elif content[8:12] == b"DUCK":
        yield from _guarded(lambda: _duckdb(path), path.name)
        yield _raw(content)
    else:
        yield from pieces_in(content, path.name)


def pieces_in(content: bytes, name: str, depth: int = 0) -> Iterator[Piece]:
    """Everything some bytes say; packed ones are unpacked."""
    opened = _opener(content, name)
    if opened is None:
        yield from _plain(content)
    elif depth >= DEEPEST:
        yield Unread(name)
        yield _raw(content)
    else:
        was_read = True
        for piece in _guarded(lambda: opened(content, name, depth + 1), name):
            was_read = was_read and piece != Unread(name)
            yield piece
        yield _raw(_footer(content) if was_read and content.startswith(PARQUET) else content)  # what stands there as it is


def _footer(parquet: bytes) -> bytes:
    """Schema and statistics. The pages were read value by value; Snappy leaves digits of pseudonyms standing alone in them."""
    length = int.from_bytes(parquet[-8:-4], "little")
    return parquet[-8 - length :]


def _opener(content: bytes, name: str) -> Callable[[bytes, str, int], Iterator[Piece]] | None:
    if name.endswith(".msgpack"):  # the format has no mark of its own
        return _message_pack
    for magic, opener in _MAGIC.items():
        if content.startswith(magic):
            return opener
    return None


def _guarded(pieces: Callable[[], Iterator[Piece]], name: str) -> Iterator[Piece]:
    """The pieces as far as they can be read, and a note where they cannot."""
    try:
        yield from pieces()
    except Exception:  # every library fails in its own way on a damaged or locked file; the raw bytes are searched anyway
        yield Unread(name)


def _plain(content: bytes) -> Iterator[Piece]:
    if b"\0" not in content:
        yield from _text(content)
        return
    yield _raw(content)
    zeros = content.count(b"\0")
    if zeros > len(content) // 8:  # UTF-16 of plain letters has every second byte zero; a name in Hebrew letters has none
        yield Raw(content.replace(b"\0", b"").decode("utf-8", errors="replace"))
        for encoding in ("utf-16-le", "utf-16-be", *(("utf-32-le", "utf-32-be") if zeros >= len(content) // 2 else ())):
            yield Text(content.decode(encoding, errors="replace"))


def _text(content: bytes) -> Iterator[Piece]:
    """Latin-1 where it is not UTF-8: old pickles mix both."""
    try:
        yield Text(content.decode("utf-8"))
    except UnicodeDecodeError:
        yield Text(content.decode("utf-8", errors="replace"))
        yield Text(content.decode("latin-1"))


def _raw(content: bytes) -> Raw:
    return Raw(content.decode("utf-8", errors="replace"))


def _gzip(content: bytes, name: str, depth: int) -> Iterator[Piece]:
    with gzip.open(io.BytesIO(content)) as file:
        yield from pieces_in(_bounded(file.read(LARGEST_MEMBER + 1)), name, depth)


def _bzip2(content: bytes, name: str, depth: int) -> Iterator[Piece]:
    yield from pieces_in(_bounded(bz2.decompress(content)), name, depth)


def _zlib(content: bytes, name: str, depth: int) -> Iterator[Piece]:
    try:
        unpacked = zlib.decompress(content)
    except zlib.error:  # two letters are no proof of the format
        yield from _plain(content)
        return
    yield from pieces_in(_bounded(unpacked), name, depth)


def _zip(content: bytes, name: str, depth: int) -> Iterator[Piece]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            part = f"{name}!{member.filename}"
            yield Text(member.filename)
            if member.file_size > LARGEST_MEMBER:
                yield Unread(part)
            elif not member.is_dir():
                yield from pieces_in(archive.read(member), part, depth)


def _numpy(content: bytes, _name: str, _depth: int) -> Iterator[Piece]:
    """Texts of an array: they lie there in UTF-32 of fixed width. Arrays of objects are pickles, and read as bytes."""
    import numpy as np

    version = np.lib.format.read_magic(file := io.BytesIO(content))
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    if read_header(file)[2].kind in "US":
        yield Values(frozenset(map(str, np.load(io.BytesIO(content), allow_pickle=False).ravel().tolist())))


def _message_pack(content: bytes, _name: str, _depth: int) -> Iterator[Piece]:
    import msgpack

    unpacker = msgpack.Unpacker(io.BytesIO(content), strict_map_key=False, unicode_errors="replace", max_buffer_size=LARGEST_MEMBER)
    yield Values(frozenset(str(value) for tree in unpacker for value in _leaves(tree) if _says_something(value)))


def _leaves(tree: Any) -> Iterator[Any]:
    """Keys and values of nested lists and mappings."""
    if isinstance(tree, dict):
        for pair in tree.items():
            yield from _leaves(list(pair))
    elif isinstance(tree, list):
        for part in tree:
            yield from _leaves(part)
    elif not isinstance(tree, float):
        yield tree


def _bounded(content: bytes) -> bytes:
    if len(content) > LARGEST_MEMBER:
        raise ValueError("too large")
    return content


def _parquet(content: bytes, _name: str, _depth: int) -> Iterator[Piece]:
    file = pq.ParquetFile(io.BytesIO(content))
    for key, value in (file.schema_arrow.metadata or {}).items():
        yield Text(key.decode("utf-8", errors="replace"))
        yield Text(value.decode("utf-8", errors="replace"))
    yield from _columns(file.read(use_threads=False))


def _columns(table: pa.Table) -> Iterator[Piece]:
    """The columns' names, and each one's distinct values."""
    yield Text("\n".join(table.column_names))
    for column in table.columns:
        yield Values(frozenset(_column(column)))


def _column(column: pa.ChunkedArray) -> Iterator[str]:
    """The distinct values of a column as texts; lists and structures are taken apart, numbers with a point are left out."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _column(pa.chunked_array([chunk.dictionary for chunk in column.chunks], type=kind.value_type))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _column(pc.list_flatten(column))
    elif pa.types.is_struct(kind):
        for part in column.flatten():
            yield from _column(part)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield from (value.decode("utf-8", errors="replace") for value in column.unique().to_pylist() if value)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or any(test(kind) for test in _TO_TEXT):
        yield from (str(value) for value in column.unique().to_pylist() if _says_something(value))


def _says_something(value: Any) -> bool:
    """Not empty, and not a small whole number: row numbers and counts hit every five-digit postal code sooner or later."""
    return value is not None and not (isinstance(value, int | Decimal) and -_SMALLEST_NUMBER < value < _SMALLEST_NUMBER)


def _sqlite(path: Path) -> Iterator[Piece]:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    connection.text_factory = lambda content: content.decode("utf-8", errors="replace")
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            quoted = '"' + table.replace('"', '""') + '"'
            yield from _rows(connection.execute(f"SELECT * FROM {quoted}"), f"{path.name}!{table}")
    finally:
        connection.close()


def _duckdb(path: Path) -> Iterator[Piece]:
    import duckdb

    connection = duckdb.connect(str(path), read_only=True)
    try:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        for names in tables:
            quoted = ".".join('"' + name.replace('"', '""') + '"' for name in names)
            yield from _columns(connection.sql(f"SELECT * FROM {quoted}").to_arrow_table())
    finally:
        connection.close()


def _rows(rows: Iterable[Iterable[Any]], name: str) -> Iterator[Piece]:
    """Rows of a database: short cells as values, long ones as texts, packed ones unpacked."""
    values: set[str] = set()
    for row in rows:
        for cell in row:
            if isinstance(cell, bytes):
                yield from pieces_in(cell, name, depth=1)
            elif not isinstance(cell, float) and _says_something(cell):
                values.add(str(cell))
    yield Values(frozenset(values))


_MAGIC: dict[bytes, Callable[[bytes, str, int], Iterator[Piece]]] = {
    b"\x1f\x8b": _gzip,
    b"PK\x03\x04": _zip,
    PARQUET: _parquet,
    b"\x93NUMPY": _numpy,
    b"BZh": _bzip2,
    b"\x78\x01": _zlib,
    b"\x78\x9c": _zlib,
    b"\x78\xda": _zlib,
}
