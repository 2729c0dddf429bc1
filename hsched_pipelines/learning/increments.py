"""Whether dbt's tables can take the lake's new days in, or must be built whole; and what they hold by now.

A file beside the warehouse remembers the lake's files that went into it, and the code and choices it was built by. New files are added.
Anything else that differs (a file changed or gone, other SQL, another time zone) makes a whole build, and the plan says why.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

TABLES = ("appointments", "clients", "communications")  # what dbt reads by increments; the others are small and read whole
PROGRAMS = ("dbt-core", "dbt-duckdb", "duckdb")
SQL = ("macros", "models", "dbt_project.yml", "profiles.yml")
WHOLE = "--full-refresh"
Print = list[Any]  # of a file: bytes, time of writing in ns, SHA-256
Files = dict[str, dict[str, Print]]  # by table and day


@dataclass(frozen=True)
class Plan:
    """What dbt is told: a whole build and its reason, or the days to add. `begin` before dbt runs, `commit` when it is done."""

    state: Path
    basis: Mapping[str, Any]
    files: Files
    reason: str | None  # of a whole build
    added: Mapping[str, list[str]]
    known_through: str | None

    def __str__(self) -> str:
        if self.reason is not None:
            return f"whole build: {self.reason}"
        days = sorted({day for days in self.added.values() for day in days})
        return f"increment: {days[0]} to {days[-1]}, {len(days)} days" if days else "increment: no new days"

    @property
    def flags(self) -> list[str]:
        return [] if self.reason is None else [WHOLE]

    @property
    def variables(self) -> dict[str, object]:
        """For dbt's --vars, beside the practice's own."""
        through = max(self.files[TABLES[0]], default=None)
        if self.reason is not None:
            return {"records_through": through}
        return {"records_through": through, "known_through": self.known_through, "new_days": dict(self.added)}

    def begin(self) -> None:
        """Note what is about to go in: a run that stops half-way may have taken in some of it."""
        if self.reason is not None:
            self.state.unlink(missing_ok=True)
            return
        kept = json.loads(self.state.read_text(encoding="utf-8"))
        self._write({**kept, "begun": {table: {day: self.files[table][day] for day in days} for table, days in self.added.items()}})

    def commit(self) -> None:
        """The tables hold the lake as it was planned."""
        self._write({"basis": dict(self.basis), "files": self.files})

    def _write(self, content: Mapping[str, Any]) -> None:
        fresh = self.state.with_suffix(".new")
        fresh.write_text(json.dumps(content), encoding="utf-8")
        os.replace(fresh, self.state)


def plan_build(lake: Path, warehouse: Path, basis: Mapping[str, Any], whole: str | None = None) -> Plan:
    """The next build of the warehouse. `whole` is a reason of the caller's to build all of it."""
    state = warehouse.with_suffix(".state.json")
    before = _before(state) if warehouse.exists() else None
    known: Files = before["files"] if before else {table: {} for table in TABLES}
    seen = {table: {**known[table], **(before or {}).get("begun", {}).get(table, {})} for table in TABLES}
    files = {table: _prints(sorted((lake / f"deid_ehr__{table}").glob("*.parquet")), seen[table]) for table in TABLES}
    added = {table: sorted(files[table].keys() - known[table].keys()) for table in TABLES}
    reason = whole or _reason(before, seen, files, basis)
    return Plan(state, basis, files, reason, added, max(known[TABLES[0]], default=None))


def basis_of(project: Path, choices: Mapping[str, object]) -> dict[str, Any]:
    """What tables rest on beside the lake: the SQL, the programs that run it, the practice's choices."""
    digest = hashlib.sha256()
    places = (project / name for name in SQL)
    for file in sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.*"))):
        digest.update(file.relative_to(project).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    programs = {name: version(name) for name in PROGRAMS}
    return {"SQL": digest.hexdigest(), **programs, **choices}


def _before(state: Path) -> dict[str, Any] | None:
    """The state as it was left; None where there is none that can be read."""
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) and {"basis", "files"} <= content.keys() else None


def _prints(files: Iterable[Path], seen: Mapping[str, Print]) -> dict[str, Print]:
    """Each day's print. A file of the size and time that were seen is not read again; one written anew is judged by its bytes."""
    return {file.stem: _print(file, seen.get(file.stem)) for file in files}


def _print(file: Path, seen: Print | None) -> Print:
    stat = file.stat()
    if seen and seen[:2] == [stat.st_size, stat.st_mtime_ns]:
        return seen
    return [stat.st_size, stat.st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest()]


def _reason(before: Mapping[str, Any] | None, seen: Files, files: Files, basis: Mapping[str, Any]) -> str | None:
    if before is None:
        return "there are no tables yet"
    other = sorted(name for name in before["basis"].keys() | basis.keys() if before["basis"].get(name) != basis.get(name))
    if other:
        return f"not built by today's {', '.join(other)}"
    moved = sorted({day for table in TABLES for day, found in seen[table].items() if files[table].get(day, [None])[-1] != found[-1]})
    if moved:
        return f"records of {moved[0]} changed" + (f", and of {len(moved) - 1} more days" if len(moved) > 1 else "")
    return None if any(before["files"].values()) else "no records were known"
