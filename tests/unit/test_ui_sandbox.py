"""Beside which practice `hsched ui` puts nothing. What it puts beside a practice in a box: tests/e2e/test_a_practices_day.py."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.connection import Connection
from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import Paths, Settings, Source, load_practice, load_settings, save_practice
from hsched_cli import ui_sandbox
from hsched_cli.ui_sandbox import lived_in
from hsched_core.workflow.calendar_view import Block
from hsched_sandbox.create import create_sandbox
from hsched_service.desk.calendar import Placed, _cells
from tests.browsers import NONE_HERE, none_here
from tests.sandbox_ehr import running_ehr

SERVICE = "http://127.0.0.1:8799"
MONDAY, A_YEAR_ON = (f"{day}T08:30:00-05:00@2100-01-01T00:00:00+00:00x1.0" for day in ("2026-03-02", "2027-03-02"))  # they stand still
EXPORTS = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
CONNECTION = Connection("rest", "http://127.0.0.1:1", "sandbox", can_poll=True)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("box")
    create_sandbox(home, today=date(2026, 3, 2), clinicians=1, years=0.3)
    return home


def settings(home: Path, **changes: Any) -> Settings:
    """As a process has them that starts now, the practice changed so."""
    paths = Paths(home)
    save_practice(paths, replace(load_practice(paths), **{"connection": None, "source": EXPORTS, **changes}))
    return load_settings({"HSCHED_HOME": str(home), "HSCHED_CLOCK": MONDAY})


def test_any_other_practice_gets_nothing(box: Path) -> None:
    """Neither a real one, nor one whose EHR is elsewhere, nor one that `hsched sandbox live` serves already."""
    with running_ehr() as ehr:
        for changes in (
            {"source": Source(kind="daily_exports", path="exports", map="sandbox-practice")},
            {"connection": replace(CONNECTION, base_url="https://ehr.example")},
            {"connection": replace(CONNECTION, base_url=ehr.address)},
        ):
            chosen = settings(box, **changes)
            with lived_in(chosen, SERVICE) as shared:
                assert shared == {}
            assert load_practice(chosen.paths).connection == changes.get("connection")


def test_a_sandbox_that_is_over_stands_still(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pages open all the same, and it says why nothing moves."""
    told: list[str] = []
    monkeypatch.setattr(ui_sandbox, "note", told.append)
    with lived_in(replace(settings(box), clock=ScaledTime.of(A_YEAR_ON)), SERVICE) as shared:
        assert shared == {}
    assert "lives from" in told[0]


def placed(row: int, span: int, shows: str = "low") -> Placed:
    return Placed(Block.__new__(Block), row, span, "", "", shows)


def test_a_groups_visits_are_one_cell_and_nothing_is_squeezed() -> None:
    """The gravest tells the colour; what begins before another has ended stands beside it."""
    cells = _cells([placed(12, 12), placed(0, 12), placed(0, 18, "high"), placed(0, 12), placed(30, 6)])
    assert [(cell.row, cell.span, len(cell.members), cell.shows, cell.is_beside) for cell in cells] == [
        (0, 18, 3, "high", False),
        (12, 12, 1, "low", True),
        (30, 6, 1, "low", False),
    ]


@pytest.mark.parametrize(
    ("environment", "outcome"),
    [({}, pytest.skip.Exception), ({"CI": "1"}, pytest.fail.Exception), ({"HSCHED_BROWSER_WANTED": "1"}, pytest.fail.Exception)],
)
def test_without_a_browser_tests_are_skipped_here_and_fail_in_ci(environment: dict[str, str], outcome: type[BaseException]) -> None:
    """Either way with the sentence that says what to install."""
    with pytest.raises(outcome, match="no Chromium on this machine"):
        none_here(environment)
    assert "apt-get install chromium" in NONE_HERE
