"""The code location `operations`: extraction, de-identification, privacy scan, the event flow. Light imports; holds the vault's key."""

from collections.abc import Callable

import dagster as dg

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.settings import Settings, enter_practice, load_settings
from hsched_pipelines.operations.checks import table_checks
from hsched_pipelines.operations.deidentified import deid_assets
from hsched_pipelines.operations.event_jobs import build_event_jobs
from hsched_pipelines.operations.event_sensors import build_event_schedules, build_event_sensors
from hsched_pipelines.operations.jobs import build_jobs, build_schedules, build_sensors
from hsched_pipelines.operations.raw import raw_assets
from hsched_pipelines.operations.scan import release_check, scan_asset
from hsched_pipelines.progress import progress_logger


def build_defs(settings: Settings | None = None, opened: Callable[[Settings], OpenPractice] = open_practice) -> dg.Definitions:
    """Everything of this location for one practice; that of the environment by default. Tests open it with fakes."""
    chosen = settings or load_settings()
    practice = chosen.practice
    enter_practice(chosen.paths)
    jobs, event_jobs = build_jobs(), build_event_jobs()
    return dg.Definitions(
        assets=[*raw_assets(practice), *deid_assets(practice), scan_asset(practice)],
        asset_checks=[*table_checks(), release_check()],
        jobs=[*jobs.values(), *event_jobs.values()],
        schedules=[*build_schedules(practice, jobs), *build_event_schedules(practice, event_jobs)],
        sensors=[*build_sensors(practice, jobs), *build_event_sensors(practice, event_jobs, lambda: opened(chosen))],
        resources={"practice": dg.ResourceDefinition(lambda _: opened(chosen), description="The practice, opened when a step asks.")},
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; importing this module needs no practice yet."""
    return build_defs()
