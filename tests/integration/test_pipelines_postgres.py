"""The whole graph on PostgreSQL: Dagster's storage and MLflow's, on a server the suite starts, with a small sandbox practice."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from hsched_adapters.settings import Settings, load_settings
from hsched_models import promote
from hsched_models.ledger import changed_days, read_chain
from hsched_pipelines import running
from hsched_pipelines.home import open_instance
from hsched_sandbox.create import create_sandbox
from tests.postgres import Server

pytestmark = [
    pytest.mark.xdist_group("postgres"),
    pytest.mark.timeout(600),  # one pass of everything, whichever test comes first
    pytest.mark.filterwarnings("default"),  # MLflow, Evidently and their dependencies warn about themselves and each other
]

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 16)
DAY = TODAY - timedelta(days=1)


@dataclass(frozen=True)
class Graph:
    """What the graph left behind after one pass."""

    settings: Settings
    instance: dg.DagsterInstance
    results: Mapping[str, running.JobResult]
    databases: Mapping[str, str]

    def rows(self, database: str, query: str) -> list[Any]:
        engine = sa.create_engine(self.databases[database])
        try:
            with engine.connect() as connection:
                return list(connection.execute(sa.text(query)))
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def graph(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    home = tmp_path_factory.mktemp("postgres-practice")
    create_sandbox(home, today=TODAY, clinicians=4, years=0.3)
    names = {name: postgres_server.create_database() for name in ("dagster", "mlflow", "store")}
    databases = {name: postgres_server.url(database) for name, database in names.items()}
    addresses = {"HSCHED_MLFLOW_TRACKING_URI": databases["mlflow"], "HSCHED_STORE": databases["store"]}
    settings = load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": str(TODAY), **addresses})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server_environment(postgres_server, names["dagster"]).items():
            patch.setenv(name, value)
        promote_anything(patch)
        settings.paths.dagster.mkdir(parents=True)
        shutil.copy(ROOT / "deploy" / "dagster.postgres.yaml", settings.paths.dagster / "dagster.yaml")
        with open_instance(settings.paths) as instance:
            yield Graph(settings, instance, pass_through(instance, settings), databases)


def promote_anything(patch: pytest.MonkeyPatch) -> None:
    """Half a year of three clinicians is too little to earn a champion; this test is about stores, not about models."""
    for name, value in {"FEWEST_TEST_ROWS": 1, "WORST_CALIBRATION_ERROR": 1.0, "SLOPES": (-100, 100), "TOLERANCE": 1.0}.items():
        patch.setattr(promote, name, value)


def server_environment(server: Server, database: str) -> dict[str, str]:
    """What deploy/README.md says an operator sets."""
    return {
        "HSCHED_PG_HOST": server.host,
        "HSCHED_PG_PORT": str(server.port),
        "HSCHED_PG_USER": server.user,
        "HSCHED_PG_PASSWORD": "trusted-on-loopback",
        "HSCHED_DAGSTER_DB": database,
    }


def pass_through(instance: dg.DagsterInstance, settings: Settings) -> dict[str, running.JobResult]:
    """Every job once, in order; each must succeed."""
    first = settings.practice.first_day
    jobs = (
        running.run_extract(instance, settings, first, DAY, print),
        running.run_features(instance, settings, print),
        running.run_training(instance, settings, print),
        running.run_daily(instance, settings, DAY - timedelta(days=1), DAY, print, with_tables=False),
        running.run_scan(instance, settings, DAY, DAY, print),
    )
    return {result.job: running.raise_if_failed(result) for result in jobs}


def test_runs_and_materializations_are_in_postgres(graph: Graph) -> None:
    """Five successful runs, and a materialization a day of the extracted tables."""
    days = (DAY - graph.settings.practice.first_day).days + 1
    runs = graph.rows("dagster", "select status, count(*) from runs group by status")
    made = graph.rows(
        "dagster",
        "select asset_key, count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' group by asset_key",
    )

    assert runs == [("SUCCESS", 5)]
    assert dict(made)['["deid_ehr__appointments"]'] == days
    assert dict(made)['["score_no_show__daily"]'] == 2
    assert not list(graph.settings.paths.dagster.rglob("*.db"))


def test_partitions_are_marked_materialized(graph: Graph) -> None:
    """What the UI's partition bars show."""
    made = graph.instance.get_materialized_partitions(dg.AssetKey("score_no_show__daily"))

    assert set(made) == {str(DAY - timedelta(days=1)), str(DAY)}


def test_models_and_runs_are_in_postgres(graph: Graph) -> None:
    """MLflow's registry has a champion, and its runs name the Dagster run that made them."""
    champions = graph.rows("mlflow", "select count(*) from registered_model_aliases where alias = 'champion'")
    tagged = graph.rows("mlflow", "select distinct value from tags where key = 'dagster.run_id'")

    assert champions[0][0] >= 1
    assert (graph.results["train_weekly"].run_id,) in tagged
    assert not (graph.settings.paths.mlflow / "mlflow.db").exists()


def test_scores_are_sealed_and_published(graph: Graph) -> None:
    """Two seals, each of its day's file; the newest day's scores and feature rows in the store, under its seal."""
    chain = read_chain(graph.settings.paths.ledger / "seals.jsonl")
    ((as_of_on, seal),) = graph.rows("store", "select as_of_on, seal from publications")
    published = graph.rows("store", "select count(*), count(distinct publication) from scores")
    features = graph.rows("store", "select count(*) from feature_rows")

    assert [each.day for each in chain.seals] == [DAY - timedelta(days=1), DAY]
    assert changed_days(chain, graph.settings.paths.scores) == {}
    assert (as_of_on, seal) == (TODAY, chain.head.seal)
    assert published == [(chain.seals[-1].rows, 1)]
    assert features == [(chain.seals[-1].rows,)]
    assert not graph.settings.paths.store.exists()


def test_scoring_a_day_again_gives_the_same_rows(graph: Graph) -> None:
    """The day's file records which model version it used; a second run uses it again."""
    file = graph.settings.paths.scores / f"{DAY}.parquet"
    before = pq.read_table(file)
    result = running.run_daily(graph.instance, graph.settings, DAY, DAY, print, with_tables=False)

    assert result.success
    assert before.num_rows > 0
    assert pq.read_table(file).equals(before)


def test_people_see_plots_tables_and_links(graph: Graph) -> None:
    """Pictures inside the metadata, and addresses of MLflow runs."""
    evaluation = graph.results["train_weekly"].metadata["model_no_show__evaluation"]
    everything = [value for found in graph.results["train_weekly"].metadata.values() for value in found.values()]

    assert any("data:image/png;base64," in str(value) for value in evaluation.values())
    assert any(str(value).startswith(graph.settings.mlflow_ui) for value in everything)


def test_no_identifier_is_anywhere_past_deidentification(graph: Graph) -> None:
    """The nightly scan looked at files, needles and found nothing."""
    metadata = graph.results["scan_daily"].metadata["audit_privacy__scan"]

    assert metadata["files"] > 100
    assert metadata["needles"] > 20
