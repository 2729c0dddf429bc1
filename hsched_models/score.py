"""Daily scores: the champion's probability for every coming visit, as known at one midnight. Writes one file a day."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from hsched_models import plots
from hsched_models.features import MOMENTS
from hsched_models.files import write_frame
from hsched_models.registry import CHAMPION, Registry, model_name
from hsched_models.report import Report, Row
from hsched_models.workspace import Workspace

KEYS = ("appointment_token", "booking_id", "client_token", "clinician_token", "starts_on", "starts_at", "moment", "days_ahead")
COLUMNS = ("as_of_on", *KEYS, "probability", "rank_in_day", "model_name", "model_version", "is_hindsight")
RISKIEST_HOURS = 10


def score_coming(ws: Workspace, as_of_on: date) -> Report:
    """Score the visits coming after 00:00 of `as_of_on`; NotReadyError without any champion.

    A moment whose candidates were all refused (a young practice) is left unscored, and counted.

    A day scored before is scored again by the same model version, so that running it again gives the same rows.
    """
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    out = scores_file(ws, as_of_on)
    used = versions_used(out)
    coming = load_coming(ws, as_of_on)
    in_charge = [moment for moment in MOMENTS if moment in used or registry.version_of(moment, CHAMPION) is not None]
    if not in_charge:
        registry.champion(MOMENTS[0])  # says why there is none
    parts = [_score_moment(registry, moment, coming[coming["moment"] == moment], used.get(moment), as_of_on) for moment in in_charge]
    scores = _ordered(pd.concat(parts, ignore_index=True).assign(as_of_on=as_of_on))
    write_frame(out, scores)
    return _report(scores, len(coming) - len(scores), as_of_on, ws.timezone, out)


def scores_file(ws: Workspace, as_of_on: date) -> Path:
    """Scores made at 00:00 of a day belong to the day whose records they rest on: the one before."""
    return ws.scores / f"{as_of_on - timedelta(days=1)}.parquet"


def load_coming(ws: Workspace, as_of_on: date) -> pd.DataFrame:
    """Feature rows of the visits coming after that midnight; no rows where none are booked."""
    files = sorted((ws.coming_rows / f"as_of_on={as_of_on}").glob("*.parquet"))
    if not files:
        return pd.read_parquet(ws.feature_rows).iloc[:0]
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    return rows.assign(starts_on=pd.to_datetime(rows["starts_on"]).dt.date)


def versions_used(scores: Path) -> dict[str, str]:
    """Model version by moment in a day's existing scores."""
    if not scores.exists():
        return {}
    made = pd.read_parquet(scores, columns=["moment", "model_version"]).drop_duplicates()
    return dict(zip(made["moment"], made["model_version"], strict=True))


def _score_moment(registry: Registry, moment: str, rows: pd.DataFrame, version: str | None, as_of_on: date) -> pd.DataFrame:
    """`is_hindsight`: the model was trained on visits of that day or later ones, so the scores show, and must not be graded."""
    if version is None:
        version, fitted = registry.champion(moment)
    else:
        fitted = registry.load(moment, version)
    p = fitted.predict(rows) if len(rows) else np.empty(0)
    hindsight = registry.trained_through(moment, version) >= as_of_on.isoformat()
    return rows[list(KEYS)].assign(probability=p, model_name=model_name(moment), model_version=version, is_hindsight=hindsight)


def _ordered(scores: pd.DataFrame) -> pd.DataFrame:
    rank = scores.groupby("starts_on")["probability"].rank(ascending=False, method="first").astype("Int32")
    ranked = scores.assign(rank_in_day=rank)[list(COLUMNS)]
    return ranked.sort_values(["starts_on", "rank_in_day"], kind="stable").reset_index(drop=True)


def _report(scores: pd.DataFrame, unscored: int, as_of_on: date, timezone: str, out: Path) -> Report:
    tomorrow = scores[scores["starts_on"] == as_of_on + timedelta(days=1)]
    numbers: dict[str, float | int | str] = {
        "dagster/row_count": len(scores),
        "without_a_champion": unscored,
        "hindsight_scores": int(scores["is_hindsight"].sum()),
        "tomorrow": (as_of_on + timedelta(days=1)).isoformat(),
        "visits_tomorrow": len(tomorrow),
        "expected_unused_tomorrow": round(float(tomorrow["probability"].sum()), 2),
    }
    by_day = scores.groupby("starts_on").agg(visits=("probability", "size"), expected_unused=("probability", "sum")).reset_index()
    return Report(
        numbers=numbers,
        tables={"riskiest_hours_tomorrow": riskiest_hours(tomorrow, timezone), "coming_days": _records(by_day)},
        plots={"risk_histogram": plots.risk_histogram(scores["probability"].to_numpy(dtype=float), f"Coming visits, as of {as_of_on}")},
        files=(out,),
    )


def riskiest_hours(scores: pd.DataFrame, timezone: str) -> list[Row]:
    """Hours (practice's zone) and clinicians of one day by expected unused slots, most first. Hour is empty where unknown."""
    starts = pd.to_datetime(scores["starts_at"], utc=True).dt.tz_convert(timezone)
    clinicians = scores["clinician_token"].astype("object").fillna("").str[:6]
    keyed = scores.assign(hour=starts.dt.strftime("%H:00").fillna(""), clinician=clinicians)
    grouped = keyed.groupby(["hour", "clinician"]).agg(visits=("probability", "size"), expected_unused=("probability", "sum"))
    ranked = grouped.sort_values(["expected_unused", "visits"], ascending=False).reset_index()
    return _records(ranked.head(RISKIEST_HOURS))


def _records(frame: pd.DataFrame) -> list[Row]:
    rounded = frame.assign(expected_unused=frame["expected_unused"].round(2))
    return [{str(name): value for name, value in row.items()} for row in rounded.to_dict("records")]
