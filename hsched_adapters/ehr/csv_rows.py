"""From one line's cells to rows of one contract table, by the map. Knows a line, not its neighbours."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hsched_adapters.ehr.cells import Convert, Setting, UnfitError, converter, instant_reader
from hsched_adapters.ehr.csv_map import Rule, TableRule
from hsched_adapters.ehr.row_rules import breach
from hsched_core.domain.contracts import APPOINTMENTS, Field

Row = dict[str, Any]
DAY_END = time(23, 59, 59)


class RowError(Exception):
    """The first finding of a line: field and reason, no value; and the recorded instant where it was readable."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class RowReader:
    """Reads lines for one table. `rows` gives contract rows: one, or for a visit its events."""

    def __init__(self, rule: TableRule, places: Mapping[str, int], empty: Sequence[str], setting: Setting) -> None:
        self.name = rule.table.name
        self._rule = rule
        self._setting = setting
        self._empty = frozenset(empty)
        self._blank: Row = dict.fromkeys(rule.table.columns)
        self._constants = {name: r.constant for name, r in rule.rules.items() if r.constant is not None}
        self._cells = [
            (rule.table.field(name), places[r.column], converter(rule.table.field(name), r, setting))
            for name, r in rule.rules.items()
            if r.column
        ]
        self._derived = [(name, self._derivation(name, r, places)) for name, r in rule.rules.items() if _is_derived(r)]
        self._required = tuple(f.name for f in rule.table.fields if f.required)
        self._check_constants()

    def record(self, cells: Sequence[str]) -> Row:
        """The line as a row of the map's grain (a visit, or a contract row); RowError with the first finding."""
        row = self._blank | self._constants
        for field, place, convert in self._cells:
            row[field.name] = self._value(field, cells[place], convert)
        for name, derive in self._derived:
            row[name] = derive(row, cells)
        for name in self._required:
            if row[name] is None:
                raise RowError(name, "empty, and the contract requires it")
        return row

    def rows(self, record: Row) -> list[Row]:
        """The contract rows of a record, each of them checked."""
        rows = visit_events(record, self._setting) if self._rule.is_visit else [record]
        for row in rows:
            finding = breach(self.name, row, self._setting.zone)
            if finding:
                raise RowError(*finding)
        return rows

    def key(self, record: Row) -> tuple[Any, ...]:
        """What identifies the record in its file."""
        return tuple(record[name] for name in self._rule.table.key)

    def recorded_at(self, cells: Sequence[str]) -> datetime | None:
        """When a line was recorded, where that much of it can be read; tells the day a quarantined line belongs to."""
        name = "booked_at" if self._rule.is_visit else "recorded_at"
        for field, place, convert in self._cells:
            if field.name == name and place < len(cells):
                try:
                    instant: datetime | None = self._value(field, cells[place], convert)
                except RowError:
                    return None
                return instant
        return None

    def _value(self, field: Field, cell: str, convert: Convert) -> Any:
        text = cell.strip()
        if text in self._empty:
            return None
        try:
            return convert(text)
        except UnfitError as finding:
            raise RowError(field.name, str(finding)) from None

    def _derivation(self, name: str, rule: Rule, places: Mapping[str, int]) -> Callable[[Row, Sequence[str]], Any]:
        if rule.until is not None:
            return self._duration(name, rule, places[rule.until])
        if rule.day_of is not None:
            return self._day_of(rule.day_of)
        return lambda row, _cells: row[str(rule.same_as)]

    def _duration(self, name: str, rule: Rule, place: int) -> Callable[[Row, Sequence[str]], int | None]:
        field = self._rule.table.field(name)
        read = instant_reader(rule, self._setting)

        def derive(row: Row, cells: Sequence[str]) -> int | None:
            end = self._value(field, cells[place], read)
            return None if end is None or row["starts_at"] is None else _minutes(field, row["starts_at"], end)

        return derive

    def _day_of(self, source: str) -> Callable[[Row, Sequence[str]], date | None]:
        def derive(row: Row, _cells: Sequence[str]) -> date | None:
            return row[source].astimezone(self._setting.zone).date() if row[source] is not None else None

        return derive

    def _check_constants(self) -> None:
        """Constants are read like cells: YAML's own numbers and dates become the contract's kinds."""
        for name, value in self._constants.items():
            field = self._rule.table.field(name)
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self._constants[name] = self._value(field, text, converter(field, self._rule.rules[name], self._setting))


def visit_events(visit: Row, setting: Setting) -> list[Row]:
    """The events of a flat visit: booked, and how it ended where the file says so."""
    booked_at = visit["booked_at"]
    booked = _event(visit, "booked", None, booked_at, booked_at)
    if visit["outcome"] is None:
        return [booked]
    if visit["starts_on"] > setting.today:
        raise RowError("outcome", "an outcome before its appointment")
    day_end = datetime.combine(visit["starts_on"], DAY_END, tzinfo=setting.zone).astimezone(UTC)
    happened_at = visit["outcome_at"] or _visit_end(visit, day_end)
    if happened_at is None:
        raise RowError("outcome_at", "empty, and when a visit was cancelled cannot be guessed")
    recorded_at = visit["outcome_recorded_at"] or max(day_end, happened_at)
    return [booked, _event(visit, visit["outcome"], visit["outcome_by"], happened_at, recorded_at)]


def _visit_end(visit: Row, day_end: datetime) -> datetime | None:
    if visit["outcome"] == "cancelled":
        return None
    if visit["starts_at"] is None or visit["duration_minutes"] is None:
        return day_end
    end: datetime = visit["starts_at"] + timedelta(minutes=visit["duration_minutes"])
    return end


def _event(visit: Row, event_type: str, event_by: str | None, event_at: datetime, recorded_at: datetime) -> Row:
    made = {
        "event_id": f"{visit['appointment_id']}:{event_type}",
        "event_type": event_type,
        "event_by": event_by,
        "event_at": event_at,
        "recorded_at": recorded_at,
    }
    return {name: made[name] if name in made else visit[name] for name in APPOINTMENTS.columns}


def _minutes(field: Field, start: datetime, end: datetime) -> int:
    minutes = round((end - start).total_seconds() / 60)
    if minutes <= 0:
        raise RowError(field.name, "ends before it starts")
    if not (field.low or 0) <= minutes <= (field.high or minutes):
        raise RowError(field.name, f"outside {field.low} .. {field.high} minutes")
    return minutes


def _is_derived(rule: Rule) -> bool:
    return rule.same_as is not None or rule.day_of is not None or rule.until is not None
