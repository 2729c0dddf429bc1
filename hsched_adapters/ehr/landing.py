"""What an import stored: encrypted Parquet a table and recorded day, and the rejected lines beside it.

A batch is one import. practice.yaml names the batch in use, so that switching to a new one is a single step.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hsched_adapters.extracts import from_parquet, rejected_from, rejected_lines, to_parquet
from hsched_adapters.zone import EncryptedZone
from hsched_core.ports import Extract, IdentifiedZone, Rejected

LANDING = "landing/"


class Landing:
    """`EhrSource` on an import's batch."""

    def __init__(self, zone: IdentifiedZone, batch: str, span: tuple[date, date | None]) -> None:
        self._zone = zone
        self._batch = batch
        self._span = span

    def span(self) -> tuple[date, date | None]:
        return self._span

    def changes(self, table: str, day: date) -> Extract:
        rows_name, rejected_name = names_of(self._batch, table, day)
        rows = from_parquet(self._zone.read(rows_name), rows_name) if self._zone.exists(rows_name) else []
        rejected = rejected_from(self._zone.read(rejected_name)) if self._zone.exists(rejected_name) else []
        return Extract(table, day, rows, rejected)


def land(zone: IdentifiedZone, batch: str, extract: Extract) -> None:
    """Store one table's day."""
    rows_name, rejected_name = names_of(batch, extract.table, extract.day)
    if extract.rows:
        zone.write(rows_name, to_parquet(extract.table, extract.rows))
    if extract.rejected:
        zone.write(rejected_name, rejected_lines(extract.rejected))


def extracts_of(
    rows: Mapping[str, Mapping[date, Sequence[Any]]], rejected: Mapping[str, Mapping[date, Sequence[Rejected]]]
) -> list[Extract]:
    """Every table's days with rows or rejections, in order."""
    places = {(table, day) for by_table in (rows, rejected) for table, days in by_table.items() for day in days}
    return [Extract(table, day, rows.get(table, {}).get(day, ()), rejected.get(table, {}).get(day, ())) for table, day in sorted(places)]


def drop_other_batches(zone: EncryptedZone, batch: str) -> None:
    """Delete what earlier or failed imports left."""
    others = {name.split("/")[1] for name in zone.names(LANDING)} - {batch}
    for other in others:
        zone.remove(f"{LANDING}{other}/")


def names_of(batch: str, table: str, day: date) -> tuple[str, str]:
    """Names in the zone of a table's day: its rows, and its rejected lines."""
    stem = f"{LANDING}{batch}/{table}/{day}"
    return f"{stem}.parquet", f"{stem}.rejected.jsonl"
