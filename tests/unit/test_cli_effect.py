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
DRAWN: list[dict[str, Any]] = [
    {"by": "all", "group": "", "kind": "randomised", "contacted": 700, "held_out": 300, "rate_held_out": 0.21, "difference": -0.05}
    | {"low": -0.085, "high": -0.015, "verdict": "fewer unused visits", "relative_risk": 0.76},
    {"by": "cancelled in time", "group": "high", "kind": "randomised", "contacted": 300, "held_out": 200, "rate_held_out": 0.1}
    | {"difference": 0.07, "low": 0.02, "high": 0.12, "verdict": "more unused visits", "relative_risk": 1.6},
    {"by": "language", "group": "es", "kind": "randomised", "contacted": 40, "held_out": 12, "rate_held_out": 0.2, "difference": None}
    | {"low": None, "high": None, "verdict": "too little data", "relative_risk": None},
]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect, "measure", lambda: FOUND)
    monkeypatch.setattr(effect, "measure_holdout", lambda: DRAWN)


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
    assert "more cancelled in time" in shown
    assert "more unused visits" not in shown
    assert "nan" not in shown


@pytest.mark.usefixtures("measured")
def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """One document."""
    effect.reminders(as_json=True)

    assert json.loads(capsys.readouterr().out) == {"holdout": DRAWN, "reminders": FOUND}


@pytest.mark.usefixtures("measured")
def test_the_holdout_comes_first_with_every_group_and_says_where_it_is_too_little(capsys: pytest.CaptureFixture[str]) -> None:
    """Effect, interval and numbers; a small group has no figures."""
    effect.reminders(as_json=False)
    shown = capsys.readouterr().out

    assert "-5.0 (-8.5 to -1.5)" in shown
    assert "too little data" in next(line for line in shown.splitlines() if "es" in line and "language" in line)
    assert shown.index("As drawn") < shown.index("Only where chance decided")


def test_the_waitlists_effect_is_told_in_openings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And without a holdout it says how to have one."""
    monkeypatch.setattr(effect, "measure_openings", lambda: DRAWN)
    effect.waitlist(as_json=False)
    assert "fewer openings stay empty" in capsys.readouterr().out

    monkeypatch.setattr(effect, "measure_openings", list)
    monkeypatch.setattr(effect, "_share", lambda _section: 0.0)
    effect.waitlist(as_json=False)
    assert "holdout_share" in capsys.readouterr().out

    monkeypatch.setattr(effect, "_share", lambda _section: 0.1)
    effect.waitlist(as_json=False)
    told = capsys.readouterr().out
    assert "a share of 10% is set" in told
    assert "holdout_share" not in told


def test_before_the_first_run_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No tables yet: what to type, and no figures."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))

    with pytest.raises(NotReadyError):
        effect.measure()
