"""`hsched effect reminders`: figures with their label, on the screen and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from hsched_cli import effect
from hsched_core.domain.errors import NotReadyError

FOUND: list[dict[str, Any]] = [
    {"channel": "call", "kind": "randomised", "contacted": 0, "held_out": 0, "rate_held_out": None, "difference": None, "low": None}
    | {"high": None, "verdict": "too little data", "relative_risk": None},
    {"channel": "text", "kind": "randomised", "contacted": 900, "held_out": 880, "rate_held_out": 0.19, "difference": -0.021, "low": -0.04}
    | {"high": -0.002, "verdict": "fewer unused visits", "relative_risk": 0.89},
    {"channel": "text", "kind": "observational", "contacted": 50, "held_out": 70, "rate_held_out": 0.1, "difference": 0.06, "low": 0.03}
    | {"high": 0.09, "verdict": "association only, not an effect", "relative_risk": 1.6},
]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect, "measure", lambda: FOUND)


@pytest.mark.usefixtures("measured")
def test_a_higher_share_among_the_reminded_never_stands_without_its_label(capsys: pytest.CaptureFixture[str]) -> None:
    """In the line itself, not only below the table."""
    effect.reminders(as_json=False)
    line = next(line for line in capsys.readouterr().out.splitlines() if "+6.0" in line)

    assert "observational" in line
    assert "association only, not an effect" in line


@pytest.mark.usefixtures("measured")
def test_the_effect_is_shown_in_points_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    """Where chance decided; a channel without figures shows none."""
    effect.reminders(as_json=False)
    shown = capsys.readouterr().out

    assert "-2.1 (-4.0 to -0.2)" in shown
    assert "fewer unused visits" in shown
    assert "nan" not in shown


@pytest.mark.usefixtures("measured")
def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """One document."""
    effect.reminders(as_json=True)

    assert json.loads(capsys.readouterr().out) == {"reminders": FOUND}


def test_before_the_first_run_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No tables yet: what to type, and no figures."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))

    with pytest.raises(NotReadyError):
        effect.measure()
