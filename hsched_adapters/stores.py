"""Where extracts stand: raw ones encrypted in the identified zone, de-identified ones as the Parquet lake. One file a table and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hsched_adapters.atomic import write_atomically
from hsched_adapters.extracts import from_parquet, lake_schema, parquet_bytes, rejected_from, rejected_lines, to_parquet
from hsched_core.ports import Extract, IdentifiedZone, Rejected


class RawExtracts:
    """Raw extracts and quarantined rows of the identified zone."""

    def __init__(self, zone: IdentifiedZone) -> None:
        self._zone = zone

    def write(self, extract: Extract) -> None:
        """Store a table's day: the same day again replaces it, its quarantine too."""
        quarantine = _quarantine(extract.table, extract.day)
        self._zone.write(_raw(extract.table, extract.day), to_parquet(extract.table, extract.rows))
        if extract.rejected or self._zone.exists(quarantine):
            self._zone.write(quarantine, rejected_lines(extract.rejected))

    def rows(self, table: str, day: date) -> list[dict[str, Any]]:
        """The raw rows of a day; SafeError when the day was never extracted."""
        name = _raw(table, day)
        return from_parquet(self._zone.read(name), name)

    def has(self, table: str, day: date) -> bool:
        return self._zone.exists(_raw(table, day))

    def days(self, table: str) -> list[date]:
        """Days that were extracted, in order."""
        names = self._zone.names(f"raw_ehr__{table}/")
        return [date.fromisoformat(name.rpartition("/")[2].removesuffix(".parquet")) for name in names]

    def quarantined(self, table: str, day: date) -> list[Rejected]:
        """Rows of the day that broke the contract."""
        name = _quarantine(table, day)
        return rejected_from(self._zone.read(name)) if self._zone.exists(name) else []


class Lake:
    """The de-identified zone: `deid_ehr__<table>/<day>.parquet`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, table: str, day: date) -> Path:
        return self._folder / f"deid_ehr__{table}" / f"{day}.parquet"

    def write(self, table: str, day: date, rows: Sequence[Mapping[str, Any]]) -> Path:
        """Store a table's day with exactly the lake's columns; a day without changes is a file without rows."""
        path = self.file(table, day)
        write_atomically(path, parquet_bytes(lake_schema(table), rows))
        return path

    def rows(self, table: str, day: date) -> list[dict[str, Any]]:
        path = self.file(table, day)
        return from_parquet(path.read_bytes(), f"{path.parent.name}/{path.name}")


def _raw(table: str, day: date) -> str:
    return f"raw_ehr__{table}/{day}.parquet"


def _quarantine(table: str, day: date) -> str:
    return f"quarantine/{table}/{day}.jsonl"
