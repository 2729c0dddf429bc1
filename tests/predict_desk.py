"""The prediction API with a small model and a publication made by hand: nothing is trained by a graph, no registry is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hsched_adapters.assembly import open_practice
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.publishing import Published
from hsched_models.features import input_columns
from hsched_models.online import OnlineModel
from hsched_service.app import build_app
from hsched_service.operations.install import Watching
from hsched_service.predict.callers import Callers
from hsched_service.predict.engine import Engine
from hsched_service.predict.known import known_of
from tests.fitted_models import fitted
from tests.predict_talk import ADDRESS, NOW, PRACTICE, ZONE, Talk, TestClient, Turning

VISIT = NOW + timedelta(hours=26)  # tomorrow
MISSED = {"client_visits": 10, "client_unused": 8, "client_no_shows": 8, "client_bookings": 11, "client_open_bookings": 1,
          "client_expected_unused": 2.0, "client_information": 1.6, "client_recent_unused_rate": 0.7, "days_since_attended": 20.0,
          "days_since_outcome": 6.0, "is_last_unused": True, "client_unused_streak": 3, "clinician_unused_rate": 0.9}  # fmt: skip
MODEL = "logistic_client_intercept"


def published(client: str, clinician: str) -> Published:
    """One client who missed 8 of 10 visits, booked for tomorrow."""
    inputs = {**dict.fromkeys(input_columns({"age": "tests", "gender": "tests"})), **MISSED, "lead_time_days": 9, "weekday": 2,
              "start_hour": 10, "booked_hour": 9, "duration_minutes": 50, "session_type": "individual", "modality": "video",
              "clinician_token": clinician, "clinician_unused_rate": 0.2, "series_position": 0, "is_moved_here": False}  # fmt: skip
    key = {"booking_id": "a" * 32 + "-0", "moment": "day_before"}
    score = {
        **key,
        "client_token": client,
        "clinician_token": clinician,
        "starts_at": VISIT,
        "model_version": "1",
        "reasons": "As the batch said",
    }
    of_client = {"client_token": client, "as_of": NOW - timedelta(days=3), "inputs": MISSED}
    return Published({"id": 1}, [score], [{**key, "scored_at": NOW - timedelta(hours=9), "inputs": inputs}], [of_client])


@contextmanager
def predict_desk(home: Path, store: str = "", watching: Watching | None = None, **practice: Any) -> Iterator[Talk]:
    """The API over a SQLite store, or the one at that address."""
    clock, source = Turning(), Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(Paths(home), Practice(PRACTICE, "Elm Street Practice", ZONE, "US", source, NOW.date(), **practice))
    opened = open_practice(load_settings({"HSCHED_HOME": str(home)} | ({"HSCHED_STORE": store} if store else {})), clock=clock)
    talk = Talk(opened, clock)
    client = opened.vault.pseudonyms("client", ["CLIENT-789"])["CLIENT-789"]
    clinician = opened.vault.pseudonyms("clinician", ["PROV-456"])["PROV-456"]
    talk.app = build_app(opened, watching)
    parts = opened.service.predictions
    models = {f"{moment}": OnlineModel(f"no_show__{moment}", "1", fitted(MODEL)) for moment in ("day_before", "at_booking")}
    directories = opened.vault.directory("client"), opened.vault.directory("clinician")
    talk.room.standing.put(
        Engine(opened.timezone, opened.reminder_settings, parts.session_type, models, known_of(published(client, clinician)), *directories)
    )
    talk.room.callers = Callers(parts.api_clients.standing, 0.0)  # a token that a test has just made is known at once
    talk.web = TestClient(talk.app, base_url=ADDRESS)
    try:
        yield talk
    finally:
        talk.close()


def asked(**changes: Any) -> dict[str, Any]:
    """The mission's request, about the published visit, with changes; None leaves a field out."""
    plain = {
        "client_id": "CLIENT-789",
        "appointment_datetime": VISIT.isoformat(),
        "appointment_type": "INDIVIDUAL_THERAPY",
        "provider_id": "PROV-456",
        "historical_features": {
            "previous_no_shows": 2,
            "total_appointments": 10,
            "average_lead_time_days": 5.2,
            "last_minute_cancels": 1,
        },
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}
