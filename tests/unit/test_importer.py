"""`hsched import` and the two sources of a practice's records: all or nothing, encrypted, found again day by day."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from hsched_adapters.assembly import OpenPractice, choose_clock, open_practice
from hsched_adapters.ehr.importer import ImportSummary, import_file
from hsched_adapters.settings import Paths, Practice, Settings, Source, load_practice, load_settings, save_practice
from hsched_core.domain.errors import InputError, NotReadyError, SettingsError, UserError
from tests.exports import ARRIVED, BOOKED, EVENT_MAP, VISIT, VISIT_MAP, csv_of

DAY = date(2026, 3, 5)
RAW_NAME = f"raw_ehr__appointments/{DAY}.parquet"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"HSCHED_HOME": str(tmp_path / "home"), "HSCHED_TODAY": "2026-03-10"})


@pytest.fixture
def visit_map(tmp_path: Path) -> str:
    return written(tmp_path / "visits.yaml", yaml.safe_dump(VISIT_MAP))


def imported(settings: Settings, file: Path, map_name: str, *, replace: bool = False) -> ImportSummary:
    return import_file(settings, file, map_name, choose_clock(settings, ZoneInfo("UTC")), replace=replace)


def written(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def everything(home: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_an_import_makes_a_practice(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """The summary counts; the rows come back by recorded day, the quarantined line with its day."""
    file = Path(written(tmp_path / "v.csv", csv_of(VISIT, VISIT, VISIT | {"Id": "visit-2", "Client": "client-2", "Age": "-1"})))

    summary = imported(settings, file, visit_map)

    assert (summary.lines, summary.landed, summary.duplicates, summary.rejected) == (3, 1, 1, 1)
    assert (summary.rows, summary.clients) == ({"appointments": 2, "clients": 1}, 1)
    assert [(found.field, found.reason, found.first_rows) for found in summary.findings] == [("age_years", "outside 0 .. 120", (4,))]
    practice = open_practice(settings)
    assert practice.ehr.span() == (date(2026, 3, 2), DAY)
    assert [row["event_type"] for row in practice.ehr.changes("appointments", DAY).rows] == ["attended"]
    assert [row.row for row in practice.ehr.changes("clients", date(2026, 3, 2)).rejected] == [4]
    assert list(practice.ehr.changes("waitlist", DAY).rows) == []


def test_nothing_of_an_import_stands_in_the_clear(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """Rows and rejected lines are encrypted."""
    imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT, VISIT | {"Age": "-1", "Id": "visit-secret"}))), visit_map)

    assert not [name for name, content in everything(settings.paths.home).items() if b"client-1" in content or b"visit-secret" in content]


def test_the_same_file_again_is_a_no_op(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """Told by `is_new`, and not a byte changes."""
    file = Path(written(tmp_path / "v.csv", csv_of(VISIT)))
    imported(settings, file, visit_map)
    before = everything(settings.paths.home)

    assert not imported(fresh(settings), file, visit_map).is_new
    assert everything(settings.paths.home) == before


def test_another_file_needs_to_be_wanted(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """Without `replace` it is refused; with it everything made from the old file goes."""
    imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT))), visit_map)
    practice = open_practice(settings)
    practice.zone.write(RAW_NAME, b"made from the old file")
    made = practice.paths.lake / "deid_ehr__appointments" / f"{DAY}.parquet"
    made.parent.mkdir(parents=True)
    made.write_bytes(b"made from the old file")
    newer = Path(written(tmp_path / "w.csv", csv_of(VISIT | {"Id": "visit-9"})))

    with pytest.raises(NotReadyError, match="already holds the practice test"):
        imported(fresh(settings), newer, visit_map)
    imported(fresh(settings), newer, visit_map, replace=True)

    replaced = open_practice(fresh(settings))
    assert [row["appointment_id"] for row in replaced.ehr.changes("appointments", DAY).rows] == ["visit-9"]
    assert not replaced.zone.exists(RAW_NAME)
    assert not made.exists()
    assert len({name.split("/")[1] for name in replaced.zone.names("landing/")}) == 1


def test_another_practice_may_not_take_the_folder(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """Models and runs of one practice must not pass for another's, not even with `replace`."""
    imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT))), visit_map)
    other = {**VISIT_MAP, "practice": VISIT_MAP["practice"] | {"id": "other"}}
    other_map = written(tmp_path / "other.yaml", yaml.safe_dump(other))

    with pytest.raises(NotReadyError, match="holds the practice test, and this is other"):
        imported(fresh(settings), tmp_path / "v.csv", other_map, replace=True)


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", csv_of(VISIT)[:-30], csv_of(VISIT).split(b"\n")[0] + b"\n", csv_of(VISIT | {"Age": "x"}), b"\x1f\x8bnothing"],
    ids=["empty", "wrong columns", "cut", "header only", "every row broken", "damaged gzip"],
)
def test_a_wrong_file_leaves_everything_as_it_was(settings: Settings, visit_map: str, tmp_path: Path, content: bytes) -> None:
    """One clear error and nothing half-written: neither in an empty folder nor over a good import."""
    wrong = Path(written(tmp_path / "wrong.csv", content))
    with pytest.raises(InputError, match=r"wrong\.csv"):
        imported(settings, wrong, visit_map)
    assert not settings.paths.home.exists()

    imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT))), visit_map)
    before = everything(settings.paths.home)
    with pytest.raises(InputError):
        imported(fresh(settings), wrong, visit_map, replace=True)
    assert everything(settings.paths.home) == before


def test_an_import_that_dies_while_writing_leaves_the_old_one_in_use(
    settings: Settings, visit_map: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is the last step; the next import clears what was left."""
    imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT))), visit_map)
    newer = Path(written(tmp_path / "w.csv", csv_of(VISIT | {"Id": "visit-9"})))

    def full_disk(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("hsched_adapters.ehr.importer.save_practice", full_disk)
        with pytest.raises(OSError, match="disk full"):
            imported(fresh(settings), newer, visit_map, replace=True)

    practice = open_practice(fresh(settings))
    assert [row["appointment_id"] for row in practice.ehr.changes("appointments", DAY).rows] == ["visit-1"]
    imported(fresh(settings), newer, visit_map, replace=True)
    assert len({name.split("/")[1] for name in open_practice(fresh(settings)).zone.names("landing/")}) == 1


def test_a_missing_file_or_map_is_one_line(settings: Settings, visit_map: str, tmp_path: Path) -> None:
    """Both are slips of the command line."""
    with pytest.raises(InputError, match=r"none\.csv: the file cannot be read"):
        imported(settings, tmp_path / "none.csv", visit_map)
    with pytest.raises(SettingsError, match="there is no map"):
        imported(settings, tmp_path / "none.csv", "no-such-map")


def test_a_map_for_import_tells_the_practice(settings: Settings, tmp_path: Path) -> None:
    """Zone and country cannot be guessed from a file."""
    nameless = {name: part for name, part in VISIT_MAP.items() if name != "practice"}

    with pytest.raises(SettingsError, match="says nothing about the practice"):
        imported(settings, Path(written(tmp_path / "v.csv", csv_of(VISIT))), written(tmp_path / "m.yaml", yaml.safe_dump(nameless)))


def daily(settings: Settings, files: dict[str, bytes]) -> OpenPractice:
    """A practice whose EHR drops these files."""
    home = settings.paths.home
    (home / "exports").mkdir(parents=True)
    written(home / "events.yaml", yaml.safe_dump(EVENT_MAP))
    for name, content in files.items():
        (home / "exports" / name).parent.mkdir(exist_ok=True)
        written(home / "exports" / name, content)
    source = Source("daily_exports", "events.yaml", path="exports")
    save_practice(Paths(home), Practice("test", "Test", "America/New_York", "US", source, date(2026, 3, 2)))
    return open_practice(settings)


def test_a_daily_export_is_read_day_by_day(settings: Settings) -> None:
    """The file of the day; its name with the day in what is said about it."""
    practice = daily(settings, {"2026-03-05/appointments.csv": csv_of(ARRIVED, BOOKED)})

    extract = practice.ehr.changes("appointments", DAY)

    assert practice.ehr.span() == (date(2026, 3, 2), None)
    assert [row["event_id"] for row in extract.rows] == ["event-2"]
    assert [(row.file, row.row) for row in extract.rejected] == [("2026-03-05/appointments.csv", 3)]


def test_a_day_without_appointments_is_an_empty_extract(settings: Settings) -> None:
    """No folder, no file, a header alone, or a table the map does not fill: nothing happened, and that is no error."""
    practice = daily(settings, {"2026-03-05/appointments.csv": csv_of(BOOKED).split(b"\n")[0] + b"\n", "2026-03-06/other.csv": b""})

    for table, day in (("appointments", DAY), ("appointments", date(2026, 3, 6)), ("appointments", date(2026, 3, 7)), ("clients", DAY)):
        extract = practice.ehr.changes(table, day)
        assert (list(extract.rows), list(extract.rejected)) == ([], [])


def test_a_day_to_come_and_a_missing_folder_are_errors(settings: Settings) -> None:
    """They would pass for quiet days."""
    practice = daily(settings, {})

    with pytest.raises(NotReadyError, match="2026-03-11 has not come yet"):
        practice.ehr.changes("appointments", date(2026, 3, 11))
    (settings.paths.home / "exports").rmdir()
    with pytest.raises(NotReadyError, match="no folder of daily exports"):
        practice.ehr.changes("appointments", DAY)


def test_an_unreadable_daily_file_is_an_error_of_that_file(settings: Settings) -> None:
    """Not an empty day."""
    practice = daily(settings, {"2026-03-05/appointments.csv": csv_of(BOOKED)[:-40]})

    with pytest.raises(UserError, match=r"2026-03-05/appointments\.csv, row 2: the file is cut"):
        practice.ehr.changes("appointments", DAY)


def test_overrides_replace_adapters(settings: Settings) -> None:
    """Tests hand in what they want; nothing else is opened."""
    practice = daily(settings, {})
    marker: Any = object()

    overridden = open_practice(settings, clock=marker, ehr=marker, zone=marker, vault=marker)

    assert (overridden.clock, overridden.ehr, overridden.zone, overridden.vault) == (marker,) * 4
    assert load_practice(settings.paths) == practice.practice
    assert not settings.paths.keys.exists()


def fresh(settings: Settings) -> Settings:
    """The same settings as a new process would read them."""
    return Settings(settings.paths, settings.mlflow_tracking_uri, settings.today)
