"""Any file, any bytes: reading loses no line, invents none, and fails in words made for people only."""

import csv
import gzip
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hsched_adapters.ehr.csv_export import Parsed, parse
from hsched_adapters.ehr.csv_map import checked_map
from hsched_core.domain.contracts import APPOINTMENTS, CLIENTS, Field, Kind
from hsched_core.domain.errors import UserError
from tests.exports import ARRIVED, BOOKED, SETTING, VISIT, csv_of, event_map, visit_map

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).map(str.strip).filter(bool)
STAMPS = st.integers(0, 1000).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
CLIENT_MAP = checked_map({"tables": {"clients": {"fields": {name: name for name in CLIENTS.columns}}}}, "clients")


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values of a field's kind."""
    by_kind = {
        Kind.ID: TEXTS,
        Kind.TEXT: TEXTS,
        Kind.CODE: TEXTS,
        Kind.WORD: st.sampled_from([word.value for word in field.words or ()] or [""]),
        Kind.DATE: st.dates(date(1990, 1, 1), date(2026, 1, 1)),
        Kind.INSTANT: STAMPS,
        Kind.INTEGER: st.integers(field.low or 0, field.high or 0),
        Kind.FLAG: st.booleans(),
    }
    sound = by_kind[field.kind]
    return sound if field.required else st.none() | sound


CLIENT_ROWS = st.fixed_dictionaries({field.name: values(field) for field in CLIENTS.fields})


def cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def written(rows: list[dict[str, Any]]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(CLIENTS.columns)
    writer.writerows([[cell(row[name]) for name in CLIENTS.columns] for row in rows])
    return sink.getvalue().encode()


def ordered(row: dict[str, Any]) -> str:
    return repr([row[name] for name in CLIENTS.columns])


def landed(parsed: Parsed, table: str) -> list[dict[str, Any]]:
    return [row for rows in parsed.rows[table].values() for row in rows]


def assert_nothing_lost(parsed: Parsed) -> None:
    assert parsed.lines == parsed.landed + parsed.duplicates + len(parsed.all_rejected())


@settings(max_examples=60, deadline=None)
@given(st.lists(CLIENT_ROWS, max_size=8, unique_by=lambda row: (row["client_id"], row["recorded_at"])))
def test_rows_come_back_as_they_were_written(rows: list[dict[str, Any]]) -> None:
    """Written as CSV and read by a map of the contract's own names, every row is there, value by value."""
    parsed = parse(written(rows), "clients.csv", CLIENT_MAP, SETTING)

    assert parsed.all_rejected() == []
    assert sorted(map(ordered, landed(parsed, "clients"))) == sorted(map(ordered, rows))


CELLS = st.sampled_from([*BOOKED.values(), *ARRIVED.values(), "", "x", "DNA", "-1", "é", '"quoted"', "2026-03-08T02:30:00", "03/06/2026"])
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=11), max_size=10)


@settings(max_examples=150, deadline=None)
@given(LINES, st.booleans())
def test_no_line_is_lost(lines: list[list[str]], is_packed: bool) -> None:
    """Landed, merged or quarantined: the three add up to the lines, and every landed row fits its contract's columns."""
    content = csv_of(BOOKED) + "".join(",".join(line) + "\n" for line in lines).encode()
    try:
        parsed = parse(gzip.compress(content) if is_packed else content, "f.csv", event_map(), SETTING)
    except UserError:
        return

    assert_nothing_lost(parsed)
    assert all(tuple(row) == APPOINTMENTS.columns for row in landed(parsed, "appointments"))
    assert all(rejected.row >= 2 and rejected.reason for rejected in parsed.all_rejected())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({name: st.sampled_from([value, value, "", "2", "Yes", "2026-03-04"]) for name, value in VISIT.items()}),
        max_size=8,
    )
)
def test_no_visit_is_lost_and_no_id_stands_for_two(rows: list[dict[str, str]]) -> None:
    """Also where a line becomes several rows of several tables, and ids meet by chance."""
    parsed = parse(csv_of(VISIT, *rows), "v.csv", visit_map(), SETTING)

    assert_nothing_lost(parsed)
    events = [row["event_id"] for row in landed(parsed, "appointments")]
    assert len(events) == len(set(events))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", csv_of(BOOKED), csv_of(BOOKED)[:70], gzip.compress(csv_of(BOOKED))[:60]]))
@example(b'"', csv_of(BOOKED))
@example(b"\x1f\x8b", b"")
@example("\ud7ff,\u2028\n".encode() * 5, csv_of(BOOKED))
def test_any_bytes_are_read_or_refused_in_words(noise: bytes, start: bytes) -> None:
    """No traceback of a library, whatever a file holds; what is read adds up."""
    try:
        parsed = parse(start + noise, "f.csv", event_map(), SETTING)
    except UserError:
        return

    assert_nothing_lost(parsed)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_cut_anywhere_never_lands_more_than_the_whole(data: st.DataObject) -> None:
    """A prefix gives a prefix of the rows, a quarantined last line, or a refusal; never a row the whole file does not have."""
    content = csv_of(BOOKED, ARRIVED, ARRIVED | {"Event": "event-3", "Appt": "appt-2"})
    cut = data.draw(st.integers(0, len(content)))
    try:
        parsed = parse(content[:cut], "f.csv", event_map(), SETTING)
    except UserError:
        return

    whole = landed(parse(content, "f.csv", event_map(), SETTING), "appointments")
    trusted = [{**row, "duration_minutes": None} for row in whole]
    assert all({**row, "duration_minutes": None} in trusted for row in landed(parsed, "appointments"))
    assert_nothing_lost(parsed)
