"""Feature rows as dbt writes them, made up: clients with habits of their own, so that a model has something to learn."""

import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from hsched_models.features import CATALOGUE
from hsched_models.workspace import Workspace

ZONE = "America/New_York"
FIRST = date(2026, 1, 5)
RARE_CLINICIAN = "rareclinician0123456789abcdef0000"
KEYS = ("scored_at", "booking_id", "moment")


def feature_rows(visits: int = 1500, days: int = 100, seed: int = 1, *, strength: float = 1.0) -> pd.DataFrame:
    """Two rows a visit, one a moment. `strength` scales how much clients and lead times matter."""
    rng = np.random.default_rng(seed)
    clients = 120
    habit = rng.normal(0, 1.1, clients) * strength
    starts = np.sort(rng.integers(0, days, visits))
    rows, history = [], defaultdict(list)
    for client in range(clients):  # most have come before, so that histories do not all begin with these rows
        before = rng.random(int(rng.integers(5, 12)) if client % 12 else 0) < 1 / (1 + np.exp(1.2 - habit[client]))
        history[client] = [(-9, bool(missed)) for missed in before]
    for number, offset in enumerate(starts):
        client, lead = int(rng.integers(clients)), int(rng.choice([0, 1, 3, 7, 14, 30]))
        hour, modality = int(rng.integers(8, 18)), str(rng.choice(["in_person", "video", "phone"]))
        together = 1.5 * (hour < 12 and modality == "video")  # neither alone: only trees see it
        p = 1 / (1 + np.exp(1.6 - habit[client] - (0.04 * lead + together) * strength))
        unused = bool(rng.random() < p)
        past = [outcome for day, outcome in history[client] if day < offset - 1]
        history[client].append((int(offset), unused))
        rows += _moments(number, client, int(offset), lead, past, unused, rng, hour, modality)
    return pd.DataFrame(rows)[[feature.name for feature in CATALOGUE]].sort_values(list(KEYS), ignore_index=True)


def _moments(
    number: int, client: int, offset: int, lead: int, past: list[bool], unused: bool, rng: np.random.Generator, hour: int, modality: str
) -> list[dict[str, object]]:
    day = FIRST + timedelta(days=offset)
    start = pd.Timestamp(day, tz=ZONE) + pd.Timedelta(hours=hour)
    booked = pd.Timestamp(day - timedelta(days=lead), tz=ZONE) + pd.Timedelta(hours=7, minutes=number % 60)
    outcome = str(rng.choice(["early_cancel", "clinic_cancel"])) if rng.random() < 0.08 else ("no_show" if unused else "attended")
    label = outcome == "no_show" if outcome in ("no_show", "attended") else None
    shared = {
        **dict.fromkeys(feature.name for feature in CATALOGUE),
        "booking_id": f"appointment{number:05}-0",
        "appointment_token": f"appointment{number:05}",
        "client_token": f"client{client:04}",
        "clinician_token": RARE_CLINICIAN if number % 300 == 0 else f"clinician{int(rng.integers(4))}",
        "site_token": ["elm", "oak", "ash"][client % 3],
        "booked_at": booked.tz_convert("UTC"),
        "starts_on": day,
        "starts_at": start.tz_convert("UTC"),
        "lead_time_days": lead,
        "weekday": day.isoweekday(),
        "start_hour": float(hour),
        "booked_hour": 7 + number % 3,
        "duration_minutes": int(rng.choice([30, 50])),
        "session_type": str(rng.choice(["intake", "individual", "group"], p=[0.1, 0.8, 0.1])),
        "modality": modality if number % 20 else None,
        "is_moved_here": bool(rng.random() < 0.1),
        "series_interval_days": 7.0 if client % 2 else None,
        "series_position": len(past),
        "age_years": float(18 + client % 60),
        "gender": ["female", "male"][client % 2],
        **_history(past),
        "same_day_bookings": 0,
        "clinician_unused_rate": 0.2 + 0.01 * (number % 5),
        "month_of_year": day.month,
        **dict.fromkeys(("practice_unused_rate", "lead_unused_rate", "site_unused_rate", "slot_unused_rate"), 0.2),
        "audit_has_welfare": bool(client % 3 == 0),
        "label_outcome": outcome,
        "label_is_unused": label,
        "label_known_at": (start + pd.Timedelta(hours=10)).tz_convert("UTC"),
    }
    midnight = pd.Timestamp(day - timedelta(days=1), tz=ZONE)
    before = {"moment": "day_before", "scored_at": max(booked, midnight).tz_convert("UTC"), "days_ahead": min(lead, 1)}
    return [{**shared, **before}, {**shared, "moment": "at_booking", "scored_at": booked.tz_convert("UTC"), "days_ahead": lead}]


def _history(past: list[bool]) -> dict[str, object]:
    visits, unused = len(past), sum(past)
    return {
        "client_visits": visits,
        "client_unused": unused,
        "client_no_shows": unused,
        "client_late_cancels": 0,
        "client_early_cancels": 0,
        "client_expected_unused": 0.2 * visits,
        "client_information": 0.16 * visits,
        "client_unused_rate": (unused + 0.8) / (visits + 4),
        "client_recent_unused_rate": (sum(past[-5:]) + 0.4) / (len(past[-5:]) + 2),
        "is_last_unused": past[-1] if past else None,
        "client_unused_streak": next((n for n, missed in enumerate(reversed(past)) if not missed), len(past)),
        "days_since_attended": float(3 + visits % 9) if unused < visits else None,
        "days_since_outcome": float(2 + visits % 7) if visits else None,
        "client_bookings": visits + 1,
        "client_open_bookings": 1,
    }


def tokens_in(text: str) -> set[str]:
    """Pseudonyms of clients, visits and rare clinicians found in a text."""
    return set(re.findall(rf"client\d{{4}}|appointment\d{{5}}|{RARE_CLINICIAN}", text))


def workspace(home: Path, rows: pd.DataFrame | None = None) -> Workspace:
    """A home for the learning flow, with those feature rows in it."""
    ws = Workspace(
        tables=home / "tables",
        training=home / "training",
        scores=home / "scores",
        drift=home / "drift",
        tracking_uri=f"sqlite:///{home / 'mlflow' / 'mlflow.db'}",
        artifact_root=home / "mlflow" / "artifacts",
        timezone=ZONE,
        demographic_inputs={"age": "recorded for tests"},
        code_version="0.0+test",
        tags={"dagster.run_id": "none"},
    )
    ws.tables.mkdir(parents=True, exist_ok=True)
    if rows is not None:
        rows.to_parquet(ws.feature_rows, index=False)
    return ws
