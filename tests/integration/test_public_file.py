"""The public data set, whole: what is landed, what is quarantined, and that none of its identifiers leaves."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.clock import SystemClock
from hsched_adapters.ehr.importer import ImportSummary, import_file
from hsched_adapters.scanner import Scanner
from hsched_adapters.settings import load_settings
from hsched_core.privacy.deidentify import deidentify
from hsched_core.privacy.identifiers import needles_of
from hsched_pipelines.lake import write_day

PUBLIC_DATA = os.environ.get("HSCHED_PUBLIC_DATA", "")
pytestmark = [
    pytest.mark.skipif(not PUBLIC_DATA, reason="HSCHED_PUBLIC_DATA does not name the public data set"),
    pytest.mark.xdist_group("public_file"),
]

TABLES = ("appointments", "clients")
DAY = date(2016, 5, 24)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImportSummary, OpenPractice]:
    settings = load_settings({"HSCHED_HOME": str(tmp_path_factory.mktemp("public"))})
    summary = import_file(settings, Path(PUBLIC_DATA), "medical-appointment-no-shows", SystemClock())
    return summary, open_practice(settings)


def test_every_line_is_landed_or_quarantined(imported: tuple[ImportSummary, OpenPractice]) -> None:
    """88,540 lines, of which five are booked after their visit; ids that look like floating-point numbers are kept."""
    summary, _ = imported

    assert (summary.lines, summary.landed, summary.duplicates, summary.rejected) == (88_540, 88_535, 0, 5)
    assert [(found.field, found.reason, found.count) for found in summary.findings] == [
        ("event_at", "booked after the day of the visit", 5)
    ]
    assert summary.findings[0].first_rows == (27035, 55228, 64177, 71535, 72364)
    assert summary.rows == {"appointments": 177_070, "clients": 87_435}
    assert (summary.clients, summary.unread_columns) == (53_592, 0)
    assert (summary.first_day, summary.last_day) == (date(2015, 11, 10), date(2016, 6, 1))


def test_what_the_file_does_not_have_is_unknown(imported: tuple[ImportSummary, OpenPractice]) -> None:
    """No hour, clinician or modality is invented; the outcome is known at the end of its day."""
    _, practice = imported
    rows = practice.ehr.changes("appointments", DAY).rows
    ended = [row for row in rows if row["event_type"] != "booked"]

    assert Counter(row["event_type"] for row in rows).keys() == {"booked", "attended", "no_show"}
    assert all(row[name] is None for row in rows for name in ("starts_at", "clinician_id", "modality", "duration_minutes", "series_id"))
    assert {row["recorded_at"].isoformat() for row in ended} == {"2016-05-25T02:59:59+00:00"}
    assert {row["starts_on"] for row in ended} == {DAY}


def test_no_identifier_of_a_day_passes_into_the_lake(imported: tuple[ImportSummary, OpenPractice]) -> None:
    """Searched with every id of the day's rows; the same search finds them in the raw file."""
    _, practice = imported
    raw = {table: practice.ehr.changes(table, DAY).rows for table in TABLES}
    for table, rows in raw.items():
        write_day(practice.paths.lake, table, DAY, deidentify(table, rows, practice.vault.pseudonyms, practice.timezone))
    needles = needles_of(raw, dates_from=practice.practice.first_day)
    scanner = Scanner(needles.found)

    assert scanner.scan([practice.paths.lake]).hits == ()
    assert needles.too_short == {}
    assert {hit.kind for hit in scanner.scan([Path(PUBLIC_DATA)]).hits} >= {"appointment_id", "client_id"}
