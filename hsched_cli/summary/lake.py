"""Counts and tomorrow's hours, read from the Parquet files past de-identification."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hsched_adapters.settings import Paths, Practice
    from hsched_core.ports import IdentifiedZone

# stage shown to people -> where its rows lie below the practice's folder
STAGES = {
    "de-identified appointment events": "lake/deid_ehr__appointments/*.parquet",
    "de-identified client records": "lake/deid_ehr__clients/*.parquet",
    "feature rows (two moments a visit)": "tables/feat_no_show__appointments.parquet",
}
RAW_STAGES = {"raw appointment events": "raw_ehr__appointments/", "raw client records": "raw_ehr__clients/"}
HOURS_SHOWN = 8
HOURS_SQL = """
    select
        hour(timezone($zone, starts_at)) as hour,
        clinician_token as clinician,
        count(*) as appointments,
        sum(probability) as expected_missed
    from read_parquet($scores)
    where starts_on = $day
    group by all
    order by expected_missed desc, hour, clinician
    limit $shown
"""
NEXT_DAY_SQL = "select min(starts_on) as day from read_parquet($scores) where starts_on >= $from_day"


def raw_rows(zone: "IdentifiedZone") -> list[dict[str, Any]]:
    """Rows of the encrypted extracts, from the footers of their files."""
    return [
        {"stage": stage, "rows": sum(_footer_rows(zone.read(name)) for name in zone.names(prefix))} for stage, prefix in RAW_STAGES.items()
    ]


def _footer_rows(content: bytes) -> int:
    import io

    import pyarrow.parquet as pq

    return int(pq.read_metadata(io.BytesIO(content)).num_rows)


def row_counts(paths: "Paths") -> list[dict[str, Any]]:
    """Rows of each stage that has any file."""
    return [{"stage": stage, "rows": rows} for stage, pattern in STAGES.items() if (rows := _count(paths.home / pattern)) is not None]


def _count(pattern: Path) -> int | None:
    if not list(pattern.parent.glob(pattern.name)):
        return None
    return int(_rows("select count(*) as rows from read_parquet($files)", files=str(pattern))[0]["rows"])


def scored_rows(paths: "Paths", days: Sequence[date]) -> int:
    """Scores written for those days."""
    return sum(_count(scores_file(paths, day)) or 0 for day in days)


def scores_file(paths: "Paths", day: date) -> Path:
    return paths.scores / f"{day.isoformat()}.parquet"


def riskiest_hours(paths: "Paths", practice: "Practice", day: date) -> dict[str, Any] | None:
    """The next clinic day after today (the day after `day`) and the hours in which most visits are expected to be missed."""
    file = scores_file(paths, day)
    if not file.exists():
        return None
    coming = _rows(NEXT_DAY_SQL, scores=str(file), from_day=day + timedelta(days=2))[0]["day"]
    if coming is None:
        return None
    hours = _rows(HOURS_SQL, zone=practice.timezone, scores=str(file), day=coming, shown=HOURS_SHOWN)
    return {"on": coming, "hours": [_rounded(hour) for hour in hours]}


def _rounded(hour: dict[str, Any]) -> dict[str, Any]:
    return {**hour, "expected_missed": round(float(hour["expected_missed"]), 2)}


def _rows(sql: str, **values: object) -> list[dict[str, Any]]:
    """The rows of a query, as dicts, on a DuckDB of its own in memory."""
    import duckdb

    with duckdb.connect() as connection:
        result = connection.execute(sql, values)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
