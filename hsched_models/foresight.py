"""What was forecast of past visits by models that had not seen them, without the weekly moves of the intercept: what charts judge.

Forecasts as issued come from the days' score files, whichever champion made them; a chart then goes on over a weekly training. An
intercept that follows the outcomes would hide from a chart what it has followed: it is taken out again.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from pyarrow.parquet import read_table

from hsched_core.domain.errors import NotReadyError
from hsched_models.estimators import expit, logit
from hsched_models.intercept import as_trained, offsets_of
from hsched_models.registry import Registry
from hsched_models.train import Fitted
from hsched_models.workspace import Workspace

MOMENT = "day_before"
READ = ["booking_id", "moment", "starts_on", "probability", "model_version", "is_hindsight"]


def forecasts_of(ws: Workspace, registry: Registry, rows: pd.DataFrame, champion: Fitted, trained_through: date, since: date) -> pd.Series:
    """P(unused) of day_before `rows` from `since` on, by their index; NaN where every forecast had seen its visit, or there is none.

    Visits that no score file holds (booked after the midnight before) are forecast by the champion, where it was trained before them.
    """
    recent = rows["starts_on"] >= since
    issued = rows["booking_id"].where(recent).map(_issued(ws, registry, rows.loc[recent, "starts_on"]))
    asked = recent & issued.isna() & (rows["starts_on"] > trained_through)
    if asked.any():
        issued[asked] = as_trained(champion).predict(rows[asked])
    return issued.astype("float64")


def hindsight_of(rows: pd.DataFrame, champion: Fitted, forecasts: pd.Series) -> pd.Series:
    """What the champion as trained says of the `rows` before the first forecast, by their index; NaN for later ones.

    No forecast, it was trained on them: a yardstick for what the past's days had that the champion does not know.
    """
    said = pd.Series(np.nan, index=rows.index)
    past = rows["starts_on"] < rows.loc[forecasts.notna(), "starts_on"].min() if forecasts.notna().any() else said.notna()
    if past.any():
        said[past] = as_trained(champion).predict(rows[past])
    return said


def _issued(ws: Workspace, registry: Registry, days: pd.Series) -> pd.Series:
    """By booking: the forecast made at 00:00 of the day before each of these days; no hindsight."""
    # scores as of a midnight lie under the day it ends: a visit's last ones two days before it
    files = [ws.scores / f"{day - timedelta(days=2)}.parquet" for day in sorted(set(days))]
    parts = [read_table(file, columns=READ, use_threads=False).to_pandas() for file in files if file.exists()]
    if not parts:
        return pd.Series(dtype="float64")
    scores = pd.concat(parts, ignore_index=True)
    scores = scores[(scores["moment"] == MOMENT) & ~scores["is_hindsight"].astype(bool)].drop_duplicates("booking_id")
    offsets = scores["model_version"].map({version: _offset(registry, str(version)) for version in scores["model_version"].unique()})
    p = expit(logit(scores["probability"].to_numpy(dtype=float)) - offsets.to_numpy(dtype=float))
    return pd.Series(p, index=scores["booking_id"].to_numpy(dtype=object))


def _offset(registry: Registry, version: str) -> float:
    """How far that version's intercept was moved; NaN, and so no forecast, where it cannot be loaded any more."""
    try:
        return offsets_of(registry.load(MOMENT, version))[0]
    except NotReadyError:
        return float(np.nan)
