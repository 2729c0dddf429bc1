"""The truth file: what only the simulation knows. Its ids are keyed hashes, its rows are in the order of the hashes, and it holds
neither times nor people, so that nothing exported joins it without the key that lies beside it.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hsched_core.domain.vocabulary import Outcome
from hsched_sandbox.appointment_sheet import appointment_ids, patient_ids
from hsched_sandbox.columns import Floats
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.offers import Answer, play
from hsched_sandbox.oracle import Filtered, filter_oracle
from hsched_sandbox.oracle_error import oracle_error
from hsched_sandbox.reminders import Reminder, effects
from hsched_sandbox.timeline import DAY, HOUR, MINUTE
from hsched_sandbox.world import End, World

CANDIDATES = 4  # numbers tried for each appointment in the truth: those of booked-over ones are skipped
KEY_FILE = "key.bin"
OFFERS_FILE = "offers.parquet"
ORACLE_FILE = "oracle.json"
APPOINTMENTS_FILE = "appointments.parquet"
OUTCOMES = {
    End.ATTENDED: Outcome.ATTENDED,
    End.NO_SHOW: Outcome.NO_SHOW,
    End.LATE_CANCEL: Outcome.LATE_CANCEL,
    End.EARLY_CANCEL: Outcome.EARLY_CANCEL,
    End.CLINIC_CANCEL: Outcome.CLINIC_CANCEL,
}


def truth_ids(key: bytes, exported_ids: Iterable[str]) -> list[str]:
    """The truth's ids of exported appointment or patient ids."""
    return [hashlib.blake2b(exported.encode(), key=key, digest_size=16).hexdigest() for exported in exported_ids]


def truth_table(world: World, key: bytes, filtered: Filtered) -> pa.Table:
    """One row for each exported appointment. `p_*` are given that nobody cancels early, `raw_*` as booked; NaN where a client had left.
    `filter_p_unused` is the filter oracle's `p_unused`, NaN where there is no day_before moment.
    """
    visits = world.visits
    kept = (1 - visits.p_clinic) * (1 - visits.p_early)
    p_no_show = visits.p_unused * visits.no_show_share
    p_late = visits.p_unused * (1 - visits.no_show_share)
    columns: dict[str, list[str] | Floats | np.typing.NDArray[np.generic]] = {
        "appointment_id": truth_ids(key, appointment_ids(visits.number).to_pylist()),
        "client_id": truth_ids(key, patient_ids(visits.client).to_pylist()),
        "p_no_show": p_no_show,
        "p_late_cancel": p_late,
        "p_unused": visits.p_unused,
        "filter_p_unused": filtered.p_unused,
        "p_unused_no_reminder": _expit(visits.unreminded_logit),
        "p_unused_text": _potential(world, Reminder.TEXT),
        "p_unused_call": _potential(world, Reminder.CALL),
        "p_early_cancel_no_reminder": 1 - (1 - visits.p_early) / (1 - visits.p_reminder_cancels),
        "reminder": visits.reminder,
        "reminder_randomised": visits.randomised,
        "forgetter": world.clients.forgetter[visits.client],
        "raw_p_no_show": p_no_show * kept,
        "raw_p_late_cancel": p_late * kept,
        "raw_p_unused": visits.p_unused * kept,
        "p_early_cancel": visits.p_early,
        "p_clinic_cancel": visits.p_clinic,
        "outcome": [OUTCOMES[End(end)].value for end in visits.end.tolist()],
        "client_intercept": world.clients.intercept[visits.client],
        "engagement": visits.engagement,
        "clinician_effect": world.clinicians.effect[visits.clinician],
        "hidden_logit": visits.hidden_logit,
        "after_miss": visits.after_miss,
        "cause": visits.cause,
        "week": visits.week,
        "step": visits.step,
    }
    table = pa.table(columns)
    return table.sort_by("appointment_id")


def offers_table(world: World, key: bytes) -> pa.Table:
    """One row for each offer of a freed hour to who waits, in the order of the ids; `opening_id` is the appointment that was called off."""
    offers = play(world)
    columns: dict[str, list[str] | np.typing.NDArray[np.generic]] = {
        "opening_id": truth_ids(key, appointment_ids(offers.opening).to_pylist()),
        "client_id": truth_ids(key, patient_ids(offers.client).to_pylist()),
        "notice_hours": offers.notice / HOUR,
        "days_waited": offers.waited / DAY,
        "answered_after_minutes": np.where(offers.answer > Answer.NONE, offers.answered_after / MINUTE, np.nan),
        "answer": np.array([answer.name.lower() for answer in Answer])[offers.answer].tolist(),
        **{name: getattr(offers, name) for name in ("can_come", "own_clinician", "own_channel", "ignored", "p_accept", "is_placed")},
    }
    return pa.table(columns).sort_by([("opening_id", "ascending"), ("client_id", "ascending")])


def _potential(world: World, reminder: Reminder) -> Floats:
    """The chance of an unused visit, had this reminder been sent."""
    visits = world.visits
    by_kind = effects(world.parameters.reminders, np.full(len(visits), int(reminder)))
    kind = world.clients.forgetter[visits.client].astype(np.int64)
    return _expit(visits.unreminded_logit + by_kind[np.arange(len(visits)), kind])


def _expit(logit: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-logit))
    return p


def write_truth(world: World, folder: Path) -> None:
    """The truth about visits and offers, its key and the oracle's stated error, in a folder of their own."""
    folder.mkdir(parents=True)
    key = hashlib.blake2b(f"{world.seed}/{world.timeline.today}".encode(), person=b"sandbox truth", digest_size=32).digest()
    (folder / KEY_FILE).write_bytes(key)
    events, _ = exported_log(world)
    filtered = filter_oracle(world, events)
    pq.write_table(truth_table(world, key, filtered), folder / APPOINTMENTS_FILE)
    pq.write_table(offers_table(world, key), folder / OFFERS_FILE)
    error = dataclasses.asdict(oracle_error(world, filtered, events))
    (folder / ORACLE_FILE).write_text(json.dumps({"unit": "millinats a visit", **error}, indent=2) + "\n", encoding="utf-8")


def filter_forecasts(folder: Path) -> dict[str, float]:
    """The filter oracle's P(unused) by exported appointment id, where it makes a forecast: for whoever holds the key beside the truth."""
    truth = pq.read_table(folder / APPOINTMENTS_FILE, columns=["appointment_id", "filter_p_unused"]).to_pydict()
    forecast = {hidden: p for hidden, p in zip(truth["appointment_id"], truth["filter_p_unused"], strict=True) if not math.isnan(p)}
    exported = appointment_ids(np.arange(CANDIDATES * len(truth["appointment_id"]))).to_pylist()
    hidden_ids = truth_ids((folder / KEY_FILE).read_bytes(), exported)
    return {one: forecast[hidden] for one, hidden in zip(exported, hidden_ids, strict=True) if hidden in forecast}
