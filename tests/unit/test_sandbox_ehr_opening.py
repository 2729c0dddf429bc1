"""The EHR of a made sandbox practice: the export's ids and people, the practice of that moment, and itself again after a restart."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hsched_core.domain.errors import NotReadyError, UserError
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.create import create_sandbox
from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.journal import Journal
from hsched_sandbox.ehr.opening import JOURNAL, OpenedEhr, lived_until, open_ehr, open_script, summary_in
from hsched_sandbox.ehr.records import Appointment, Authorization, Client, Clinician, Entry, EntryStatus, Status
from hsched_sandbox.ehr.script import Script, script_of
from hsched_sandbox.ehr.wishes import wishes
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.practice import simulate
from hsched_sandbox.timeline import DAY
from hsched_sandbox.waitlist import entries
from tests.sandbox_ehr import ZONE, MovableClock, small_practice

TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
API = Trace("api")


@pytest.fixture(scope="module", name="home")
def fixture_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("practice")
    create_sandbox(home, today=TODAY, clinicians=3, years=0.1, seed=5)
    return home


@pytest.fixture(name="clock")
def fixture_clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture(scope="module", name="script")
def fixture_script(home: Path) -> Script:
    """That practice's, made once."""
    wish = summary_in(home).wish
    parameters = parameters_of(wish.archetype, clinicians=wish.clinicians, years=wish.years)
    return script_of(simulate(parameters, seed=wish.seed, today=wish.today))


@pytest.fixture(name="opened")
def fixture_opened(home: Path, script: Script, clock: MovableClock) -> Iterator[OpenedEhr]:
    """Opened for the first time."""
    file = home / "sandbox" / JOURNAL
    file.unlink(missing_ok=True)
    opened = open_script(script, file, clock)
    yield opened
    opened.journal.close()


def exported(home: Path, table: str) -> list[dict[str, str]]:
    """Rows that the export holds up to that noon, in the order of writing."""
    rows: list[dict[str, str]] = []
    for file in sorted((home / "sandbox" / "ehr_export").glob(f"*/{table}.csv")):
        if date.fromisoformat(file.parent.name) <= TODAY:
            with file.open(encoding="utf-8", newline="") as lines:
                rows.extend(csv.DictReader(lines))
    return [row for row in rows if datetime.fromisoformat(row.get("Entered Time") or row["Last Updated"]) <= NOON]


def test_clients_and_clinicians_have_the_exports_ids_and_names(home: Path, opened: OpenedEhr) -> None:
    """Whoever the export knows by then, the EHR knows, and nobody else."""
    clients = {row["Patient ID"]: (row["First Name"], row["Last Name"]) for row in exported(home, "clients")}
    clinicians = {row["Provider ID"]: (row["First Name"], row["Last Name"]) for row in exported(home, "clinicians")}

    assert {one.id: (one.given_name, one.family_name) for one in opened.book.every(Client)} == clients
    assert {one.id: (one.given_name, one.family_name) for one in opened.book.every(Clinician)} == clinicians


def test_appointments_are_the_exports_in_their_last_known_status(home: Path, opened: OpenedEhr) -> None:
    """Ids, clients, clinicians; what was cancelled, attended or missed by that noon, and nothing of what comes later."""
    words = {
        "Cancelled": "cancelled",
        "Late Cancel": "cancelled",
        "Rescheduled": "cancelled",
        "Checked Out": "attended",
        "No Show": "no_show",
    }
    told: dict[str, tuple[str, str, str]] = {}
    for row in exported(home, "appointments"):
        if row["Patient ID"] and row["Status"] != "Legacy Code 7":
            before = told.get(row["Appt ID"], ("", "", "booked"))[2]
            told[row["Appt ID"]] = (row["Patient ID"], row["Provider ID"], words.get(row["Status"], before))

    assert {one.id: (one.patient_id, one.provider_id, str(one.status)) for one in opened.book.every(Appointment)} == told
    assert len(told) > 200


def test_authorizations_are_the_exports_newest(home: Path, opened: OpenedEhr) -> None:
    """Units used as last reported."""
    told = {row["Auth ID"]: (row["Patient ID"], int(row["Units Used"])) for row in exported(home, "authorizations")}

    assert {one.id: (one.patient_id, one.units_used) for one in opened.book.every(Authorization)} == told


def test_the_exports_waitlist_is_part_of_the_ehrs(home: Path, opened: OpenedEhr) -> None:
    """With those who wait for more than an earlier intake there is a lively list; each entry's client exists."""
    told = {row["Entry ID"]: row["State"] for row in exported(home, "waitlist")}
    words = {"Active": EntryStatus.WAITING, "Scheduled": EntryStatus.PLACED, "Removed": EntryStatus.WITHDRAWN}
    entries = {one.id: one for one in opened.book.every(Entry)}
    waiting = [one for one in entries.values() if one.status is EntryStatus.WAITING]

    assert {identifier: entries[identifier].status for identifier in told} == {one: words[state] for one, state in told.items()}
    assert len(waiting) >= 6
    assert {one.patient_id for one in waiting} <= {client.id for client in opened.book.every(Client)}


def test_a_waitlist_of_ten_clinicians_is_lively() -> None:
    """Twenty to sixty entries wait on each of some days of a year; a third or more of them for other reasons than an intake."""
    world = simulate(parameters_of(Archetype.PRIVATE, clinicians=10, years=1), seed=20260101, today=TODAY)
    intakes, others = entries(world), wishes(world)
    for days in (-120, -30, 0, 30):
        now = NOON.timestamp() + days * DAY
        waiting = int(((intakes.entered <= now) & (intakes.settled > now)).sum())
        wishing = int(((others.entered <= now) & (others.until > now)).sum())
        assert 20 <= waiting + wishing <= 60
        assert wishing > waiting / 2


def test_what_the_script_changes_is_told_with_growing_versions(opened: OpenedEhr, clock: MovableClock) -> None:
    """A day later there are new bookings, cancels and sessions held, each in the log once."""
    before = {one.id: one.version for one in opened.book.every(Appointment)}
    clock.instant = NOON + timedelta(days=2)
    opened.player.go_on(NOON, clock.instant, lambda _line, _record: None)
    acts = [effect.act for effect in opened.book.effects if effect.kind == "appointment"]
    after = {one.id: one.version for one in opened.book.every(Appointment)}

    assert {"book", "cancel", "attended"} <= set(acts)
    assert sum(after.values()) - sum(before.values()) == len(acts)


def test_what_hsched_did_comes_before_the_script(opened: OpenedEhr, clock: MovableClock) -> None:
    """A visit that was cancelled is not attended; an hour that was given away is not booked again."""
    coming = [
        one for one in opened.book.every(Appointment) if one.status is Status.BOOKED and NOON < one.starts_at < NOON + timedelta(days=3)
    ]
    for one in coming:
        opened.book.change(one.id, {"status": Status.CANCELLED}, API)
    clock.instant = NOON + timedelta(days=4)
    opened.player.go_on(NOON, clock.instant, lambda _line, _record: None)

    assert len(coming) > 20
    assert {opened.book.get(Appointment, one.id).status for one in coming} == {Status.CANCELLED}
    booked = [one for one in opened.book.every(Appointment) if one.status is Status.BOOKED]
    assert not [one.id for one in booked if opened.book.clashes(one) and one.starts_at > clock.instant]


def test_a_restart_goes_on_where_it_was(home: Path, opened: OpenedEhr, clock: MovableClock) -> None:
    """Records, versions, keys and log are there again; a key that was used books nothing new."""
    one = next(one for one in opened.book.every(Appointment) if one.status is Status.BOOKED)
    draft = opened.book.change(one.id, {"custom_fields": {"ai_risk_score": 0.5}}, API)
    opened.book.change(one.id, {"status": Status.CANCELLED}, API)
    made, _ = opened.book.once("k-1", "f", lambda: opened.book.book(draft, Trace("api", "k-1")))
    clock.instant = NOON + timedelta(hours=30)
    opened.player.go_on(NOON, clock.instant, lambda _line, _record: None)
    opened.book.write_down("lived", clock.instant.isoformat())
    opened.journal.close()

    again = open_ehr(home, clock)
    replayed, before = again.book.once("k-1", "f", lambda: pytest.fail("booked twice"))
    other = again.book.book(draft, API) if not again.book.clashes(draft) else None
    again.journal.close()

    assert (replayed, before) == (made, True)
    assert again.lived == lived_until(home) == clock.instant
    for kind in (Appointment, Client, Entry, Authorization):
        assert {one.id: one for one in again.book.every(kind)} == {one.id: one for one in opened.book.every(kind)}
    assert again.book.effects == opened.book.effects
    assert other is None  # its hour is taken by what was made before the restart


def test_a_line_that_a_crash_cut_off_is_dropped(tmp_path: Path) -> None:
    """What came before it is kept, and new lines follow."""
    file = tmp_path / "journal.jsonl"
    first = Journal(file)
    book = Book(MovableClock(NOON))
    small_practice(book)
    first.write("appointment", book.get(Appointment, "APT-0000001"))
    first.close()
    with file.open("a", encoding="utf-8") as out:
        out.write('["appointment", {"id": "APT-00')

    second = Journal(file)
    second.write("lived", NOON.isoformat())
    lines = list(second.lines())
    second.close()

    assert [word for word, _ in lines] == ["appointment", "lived"]
    assert lines[0][1] == book.get(Appointment, "APT-0000001")
    assert all(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())


def test_without_a_sandbox_or_outside_of_its_days_there_is_no_ehr(tmp_path: Path, home: Path) -> None:
    """The remedy is named."""
    with pytest.raises(NotReadyError, match="sandbox"):
        open_ehr(tmp_path, MovableClock(NOON))
    with pytest.raises(UserError, match="present is not among"):
        open_ehr(home, MovableClock(NOON + timedelta(days=400)))
