"""One job after another, across code locations: the days of the finished run are the days of the next."""

from collections.abc import Mapping

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

PARTITION = "dagster/partition"
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


def request_after(run_id: str, tags: Mapping[str, str]) -> dg.RunRequest | dg.SkipReason:
    """The run that follows a finished one; asked for once, however often the sensor looks."""
    if all(name in tags for name in RANGE):
        return dg.RunRequest(run_key=run_id, tags={name: tags[name] for name in RANGE})
    if PARTITION in tags:
        return dg.RunRequest(run_key=run_id, partition_key=tags[PARTITION])
    return dg.SkipReason("the finished run names no day")


def daily_sensor(
    name: str,
    *,
    after: dg.JobSelector,
    request: UnresolvedAssetJobDefinition,
    status: dg.DefaultSensorStatus,
    metadata: Mapping[str, str],
) -> dg.SensorDefinition:
    """A sensor that starts `request` for the same days whenever `after` succeeds."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=name,
        description=f"Starts {request.name} for the days of every finished {after.job_name} of {after.location_name}.",
        monitored_jobs=[after],
        request_job=request,
        default_status=status,
        minimum_interval_seconds=30,
        metadata=metadata,
    )
    def follow(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
        return request_after(context.dagster_run.run_id, context.dagster_run.tags)

    return follow
