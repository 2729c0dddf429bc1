"""The command as a person meets it: quick to answer, exit codes that mean something, one line where something is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hsched_cli.main import run

HEAVY = {"dagster", "pandas", "numpy", "mlflow", "sklearn", "duckdb", "pyarrow", "dbt", "yaml", "sqlalchemy", "cryptography"}
LOADED = "import sys, hsched_cli.main; print(*sorted({name.split('.')[0] for name in sys.modules}))"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def exit_code(*words: str) -> int:
    """What the shell sees."""
    with pytest.raises(SystemExit) as raised:
        run(list(words))
    code = raised.value.code
    assert isinstance(code, int)
    return code


def test_the_command_answers_before_it_loads_anything() -> None:
    """`hsched --help` waits for no library but the one that parses the line."""
    result = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert HEAVY & set(result.stdout.split()) == set()


def test_help_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking is not an error."""
    assert exit_code("--help") == 0
    assert "hsched run --sandbox-if-empty" in capsys.readouterr().out


def test_an_unknown_word_is_a_mistake_of_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the word is named."""
    assert exit_code("frobnicate") == 2
    assert "frobnicate" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["run"], ["quarantine"], ["privacy", "scan"], ["export", "features", "x.csv"], ["evaluate"]])
def test_without_a_practice_the_remedy_is_named(home: Path, words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """One line and what to do; no traceback, nothing written."""
    assert exit_code(*words) == 2
    shown = capfd.readouterr().err
    assert "There is no practice" in shown
    assert "hsched sandbox create" in shown
    assert "Traceback" not in shown
    assert not home.exists()


def test_debug_is_understood_anywhere(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Before or after the command."""
    assert exit_code("quarantine", "--debug") == 2
    assert "Traceback" in capfd.readouterr().err


def test_a_missing_file_is_named(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`hsched import` of a file that is not there."""
    assert exit_code("import", "nowhere.csv", "--map", "medical-appointment-no-shows") == 2
    assert "nowhere.csv" in capfd.readouterr().err
    assert not (home / "practice.yaml").exists()


def test_evaluating_a_file_needs_its_map(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The remedy says where to find one."""
    assert exit_code("evaluate", "--file", "x.csv") == 2
    assert "hsched maps" in capfd.readouterr().err


def test_an_export_does_not_overwrite(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What is there stays."""
    (tmp_path / "x.csv").write_text("mine")

    assert exit_code("export", "features", str(tmp_path / "x.csv")) == 2
    assert (tmp_path / "x.csv").read_text() == "mine"
    assert exit_code("export", "features", str(tmp_path / "x.txt")) == 2
    assert "neither .csv nor .parquet" in capfd.readouterr().err


def test_the_claim_is_the_computed_one(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The graph's profile is never called Safe Harbor."""
    assert exit_code("privacy", "claim") == 0
    limited = capfd.readouterr().out
    assert exit_code("privacy", "claim", "--profile", "safe_harbor") == 0

    assert "limited data set" in limited
    assert "Safe Harbor" not in limited
    assert "Safe Harbor" in capfd.readouterr().out


def test_a_sandbox_is_made_once_and_imports_nothing_over_it(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A small practice; the same command again re-uses it; quarantine is empty before a run."""
    words = ("sandbox", "create", "--clinicians", "1", "--years", "0.1", "--seed", "3", "--today", "2026-03-10")
    assert exit_code(*words) == 0
    assert exit_code(*words) == 0
    assert "re-used" in capfd.readouterr().out
    assert exit_code("quarantine", "--json") == 0
    assert json.loads(capfd.readouterr().out) == {"rows": 0, "by": []}
    (tmp_path / "a.csv").write_text("PatientId\n1\n")
    assert exit_code("import", str(tmp_path / "a.csv"), "--map", "medical-appointment-no-shows") == 2
    assert "already holds" in capfd.readouterr().err
