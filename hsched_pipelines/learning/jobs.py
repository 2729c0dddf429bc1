"""Jobs of the learning flow, and what starts them: training, the level between two trainings, and the day's scores after its extraction."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from hsched_adapters.settings import Practice
from hsched_pipelines.deployments import runs_in, schedule_status, sensor_status
from hsched_pipelines.follow_up import daily_sensor
from hsched_pipelines.learning.daily import DRIFT, SCORE
from hsched_pipelines.learning.intercept import INTERCEPT
from hsched_pipelines.learning.publication import PUBLISHED
from hsched_pipelines.learning.retraining import retraining_sensor
from hsched_pipelines.learning.shadow import GRADE, LEDGER
from hsched_pipelines.learning.standing import STANDING

TRAINING = ("train_no_show__set", "model_no_show__fit", "model_no_show__evaluation", "model_no_show__promotion", INTERCEPT)
EXTRACT = dg.JobSelector(location_name="operations", repository_name="__repository__", job_name="extract_daily")


def build_jobs(tables: dg.AssetsDefinition, coming: dg.AssetsDefinition) -> dict[str, UnresolvedAssetJobDefinition]:
    """The jobs by name. `tables` and `coming` are the two parts of the dbt project."""
    selections = {
        "build_features": (dg.AssetSelection.assets(tables), "Every model but the daily part."),
        "train_weekly": (dg.AssetSelection.assets(*TRAINING), "Training rows, fit, evaluation, promotion, and the level."),
        "update_intercept": (dg.AssetSelection.assets(INTERCEPT), "The champions' level by the newest outcomes, without a training."),
        "score_daily": (
            dg.AssetSelection.assets(tables, coming, SCORE, DRIFT, LEDGER, GRADE, PUBLISHED, STANDING),
            "Features, scores of coming visits, their seals, grades and drift of a day or a range; how the champions stand by then.",
        ),
    }
    return {name: dg.define_asset_job(name, selection, description=text) for name, (selection, text) in selections.items()}


def build_schedules(practice: Practice, jobs: dict[str, UnresolvedAssetJobDefinition]) -> list[dg.ScheduleDefinition]:
    """Training on Sundays and the level on Wednesdays, at half past three, the practice's time, after the night's extraction."""
    return [
        _weekly(practice, jobs["train_weekly"], "train_weekly_schedule", "30 3 * * 0", "Every Sunday night."),
        _weekly(practice, jobs["update_intercept"], "update_intercept_schedule", "30 3 * * 3", "Every Wednesday night, between trainings."),
    ]


def _weekly(practice: Practice, job: UnresolvedAssetJobDefinition, name: str, cron: str, description: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=cron,
        execution_timezone=practice.timezone,
        default_status=schedule_status(name, practice),
        metadata=runs_in(name),
        description=description,
    )


def build_sensors(practice: Practice, jobs: dict[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """Scores follow the extraction of the same days; a training follows drift."""
    name = "score_after_extract"
    status = sensor_status(name, practice)
    scores = daily_sensor(name, after=EXTRACT, request=jobs["score_daily"], status=status, metadata=runs_in(name))
    return [scores, retraining_sensor(practice, jobs["train_weekly"])]
