"""What a use case changed against standard care, where a randomised holdout was drawn: as drawn, whatever became of it afterwards.

Draws come from the operational store, outcomes from the feature table (visits) or the store (openings); both under pseudonyms.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.vocabulary import Outcome
from hsched_models.groups import AGE_BANDS, AGE_EDGES
from hsched_models.uplift import Effect, randomised_effect

UNUSED = (Outcome.NO_SHOW.value, Outcome.LATE_CANCEL.value)
AUDITED = ("audit_language", "audit_race_ethnicity", "gender")  # columns of the feature table by which effects are told, where there
EVERYBODY = ("all", "")
TIER = "tier"
EARLY = "cancelled in time"


def visits(draws: Sequence[Draw], rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each drawn visit that has an outcome. The clinic's own cancels do not count; early cancels do, as not unused.

    `rows`: the feature table. A visit whose outcome was known when it was drawn is none that chance could help: it does not count.
    """
    drawn = pd.DataFrame([_row(draw) for draw in draws], columns=list(_row_names()))
    bookings = rows.loc[rows["moment"] == "at_booking"]
    ended = bookings[bookings["label_outcome"].notna() & (bookings["label_outcome"] != Outcome.CLINIC_CANCEL.value)]
    last = ended.drop_duplicates("appointment_token", keep="last").drop(columns="client_token")  # moved within one: the last time counts
    last = last.astype({"appointment_token": object})  # an empty table has numbers there
    told = drawn.astype({"subject": object}).merge(last, left_on="subject", right_on="appointment_token", how="inner")
    told = told[pd.to_datetime(told["label_known_at"], utc=True) > pd.to_datetime(told["drawn_at"], utc=True)]
    return told.assign(
        is_unused=told["label_outcome"].isin(UNUSED),
        is_early_cancel=told["label_outcome"] == Outcome.EARLY_CANCEL.value,
    ).reset_index(drop=True)


def openings(draws: Sequence[Draw], was_filled: Mapping[str, bool]) -> pd.DataFrame:
    """One row for each drawn opening that is over; `is_unused`: nobody had the time in the end, whoever was to fill it."""
    drawn = pd.DataFrame([_row(draw) for draw in draws], columns=list(_row_names()))
    drawn = drawn[drawn["subject"].isin(list(was_filled))]
    return drawn.assign(is_unused=~drawn["subject"].map(was_filled).astype(bool)).reset_index(drop=True)


def effects(told: pd.DataFrame) -> list[dict[str, Any]]:
    """The effect on unused visits (or openings) among all, then by tier where `told` has one, by stratum, and by the audit's groups.

    Within each, chance decided: so each is an effect. No interval: too little data.
    """
    found = [_described(EVERYBODY, randomised_effect(told))]
    for name, groups in _groups(told):
        for group in sorted(groups.unique()):
            found.append(_described((name, group), randomised_effect(told[(groups == group).to_numpy()])))
    return found


def early_cancels(told: pd.DataFrame) -> list[dict[str, Any]]:
    """Visits cancelled in good time, of all and by tier: a reminder makes cancelling easy early, and the waitlist fills what is freed."""
    counted = told.assign(is_unused=told["is_early_cancel"]).drop(columns="probability")
    found = [_described((EARLY, ""), randomised_effect(counted))]
    tiers = sorted(counted[TIER].unique()) if TIER in counted else []
    return [*found, *(_described((EARLY, tier), randomised_effect(counted[(counted[TIER] == tier).to_numpy()])) for tier in tiers)]


def _groups(told: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    if TIER in told:
        yield TIER, told[TIER].astype("object")
    yield "stratum", told["stratum"].astype("object")
    for name in AUDITED:
        if name in told and told[name].notna().any():
            yield name.removeprefix("audit_"), told[name].astype("object").where(told[name].notna(), "not recorded")
    if "age_years" in told and told["age_years"].notna().any():
        bands = pd.cut(told["age_years"].astype("float64"), list(AGE_EDGES), right=False, labels=list(AGE_BANDS)).astype("object")
        yield "age_band", bands.where(bands.notna(), "not recorded")


def _row_names() -> tuple[str, ...]:
    return ("subject", "client_token", "is_contacted", "share_held", "drawn_at", "stratum", "probability")


def _row(draw: Draw) -> dict[str, Any]:
    expected = math.nan if draw.expected is None else draw.expected
    values = (draw.subject, draw.client, draw.arm is Arm.TREATED, draw.share, draw.at, draw.stratum, expected)
    return dict(zip(_row_names(), values, strict=True))


def _described(group: tuple[str, str], effect: Effect) -> dict[str, Any]:
    figures: Mapping[str, Any] = asdict(effect) | {"relative_risk": effect.relative_risk}
    plain = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in figures.items()}
    return {"by": group[0], "group": group[1], **plain}
