"""Reading CSV exports: what is landed, merged and quarantined, and what a broken file says. No value is ever repeated."""

import gzip
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hsched_adapters.ehr.csv_export import parse
from hsched_adapters.ehr.csv_map import checked_map
from hsched_core.domain.errors import InputError
from tests.exports import (
    ARRIVED,
    BOOKED,
    EVENT_HEADER,
    EVENT_MAP,
    SETTING,
    VISIT,
    csv_of,
    event_map,
    events,
    reasons,
    rows_of,
    visit_map,
    visits,
)


def refusal(content: bytes, **fields: Any) -> InputError:
    """The error that reading these bytes raises."""
    with pytest.raises(InputError) as caught:
        parse(content, "events.csv", event_map(**fields), SETTING)
    return caught.value


def test_a_line_becomes_a_contract_row_of_its_recorded_day() -> None:
    """Columns are renamed, words translated, instants made UTC, the duration taken from the end."""
    parsed = events(BOOKED, ARRIVED)

    assert list(parsed.rows["appointments"]) == [date(2026, 3, 2), date(2026, 3, 5)]
    row = parsed.rows["appointments"][date(2026, 3, 5)][0]
    assert row["event_type"] == "attended"
    assert row["event_at"] == datetime(2026, 3, 5, 14, 58, tzinfo=UTC)
    assert row["starts_on"] == date(2026, 3, 5)
    assert row["duration_minutes"] == 50
    assert row["clinician_id"] is None
    assert (parsed.lines, parsed.landed, parsed.duplicates, reasons(parsed)) == (2, 2, 0, [])


def test_the_recorded_day_is_the_practices_own() -> None:
    """Ten at night in New York is the next day in UTC, and still this day's extract."""
    late = BOOKED | {"At": "2026-03-02T22:00:00-05:00", "Recorded": "2026-03-02T22:00:00-05:00"}

    assert list(events(late).rows["appointments"]) == [date(2026, 3, 2)]


def test_wrong_columns_are_one_error_that_names_them_all() -> None:
    """Missing columns and the count of those found; nothing of the file is repeated, its first line may be a patient's."""
    error = refusal(b"Maria Secret,1987-03-02\nJoao Secret,1990-01-01\n")

    names = EVENT_HEADER.replace(",", ", ")
    assert str(error).startswith(f"events.csv, row 1: 9 of the 9 columns of the map are missing: {names} (the file has 2).")
    assert "Secret" not in str(error)


def test_a_column_that_stands_there_twice_is_refused() -> None:
    """Nobody can say which one is meant."""
    assert "columns stand there twice: Event" in str(refusal((EVENT_HEADER + ",Event\n").encode()))


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"At": "yesterday"}, "event_at", "not an instant in the map's format"),
        ({"At": "2026-03-02"}, "event_at", "not an instant in the map's format"),
        ({"Day": "2026-03-05"}, "starts_on", "not a date in the map's format"),
        ({"Day": "03/05/1889"}, "starts_on", "outside 1990-01-01 .. 2029-03-10"),
        ({"Day": "03/05/2099"}, "starts_on", "outside 1990-01-01 .. 2029-03-10"),
        ({"Status": "Dropped in"}, "event_type", "a word the map does not know"),
        ({"Client": ""}, "client_id", "empty, and the contract requires it"),
        ({"Client": "x" * 129}, "client_id", "longer than 128 characters"),
        ({"Client": "a\x07b"}, "client_id", "holds control characters"),
        ({"End": "2026-03-05T09:00:00-05:00"}, "duration_minutes", "ends before it starts"),
        ({"End": "2026-03-06T10:00:00-05:00"}, "duration_minutes", "outside 5 .. 720 minutes"),
        ({"Start": "2026-03-05T23:30:00-08:00", "End": ""}, "starts_at", "not on the day of starts_on (a wrong zone?)"),
        ({"Recorded": "2026-03-02T08:00:00-05:00"}, "recorded_at", "recorded before it happened"),
        ({"At": "2026-03-06T08:00:00-05:00", "Recorded": "2026-03-06T08:00:00-05:00"}, "event_at", "booked after the day of the visit"),
        ({"At": "2026-03-08T02:30:00", "Recorded": "2026-03-08T02:30:00"}, "event_at", "a wall-clock time that"),
        ({"At": "2025-11-02T01:30:00", "Recorded": "2025-11-02T01:30:00"}, "event_at", "a wall-clock time that"),
    ],
)
def test_a_row_that_breaks_the_contract_is_quarantined_with_its_place(changed: dict[str, str], field: str, reason: str) -> None:
    """Row, field and reason are told; the sound row beside it is landed; the value is in the quarantined content only."""
    parsed = events(ARRIVED, BOOKED | changed)

    [(row, found_field, found_reason)] = reasons(parsed)
    assert (row, found_field) == (3, field)
    assert found_reason.startswith(reason)
    assert (parsed.lines, parsed.landed, len(rows_of(parsed))) == (2, 1, 1)
    [rejected] = parsed.all_rejected()
    assert all(value in rejected.content for value in changed.values() if value and value.isprintable())
    assert "content" not in repr(rejected)


@pytest.mark.parametrize("status", ["Arrived", "DNA"])
def test_an_outcome_before_its_appointment_is_quarantined(status: str) -> None:
    """Nobody has come, or failed to come, on the day before the visit."""
    early = ARRIVED | {"Status": status, "At": "2026-03-04T10:00:00-05:00"}

    assert reasons(events(early)) == [(2, "event_at", "an outcome before its appointment")]


def test_people_may_come_early_but_are_not_missed_early() -> None:
    """A check-in an hour ahead is sound, a no-show an hour ahead is not."""
    early = ARRIVED | {"At": "2026-03-05T09:00:00-05:00"}

    assert reasons(events(early)) == []
    assert reasons(events(early | {"Status": "DNA"})) == [(2, "event_at", "an outcome before its appointment")]


def test_the_same_line_twice_is_merged_and_counted() -> None:
    """An event sent again, also under a new event id and stamp, is one event."""
    again = BOOKED | {"Event": "event-9", "Recorded": "2026-03-02T10:00:00-05:00"}

    parsed = events(BOOKED, BOOKED, again)

    assert (parsed.lines, parsed.landed, parsed.duplicates, len(rows_of(parsed))) == (3, 1, 2, 1)


def test_one_event_id_with_two_contents_is_quarantined_whole() -> None:
    """Neither can be trusted; the lines beside them stay."""
    parsed = events(BOOKED | {"Event": "other", "Appt": "appt-2"}, ARRIVED, ARRIVED | {"Status": "DNA", "At": "2026-03-05T10:20:00-05:00"})

    assert reasons(parsed) == [(row, "", "another row with the same id says otherwise") for row in (3, 4)]
    assert parsed.landed == 1


def test_two_appointments_with_one_id_are_quarantined() -> None:
    """Two bookings of one appointment id on two days, and one id with two clients."""
    other_day = BOOKED | {"Event": "event-3", "Day": "03/06/2026", "Start": "2026-03-06T10:00:00-05:00", "End": "2026-03-06T10:50:00-05:00"}
    other_client = ARRIVED | {"Client": "client-2"}

    assert {reason for _, _, reason in reasons(events(BOOKED, other_day))} == {"two appointments with one id"}
    assert {reason for _, _, reason in reasons(events(BOOKED, other_client))} == {"the appointment's rows name two clients"}


def test_two_visits_with_one_id_are_quarantined_and_equal_ones_merged() -> None:
    """In the flat grain a visit's line is compared as a whole."""
    same = visits(VISIT, VISIT)
    different = visits(VISIT, VISIT | {"Missed": "Yes"})

    assert (same.landed, same.duplicates) == (1, 1)
    assert reasons(different) == [(row, "", "another row with the same id says otherwise") for row in (2, 3)]


def test_a_visit_becomes_a_booking_and_an_outcome_known_at_the_days_end() -> None:
    """Where the hour is not known the outcome belongs to the extract of its day, and is known when that day has ended."""
    booked, ended = rows_of(visits(VISIT))

    assert (booked["event_type"], booked["event_at"]) == ("booked", datetime(2026, 3, 2, 14, tzinfo=UTC))
    assert (ended["event_type"], ended["recorded_at"]) == ("attended", datetime(2026, 3, 6, 4, 59, 59, tzinfo=UTC))
    assert ended["starts_at"] is None


def test_a_visit_without_an_outcome_is_a_booking_only() -> None:
    """An empty cell means that it is not known yet; a visit of tomorrow cannot have ended."""
    coming = VISIT | {"Day": "2026-03-11", "Missed": ""}

    assert [row["event_type"] for row in rows_of(visits(coming))] == ["booked"]
    assert reasons(visits(coming | {"Missed": "No"})) == [(2, "outcome", "an outcome before its appointment")]


def test_one_line_fills_several_tables_or_none() -> None:
    """A finding in the client's part keeps the appointment's part out as well: a line is trusted whole or not at all."""
    sound, broken = visits(VISIT), visits(VISIT | {"Age": "-1"})

    assert [row["age_years"] for row in rows_of(sound, "clients")] == [40]
    assert reasons(broken) == [(2, "age_years", "outside 0 .. 120")]
    assert rows_of(broken) == []


def test_a_quarantined_line_is_kept_with_its_day_or_the_files_first() -> None:
    """Rejections are stored by day; a line without a readable stamp goes with the first day."""
    undated, dated = VISIT | {"Id": "2", "Booked": "x"}, VISIT | {"Id": "3", "Booked": "2026-03-04T09:00:00", "Age": "x"}

    parsed = visits(VISIT, undated, dated)

    assert [row.row for row in parsed.rejected["appointments"][date(2026, 3, 2)]] == [3]
    assert [row.row for row in parsed.rejected["clients"][date(2026, 3, 4)]] == [4]


def test_an_empty_file_is_an_error_and_a_header_alone_is_not() -> None:
    """Nothing at all is a broken export; no rows is a quiet day."""
    assert "the file is empty" in str(refusal(b""))
    assert "the file is empty" in str(refusal(b"\n \n"))
    assert parse(EVENT_HEADER.encode() + b"\n", "events.csv", event_map(), SETTING).lines == 0


def test_a_file_cut_in_the_middle_is_refused() -> None:
    """A last line with too few cells and no end, an open quote, or half a gzip: nothing is read from it."""
    whole = csv_of(BOOKED, ARRIVED)
    quoted = whole + b'"event-3,appt'

    assert "events.csv, row 3: the file is cut: its last line has 6 of 9 cells" in str(refusal(whole[:-70]))
    assert "row 4: the file is cut inside a quoted cell" in str(refusal(quoted))
    assert "the compressed file is cut" in str(refusal(gzip.compress(whole)[:-20]))
    assert "the compressed file is damaged" in str(refusal(gzip.compress(whole)[:40] + b"\xff" * 40 + gzip.compress(whole)[80:]))


def test_a_last_line_without_an_end_is_pointed_at() -> None:
    """Whether its last cell is whole cannot be told: many exports end so, and so does a file cut inside that cell."""
    whole = csv_of(BOOKED, ARRIVED)

    assert parse(whole, "events.csv", event_map(), SETTING).open_line is None
    assert parse(whole.rstrip(b"\r\n"), "events.csv", event_map(), SETTING).open_line == 3
    assert parse(EVENT_HEADER.encode(), "events.csv", event_map(), SETTING).open_line is None


def test_a_line_with_a_wrong_number_of_cells_is_quarantined() -> None:
    """Inside a file it is one bad line, not a cut."""
    content = csv_of(BOOKED) + b"event-7,appt-7,client-7,Scheduled\n" + csv_of(ARRIVED).split(b"\n", 1)[1]

    parsed = parse(content, "events.csv", event_map(), SETTING)

    assert reasons(parsed) == [(3, "", "has 4 cells, the header 9")]
    assert parsed.landed == 2


def test_latin_1_bytes_are_refused_with_the_remedy() -> None:
    """The row is named, and what to write in the map."""
    content = csv_of(BOOKED, BOOKED | {"Client": "José"}).decode().encode("latin-1")

    error = refusal(content)

    assert "events.csv, row 3: a byte that is not utf-8." in str(error)
    assert "csv: {encoding: latin-1}" in str(error)


def test_latin_1_reads_with_an_encoding_in_the_map() -> None:
    """The remedy works."""
    content = csv_of(BOOKED | {"Client": "José"}).decode().encode("latin-1")
    latin = checked_map({**EVENT_MAP, "csv": {"encoding": "latin-1"}}, "events")

    assert rows_of(parse(content, "events.csv", latin, SETTING))[0]["client_id"] == "José"


def test_nul_bytes_are_refused_with_their_row() -> None:
    """A binary file, or UTF-16."""
    assert "events.csv, row 2: a NUL byte" in str(refusal(csv_of(BOOKED).replace(b"appt-1", b"appt\x001")))


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: content.replace(b"\n", b"\n\n"),
        gzip.compress,
    ],
    ids=["byte-order mark", "CRLF", "no end of the last line", "blank lines", "gzip"],
)
def test_how_a_sound_file_is_written_does_not_matter(rewrite: Any) -> None:
    """The same rows come out."""
    content = csv_of(BOOKED, ARRIVED)

    assert rows_of(parse(rewrite(content), "f.csv", event_map(), SETTING)) == rows_of(parse(content, "f.csv", event_map(), SETTING))


def test_rows_of_another_day_are_quarantined_in_a_daily_export() -> None:
    """An extract of a day holds what was recorded on that day."""
    parsed = parse(csv_of(BOOKED, ARRIVED), "events.csv", event_map(), SETTING, only_day=date(2026, 3, 5))

    assert reasons(parsed) == [(2, "recorded_at", "recorded on another day than the export's")]
    assert list(parsed.rejected["appointments"]) == [date(2026, 3, 5)]


def test_unread_columns_are_counted_not_named() -> None:
    """A column name may be a value when the file has no header; ignored columns are not counted."""
    assert events(BOOKED | {"Extra": "1", "More": "2"}).unread_columns == 2


def test_progress_is_told() -> None:
    """From none to all."""
    told: list[tuple[str, int, int]] = []

    parse(csv_of(VISIT), "v.csv", visit_map(), SETTING, progress=lambda *step: told.append(step))

    assert told == [("reading rows", 0, 1), ("reading rows", 1, 1)]
