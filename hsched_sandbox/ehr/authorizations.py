"""Payers' authorizations as the practice's export tells of them: the same ids, units and days."""

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from hsched_sandbox.columns import Ints
from hsched_sandbox.ehr.records import Authorization, Type
from hsched_sandbox.export import make_sheets
from hsched_sandbox.world import World

TABLE = "authorizations"
COLUMNS = ("Last Updated", "Auth ID", "Patient ID", "Units Approved", "Units Used", "Valid From", "Valid To")


def authorization_lines(world: World) -> tuple[Ints, tuple[Authorization, ...]]:
    """Each line of the export, and when it was written (UTC seconds). A later line of an id replaces an earlier one."""
    sheets, _ = make_sheets(world)
    sheet = next(sheet for sheet in sheets if sheet.table == TABLE)
    days: dict[str, date] = {}
    rows = list(zip(*(sheet.columns[name].to_pylist() for name in COLUMNS), strict=True))
    at = np.array([datetime.fromisoformat(row[0]).timestamp() for row in rows], dtype=np.int64)
    return at, tuple(_authorization(dict(zip(COLUMNS, row, strict=True)), days) for row in rows)


def _authorization(row: Mapping[str, str], days: dict[str, date]) -> Authorization:
    return Authorization(
        id=row["Auth ID"],
        patient_id=row["Patient ID"],
        type=Type.INDIVIDUAL,
        units_approved=int(row["Units Approved"]),
        units_used=int(row["Units Used"]),
        starts_on=_day(row["Valid From"], days),
        ends_on=_day(row["Valid To"], days),
    )


def _day(text: str, known: dict[str, date]) -> date:
    if text not in known:
        month, day, year = map(int, text.split("/"))
        known[text] = date(year, month, day)
    return known[text]
