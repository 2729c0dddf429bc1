"""How many runs of a job work: what a sensor looks at before it asks for another one."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from hsched_pipelines.under_way import FORGOTTEN, PROCESS_TAG, UNTOLD, process_tag, under_way

MINE = process_tag(os.getpid())


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def begun(instance: dg.DagsterInstance, tags: dict[str, str] | None = None, name: str = "answer_events") -> dg.DagsterRun:
    """A run that works, as far as Dagster knows."""

    @dg.job(name=name)
    def job() -> None:
        pass

    made = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    instance.add_run_tags(made.run_id, tags or {})
    return made


def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_runs_whose_process_lives_are_counted_until_they_end(instance: dg.DagsterInstance) -> None:
    """Those of the job only."""
    begun(instance, MINE, "keep")
    first, _second = begun(instance, MINE), begun(instance, MINE)
    assert under_way(instance, "answer_events", datetime.now(UTC)) == 2

    instance.report_run_failed(first)
    assert under_way(instance, "answer_events", datetime.now(UTC)) == 1


def test_a_run_that_died_with_its_daemon_keeps_nobody_waiting(instance: dg.DagsterInstance) -> None:
    """Nobody was left to tell Dagster that its process ended."""
    begun(instance, process_tag(dead_process()))

    assert under_way(instance, "answer_events", datetime.now(UTC)) == 0


def test_a_run_that_starts_has_no_process_yet(instance: dg.DagsterInstance) -> None:
    """It counts for a while; after it, the daemon died before it could fork."""
    begun(instance)

    assert under_way(instance, "answer_events", datetime.now(UTC)) == 1
    assert under_way(instance, "answer_events", datetime.now(UTC) + UNTOLD + timedelta(minutes=1)) == 0


def test_processes_of_other_machines_are_believed_for_a_quarter_of_an_hour(instance: dg.DagsterInstance) -> None:
    """They cannot be looked at from here."""
    begun(instance, {PROCESS_TAG: f"not-{socket.gethostname()}:1"})

    assert under_way(instance, "answer_events", datetime.now(UTC)) == 1
    assert under_way(instance, "answer_events", datetime.now(UTC) + FORGOTTEN + timedelta(minutes=1)) == 0
