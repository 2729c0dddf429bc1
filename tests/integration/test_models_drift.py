"""Drift: weeks like those trained on are no news; moved inputs and moved outcomes are named, each by itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hsched_models.campaign import build_training_sets
from hsched_models.dataset import load_rows, training_set
from hsched_models.design import BASELINE
from hsched_models.drift import report_drift
from hsched_models.features import category_columns
from hsched_models.registry import Registry
from hsched_models.report import Report
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from tests.feature_frames import FIRST, feature_rows, tokens_in, workspace

ROWS = feature_rows(visits=3000, days=100, seed=4, strength=0.8)
LAST = FIRST + timedelta(days=99)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A practice with a champion of the day before and the rows it was trained on."""
    ws = workspace(tmp_path_factory.mktemp("home"), ROWS)
    build_training_sets(ws, known_by=NOW)
    fitted = fit(
        BASELINE, training_set(load_rows(ws.feature_rows), "day_before", NOW, before=LAST - timedelta(days=27)), ws.demographic_inputs
    )
    kinds = {name: "word" if name in category_columns(fitted.columns) else "number" for name in fitted.columns}
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    trained_through = (LAST - timedelta(days=28)).isoformat()
    tags = {"rung": fitted.name, "columns": json.dumps(fitted.columns), "trained_through": trained_through}
    with registry.run("small", {}) as run_id:
        version = registry.register(run_id, "day_before", fitted, kinds, tags)
    registry.set_alias("day_before", "champion", version, {})
    return ws


def drift_with(ws: Workspace, tmp_path: Path, **change: object) -> Report:
    """The drift report of the last four weeks, those weeks' rows changed."""
    window = ROWS["starts_on"] > LAST - timedelta(days=28)
    changed = {name: np.where(window, value, ROWS[name]) for name, value in change.items()}
    home = replace(ws, tables=tmp_path / "tables", drift=tmp_path / "drift")
    home.tables.mkdir(exist_ok=True)
    ROWS.assign(**changed).to_parquet(home.feature_rows, index=False)
    return report_drift(home, LAST)


def test_the_same_practice_has_not_drifted(trained: Workspace, tmp_path: Path) -> None:
    """No breach on weeks like those trained on; the report is there for people and for programs, and shows nobody."""
    report = drift_with(trained, tmp_path)
    html, numbers = (file.read_text() for file in report.files)
    document = json.loads(numbers)

    assert report.breaches == ()
    assert [file.name for file in report.files] == [f"{LAST - timedelta(days=1)}.html", f"{LAST - timedelta(days=1)}.json"]
    assert set(document["psi"]) >= {"score", "lead_time_days", "session_type", "weekday", "age_years"}
    assert not {"clinician_token", "client_visits", "audit_has_welfare"} & set(document["psi"])
    assert "<html" in html
    assert tokens_in(html + numbers) == set()
    assert report.numbers["worst_psi"] == max(document["psi"].values())


def test_moved_inputs_are_a_breach(trained: Workspace, tmp_path: Path) -> None:
    """Everybody booked two months ahead, everybody comes to groups: both are named, the others are not."""
    report = drift_with(trained, tmp_path, lead_time_days=60, session_type="group")

    assert {reason.split(" has moved")[0] for reason in report.breaches} >= {"lead_time_days", "session_type"}
    assert not [reason for reason in report.breaches if reason.startswith(("weekday", "age_years"))]
    assert [row["column"] for row in report.tables["population_stability"] if row["moved"]]


def test_moved_outcomes_are_a_breach(trained: Workspace, tmp_path: Path) -> None:
    """Nobody comes any more, with inputs as ever: observed over expected says so."""
    report = drift_with(trained, tmp_path, label_is_unused=True)

    assert len(report.breaches) == 1
    assert report.breaches[0].startswith("outcomes: ")
    assert float(report.numbers["outcomes_z"]) > 3
    assert int(report.numbers["outcomes_observed_unused"]) > 0.9 * int(report.numbers["outcomes_matured"]) > 100


def test_a_few_rows_are_no_drift(trained: Workspace, tmp_path: Path) -> None:
    """Before there is a window to judge, that is what the report says."""
    ws = replace(trained, drift=tmp_path / "drift")
    report = report_drift(ws, FIRST + timedelta(days=1))

    assert report.breaches == ()
    assert str(report.numbers["verdict"]).startswith("too few rows to judge")
    assert json.loads(report.files[0].read_text())["reason"] == "too few rows to judge"
