"""Rows that were set aside, from the encrypted zone: where and why, never what stood in them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hsched_core.ports import IdentifiedZone, Rejected

FOLDER = "quarantine/"


@dataclass(frozen=True)
class SetAside:
    """One row of one table's day."""

    table: str
    day: str
    file: str
    row: int
    field: str
    reason: str


def set_aside(zone: "IdentifiedZone") -> Iterator[SetAside]:
    """Every row in quarantine, by table and day."""
    from hsched_adapters.extracts import rejected_from

    for name in zone.names(FOLDER):
        place = PurePosixPath(name)
        for rejected in rejected_from(zone.read(name)):
            yield _without_content(place, rejected)


def _without_content(place: PurePosixPath, rejected: "Rejected") -> SetAside:
    return SetAside(place.parent.name, place.stem, rejected.file, rejected.row, rejected.field, rejected.reason)


def counts(rows: list[SetAside]) -> dict[str, Any]:
    """How many rows, and for which reasons; the commonest first."""
    by = Counter((row.table, row.field, row.reason) for row in rows)
    return {
        "rows": len(rows),
        "by": [{"table": table, "field": field, "reason": reason, "rows": count} for (table, field, reason), count in by.most_common()],
    }
