"""Which runs of a job are under way, and which only seem to be: their process ended with the daemon that had forked it.

While the EHR is slow, a run takes minutes and notices keep coming; a run for each of them would ask that EHR at the same time.
"""

import os
import socket
from datetime import UTC, datetime, timedelta

import dagster as dg

MOST = 2  # one that works, and one for what came since it began
PROCESS_TAG = "hsched/process"  # host:pid of a forked run
UNTOLD = timedelta(minutes=1)  # how long a run may be without that tag: it starts
FORGOTTEN = timedelta(minutes=15)  # no run of the event flow works that long; its host or its number belongs to somebody else by now
SEEN = 50
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def process_tag(pid: int | None) -> dict[str, str]:
    """What a forked run is tagged with."""
    return {PROCESS_TAG: f"{socket.gethostname()}:{pid}"}


def under_way(instance: dg.DagsterInstance, job_name: str, now: datetime) -> int:
    """How many runs of the job work, or are about to; `now` is real time."""
    records = instance.get_run_records(dg.RunsFilter(job_name=job_name, statuses=UNFINISHED), limit=SEEN)
    return sum(_works(record.dagster_run.tags.get(PROCESS_TAG), now - _aware(record.create_timestamp)) for record in records)


def _works(process: str | None, age: timedelta) -> bool:
    if process is None:
        return age < UNTOLD
    host, _, pid = process.rpartition(":")
    return age < FORGOTTEN and (host != socket.gethostname() or _lives(int(pid)))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, but there
        return True
    return True


def _aware(instant: datetime) -> datetime:
    """Dagster's storages answer in UTC, some of them without saying so."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
