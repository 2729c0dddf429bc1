"""Settings: the environment, practice.yaml, and what a wrong one says."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsched_adapters.assembly import choose_clock
from hsched_adapters.clock import FixedClock, SystemClock
from hsched_adapters.settings import Paths, Practice, Source, load_practice, load_settings, practice_from, save_practice, silence_telemetry
from hsched_core.domain.errors import NotReadyError, SettingsError

PLAIN: dict[str, Any] = {
    "id": "north",
    "name": "Practice North",
    "timezone": "America/New_York",
    "country": "US",
    "source": {"kind": "daily_exports", "path": "exports", "map": "mine"},
    "first_day": date(2026, 1, 1),
    "demographic_inputs": {"age": "recorded on 2026-01-01: age changes what help a person needs"},
}


def test_an_empty_environment_is_a_practice_in_the_working_directory() -> None:
    """Defaults: `.hsched` here, MLflow on SQLite inside it, the wall clock."""
    settings = load_settings({})

    assert settings.paths.home == Path.cwd() / ".hsched"
    assert settings.mlflow_tracking_uri == f"sqlite:///{Path.cwd()}/.hsched/mlflow/mlflow.db"
    assert (settings.today, settings.key_file) == (None, None)


def test_the_environment_is_read_once_and_whole(tmp_path: Path) -> None:
    """Every variable has its setting."""
    settings = load_settings(
        {"HSCHED_HOME": str(tmp_path), "HSCHED_MLFLOW_TRACKING_URI": "http://m", "HSCHED_TODAY": "2026-03-10", "HSCHED_KEY_FILE": "/k"}
    )

    assert settings.paths == Paths(tmp_path)
    assert (settings.mlflow_tracking_uri, settings.today, settings.key_file) == ("http://m", date(2026, 3, 10), Path("/k"))


def test_today_may_be_a_day_or_an_instant() -> None:
    """A day is its local noon; an instant needs its offset."""
    zone = ZoneInfo("America/New_York")
    instant = load_settings({"HSCHED_TODAY": "2026-03-10T08:00:00-04:00"})

    assert choose_clock(load_settings({"HSCHED_TODAY": "2026-03-10"}), zone).now() == datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert choose_clock(instant, zone).now() == datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert isinstance(choose_clock(load_settings({}), zone), SystemClock)
    for wrong in ("tomorrow", "2026-03-10T08:00:00"):
        with pytest.raises(SettingsError, match="HSCHED_TODAY"):
            load_settings({"HSCHED_TODAY": wrong})


def test_clocks_give_instants_with_a_zone() -> None:
    """A naive present is refused."""
    assert SystemClock().now().tzinfo is not None
    with pytest.raises(ValueError, match="without a zone"):
        FixedClock(datetime(2026, 3, 10))


def test_a_practice_survives_its_file(tmp_path: Path) -> None:
    """What is saved is what is read."""
    practice = practice_from(PLAIN)

    save_practice(Paths(tmp_path), practice)

    assert load_practice(Paths(tmp_path)) == practice
    assert [path.name for path in tmp_path.iterdir()] == ["practice.yaml"]


def test_no_practice_says_what_to_do(tmp_path: Path) -> None:
    """Both ways to get one."""
    with pytest.raises(NotReadyError, match=r"hsched sandbox create.*hsched import FILE --map NAME"):
        _ = load_settings({"HSCHED_HOME": str(tmp_path)}).practice


def test_a_damaged_practice_file_is_one_line(tmp_path: Path) -> None:
    """No traceback of a YAML library."""
    (tmp_path / "practice.yaml").write_text("id: [")
    with pytest.raises(SettingsError, match=r"practice\.yaml is not YAML"):
        load_practice(Paths(tmp_path))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"colour": "red"}, "unknown keys: colour"),
        ({"id": None}, "lacks: id"),
        ({"id": "North Shore"}, "id is not a short name"),
        ({"country": False}, "country is not a text"),
        ({"country": "us"}, "country is not a two-letter code"),
        ({"timezone": "Mars/Olympus"}, "timezone is not a known zone"),
        ({"timezone": "../../etc/passwd"}, "timezone is not a known zone"),
        ({"first_day": "2026-01-01"}, "first_day and last_day are days"),
        ({"last_day": date(2025, 1, 1)}, "last_day is before first_day"),
        ({"late_cancel_hours": "a day"}, "late_cancel_hours"),
        ({"source": {"kind": "carrier pigeon", "map": "m"}}, "source kind is none of"),
        ({"source": {"kind": "daily_exports", "map": "m"}}, "has no path"),
        ({"source": {"kind": "landing", "map": "m"}}, "names no import"),
        ({"source": "exports"}, "source is not a mapping"),
        ({"privacy": {"profile": "safe_harbor"}}, "`limited` only"),
        ({"demographic_inputs": {"race_ethnicity": "because"}}, "demographic_inputs names race_ethnicity"),
        ({"demographic_inputs": {"age": " "}}, "gives no basis for age"),
    ],
)
def test_a_wrong_practice_file_says_what_is_wrong(changed: dict[str, Any], problem: str) -> None:
    """Unknown keys are refused: a misspelt switch must not look like a set one."""
    with pytest.raises(SettingsError) as caught:
        practice_from(PLAIN | changed)

    assert problem in str(caught.value)


def test_telemetry_is_off_unless_somebody_said_otherwise() -> None:
    """Defaults do not override a choice."""
    environ = {"DO_NOT_TRACK": "false"}

    silence_telemetry(environ)

    assert environ["DO_NOT_TRACK"] == "false"
    assert environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_practice_knows_its_zone() -> None:
    """As a zone, not as a text."""
    practice = Practice("a", "A", "America/Sao_Paulo", "BR", Source("landing", "m", batch="b"), date(2026, 1, 1))

    assert practice.zone == ZoneInfo("America/Sao_Paulo")


def test_promotion_is_automatic_unless_the_practice_wants_to_look() -> None:
    """Two words are known; a third is refused by name, not taken for one of them."""
    assert practice_from(PLAIN).promotion == "automatic"
    assert practice_from({**PLAIN, "promotion": "reviewed"}).promotion == "reviewed"
    for wrong in ("manual", "", True, None):
        with pytest.raises(SettingsError, match="promotion is neither automatic nor reviewed"):
            practice_from({**PLAIN, "promotion": wrong})
