"""What the operational store gets of a day: plain rows of scores, of the inputs they rest on, and of what is known of each client.

Model inputs only: no label, no audit column, no column a practice gave no basis for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_models.design import without_history
from hsched_models.features import input_columns
from hsched_models.score import load_coming, scores_file
from hsched_models.workspace import Workspace

Row = Mapping[str, Any]
SCORE_COLUMNS = ("appointment_token", "booking_id", "client_token", "clinician_token", "starts_on", "starts_at", "moment", "days_ahead",
                 "probability", "probability_no_show", "probability_late_cancel", "reasons", "rank_in_day", "model_name",
                 "model_version", "is_hindsight")  # fmt: skip


@dataclass(frozen=True)
class DayRows:
    """The three tables of a publication."""

    scores: Sequence[Row]
    feature_rows: Sequence[Row]
    client_features: Sequence[Row]


def rows_of_day(ws: Workspace, as_of_on: date) -> DayRows:
    """The rows of the scores made at 00:00 of `as_of_on`; NotReadyError where there are none."""
    file = scores_file(ws, as_of_on)
    if not file.is_file():
        day = as_of_on - timedelta(days=1)
        raise NotReadyError(f"There are no scores of {day}.", f"Run `hsched run --day {day} --days 1`.")
    scores, coming = pd.read_parquet(file), load_coming(ws, as_of_on)
    inputs = input_columns(ws.demographic_inputs)
    features = coming.merge(scores[["booking_id", "moment"]], on=["booking_id", "moment"], how="inner")
    return DayRows(_scores(scores), _with_inputs(features, ["booking_id", "moment", "scored_at"], inputs), _clients(ws, coming, inputs))


def _scores(scores: pd.DataFrame) -> list[Row]:
    visits = scores.groupby("starts_on")["booking_id"].transform("size")
    whole = scores.reindex(columns=list(SCORE_COLUMNS)).assign(visits_in_day=visits)
    return plain(whole.assign(starts_on=pd.to_datetime(whole["starts_on"]).dt.date, reasons=whole["reasons"].astype("object").fillna("")))


def _clients(ws: Workspace, coming: pd.DataFrame, inputs: tuple[str, ...]) -> list[Row]:
    """Each client's newest row, a coming visit's or the last one's: `as_of` says how old it is."""
    of_client = tuple(sorted(set(inputs) - set(without_history(inputs))))
    read = ["client_token", "scored_at", *of_client]
    known = [pd.read_parquet(ws.feature_rows, columns=read), coming[read]]
    newest = pd.concat([rows for rows in known if len(rows)] or known[:1], ignore_index=True).sort_values("scored_at", kind="stable")
    last = newest.drop_duplicates("client_token", keep="last").rename(columns={"scored_at": "as_of"})
    return _with_inputs(last, ["client_token", "as_of"], of_client)


def _with_inputs(rows: pd.DataFrame, keys: list[str], inputs: tuple[str, ...]) -> list[Row]:
    values = plain(rows[list(inputs)])
    return [{**key, "inputs": value} for key, value in zip(plain(rows[keys]), values, strict=True)]


def plain(rows: pd.DataFrame) -> list[Row]:
    """Rows as values a database and JSON take: None for nothing, no NumPy types."""
    columns = {str(name): [_plain(value) for value in rows[name].astype("object")] for name in rows.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value
