"""Feature tables: a whole build through dbt beside the same SQL without it, pandas, and the daily step beside a scan of the log.

    python -m benchmarks.features [--sizes 100000 1000000] [--works dbt raw pandas day rest] [--rounds 5] [--folder DIR [--keep]]
        [--busy 0.1] > features.json

SQL seconds are those DuckDB spends on statements; dbt's own time is reported beside them. The day's step is what a score waits for: the
tables behind the coming visits of two weeks, and those rows; beside it, the same with the visits of one day. The daily job's other work,
training rows and insights, is `rest`. Works can be timed one by one on a practice that is kept: a whole build of ten million visits takes
minutes. A table in Markdown goes to stderr.
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
from hsched_pipelines.learning.increments import Plan, basis_of, plan_build
from tests.dbt_harness import PROJECT, Practice

SCORE = ("+feat_no_show__coming",)  # what a daily score needs
ALL = (*SCORE, "+feat_no_show__appointments")
REST = ("+feat_no_show__appointments", "+tag:insights")
COMING = ("int_attendance__coming", "int_attendance__coming_outcomes", "int_attendance__coming_bookings", "feat_no_show__coming")
TRAINING = (
    "int_attendance__moments",
    "int_attendance__moments_outcomes",
    "int_attendance__moments_bookings",
    "int_no_show__appointments",
    "feat_no_show__appointments",
)
WORKS = ("dbt", "raw", "pandas", "day", "rest")
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

    def seconds_of(self, *models: str) -> float:
        """Of the statements of these models, by the comment dbt puts on them."""
        return sum(seconds for sql, seconds in self.sent if any(f'model.hsched.{model}"' in sql for model in models))


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
    rows: dict[str, int] = field(default_factory=dict)  # of the last day's coming visits, by what was asked for
    _plan: Plan | None = None

    @property
    def lake(self) -> Path:
        return self.practice.home / "lake"

    def whole(self) -> Statements:
        """All tables from the whole lake, through dbt; as of the newest day."""
        return self._build(ALL, "measured")

    def score(self) -> Statements:
        """The tables of a score alone, from the whole lake."""
        return self._build(SCORE, "measured")

    def _build(self, select: Sequence[str], whole: str | None) -> Statements:
        self._plan = plan_build(self.lake, self.practice.home / "warehouse.duckdb", basis_of(PROJECT, self.practice.choices()), whole)
        self._plan.begin()
        statements = self._run(self._plan, select)
        self._plan.commit()
        return statements

    def _run(self, plan: Plan, select: Sequence[str], *flags: str, **choices: object) -> Statements:
        as_of = self.newest + timedelta(days=1)
        with recorded() as statements:
            self.practice.run((as_of, as_of), select, ["--threads", "1", *plan.flags, *flags], **plan.variables, **choices)
        return statements

    def raw(self, statements: Statements) -> float:
        """Seconds of the same statements in a database of their own, without dbt."""
        file = self.practice.home / "raw" / "warehouse.duckdb"  # dbt's statements name the database
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        with duckdb.connect(str(file), config={"threads": 2}) as db:
            db.execute("attach ':memory:' as scratch")
            db.execute("set timezone = 'UTC'")
            db.execute("set preserve_insertion_order = false")
            start = time.perf_counter()
            for sql in _tables(statements):
                db.execute(sql)
            return time.perf_counter() - start

    def day(self) -> Statements:
        """The next day's files put into the lake and taken in: the tables of a score, and the coming visits."""
        if not self.days:
            raise SystemExit("All days kept aside are in the lake: write the practice anew, or ask for fewer rounds.")
        self.newest = self.days.pop(0)
        for table in ("appointments", "clients"):
            name = f"{lake_name(table)}/{self.newest}.parquet"
            shutil.copy(self.practice.home / "later" / name, self.lake / name)
        statements = self._build(SCORE, None)
        self.rows["day"] = self._scored()
        return statements

    def one_day(self) -> Statements:
        """The coming visits once more, of the first day alone."""
        statements = self._run(self._done(), ("tag:daily",), coming_days=1)
        self.rows["one_day"] = self._scored()
        return statements

    def rest(self) -> Statements:
        """What the daily job does beside it, for the same day: training rows with their file, and the insights."""
        return self._run(self._done(), REST, "--exclude", *SCORE)

    def _done(self) -> Plan:
        if self._plan is None:
            raise SystemExit("There is no day yet whose visits or rest are asked for.")
        return self._plan

    def _scored(self) -> int:
        """Rows of coming visits as of the newest day."""
        folder = self.practice.tables / "feat_no_show__coming" / f"as_of_on={self.newest + timedelta(days=1)}"
        (rows,) = duckdb.execute(f"select count(*) from read_parquet('{folder}/*.parquet')").fetchone() or (0,)
        return int(rows)

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
    words = ("create ", "insert ", "copy ", "alter ", "set variable ")
    made = [sql for sql, _ in statements.sent if any(word in sql.lower() for word in words)]
    return [sql for sql in made if "create schema" not in sql.lower()]


def measured(folder: Path, visits: int, rounds: int, busy: float, works: Sequence[str] = WORKS) -> dict[str, Any]:
    """Every figure of one size that the works give."""
    days = last_days()
    if not (folder / "lake").exists():
        write_log(folder, visits)
    left = [day for day in days if not (folder / "lake" / lake_name("appointments") / f"{day}.parquet").exists()]
    bench = Bench(Practice(folder), visits, left, left[0] - timedelta(days=1))
    found: dict[str, Any] = {"visits": visits}
    if {"dbt", "raw", "pandas"} & set(works):
        found |= _whole(bench, rounds, busy, works)
    if {"day", "rest"} & set(works):
        found |= _daily(bench, rounds, busy, works)
    if "whole_sql_s" in found and "day_sql_s" in found:
        found["day_to_whole"] = found["day_sql_s"] / found["whole_sql_s"]
    return found


def _whole(bench: Bench, rounds: int, busy: float, works: Sequence[str]) -> dict[str, Any]:
    """A build of everything; before the days are added: moments to come would see more of them."""
    turns: dict[str, harness.Work] = {"dbt": bench.whole}
    if "raw" in works:
        first = bench.whole()  # its statements; also, dbt parses and files are cached
        turns["raw"] = lambda: bench.raw(first)
    whole = harness.interleaved(turns, rounds, busy)
    sql = whole.median("dbt", lambda one: one.result.seconds)
    found = {
        "whole_rounds": rounds,
        "whole_sql_s": sql,
        "whole_dbt_overhead_s": whole.median("dbt") - sql,
        "whole_score_sql_s": whole.median("dbt", lambda one: one.result.seconds - one.result.seconds_of(*TRAINING)),
        "peak_mib": whole.peak_mib("dbt"),
        "whole_foreign": max(one.foreign for one in whole.kept["dbt"]),
        "whole_refused_rounds": whole.refused,
        "spread_whole_s": whole.spread("dbt"),
    }
    if "raw" in works:
        raw = whole.median("raw", lambda one: one.result)
        found |= {"raw_s": raw, "whole_to_raw": sql / raw}
    if "pandas" in works:
        slow, history = bench.pandas_seconds(), whole.median("dbt", lambda one: one.result.seconds_of(HISTORY))
        found |= {"history_sql_s": history, "pandas_s": slow, "pandas_to_history": slow / history}
    return found


def _daily(bench: Bench, rounds: int, busy: float, works: Sequence[str]) -> dict[str, Any]:
    """The days, each beside a scan of the log as it is then."""
    first: dict[str, Any] = {}
    if not (bench.practice.home / "warehouse.duckdb").exists():
        built = harness.timed(bench.score)  # once, whoever else is at work: it takes minutes
        first = {"score_once_sql_s": built.result.seconds, "score_once_foreign": built.foreign, "score_once_peak_mib": built.peak_mib}
        print(first, file=sys.stderr, flush=True)
    turns: dict[str, harness.Work] = {"scan": bench.scan, "day": bench.day, "one_day": bench.one_day}
    if "rest" in works:
        turns["rest"] = bench.rest
    daily = harness.interleaved(turns, min(rounds, len(bench.days)), busy)
    scan, step = daily.median("scan"), daily.median("day", lambda one: one.result.seconds)
    coming = daily.median("day", lambda one: one.result.seconds_of(*COMING))
    one_day = step - coming + daily.median("one_day", lambda one: one.result.seconds)
    found = first | {
        "day_rounds": min(rounds, len(daily.kept["day"])),
        "scan_s": scan,
        "day_sql_s": step,
        "day_coming_sql_s": coming,
        "day_dbt_overhead_s": daily.median("day") - step,
        "day_to_scan": step / scan,
        "day_rows": bench.rows["day"],
        "one_day_sql_s": one_day,
        "one_day_to_scan": one_day / scan,
        "one_day_rows": bench.rows["one_day"],
        "day_peak_mib": daily.peak_mib("day"),
        "day_foreign": max(one.foreign for one in daily.kept["day"]),
        "day_refused_rounds": daily.refused,
        "spread_day_s": daily.spread("day"),
    }
    if "rest" in works:
        found["rest_sql_s"] = daily.median("rest", lambda one: one.result.seconds)
    return found


@contextmanager
def _place(parent: Path | None, visits: int, keep: bool) -> Iterator[Path]:
    if keep:
        if parent is None:
            raise SystemExit("--keep needs a --folder to keep the practice in.")
        yield parent / str(visits)
        return
    with tempfile.TemporaryDirectory(prefix="hsched-bench-", dir=parent) as folder:
        yield Path(folder)


def exponent(sizes: Sequence[dict[str, Any]]) -> float | None:
    """How the whole build grows from the smallest size to the largest: 1 is in proportion."""
    if len(sizes) < 2 or "whole_sql_s" not in sizes[0]:
        return None
    small, large = sizes[0], sizes[-1]
    return math.log(large["whole_sql_s"] / small["whole_sql_s"]) / math.log(large["visits"] / small["visits"])


def main() -> None:
    """One JSON document on stdout, a table on stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=harness.ROUNDS, help="at most eight: one day each")
    parser.add_argument("--busy", type=float, default=harness.MOST_FOREIGN_CPU, help="share of the CPU that others may take")
    parser.add_argument(
        "--works", nargs="+", choices=WORKS, default=WORKS, help="what is timed; raw and pandas beside dbt, rest beside day"
    )
    parser.add_argument("--folder", type=Path, help="where the data goes (10 million visits: about 30 GB)")
    parser.add_argument(
        "--keep", action="store_true", help="leave each size's practice in the folder, and go on with the one that is there"
    )
    chosen = parser.parse_args()
    sizes = []
    for visits in sorted(chosen.sizes):
        with _place(chosen.folder, visits, chosen.keep) as folder:
            sizes.append(measured(folder, visits, chosen.rounds, chosen.busy, chosen.works))
        print(harness.markdown(sizes), file=sys.stderr)
    json.dump({**harness.machine(PACKAGES), "busy": chosen.busy, "exponent": exponent(sizes), "sizes": sizes}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
