"""Feature tables grown day by day beside those of one build."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from tests import attendance_world
from tests.attendance_log import ZONE
from tests.dbt_harness import Built, Log, Practice

ROW = ["scored_at", "booking_id", "moment"]
Steps = Sequence[Sequence[date]]  # the recorded days of each run


def grown(practice: Practice, log: Log, steps: Steps, look: tuple[date, date]) -> tuple[Built, list[str]]:
    """The tables after each step's days were added in turn, and how each step was built."""
    practice.clear()
    ways = [practice.add_days(log, days, look) for days in steps]
    return Built(practice.appointments(), practice.coming()), ways


def assert_equal_to_the_bit(one: Built, other: Built) -> None:
    for ours, theirs in ((one.appointments, other.appointments), (one.coming, other.coming)):
        in_order = [frame.sort_values(ROW, ignore_index=True) for frame in (ours, theirs)]
        pd.testing.assert_frame_equal(*in_order, check_exact=True)


def recorded_days(log: Log) -> list[date]:
    """Every day from the first record to the last, those without one too."""
    days = {row["recorded_at"].astimezone(ZONE).date() for rows in log.values() for row in rows}
    return [min(days) + timedelta(days=number) for number in range((max(days) - min(days)).days + 1)]


def batches(days: Sequence[date], rng: random.Random, runs: int) -> list[list[date]]:
    """The days dealt to so many runs: most in order, now and then one that comes with the next run or is run again."""
    ends = sorted(rng.sample(range(len(days) // 2, len(days)), runs - 1))
    steps = [list(days[first:last]) for first, last in zip([0, *ends], [*ends, len(days)], strict=True)]
    for earlier, later in pairwise(steps):
        if len(earlier) > 1 and rng.random() < 0.5:
            later.append(earlier.pop(rng.randrange(len(earlier))))
        elif rng.random() < 0.5:
            later.append(earlier[-1])
    return steps


def check_however_the_days_come(practice: Practice, seed: int, first: date) -> None:
    """A world with everything in it, its days in any batches, against one build."""
    log, rng = attendance_world.make(seed, clients=10, first=first).log, random.Random(seed)
    days = recorded_days(log)
    look = (days[len(days) // 2], days[-1] + timedelta(days=1))
    whole, _ = grown(practice, log, [days], look)
    added, ways = grown(practice, log, batches(days, rng, 4), look)

    assert [way.partition(":")[0] for way in ways] == ["whole build", *["increment"] * 3]
    assert_equal_to_the_bit(added, whole)
