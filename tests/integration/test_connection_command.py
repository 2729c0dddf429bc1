"""`hsched connection check`: the whole way from practice.yaml over the assembly to a running EHR, and back to words."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.assembly import open_practice
from hsched_adapters.connection import Connection
from hsched_adapters.settings import Paths, Practice, Settings, Source, load_settings, save_practice
from hsched_cli.main import run
from hsched_core.domain.errors import NotReadyError
from hsched_sandbox.ehr.conduct import Dialect
from hsched_sandbox.ehr.records import Entry
from tests.sandbox_ehr import NOW, TOKEN, Ehr, running_ehr

SOURCE = Source("daily_exports", "sandbox-practice", "exports")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A practice's home, on the day of the small practice."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setenv("HSCHED_TODAY", NOW.isoformat())
    return tmp_path


@pytest.fixture
def ehr() -> Iterator[Ehr]:
    """An EHR that ignores what it does not know, and searches by nobody's reference."""
    with running_ehr(searchable=False, dialect=Dialect.LENIENT) as running:
        yield running


def connected(home: Path, address: str, **claims: Any) -> Settings:
    """Settings of a practice with that connection."""
    connection = replace(Connection("rest", address, "sandbox", timeout_seconds=2.0), **claims)
    save_practice(Paths(home), Practice("elm", "Elm", "America/New_York", "US", SOURCE, date(2026, 1, 1), connection=connection))
    (home / "keys").mkdir(mode=0o700, exist_ok=True)
    (home / "keys" / "ehr-token").write_text(f"{TOKEN}\n")
    return load_settings()


def test_it_says_in_words_what_the_ehr_can_do(home: Path, ehr: Ehr, capsys: pytest.CaptureFixture[str]) -> None:
    """And what follows from it."""
    connected(home, ehr.address, can_poll=True)
    with pytest.raises(SystemExit) as ended:
        run(["connection", "check"])
    told = " ".join(capsys.readouterr().out.split())

    assert ended.value.code == 0
    assert "reference is ignored: everything is answered, as if it matched" in told
    assert "A write without an answer goes to a person: the EHR offers no way to find out." in told
    assert "The connection holds." in told


def test_it_fails_where_practice_yaml_promises_what_is_not_so(home: Path, ehr: Ehr, capsys: pytest.CaptureFixture[str]) -> None:
    """With the name of the promise, for people and as JSON."""
    connected(home, ehr.address, can_search=True)
    with pytest.raises(SystemExit) as ended:
        run(["connection", "check", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, found["overstated"], found["holds"]) == (1, ["can_search"], False)
    assert found["parameters"] == {"from": "works", "to": "works", "updated_since": "unproven", "reference": "ignored"}


def test_a_connection_that_does_not_answer_is_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Never a traceback, and never an address with somebody in it."""
    connected(home, "http://127.0.0.1:9")
    with pytest.raises(SystemExit) as ended:
        run(["connection", "check"])

    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "The EHR could not be read (no_connection)." in told
    assert "connection check" not in told


def test_a_refused_token_names_its_file(home: Path, ehr: Ehr, capsys: pytest.CaptureFixture[str]) -> None:
    """And not the command that was just typed."""
    connected(home, ehr.address)
    (home / "keys" / "ehr-token").write_text("an-old-token")
    with pytest.raises(SystemExit) as ended:
        run(["connection", "check"])
    told = "".join(capsys.readouterr().err.split())

    assert ended.value.code == 2
    assert "TheEHRrefusesthetoken" in told
    assert str(home / "keys" / "ehr-token") in told
    assert "connectioncheck" not in told
    assert "an-old-token" not in told


def test_the_check_tells_of_odd_rows(home: Path, ehr: Ehr, capsys: pytest.CaptureFixture[str]) -> None:
    """Number and field, no value."""
    connected(home, ehr.address)
    ehr.book.place(replace(ehr.book.get(Entry, "WL-0000004"), modality="hologram"))
    with pytest.raises(SystemExit):
        run(["connection", "check"])
    told = " ".join(capsys.readouterr().out.split())

    assert "left out: 1 (unexpected_form: waitlist_entry.modality)." in told
    assert "hologram" not in told


def test_a_practice_without_connection_is_told_what_to_do(home: Path) -> None:
    """Before anything is asked."""
    save_practice(Paths(home), Practice("elm", "Elm", "America/New_York", "US", SOURCE, date(2026, 1, 1)))

    with pytest.raises(NotReadyError, match="Add a `connection:` section"):
        _ = open_practice(load_settings()).reader


def test_scores_and_path_call_an_appointment_by_the_same_name(home: Path, ehr: Ehr) -> None:
    """The connector's pseudonyms are the vault's of the daily flow: kinds and identifiers are the same."""
    practice = open_practice(connected(home, ehr.address))
    daily = practice.vault.pseudonyms("appointment", ["APT-0000001"])["APT-0000001"]
    read = practice.reader.appointment(daily)

    assert read is not None
    assert read.id == daily


def test_a_faster_clock_makes_the_ehr_slower_by_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty real seconds are five hours of a live sandbox at speed 600: a search before that could miss what comes late."""
    monkeypatch.delenv("HSCHED_TODAY")
    monkeypatch.setenv("HSCHED_CLOCK", "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00x600")

    assert open_practice(connected(home, "http://127.0.0.1:9")).connector.capabilities.max_latency == timedelta(hours=5)


def test_a_rotated_token_counts_at_once(home: Path, ehr: Ehr) -> None:
    """Without a restart; and no error tells it."""
    practice = open_practice(connected(home, ehr.address))
    (home / "keys" / "ehr-token").write_text("an-old-token")
    with pytest.raises(Exception, match="http_401") as caught:
        practice.reader.clinicians()
    (home / "keys" / "ehr-token").write_text(TOKEN)

    assert len(practice.reader.clinicians()) == 2
    assert "an-old-token" not in str(caught.value)
