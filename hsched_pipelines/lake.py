"""The de-identified lake: one typed Parquet file per table and recorded day. Its schema follows from the release table."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hsched_adapters.extracts import raw_schema
from hsched_core.privacy.deidentify import lake_columns

READERS = 4
Row = Mapping[str, Any]


def lake_schema(table: str) -> pa.Schema:
    """The columns that pass, under their outside names, in the types of the raw fields they come from."""
    raw = raw_schema(table)
    return pa.schema([(outside, raw.field(inside).type) for outside, inside in lake_columns(table)])


def lake_name(table: str) -> str:
    return f"deid_ehr__{table}"


def day_file(lake: Path, table: str, day: date) -> Path:
    return lake / lake_name(table) / f"{day}.parquet"


def write_day(lake: Path, table: str, day: date, rows: Sequence[Row]) -> Path:
    """Replace a day's file in one step. The same rows, in whatever order, make the same bytes."""
    target = day_file(lake, table, day)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.new")  # not *.parquet: a reader of the folder must not see it
    pq.write_table(pa.Table.from_pylist(_in_order(rows), schema=lake_schema(table)), fresh, compression="zstd")
    os.replace(fresh, target)
    return target


def read_days(lake: Path, table: str, days: Sequence[date]) -> pa.Table:
    """The rows of those days as they lie there, unexpected columns included; the lake's schema where there are none."""
    with ThreadPoolExecutor(READERS) as readers:
        tables = readers.map(lambda day: pq.ParquetFile(day_file(lake, table, day)).read(use_threads=False), days)
        return pa.concat_tables([lake_schema(table).empty_table(), *tables], promote_options="default")


def _in_order(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in sorted(rows, key=lambda row: (row["recorded_at"], *map(str, row.values())))]
