"""Training asked for by drift: read the newest verdict and the trainings so far, decide, ask once. The decision is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from hsched_adapters.clock import SystemClock
from hsched_adapters.settings import Practice
from hsched_models.report import RECORDS
from hsched_pipelines.deployments import runs_in, sensor_status
from hsched_pipelines.learning.daily import BOUNDS, DRIFT, NEWEST

SENSOR = "retrain_on_drift"
ASKED_BY = "hsched/asked_by"
COOLDOWN = timedelta(days=7)  # a new model needs a week of outcomes before drift can say anything of it
SECONDS_BETWEEN = 300
CHECK = dg.AssetCheckKey(dg.AssetKey(DRIFT), BOUNDS)


@dataclass(frozen=True)
class DriftVerdict:
    """The newest drift check: the last day it looked at, when it did, and that day's breaches."""

    day: str
    at: datetime
    breaches: tuple[str, ...]

    @property
    def is_of_records(self) -> bool:
        """Whether it is about how things are written down: a training would learn the mistake."""
        return any(breach.startswith(f"{self.day}: {RECORDS}") for breach in self.breaches)


@dataclass(frozen=True)
class Trainings:
    """When a training last succeeded, and when drift last asked for one, whatever became of it."""

    succeeded: datetime | None
    asked: datetime | None


def request_training(verdict: DriftVerdict | None, trainings: Trainings, now: datetime) -> dg.RunRequest | dg.SkipReason:
    """A training for a breach that none has answered; asked once a breached day, and at most once a week."""
    if verdict is None:
        return dg.SkipReason("Drift was never compared.")
    if not verdict.breaches:
        return dg.SkipReason(f"No drift on {verdict.day}.")
    if verdict.is_of_records:
        return dg.SkipReason(f"The records of {verdict.day} look wrong: people look at them before anything is trained on them.")
    if trainings.succeeded is not None and trainings.succeeded > verdict.at:
        return dg.SkipReason(f"Drift on {verdict.day}; the training of {trainings.succeeded:%Y-%m-%d %H:%M} UTC came after it.")
    if trainings.asked is not None and now - trainings.asked < COOLDOWN:
        again = trainings.asked + COOLDOWN
        return dg.SkipReason(
            f"Drift on {verdict.day}; it asked for a training within the last week, and may again from {again:%Y-%m-%d %H:%M} UTC."
        )
    return dg.RunRequest(run_key=f"drift-{verdict.day}", tags={ASKED_BY: "drift", "hsched/drift_day": verdict.day})


def retraining_sensor(practice: Practice, training: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Asks for `training` when the newest drift check failed."""

    @dg.sensor(
        name=SENSOR,
        job=training,
        minimum_interval_seconds=SECONDS_BETWEEN,
        default_status=sensor_status(SENSOR, practice),
        metadata=runs_in(SENSOR),
        description="Asks for a training when a day's drift check fails: once a breach, at most once a week.",
    )
    def retrain(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return request_training(newest_verdict(context.instance), trainings(context.instance, training.name), SystemClock().now())

    return retrain


def newest_verdict(instance: dg.DagsterInstance) -> DriftVerdict | None:
    """The last drift check that came to a verdict; None where there was none."""
    record = instance.get_latest_asset_check_evaluation_record(CHECK)
    if record is None or record.event is None or record.evaluation is None:
        return None
    evaluation = record.evaluation
    day = _plain(evaluation.metadata, NEWEST) or ""
    breaches = [text for text in _plain(evaluation.metadata, "breaches") or () if str(text).startswith(day)]
    return DriftVerdict(day, datetime.fromtimestamp(record.event.timestamp, UTC), tuple(breaches))


def trainings(instance: dg.DagsterInstance, job: str) -> Trainings:
    """What Dagster remembers of the job's runs."""
    succeeded = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    asked = instance.get_run_records(dg.RunsFilter(job_name=job, tags={ASKED_BY: "drift"}), limit=1)
    return Trainings(_newest(succeeded), _newest(asked))


def _newest(records: Sequence[Any]) -> datetime | None:
    return records[0].create_timestamp.astimezone(UTC) if records else None


def _plain(metadata: Mapping[str, Any], name: str) -> Any:
    return metadata[name].value if name in metadata else None
