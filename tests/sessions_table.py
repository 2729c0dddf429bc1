"""The daily run's table of visits, as far as capacity reads it, written without a daily run."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from hsched_adapters.desk.tables import FEATURES


def session(
    clinician: str, at: datetime, zone: ZoneInfo, minutes: int | None = 50, kind: str = "individual", outcome: str | None = "attended"
) -> Mapping[str, Any]:
    """A visit's last row. `outcome` None: it has not ended on record."""
    return {
        "clinician_token": clinician,
        "moment": "at_booking",
        "scored_at": at - timedelta(days=9),
        "starts_on": at.astimezone(zone).date(),
        "starts_at": at,
        "duration_minutes": minutes,
        "session_type": kind,
        "label_outcome": outcome,
        "label_is_unused": {"attended": False, "no_show": True, "late_cancel": True}.get(outcome or ""),
        "label_known_at": at + timedelta(hours=2) if outcome else None,
    }


def write_sessions(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """The table with these visits, each a booking of its own unless it says otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame([{"booking_id": f"b{number}", **row} for number, row in enumerate(rows)])
    frame["label_is_unused"] = frame["label_is_unused"].astype("boolean")
    frame["duration_minutes"] = frame["duration_minutes"].astype("Int32")
    frame["label_known_at"] = pd.to_datetime(frame["label_known_at"], utc=True)
    for name in ("starts_at", "scored_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    frame.to_parquet(folder / FEATURES)
