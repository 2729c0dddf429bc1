"""When outcomes came in: a chart counts each on the day it was known, so that no later report can tell another story of that day.

Missed and kept visits are not recorded equally fast. What comes in soon is a biased selection; the past says by how much.
"""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.estimators import Floats
from hsched_models.watch import Days, Labels

FEWEST = 400  # outcomes to learn from
PRIOR = 20.0  # outcomes of each delay that make no difference
LONGEST = 14  # days; what takes longer is alike
HALF_A_DAY = np.timedelta64(12, "h")


def told_on(visits: Days, known_at: pd.Series, known_by: datetime) -> Days:
    """The day of each visit, or the later one on which its outcome became known: days end at the time of day of `known_by`."""
    before = (_instant(known_by) - known_at.dt.tz_convert(None).to_numpy().astype("datetime64[s]")) // np.timedelta64(1, "D")
    told: Days = np.maximum(visits, last_day(known_by) - before)
    return told


def last_day(known_by: datetime) -> np.datetime64:
    """The day that ends with that instant, a midnight of the practice's."""
    day: np.datetime64 = (_instant(known_by) - HALF_A_DAY).astype("datetime64[D]")
    return day


def _instant(known_by: datetime) -> np.datetime64:
    return np.datetime64(known_by.astimezone(UTC).replace(tzinfo=None), "s")


def selection(delays: NDArray[np.int64], labels: Labels) -> Floats:
    """By days from visit to outcome (the last entry for all longer): log of how much likelier a missed visit is to take so long.

    Zeros where the past is too short to tell, or knows one outcome only.
    """
    late = np.minimum(delays, LONGEST)
    unused, used = (np.bincount(late[labels == kind], minlength=LONGEST + 1) for kind in (1, 0))
    if len(labels) < FEWEST or not unused.sum() or not used.sum():
        return np.zeros(LONGEST + 1)
    missed, kept = ((counts + PRIOR * counts.sum() / len(labels)) / counts.sum() for counts in (unused, used))  # few tell little
    ratio: Floats = np.log(missed / kept)
    return ratio
