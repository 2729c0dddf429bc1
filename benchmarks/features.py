"""Feature tables: a whole build through dbt beside the same SQL without it, pandas, and the daily step beside a scan of the log.

    python -m benchmarks.features [--sizes 100000 1000000] [--rounds 5] [--folder DIR] [--busy 0.1] > features.json

SQL seconds are those DuckDB spends on statements; dbt's own time is reported beside them. A table in Markdown goes to stderr.
"""

import argparse
import json
import math
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import harness
from benchmarks.attendance import last_days, write_log
from hsched_pipelines.lake import lake_name, lake_schema
from hsched_pipelines.learning.increments import basis_of, plan_build
from tests.dbt_harness import PROJECT, Practice

SCORE = ("+feat_no_show__coming",)  # what a daily score needs
ALL = (*SCORE, "+feat_no_show__appointments")
HISTORY = "int_attendance__moments_outcomes"
PANDAS_VISITS = 2_000  # pandas gets clients of about so many visits; its time grows with their rows
PANDAS_AT = 1_000_000
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "pandas")


@dataclass
class Statements:
    """The SQL that dbt sent, and how long DuckDB took for each."""

    sent: list[tuple[str, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.sent)

    def seconds_of(self, model: str) -> float:
        """Of the statements of one model, by the comment dbt puts on them."""
        return sum(seconds for sql, seconds in self.sent if f'model.hsched.{model}"' in sql)


@contextmanager
def recorded() -> Iterator[Statements]:
    """Every statement of dbt's DuckDB cursors within the block."""
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

    statements, execute = Statements(), DuckDBCursorWrapper.execute

    def timed(self: Any, sql: str, bindings: Any = None) -> Any:
        start = time.perf_counter()
        try:
            return execute(self, sql, bindings)
        finally:
            statements.sent.append((sql, time.perf_counter() - start))

    DuckDBCursorWrapper.execute = timed
    try:
        yield statements
    finally:
        DuckDBCursorWrapper.execute = execute


@dataclass
class Bench:
    """One size: a practice whose lake holds the history, and the days to come."""

    practice: Practice
    visits: int
    days: list[date]
    newest: date

    @property
    def lake(self) -> Path:
        return self.practice.home / "lake"

    def whole(self) -> Statements:
        """All tables from the whole lake, through dbt; as of the newest day."""
        return self._build(ALL, "measured")

    def _build(self, select: Sequence[str], whole: str | None) -> Statements:
        as_of = self.newest + timedelta(days=1)
        plan = plan_build(self.lake, self.practice.home / "warehouse.duckdb", basis_of(PROJECT, self.practice.choices()), whole)
        plan.begin()
        with recorded() as statements:
            self.practice.run((as_of, as_of), select, ["--threads", "1", *plan.flags], **plan.variables)
        plan.commit()
        return statements

    def raw(self, statements: Statements) -> float:
        """Seconds of the same statements in a database of their own, without dbt."""
        file = self.practice.home / "raw" / "warehouse.duckdb"  # dbt's statements name the database
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        with duckdb.connect(str(file), config={"threads": 2}) as db:
            db.execute("set timezone = 'UTC'")
            db.execute("set preserve_insertion_order = false")
            start = time.perf_counter()
            for sql in _tables(statements):
                db.execute(sql)
            return time.perf_counter() - start

    def day(self) -> Statements:
        """The next day's files put into the lake and taken in: the tables of a score, and the coming visits."""
        self.newest = self.days.pop(0)
        for table in ("appointments", "clients"):
            name = f"{lake_name(table)}/{self.newest}.parquet"
            shutil.copy(self.practice.home / "later" / name, self.lake / name)
        return self._build(SCORE, None)

    def scan(self) -> float:
        """Seconds to read every column of the lake's appointment log once."""
        columns = ", ".join(f"max({name})" for name in lake_schema("appointments").names)
        start = time.perf_counter()
        with duckdb.connect(config={"threads": 2}) as db:
            db.execute(f"select {columns} from read_parquet('{self.lake}/{lake_name('appointments')}/*.parquet')").fetchall()
        return time.perf_counter() - start

    def pandas_seconds(self) -> float:
        """Seconds of `groupby().apply` on a sample of the clients, scaled up to all their rows."""
        from benchmarks.pandas_history import client_history

        part = f"hash(client_token) % {max(self.visits // PANDAS_VISITS, 1)} = 0"
        with self._copied() as db:
            moments = db.execute(f"select client_token, scored_at from int_attendance__moments where {part}").df()
            log = db.execute(f"select * from int_attendance__client_log where {part}").df()
            (rows,) = db.execute("select count(*) from int_attendance__moments").fetchone() or (0,)
            ours = db.execute(f"""
                select sum(visits), sum(no_shows), sum(visits_90d), sum(expected)
                from {HISTORY} inner join int_attendance__moments using (moment_id)
                where {part}
            """).fetchone()
        start = time.perf_counter()
        theirs = client_history(moments, log)
        seconds = time.perf_counter() - start
        sums = theirs[["visits", "no_show", "visits_90d", "expected"]].sum()
        if not all(math.isclose(one, other or 0, rel_tol=1e-9) for one, other in zip(sums, ours or (), strict=True)):
            raise SystemExit(f"pandas and dbt disagree: {list(sums)} and {ours}.")
        return seconds * rows / len(moments)

    @contextmanager
    def _copied(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The tables, while dbt holds their file."""
        for end in ("", ".wal"):
            if (source := self.practice.home / f"warehouse.duckdb{end}").exists():
                shutil.copy(source, self.practice.home / f"copy.duckdb{end}")
        with duckdb.connect(str(self.practice.home / "copy.duckdb")) as db:
            yield db


def _tables(statements: Statements) -> list[str]:
    """The statements that make tables, views and files, under the names the next ones read; not dbt's questions and its housekeeping."""
    made = [sql for sql, _ in statements.sent if any(word in sql.lower() for word in ("create ", "copy ", "alter "))]
    return [sql for sql in made if "create schema" not in sql.lower()]


def measured(folder: Path, visits: int, rounds: int, busy: float) -> dict[str, Any]:
    """Every figure of one size."""
    write_log(folder, visits)
    days = last_days()
    bench = Bench(Practice(folder), visits, days, days[0] - timedelta(days=1))
    first = bench.whole()  # dbt parses, files are cached; also the statements for `raw`
    whole = harness.interleaved({"dbt": bench.whole, "raw": lambda: bench.raw(first)}, rounds, busy)
    # before the days are added: moments to come would see more of them
    slow = bench.pandas_seconds() if visits <= PANDAS_AT else None
    daily = harness.interleaved({"scan": bench.scan, "day": bench.day}, min(rounds, len(days)), busy)
    sql = whole.median("dbt", lambda one: one.result.seconds)
    raw, scan = whole.median("raw", lambda one: one.result), daily.median("scan", lambda one: one.result)
    step = daily.median("day", lambda one: one.result.seconds)
    found = {
        "visits": visits,
        "whole_sql_s": sql,
        "whole_dbt_overhead_s": whole.median("dbt") - sql,
        "raw_s": raw,
        "whole_to_raw": sql / raw,
        "peak_mib": whole.peak_mib("dbt"),
        "day_sql_s": step,
        "day_dbt_overhead_s": daily.median("day") - step,
        "scan_s": scan,
        "day_to_scan": step / scan,
        "day_to_whole": step / sql,
        "refused_rounds": whole.refused + daily.refused,
        "spread_whole_s": whole.spread("dbt"),
        "spread_day_s": daily.spread("day"),
    }
    if slow is not None:
        history = whole.median("dbt", lambda one: one.result.seconds_of(HISTORY))
        found |= {"history_sql_s": history, "pandas_s": slow, "pandas_to_history": slow / history}
    return found


def exponent(sizes: Sequence[dict[str, Any]]) -> float | None:
    """How the whole build grows from the smallest size to the largest: 1 is in proportion."""
    if len(sizes) < 2:
        return None
    small, large = sizes[0], sizes[-1]
    return math.log(large["whole_sql_s"] / small["whole_sql_s"]) / math.log(large["visits"] / small["visits"])


def main() -> None:
    """One JSON document on stdout, a table on stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=harness.ROUNDS, help="at most eight: one day each")
    parser.add_argument("--busy", type=float, default=harness.MOST_FOREIGN_CPU, help="share of the CPU that others may take")
    parser.add_argument("--folder", type=Path, help="where the data goes (10 million visits: about 20 GB)")
    chosen = parser.parse_args()
    sizes = []
    for visits in sorted(chosen.sizes):
        with tempfile.TemporaryDirectory(prefix="hsched-bench-", dir=chosen.folder) as folder:
            sizes.append(measured(Path(folder), visits, chosen.rounds, chosen.busy))
            print(harness.markdown(sizes), file=sys.stderr)
    json.dump({**harness.machine(PACKAGES), "busy": chosen.busy, "exponent": exponent(sizes), "sizes": sizes}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
