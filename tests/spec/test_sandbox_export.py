"""What the sandbox's EHR exports: read by the real importer, dirty where it says so, and apart from its truth."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from hsched_adapters.ehr.cells import Setting
from hsched_adapters.ehr.csv_export import parse
from hsched_adapters.ehr.csv_map import load_map
from hsched_adapters.settings import Paths, load_practice
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.errors import UserError
from hsched_core.domain.vocabulary import Outcome
from hsched_sandbox.create import SandboxSummary, create_sandbox, existing_sandbox
from hsched_sandbox.truth import APPOINTMENTS_FILE, KEY_FILE, truth_ids

TODAY = date(2026, 11, 24)
NEW_YORK = ZoneInfo("America/New_York")
OUTCOMES = {"attended", "no_show"}
Row = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """An export as the importer read it."""

    home: Path
    summary: SandboxSummary
    rows: dict[str, list[Row]]
    duplicates: int
    rejected: Counter[tuple[str, str]]

    def of_appointments(self) -> dict[str, list[Row]]:
        """Events of each appointment, in the order of recording."""
        found: dict[str, list[Row]] = {}
        for row in sorted(self.rows["appointments"], key=lambda row: row["recorded_at"]):
            found.setdefault(row["appointment_id"], []).append(row)
        return found


def files(home: Path) -> Iterator[Path]:
    yield from sorted((home / "sandbox" / "ehr_export").glob("*/*.csv"))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    home = tmp_path_factory.mktemp("sandbox")
    summary = create_sandbox(home, seed=7, today=TODAY, clinicians=4, years=0.75)
    column_map, setting = load_map("sandbox-practice"), Setting(NEW_YORK, TODAY)
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    rejected: Counter[tuple[str, str]] = Counter()
    duplicates = 0
    for path in files(home):
        day = date.fromisoformat(path.parent.name)
        parsed = parse(path.read_bytes(), path.name, column_map, setting, tables=(path.stem,), only_day=day)
        rows[path.stem] += parsed.rows[path.stem][day]
        duplicates += parsed.duplicates
        rejected.update((row.field, row.reason) for row in parsed.all_rejected())
    return Read(home, summary, rows, duplicates, rejected)


def test_the_importer_quarantines_the_planted_rows_and_only_those(read: Read) -> None:
    """Unknown status words, ends before starts, missing clients."""
    planted = read.summary.planted

    assert read.rejected == {
        ("event_type", "a word the map does not know"): planted["unknown_status"],
        ("duration_minutes", "ends before it starts"): planted["impossible_end"],
        ("client_id", "empty, and the contract requires it"): planted["missing_client"],
    }
    assert sum(read.rejected.values()) > 5


def test_every_line_is_landed_merged_or_quarantined(read: Read) -> None:
    """Lines in = landed + duplicates + rejected, and the duplicates are the planted ones."""
    landed = sum(len(rows) for rows in read.rows.values())

    assert read.duplicates == read.summary.planted["duplicates_same_day"] > 0
    assert landed + read.duplicates + sum(read.rejected.values()) == sum(read.summary.rows.values())


def test_every_field_of_the_contract_is_filled_somewhere(read: Read) -> None:
    """All but the age, which has a birth date behind it."""
    empty = [(table, name) for table, rows in read.rows.items() for name in TABLES[table].columns if all(row[name] is None for row in rows)]

    assert empty == [("clients", "age_years")]


def test_an_event_sent_again_the_next_day_keeps_its_id(read: Read) -> None:
    """The planted repeats, a day later in `recorded_at` and equal in all else."""
    seen: dict[str, Row] = {}
    again = 0
    for row in sorted(read.rows["appointments"], key=lambda row: row["recorded_at"]):
        first = seen.setdefault(row["event_id"], row)
        if first is not row:
            again += 1
            assert row["recorded_at"] - first["recorded_at"] == timedelta(days=1)
            assert {**row, "recorded_at": None} == {**first, "recorded_at": None}

    assert again == read.summary.planted["duplicates_next_day"] > 0


def test_events_come_in_order(read: Read) -> None:
    """Booked first; recorded after it happened; outcomes after the start; called off before it."""
    for events in read.of_appointments().values():
        assert events[0]["event_type"] == "booked"
        for event in events:
            assert event["recorded_at"] >= event["event_at"]
            if event["event_type"] in OUTCOMES:
                assert event["event_at"] > event["starts_at"]
            if event["event_type"] in {"cancelled", "moved", "confirmed"}:
                assert event["event_at"] < event["starts_at"]


def test_every_event_has_its_client_and_clinician(read: Read) -> None:
    """Their records are there no later than the event."""
    for kind in ("client", "clinician"):
        known: dict[str, datetime] = {}
        for row in read.rows[f"{kind}s"]:
            known[row[f"{kind}_id"]] = min(row["recorded_at"], known.get(row[f"{kind}_id"], row["recorded_at"]))
        assert all(known[row[f"{kind}_id"]] <= row["recorded_at"] for row in read.rows["appointments"])


def test_coverage_and_waitlist_name_known_clients(read: Read) -> None:
    """No authorization and no waitlist entry hangs in the air."""
    clients = {row["client_id"] for row in read.rows["clients"]}

    assert {row["client_id"] for table in ("authorizations", "waitlist") for row in read.rows[table]} <= clients


def test_reminders_are_sent_withheld_and_answered(read: Read) -> None:
    """Each names an appointment of its client; it went out before the visit; a coin decided some, and held half of those back."""
    appointments = read.of_appointments()
    messages = read.rows["communications"]
    tossed = [row for row in messages if row["assigned_by"] == "randomised" and row["answered_at"] is None]
    held = [row for row in tossed if row["status"] == "not-done"]

    assert len(messages) > 500
    assert {row["channel"] for row in messages} == {"text", "call"}
    assert 0.4 < len(held) / len(tossed) < 0.6
    assert not [row for row in messages if row["status"] == "not-done" and row["assigned_by"] != "randomised"]
    for row in messages:
        visit = appointments[row["appointment_id"]][-1]
        assert visit["client_id"] == row["client_id"]
        assert row["sent_at"] < visit["starts_at"]
        assert row["recorded_at"] > row["sent_at"]
        assert row["answered_at"] is None or row["status"] == "completed"


def test_a_move_closes_one_appointment_and_books_another(read: Read) -> None:
    """The new id names the old one, whose last event is `moved`."""
    appointments = read.of_appointments()
    moves = [(rows[0]["replaces_appointment_id"], rows[0]) for rows in appointments.values() if rows[0]["replaces_appointment_id"]]

    assert len(moves) > 50
    for old, booking in moves:
        closing = [row for row in appointments[old] if row["event_type"] == "moved"]
        assert closing
        assert closing[0]["event_at"] == booking["event_at"]
        assert closing[0]["client_id"] == booking["client_id"]
        assert closing[0]["event_by"] in {"client", "clinic"}


def test_corrected_statuses_are_recorded_one_to_ten_days_later(read: Read) -> None:
    """As many appointments as planted end both ways."""
    corrected = 0
    for events in read.of_appointments().values():
        told = [event for event in events if event["event_type"] in OUTCOMES]
        if len({event["event_type"] for event in told}) > 1:
            corrected += 1
            assert timedelta(hours=5) < told[-1]["recorded_at"] - told[0]["recorded_at"] <= timedelta(days=10)

    assert corrected == read.summary.planted["corrected_statuses"] > 10


def test_lost_zones_are_put_right(read: Read) -> None:
    """A booking that carried wall time as UTC is followed by a `corrected` event with the right start."""
    mistaken = 0
    for events in read.of_appointments().values():
        starts = [event["starts_at"] for event in events]
        if len(set(starts)) > 1:
            mistaken += 1
            right = next(event["starts_at"] for event in events if event["event_type"] == "corrected")
            assert starts[-1] == right
            assert starts[0].replace(tzinfo=None) == right.astimezone(NEW_YORK).replace(tzinfo=None)

    assert mistaken > 5
    assert mistaken == pytest.approx(read.summary.planted["zone_mistakes"], abs=2)  # a correction may fall behind the last day


def test_a_day_without_changes_has_no_file(read: Read) -> None:
    """Every file holds rows below its header, every folder a file, and there are days without one."""
    folders = sorted((read.home / "sandbox" / "ehr_export").iterdir())
    span = (read.summary.last_day - read.summary.first_day).days + 1

    assert all(len(path.read_text().splitlines()) > 1 for path in files(read.home))
    assert all(any(folder.iterdir()) for folder in folders)
    assert len(folders) == read.summary.days <= span
    assert len(list(files(read.home))) < 5 * span
    assert folders[-1].name > TODAY.isoformat()


def test_the_caseload_is_typed_in_on_the_first_day(read: Read) -> None:
    """The practice goes live with clients and coming visits; nothing is recorded before."""
    go_live = datetime.combine(read.summary.first_day, time(7), tzinfo=NEW_YORK)
    typed = [row for row in read.rows["appointments"] if row["recorded_at"] < go_live]
    earliest = min(row["recorded_at"] for rows in read.rows.values() for row in rows)

    assert len(typed) > 100
    assert {row["event_type"] for row in typed} == {"booked"}
    assert all(row["starts_on"] >= read.summary.first_day for row in typed)
    assert min(row["event_at"] for row in typed) < go_live - timedelta(days=21)
    assert earliest.astimezone(NEW_YORK).date() == read.summary.first_day


def test_full_names_are_unique_and_get_into_free_text(read: Read) -> None:
    """So a leak scan has something to find, and something hard to find."""
    names = {(row["given_name"], row["family_name"]) for row in read.rows["clients"]}
    clients = {row["client_id"] for row in read.rows["clients"]}
    givens = {given for given, _ in names}
    reasons = [row["reason"] for row in read.rows["appointments"] if row["reason"]]

    assert len(names) == len(clients)
    assert all("555-01" in row["phone"] for row in read.rows["clients"])
    assert all(row["email"].endswith(("@example.org", "@example.com")) for row in read.rows["clients"])
    assert any(word in givens for reason in reasons for word in reason.split())


def test_truth_joins_with_its_key_only(read: Read) -> None:
    """Ids are keyed hashes in the order of the hashes; with the key each exported appointment has its one row."""
    folder = read.home / "sandbox" / "truth"
    table = pq.read_table(folder / APPOINTMENTS_FILE)
    hidden = table["appointment_id"].to_pylist()
    exported = sorted(read.of_appointments())

    assert not set(hidden) & set(exported)
    assert not set(truth_ids(b"another key", exported)) & set(hidden)
    assert hidden == sorted(hidden)
    assert set(truth_ids((folder / KEY_FILE).read_bytes(), exported)) <= set(hidden)
    assert not [field for field in table.schema if "time" in str(field.type) or "date" in str(field.type)]


def test_truth_agrees_with_the_corrected_log(read: Read) -> None:
    """The last word of the log about each visit is the truth's outcome, but for late cancels noted by who calls them no-shows."""
    folder = read.home / "sandbox" / "truth"
    table = pq.read_table(folder / APPOINTMENTS_FILE)
    truth = dict(zip(table["appointment_id"].to_pylist(), table["outcome"].to_pylist(), strict=True))
    told = {appointment: events[-1] for appointment, events in read.of_appointments().items() if events[-1]["event_type"] in OUTCOMES}
    ids = truth_ids((folder / KEY_FILE).read_bytes(), told)

    assert len(told) > 2000
    otherwise = Counter((truth[a], b["event_type"]) for a, b in zip(ids, told.values(), strict=True) if truth[a] != b["event_type"])
    assert set(otherwise) == {("late_cancel", "no_show")}
    assert otherwise.total() == pytest.approx(read.summary.planted["late_as_no_show"], abs=5)  # some are put right to "attended" first
    assert set(truth.values()) == {outcome.value for outcome in Outcome}


def test_the_same_seed_writes_the_same_bytes(read: Read, tmp_path: Path) -> None:
    """Export and truth; another seed writes others."""
    small = {"today": TODAY, "clinicians": 2, "years": 0.25}
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for home, seed in ((one, 1), (same, 1), (other, 2)):
        create_sandbox(home, seed=seed, **small)

    def content(home: Path) -> dict[str, bytes]:
        return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}

    assert content(one) == content(same)
    assert content(one) != content(other)


def test_a_second_create_uses_what_is_there(read: Read) -> None:
    """Nothing is written again; another seed in the same home is refused with the way out."""
    before = {path: path.stat().st_mtime_ns for path in files(read.home)}
    again = create_sandbox(read.home, seed=7, today=TODAY, clinicians=4, years=0.75)

    assert again.reused
    assert again == existing_sandbox(read.home)
    assert {path: path.stat().st_mtime_ns for path in files(read.home)} == before
    with pytest.raises(UserError, match="another sandbox"):
        create_sandbox(read.home, seed=8, today=TODAY, clinicians=4, years=0.75)


def test_practice_yaml_is_one_the_house_reads(read: Read) -> None:
    """The written settings name the export, the map and the first day; age has its basis."""
    practice = load_practice(Paths(read.home))

    assert (practice.id, practice.timezone, practice.source.map) == ("sandbox", "America/New_York", "sandbox-practice")
    assert practice.first_day == read.summary.first_day
    assert set(practice.demographic_inputs) == {"age"}
    assert (read.home / practice.source.path).is_dir()
