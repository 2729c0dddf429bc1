"""What stands is what the newest run says, on a real ephemeral Dagster instance."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import dagster as dg
import pytest

from hsched_pipelines.history import BACKFILL_JOB, last_run_succeeded, standing_days
from hsched_pipelines.partitions import day_range_tags

ASSETS = frozenset({"a", "b"})
FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
GOOD, BAD = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def ran(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, tags: dict[str, str], job: str = "job", only: str = "") -> None:
    """A finished run, as Dagster stores one."""
    selected = frozenset({dg.AssetKey(only)}) if only else None
    instance.add_run(dg.DagsterRun(job_name=job, run_id=str(uuid4()), status=status, tags=tags, asset_selection=selected))


def test_days_of_a_good_run_stand(instance: dg.DagsterInstance) -> None:
    """A range and a single day."""
    ran(instance, GOOD, day_range_tags(FIRST, SECOND))
    ran(instance, GOOD, {"dagster/partition": "2026-03-03"})

    assert standing_days(instance, "job", ASSETS) == {FIRST, SECOND, THIRD}


def test_a_failed_run_takes_its_days_with_it(instance: dg.DagsterInstance) -> None:
    """Its files are there; its checks said no."""
    ran(instance, GOOD, day_range_tags(FIRST, THIRD))
    ran(instance, BAD, day_range_tags(SECOND, SECOND))

    assert standing_days(instance, "job", ASSETS) == {FIRST, THIRD}


def test_the_newest_run_decides(instance: dg.DagsterInstance) -> None:
    """A day that failed and was run again stands."""
    ran(instance, BAD, day_range_tags(FIRST, FIRST))
    ran(instance, GOOD, day_range_tags(FIRST, FIRST))

    assert standing_days(instance, "job", ASSETS) == {FIRST}


def test_a_run_that_never_ended_does_not_stand(instance: dg.DagsterInstance) -> None:
    """A killed process leaves its run as started."""
    ran(instance, dg.DagsterRunStatus.STARTED, day_range_tags(FIRST, FIRST))

    assert standing_days(instance, "job", ASSETS) == set()


def test_a_backfill_of_one_asset_does_not_vouch_for_the_other(instance: dg.DagsterInstance) -> None:
    """Dagster's asset pages run what was clicked; both halves together stand."""
    ran(instance, GOOD, day_range_tags(FIRST, FIRST), BACKFILL_JOB, only="a")
    assert standing_days(instance, "job", ASSETS) == set()

    ran(instance, GOOD, day_range_tags(FIRST, FIRST), BACKFILL_JOB, only="b")
    assert standing_days(instance, "job", ASSETS) == {FIRST}


def test_other_jobs_do_not_count(instance: dg.DagsterInstance) -> None:
    """Scores of a day say nothing about its extraction."""
    ran(instance, GOOD, day_range_tags(FIRST, FIRST), "another")

    assert standing_days(instance, "job", ASSETS) == set()


def test_the_last_run_of_a_job(instance: dg.DagsterInstance) -> None:
    """None, a good one, a bad one after it."""
    assert not last_run_succeeded(instance, "job")
    ran(instance, GOOD, {})
    assert last_run_succeeded(instance, "job")
    ran(instance, BAD, {})
    assert not last_run_succeeded(instance, "job")
