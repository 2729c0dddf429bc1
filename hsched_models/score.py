"""Daily scores: the champion's probability for every coming visit, as known at one midnight. Writes one file a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from hsched_core.domain.errors import InputError
from hsched_models import plots
from hsched_models.explain import in_words
from hsched_models.features import MOMENTS
from hsched_models.files import write_frame
from hsched_models.registry import CHAMPION, Registry, model_name
from hsched_models.report import Report, Row
from hsched_models.train import Fitted
from hsched_models.workspace import Workspace

KEYS = ("appointment_token", "booking_id", "client_token", "clinician_token", "starts_on", "starts_at", "moment", "days_ahead")
COLUMNS = ("as_of_on", *KEYS, "probability", "probability_no_show", "probability_late_cancel", "reasons", "rank_in_day",
           "model_name", "model_version", "is_hindsight")  # fmt: skip
RISKIEST = 10
TOKEN_SHOWN = 6  # characters: enough to tell two rows of a page apart


@dataclass(frozen=True)
class Scored:
    """One moment's scores, who computed them, and the inputs that had no value for anybody though most visits have one."""

    rows: pd.DataFrame
    scored_by: str
    inputs_missing: tuple[str, ...]


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
    scores = _ordered(_joined([part.rows for part in parts]).assign(as_of_on=as_of_on))
    write_frame(out, scores)
    told: dict[str, int | str] = {"without_a_champion": len(coming) - len(scores), **_told(parts)}
    return _report(scores, told, as_of_on, ws.timezone, out)


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


def _score_moment(registry: Registry, moment: str, rows: pd.DataFrame, version: str | None, as_of_on: date) -> Scored:
    """`is_hindsight`: the model was trained on visits of that day or later ones, so the scores show, and must not be graded."""
    if version is None:
        version, fitted = registry.champion(moment)
    else:
        fitted = registry.load(moment, version)
    hindsight = registry.trained_through(moment, version) >= as_of_on.isoformat()
    keys = rows[list(KEYS)].assign(model_name=model_name(moment), model_version=version, is_hindsight=hindsight)
    return Scored(_with_scores(keys, fitted, rows), fitted.scorer.engine, _missing_for_all(fitted, rows))


def _with_scores(keys: pd.DataFrame, fitted: Fitted, rows: pd.DataFrame) -> pd.DataFrame:
    """Probabilities and reasons; InputError where a column that the model reads is not there."""
    absent = [name for name in fitted.columns if name not in rows.columns]
    if absent:
        raise InputError("the coming visits lack the field", "Rebuild the feature tables.", field=", ".join(absent))
    if rows.empty:
        return keys
    found = fitted.forecast(rows)
    return keys.assign(
        probability=found.unused,
        probability_no_show=found.no_show,
        probability_late_cancel=found.late_cancel,
        reasons=in_words(fitted, rows, found.unused),
    )


def _missing_for_all(fitted: Fitted, rows: pd.DataFrame) -> tuple[str, ...]:
    usual = (name for name, value in fitted.typical.items() if value is not None)
    return tuple(name for name in usual if len(rows) and rows[name].isna().all())


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One frame with every column, whatever the moments that have visits."""
    made = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    amounts = ("probability", "probability_no_show", "probability_late_cancel")
    whole = made.reindex(columns=[name for name in COLUMNS if name not in ("as_of_on", "rank_in_day")])
    return whole.astype({**dict.fromkeys(amounts, "float64"), "reasons": "string", "is_hindsight": "bool"})


def _told(parts: list[Scored]) -> dict[str, str]:
    """What a person should know of how the scores came about."""
    engines = dict.fromkeys(part.scored_by for part in parts)
    missing = dict.fromkeys(name for part in parts for name in part.inputs_missing)
    return {"scored_by": "; ".join(engines), "inputs_missing_for_everybody": ", ".join(missing) or "none"}


def _ordered(scores: pd.DataFrame) -> pd.DataFrame:
    rank = scores.groupby("starts_on")["probability"].rank(ascending=False, method="first").astype("Int32")
    ranked = scores.assign(rank_in_day=rank)[list(COLUMNS)]
    return ranked.sort_values(["starts_on", "rank_in_day"], kind="stable").reset_index(drop=True)


def _report(scores: pd.DataFrame, told: Mapping[str, int | str], as_of_on: date, timezone: str, out: Path) -> Report:
    tomorrow = scores[scores["starts_on"] == as_of_on + timedelta(days=1)]
    numbers: dict[str, float | int | str] = {
        "dagster/row_count": len(scores),
        **told,
        "hindsight_scores": int(scores["is_hindsight"].sum()),
        "tomorrow": (as_of_on + timedelta(days=1)).isoformat(),
        "visits_tomorrow": len(tomorrow),
        "expected_unused_tomorrow": round(float(tomorrow["probability"].sum()), 2),
    }
    by_day = scores.groupby("starts_on").agg(visits=("probability", "size"), expected_unused=("probability", "sum")).reset_index()
    return Report(
        numbers=numbers,
        tables={
            "riskiest_hours_tomorrow": riskiest_hours(tomorrow, timezone),
            "riskiest_visits_tomorrow": riskiest_visits(tomorrow, timezone),
            "coming_days": _records(by_day),
        },
        plots={"risk_histogram": plots.risk_histogram(scores["probability"].to_numpy(dtype=float), f"Coming visits, as of {as_of_on}")},
        files=(out,),
    )


def riskiest_hours(scores: pd.DataFrame, timezone: str) -> list[Row]:
    """Hours (practice's zone) and clinicians of one day by expected unused slots, most first. Hour is empty where unknown."""
    keyed = scores.assign(hour=_hours(scores, timezone), clinician=_shortened(scores["clinician_token"]))
    grouped = keyed.groupby(["hour", "clinician"]).agg(visits=("probability", "size"), expected_unused=("probability", "sum"))
    ranked = grouped.sort_values(["expected_unused", "visits"], ascending=False).reset_index()
    return _records(ranked.head(RISKIEST))


def riskiest_visits(scores: pd.DataFrame, timezone: str) -> list[Row]:
    """One day's riskiest visits, most first, with their parts and reasons; of tokens only the first characters."""
    shown = scores.assign(hour=_hours(scores, timezone), visit=_shortened(scores["appointment_token"])).nsmallest(RISKIEST, "rank_in_day")
    named = {"probability": "unused", "probability_no_show": "no_show", "probability_late_cancel": "late_cancel"}
    columns = ["hour", "visit", *named.values(), "reasons"]
    rounded = shown.rename(columns=named)[columns].round(dict.fromkeys(named.values(), 3))
    return [{str(name): None if value != value else value for name, value in row.items()} for row in rounded.to_dict("records")]


def _hours(scores: pd.DataFrame, timezone: str) -> "pd.Series[str]":
    starts = pd.to_datetime(scores["starts_at"], utc=True).dt.tz_convert(timezone)
    return starts.dt.strftime("%H:00").fillna("")


def _shortened(tokens: "pd.Series[str]") -> "pd.Series[str]":
    return tokens.astype("object").fillna("").str[:TOKEN_SHOWN]


def _records(frame: pd.DataFrame) -> list[Row]:
    rounded = frame.assign(expected_unused=frame["expected_unused"].round(2))
    return [{str(name): value for name, value in row.items()} for row in rounded.to_dict("records")]
