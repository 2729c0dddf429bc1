"""How a run of the event flow starts at once: forked from a process that has loaded our libraries before (decision 0025).

Dagster's own launcher spawns an interpreter for each run, which imports everything anew: one to two seconds of a core, and many
more when the machine is busy. Such a run is a run like any other; every other job is launched by Dagster's own launcher.
"""

import multiprocessing
import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from threading import Lock, Thread
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.launcher import LaunchRunContext  # public nowhere else, and named by every launcher
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher

from hsched_pipelines.under_way import process_tag

if TYPE_CHECKING:
    from dagster._core.instance.ref import InstanceRef

PRELOADED = "hsched_pipelines.operations.warm"
EVENT_JOBS = frozenset({"answer_events", "catch_up", "carry_out", "keep", "remind", "risk_write_back"})


class WarmRunLauncher(DefaultRunLauncher):
    """Forks the runs of the event flow; leaves the others to Dagster."""

    def launch_run(self, context: LaunchRunContext) -> None:
        if context.dagster_run.job_name in EVENT_JOBS and context.dagster_run.job_code_origin is not None:
            self._fork(context.dagster_run)
        else:
            super().launch_run(context)

    def _fork(self, run: dg.DagsterRun) -> None:
        process = _context().Process(target=carry_out, args=(run.run_id, self._instance.get_ref()), name=f"run {run.run_id}")
        process.start()
        Thread(target=self._see_to_its_end, args=(process, run.run_id), daemon=True).start()

    def _see_to_its_end(self, process: ForkServerProcess, run_id: str) -> None:
        """A process that died must not leave a run that seems to go on for ever; the tag tells of it where its launcher died too."""
        self._instance.add_run_tags(run_id, process_tag(process.pid))
        process.join()
        run = self._instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            self._instance.report_run_failed(run, f"Its process ended with {process.exitcode} before the run did.")


def carry_out(run_id: str, instance_ref: "InstanceRef") -> None:
    """What the forked process does: the same as `dagster api execute_run`."""
    from dagster._cli.api import _execute_run_command_body

    with dg.DagsterInstance.from_ref(instance_ref) as instance:
        code = _execute_run_command_body(run_id, instance, lambda _event: None, set_exit_code_on_failure=True)
    sys.exit(code)


_lock = Lock()
_made: list[ForkServerContext] = []


def _context() -> ForkServerContext:
    """One warm process for each process that launches; it is started by the first run, and ends with its parent."""
    with _lock:
        if not _made:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload([PRELOADED])
            _made.append(context)
        return _made[0]
