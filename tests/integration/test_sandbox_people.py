"""`hsched sandbox people`: whom the sandbox's service lets in, with passwords that are made once; `hsched passkeys` beside it."""

import json
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hsched_adapters.access.demo import DemoPasswords
from hsched_adapters.assembly import open_practice
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_cli.main import run
from hsched_core.domain.errors import UserError
from tests.authenticator import Authenticator

BOX = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    save_practice(Paths(tmp_path), Practice("elm", "Elm", "America/New_York", "US", BOX, date(2026, 1, 1)))
    save_people(tmp_path / "people.yaml", demo_people(["c1" * 16]))
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    return tmp_path


def printed(capfd: pytest.CaptureFixture[str]) -> dict[str, str]:
    run_to_end("sandbox", "people", "--json")
    return {one["login"]: one["password"] for one in json.loads(capfd.readouterr().out)}


def run_to_end(*words: str) -> int:
    try:
        run(list(words))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_passwords_are_made_once_and_fit(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The same ones are printed again; who joins later gets one too; nobody else reads the file."""
    first, again = printed(capfd), printed(capfd)
    save_people(home / "people.yaml", {**demo_people(["c1" * 16]), "newcomer": {"roles": ["auditor"]}})
    later = printed(capfd)
    demo = open_practice(load_settings()).service.demo
    assert demo is not None

    assert first == again
    assert later == {**first, "newcomer": later["newcomer"]}
    assert later.keys() == {*demo_people(["c1" * 16]), "newcomer"}
    assert len(set(later.values())) == len(later)
    assert all(demo.fits(login, password) for login, password in later.items())
    assert not demo.fits("frontdesk", later["manager1"])
    assert not demo.fits("nobody", later["manager1"])
    assert stat.S_IMODE((home / "keys" / "demo-passwords.json").stat().st_mode) == 0o600


def test_a_real_practice_has_no_demo_people(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not by the command, not on its sign-in page, not by asking the part itself."""
    paths = Paths(home)
    save_practice(paths, replace(load_settings().practice, source=replace(BOX, path="exports")))

    assert run_to_end("sandbox", "people") == 2
    assert "no practice in a box" in capfd.readouterr().err
    assert open_practice(load_settings()).service.demo is None
    with pytest.raises(UserError, match="sandbox practices only"):
        DemoPasswords(paths.keys, list, is_sandbox=False)
    assert not (home / "keys" / "demo-passwords.json").exists()


def test_a_lost_passkey_is_removed_by_a_manager_and_not_by_oneself(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor by the front desk; the trail has who did it, and every attempt."""
    opened = open_practice(load_settings())
    key = Authenticator("http://127.0.0.1:8700", "127.0.0.1")
    passkeys = opened.service.passkeys
    options, kept = passkeys.begin_adding("manager1")
    passkeys.finish_adding("manager1", "0" * 64, kept, key.create({"publicKey": dict(options["publicKey"])}))
    codes = [run_to_end("passkeys", "forget", "manager1", "--as", login) for login in ("frontdesk", "manager1", "manager2")]
    said = capfd.readouterr()
    run_to_end("passkeys", "list", "--json")
    listed = {one["login"]: one["passkeys"] for one in json.loads(capfd.readouterr().out)}

    assert codes == [2, 2, 0]
    assert "(1 removed)" in said.out
    assert set(listed.values()) == {0}
    assert [one.actor for one in opened.audit.story("permission:forget_passkeys")] == ["frontdesk", "manager1"]
