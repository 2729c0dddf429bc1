"""Sandbox practices with an injected drift, as the feature rows a model reads and the truth beside them.

The world goes into the lake's tables directly (its ids are the pseudonyms, its dirt is left out but for corrected statuses) and through
the house's own dbt project, so that every feature is what a practice's would be.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from holidays import country_holidays

from hsched_models.estimators import Floats, expit, logit
from hsched_pipelines.lake import lake_name, lake_schema
from hsched_pipelines.learning.dbt import HOLIDAY_YEARS
from hsched_sandbox.appointment_sheet import appointment_ids, durations, patient_ids, provider_ids
from hsched_sandbox.columns import Ints
from hsched_sandbox.drifts import SIZES, Drift, DriftKind, by_arrival, of_kind
from hsched_sandbox.events import Events, Happening
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.parameters import Dirt, PracticeParameters, plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.record_sheets import registered
from hsched_sandbox.reminders import Reminder
from hsched_sandbox.timeline import MINUTE
from hsched_sandbox.world import Channel, Session, World
from tests.dbt_harness import Practice

CLINICIANS, YEARS = 60, 1.0
FIRST_TRAINING, DAYS_BETWEEN = date(2026, 1, 5), 18  # each seed's year begins in another part of the year
CALM = "calm"
SCENARIOS = (CALM, *(kind.value for kind in DriftKind))
RUN_IN_DAYS = 56  # forecasts of the champion's before the drift
DRIFTED_DAYS = {CALM: 140, DriftKind.GRADUAL.value: 140}
USUAL_DAYS = 63
CLEAN = Dirt(duplicates=0, zone_mistakes=0, unknown_status=0, impossible_end=0, missing_client=0)
MOMENT = "day_before"
PUBLIC_HOLIDAYS = tuple(str(day) for day in sorted(country_holidays(plain().country, years=HOLIDAY_YEARS)))  # of the sandbox's practices


@dataclass(frozen=True)
class Lived:
    """A practice's day_before rows with `true_p`, P(unused) as simulated (NaN where the client had left), `calm_p`, without the drift, and
    `season_added`, what the time of the year adds in log odds.

    The champion is trained at 00:00 of `trained_on`, the drift begins `on`; records end at `ends`, and later the calendar lacks what is
    booked after that. `hindsight`: what the champion says of the rows before its training.
    """

    rows: pd.DataFrame
    trained_on: date
    on: date
    ends: date
    zone: ZoneInfo
    hindsight: pd.Series | None = None


def trained_on(seed: int) -> date:
    """The Monday on which that seed's champion is trained."""
    day = FIRST_TRAINING + timedelta(days=DAYS_BETWEEN * seed)
    return day - timedelta(days=day.weekday())


def parameters(scenario: str, on: date, clinicians: int = CLINICIANS, years: float = YEARS) -> PracticeParameters:
    """The middle setting, lived through after its history; a scenario's drift by its usual size. `years` of records at the training."""
    drifts = () if scenario == CALM else (Drift(DriftKind(scenario), on, SIZES[DriftKind(scenario)]),)
    return replace(plain(clinicians, years), days_after=RUN_IN_DAYS + drifted_days(scenario), dirt=CLEAN, drifts=drifts)


def drifted_days(scenario: str) -> int:
    """How long a practice is lived through after the drift. Worlds of one length and seed are alike up to it; of another length, they
    are other practices: the sandbox draws other clients."""
    return DRIFTED_DAYS.get(scenario, USUAL_DAYS)


def lived(scenario: str, seed: int, practice: Practice, clinicians: int = CLINICIANS, years: float = YEARS) -> Lived:
    """Simulate the practice, write its lake, build its feature rows. The day of the training is the sandbox's "today"."""
    today = trained_on(seed)
    on = today + timedelta(days=RUN_IN_DAYS)
    world = simulate(parameters(scenario, on, clinicians, years), seed=seed, today=today)
    events, _ = exported_log(world)
    tables = {"appointments": _appointments(world, events), "clients": _clients(world, events), "communications": _reminders(world)}
    _write(practice.home / "lake", tables)
    practice.run(select=("+feat_no_show__appointments",))
    rows = practice.appointments()
    rows = rows[rows["moment"] == MOMENT].reset_index(drop=True)
    season = world.timeline.season[world.visits.day]
    truth = pd.DataFrame(
        {"true_p": world.visits.p_unused, "calm_p": calm_p(world), "season_added": season}, index=appointment_ids(world.visits.number)
    )
    return Lived(rows.join(truth, on="appointment_token"), today, on, world.timeline.last_day, world.timeline.zone)


def added_by_drift(world: World) -> Floats:
    """By visit, log odds: what the drift adds to it. An outage adds nothing of its own: its visits lack what a reminder does."""
    drifts, timeline, visits = world.parameters.drifts, world.timeline, world.visits
    added = timeline.drift[visits.day] + by_arrival(drifts, timeline.monday, world.clients.arrived[visits.client])
    own = sum(drift.size for drift in of_kind(drifts, DriftKind.NEW_CLINICIAN))
    return np.asarray(added + own * (visits.clinician == len(world.clinicians) - 1), dtype=np.float64)


def calm_p(world: World) -> Floats:
    """P(unused) of every visit as if nothing drifted."""
    return expit(logit(world.visits.p_unused) - added_by_drift(world))


def _write(lake: Path, tables: dict[str, pa.Table]) -> None:
    """One file a table; those without rows are there too, for dbt's sources."""
    for name in ("appointments", "clients", "clinicians", "communications"):
        folder = lake / lake_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(tables.get(name, lake_schema(name).empty_table()), folder / "all.parquet")


def _appointments(world: World, events: Events) -> pa.Table:
    visits = world.visits.take(events.visit)
    minutes = durations(visits, world.clinicians.duration)
    in_series = visits.session != Session.INTAKE
    columns = {
        "appointment_token": appointment_ids(events.visit),
        "client_token": patient_ids(visits.client),
        "clinician_token": provider_ids(visits.clinician),
        "event_type": np.array([what.name.lower() for what in Happening])[events.what],
        "event_by": np.where(events.by_client, "client", np.where(events.by_clinic, "clinic", None)),
        "event_at": _instants(events.at),
        "recorded_at": _instants(events.recorded),
        "starts_on": np.datetime64(world.timeline.monday) + visits.day,
        "starts_at": _instants(visits.start),
        "duration_minutes": minutes,
        "session_type": np.array([session.name.lower() for session in Session])[visits.session],
        "modality": np.array([channel.name.lower() for channel in Channel])[visits.channel],
        "site_token": world.clinicians.site[visits.clinician].astype(str),
        "series_token": np.where(in_series, visits.series.astype(str), None),
        "series_interval_days": pa.array(visits.every * 7, mask=~in_series),
        "replaces_appointment_token": np.where(visits.replaces >= 0, appointment_ids(np.maximum(visits.replaces, 0)), None),
    }
    return _typed(columns, "appointments")


def _clients(world: World, events: Events) -> pa.Table:
    made = registered(events, world)
    count = len(world.clients)
    columns = {name: pa.nulls(count) for name in lake_schema("clients").names} | {
        "client_token": patient_ids(np.arange(count)),
        "recorded_at": _instants(made),
        "age_years": np.minimum(world.clients.age.astype(np.int64), 90),
    }
    return _typed(columns, "clients")


def _reminders(world: World) -> pa.Table:
    """Reminders sent or held back, on record a minute later. Answers stand in the appointments' events."""
    visits, timeline = world.visits, world.timeline
    decided = np.flatnonzero((visits.reminded >= timeline.opens) & (visits.reminded < timeline.shuts - MINUTE))
    reminder, sent = visits.reminder[decided], visits.reminded[decided]
    columns = {
        "communication_token": decided.astype(str),
        "appointment_token": appointment_ids(decided),
        "client_token": patient_ids(visits.client[decided]),
        "recorded_at": _instants(np.maximum(sent, visits.booked[decided]) + MINUTE),
        "channel": np.where(reminder == Reminder.CALL, "call", "text"),
        "status": np.where(reminder > Reminder.NONE, "completed", "not-done"),
        "assigned_by": np.where(visits.randomised[decided], "randomised", "rule"),
        "sent_at": _instants(sent),
        "answered_at": pa.nulls(len(decided)),
    }
    return _typed(columns, "communications")


def _typed(columns: dict[str, object], table: str) -> pa.Table:
    schema = lake_schema(table)
    return pa.table({name: pa.array(columns[name]).cast(schema.field(name).type) for name in schema.names}, schema=schema)


def _instants(seconds: Ints) -> pa.Array:
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us", tz="UTC"))
