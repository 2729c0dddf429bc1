"""The daily partitions of a practice: one per local day whose records were extracted. Nothing here reads a clock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from warnings import catch_warnings, simplefilter

import dagster as dg

from hsched_adapters.settings import Practice


def daily_partitions(practice: Practice) -> dg.DailyPartitionsDefinition:
    """Every ended day of the practice; up to its last day where the source has an end (an imported file)."""
    end = practice.last_day and practice.last_day + timedelta(days=1)
    with settled_features():
        return dg.DailyPartitionsDefinition(
            start_date=practice.first_day.isoformat(),
            end_date=end.isoformat() if end else None,
            timezone=practice.timezone,
        )


def days_of(context: Any) -> Sequence[date]:
    """The days of a run: one, or a range in a backfill. Asset checks carry the run's context inside theirs."""
    inner = getattr(context, "op_execution_context", context)
    return [date.fromisoformat(key) for key in inner.partition_keys]


def day_range_tags(first: date, last: date) -> dict[str, str]:
    """The run tags by which Dagster takes one run for several days."""
    return {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }


@contextmanager
def settled_features() -> Iterator[None]:
    """Dagster calls single-run backfills beta; the pinned release line is the one they were measured on."""
    with catch_warnings():
        simplefilter("ignore", dg.BetaWarning)
        simplefilter("ignore", dg.PreviewWarning)
        yield
