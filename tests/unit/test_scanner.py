"""The search for identifiers: it finds one planted in every kind of file, and none where none is."""

import base64
import gzip
import json
import random
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hsched_adapters.scanner import Scanner
from hsched_core.privacy.identifiers import Needle, needles_of
from tests.raw_rows import RAW, raw

NAME = "Zoë Quillfeather"
ID = "29872499824296"
NEEDLES = [Needle("full_name", NAME), Needle("client_id", ID), Needle("name_part", "Rose", whole=True), Needle("birth_date", "1987-03-14")]
CLEAN = {"token": "2987ab49", "note": "a rose is 0.29872499824296 or 129872499824296 zoë", "count": 29872499824}


def kinds(path: Path) -> dict[str, int]:
    return {hit.kind: hit.count for hit in Scanner(NEEDLES).scan([path]).hits}


def parquet(path: Path, *values: object, metadata: dict[str, str] | None = None, compression: str = "zstd") -> None:
    table = pa.table({"value": list(values)})
    pq.write_table(table.replace_schema_metadata(metadata), path, compression=compression)


def text(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


def zipped(content: bytes) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.gz", gzip.compress(content))

    return write


def sqlite_file(statement: str, *values: object) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (v)")
        connection.execute(statement, values)
        connection.commit()
        connection.close()

    return write


def duckdb_file(path: Path) -> None:
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE t AS SELECT ? AS v FROM range(10)", [NAME])
    connection.close()


PLANTED: dict[str, Callable[[Path], object]] = {
    "log": text(f"2026-03-02 INFO client {NAME} failed\n"),
    "upper case": text(f"client {NAME.upper()}!"),
    "JSON": text(json.dumps({"a": [NAME]}, ensure_ascii=False)),
    "JSON with escapes": text(json.dumps({"a": [NAME]})),
    "JSON in JSON": text(json.dumps(json.dumps({"a": NAME}))),
    "JSON key": text(json.dumps({ID: 1})),
    "HTML": text(f"<td>{NAME}</td>"),
    "HTML with entities": text("<td>Zo&euml; Quillfeather</td>"),
    "URL": text(f"GET /clients?name={quote(NAME)} 200"),
    "URL with plus": text("GET /clients?name=Zo%C3%AB+Quillfeather 200"),
    "number in text": text(f"client={ID}."),
    "number at both ends": text(ID),
    "UTF-16": text(f"client {ID}".encode("utf-16")),
    "UTF-16 without a mark": text(f"client {NAME}".encode("utf-16-le")),
    "hex": text(f"0x{NAME.encode().hex()}"),
    "gzip": text(gzip.compress(NAME.encode())),
    "zlib": text(zlib.compress(NAME.encode())),
    "gzip in zip": zipped(f"x {NAME}".encode()),
    "binary": text(b"\x80\x04\x95K\x00\x8c" + NAME.encode() + b"K\x01q"),
    "Parquet value": lambda path: parquet(path, "a", NAME),
    "Parquet value inside a text": lambda path: parquet(path, f"talk to {NAME}."),
    "Parquet number": lambda path: parquet(path, int(ID), 3),
    "Parquet date": lambda path: parquet(path, date(1987, 3, 14), date(2026, 1, 1)),
    "Parquet list": lambda path: parquet(path, ["a"], [NAME]),
    "Parquet structure": lambda path: parquet(path, {"x": {"y": NAME}}),
    "Parquet bytes": lambda path: parquet(path, NAME.encode()),
    "Parquet metadata": lambda path: parquet(path, "a", metadata={"source": NAME}),
    "Parquet part of a name": lambda path: parquet(path, "a", "rose"),
    "SQLite text": sqlite_file("INSERT INTO t VALUES (?)", f"event of {NAME}"),
    "SQLite number": sqlite_file("INSERT INTO t VALUES (?)", int(ID)),
    "SQLite packed blob": sqlite_file("INSERT INTO t VALUES (?)", gzip.compress(NAME.encode())),
    "SQLite part of a name": sqlite_file("INSERT INTO t VALUES (?)", "Rose"),
    "DuckDB": duckdb_file,
}


@pytest.mark.parametrize("kind", PLANTED)
def test_an_identifier_is_found_in_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    """The positive control: one planted, one kind found."""
    PLANTED[kind](tmp_path / "artifact")

    assert len(kinds(tmp_path / "artifact")) == 1


@pytest.mark.parametrize("shift", range(3))
def test_base64_hides_nothing_at_any_position(shift: int, tmp_path: Path) -> None:
    """The same bytes look different at each of three places."""
    (tmp_path / "a.txt").write_bytes(base64.b64encode(b"x" * shift + NAME.encode() + b" and more"))

    assert kinds(tmp_path / "a.txt") == {"full_name": 1}


def test_a_database_log_is_read_too(tmp_path: Path) -> None:
    """What SQLite has not yet moved from its log into the file stands in the log; both are searched."""
    connection = sqlite3.connect(tmp_path / "d.sqlite")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("CREATE TABLE t (v)")
    connection.execute("INSERT INTO t VALUES (?)", (f"{NAME}",))
    connection.commit()
    report = Scanner(NEEDLES).scan([tmp_path])
    connection.close()

    assert {hit.file for hit in report.hits} == {"d.sqlite", "d.sqlite-wal"}


def test_a_file_name_is_searched(tmp_path: Path) -> None:
    """Names of files travel further than their content."""
    (tmp_path / f"scores of {NAME}.txt").write_text("nothing")

    [hit] = Scanner(NEEDLES).scan([tmp_path]).hits

    assert hit.kind == "full_name"


CLEAN_FILES: dict[str, Callable[[Path], object]] = {
    "JSON": text(json.dumps(CLEAN)),
    "HTML": text("<p>the rose of the Quillfeather &amp; co, born 1987-03-145</p>"),
    "Parquet": lambda path: parquet(path, *map(str, CLEAN.values())),
    "Parquet fraction": lambda path: parquet(path, 0.29872499824296, 1.5),
    "SQLite": sqlite_file("INSERT INTO t VALUES (?)", json.dumps(CLEAN)),
    "longer number": text(f"1{ID} {ID}1 0.{ID} {ID}.5 a{ID}"),
    "longer word": text("Zoë Quillfeathers xZoë Quillfeather"),
    "nothing": text(b""),
}


@pytest.mark.parametrize("kind", CLEAN_FILES)
def test_nothing_is_found_where_nothing_is(kind: str, tmp_path: Path) -> None:
    """Longer numbers, fractions, longer words and a name that is a common word inside a text are no hits."""
    CLEAN_FILES[kind](tmp_path / "artifact")

    assert kinds(tmp_path / "artifact") == {}


def test_the_report_counts_and_never_quotes(tmp_path: Path) -> None:
    """File, kind, count; how much was searched; not what was found."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text(f"{NAME}, {NAME} and {ID}")

    report = Scanner(NEEDLES).scan([tmp_path], root=tmp_path)

    assert [(hit.file, hit.kind, hit.count) for hit in report.hits] == [("logs/a.log", "client_id", 1), ("logs/a.log", "full_name", 2)]
    assert (report.files, report.bytes, report.unread) == (1, (tmp_path / "logs" / "a.log").stat().st_size, ())
    assert NAME not in repr(report)
    assert ID not in repr(report)


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1" + NAME.encode() + b"PAR1",
        b"SQLite format 3\0" + NAME.encode() * 9,
        b"PK\x03\x04" + NAME.encode(),
        b"\x1f\x8b" + NAME.encode(),
    ],
    ids=["Parquet", "SQLite", "zip", "gzip"],
)
def test_what_cannot_be_opened_is_named_and_searched_as_bytes(content: bytes, tmp_path: Path) -> None:
    """A damaged file is no hiding place."""
    (tmp_path / "damaged").write_bytes(content)

    report = Scanner(NEEDLES).scan([tmp_path])

    assert report.unread
    assert [hit.kind for hit in report.hits] == ["full_name"]


def test_captured_output_can_be_searched() -> None:
    """Bytes that are in no file."""
    scanner = Scanner(NEEDLES)

    assert [hit.kind for hit in scanner.scan_bytes(NAME.encode(), "stdout")] == ["full_name"]
    assert scanner.scan_bytes(b"all well", "stdout") == ()


def test_no_needles_find_nothing(tmp_path: Path) -> None:
    """A day without rows."""
    (tmp_path / "a").write_text(NAME)

    assert Scanner([]).scan([tmp_path]).hits == ()


@pytest.mark.parametrize("table", RAW)
def test_every_needle_of_a_raw_row_is_found_where_the_row_leaks(table: str, tmp_path: Path) -> None:
    """A table written to Parquet as it was extracted: each kind of identifier in it is reported."""
    needles = needles_of({table: [raw(table)]}, dates_from=date(2026, 1, 1)).found
    parquet(tmp_path / "leak.parquet", *(str(value) for value in RAW[table].values()))

    found = {hit.kind for hit in Scanner(needles).scan([tmp_path]).hits}

    assert found == {needle.kind for needle in needles} - {"full_name"}


def test_digits_of_pseudonyms_between_the_marks_of_a_compression_are_no_identifiers(tmp_path: Path) -> None:
    """Snappy cuts repeated hexadecimal into pieces, and some pieces look like a number of seven digits."""
    generator = random.Random(1)
    tokens = [generator.randbytes(16).hex() for _ in range(5_000)]
    parquet(tmp_path / "lake.parquet", *tokens, compression="snappy")
    pieces = re.findall(rb"(?<!\w)[1-9][0-9]{6}(?!\w)", (tmp_path / "lake.parquet").read_bytes())
    scanner = Scanner([Needle("appointment_id", piece.decode()) for piece in pieces])
    assert pieces

    assert scanner.scan([tmp_path]).hits == ()
    parquet(tmp_path / "lake.parquet", *tokens, pieces[0].decode(), compression="snappy")
    assert [hit.count for hit in scanner.scan([tmp_path]).hits] == [1]


@pytest.mark.parametrize("kind", ["integer", "hugeint", "decimal(9, 0)"])
def test_counts_are_no_postal_codes(kind: str, tmp_path: Path) -> None:
    """Sums and row numbers of a warehouse pass every five-digit postal code sooner or later; as a text one is a hit."""
    scanner = Scanner([Needle("place", "13901", whole=True)])
    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    connection.execute(f"create table counts as select 13901::{kind} as visits")
    connection.close()
    assert scanner.scan([tmp_path]).hits == ()

    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    connection.execute("create table leak as select '13901' as postal_code")
    connection.close()
    assert [hit.kind for hit in scanner.scan([tmp_path]).hits] == ["place"]
