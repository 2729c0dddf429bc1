"""Training asked for by drift: the pure decision, and the sensor on a real ephemeral Dagster."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from hsched_models.report import Report
from hsched_pipelines.learning.daily import DRIFT, bounds_result
from hsched_pipelines.learning.retraining import ASKED_BY, COOLDOWN, DriftVerdict, Trainings, request_training, retraining_sensor
from tests.unit.test_pipelines_deployments import practice

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
BREACH = DriftVerdict("2026-03-19", NOW - timedelta(hours=3), ("2026-03-19: age_years has moved (PSI 0.31, limit 0.2)",))
NONE = Trainings(None, None)


def skipped(verdict: DriftVerdict | None, trainings: Trainings = NONE, now: datetime = NOW) -> str:
    """Why no training is asked for."""
    answer = request_training(verdict, trainings, now)
    assert isinstance(answer, dg.SkipReason)
    return str(answer.skip_message)


def test_a_breach_asks_for_a_training_once() -> None:
    """The key is the day's: however often the sensor looks, Dagster starts one run for it."""
    first, again = (request_training(BREACH, NONE, NOW + timedelta(minutes=5 * turn)) for turn in range(2))

    assert isinstance(first, dg.RunRequest)
    assert isinstance(again, dg.RunRequest)
    assert first.run_key == again.run_key == "drift-2026-03-19"
    assert first.tags == {ASKED_BY: "drift", "hsched/drift_day": "2026-03-19"}


def test_no_drift_asks_for_nothing_and_says_so() -> None:
    """Nor does a practice where drift was never compared."""
    assert skipped(DriftVerdict("2026-03-19", NOW, ())) == "No drift on 2026-03-19."
    assert skipped(None) == "Drift was never compared."


def test_records_that_look_wrong_are_not_trained_on() -> None:
    """Whatever else moved that day: the outcomes to learn from are made of those records."""
    records = "2026-03-19: records: 61 clinic_cancel since 2026-03-09 where 20 were usual"
    verdict = DriftVerdict("2026-03-19", NOW, (*BREACH.breaches, records))

    assert skipped(verdict) == "The records of 2026-03-19 look wrong: people look at them before anything is trained on them."


def test_a_training_after_the_breach_has_answered_it() -> None:
    """The week's, or a person's."""
    assert "came after it" in skipped(BREACH, Trainings(NOW - timedelta(hours=1), None))
    assert isinstance(request_training(BREACH, Trainings(BREACH.at - timedelta(hours=1), None), NOW), dg.RunRequest)


def test_drift_asks_at_most_once_a_week() -> None:
    """Also where what it asked for failed; and then again, for the day it is then."""
    asked = Trainings(None, NOW - COOLDOWN + timedelta(seconds=1))
    assert "may again from 2026-03-20 09:00 UTC" in skipped(BREACH, asked)
    later = DriftVerdict("2026-03-20", NOW, ("2026-03-20: score has moved",))
    answer = request_training(later, asked, NOW + timedelta(seconds=1))

    assert isinstance(answer, dg.RunRequest)
    assert answer.run_key == "drift-2026-03-20"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@dg.asset(name="training")
def training() -> None:
    """Stands for the training's assets."""


def compare(instance: dg.DagsterInstance, reports: dict[str, Report]) -> None:
    """A run of the drift asset whose check judges these days."""
    result = bounds_result({date.fromisoformat(day): report for day, report in reports.items()})

    @dg.asset(name=DRIFT, check_specs=[dg.AssetCheckSpec(str(result.check_name), asset=DRIFT)])
    def drift() -> Iterator[dg.MaterializeResult[None]]:
        yield dg.MaterializeResult(check_results=[result])

    assert dg.materialize([drift], instance=instance).success


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | str:
    """What the sensor answers now."""
    job = dg.define_asset_job("train_weekly", [training])
    sensor = retraining_sensor(practice(schedules="running"), job)
    data = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
    return data.run_requests[0] if data.run_requests else str(data.skip_message)


def train(instance: dg.DagsterInstance, **tags: str) -> None:
    defs = dg.Definitions([training], jobs=[dg.define_asset_job("train_weekly", [training])])
    assert defs.resolve_job_def("train_weekly").execute_in_process(instance=instance, tags=tags).success


def test_the_sensor_follows_the_newest_day_of_the_newest_check(instance: dg.DagsterInstance) -> None:
    """Nothing yet; a breach that was over by the last day; a breach; and the training that answers it."""
    assert tick(instance) == "Drift was never compared."
    compare(instance, {"2026-03-17": Report(breaches=("score has moved",)), "2026-03-18": Report()})
    assert tick(instance) == "No drift on 2026-03-18."
    compare(instance, {"2026-03-18": Report(), "2026-03-19": Report(breaches=("score has moved",))})
    asked = tick(instance)
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == "drift-2026-03-19"
    train(instance, **asked.tags)
    assert "came after it" in str(tick(instance))
    compare(instance, {"2026-03-20": Report(breaches=("score has moved",))})
    assert "within the last week" in str(tick(instance))


def test_the_sensor_runs_where_the_table_says() -> None:
    """Off by default, on where the practice says so, never for an ended file; and it says where."""
    job = dg.define_asset_job("train_weekly", [training])
    states = [
        retraining_sensor(one, job).default_status
        for one in (practice(), practice(schedules="running"), practice(schedules="running", last_day=date(2026, 2, 1)))
    ]

    assert states == [dg.DefaultSensorStatus.STOPPED, dg.DefaultSensorStatus.RUNNING, dg.DefaultSensorStatus.STOPPED]
    assert retraining_sensor(practice(), job).metadata["hsched/runs_in"].value == "production, sandbox"
