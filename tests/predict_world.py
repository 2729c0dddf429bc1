"""A practice whose champions have scored its coming visits, and the service that answers about them. Made up, but all of it real:
a registry, a publication in the operational store, pseudonyms in a vault, API clients with tokens."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.publishing import Publication, Published, ScoreStore
from hsched_models.dataset import known_by_day, training_set
from hsched_models.promote import Decision
from hsched_models.publication import rows_of_day
from hsched_models.registry import Registry
from hsched_models.score import score_coming
from hsched_models.succession import settle
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from hsched_service.app import build_app
from tests.feature_frames import FIRST, feature_rows, workspace
from tests.predict_talk import ADDRESS, MIDNIGHT, PRACTICE, TODAY, ZONE, Talk, TestClient, Turning

BATCH = "/predict/no-show-risk/batch"
RUNGS = {"day_before": "blend", "at_booking": "logistic_client_intercept"}
ROWS = feature_rows(visits=2000, days=100, seed=4, strength=0.8)


@dataclass
class PredictWorld(Talk):
    """The practice, its learning flow's folders, and its service."""

    ws: Workspace = field(kw_only=True)
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def registry(self) -> Registry:
        return Registry(self.ws.tracking_uri, self.ws.artifact_root)

    @property
    def stands(self) -> Published:
        return self.opened.service.predictions.published.newest()

    def serve(self) -> None:
        """Build the application and load what stands, without a socket."""
        self.app = build_app(self.opened)
        self.app.state.predictions.standing.refresh()
        self.web = TestClient(self.app, base_url=ADDRESS)

    def identifier(self, kind: str, pseudonym: str) -> str:
        return self.opened.vault.resolve(kind, pseudonym, actor="test", reason="test")

    def asked_as(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The request an EHR would send about a published visit."""
        return {
            "client_id": self.identifier("client", row["client_token"]),
            "appointment_datetime": utc(row["starts_at"]).isoformat(),
            "appointment_type": "INDIVIDUAL_THERAPY",
            "provider_id": self.identifier("clinician", row["clinician_token"]),
            "historical_features": {"previous_no_shows": 9, "total_appointments": 9, "average_lead_time_days": 1.5},
        }

    def train(self, moment: str, rung: str) -> str:
        """Fit, register and put in charge; its version."""
        training = training_set(self.rows, moment, known_by_day(TODAY, self.ws.zone))
        fitted = fit(rung, training, self.ws.demographic_inputs)
        through = training.frame["starts_on"].max().isoformat()
        tags = {"moment": moment, "rung": rung, "columns": json.dumps(list(fitted.columns)), "trained_through": through}
        with self.registry.run("small", {}) as run_id:
            version = self.registry.register(run_id, moment, fitted, fitted.kinds, tags)
        settle(self.registry, moment, version, Decision(True, ("Good enough.",)), MIDNIGHT, policy="automatic", is_first=True)
        return version

    def score_and_publish(self, number: int = 1) -> None:
        """The day's batch, as Dagster runs it."""
        (self.ws.scores / f"{TODAY - timedelta(days=1)}.parquet").unlink(missing_ok=True)
        score_coming(self.ws, TODAY)
        rows = rows_of_day(self.ws, TODAY)
        store = ScoreStore(self.opened.settings.store_url, PRACTICE)
        store.publish(Publication(TODAY, MIDNIGHT, number, f"{number:064}", rows.scores, rows.feature_rows, rows.client_features))
        store.close()


@contextmanager
def predict_world(home: Path, rungs: Mapping[str, str] = RUNGS, store: str = "") -> Iterator[PredictWorld]:
    """The world, ready to be asked; `rungs`: the champions, by moment."""
    clock = Turning()
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(Paths(home), Practice(PRACTICE, "Elm Street Practice", ZONE, "US", source, FIRST, demographic_inputs={"age": "tests"}))
    opened = open_practice(load_settings({"HSCHED_HOME": str(home)} | ({"HSCHED_STORE": store} if store else {})), clock=clock)
    world = PredictWorld(opened, clock, ws=workspace(home))
    world.rows = pseudonymous(opened, ROWS)
    world.rows.to_parquet(world.ws.feature_rows, index=False)
    come(world.ws, world.rows)
    for moment, rung in rungs.items():
        world.train(moment, rung)
    world.score_and_publish()
    world.serve()
    try:
        yield world
    finally:
        world.close()


def pseudonymous(opened: OpenPractice, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with pseudonyms of the practice's vault; their made-up tokens are the EHR's ids."""
    drawn = {kind: opened.vault.pseudonyms(kind, rows[f"{kind}_token"].unique()) for kind in ("client", "clinician", "appointment")}
    changed = {f"{kind}_token": rows[f"{kind}_token"].map(drawn[kind]) for kind in drawn}
    return rows.assign(**changed, booking_id=changed["appointment_token"] + "-0")


def come(ws: Workspace, rows: pd.DataFrame) -> None:
    """Tomorrow's visits by the day-before moment, those of the following days by the other one."""
    tomorrow = TODAY + timedelta(days=1)
    is_next = (rows["moment"] == "day_before") & (rows["starts_on"] == tomorrow)
    is_later = (rows["moment"] == "at_booking") & (rows["starts_on"] > tomorrow) & (rows["starts_on"] <= TODAY + timedelta(days=5))
    folder = ws.coming_rows / f"as_of_on={TODAY}"
    folder.mkdir(parents=True, exist_ok=True)
    labels = ["label_outcome", "label_is_unused", "label_known_at"]
    rows[is_next | is_later].drop(columns=labels).assign(days_ahead=1).to_parquet(folder / "data_0.parquet", index=False)


def utc(instant: datetime) -> datetime:
    """What SQLite hands out has lost its zone."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def distinct(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Published scores without clients who are booked twice at one instant, which no request can tell apart."""
    counts: dict[Any, int] = {}
    for row in rows:
        key = (row["client_token"], row["starts_at"])
        counts[key] = counts.get(key, 0) + 1
    return [row for row in rows if counts[row["client_token"], row["starts_at"]] == 1]
