"""The intercept update on a real MLflow: a version with lineage, that scores, can be undone, and waits where people review."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from hsched_models.dataset import training_set
from hsched_models.estimators import logit
from hsched_models.files import write_json
from hsched_models.intercept import offsets_of
from hsched_models.promote import Decision
from hsched_models.registry import CHALLENGER, Registry
from hsched_models.relevel import STAYS, UPDATE, update_champions
from hsched_models.score import score_coming
from hsched_models.succession import REVIEWED, Act, champion_version, demote, history, settle
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from tests.feature_frames import FIRST, feature_rows, tokens_in, workspace

pytestmark = pytest.mark.xdist_group("mlflow")

MOMENT = "day_before"
CHANGE = FIRST + timedelta(days=60)
GOOD = Decision(True, ("Log loss 0.40 against 0.41.",))


def instant(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


TRAINED_AT, LATER = instant(CHANGE), instant(CHANGE + timedelta(days=30))


def practice() -> pd.DataFrame:
    """From the change on, half of those who would have come do not."""
    rows = feature_rows(visits=2500, days=100, seed=4)
    hit = (rows["starts_on"] >= CHANGE) & (rows["label_outcome"] == "attended") & (rows["start_hour"] % 2 == 0)
    return rows.assign(label_is_unused=rows["label_is_unused"].mask(hit, True), label_outcome=rows["label_outcome"].mask(hit, "no_show"))


ROWS = practice()


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A champion that was trained before the change, and a coming day."""
    ws = workspace(tmp_path_factory.mktemp("home"), ROWS)
    registry = registry_of(ws)
    training = training_set(ROWS, MOMENT, TRAINED_AT)
    fitted = fit("logistic_client_intercept", training, {})
    columns = str(list(fitted.columns)).replace("'", '"')
    through = training.frame["starts_on"].max().isoformat()
    tags = {"moment": MOMENT, "rung": fitted.name, "columns": columns, "trained_through": through}
    with registry.run("trained", {}) as run_id:
        registry.log(run_id, metrics={"auroc": 0.7})
        version = registry.register(run_id, MOMENT, fitted, fitted.kinds, tags)
    settle(registry, MOMENT, version, GOOD, TRAINED_AT, policy="automatic", is_first=True)
    coming = ROWS[(ROWS["moment"] == MOMENT) & (ROWS["starts_on"] >= LATER.date())].head(60)
    folder = ws.coming_rows / f"as_of_on={LATER.date()}"
    folder.mkdir(parents=True)
    coming.drop(columns=["label_outcome", "label_is_unused", "label_known_at"]).to_parquet(folder / "data_0.parquet", index=False)
    return ws


@pytest.fixture
def ws(registered: Workspace, tmp_path: Path) -> Workspace:
    """A copy of its registry; model files stay where MLflow's database says they are."""
    shutil.copytree(registered.tables.parent / "mlflow", tmp_path / "mlflow", ignore=shutil.ignore_patterns("artifacts"))
    return replace(registered, scores=tmp_path / "scores", tracking_uri=f"sqlite:///{tmp_path / 'mlflow' / 'mlflow.db'}")


def registry_of(ws: Workspace) -> Registry:
    return Registry(ws.tracking_uri, ws.artifact_root)


def test_an_update_is_a_version_with_lineage_that_takes_over(ws: Workspace) -> None:
    """It names the trained one, keeps its figures, says what was seen; its run lies below the training's; no row of anybody is in it."""
    report = update_champions(ws, LATER, LATER)
    registry = registry_of(ws)
    row, trained = registry.version_row(MOMENT, "2"), registry.version_row(MOMENT, "1")
    run = mlflow.MlflowClient(ws.tracking_uri).get_run(row.run_id)
    (told,) = report.tables["intercepts"]

    assert champion_version(registry, MOMENT) == "2"
    assert (row.intercept_of, trained.intercept_of, row.promoted_by) == ("1", "", UPDATE)
    assert run.data.tags["mlflow.parentRunId"] == trained.run_id
    assert (row.metrics["auroc"], row.metrics["intercept"]) == (0.7, pytest.approx(float(row.intercept), abs=1e-3))
    assert row.metrics["recent_expected_as_trained"] < row.metrics["recent_expected"]
    assert CHANGE.isoformat() < row.trained_through < LATER.date().isoformat()
    assert (told["verdict"], told["new_version"], report.numbers) == ("champion", "2", {"champions": 1, "updated": 1})
    assert "visits unused" in history(registry, MOMENT)[-1].reason
    assert tokens_in(repr(report) + repr(run.to_dictionary())) == set()


def test_doubtful_records_hold_the_update(ws: Workspace, tmp_path: Path) -> None:
    """Where the newest drift report says the words have changed, nothing is learned from them; an older report no longer counts."""
    doubtful = replace(ws, drift=tmp_path / "drift")
    write_json(
        doubtful.drift / "2026-04-01.json", {"breaches": ["records: late cancels are 2 % of cancelled visits where 30 % were usual"]}
    )
    (held,) = update_champions(doubtful, LATER, LATER).tables["intercepts"]
    write_json(doubtful.drift / "2026-04-02.json", {"breaches": ["lead_time_days has moved (PSI 0.31, limit 0.2)"]})
    (done,) = update_champions(doubtful, LATER, LATER).tables["intercepts"]

    assert (held["verdict"], held["new_version"]) == (STAYS, "")
    assert "The drift report of 2026-04-01 doubts the records" in str(held["reasons"])
    assert done["verdict"] == "champion"


def test_the_next_scores_are_the_updated_models_and_say_so(ws: Workspace) -> None:
    """Log odds higher by the intercept for everybody; the version of each score tells which intercept made it."""
    update_champions(ws, LATER, LATER)
    report = score_coming(ws, LATER.date())
    scores = pd.read_parquet(ws.scores / f"{LATER.date() - timedelta(days=1)}.parquet").set_index("booking_id")
    coming = pd.read_parquet(ws.coming_rows / f"as_of_on={LATER.date()}" / "data_0.parquet").set_index("booking_id")
    registry = registry_of(ws)
    trained, updated = registry.load(MOMENT, "1"), registry.load(MOMENT, "2")
    moved = logit(scores["probability"]) - logit(trained.predict(coming.loc[scores.index]))

    assert set(scores["model_version"]) == {"2"}
    assert moved == pytest.approx(offsets_of(updated)[0], abs=1e-6)
    assert offsets_of(updated)[0] > 0.3
    assert report.numbers["scored_by"] == "compiled"
    assert not scores["is_hindsight"].any()


def test_asked_again_with_the_same_outcomes_nothing_changes(ws: Workspace) -> None:
    """No second version for the same level."""
    update_champions(ws, LATER, LATER)
    (told,) = update_champions(ws, LATER, LATER).tables["intercepts"]

    assert (told["verdict"], told["new_version"]) == (STAYS, "")
    assert "step from the champion is 0.000" in str(told["reasons"])
    assert len(registry_of(ws).champions()) == 2


def test_a_step_within_the_noise_of_a_small_practice_is_no_version(ws: Workspace) -> None:
    """Before the change: the level lies more than 0.02 off, and less than half its standard deviation."""
    calm = instant(FIRST + timedelta(days=48))
    (told,) = update_champions(ws, calm, calm).tables["intercepts"]
    step, least = (float(number) for number in re.findall(r"\d\.\d{3}", str(told["reasons"]))[:2])

    assert (told["verdict"], champion_version(registry_of(ws), MOMENT)) == (STAYS, "1")
    assert 0.02 < step < least


def test_before_outcomes_are_in_the_champion_stays(ws: Workspace) -> None:
    """A clinic's first days."""
    early = instant(FIRST + timedelta(days=1))
    (told,) = update_champions(ws, early, early).tables["intercepts"]

    assert told["verdict"] == STAYS
    assert "Nothing to update by." in str(told["reasons"])


def test_a_demotion_undoes_it_and_holds_until_the_next_training(ws: Workspace) -> None:
    """The trained model scores again; the next week's update does not overrule the person."""
    update_champions(ws, LATER, LATER)
    registry = registry_of(ws)
    change = demote(registry, MOMENT, reason="A flu wave, not a new level", by="an operator", now=LATER)
    (told,) = update_champions(ws, LATER + timedelta(days=7), LATER + timedelta(days=7)).tables["intercepts"]

    assert (change.act, change.version, champion_version(registry, MOMENT)) == (Act.DEMOTED, "1", "1")
    assert told["verdict"] == STAYS
    assert "Version 2, an update of version 1, was turned down" in str(told["reasons"])


def test_where_people_review_an_update_waits_and_displaces_no_training(ws: Workspace) -> None:
    """The champion stays until somebody promotes the update; a trained model that waits keeps its place."""
    reviewed, registry = replace(ws, promotion=REVIEWED), registry_of(ws)
    (told,) = update_champions(reviewed, LATER, LATER).tables["intercepts"]
    (again,) = update_champions(reviewed, LATER, LATER).tables["intercepts"]

    assert (told["verdict"], champion_version(registry, MOMENT)) == ("waits for review", "1")
    assert registry.version_row(MOMENT, "2").aliases == (CHALLENGER,)
    assert (again["verdict"], len(registry.champions())) == (STAYS, 2)
    assert "Version 2 waits for its review." in str(again["reasons"])
    fitted = registry.load(MOMENT, "1")
    tags = {"moment": MOMENT, "rung": fitted.name, "columns": str(list(fitted.columns)).replace("'", '"')}
    with registry.run("trained", {}) as run_id:
        version = registry.register(run_id, MOMENT, fitted, fitted.kinds, tags)
    settle(registry, MOMENT, version, GOOD, LATER, policy=REVIEWED, is_first=True)
    (told,) = update_champions(reviewed, LATER, LATER).tables["intercepts"]

    assert told["verdict"] == STAYS
    assert f"Version {version} waits for its review." in str(told["reasons"])


def test_a_refused_challenger_does_not_stop_it(ws: Workspace) -> None:
    """Where nobody reviews, a candidate that a training refused waits for nothing."""
    registry = registry_of(ws)
    fitted = registry.load(MOMENT, "1")
    tags = {"moment": MOMENT, "rung": fitted.name, "columns": str(list(fitted.columns)).replace("'", '"')}
    with registry.run("trained", {}) as run_id:
        refused = registry.register(run_id, MOMENT, fitted, fitted.kinds, tags)
    settle(registry, MOMENT, refused, Decision(False, ("Not better.",)), LATER, policy="automatic", is_first=True)
    (told,) = update_champions(ws, LATER, LATER).tables["intercepts"]

    assert registry.version_row(MOMENT, refused).stands_against == "Not better."
    assert (told["verdict"], champion_version(registry, MOMENT)) == ("champion", told["new_version"])


def test_a_champion_that_cannot_be_loaded_is_a_breach_and_stays(ws: Workspace) -> None:
    """Named, with nothing registered in its place."""
    registry = registry_of(ws)
    registry.tag_version(MOMENT, "1", {"columns": "["})
    report = update_champions(ws, LATER, LATER)

    assert "version 1 cannot be loaded" in report.breaches[0]
    assert report.tables["intercepts"][0]["verdict"] == STAYS
    assert len(registry.champions()) == 1


def test_outcomes_beyond_a_level_are_a_breach_and_held(ws: Workspace, tmp_path: Path) -> None:
    """Nobody came any more: the intercept goes to its bound, and people are told."""
    nobody = workspace(
        tmp_path / "nobody",
        ROWS.assign(label_is_unused=True, label_outcome=np.where(ROWS["label_is_unused"].notna(), "no_show", "attended")),
    )
    report = update_champions(replace(ws, tables=nobody.tables), LATER, LATER)

    assert report.tables["intercepts"][0]["intercept"] == 1.0
    assert "held at the bound" in report.breaches[0]
