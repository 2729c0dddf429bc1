"""Every disguise a file puts on an identifier: each writes a file that says the text given. The search's positive controls."""

import base64
import bz2
import gzip
import html
import io
import json
import pickle
import random
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import msgpack
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Disguise = Callable[[Path, str], object]


def parquet(path: Path, *values: object, metadata: dict[str, str] | None = None, compression: str = "zstd", name: str = "value") -> None:
    """A column of those values."""
    table = pa.table({name: list(values)})
    pq.write_table(table.replace_schema_metadata(metadata), path, compression=compression)


def sqlite_file(path: Path, value: object) -> None:
    """One cell."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (v)")
    connection.execute("INSERT INTO t VALUES (?)", (value,))
    connection.commit()
    connection.close()


def text(make: Callable[[str], str]) -> Disguise:
    return lambda path, canary: path.write_text(make(canary), encoding="utf-8")


def binary(make: Callable[[str], bytes]) -> Disguise:
    return lambda path, canary: path.write_bytes(make(canary))


def _escaped(canary: str) -> str:
    return "".join(f"&#{ord(letter)};" if letter in "<>&\"'" or ord(letter) > 127 else letter for letter in canary)


def _base64(shift: int) -> Disguise:
    return text(lambda canary: base64.b64encode(b"x" * shift + canary.encode() + b" and more").decode())


def _zip(path: Path, canary: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(f"x {canary}".encode()))


def _zip_member_name(path: Path, canary: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"chart of {canary}.txt", "nothing")


def _numpy(array: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> bytes:
    sink = io.BytesIO()
    np.save(sink, array)
    return sink.getvalue()


def _vocabulary(path: Path, canary: str) -> None:
    """What skops and NumPy make of a one-hot encoder's categories: UTF-32 of fixed width in a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("categories.npy", _numpy(np.array(["a", canary, "other"])))


def _sqlite_freed(path: Path, canary: str) -> None:
    """A deleted row's text stays in the file's free pages."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE t (v)")
    connection.execute("INSERT INTO t VALUES (?)", (f"note on {canary}." + "." * 5000,))
    connection.commit()
    connection.execute("DELETE FROM t")
    connection.commit()
    connection.close()


def _sqlite_log(path: Path, canary: str) -> None:
    """What SQLite has written to its log and not yet moved into the file; only the log is kept."""
    database = path.with_name("d.sqlite")
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (v, n)")
    connection.execute("INSERT INTO t VALUES (?, 7)", (canary,))
    connection.commit()
    shutil.copy(f"{database}-wal", path)
    connection.close()
    database.unlink()


def _duckdb_log(path: Path, canary: str) -> None:
    """The same of DuckDB."""
    database = path.with_name("d.duckdb")
    connection = duckdb.connect(str(database))
    connection.execute("CREATE TABLE t (v text, n int)")
    connection.execute("INSERT INTO t VALUES (?, 7)", [canary])
    shutil.copy(f"{database}.wal", path)
    connection.close()
    database.unlink()


def _duckdb(path: Path, canary: str) -> None:
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE t AS SELECT ? AS v FROM range(10)", [canary])
    connection.close()


def _duckdb_column(path: Path, canary: str) -> None:
    connection = duckdb.connect(str(path))
    quoted = canary.replace('"', '""')
    connection.execute(f'CREATE TABLE t AS SELECT 1 AS "{quoted}"')
    connection.close()


DISGUISES: dict[str, Disguise] = {
    "log": text(lambda canary: f"2026-03-02 INFO client {canary} failed\n"),
    "upper case": text(lambda canary: f"client {canary.upper()}!"),
    "reversed": text(lambda canary: f"x {canary[::-1]} x"),
    "CSV": text(lambda canary: f'1,"{canary}",2\n'),
    "JSON": text(lambda canary: json.dumps({"a": [canary]}, ensure_ascii=False)),
    "JSON with escapes": text(lambda canary: json.dumps({"a": [canary]})),
    "JSON in JSON": text(lambda canary: json.dumps(json.dumps({"a": canary}))),
    "JSON key": text(lambda canary: json.dumps({canary: 1})),
    "HTML": text(lambda canary: f"<td>{html.escape(canary)}</td>"),
    "HTML with entities": text(lambda canary: f"<td>{_escaped(canary)}</td>"),
    "URL": text(lambda canary: f"GET /clients?name={quote(canary, safe='')} 200"),
    "URL with plus": text(lambda canary: f"GET /clients?name={quote_plus(canary)} 200"),
    "at both ends": text(lambda canary: canary),
    "Latin-1": binary(lambda canary: f"\xe9: {canary}".encode("latin-1", errors="xmlcharrefreplace")),
    "UTF-16": binary(lambda canary: f"client {canary}".encode("utf-16")),
    "UTF-16 without a mark": binary(lambda canary: f"client {canary}".encode("utf-16-le")),
    "UTF-32": binary(lambda canary: f"client {canary}".encode("utf-32")),
    "hex": text(lambda canary: f"0x{canary.encode().hex()}"),
    "base64": _base64(0),
    "base64 one byte on": _base64(1),
    "base64 two bytes on": _base64(2),
    "gzip": binary(lambda canary: gzip.compress(canary.encode())),
    "zlib": binary(lambda canary: zlib.compress(canary.encode())),
    "bzip2": binary(lambda canary: bz2.compress(canary.encode())),
    "gzip in zip": _zip,
    "name in a zip": _zip_member_name,
    "pickle": binary(lambda canary: pickle.dumps({"categories": [canary, "b"], "n": 3})),
    "NumPy vocabulary": binary(lambda canary: _numpy(np.array(["a", canary, "other"]))),
    "vocabulary in a model": _vocabulary,
    "MessagePack": lambda path, canary: path.with_name(f"{path.name}.msgpack").write_bytes(msgpack.packb({"a": [canary, 1.5], canary: {}})),
    "Parquet value": lambda path, canary: parquet(path, "a", canary),
    "Parquet value inside a text": lambda path, canary: parquet(path, f"talk to {canary}."),
    "Parquet, Snappy": lambda path, canary: parquet(path, *random.Random(1).choices("abc", k=50), canary, compression="snappy"),
    "Parquet list": lambda path, canary: parquet(path, ["a"], [canary]),
    "Parquet structure": lambda path, canary: parquet(path, {"x": {"y": canary}}),
    "Parquet bytes": lambda path, canary: parquet(path, canary.encode()),
    "Parquet metadata": lambda path, canary: parquet(path, "a", metadata={"source": canary}),
    "Parquet column name": lambda path, canary: parquet(path, 1, name=canary),
    "SQLite": lambda path, canary: sqlite_file(path, f"event of {canary}"),
    "SQLite packed": lambda path, canary: sqlite_file(path, gzip.compress(canary.encode())),
    "SQLite, deleted": _sqlite_freed,
    "SQLite's log": _sqlite_log,
    "DuckDB": _duckdb,
    "DuckDB's log": _duckdb_log,
    "DuckDB column name": _duckdb_column,
    "file name": lambda path, canary: path.with_name(quote(canary, safe=" @é")).write_text("nothing"),
}
