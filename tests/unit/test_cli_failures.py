"""What a person sees when something fails: one line, a remedy, an exit code; never a value."""

from pathlib import Path

import pytest

from hsched_cli.failures import BROKEN, MENDABLE, places, show
from hsched_core.domain.errors import InputError, SafeError

NAME = "Persephone Quill"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setattr("hsched_cli.practice.home", lambda: tmp_path)
    return tmp_path


def failed(error: Exception) -> Exception:
    """The error as it looks once raised."""
    try:
        raise error
    except Exception as raised:
        return raised


def test_what_a_person_can_mend_is_a_line_and_a_remedy(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """File, row and field are named; no traceback."""
    code = show(failed(InputError("is not a day", "Write 2026-01-31.", file="a.csv", row=7, field="starts_on")), debug=False)

    assert (code, capfd.readouterr().err) == (
        MENDABLE,
        "Error: a.csv, row 7, field starts_on: is not a day\n  Write 2026-01-31.\n",
    )


def test_anything_else_is_a_line_and_a_log_without_values(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The exception's text may carry a patient's value: neither screen nor log shows it."""
    code = show(failed(ValueError(NAME)), debug=False)
    log = (home / "logs" / "hsched.log").read_text()
    shown = capfd.readouterr().err

    assert code == BROKEN
    assert "ValueError" in shown
    assert "Traceback" not in shown
    assert "ValueError" in log
    assert "test_cli_failures.py" in log
    assert NAME not in shown + log


def test_a_safe_error_shows_its_code_and_reference(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It was made to be shown."""
    show(failed(SafeError("raw_write_failed", "appointments/2026-01-31")), debug=False)

    assert "raw_write_failed at appointments/2026-01-31" in capfd.readouterr().err


def test_debug_shows_the_traceback(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever asks for everything gets it."""
    show(failed(ValueError("it")), debug=True)

    assert "Traceback" in capfd.readouterr().err


def test_a_failure_that_cannot_be_logged_is_still_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A home that is a file is no reason for a second failure."""
    file = tmp_path / "home"
    file.write_text("")
    monkeypatch.setattr("hsched_cli.practice.home", lambda: file)

    assert show(failed(ValueError(NAME)), debug=False) == BROKEN
    assert "test_cli_failures.py" in capfd.readouterr().err


def test_places_name_the_cause_too() -> None:
    """The log leads to where it began."""
    try:
        try:
            raise KeyError(NAME)
        except KeyError as inner:
            raise RuntimeError(NAME) from inner
    except RuntimeError as error:
        lines = places(error)

    assert [line for line in lines if not line.startswith(" ")] == ["RuntimeError", "KeyError"]
    assert NAME not in "".join(lines)
