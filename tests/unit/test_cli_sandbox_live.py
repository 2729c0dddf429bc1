"""`hsched sandbox ehr` and `hsched sandbox live`: they serve, connect, keep their secrets, tell the days, and go on where they were."""

import http.client
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from hsched_adapters.assembly import open_practice
from hsched_adapters.settings import Paths, load_practice, load_settings, save_practice
from hsched_cli import sandbox_ehr, sandbox_live
from hsched_cli.main import run
from hsched_cli.sandbox_permission import grouping, permit, reminding, switch_on_reminders
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders_plan import Step
from hsched_sandbox.create import create_sandbox
from hsched_sandbox.ehr.opening import lived_until
from tests.sandbox_ehr import ZONE


def done(*words: str) -> None:
    """The command, to its good end."""
    with pytest.raises(SystemExit) as end:
        run(list(words))
    assert end.value.code == 0


@pytest.fixture(scope="module", name="home")
def fixture_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("live")
    create_sandbox(home, today=datetime.now(ZONE).date(), clinicians=2, years=0.1)
    return home


@pytest.fixture(autouse=True)
def fixture_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSCHED_HOME", str(home))
    for name in ("HSCHED_TODAY", "HSCHED_CLOCK"):
        monkeypatch.delenv(name, raising=False)


def test_days_are_lived_and_told_and_gone_on_with(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A week at a day a second, then an hour more from there; practice.yaml now names the EHR, whose secrets only their owner can read."""
    week = ["sandbox", "live", "--alone", "--speed", "100000", "--port", "8650"]
    done(*week, "--days", "7")
    first, told = lived_until(home), capsys.readouterr().out
    done(*week, "--days", "0.04")
    second = lived_until(home)

    assert "http://127.0.0.1:86" in told
    assert "the day:" in told
    assert "cancelled by the client" in told
    assert first is not None
    assert second is not None
    assert second > first
    connection = load_practice(Paths(home)).connection
    assert connection is not None
    assert (connection.profile, connection.honours_keys) == ("sandbox", True)
    for name in (connection.token_file, connection.webhook_secret_file):
        file = Paths(home).keys / name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text(encoding="ascii").strip() not in told


def test_texts_and_reminders_are_connected_before_anything_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The provider is in practice.yaml, reminders are on under an order that two approved, and one line says how to watch.

    Neither the service nor Dagster is started here: tests/prove/test_live_reminders.py does.
    """
    monkeypatch.setattr(sandbox_live, "_programs", lambda *_: [])
    monkeypatch.setattr(sandbox_live, "START_SECONDS", 0.0)
    done("sandbox", "live", "--speed", "100000", "--days", "0.1", "--port", "8650")
    told = capsys.readouterr().out
    practice = open_practice(load_settings({"HSCHED_HOME": str(home)}))
    text = practice.practice.messaging.text if practice.practice.messaging else None
    with practice.path_store.looking() as state:
        rollout = state.rollout(REMINDERS, practice.clock.now())

    assert "hsched reminders, hsched messages, hsched replies" in told
    assert told.count("manager1 and manager2 approved") == 4  # the waitlist, picks of other times, reminders, groups
    assert not any(permit(practice, one()) for one in (reminding, grouping))  # the next start has nothing to decide
    assert practice.service.group_settings.is_on
    assert text is not None
    assert text.base_url in told
    assert (practice.paths.keys / text.token_file).read_text(encoding="ascii").strip() not in told
    assert practice.reminder_settings.is_on
    assert rollout.phase is Phase.AUTO
    assert rollout.order is not None
    assert rollout.order.action_kinds == {f"send_message:{step}" for step in Step} - {"send_message:standby_offer"}


def test_the_practices_own_word_about_reminders_stands(home: Path) -> None:
    """Who switched them off has them off."""
    paths = Paths(home)
    save_practice(paths, replace(before := load_practice(paths), reminders={"is_on": False}))
    try:
        assert not switch_on_reminders(paths)
    finally:
        save_practice(paths, before)


def test_the_ehr_is_served_to_who_has_its_token(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Address and token file are printed; the token is not."""
    seen: list[tuple[int, int]] = []

    def look() -> None:
        address = capsys.readouterr().out.split("http://")[1].split(";")[0]
        token = (Paths(home).keys / "ehr-token").read_text(encoding="ascii").strip()
        statuses = []
        for bearer in (token, "another"):
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/clinicians", headers={"Authorization": f"Bearer {bearer}"})
            statuses.append(connection.getresponse().status)
            connection.close()
        seen.append((statuses[0], statuses[1]))

    monkeypatch.setattr(sandbox_ehr, "wait_for_interrupt", look)
    done("sandbox", "ehr", "--port", "8650")

    assert seen == [(200, 401)]


def test_two_clocks_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The live sandbox brings its own present."""
    monkeypatch.setenv("HSCHED_TODAY", "2026-03-04")

    with pytest.raises(SystemExit):
        run(["sandbox", "live", "--alone"])
    assert "clock of its own" in capsys.readouterr().err


def test_without_a_sandbox_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is started."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))

    with pytest.raises(SystemExit):
        run(["sandbox", "live"])
    assert "hsched sandbox create" in capsys.readouterr().err
