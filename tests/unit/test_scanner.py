"""The search for identifiers: it finds one planted in every kind of file, and none where none is."""

import json
import random
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import msgpack
import pytest

from hsched_adapters.scanner import Scanner
from hsched_core.privacy.identifiers import Needle, needles_of
from tests.canaries import Canaries
from tests.disguises import DISGUISES, parquet, sqlite_file
from tests.raw_rows import RAW, raw

NAME = "Zoë Quillfeather"
ID = "29872499824296"
NEEDLES = [Needle("full_name", NAME), Needle("client_id", ID), Needle("name_part", "Rose", whole=True), Needle("birth_date", "1987-03-14")]
CLEAN = {"token": "2987ab49", "note": "a rose is 0.29872499824296 or 129872499824296 zoë", "count": 29872499824}


def kinds(path: Path) -> dict[str, int]:
    return {hit.kind: hit.count for hit in Scanner(NEEDLES).scan([path]).hits}


def text(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_an_identifier_of_every_kind_is_found_in_every_disguise(disguise: str, tmp_path: Path) -> None:
    """The positive controls: one canary of each of the 18 kinds in a file of its own, all found."""
    canaries = Canaries()
    controls = canaries.controls()
    for number, (_, canary) in enumerate(controls):
        (tmp_path / str(number)).mkdir()
        DISGUISES[disguise](tmp_path / str(number) / "artifact", canary)

    found = {(hit.file.split("/")[0], hit.kind) for hit in Scanner(canaries.needles()).scan([tmp_path], tmp_path).hits}

    assert found >= {(str(number), kind) for number, (kind, _) in enumerate(controls)}


ONLY_NUMBERS_DATES_AND_PARTS: dict[str, Callable[[Path], object]] = {
    "number in text": text(f"client={ID}."),
    "Parquet number": lambda path: parquet(path, int(ID), 3),
    "Parquet date": lambda path: parquet(path, date(1987, 3, 14), date(2026, 1, 1)),
    "Parquet part of a name": lambda path: parquet(path, "a", "rose"),
    "SQLite number": lambda path: sqlite_file(path, int(ID)),
    "SQLite part of a name": lambda path: sqlite_file(path, "Rose"),
    "MessagePack number": lambda path: path.with_suffix(".msgpack").write_bytes(msgpack.packb({"id": int(ID)})),
}


@pytest.mark.parametrize("kind", ONLY_NUMBERS_DATES_AND_PARTS)
def test_a_number_a_date_and_a_part_of_a_name_are_found_as_values(kind: str, tmp_path: Path) -> None:
    """What a table holds is not always a text."""
    ONLY_NUMBERS_DATES_AND_PARTS[kind](tmp_path / "artifact")

    assert len({hit.kind for hit in Scanner(NEEDLES).scan([tmp_path]).hits}) == 1


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


CLEAN_FILES: dict[str, Callable[[Path], object]] = {
    "JSON": text(json.dumps(CLEAN)),
    "HTML": text("<p>the rose of the Quillfeather &amp; co, born 1987-03-145</p>"),
    "Parquet": lambda path: parquet(path, *map(str, CLEAN.values())),
    "Parquet fraction": lambda path: parquet(path, 0.29872499824296, 1.5),
    "SQLite": lambda path: sqlite_file(path, json.dumps(CLEAN)),
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
