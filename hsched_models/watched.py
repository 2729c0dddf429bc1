"""Which visits are charted, as known at an instant: those forecast before their outcome was known, and the year before them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.changepoint import HORIZON_DAYS, Outcomes, Visits
from hsched_models.estimators import Floats, expit, logit
from hsched_models.level_process import PastDays, level_process
from hsched_models.reporting_delay import LONGEST, last_day, selection, told_on
from hsched_models.watch import Days, Labels

WATCHED_DAYS, PAST_DAYS = HORIZON_DAYS, 420  # last year's weeks of the whole watched time lie in the past
PRIOR_VISITS = 20.0  # at the whole share, for each kind's own
NAMED_PARTS = ("year_end", "august", "spring_break")  # of the input `season`
READ = ("starts_on", "weekday", "session_type", "modality", "clinician_token", "client_token", "is_confirmed", "season",
        "label_outcome", "label_is_unused", "label_known_at")  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """Visits with an outcome: `rows` with `p`, P(unused) as forecast before it was known, `past` those before them.

    `day` is that on which the outcome was known, `weekday` that of this day, `first_seen` the first visit of the client's, `usual` what
    to expect of a past visit.
    """

    rows: pd.DataFrame
    past: pd.DataFrame


def watched(of_moment: pd.DataFrame, forecasts: pd.Series, known_by: datetime, hindsight: pd.Series | None = None) -> Watched:
    """Visits to chart as known at that instant. `forecasts`: P(unused) by the index of `of_moment`, NaN where there is none.

    `hindsight`: what the champion says of past visits now, by the same index: what it knows of seasons is then no season to expect
    on top of its forecasts. Without, the past's own share by kind of session. Both take into account how soon an outcome was known.
    """
    visit = pd.Series(of_moment["starts_on"].to_numpy(dtype="datetime64[D]").astype("datetime64[s]"), of_moment.index)
    first_seen = visit.groupby(of_moment["client_token"]).transform("min")
    said = np.nan if hindsight is None else hindsight
    kept = of_moment[list(READ)].assign(p=forecasts, usual=said, visit=visit, first_seen=first_seen)
    kept = kept[(of_moment["label_known_at"] <= pd.Timestamp(known_by)) & of_moment["label_outcome"].notna()]
    day = told_on(kept["visit"].to_numpy(dtype="datetime64[D]"), kept["label_known_at"], known_by)
    newest = last_day(known_by)
    told = kept.assign(day=day.astype("datetime64[s]"), weekday=(day.astype(np.int64) + 3) % 7 + 1)[day <= newest]  # day 0 was a Thursday
    forecast = told[told["p"].notna() & (told["visit"] > newest - np.timedelta64(WATCHED_DAYS, "D"))]
    first = forecast["visit"].min() if len(forecast) else newest + np.timedelta64(1, "D")
    past = told[(told["visit"] < first) & (told["visit"] >= first - np.timedelta64(PAST_DAYS, "D"))]
    slower = _selection(pd.concat([past, forecast]))
    p, usual = (
        expit(logit(amounts) + slower[_delays(part)])
        for amounts, part in ((forecast["p"].to_numpy(dtype=float), forecast), (_usual(past), past))
    )
    by_then = past["day"].where(past["day"] < first, first - np.timedelta64(1, "D"))
    return Watched(forecast.assign(p=p).reset_index(drop=True), past.assign(usual=usual, day=by_then).reset_index(drop=True))


def outcomes_of(seen: Watched) -> Outcomes:
    """The practice's outcomes as change charts read them."""
    rows, past = with_label(seen.rows), with_label(seen.past)
    visits = Visits(
        days_of(rows), logit(rows["p"].to_numpy(dtype=float)), unused_of(rows), rows["first_seen"].to_numpy(dtype="datetime64[D]")
    )
    usual = past["usual"].to_numpy(dtype=float)
    past_days, position = np.unique(days_of(past), return_inverse=True)
    excess, information = (
        np.bincount(position, weights=amounts).astype(np.float64) for amounts in (unused_of(past) - usual, usual * (1 - usual))
    )
    calendar, booked = _booked(np.concatenate([days_of(seen.past), days_of(seen.rows)]))
    forecast_days, before = np.unique(visits.days), PastDays(past_days, excess, information)
    parts = _parts(pd.concat([past, rows]), np.concatenate([past_days, forecast_days]))
    return Outcomes(visits, before, level_process(before, forecast_days, calendar, booked, parts))


def _parts(told: pd.DataFrame, days: Days) -> Floats:
    """By day and named part of the year: the share of the day's outcomes that are of visits in it."""
    position = np.searchsorted(days, days_of(told))
    counts = np.maximum(np.bincount(position, minlength=len(days)), 1)
    named = [told["season"].eq(part).fillna(False).to_numpy(dtype=np.float64) for part in NAMED_PARTS]
    return np.stack([np.bincount(position, weights=one, minlength=len(days)) / counts for one in named], axis=1)


def _selection(told: pd.DataFrame) -> Floats:
    labelled = with_label(told)
    return selection(_delays(labelled), unused_of(labelled))


def _delays(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Days from visit to outcome, as an index into `selection`."""
    delays: NDArray[np.int64] = (days_of(rows) - rows["visit"].to_numpy(dtype="datetime64[D]")).astype(np.int64)
    return np.minimum(delays, LONGEST)


def _booked(days: Days) -> tuple[Days, Floats]:
    """Every day from the first to the last, and its visits: what closed days are told by."""
    calendar = np.arange(days.min(), days.max() + 1) if len(days) else days
    return calendar, np.bincount((days - calendar[:1]).astype(np.int64), minlength=len(calendar)).astype(np.float64)


def with_label(rows: pd.DataFrame) -> pd.DataFrame:
    """Visits that were used, or should have been."""
    return rows[rows["label_is_unused"].notna()]


def days_of(rows: pd.DataFrame) -> Days:
    """The days on which these outcomes count."""
    return rows["day"].to_numpy(dtype="datetime64[D]")


def unused_of(rows: pd.DataFrame) -> Labels:
    """1 where a visit was unused."""
    return rows["label_is_unused"].to_numpy(dtype=np.int64)


def _usual(past: pd.DataFrame) -> Floats:
    """What was said in hindsight; else the past's own share of unused visits in each kind of session."""
    label = past["label_is_unused"].astype("float64")
    whole = float(label.mean())
    of_kind = label.groupby(past["session_type"]).agg(["sum", "count"])
    share = (of_kind["sum"] + PRIOR_VISITS * whole) / (of_kind["count"] + PRIOR_VISITS)
    usual = past["usual"].fillna(past["session_type"].map(share).astype("float64")).fillna(whole)
    clipped: Floats = np.clip(usual.to_numpy(dtype=np.float64), 0.001, 0.999)
    return clipped
