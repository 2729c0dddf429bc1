"""Held-out visits with known outcomes and forecasts whose worth is known, for tests of the review."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.review import Compared

FIRST = date(2026, 3, 2)
Floats = NDArray[np.float64]


def visits(n: int = 2000, *, clients: int = 200, days: int = 28, seed: int = 3) -> tuple[pd.DataFrame, Floats]:
    """Visits of clients with habits, and the probability each was drawn from."""
    rng = np.random.default_rng(seed)
    client = rng.integers(0, clients, n)
    p = 1 / (1 + np.exp(1.5 - rng.normal(0, 1.0, clients)[client]))
    offsets = np.sort(rng.integers(0, days, n))
    rows = pd.DataFrame(
        {
            "client_token": [f"client{number:04}" for number in client],
            "clinician_token": [f"clinician{number % 5}" for number in client],
            "starts_on": [FIRST + timedelta(days=int(offset)) for offset in offsets],
            "duration_minutes": rng.choice([30, 60], n),
            "session_type": np.where(client % 4 == 0, "intake", "individual"),
            "modality": rng.choice(["in_person", "video", "phone"], n),
            "weekday": offsets % 7 + 1,
            "lead_time_days": rng.choice([0, 3, 14], n),
            "client_visits": client % 12,
            "gender": np.where(client % 2 == 0, "female", "male"),
            "age_years": (client % 80).astype(float),
            "audit_has_welfare": pd.Series(client % 3 == 0, dtype="boolean"),
            "audit_language": None,
            "audit_race_ethnicity": None,
            "label_is_unused": pd.Series(rng.random(n) < p, dtype="boolean"),
        }
    )
    return rows, p


def compared(champion: Floats, challenger: Floats, rows: pd.DataFrame, **changed: object) -> Compared:
    """The two forecasts of those visits, the day before."""
    words: Mapping[str, object] = {
        "moment": "day_before",
        "challenger": "blend",
        "against": "champion",
        "opponent": "blend, refitted",
        "note": "Made up for a test.",
        **changed,
    }
    return Compared(rows=rows, champion_p=champion, challenger_p=challenger, **words)  # type: ignore[arg-type]  # texts all


def flat(p: Floats) -> Floats:
    """The base rate for everybody: knows nothing of anyone."""
    return np.full(len(p), p.mean())
