"""A practice whose EHR export carries canaries in every field of every table, in free text, in cells that break the contract,
in headers and in columns nobody maps. Made from a sandbox practice, so that there is enough in it to train on.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from math import ceil
from pathlib import Path

from tests.canaries import KINDS, Canaries

Row = dict[str, str]

# Columns that identify: each value is replaced by a canary of its kind, the same for the same value in every table.
IDENTIFYING = {
    "Patient ID": "medical record",
    "Provider ID": "other",
    "Row ID": "other",
    "Appt ID": "other",
    "Replaces Appt": "other",
    "Series ID": "other",
    "Auth ID": "other",
    "Entry ID": "other",
    "Message ID": "other",
    "First Name": "name",
    "Last Name": "name",
    "DOB": "date",
    "Email": "e-mail",
    "Mobile": "phone",
    "Address": "geographic",
    "City": "geographic",
    "ZIP": "geographic",
    "Office": "geographic",
    "Home Office": "geographic",
    "Member #": "health plan",
    "Auth #": "account",
    "NPI": "licence",
}
SAME_AS = {"Replaces Appt": "Appt ID", "Home Office": "Office"}
FREE_TEXT = ("Chart Note", "Reason", "Wish", "Emergency Contact")
FREE_TEXT_EVERY = 9  # rows of a table to one free text with a canary
LABELS = ("Language", "Race/Ethnicity", "Role", "License State")  # free labels that look like codes: a person may type anything
LABEL_EVERY = 11
KEYS = ("Row ID", "Appt ID", "Patient ID", "Auth ID", "Entry ID", "Message ID", "Provider ID")
BELL = "\a"  # no field of the contract may hold it
UNMAPPED = {"clients": "name", "appointments": "SSN"}  # a column nobody maps, its header a canary


@dataclass
class CanaryPractice:
    """What was planted in an export, and where."""

    export: Path
    canaries: Canaries = field(default_factory=Canaries)
    fields: set[str] = field(default_factory=set)  # table.column
    broken_rows: int = 0
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _kinds: Iterator[str] = field(default_factory=lambda: cycle(KINDS))
    _rows: Iterator[int] = field(default_factory=count)
    _headers: dict[str, str] = field(default_factory=dict)

    def plant(self) -> "CanaryPractice":
        """Rewrite every file of the export. Broken rows go round the kinds: each column of each table gets all of them."""
        files = sorted(self.export.rglob("*.csv"))
        for table in sorted({file.stem for file in files}):
            self._plant_table(table, [file for file in files if file.stem == table])
        return self

    def _plant_table(self, table: str, files: Sequence[Path]) -> None:
        header, _ = read(files[0])
        columns = [column for _ in KINDS for column in header]
        per_file = ceil(len(columns) / len(files))
        for number, file in enumerate(files):
            rows = [self._identified(table, row) for row in read(file)[1]]
            chosen = columns[number * per_file : (number + 1) * per_file]
            write(file, rows + [self._broken(table, column, rows[0]) for column in chosen])

    def _identified(self, table: str, row: Row) -> Row:
        """The row with canaries for its identifiers, and now and then one in a free text or a label."""
        place = next(self._rows)
        made = {column: self._value(table, column, value) for column, value in row.items()}
        for column in FREE_TEXT:
            if column in row and (table == "clients" or place % FREE_TEXT_EVERY == 0):
                made[column] = self._note(f"{table}.{column}")
        for column in LABELS:
            if column in row and (table == "clinicians" or place % LABEL_EVERY == 0):
                made[column] = self._label(f"{table}.{column}")
        if table in UNMAPPED:
            made[self._header(table)] = self._note(f"{table}, unmapped column") if place % FREE_TEXT_EVERY == 0 else ""
        return made

    def _header(self, table: str) -> str:
        if table not in self._headers:
            self._headers[table] = f"Note on {self.canaries.new(UNMAPPED[table], f'{table} header')}"
        return self._headers[table]

    def _value(self, table: str, column: str, value: str) -> str:
        if column not in IDENTIFYING or not value:
            return value
        known = (SAME_AS.get(column, column), value)
        if known not in self._known:
            self._known[known] = self.canaries.new(IDENTIFYING[column], f"{table}.{column}")
        self.fields.add(f"{table}.{column}")
        return self._known[known]

    def _note(self, place: str) -> str:
        self.fields.add(place)
        return f"Asked us to write down {self.canaries.new(next(self._kinds), place)}, and to call back."

    def _label(self, place: str) -> str:
        """What fits the form of a language tag, a category or a state."""
        self.fields.add(place)
        canary = self.canaries.new_label(place)
        return f"en-{canary}" if place.endswith("Language") else canary

    def _broken(self, table: str, column: str, row: Row) -> Row:
        """A copy of the row under its own keys that a canary makes unreadable in one column."""
        place = f"{table}.{column}, broken"
        self.fields.add(f"{table}.{column}")
        self.broken_rows += 1
        keys = {key: f"{self.canaries.new('other', place)}" for key in KEYS if key in row}
        return row | keys | {column: f"{self.canaries.new(next(self._kinds), place)}{BELL}"}


def read(file: Path) -> tuple[list[str], list[Row]]:
    """A CSV file's header and rows."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
        return list(reader.fieldnames or ()), rows


def write(file: Path, rows: list[Row]) -> None:
    """The rows as CSV, with the first one's columns."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], restval="")
        writer.writeheader()
        writer.writerows(rows)
