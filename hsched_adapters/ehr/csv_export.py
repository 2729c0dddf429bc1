"""A CSV file read by a map: contract rows by table and recorded day, and every line that could not be trusted.

A line is landed, merged as a duplicate, or quarantined whole: lines in = landed + duplicates + rejected. Nothing is stored here.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hsched_adapters.ehr.cells import Setting
from hsched_adapters.ehr.csv_file import CsvFile, Line, positions, read_csv
from hsched_adapters.ehr.csv_map import ColumnMap, TableRule
from hsched_adapters.ehr.csv_rows import Row, RowError, RowReader
from hsched_core.domain.time import local_day
from hsched_core.ports import Rejected

REPORT_EVERY = 10_000
Progress = Callable[[str, int, int], None]
ByDay = dict[date, list[Any]]


def no_progress(_step: str, _done: int, _total: int) -> None:
    """For callers that show none."""


@dataclass
class Parsed:
    """What a file gave. Rows and rejections by table, then by local recorded day."""

    lines: int = 0
    landed: int = 0
    duplicates: int = 0
    unread_columns: int = 0
    open_line: int | None = None  # the last line where it has no line end: whether its last cell is whole cannot be told
    rows: dict[str, ByDay] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    rejected: dict[str, ByDay] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def all_rejected(self) -> list[Rejected]:
        """Every rejection in the file's order."""
        found = [row for days in self.rejected.values() for rows in days.values() for row in rows]
        return sorted(found, key=lambda row: row.row)


@dataclass(frozen=True)
class _Read:
    """A line that is sound in itself: its contract rows, and what identifies them -> what they say."""

    line: Line
    rows: Sequence[tuple[str, Row]]
    claims: Sequence[tuple[Any, Any]]


def parse(
    content: bytes,
    name: str,
    column_map: ColumnMap,
    setting: Setting,
    *,
    tables: Sequence[str] | None = None,
    only_day: date | None = None,
    progress: Progress = no_progress,
) -> Parsed:
    """Read a file for those tables (all of the map by default). `only_day`: rows recorded on another day are quarantined."""
    rules = {table: rule for table, rule in column_map.tables.items() if tables is None or table in tables}
    csv_file = read_csv(content, name, column_map.csv)
    return _Parsing(csv_file, column_map, rules, setting, only_day).run(progress)


class _Parsing:
    """One file's reading: first every line alone, then the lines against each other."""

    def __init__(
        self, csv_file: CsvFile, column_map: ColumnMap, rules: Mapping[str, TableRule], setting: Setting, only_day: date | None
    ) -> None:
        wanted = column_map.columns(rules)
        places = positions(csv_file, wanted)
        self._file = csv_file
        self._setting = setting
        self._only_day = only_day
        self._readers = [RowReader(rule, places, column_map.csv.empty, setting) for rule in rules.values()]
        self._parsed = Parsed(lines=len(csv_file.lines))
        self._parsed.unread_columns = len(set(csv_file.header) - set(wanted) - set(column_map.ignore))
        self._parsed.open_line = csv_file.lines[-1].number if csv_file.is_open and csv_file.lines else None
        self._undated: list[tuple[str, Rejected]] = []

    def run(self, progress: Progress) -> Parsed:
        reads = list(self._sound_lines(progress))
        contested = _contested(reads)
        seen: set[Any] = set()
        for read in reads:
            self._settle(read, contested, seen)
        self._date_the_undated()
        return self._parsed

    def _sound_lines(self, progress: Progress) -> Iterator[_Read]:
        total = len(self._file.lines)
        for done, line in enumerate(self._file.lines):
            if done % REPORT_EVERY == 0:
                progress("reading rows", done, total)
            read = self._read(line)
            if read is not None:
                yield read
        progress("reading rows", total, total)

    def _read(self, line: Line) -> _Read | None:
        width = len(self._file.header)
        if len(line.cells) != width:
            self._reject(self._readers[0], line, "", f"has {len(line.cells)} cells, the header {width}")
            return None
        rows: list[tuple[str, Row]] = []
        claims: list[tuple[Any, Any]] = []
        for reader in self._readers:
            try:
                record = reader.record(line.cells)
                found = self._checked_days(reader.rows(record))
            except RowError as finding:
                self._reject(reader, line, finding.field, finding.reason)
                return None
            rows += [(reader.name, row) for row in found]
            claims += _claims(reader, record)
        return _Read(line, rows, claims)

    def _checked_days(self, rows: list[Row]) -> list[Row]:
        if self._only_day is not None and any(self._day(row["recorded_at"]) != self._only_day for row in rows):
            raise RowError("recorded_at", "recorded on another day than the export's")
        return rows

    def _settle(self, read: _Read, contested: Mapping[Any, str], seen: set[Any]) -> None:
        """Land the line, merge it, or quarantine it."""
        reason = next((contested[claim] for claim, _ in read.claims if claim in contested), None)
        if reason is not None:
            self._reject(self._readers[0], read.line, "", reason)
            return
        new = [self._land(table, row, seen) for table, row in read.rows]
        if any(new):
            self._parsed.landed += 1
        else:
            self._parsed.duplicates += 1

    def _land(self, table: str, row: Row, seen: set[Any]) -> bool:
        content, booking = (table, *row.values()), _same_booking(table, row)
        if content in seen or booking in seen:
            return False
        seen.update((content, booking))
        self._parsed.rows[table][self._day(row["recorded_at"])].append(row)
        return True

    def _reject(self, reader: RowReader, line: Line, field_: str, reason: str) -> None:
        row = Rejected(self._file.name, line.number, field_, reason, json.dumps(line.cells, ensure_ascii=False))
        instant = reader.recorded_at(line.cells)
        day = self._only_day or (self._day(instant) if instant is not None else None)
        if day is None:
            self._undated.append((reader.name, row))
        else:
            self._parsed.rejected[reader.name][day].append(row)

    def _date_the_undated(self) -> None:
        """Rejected lines without a readable day are kept with the file's first day."""
        days = [day for by_day in (*self._parsed.rows.values(), *self._parsed.rejected.values()) for day in by_day]
        for table, row in self._undated:
            self._parsed.rejected[table][min(days, default=self._setting.today)].append(row)

    def _day(self, instant: datetime) -> date:
        return local_day(instant, self._setting.zone)


def _claims(reader: RowReader, record: Row) -> list[tuple[Any, Any]]:
    """What a record says about what: two different sayings about one thing contest each other."""
    content = tuple(record.values())
    claims: list[tuple[Any, Any]] = [((reader.name, "key", *reader.key(record)), content)]
    if reader.name == "appointments":
        claims.append(((reader.name, "client", record["appointment_id"]), record["client_id"]))
        if record.get("event_type") == "booked":
            claims.append(((reader.name, "booking", record["appointment_id"]), _same_booking("appointments", record)))
    return claims


_CONTESTED = {
    "key": "another row with the same id says otherwise",
    "client": "the appointment's rows name two clients",
    "booking": "two appointments with one id",
}


def _contested(reads: Sequence[_Read]) -> dict[Any, str]:
    """Claims with more than one saying -> why their lines cannot be trusted."""
    first: dict[Any, Any] = {}
    contested: dict[Any, str] = {}
    for read in reads:
        for claim, saying in read.claims:
            if first.setdefault(claim, saying) != saying:
                contested[claim] = _CONTESTED[claim[1]]
    return contested


def _same_booking(table: str, row: Row) -> Any:
    """A booking without what an EHR writes anew when it sends it twice; for other rows a value that equals no other's."""
    if table == "appointments" and row.get("event_type") == "booked":
        return ("booking", *(value for name, value in row.items() if name not in {"event_id", "recorded_at"}))
    return (table, *row.values())
