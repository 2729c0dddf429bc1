"""Both code locations, loaded as Dagster loads them: what must be there, by name."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from hsched_core.domain.contracts import TABLES
from hsched_pipelines.deployments import RUNS_IN
from hsched_pipelines.learning.definitions import build_defs as build_learning
from hsched_pipelines.operations.definitions import build_defs as build_operations
from tests.fake_practice import settings_in

ROOT = Path(__file__).parents[2]
HEAVY = ("pandas", "sklearn", "mlflow", "great_expectations", "evidently", "dagster_dbt", "dbt", "scipy", "matplotlib", "requests")
MODELS = {
    "train_no_show__set",
    "model_no_show__fit",
    "model_no_show__evaluation",
    "model_no_show__promotion",
    "model_no_show__standing",
    "model_no_show__intercept",
}
DAILY = {f"{layer}_no_show__daily" for layer in ("score", "ledger", "grade", "published", "drift")} | {"feat_no_show__coming"}
DBT = {f"stg_ehr__{table}" for table in ("appointments", "clients", "clinicians", "communications")} | {"feat_no_show__appointments"}
EVENT_JOBS = {"answer_events", "carry_out", "keep", "catch_up", "remind", "risk_write_back"}
INSIGHTS = {f"mart_insights__{name}" for name in ("weekday_hour", "session_type", "clinician", "lead_time")}


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> dg.RepositoryDefinition:
    return build_operations(settings_in(tmp_path_factory.mktemp("operations"))).get_repository_def()


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> dg.RepositoryDefinition:
    return build_learning(settings_in(tmp_path_factory.mktemp("learning"))).get_repository_def()


def made_by(location: dg.RepositoryDefinition) -> set[str]:
    return {key.to_user_string() for key in location.asset_graph.materializable_asset_keys}


def checks_of(location: dg.RepositoryDefinition) -> set[str]:
    return {key.to_user_string() for key in location.asset_graph.asset_check_keys}


def jobs_of(location: dg.RepositoryDefinition) -> set[str]:
    return {name for name in location.job_names if not name.startswith("__")}


def test_operations_has_its_assets_checks_and_jobs(operations: dg.RepositoryDefinition) -> None:
    """Raw and de-identified tables of the whole contract, the scan, and what guards them."""
    expected = {f"{layer}_ehr__{table}" for layer in ("raw", "deid") for table in TABLES} | {"audit_privacy__scan"}

    assert made_by(operations) == expected
    assert jobs_of(operations) == {"extract_daily", "scan_daily"} | EVENT_JOBS
    assert checks_of(operations) >= {
        "raw_ehr__appointments:contract_holds",
        "raw_ehr__appointments:few_quarantined",
        "deid_ehr__appointments:release_holds",
        "deid_ehr__appointments:no_identifiers_past_deid",
        "audit_privacy__scan:no_identifiers_anywhere",
    }


def test_learning_has_its_assets_checks_and_jobs(learning: dg.RepositoryDefinition) -> None:
    """dbt's models one by one, training, scores and drift; dbt's tests are checks."""
    assert made_by(learning) >= MODELS | DAILY | DBT | INSIGHTS
    assert jobs_of(learning) == {"build_features", "train_weekly", "update_intercept", "score_daily"}
    assert checks_of(learning) >= {
        "feat_no_show__appointments:features_hold",
        "feat_no_show__coming:features_hold",
        "score_no_show__daily:scores_hold",
        "drift_no_show__daily:drift_within_bounds",
        "model_no_show__standing:champion_holds_up",
    }
    assert len(checks_of(learning)) > 10


def test_lineage_runs_from_extraction_to_the_scan(operations: dg.RepositoryDefinition, learning: dg.RepositoryDefinition) -> None:
    """Asset keys tie the two locations together, there and back."""
    upstream = {
        key.to_user_string(): {parent.to_user_string() for parent in location.asset_graph.get(key).parent_keys}
        for location in (operations, learning)
        for key in location.asset_graph.materializable_asset_keys
    }

    assert upstream["deid_ehr__appointments"] == {"raw_ehr__appointments"}
    assert upstream["stg_ehr__appointments"] == {"deid_ehr__appointments", "int_attendance__changes"}
    assert upstream["train_no_show__set"] == {"feat_no_show__appointments"}
    assert upstream["score_no_show__daily"] == {"feat_no_show__coming", "model_no_show__intercept"}
    assert upstream["audit_privacy__scan"] == {"score_no_show__daily", "drift_no_show__daily"}


def test_daily_assets_are_daily_in_the_practices_zone(learning: dg.RepositoryDefinition, operations: dg.RepositoryDefinition) -> None:
    """One partitions definition for everything daily, on both sides."""
    graph = learning.asset_graph
    daily = {key.to_user_string() for key in graph.materializable_asset_keys if graph.get(key).partitions_def}
    partitions = graph.get(dg.AssetKey("score_no_show__daily")).partitions_def

    assert daily >= DAILY
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    assert partitions.timezone == "America/New_York"
    assert partitions == operations.asset_graph.get(dg.AssetKey("raw_ehr__appointments")).partitions_def


def test_every_asset_is_described_owned_and_grouped(operations: dg.RepositoryDefinition, learning: dg.RepositoryDefinition) -> None:
    """What people see in the UI before they look at the code."""
    nodes = [location.asset_graph.get(key) for location in (operations, learning) for key in location.asset_graph.materializable_asset_keys]
    bare = [node.key.to_user_string() for node in nodes if not (node.description and node.owners and node.group_name != "default")]

    assert bare == []


def test_every_schedule_and_sensor_says_where_it_runs(operations: dg.RepositoryDefinition, learning: dg.RepositoryDefinition) -> None:
    """Nothing is scheduled that is missing from the table, and the table names nothing that does not exist."""
    found = [item for location in (operations, learning) for item in (*location.schedule_defs, *location.sensor_defs)]

    schedules = {item.name: (item.cron_schedule, item.execution_timezone) for item in found if isinstance(item, dg.ScheduleDefinition)}

    assert {item.name for item in found} == set(RUNS_IN)
    assert all(item.metadata["hsched/runs_in"].value for item in found)
    assert schedules == {
        "extract_daily_schedule": ("0 2 * * *", "America/New_York"),
        "train_weekly_schedule": ("30 3 * * 0", "America/New_York"),
        "update_intercept_schedule": ("30 3 * * 3", "America/New_York"),
        "catch_up_schedule": ("*/5 * * * *", "America/New_York"),
        "risk_write_back_schedule": ("30 5 * * *", "America/New_York"),
    }


def test_the_workspace_names_both_locations() -> None:
    """Modules that exist, under the names the sensors look for."""
    entries = [entry["python_module"] for entry in yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]]

    assert {entry["location_name"]: entry["module_name"] for entry in entries} == {
        "operations": "hsched_pipelines.operations.definitions",
        "learning": "hsched_pipelines.learning.definitions",
    }


def test_operations_loads_no_heavy_library(tmp_path: Path) -> None:
    """Neither at import nor when its definitions are built: what must answer in seconds waits for nobody."""
    settings_in(tmp_path)
    program = (
        "import sys\n"
        "from hsched_adapters.settings import load_settings\n"
        "from hsched_pipelines.operations.definitions import build_defs\n"
        f"build_defs(load_settings({{'HSCHED_HOME': {str(tmp_path)!r}}})).get_repository_def()\n"
        f"print(sorted(name for name in {HEAVY!r} if name in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)

    assert result.stdout.strip() == "[]", result.stderr
