"""Rows for learning: which feature rows may be trained on or tested with, and why the others may not. No fitting here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from hsched_core.domain.errors import InputError, NotReadyError
from hsched_core.domain.time import day_start
from hsched_core.domain.vocabulary import Outcome
from hsched_models.features import CATALOGUE, Role
from hsched_models.heads import LATE_CANCEL

# A history that has just begun says "no misses yet" of everybody. The first rows, up to two weeks and up to a fifth of
# the time at hand, teach the model that and are left out (MODEL.md 3: ECE 0.028 -> 0.017 at no loss of AUROC).
WARM_UP_DAYS = 14
# Cancels are on record before a visit, attendance hours to days after it: the newest days hold the cancels and lack the rest.
SETTLED_SHARE = 0.95
SETTLED_OVER_DAYS = 3
LONGEST_UNSETTLED_DAYS = 14
# Rows of one instant stand in an order that does not hang on random pseudonyms, so that a fit can be repeated in another home.
TIE_BREAKS = ("booked_at", "lead_time_days", "start_hour", "age_years", "client_bookings", "client_visits", "label_outcome")
WARM_UP_SHARE = 0.2
DECIMALS = 9


@dataclass(frozen=True)
class TrainingSet:
    """Rows of one scoring moment, oldest first. `y` is 1 for unused. `left_out` counts rows by reason."""

    moment: str
    frame: pd.DataFrame
    left_out: Mapping[str, int]

    @property
    def y(self) -> pd.Series:
        return self.frame["label_is_unused"].astype(int)

    def without(self, left_out: pd.Series) -> "TrainingSet":
        """The same rows but those marked."""
        return TrainingSet(self.moment, self.frame[~left_out].reset_index(drop=True), self.left_out)

    @property
    def ends(self) -> pd.Series:
        """0 for used, 1 for a no-show, 2 for a late cancel."""
        return self.y.where(self.frame["label_outcome"] != Outcome.LATE_CANCEL, LATE_CANCEL * self.y)

    @property
    def weeks(self) -> float:
        """The time from the first visit to the last."""
        first, last = _as_date(self.frame["starts_on"].min()), _as_date(self.frame["starts_on"].max())
        return ((last - first).days + 1) / 7

    @property
    def digest(self) -> str:
        """SHA-256 over the rows: the data set's identity in MLflow. The same in memory and read back from a file."""
        rows = pd.util.hash_pandas_object(self.frame.convert_dtypes(), index=False).to_numpy().tobytes()
        return hashlib.sha256(rows).hexdigest()


def load_rows(path: Path) -> pd.DataFrame:
    """The feature table as dbt wrote it; NotReadyError if it is not there, InputError if columns are missing."""
    if not path.exists():
        raise NotReadyError("There are no feature tables yet.", "Run `hsched run` first.")
    rows = pd.read_parquet(path)
    missing = [feature.name for feature in CATALOGUE if feature.name not in rows.columns]
    if missing:
        raise InputError(f"columns missing: {', '.join(missing)}", "Rebuild the feature tables.", file=path.name)
    return rows.assign(starts_on=pd.to_datetime(rows["starts_on"]).dt.date)


def warm_up_ends(rows: pd.DataFrame) -> date:
    """First day of visits to train on, once histories have had time to fill."""
    first: date = rows["starts_on"].min()
    last: date = rows["starts_on"].max()
    return first + min(timedelta(days=WARM_UP_DAYS), (last - first) * WARM_UP_SHARE)


def rows_with_outcome(rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Rows of one moment whose slot was used or unused; early and clinic cancels are neither."""
    return rows[(rows["moment"] == moment) & rows["label_is_unused"].notna()]


def settled_through(of_moment: pd.DataFrame, known_by: datetime | None = None) -> date:
    """The last day of visits whose outcomes had nearly all come in by then; later days are a biased selection.

    Without `known_by`, then is the newest record of somebody who came: the cancels of visits to come tell no present.
    """
    came = of_moment.loc[of_moment["label_outcome"] == "attended", "label_known_at"]
    known = of_moment["label_known_at"] <= (came.max() if known_by is None else pd.Timestamp(known_by))
    by_day = known.groupby(of_moment["starts_on"]).agg(["sum", "size"])
    by_day = by_day[: by_day["sum"].to_numpy().nonzero()[0].max(initial=-1) + 1]  # days to come have no outcome at all
    for dropped in range(min(LONGEST_UNSETTLED_DAYS, len(by_day))):
        newest = by_day.iloc[: len(by_day) - dropped].tail(SETTLED_OVER_DAYS)
        if newest["sum"].sum() >= SETTLED_SHARE * newest["size"].sum():
            return _as_date(newest.index[-1])
    return _as_date(by_day.index[-1]) if len(by_day) else date.min


def _as_date(day: object) -> date:
    assert isinstance(day, date)
    return day


def training_set(rows: pd.DataFrame, moment: str, known_by: datetime, *, before: date | None = None) -> TrainingSet:
    """Rows whose outcome was known by `known_by` (and whose visit was before the day `before`), warm-up left out."""
    of_moment = rows[rows["moment"] == moment]
    labelled = rows_with_outcome(rows, moment)
    known = labelled[labelled["label_known_at"] <= pd.Timestamp(known_by)]
    if before is not None:
        known = known[known["starts_on"] < before]
    settled = known[known["starts_on"] <= settled_through(of_moment, known_by)]
    warm = settled[settled["starts_on"] >= warm_up_ends(settled)] if len(settled) else settled
    left_out = {
        "without outcome, or neither used nor unused": len(of_moment) - len(labelled),
        "outcome not known yet": len(labelled) - len(known),
        "newest days, outcomes still coming in": len(known) - len(settled),
        "warm-up": len(settled) - len(warm),
    }
    ordered = warm.sort_values(["starts_on", "scored_at", *TIE_BREAKS], kind="stable").reset_index(drop=True)
    return TrainingSet(moment, _without_last_bits(ordered), left_out)


def _without_last_bits(frame: pd.DataFrame) -> pd.DataFrame:
    """Fractions to nine decimals: DuckDB sums in no fixed order, and trees fitted in another home would split on the last bit."""
    fractions = frame.select_dtypes("float")
    return frame.assign(**{str(name): fractions[name].round(DECIMALS) for name in fractions})


def known_by_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a model for visits from `day` on may be fitted: that day's first."""
    return day_start(day, zone)


def key_columns() -> list[str]:
    """Columns that name a row."""
    return [feature.name for feature in CATALOGUE if feature.role is Role.KEY]
