"""Typed Parquet of raw extracts: one schema per table, made from the contract. Knows no practice."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hsched_core.domain.contracts import TABLES, Kind
from hsched_core.domain.errors import SafeError
from hsched_core.ports import Rejected

Row = Mapping[str, Any]

_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.WORD: pa.string(),
    Kind.CODE: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.INTEGER: pa.int32(),
    Kind.FLAG: pa.bool_(),
}


def raw_schema(table: str) -> pa.Schema:
    """Columns of a raw extract, in the contract's order."""
    return pa.schema([(field.name, _TYPES[field.kind]) for field in TABLES[table].fields])


def to_parquet(table: str, rows: Sequence[Row]) -> bytes:
    """Contract rows as Parquet; a day without changes is a file without rows. A misfit is reported without its value."""
    try:
        arrow = pa.Table.from_pylist([dict(row) for row in rows], schema=raw_schema(table))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        raise SafeError("row_does_not_fit_schema", table) from None
    sink = io.BytesIO()
    pq.write_table(arrow, sink, compression="zstd")
    return sink.getvalue()


def from_parquet(content: bytes, reference: str) -> list[dict[str, Any]]:
    """The rows of a Parquet file; `reference` names it when it cannot be read."""
    try:
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(content)).to_pylist()
    except (pa.ArrowException, OSError):
        raise SafeError("not_parquet", reference) from None
    return rows


def rejected_lines(rejected: Sequence[Rejected]) -> bytes:
    """Rejected rows as JSON lines; they hold raw content and belong into the identified zone only."""
    lines = (
        json.dumps({"file": r.file, "row": r.row, "field": r.field, "reason": r.reason, "content": r.content}, ensure_ascii=False)
        for r in rejected
    )
    return "".join(line + "\n" for line in lines).encode()


def rejected_from(content: bytes) -> list[Rejected]:
    """What `rejected_lines` wrote."""
    return [Rejected(**json.loads(line)) for line in content.decode().split("\n") if line]
