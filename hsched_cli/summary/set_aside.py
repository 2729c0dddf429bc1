"""Rows that were set aside, from the encrypted zone: where and why, never what stood in them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hsched_core.ports import IdentifiedZone, Rejected

EXTRACTED, IMPORTED = "quarantine/", "landing/"


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
    """Every row set aside, by an import or an extraction, once: an extraction takes over what the import set aside."""
    from hsched_adapters.extracts import rejected_from

    seen = set()
    landed = [name for name in zone.names(IMPORTED) if name.endswith(".jsonl")]
    for name in (*zone.names(EXTRACTED), *landed):
        place = PurePosixPath(name)
        for rejected in rejected_from(zone.read(name)):
            row = _without_content(place, rejected)
            if (row.table, row.file, row.row, row.field) not in seen:
                seen.add((row.table, row.file, row.row, row.field))
                yield row


def _without_content(place: PurePosixPath, rejected: "Rejected") -> SetAside:
    return SetAside(place.parent.name, place.name.split(".")[0], rejected.file, rejected.row, rejected.field, rejected.reason)


def counts(rows: list[SetAside]) -> dict[str, Any]:
    """How many rows, and for which reasons; the commonest first."""
    by = Counter((row.table, row.field, row.reason) for row in rows)
    return {
        "rows": len(rows),
        "by": [{"table": table, "field": field, "reason": reason, "rows": count} for (table, field, reason), count in by.most_common()],
    }
