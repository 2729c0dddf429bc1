"""A practice's event log in the lake's form, of any size: two events a visit, made by one SQL statement.

N visits over THREE_YEARS days: N / 50 clients, N / 3300 clinicians, booked 0 to 27 days ahead, the outcome recorded 10 minutes to 2 days
after the end, 1 in 50 put right a month later; no reminders. History lies in files of a month; the last days in a file each, to be added
one by one.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from hsched_pipelines.lake import lake_name, lake_schema

FIRST, THREE_YEARS = date(2023, 1, 2), 1095
LAST_DAYS, STILL_TO_COME = 8, 40  # days; visits of the last forty are booked in part and not held yet
ZONE = "America/New_York"
LENGTH = timedelta(days=30)
TYPES = {"string": "varchar", "int64": "bigint", "int32": "integer", "date32[day]": "date", "bool": "boolean", "double": "double"}


def last_days() -> list[date]:
    """The days kept aside, oldest first."""
    end = FIRST + timedelta(days=THREE_YEARS - STILL_TO_COME)
    return [end - timedelta(days=number) for number in range(LAST_DAYS, 0, -1)]


def write_log(folder: Path, visits: int) -> None:
    """`folder/lake` with the history, `folder/later` with the last days."""
    with duckdb.connect() as db:
        db.execute(f"set timezone = '{ZONE}'")
        db.execute("set preserve_insertion_order = false")
        db.execute("create macro draw(key, number, below) as (hash(key, number) % below)::int")
        db.execute(f"create table visits as {_visits(visits)}")
        db.execute(f"create view events as {EVENTS}")
        db.execute(f"create view clients as {_clients(visits)}")
        _write_none(folder / "lake" / lake_name("communications"))
        for table, made in (("appointments", "events"), ("clients", "clients")):
            columns = ", ".join(_column(field.name, str(field.type), db, made) for field in lake_schema(table))
            last = last_days()
            day = FIRST - timedelta(days=60)
            while day < last[0]:
                end = min(day + LENGTH, last[0])
                _write(db, f"select {columns} from {made}", folder / "lake" / lake_name(table) / f"{end - timedelta(days=1)}", day, end)
                day = end
            for day in last:
                target = folder / "later" / lake_name(table) / str(day)
                _write(db, f"select {columns} from {made}", target, day, day + timedelta(days=1))


def _write(db: duckdb.DuckDBPyConnection, rows: str, target: Path, first: date, end: date) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    within = f"recorded_at >= timestamptz '{first}' and recorded_at < timestamptz '{end}'"
    db.execute(f"copy (select * from ({rows}) where {within}) to '{target}.parquet' (compression zstd)")


def _write_none(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(lake_schema("communications").empty_table(), folder / f"{FIRST}.parquet")


def _column(name: str, kind: str, db: duckdb.DuckDBPyConnection, made: str) -> str:
    there = {row[0] for row in db.execute(f"describe {made}").fetchall()}
    sql_type = "timestamptz" if kind.startswith("timestamp") else TYPES[kind]
    return f"{name if name in there else 'null'}::{sql_type} as {name}"


def _visits(count: int) -> str:
    clients, clinicians = max(count // 50, 1), max(count // 3300, 2)
    return f"""
        select
            i,
            sha256('a' || i)[:26] as appointment_token,
            sha256('c' || i % {clients})[:26] as client_token,
            sha256('k' || draw(i % {clients}, 8, {clinicians}))[:26] as clinician_token,
            sha256('s' || draw(i % {clients}, 9, 7))[:26] as site_token,
            ['individual', 'intake', 'medication', 'group'][1 + draw(i, 1, 4)] as session_type,
            ['in_person', 'video', 'phone'][1 + draw(i, 2, 3)] as modality,
            date '{FIRST}' + (i // {clients} * {THREE_YEARS} / 50 + draw(i, 3, 22))::int as starts_on,
            starts_on + to_hours(8 + draw(i, 4, 10)) as local_start,
            local_start::timestamptz as starts_at,
            (local_start - to_minutes(draw(i, 5, 40000)))::timestamptz as booked_at,
            50 as duration_minutes,
            case when draw(i, 6, 100) < 10 + draw(i % {clients}, 10, 15) then 'no_show' else 'attended' end as outcome,
            starts_at + to_minutes(60 + draw(i, 7, 2880)) as outcome_recorded_at
        from range({count}) as made (i)
    """


EVENTS = """
    select *, 'booked' as event_type, 'client' as event_by, booked_at as event_at, booked_at as recorded_at from visits
    union all
    select *, outcome, 'client', starts_at + interval 50 minute, outcome_recorded_at from visits
    union all
    select *, case outcome when 'attended' then 'no_show' else 'attended' end, 'client', starts_at + interval 50 minute,
        outcome_recorded_at + interval 30 day
    from visits
    where i % 50 = 0
"""


def _clients(count: int) -> str:
    return f"""
        select
            sha256('c' || i)[:26] as client_token,
            timestamptz '{FIRST - timedelta(days=40)}' + to_minutes(draw(i, 11, 50000)) as recorded_at,
            6 + draw(i, 12, 84) as age_years,
            'female' as gender
        from range({max(count // 50, 1)}) as made (i)
    """
