"""Drifts without a champion to train: the truth with the drift and the season taken out stands in for its forecasts.

Enough to ask when charts speak and what the weekly update does, over many practices; lived.py asks the recipe itself.
`python -m tests.prove.stand_in --seeds 0 20 --out FILE` writes a line for each practice, as it goes.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from hsched_core.domain.vocabulary import Outcome
from hsched_models.estimators import Floats, expit, logit
from hsched_models.report import RECORDS
from hsched_sandbox.appointment_sheet import provider_ids
from hsched_sandbox.columns import Flags, Ints, Words
from hsched_sandbox.events import Events, Happening
from hsched_sandbox.evidence import NEVER, Word, gather
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.practice import simulate
from hsched_sandbox.world import Channel, Session, World
from tests.prove.drift_worlds import CALM, CLINICIANS, RUN_IN_DAYS, SCENARIOS, Lived, added_by_drift, calm_p, parameters, trained_on
from tests.prove.lived import Course, calm_alarms, first_breach, leaves_band, weekly_sums

LEVEL_SD = 0.05  # how far a champion's level is off, one draw a practice (log odds)
WORDS = {Word.ATTENDED: Outcome.ATTENDED, Word.NO_SHOW: Outcome.NO_SHOW, Word.LATE_CANCEL: Outcome.LATE_CANCEL}


def watch_over(seed: int, scenarios: Sequence[str] = SCENARIOS, clinicians: int = CLINICIANS) -> Iterator[Course]:
    """The scenarios of a seed, as far as the charts see them."""
    for scenario in scenarios:
        begun = time.monotonic()
        world, p = imagined(scenario, seed, clinicians)
        day, breach = (None, "") if scenario == CALM else first_breach(world, p)
        alarms, ends = calm_alarms(world, p) if scenario == CALM else ([], [])
        held = world.on + timedelta(days=day) if day is not None and breach.startswith(RECORDS) else None
        sums = weekly_sums(world, {"champion": p}, held=held)
        left = None if scenario == CALM else leaves_band(world)
        yield Course(scenario, seed, str(world.on), day, breach, alarms, ends, sums, left, time.monotonic() - begun)


def imagined(scenario: str, seed: int, clinicians: int = CLINICIANS) -> tuple[Lived, pd.Series]:
    """The day_before rows of a practice as charts read them, and the forecasts from the day of the training on."""
    today = trained_on(seed)
    on = today + timedelta(days=RUN_IN_DAYS)
    world = simulate(parameters(scenario, on, clinicians), seed=seed, today=today)
    events, _ = exported_log(world)
    rows = _rows(world, events).assign(p=_unaware(world, seed), true_p=world.visits.p_unused, calm_p=calm_p(world))
    rows = rows[rows["scored_at"].notna()].sort_values("starts_on", kind="stable").reset_index(drop=True)
    is_forecast = rows["starts_on"] >= today
    hindsight = rows["p"].mask(is_forecast)
    return Lived(rows.drop(columns="p"), today, on, world.timeline.last_day, world.timeline.zone, hindsight), rows["p"].where(is_forecast)


def _unaware(world: World, seed: int) -> Floats:
    """The truth as if there were neither season nor drift, off by a champion's own error."""
    visits, timeline = world.visits, world.timeline
    known = timeline.season[visits.day] + added_by_drift(world)
    trained = visits.start < timeline.midnight(timeline.today)
    usual = float(timeline.season[visits.day[trained]].mean()) + np.random.default_rng(seed).normal(0, LEVEL_SD)
    unaware: Floats = expit(logit(visits.p_unused) - known + usual)
    return unaware


def _rows(world: World, events: Events) -> pd.DataFrame:
    """What `monitor.watched` and the newcomers' check read, of every visit; its order is the world's."""
    visits, timeline = world.visits, world.timeline
    evidence = gather(world, events)
    days = np.array([timeline.date_of(day) for day in range(int(visits.day.max()) + 1)], dtype=object)
    outcome = np.array([WORDS.get(Word(word)) for word in range(len(Word))], dtype=object)[evidence.last]
    by_clinic = _told_of(events, events.by_clinic & np.isin(events.what, (Happening.CANCELLED, Happening.MOVED)), len(visits))
    neither = evidence.last == Word.NOT_REACHED
    outcome[neither] = np.where(by_clinic[neither], Outcome.CLINIC_CANCEL, Outcome.EARLY_CANCEL)
    before = events.recorded < evidence.moment[events.visit]
    unused = np.isin(evidence.last, (Word.NO_SHOW, Word.LATE_CANCEL)).astype(object)
    unused[neither | (evidence.last == Word.UNKNOWN)] = None
    return pd.DataFrame(
        {
            "starts_on": days[visits.day],
            "weekday": visits.day % 7 + 1,
            "session_type": np.array([session.name.lower() for session in Session])[visits.session],
            "modality": np.array([channel.name.lower() for channel in Channel])[visits.channel],
            "clinician_token": provider_ids(visits.clinician),
            "client_token": visits.client,
            "season": _parts_of_year(days)[visits.day],
            "is_confirmed": _told_of(events, (events.what == Happening.CONFIRMED) & before, len(visits)),
            "label_outcome": outcome,
            "label_is_unused": unused,
            "label_known_at": _instants(np.maximum(evidence.told, evidence.ends)),
            "scored_at": _instants(evidence.moment),
        }
    )


def _parts_of_year(days: Words) -> Words:
    """As the feature tables name them."""
    year_end = [day.month == 12 or (day.month == 11 and day.day >= 22) for day in days]
    break_ = [day.month == 4 and day.day <= 14 for day in days]
    named: Words = np.select([year_end, [day.month == 8 for day in days], break_], ["year_end", "august", "spring_break"], "usual")
    return named


def _told_of(events: Events, these: Flags, visits: int) -> Flags:
    """Which visits have an event of these."""
    found = np.zeros(visits, dtype=bool)
    found[events.visit[these]] = True
    return found


def _instants(seconds: Ints) -> pd.Series:
    """UTC; nothing for what never came to be."""
    known = seconds < NEVER
    return pd.Series(pd.to_datetime(np.where(known, seconds, 0), unit="s", utc=True)).where(known)


def main() -> None:
    """A line of JSON for each practice, appended when it is done."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seeds", type=int, nargs=2, default=(0, 20), metavar=("FIRST", "END"))
    reader.add_argument("--scenarios", nargs="+", default=SCENARIOS, choices=SCENARIOS)
    reader.add_argument("--out", type=Path, required=True)
    asked = reader.parse_args()
    with asked.out.open("a", encoding="utf-8") as out:
        for seed in range(*asked.seeds):
            for course in watch_over(seed, asked.scenarios):
                print(json.dumps(asdict(course)), file=out, flush=True)


if __name__ == "__main__":
    main()
