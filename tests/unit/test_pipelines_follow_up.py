"""One job after another: which run follows a finished one."""

from datetime import date

import dagster as dg

from hsched_pipelines.follow_up import request_after
from hsched_pipelines.partitions import day_range_tags


def test_a_single_day_is_carried_over() -> None:
    """The partition of the finished run becomes the partition of the next."""
    request = request_after("run-1", {"dagster/partition": "2026-03-08"})

    assert request == dg.RunRequest(run_key="run-1", partition_key="2026-03-08")


def test_a_range_of_days_is_carried_over() -> None:
    """A backfill in one run is followed by one run."""
    tags = day_range_tags(date(2026, 3, 1), date(2026, 3, 8))

    assert request_after("run-1", {**tags, "user": "x"}) == dg.RunRequest(run_key="run-1", tags=tags)


def test_a_run_without_days_is_followed_by_nothing() -> None:
    """There is no day to score."""
    assert isinstance(request_after("run-1", {}), dg.SkipReason)
