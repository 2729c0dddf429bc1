"""The last days' outcomes, of which some have not been recorded yet: what those that have say, without waiting for the others.

Missed and kept visits are not recorded equally fast, so the newest outcomes are a biased selection. The past says by how much.
"""

from datetime import datetime

import numpy as np
import pandas as pd

from hsched_models.estimators import Floats, expit, logit

FEWEST = 400  # past outcomes to learn the pace of recording from
SLOWEST_SHARE = 0.5  # of either kind must be in by then; with fewer, the selection says more than the outcomes
SHORTEST = pd.Timedelta(hours=12)  # since the day began in UTC: one that has ended in most zones


def with_early(newer: pd.DataFrame, settled: pd.DataFrame, known_by: datetime) -> pd.DataFrame:
    """Of visits after the settled ones, known by then: those with an outcome that can be judged, and `p` given that it is known so soon.

    Days of which too little is known are left out, and all of them where the past is too short to tell.
    """
    age = pd.Timestamp(known_by).tz_convert(None) - newer["day"]
    judged = newer[newer["label_is_unused"].notna() & (age >= SHORTEST)]
    if judged.empty:
        return judged
    past = settled[settled["label_is_unused"].notna()]
    waits = past["label_known_at"].dt.tz_convert(None) - past["day"]
    is_unused = past["label_is_unused"].to_numpy(dtype=bool)
    ages = age[judged.index]
    selection = ages.map({each: _selection(waits.to_numpy(), is_unused, each) for each in ages.unique()})
    told = selection.notna().to_numpy()
    log_odds = logit(judged["p"].to_numpy(dtype=float)) + selection.to_numpy(dtype=float)
    return judged.assign(p=expit(log_odds))[told]


def _selection(waits: np.typing.NDArray[np.timedelta64], is_unused: np.typing.NDArray[np.bool_], age: pd.Timedelta) -> float:
    """Log of how much more often a missed visit is known at that age than a kept one; NaN where it cannot be told."""
    known = waits <= age.to_timedelta64()
    counts: Floats = np.array([[(known & kind).sum(), kind.sum()] for kind in (is_unused, ~is_unused)], dtype=np.float64)
    if len(waits) < FEWEST or counts[:, 1].min() == 0:
        return float("nan")
    shares = (counts[:, 0] + 1) / (counts[:, 1] + 2)
    return float(np.log(shares[0] / shares[1])) if shares.min() >= SLOWEST_SHARE else float("nan")
