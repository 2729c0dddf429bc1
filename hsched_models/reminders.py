"""What reminders changed in a practice: who was contacted or held back, joined with how the visit ended, and the effects by channel.

Every booking that stood when its reminder was due counts, those cancelled in good time too; the clinic's own cancels do not. Where a
coin decided, the difference is an effect; where people or rules did, it is an association and is called so.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.vocabulary import Assignment, CommunicationStatus, Outcome
from hsched_models.uplift import Effect, observational_effect, randomised_effect

BOOKING = (
    "appointment_token",
    "client_token",
    "starts_at",
    "lead_time_days",
    "weekday",
    "expected_unused_rate",
    "label_outcome",
    "label_known_at",
)
STRATA = ("weeks_ahead", "weekday", "risk")
RISK_BANDS = 5
MOST_WEEKS = 4
UNUSED = (Outcome.NO_SHOW.value, Outcome.LATE_CANCEL.value)


def load_communications(lake: Path) -> pd.DataFrame:
    """The practice's reminders, de-identified; NotReadyError where none are on record."""
    files = sorted((lake / "deid_ehr__communications").glob("*.parquet"))
    frames = [frame for file in files if len(frame := pd.read_parquet(file))]
    if not frames:
        raise NotReadyError("No reminders are on record.", "Map the EHR's reminders to the table `communications`, then `hsched run`.")
    return pd.concat(frames, ignore_index=True)


def contacts(communications: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each booking with an outcome that stood when its reminder was, or would have been, due.

    `communications` as de-identified, `rows` the feature table: of it the rows as of booking. Adds `is_contacted`, `is_unused`, `channel`
    and `assigned_by` (both empty without a reminder), `probability` (what lead time, kind of session and clinician foretold), the strata.
    """
    latest = communications.sort_values("recorded_at", kind="stable").drop_duplicates("communication_token", keep="last")
    first = latest.sort_values(["sent_at", "communication_token"], kind="stable").drop_duplicates("appointment_token")
    bookings = rows.loc[rows["moment"] == "at_booking", list(BOOKING)]
    ended = bookings[bookings["label_outcome"].notna() & (bookings["label_outcome"] != Outcome.CLINIC_CANCEL)]
    last = ended.drop_duplicates("appointment_token", keep="last")  # moved within one appointment: the last time counts
    told = last.merge(first[["appointment_token", "channel", "status", "assigned_by", "sent_at"]], on="appointment_token", how="left")
    told = told[_stood(told)]
    reminded = told["sent_at"].notna()
    return told.assign(
        is_contacted=told["status"] == CommunicationStatus.COMPLETED.value,
        is_unused=told["label_outcome"].isin(UNUSED),
        assigned_by=told["assigned_by"].fillna(Assignment.RULE.value).where(reminded),
        probability=told["expected_unused_rate"],
        weeks_ahead=np.minimum(told["lead_time_days"] // 7, MOST_WEEKS),
        risk=_bands(told["expected_unused_rate"]),
    )


def effects(told: pd.DataFrame) -> list[dict[str, Any]]:
    """The effect of each channel among those whom chance assigned, and the association among the others. `told` from `contacts`."""
    found = []
    for channel in sorted(told["channel"].dropna().unique()):
        tossed = told[(told["assigned_by"] == Assignment.RANDOMISED.value) & (told["channel"] == channel)]
        chosen = told["is_contacted"] & (told["assigned_by"] == Assignment.RULE.value) & (told["channel"] == channel)
        found.append(_described(channel, randomised_effect(tossed)))
        found.append(_described(channel, observational_effect(told[chosen | told["sent_at"].isna()], STRATA)))
    return found


def _stood(told: pd.DataFrame) -> pd.Series:
    """Whether the booking was not off before its reminder; without one, before the usual time of reminders."""
    usual = (told["starts_at"] - told["sent_at"]).median()
    due = told["sent_at"].fillna(told["starts_at"] - usual)
    off_before = (told["label_outcome"] == Outcome.EARLY_CANCEL.value) & (told["label_known_at"] <= due)
    return ~off_before


def _bands(rate: pd.Series) -> pd.Series:
    return pd.qcut(rate.rank(method="first"), RISK_BANDS, labels=False) if len(rate) >= RISK_BANDS else pd.Series(0, index=rate.index)


def _described(channel: str, effect: Effect) -> dict[str, Any]:
    figures: Mapping[str, Any] = asdict(effect) | {"relative_risk": effect.relative_risk}
    plain = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in figures.items()}
    return {"channel": channel, **plain}
