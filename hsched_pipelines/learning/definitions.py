"""The code location `learning`: dbt, training, scores, drift. Never opens the vault or the identified zone."""

from pathlib import Path

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice, load_settings
from hsched_pipelines.learning.checks import learning_checks
from hsched_pipelines.learning.daily import daily_assets
from hsched_pipelines.learning.dbt import PROJECT, dbt_parts, dbt_project, dbt_resource
from hsched_pipelines.learning.intercept import intercept_asset
from hsched_pipelines.learning.jobs import build_jobs, build_schedules, build_sensors
from hsched_pipelines.learning.models import training_assets
from hsched_pipelines.learning.publication import publication_asset
from hsched_pipelines.learning.shadow import shadow_assets
from hsched_pipelines.learning.standing import standing_asset
from hsched_pipelines.progress import progress_logger


def build_defs(settings: Settings | None = None, project_dir: Path = PROJECT) -> dg.Definitions:
    """Everything of this location for one practice; that of the environment by default."""
    chosen = settings or load_settings()
    practice = chosen.practice
    enter_practice(chosen.paths)
    project = dbt_project(chosen.paths, project_dir)
    tables, coming = dbt_parts(chosen, project)
    daily = [*daily_assets(chosen), *shadow_assets(chosen), publication_asset(chosen)]
    jobs = build_jobs(tables, coming)
    return dg.Definitions(
        assets=[tables, coming, *training_assets(chosen), intercept_asset(chosen), *daily, standing_asset(chosen)],
        asset_checks=learning_checks(chosen),
        jobs=list(jobs.values()),
        schedules=build_schedules(practice, jobs),
        sensors=build_sensors(practice, jobs),
        resources={"dbt": dbt_resource(project)},
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; importing this module needs no practice yet."""
    return build_defs()
