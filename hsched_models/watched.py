"""Which visits are charted, as known at an instant: those forecast before their outcome was known, and the year before them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from hsched_models.changepoint import HORIZON_DAYS, Outcomes, Past, Visits
from hsched_models.dataset import settled_through
from hsched_models.early import with_early
from hsched_models.estimators import Floats, logit
from hsched_models.level_process import level_process
from hsched_models.watch import Days, Labels

WATCHED_DAYS, PAST_DAYS = HORIZON_DAYS, 420  # last year's weeks of the whole watched time lie in the past
PRIOR_VISITS = 20.0  # at the whole share, for each kind's own
READ = ("starts_on", "weekday", "session_type", "modality", "clinician_token", "client_token", "is_confirmed", "label_outcome",
        "label_is_unused", "label_known_at")  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """Visits with a settled outcome: `rows` with `p`, P(unused) as forecast before it was known, `past` those before them.

    `day` is the day of the visit, as NumPy has it, `first_seen` the first one of its client's. `early`: outcomes of the newest days, of
    which not all are known; their `p` takes into account which are known soon.
    """

    rows: pd.DataFrame
    past: pd.DataFrame
    early: pd.DataFrame


def watched(of_moment: pd.DataFrame, forecasts: pd.Series, known_by: datetime) -> Watched:
    """Visits to chart as known at that instant. `forecasts`: P(unused) by the index of `of_moment`, NaN where there is none."""
    settled = settled_through(of_moment, known_by)
    kept = of_moment[list(READ)].assign(
        p=forecasts,
        day=of_moment["starts_on"].to_numpy(dtype="datetime64[D]").astype("datetime64[s]"),
        first_seen=lambda rows: rows.groupby("client_token")["day"].transform("min"),
    )
    is_known = (kept["label_known_at"] <= pd.Timestamp(known_by)) & kept["label_outcome"].notna()
    known = kept[is_known & (kept["day"] <= np.datetime64(settled))]
    forecast = known[known["p"].notna() & (known["day"] > np.datetime64(settled) - np.timedelta64(WATCHED_DAYS, "D"))]
    first = forecast["day"].min() if len(forecast) else known["day"].max() + np.timedelta64(1, "D")
    past = known[(known["day"] < first) & (known["day"] >= first - np.timedelta64(PAST_DAYS, "D"))]
    newer = kept[is_known & kept["p"].notna() & (kept["day"] > np.datetime64(settled)) & bool(len(forecast))]
    early = with_early(newer, known, known_by)
    return Watched(*(part.reset_index(drop=True) for part in (forecast, past, early)))


def outcomes_of(seen: Watched) -> Outcomes:
    """The practice's outcomes as change charts read them, the newest days' included."""
    past, newest = with_label(seen.past), pd.concat([with_label(seen.rows), seen.early], ignore_index=True)
    visits = Visits(
        days_of(newest),
        logit(newest["p"].to_numpy(dtype=float)),
        unused_of(newest),
        newest["first_seen"].to_numpy(dtype="datetime64[D]"),
    )
    usual = expected_of(past)
    past_days, position = np.unique(days_of(past), return_inverse=True)
    excess, information = (
        np.bincount(position, weights=amounts).astype(np.float64) for amounts in (unused_of(past) - usual, usual * (1 - usual))
    )
    calendar, booked = _booked(np.concatenate([days_of(part) for part in (seen.past, seen.rows, seen.early)]))
    process = level_process(past_days, np.unique(visits.days), calendar, booked)
    return Outcomes(visits, Past(excess, information), process)


def _booked(days: Days) -> tuple[Days, Floats]:
    """Every day from the first to the last, and its visits: what closed days are told by."""
    calendar = np.arange(days.min(), days.max() + 1) if len(days) else days
    return calendar, np.bincount((days - calendar[:1]).astype(np.int64), minlength=len(calendar)).astype(np.float64)


def with_label(rows: pd.DataFrame) -> pd.DataFrame:
    """Visits that were used, or should have been."""
    return rows[rows["label_is_unused"].notna()]


def days_of(rows: pd.DataFrame) -> Days:
    """The days of these visits."""
    return rows["day"].to_numpy(dtype="datetime64[D]")


def unused_of(rows: pd.DataFrame) -> Labels:
    """1 where a visit was unused."""
    return rows["label_is_unused"].to_numpy(dtype=np.int64)


def expected_of(past: pd.DataFrame) -> Floats:
    """The past's own share of unused visits in each kind of session: the same yardstick from its first week to its last."""
    label = past["label_is_unused"].astype("float64")
    whole = float(label.mean())
    of_kind = label.groupby(past["session_type"]).agg(["sum", "size"])
    usual = (of_kind["sum"] + PRIOR_VISITS * whole) / (of_kind["size"] + PRIOR_VISITS)
    return np.clip(past["session_type"].map(usual).astype("float64").fillna(whole).to_numpy(), 0.001, 0.999)
