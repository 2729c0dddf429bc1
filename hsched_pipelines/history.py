"""What Dagster remembers of finished runs: which days stand, and whether a job's last run did.

Files alone do not say it: a step writes them before a blocking check looks at them.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from hsched_core.domain.time import days_between
from hsched_pipelines.follow_up import PARTITION, RANGE

BACKFILL_JOB = "__ASSET_JOB"  # what Dagster calls a run started from its asset pages


def standing_days(instance: dg.DagsterInstance, job: str, assets: frozenset[str]) -> set[date]:
    """Days whose newest run over each of these assets succeeded; `job` covers them all, a backfill those it names."""
    standing: dict[date, set[str]] = {}
    for run in _oldest_first(instance, job, BACKFILL_JOB):
        covered = assets if run.job_name == job else assets & {key.to_user_string() for key in run.asset_selection or ()}
        for day in _days(run):
            held = standing.setdefault(day, set())
            standing[day] = held | covered if run.is_success else held - covered
    return {day for day, held in standing.items() if held == assets}


def last_run_succeeded(instance: dg.DagsterInstance, job: str) -> bool:
    """Whether the newest run of the job ended well; False where there was none."""
    newest = instance.get_runs(dg.RunsFilter(job_name=job), limit=1)
    return bool(newest) and newest[0].is_success


def _oldest_first(instance: dg.DagsterInstance, *jobs: str) -> Iterator[dg.DagsterRun]:
    records = [record for job in jobs for record in instance.get_run_records(dg.RunsFilter(job_name=job))]
    yield from (record.dagster_run for record in sorted(records, key=lambda record: record.storage_id))


def _days(run: dg.DagsterRun) -> Iterator[date]:
    if all(name in run.tags for name in RANGE):
        first, last = (date.fromisoformat(run.tags[name]) for name in RANGE)
        yield from days_between(first, last)
    elif PARTITION in run.tags:
        yield date.fromisoformat(run.tags[PARTITION])
