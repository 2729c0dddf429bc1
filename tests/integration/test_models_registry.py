"""A training, its registry and daily scores, on a real MLflow in SQLite: what is kept, who is in charge, what never gets in."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from hsched_adapters.artifacts import Raw, Text, Unread, Values, pieces_of
from hsched_core.domain.errors import NotReadyError
from hsched_models.campaign import build_training_sets, evaluate_candidates, fit_ladder, promote_candidates
from hsched_models.dataset import load_rows, training_set
from hsched_models.design import BASELINE, LADDER, SHIPPED
from hsched_models.drift import report_drift
from hsched_models.explain import in_words
from hsched_models.features import MOMENTS
from hsched_models.files import write_json
from hsched_models.registry import Registry, model_name
from hsched_models.report import Report
from hsched_models.score import COLUMNS, score_coming
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from tests.feature_frames import FIRST, feature_rows, tokens_in, workspace

pytestmark = pytest.mark.xdist_group("mlflow")  # its tracking address is one a process

ROWS = feature_rows(visits=3000, days=100, seed=4, strength=0.8)
LAST = FIRST + timedelta(days=99)
TODAY = LAST - timedelta(days=20)  # coming visits are the ones after it
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LABELS = ["label_outcome", "label_is_unused", "label_known_at"]


def train(ws: Workspace, now: datetime = NOW) -> dict[str, Report]:
    """The four steps, one after another."""
    return {
        "sets": build_training_sets(ws, known_by=now),
        "fit": fit_ladder(ws, lambda message: None),
        "evaluation": evaluate_candidates(ws),
        "promotion": promote_candidates(ws, now),
    }


def with_coming(ws: Workspace, as_of_on: date, rows: pd.DataFrame = ROWS) -> Workspace:
    """Visits of the 14 days from that day, as dbt lays them down for scoring."""
    ahead = (rows["starts_on"] >= as_of_on) & (rows["starts_on"] < as_of_on + timedelta(days=14))
    near = rows["starts_on"] <= as_of_on + timedelta(days=1)
    right_moment = rows["moment"] == np.where(near, "day_before", "at_booking")
    folder = ws.coming_rows / f"as_of_on={as_of_on}"
    folder.mkdir(parents=True, exist_ok=True)
    days_ahead = [(day - as_of_on).days for day in rows["starts_on"]]
    rows.assign(days_ahead=days_ahead)[ahead & right_moment].drop(columns=LABELS).to_parquet(folder / "data_0.parquet", index=False)
    return ws


def registry_of(ws: Workspace) -> Registry:
    return Registry(ws.tracking_uri, ws.artifact_root)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, Report]]:
    """A practice after its first training. Tests only read it."""
    ws = with_coming(workspace(tmp_path_factory.mktemp("home"), ROWS), TODAY)
    return ws, train(ws)


@pytest.fixture
def trained(first: tuple[Workspace, dict[str, Report]], tmp_path: Path) -> Workspace:
    """A copy of it for a test that changes something: artifacts stay where MLflow's database says they are."""
    ws, _ = first
    shutil.copytree(ws.tables.parent, tmp_path / "home", ignore=shutil.ignore_patterns("artifacts", "scores", "drift"))
    home = tmp_path / "home"
    return replace(
        ws, tables=home / "tables", training=home / "training", scores=home / "scores", drift=home / "drift",
        tracking_uri=f"sqlite:///{home / 'mlflow' / 'mlflow.db'}",
    )  # fmt: skip


def test_a_training_ends_with_a_champion_of_each_moment(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Every candidate is registered, one of each moment is in charge, and why is written on it."""
    ws, reports = first
    rows = registry_of(ws).champions()
    champions = [row for row in rows if "champion" in row.aliases]

    assert sorted(row.moment for row in champions) == sorted(MOMENTS)
    assert len(rows) == 4
    for row in champions:
        assert "against" in row.reasons
        assert row.promoted_at == NOW.isoformat(timespec="seconds")
        assert (LAST - timedelta(days=3)).isoformat() <= row.trained_through <= LAST.isoformat()
        assert 0.5 < row.metrics["auroc"] < 0.8
        assert {"auroc", "lead_ge_1.brier", "ece", "calibration_slope"} <= row.metrics.keys()
    for row in (row for row in rows if "challenger" in row.aliases):
        assert "worse than that of logistic_client_intercept" in row.reasons
    assert reports["promotion"].numbers == {"promoted": 2}
    assert reports["promotion"].breaches == ()


def test_the_steps_tell_their_host_what_happened(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Scalars, small tables, PNGs and links; no row of anybody."""
    _, reports = first
    sets, fitted, evaluated = reports["sets"], reports["fit"], reports["evaluation"]

    assert [row["moment"] for row in sets.tables["sets"]] == list(MOMENTS)
    assert sets.numbers["dagster/row_count"] == sum(int(str(row["visits"])) for row in sets.tables["sets"])
    assert fitted.numbers["models"] == len(LADDER) + 3
    assert set(fitted.links) == {"mlflow_run_day_before", "mlflow_run_at_booking"}
    assert [row["model"] for row in evaluated.tables["ladder_day_before"]] == list(LADDER)
    assert {"day_before_auroc", "at_booking_calibration_slope"} <= set(evaluated.numbers)
    assert set(evaluated.plots) == {f"{plot}_{moment}" for plot in ("reliability", "lift", "scores") for moment in MOMENTS}
    assert all(png.startswith(b"\x89PNG") for png in evaluated.plots.values())
    assert tokens_in(repr(reports)) == set()


def test_a_run_says_what_it_was_made_of(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Parameters, code version, Dagster's run, the digest of the rows, plots and a card."""
    ws, reports = first
    client = mlflow.MlflowClient(ws.tracking_uri)
    run = client.get_run(reports["fit"].links["mlflow_run_day_before"])
    training = training_set(load_rows(ws.feature_rows), "day_before", NOW)
    card = Path(ws.artifact_root, run.info.run_id, "artifacts", "model_card.md").read_text()

    assert run.data.params["rung"] == SHIPPED
    assert run.data.params["demographic_inputs"] == "age"
    assert {"visits_fitted", "holdout_from", "columns", "trees__max_iter"} - set(run.data.params) <= {"trees__max_iter"}
    assert (run.data.tags["code_version"], run.data.tags["dagster.run_id"]) == ("0.0+test", "none")
    assert [found.dataset.digest for found in run.inputs.dataset_inputs] == [training.digest[:36]]
    assert reports["sets"].tables["sets"][0]["digest"] == training.digest[:12]
    plots = {path.stem for path in Path(ws.artifact_root, run.info.run_id, "artifacts", "plots").iterdir()}
    assert plots >= {"reliability", "lift", "scores", "review_reliability", "review_found", "review_groups"}
    for words in ("Not for", f"{len(training.frame):,} visits", training.digest[:16], "`age_years`", "recorded for tests", "lead_ge_1"):
        assert words in card


def test_every_candidate_has_its_card_and_its_reliability(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Whichever of them becomes champion, a reviewer sees both."""
    registry = Registry(first[0].tracking_uri, first[0].artifact_root)
    for row in registry.champions():
        assert (registry.bytes_of(row.run_id, "plots/reliability.png") or b"").startswith(b"\x89PNG"), (row.moment, row.version)
        assert registry.text_of(row.run_id, "model_card.md")


def test_a_model_has_a_signature_and_no_example(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Columns and kinds, and not a single row."""
    ws, _ = first
    for row in registry_of(ws).champions():
        info = mlflow.models.get_model_info(f"models:/{row.name}/{row.version}")
        assert info.signature is not None
        assert tuple(info.signature.inputs.input_names()) == registry_of(ws).columns_of(row.moment, row.version)
        assert "age_years" in info.signature.inputs.input_names()
        assert "gender" not in info.signature.inputs.input_names()
        assert info.saved_input_example_info is None
    assert [path for path in ws.artifact_root.rglob("*") if "example" in path.name] == []


def texts_of(path: Path) -> str:
    """Everything a file says, archives and databases opened."""
    said: list[str] = []
    for piece in pieces_of(path):
        assert not isinstance(piece, Unread), path
        if isinstance(piece, Text | Raw):
            said.append(piece.text)
        elif isinstance(piece, Values):
            said += piece.values
    return "\n".join(said)


def test_no_row_of_anybody_is_in_mlflow(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Every file below the artifact root, model files unpacked, and MLflow's database: no client, no visit, no rare clinician."""
    ws, _ = first
    files = [path for path in ws.artifact_root.rglob("*") if path.is_file()]
    kept = {path: texts_of(path) for path in [*files, ws.tables.parent / "mlflow" / "mlflow.db"]}

    assert [path.name for path, text in kept.items() if tokens_in(text)] == []
    assert len([path for path in files if path.suffix == ".skops"]) == 4
    assert any("clinician1" in text for path, text in kept.items() if path.suffix == ".skops"), "the search does not open model files"
    assert tokens_in(texts_of(ws.feature_rows)), "the search does not find what is there"


def test_a_model_comes_back_as_it_was_fitted(first: tuple[Workspace, dict[str, Report]]) -> None:
    """The champion out of its file and the same recipe fitted here give the same probabilities."""
    ws, _ = first
    for moment in MOMENTS:
        training = training_set(ROWS, moment, NOW)
        _, loaded = registry_of(ws).champion(moment)
        fresh = fit(loaded.name, training, ws.demographic_inputs)

        assert loaded.columns == fresh.columns
        assert np.abs(loaded.predict(training.frame) - fresh.predict(training.frame)).max() <= 1e-12


def test_doubtful_records_stand_against_a_promotion(trained: Workspace) -> None:
    """A training on records that the drift report doubts makes no champion: it may have learned somebody's new word for an old thing."""
    before = {moment: registry_of(trained).champion(moment)[0] for moment in MOMENTS}
    report = write_json(trained.drift / "2026-04-01.json", {"breaches": ["records: late cancels are 2 % where 30 % were usual"]})
    decisions = promote_candidates(trained, NOW).tables["decisions"]
    report.unlink()

    assert {row["verdict"] for row in decisions} == {"refused"}
    assert all("doubts the records" in str(row["reasons"]) for row in decisions)
    assert {moment: registry_of(trained).champion(moment)[0] for moment in MOMENTS} == before


def test_a_worse_training_makes_a_challenger(trained: Workspace) -> None:
    """Outcomes that fell out of all rule: the champion stays, the newcomer is named challenger, and why is on it."""
    before = {moment: registry_of(trained).champion(moment)[0] for moment in MOMENTS}
    late = ROWS["starts_on"] > LAST - timedelta(days=25)
    shuffled = ROWS.assign(
        label_is_unused=ROWS["label_is_unused"].where(~late, np.random.default_rng(1).permutation(ROWS["label_is_unused"]))
    )
    shuffled.to_parquet(trained.feature_rows, index=False)
    report = train(trained)["promotion"]
    rows = {(row.moment, alias): row for row in registry_of(trained).champions() for alias in row.aliases}

    for moment in MOMENTS:
        assert rows[moment, "champion"].version == before[moment]
        assert int(rows[moment, "challenger"].version) > int(before[moment])
        assert "Calibration" in rows[moment, "challenger"].reasons
        assert rows[moment, "challenger"].promoted_at == ""
    assert len(report.breaches) == 2
    assert {row["verdict"] for row in report.tables["decisions"]} == {"refused"}


def test_a_day_is_scored(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Every coming visit once, by its moment's champion, ranked within its day, in the file of the day before."""
    ws, _ = first
    report = score_coming(ws, TODAY)
    scores = pd.read_parquet(ws.scores / f"{TODAY - timedelta(days=1)}.parquet")
    tomorrow = scores[scores["starts_on"] == TODAY + timedelta(days=1)]

    assert tuple(scores.columns) == COLUMNS
    assert scores["booking_id"].is_unique
    assert scores["probability"].between(0, 1).all()
    assert set(scores["as_of_on"]) == {TODAY}
    assert scores.groupby("model_name")["days_ahead"].max()[model_name("day_before")] == 1
    for _, day in scores.groupby("starts_on"):
        assert day["rank_in_day"].tolist() == list(range(1, len(day) + 1))
        assert day["probability"].is_monotonic_decreasing
    assert report.numbers["visits_tomorrow"] == len(tomorrow)
    assert report.numbers["expected_unused_tomorrow"] == pytest.approx(tomorrow["probability"].sum(), abs=0.01)
    assert tokens_in(repr({name: value for name, value in vars(report).items() if name != "plots"})) == set()


def test_scores_are_what_the_champion_says(first: tuple[Workspace, dict[str, Report]]) -> None:
    """Of the coming row with the same booking, one at a time."""
    ws, _ = first
    score_coming(ws, TODAY)
    scores = pd.read_parquet(ws.scores / f"{TODAY - timedelta(days=1)}.parquet").set_index("booking_id")
    coming = pd.read_parquet(ws.coming_rows / f"as_of_on={TODAY}" / "data_0.parquet")
    champions = {moment: registry_of(ws).champion(moment)[1] for moment in MOMENTS}

    for number in range(0, len(coming), 10):
        row = coming.iloc[[number]]
        champion, scored = champions[row["moment"].iloc[0]], scores.loc[row["booking_id"].iloc[0]]
        assert scored["probability"] == champion.predict(row)[0]
        if number % 50 == 0:
            assert scored["reasons"] == in_words(champion, row, champion.predict(row))[0] != ""


def test_a_day_scored_again_is_the_same_day(trained: Workspace) -> None:
    """Also after the next training took over: the version that scored it scores it again; a new day gets the new one."""
    before = registry_of(trained).champion("day_before")[0]
    score_coming(trained, TODAY)
    file = trained.scores / f"{TODAY - timedelta(days=1)}.parquet"
    scores = pd.read_parquet(file)
    train(trained, NOW + timedelta(days=7))
    score_coming(trained, TODAY)
    score_coming(with_coming(trained, TODAY + timedelta(days=1)), TODAY + timedelta(days=1))
    next_day = pd.read_parquet(trained.scores / f"{TODAY}.parquet")

    assert int(registry_of(trained).champion("day_before")[0]) > int(before)
    pd.testing.assert_frame_equal(pd.read_parquet(file), scores)
    assert set(scores["model_version"]).isdisjoint(next_day["model_version"])


def test_a_day_without_visits_has_a_file_without_rows(trained: Workspace) -> None:
    """Nobody is coming: that is a result, not a failure."""
    empty_day = LAST + timedelta(days=100)
    report = score_coming(trained, empty_day)
    scores = pd.read_parquet(trained.scores / f"{empty_day - timedelta(days=1)}.parquet")

    assert (len(scores), tuple(scores.columns)) == (0, COLUMNS)
    assert report.numbers["visits_tomorrow"] == 0
    score_coming(trained, empty_day)


def test_a_day_with_visits_of_one_moment_only(trained: Workspace) -> None:
    """Tomorrow alone, with nothing booked later."""
    with_coming(trained, LAST)
    report = score_coming(trained, LAST)

    assert report.numbers["dagster/row_count"] == len(pd.read_parquet(trained.scores / f"{LAST - timedelta(days=1)}.parquet")) > 0


def test_without_a_champion_there_are_no_scores(tmp_path: Path) -> None:
    """And the message says what to do."""
    ws = with_coming(workspace(tmp_path, ROWS), TODAY)

    with pytest.raises(NotReadyError, match=r"no champion model for day_before yet. Run `hsched run`"):
        score_coming(ws, TODAY)
    with pytest.raises(NotReadyError, match="no champion"):
        report_drift(ws, TODAY)
    assert not ws.scores.exists()


def test_a_moment_without_a_champion_is_left_unscored_and_counted(trained: Workspace) -> None:
    """Where all candidates of one moment were refused, the other one's visits are scored all the same."""
    mlflow.MlflowClient(trained.tracking_uri, trained.tracking_uri).delete_registered_model_alias(model_name("at_booking"), "champion")
    report = score_coming(trained, TODAY)
    scores = pd.read_parquet(trained.scores / f"{TODAY - timedelta(days=1)}.parquet")
    coming = pd.read_parquet(trained.coming_rows / f"as_of_on={TODAY}" / "data_0.parquet")

    assert set(scores["moment"]) == {"day_before"}
    assert report.numbers["without_a_champion"] == (coming["moment"] == "at_booking").sum() > 0


@pytest.mark.parametrize("damage", ["gone", "cut off", "overwritten"])
def test_a_champion_that_cannot_be_loaded_is_named(tmp_path: Path, damage: str) -> None:
    """Not scored with something else, not reported as 'no champion': a failed step fails, and says which version."""
    ws = with_coming(workspace(tmp_path, ROWS), TODAY)
    registry = registry_of(ws)
    training = training_set(ROWS, "day_before", NOW)
    with registry.run("small", {}) as run_id:
        fitted = fit("lead_time_table", training, {})
        version = registry.register(
            run_id, "day_before", fitted, {"lead_time_days": "number"}, {"rung": fitted.name, "columns": '["lead_time_days"]'}
        )
    registry.set_alias("day_before", "champion", version, {})
    (file,) = ws.artifact_root.rglob("*.skops")
    {
        "gone": file.unlink,
        "cut off": lambda: file.write_bytes(file.read_bytes()[:200]),
        "overwritten": lambda: file.write_bytes(b"nothing"),
    }[damage]()

    with pytest.raises(NotReadyError, match=r"no_show__day_before version 1 cannot be loaded"):
        score_coming(ws, TODAY)


def test_a_registry_that_does_not_answer_is_not_an_empty_one(first: tuple[Workspace, dict[str, Report]], tmp_path: Path) -> None:
    """Asking a broken database for the champion raises; it does not say that there is none."""
    broken = tmp_path / "mlflow.db"
    registry = registry_of(workspace(tmp_path))
    shutil.copy(first[0].tables.parent / "mlflow" / "mlflow.db", broken)
    registry = Registry(f"sqlite:///{broken}", tmp_path / "artifacts")
    assert registry.version_of("day_before", "champion") is not None
    import sqlite3

    with sqlite3.connect(broken) as connection:
        connection.execute("ALTER TABLE registered_model_aliases RENAME TO gone")

    with pytest.raises(mlflow.exceptions.MlflowException):
        registry.version_of("day_before", "champion")


def test_a_model_file_holds_only_known_types() -> None:
    """Something of a stranger's making is refused before it is written."""
    from hsched_core.domain.errors import HschedError
    from hsched_models.registry import trusted_types

    class Stranger:
        pass

    assert trusted_types(fit(BASELINE, training_set(ROWS, "day_before", NOW), {}).estimator)
    with pytest.raises(HschedError, match="types that a model file may not hold"):
        trusted_types(Stranger())
