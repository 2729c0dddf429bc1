"""dbt_project on a small lake, in this process: rows in, feature tables out. Parsed once; every build starts from an empty lake."""

import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hsched_pipelines.lake import lake_name, lake_schema, write_day
from hsched_pipelines.learning.increments import basis_of, plan_build

PROJECT = Path(__file__).parents[1] / "dbt_project"
ZONE = "America/New_York"
TABLES = ("appointments", "clients", "clinicians", "communications")
HOLIDAYS = ["2026-02-16", "2026-03-07", "2026-03-09", "2026-10-12", "2026-11-11", "2026-11-26"]
MODELS = ("+feat_no_show__appointments", "+feat_no_show__coming")
Row = Mapping[str, Any]
Log = Mapping[str, Sequence[Row]]  # rows by table


@dataclass(frozen=True)
class Built:
    """What a build wrote, read into memory."""

    appointments: pd.DataFrame
    coming: pd.DataFrame


@dataclass
class Practice:
    """A home with a lake and dbt's folders. The manifest holds the home's paths, so one home serves many builds."""

    home: Path
    zone: str = ZONE
    holidays: Sequence[str] = tuple(HOLIDAYS)  # ISO days
    _manifest: Any = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"Practice({self.home})"

    @property
    def tables(self) -> Path:
        return self.home / "tables"

    def build(
        self, log: Log, *, days: tuple[date, date] | None = None, files: int = 1, seed: int = 0, select: Sequence[str] = MODELS
    ) -> Built:
        """Feature tables of a log from nothing; coming visits as of `days`, first and last."""
        self.clear()
        self.write(log, files=files, seed=seed)
        self.run(days, select)
        return Built(self.appointments(), self.coming())

    def add_days(self, log: Log, recorded: Sequence[date], days: tuple[date, date] | None = None) -> str:
        """Write the lake's files of the days on which rows were recorded, then build as the daily job does; how it was built."""
        for table in ("appointments", "clients", "communications"):
            for day in recorded:
                rows = [row for row in log.get(table, ()) if row["recorded_at"].astimezone(ZoneInfo(ZONE)).date() == day]
                write_day(self.home / "lake", table, day, rows)
        shutil.rmtree(self.tables / "feat_no_show__coming", ignore_errors=True)  # as forget_days does for the days that run
        choices = self.choices()
        plan = plan_build(self.home / "lake", self.home / "warehouse.duckdb", basis_of(PROJECT, choices))
        plan.begin()
        self.run(days, flags=plan.flags, **plan.variables)
        plan.commit()
        return str(plan)

    def clear(self) -> None:
        """No lake, no tables, nothing known."""
        for folder in ("lake", "tables"):
            shutil.rmtree(self.home / folder, ignore_errors=True)
        (self.home / "warehouse.state.json").unlink(missing_ok=True)

    def write(self, log: Log, *, files: int = 1, seed: int = 0) -> None:
        """The lake's files: rows dealt out in an order of the seed's."""
        for table in TABLES:
            rows = [dict(row) for row in log.get(table, ())]
            random.Random(seed).shuffle(rows)
            folder = self.home / "lake" / lake_name(table)
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(files):
                dealt = pa.Table.from_pylist(rows[number::files], schema=lake_schema(table))
                pq.write_table(dealt, folder / f"{date(2026, 1, 1) + timedelta(days=number)}.parquet")

    def choices(self) -> dict[str, object]:
        return {"timezone": self.zone, "late_cancel_hours": 24}

    def run(self, days: tuple[date, date] | None = None, select: Sequence[str] = MODELS, flags: Sequence[str] = (), **more: object) -> None:
        """`dbt run` over the lake as it is; AssertionError with dbt's words when it fails."""
        (self.tables / "feat_no_show__coming").mkdir(parents=True, exist_ok=True)
        days_off = pa.table({"day": pa.array([date.fromisoformat(day) for day in self.holidays], pa.date32())})
        pq.write_table(days_off, self.tables / "public_holidays.parquet")
        known = {**self.choices(), **more}
        if days:
            known |= {"as_of_start": str(days[0]), "as_of_end": str(days[1])}
        self._invoke("--no-write-json", "run", *flags, "--select", *select, "--vars", json.dumps(known))

    def appointments(self) -> pd.DataFrame:
        return _typed(pd.read_parquet(self.tables / "feat_no_show__appointments.parquet"))

    def coming(self) -> pd.DataFrame:
        files = sorted(self.tables.glob("feat_no_show__coming/as_of_on=20*/*.parquet"))  # without rows dbt-duckdb writes a null day
        frames = [pd.read_parquet(file, partitioning=None).assign(as_of_on=_folder_day(file)) for file in files]
        return _typed(pd.concat(frames, ignore_index=True)) if frames else pd.DataFrame()

    def _invoke(self, *words: str) -> Any:
        from dbt.cli.main import dbtRunner

        with _environment(self._paths()):
            if self._manifest is None and "parse" not in words:
                self._manifest = self._invoke("--no-write-json", "--no-partial-parse", "parse")
            result = dbtRunner(manifest=self._manifest).invoke(["--quiet", "--log-level", "none", *words, *self._places()])
        failed = [
            f"{one.node.name}: {one.message}" for one in getattr(result.result, "results", []) if one.status not in ("success", "pass")
        ]
        assert result.success, failed or result.exception
        return result.result

    def _paths(self) -> dict[str, str]:
        lake, warehouse = self.home / "lake", self.home / "warehouse.duckdb"
        return {"HSCHED_LAKE": str(lake), "HSCHED_TABLES": str(self.tables), "HSCHED_WAREHOUSE": str(warehouse)}

    def _places(self) -> list[str]:
        target = str(self.home / "dbt")
        return ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", target, "--log-path", target]


@contextmanager
def _environment(known: Mapping[str, str]) -> Iterator[None]:
    quiet = {"DO_NOT_TRACK": "true", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    before = {name: os.environ.get(name) for name in {**known, **quiet}}
    os.environ.update({**known, **quiet})
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def _folder_day(file: Path) -> date:
    return date.fromisoformat(file.parent.name.removeprefix("as_of_on="))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(starts_on=pd.to_datetime(frame["starts_on"]).dt.date)
