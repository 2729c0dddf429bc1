"""Reading extracts back from the identified zone. What these functions return must not leave `operations`."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.extracts import raw_schema
from hsched_core.domain.errors import SafeError
from hsched_pipelines.operations.raw import extract_name, raw_name
from hsched_pipelines.safely import inside_zone

if TYPE_CHECKING:
    import pyarrow as pa

READERS = 4  # decryption and Parquet are native code: they run side by side


def raw_table(practice: OpenPractice, table: str, days: Sequence[date]) -> "pa.Table":
    """The extracts of those days as one table; every day must have been extracted."""
    import pyarrow as pa

    with ThreadPoolExecutor(READERS) as readers:
        extracts = readers.map(lambda day: raw_day(practice, table, day), days)
        return pa.concat_tables([raw_schema(table).empty_table(), *extracts])


def raw_day(practice: OpenPractice, table: str, day: date) -> "pa.Table":
    """One day's extract."""
    import pyarrow.parquet as pq

    if not practice.zone.exists(extract_name(table, day)):
        raise SafeError("not_extracted", f"{raw_name(table)} {day}")
    with inside_zone("not_readable", f"{raw_name(table)} {day}"):
        return pq.ParquetFile(io.BytesIO(practice.zone.read(extract_name(table, day)))).read(use_threads=False)


def raw_rows(practice: OpenPractice, table: str, day: date) -> list[dict[str, Any]]:
    """One day's extract as contract rows."""
    rows: list[dict[str, Any]] = raw_day(practice, table, day).to_pylist()
    return rows


def extracted_days(practice: OpenPractice, table: str, days: Sequence[date]) -> list[date]:
    """Those of the days that were extracted."""
    return [day for day in days if practice.zone.exists(extract_name(table, day))]
