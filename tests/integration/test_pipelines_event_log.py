"""Our SQLite event log against Dagster's own: the same job must leave the same traces, only faster."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from hsched_adapters.settings import Paths
from hsched_pipelines.home import ensure_dagster_home, local_config, open_instance
from hsched_pipelines.partitions import settled_features

DAYS = [f"2026-01-{day:02}" for day in range(1, 21)]


def definitions() -> dg.Definitions:
    with settled_features():
        days = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-31")

        @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
        def first(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            for number, key in enumerate(context.partition_keys):
                context.add_asset_metadata({"dagster/row_count": number}, partition_key=key)
            return dg.MaterializeResult(tags={"colour": "green"})

        @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run(), deps=[first])
        def second() -> None: ...

        @dg.asset_check(asset=first, blocking=True)
        def holds() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        job = dg.define_asset_job("both", dg.AssetSelection.all())
    return dg.Definitions(assets=[first, second], asset_checks=[holds], jobs=[job], executor=dg.in_process_executor)


def traces(instance: dg.DagsterInstance) -> dict[str, object]:
    """What the UI would show after the run."""
    defs = definitions()
    tags = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
    result = defs.resolve_job_def("both").execute_in_process(instance=instance, tags=tags)
    key = dg.AssetKey("first")
    records = instance.fetch_materializations(key, limit=100).records
    newest = instance.get_latest_materialization_event(key)
    logs = instance.all_logs(result.run_id)
    assert newest
    assert newest.asset_materialization
    return {
        "success": result.success,
        "materialized": {name: sorted(instance.get_materialized_partitions(dg.AssetKey(name))) for name in ("first", "second")},
        "records": [
            (r.asset_materialization and (r.asset_materialization.partition, dict(r.asset_materialization.metadata))) for r in records
        ],
        "newest": (newest.asset_materialization.partition, newest.run_id == result.run_id),
        "run_events": sorted(str(log.dagster_event_type) for log in logs if log.is_dagster_event),
        "asset_record": [record.asset_entry.last_run_id == result.run_id for record in instance.get_asset_records([key])],
    }


def test_a_batch_leaves_the_same_traces_as_single_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Partitions, metadata, order and event counts agree with Dagster's own storage."""
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "7")  # several batches an asset, the last one not full
    own_home = tmp_path / "own"
    own_home.mkdir()
    plain = {name: value for name, value in local_config(own_home).items() if name != "event_log_storage"}
    (own_home / "dagster.yaml").write_text(yaml.safe_dump(plain))

    with dg.DagsterInstance.from_config(str(own_home)) as theirs, open_instance(Paths(tmp_path / "ours")) as ours:
        expected, actual = traces(theirs), traces(ours)

    assert expected == actual
    assert actual["materialized"] == {"first": DAYS, "second": DAYS}


def test_the_operators_configuration_stays(tmp_path: Path) -> None:
    """dagster.yaml is written once; what an operator changed is not overwritten."""
    config = ensure_dagster_home(Paths(tmp_path)) / "dagster.yaml"
    config.write_text("telemetry: {enabled: false}\n")
    ensure_dagster_home(Paths(tmp_path))

    assert config.read_text() == "telemetry: {enabled: false}\n"


def test_telemetry_is_off_and_pools_hold_one(tmp_path: Path) -> None:
    """What the first start writes."""
    with open_instance(Paths(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
