"""Jobs of the operations flow, and what starts them: the night's extraction, and the privacy scan after the scores."""

import dagster as dg
from dagster._core.definitions.partitions.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from hsched_adapters.settings import Practice
from hsched_core.domain.contracts import TABLES
from hsched_pipelines.deployments import runs_in, schedule_status, sensor_status
from hsched_pipelines.follow_up import daily_sensor
from hsched_pipelines.lake import lake_name
from hsched_pipelines.operations.raw import raw_name
from hsched_pipelines.operations.scan import SCAN

SCORE = dg.JobSelector(location_name="learning", repository_name="__repository__", job_name="score_daily")
NIGHT_HOUR = 2
Schedule = dg.ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition


def build_jobs() -> dict[str, UnresolvedAssetJobDefinition]:
    """The jobs by name."""
    tables = [name(table) for table in TABLES for name in (raw_name, lake_name)]
    return {
        "extract_daily": dg.define_asset_job(
            "extract_daily",
            dg.AssetSelection.assets(*tables),
            description="A day's records (or a range of days) into the identified zone, and from there de-identified into the lake.",
        ),
        "scan_daily": dg.define_asset_job(
            "scan_daily",
            dg.AssetSelection.assets(SCAN),
            description="Looks for the day's identifiers in everything past de-identification.",
        ),
    }


def build_schedules(practice: Practice, jobs: dict[str, UnresolvedAssetJobDefinition]) -> list[Schedule]:
    """Every night at two, the practice's time: the day that has just ended."""
    name = "extract_daily_schedule"
    return [
        dg.build_schedule_from_partitioned_job(
            jobs["extract_daily"],
            name=name,
            hour_of_day=NIGHT_HOUR,
            default_status=schedule_status(name, practice),
            metadata=runs_in(name),
            description="Every night: the day that has just ended.",
        )
    ]


def build_sensors(practice: Practice, jobs: dict[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """The scan follows the scores of the same days."""
    name = "scan_after_score"
    status = sensor_status(name, practice)
    return [daily_sensor(name, after=SCORE, request=jobs["scan_daily"], status=status, metadata=runs_in(name))]
