"""`hsched audit`: verify from outside with public things only, exit codes that mean something, a story a person can read."""

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.assembly import open_practice
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Settings
from tests.audit_trails import Desk, entry, write
from tests.fake_practice import settings_in
from tests.unit.test_cli_main import exit_code

OPENING, CLIENT, PROPOSAL = "0a" * 16, "0b" * 16, "0c" * 16


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A practice on SQLite, named by the environment."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    return settings_in(tmp_path)


@pytest.fixture
def written(home: Settings) -> Settings:
    """Twelve entries; the first is proven by a checkpoint, the others wait for the next."""
    trail = open_practice(home).audit
    write(trail, 1, 12)
    trail.close()
    return home


def said(capfd: pytest.CaptureFixture[str]) -> dict[str, object]:
    document = json.loads(capfd.readouterr().out)
    assert isinstance(document, dict)
    return document


def tamper(home: Settings, statement: str) -> None:
    engine = sa.create_engine(home.store_url)
    with engine.begin() as connection:
        for trigger in ("audit_no_update", "audit_no_delete", "audit_is_next"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_whole_trail_holds(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """In words, and as a document."""
    assert exit_code("audit", "verify") == 0
    shown = capfd.readouterr().out
    assert "12 entries follow from each other" in shown
    assert "11 newer ones" in shown
    assert "The trail holds" in shown

    assert exit_code("audit", "verify", "--codes", "--json") == 0
    document = said(capfd)
    assert (document["holds"], document["entries"], document["proven_by_checkpoints"], document["codes_checked"]) == (True, 12, 1, True)


def test_a_broken_trail_is_named_and_fails(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, the first broken entry, and what is wrong with it."""
    tamper(written, "UPDATE audit SET actor = 'nobody' WHERE seq = 7")

    assert exit_code("audit", "verify") == 1
    assert "broken at entry 7: edited" in capfd.readouterr().out
    assert exit_code("audit", "verify", "--json") == 1
    assert said(capfd)["broken"] == {"first": 7, "last": 7, "what": "edited: its content is not what its hash says"}


def test_verification_needs_no_practice_and_no_key(written: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the database, of checkpoints and of public keys in a folder that holds nothing else; nothing is written there."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for file in (written.paths.store, written.paths.checkpoints, written.paths.public_keys):
        shutil.copy(file, outside)
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path / "nowhere"))
    places = ["--checkpoints", str(outside / "checkpoints.jsonl"), "--public-keys", str(outside / "public-keys.txt")]
    before = {path.name: path.read_bytes() for path in outside.iterdir()}

    assert exit_code("audit", "verify", "--store", f"sqlite:///{outside / 'operational.sqlite'}", "--practice", "fake", *places) == 0
    assert {path.name: path.read_bytes() for path in outside.iterdir() if not path.name.endswith(("-wal", "-shm"))} == before
    assert not (tmp_path / "nowhere").exists()


def test_without_checkpoints_nothing_is_proven(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """Somebody removed them: that is a failure, not a fresh start."""
    written.paths.checkpoints.unlink()

    assert exit_code("audit", "verify") == 1
    assert "There is no checkpoint of this practice" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("damage", "trouble"),
    [
        (lambda line: line.replace(b'"entries":1', b'"entries":2'), "checkpoint line 1 is not signed by a key that is known"),
        (lambda line: line.replace(b'"practice":"fake"', b'"practice":"fame"'), "checkpoint line 1 is not signed by a key that is known"),
        (lambda line: line.replace(b"{", b"[", 1), "checkpoint line 1 is not readable"),
        (lambda line: line + line.replace(b'"at"', b'"as"'), "checkpoint line 2 is not readable"),
    ],
)
def test_a_forged_checkpoint_is_trouble(written: Settings, damage: object, trouble: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever has no signing key cannot make one, nor change one."""
    file = written.paths.checkpoints
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]  # checked by the test

    assert exit_code("audit", "verify", "--json") == 1
    assert trouble in said(capfd)["trouble"]  # type: ignore[operator]  # checked by the test


def test_checkpoints_of_another_key_prove_nothing(written: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A thief who wrote trail and checkpoints anew has another key; the auditor's copy of the public one says so."""
    kept = written.paths.public_keys.read_bytes()
    thief = Desk(f"sqlite:///{tmp_path / 'thief.sqlite'}", tmp_path / "thief", "fake")
    trail = thief.open()
    write(trail, 1, 12)
    trail.anchor()
    trail.close()
    places = ["--store", thief.url, "--checkpoints", str(thief.checkpoints), "--public-keys"]
    (tmp_path / "kept.txt").write_bytes(kept)

    assert exit_code("audit", "verify", *places, str(tmp_path / "kept.txt"), "--json") == 1
    assert len(said(capfd)["trouble"]) == 3  # type: ignore[arg-type]  # checked by the test
    assert exit_code("audit", "verify", *places, str(thief.public_keys)) == 0, "with the thief's own key everything is in order"


def test_what_is_missing_is_named_with_its_remedy(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """No public keys yet; then keys and no store."""
    assert exit_code("audit", "verify") == 2
    assert "There is no file of public keys" in capfd.readouterr().err
    home.paths.public_keys.parent.mkdir()
    home.paths.public_keys.write_text("not a key\n")
    assert exit_code("audit", "verify") == 2
    assert "a line that is no public key" in capfd.readouterr().err
    home.paths.public_keys.write_text("")
    assert exit_code("audit", "verify") == 2
    assert "There is no operational store" in capfd.readouterr().err


@pytest.fixture(params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, home: Settings) -> Settings:
    """Three proposals; two of them are about one opening."""
    chosen = home if request.param == "sqlite" else replace(home, store=str(request.getfixturevalue("postgres_url")))
    trail = open_practice(chosen).audit
    for number in (1, 2, 3):
        proposal = f"{PROPOSAL[:-1]}{number}"
        about = {"opening": OPENING if number < 3 else "0d" * 16, "candidates": [{"client": CLIENT, "fit": 0.5, "skipped": ["notice"]}]}
        for kind, body in (("proposal.proposed", about), ("proposal.approved", {"by": "desk-1"})):
            with trail.writing(replace(entry(number), kind=kind, subject=f"proposal:{proposal}", body=body)):
                pass
    trail.close()
    return chosen


@pytest.mark.xdist_group("postgres")
def test_the_story_of_a_subject_is_told_whole(told: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """What mentions the opening, and what became of it; a proposal by its pseudonym with or without its kind."""
    monkeypatch.setenv("HSCHED_STORE", told.store)
    assert exit_code("audit", "show", OPENING, "--json") == 0
    entries = said(capfd)["entries"]
    assert [one["seq"] for one in entries] == [1, 2, 3, 4]  # type: ignore[attr-defined]  # checked by the test
    assert exit_code("audit", "show", f"proposal:{PROPOSAL[:-1]}3") == 0
    shown = capfd.readouterr().out
    assert "proposal.approved" in shown
    assert f"candidates: client {CLIENT}, fit 0.5, skipped notice" in shown
    assert exit_code("audit", "show", f"{PROPOSAL[:-1]}2", "--json") == 0
    assert len(said(capfd)["entries"]) == 2  # type: ignore[arg-type]  # checked by the test


@pytest.mark.xdist_group("postgres")
def test_first_digits_are_enough_where_they_are_of_one_subject(
    told: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Six and more; several subjects are counted, too few digits and none are refused: never the whole trail."""
    monkeypatch.setenv("HSCHED_STORE", told.store)
    trail = open_practice(told).audit
    with trail.writing(replace(entry(9), kind="proposal.queued", subject="abc123" + "0" * 26, body={"client": CLIENT})):
        pass
    trail.close()
    for digits in ("abc123", "abc1230", f"proposal:{PROPOSAL[:-1]}3"):
        assert exit_code("audit", "show", digits, "--json") == 0
        assert len(said(capfd)["entries"]) in (1, 2)  # type: ignore[arg-type]  # checked by the test
    for refused, why in (("a", "too short"), ("", "too short"), ("abc12", "too short"), (PROPOSAL[:6], "3 subjects begin with 0c0c0c")):
        assert exit_code("audit", "show", refused) == 2
        assert why in capfd.readouterr().err


@pytest.mark.xdist_group("postgres")
def test_what_merely_contains_the_subject_is_another_story(
    told: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A longer hash that holds the same digits, and a word that stands in every entry."""
    monkeypatch.setenv("HSCHED_STORE", told.store)
    trail = open_practice(told).audit
    for body in ({"facts": "ee" * 8 + OPENING}, {"opening": "ee" * 16, "use_case": "waitlist"}):
        with trail.writing(replace(entry(9), kind="proposal.queued", subject="ab" * 16, body=body)):
            pass
    trail.close()

    assert exit_code("audit", "show", OPENING, "--json") == 0
    assert [one["seq"] for one in said(capfd)["entries"]] == [1, 2, 3, 4]  # type: ignore[attr-defined]  # checked by the test
    assert exit_code("audit", "show", "use_case:waitlist") == 2


def test_the_ehrs_own_id_is_found_through_the_vault_and_the_look_recorded(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """With --as; without, it says so. The same id of two kinds needs its kind."""
    practice = open_practice(written)
    save_people(written.paths.people, demo_people([]))
    pseudonym = practice.vault.pseudonyms("appointment", ["APT-0003728", "17"])
    practice.vault.pseudonyms("client", ["17"])
    with practice.audit.writing(replace(entry(13), subject=pseudonym["APT-0003728"], kind="opening.open", body={})):
        pass
    with practice.audit.writing(replace(entry(14), subject=pseudonym["17"], kind="opening.taken", body={})):
        pass
    practice.audit.close()

    assert exit_code("audit", "show", "APT-0003728") == 2
    assert "--as LOGIN" in capfd.readouterr().err
    assert exit_code("audit", "show", "APT-0003728", "--as", "frontdesk") == 0
    assert "opening.open" in capfd.readouterr().out
    assert exit_code("audit", "show", "17", "--as", "frontdesk") == 2
    assert "appointment:17" in capfd.readouterr().err
    assert exit_code("audit", "show", "appointment:17", "--as", "frontdesk") == 0
    assert "opening.taken" in capfd.readouterr().out
    assert exit_code("audit", "show", pseudonym["17"][:8], "--as", "frontdesk") == 0
    assert exit_code("audit", "show", "APT-0003728", "--as", "mallory") == 2
    rows = sqlite3.connect(written.paths.vault).execute("SELECT actor, kind, found FROM access_log WHERE found").fetchall()
    assert rows == [("frontdesk", kind, 1) for kind in ("appointment", "client", "appointment", "appointment")]


def test_times_are_the_practices(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """By its wall clock, with its zone said once; the document keeps instants."""
    assert exit_code("audit", "show", open_entry(written)) == 0
    shown = capfd.readouterr().out

    assert f"Times are those of {written.practice.zone.key}." in shown
    assert "+00:00" not in shown


def open_entry(home: Settings) -> str:
    engine = sa.create_engine(home.store_url)
    with engine.connect() as connection:
        subject = str(connection.exec_driver_sql("SELECT subject FROM audit WHERE seq = 1").scalar_one())
    engine.dispose()
    return subject


def test_nothing_recorded_is_said(written: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    assert exit_code("audit", "show", "ff" * 16) == 2
    assert "Nothing is recorded about that subject" in capfd.readouterr().err
