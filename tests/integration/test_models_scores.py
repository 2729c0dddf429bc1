"""A day's scores as people use them: parts, reasons, who computed them, and what strange days come to. One small champion."""

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from hsched_core.domain.errors import InputError
from hsched_models.compiled import COMPILED
from hsched_models.dataset import known_by_day, training_set
from hsched_models.design import BASELINE
from hsched_models.explain import NO_HISTORY
from hsched_models.promote import Decision
from hsched_models.publication import rows_of_day
from hsched_models.registry import Registry
from hsched_models.report import Report
from hsched_models.score import score_coming
from hsched_models.succession import settle
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from tests.feature_frames import FIRST, feature_rows, tokens_in, workspace

pytestmark = pytest.mark.xdist_group("mlflow")

MOMENT = "day_before"
TODAY = FIRST + timedelta(days=80)
PARTS = ["probability_no_show", "probability_late_cancel"]
PLAIN = feature_rows(visits=2000, days=100, seed=4, strength=0.8)
IS_LATE = (PLAIN["label_outcome"] == "no_show") & (PLAIN["booked_hour"] == 8)
ROWS = PLAIN.assign(label_outcome=PLAIN["label_outcome"].mask(IS_LATE, "late_cancel"))


def practice(home: Path, rows: pd.DataFrame) -> Workspace:
    """A champion of the day before, fitted on those rows up to today, and tomorrow's visits."""
    ws = workspace(home, rows)
    training = training_set(rows, MOMENT, known_by_day(TODAY, ws.zone))
    fitted, registry = fit(BASELINE, training, ws.demographic_inputs), Registry(ws.tracking_uri, ws.artifact_root)
    columns = str(list(fitted.columns)).replace("'", '"')
    tags = {"moment": MOMENT, "rung": BASELINE, "columns": columns, "trained_through": training.frame["starts_on"].max().isoformat()}
    with registry.run("small", {}) as run_id:
        version = registry.register(run_id, MOMENT, fitted, fitted.kinds, tags)
    settle(registry, MOMENT, version, Decision(True, ("Good enough.",)), datetime.combine(TODAY, datetime.min.time(), ws.zone),
           policy="automatic", is_first=True)  # fmt: skip
    come(ws, visits_of(rows))
    return ws


def visits_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Visits of tomorrow and the two days after it."""
    ahead = (rows["moment"] == MOMENT) & (rows["starts_on"] > TODAY) & (rows["starts_on"] <= TODAY + timedelta(days=3))
    return rows[ahead].drop(columns=["label_outcome", "label_is_unused", "label_known_at"]).assign(days_ahead=1)


def come(ws: Workspace, rows: pd.DataFrame) -> None:
    folder = ws.coming_rows / f"as_of_on={TODAY}"
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "data_0.parquet", index=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return practice(tmp_path_factory.mktemp("home"), ROWS)


@pytest.fixture
def ws(kept: Workspace, tmp_path: Path) -> Workspace:
    """The same registry, with tables and scores of its own."""
    shutil.copytree(kept.tables, tmp_path / "tables")
    return replace(kept, tables=tmp_path / "tables", scores=tmp_path / "scores")


def scored(ws: Workspace, day: date = TODAY) -> tuple[pd.DataFrame, Report]:
    report = score_coming(ws, day)
    return pd.read_parquet(ws.scores / f"{day - timedelta(days=1)}.parquet"), report


def test_parts_add_up_to_the_bit_in_the_file_and_in_what_is_published(ws: Workspace) -> None:
    """And they are the model's own, in a batch and alone."""
    scores, _ = scored(ws)
    published = rows_of_day(ws, TODAY).scores
    _, fitted = Registry(ws.tracking_uri, ws.artifact_root).champion(MOMENT)
    row = visits_of(ROWS).iloc[0]
    plain = {str(name): None if pd.isna(value) else value for name, value in row.items()}
    mine = scores.set_index("booking_id").loc[row["booking_id"]]

    assert (scores[PARTS].sum(axis=1) == scores["probability"]).all()
    assert (scores[PARTS] > 0).all(axis=None)
    assert fitted.forecast_one(plain) == (mine["probability"], *mine[PARTS])
    assert all(row["probability_no_show"] + row["probability_late_cancel"] == row["probability"] for row in published)
    assert [row["reasons"] for row in published] == scores["reasons"].tolist()
    assert scores["reasons"].str.contains("raises|lowers").any()


def test_a_source_without_late_cancels_has_no_parts(tmp_path: Path) -> None:
    """Unknown, not zero, and not all no-shows either."""
    ws = practice(tmp_path, PLAIN)
    scores, report = scored(ws)
    schema = pq.read_schema(ws.scores / f"{TODAY - timedelta(days=1)}.parquet")

    assert [str(schema.field(part).type) for part in PARTS] == ["double", "double"]
    assert scores[PARTS].isna().all(axis=None)
    assert {row["late_cancel"] for row in report.tables["riskiest_visits_tomorrow"]} == {None}
    assert {row["probability_no_show"] for row in rows_of_day(ws, TODAY).scores} == {None}


def test_the_riskiest_visits_are_shown_with_their_reasons(ws: Workspace) -> None:
    """Of tomorrow, most first, by the first characters of a token; and who computed the scores."""
    _, report = scored(ws)
    shown = report.tables["riskiest_visits_tomorrow"]
    risks = [float(str(row["unused"])) for row in shown]

    assert 0 < len(shown) <= 10
    assert risks == sorted(risks, reverse=True)
    assert all(len(str(row["visit"])) == 6 and row["reasons"] for row in shown)
    assert report.numbers["scored_by"] == COMPILED
    assert report.numbers["inputs_missing_for_everybody"] == "none"
    assert tokens_in(repr(report.tables) + repr(report.numbers)) == set()


def test_a_model_that_cannot_be_compiled_scores_all_the_same_and_is_named(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """By scikit-learn, with the same scores and reasons."""
    compiled, _ = scored(ws)
    monkeypatch.setattr("hsched_models.compiled.LARGEST_DIFFERENCE", -1.0)
    slow, report = scored(ws)

    assert str(report.numbers["scored_by"]).startswith("scikit-learn: the translation differs")
    assert slow["probability"].to_numpy() == pytest.approx(compiled["probability"].to_numpy(), abs=1e-9)
    assert slow["reasons"].tolist() == compiled["reasons"].tolist()


def test_an_input_that_nobody_has_is_named_and_a_lost_column_stops(ws: Workspace) -> None:
    """Scored as if the value were unknown; a column that is not there is no day to score, and the old file stays."""
    come(ws, visits_of(ROWS).assign(start_hour=np.nan))
    scores, report = scored(ws)
    come(ws, visits_of(ROWS).drop(columns="start_hour"))

    assert report.numbers["inputs_missing_for_everybody"] == "start_hour"
    assert scores["probability"].between(0, 1).all()
    with pytest.raises(InputError, match="start_hour"):
        score_coming(ws, TODAY)
    pd.testing.assert_frame_equal(pd.read_parquet(ws.scores / f"{TODAY - timedelta(days=1)}.parquet"), scores)


def test_a_clinics_first_day_and_a_client_with_five_hundred_visits(ws: Workspace) -> None:
    """Nobody has a history: scored, and said. Somebody has an endless one: scored, and a probability."""
    counts = [name for name in ROWS.columns if name.startswith("client_") and name != "client_token" and ROWS[name].notna().any()]
    empty = {"is_last_unused": None, "days_since_attended": np.nan, "days_since_outcome": np.nan, "client_bookings": 1}
    new = visits_of(ROWS).assign(**{**dict.fromkeys(counts, 0), **empty})
    many = visits_of(ROWS).assign(client_visits=500, client_unused=400, client_expected_unused=100.0, client_information=80.0)
    come(ws, new)
    first, _ = scored(ws)
    come(ws, many)
    endless, _ = scored(ws)

    assert first["reasons"].str.contains(f"First visit|{NO_HISTORY}|raises|lowers").all()
    assert not first["reasons"].str.contains("Missed|Came to").any()
    assert endless["probability"].between(0, 1, inclusive="neither").all()
    assert endless["reasons"].str.contains("Missed the last|Missed 400 of 500 visits so far").any()
