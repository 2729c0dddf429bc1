"""Which schedule runs where: the table, and what a practice's settings make of it."""

from dataclasses import replace
from datetime import date

import dagster as dg
import pytest

from hsched_adapters.connection import Connection
from hsched_adapters.settings import Practice, Source
from hsched_pipelines.deployments import ASKS_THE_EHR, RUNS_IN, Deployment, deployment_of, schedule_status, sensor_status


def practice(path: str = "sandbox/ehr_export", schedules: str = "stopped", last_day: date | None = None) -> Practice:
    source = Source(kind="daily_exports", path=path, map="sandbox-practice")
    return Practice("p", "P", "America/New_York", "US", source, date(2026, 1, 1), last_day, schedules=schedules)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (practice(), Deployment.SANDBOX),
        (practice(path="exports"), Deployment.PRODUCTION),
        (practice(path="exports", last_day=date(2026, 2, 1)), Deployment.ARCHIVE),
    ],
)
def test_what_kind_of_practice_it_is(given: Practice, expected: Deployment) -> None:
    """An end makes an archive, a sandbox folder a sandbox, the rest is real."""
    assert deployment_of(given) is expected


def test_nothing_starts_by_itself_unless_the_practice_says_so() -> None:
    """Stopped is the default for every schedule and sensor."""
    assert {schedule_status(name, practice()) for name in RUNS_IN} == {dg.DefaultScheduleStatus.STOPPED}
    assert {sensor_status(name, practice()) for name in RUNS_IN} == {dg.DefaultSensorStatus.STOPPED}


def test_a_practice_that_says_running_runs_what_may_run_there() -> None:
    """Switched on by one setting."""
    assert schedule_status("extract_daily_schedule", practice(schedules="running")) is dg.DefaultScheduleStatus.RUNNING


def test_without_a_connection_the_event_flow_stays_off() -> None:
    """There is nobody to ask; with one it runs."""
    alone = practice(schedules="running")
    connected = replace(alone, connection=Connection("rest", "http://127.0.0.1:9", "sandbox"))

    assert {sensor_status(name, alone) for name in ASKS_THE_EHR} == {dg.DefaultSensorStatus.STOPPED}
    assert {sensor_status(name, connected) for name in ASKS_THE_EHR} == {dg.DefaultSensorStatus.RUNNING}
    assert RUNS_IN.keys() >= ASKS_THE_EHR


def test_an_ended_file_never_runs_by_schedule() -> None:
    """Nothing new comes from an imported file, whatever its settings say."""
    ended = practice(schedules="running", last_day=date(2026, 2, 1))

    assert {schedule_status(name, ended) for name in RUNS_IN} == {dg.DefaultScheduleStatus.STOPPED}
