"""The launcher of event runs: which runs it forks, and what becomes of one whose process died."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher

from hsched_pipelines import warm_runs
from hsched_pipelines.home import local_config
from hsched_pipelines.warm_runs import WarmRunLauncher


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def run_of(instance: dg.DagsterInstance, name: str) -> dg.DagsterRun:
    @dg.job(name=name)
    def job() -> None:
        pass

    return instance.create_run_for_job(job)


class Died:
    """A process that ended before its run."""

    exitcode, pid = -9, 4242

    def join(self) -> None:
        pass


def test_event_runs_are_forked_and_others_left_to_dagster(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the job's name, and only where the run says where its code is."""
    forked: list[str] = []
    left: list[str] = []
    monkeypatch.setattr(WarmRunLauncher, "_fork", lambda self, run: forked.append(run.job_name))
    monkeypatch.setattr(DefaultRunLauncher, "launch_run", lambda self, context: left.append(context.dagster_run.job_name))
    for name, origin in (("answer_events", "somewhere"), ("extract_daily", "somewhere"), ("keep", None)):
        run: Any = SimpleNamespace(job_name=name, job_code_origin=origin)
        WarmRunLauncher().launch_run(SimpleNamespace(dagster_run=run))

    assert (forked, left) == (["answer_events"], ["extract_daily", "keep"])


def test_a_run_whose_process_died_is_reported_as_failed(instance: dg.DagsterInstance) -> None:
    """Otherwise it would seem to go on for ever; one that ended stays as it ended."""
    launcher = WarmRunLauncher()
    launcher.register_instance(instance)
    lost, done = run_of(instance, "answer_events"), run_of(instance, "keep")
    instance.report_run_canceled(done)
    for run in (lost, done):
        launcher._see_to_its_end(Died(), run.run_id)

    statuses = [found.status for run in (lost, done) if (found := instance.get_run_by_id(run.run_id))]
    assert statuses == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def test_a_practices_dagster_uses_it_without_a_queue(tmp_path: Any) -> None:
    """Both are named in the dagster.yaml of a new home, and Dagster finds them."""
    config = local_config(tmp_path)

    assert config["run_launcher"] == {"module": warm_runs.__name__, "class": WarmRunLauncher.__name__}
    assert config["run_coordinator"]["class"] == "DefaultRunCoordinator"
