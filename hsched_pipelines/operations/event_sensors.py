"""Sensors of the event flow: each reads, compares, asks for a run; nothing else. The inbox's waits inside its tick for what comes."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.clock import SystemClock
from hsched_adapters.settings import Practice
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_pipelines.deployments import runs_in, schedule_status, sensor_status
from hsched_pipelines.operations.asking import (
    AGAIN_AFTER,
    NOTHING,
    PATIENT,
    ask,
    key_of,
    remembered,
    to_carry_out,
    to_end,
    to_look_at,
    to_reconcile,
    to_tend,
)
from hsched_pipelines.operations.remind_work import reminders_due
from hsched_pipelines.safely import inside_zone
from hsched_pipelines.under_way import MOST, under_way

Look = Callable[[OpenPractice], str]  # the key of what is due
Opened = Callable[[], OpenPractice]
WATCH = timedelta(seconds=4.6)  # Dagster's daemon comes by every five seconds: a tick that waits is there when something arrives
A_WHILE = timedelta(minutes=30)  # real time: a round that is over leaves nothing due
PAUSE_SECONDS = 0.1
CATCH_UP_CRON, WRITE_BACK_CRON = "*/5 * * * *", "30 5 * * *"


def build_event_sensors(practice: Practice, jobs: Mapping[str, dg.JobDefinition], opened: Opened) -> list[dg.SensorDefinition]:
    """All of them, over one opened practice: this process keeps it."""
    kept = once(opened)
    return [
        _sensor("inbox_sensor", practice, jobs["answer_events"], kept, inbox_due, "A notice of the EHR is in the inbox.", WATCH),
        _sensor("approvals_sensor", practice, jobs["carry_out"], kept, approvals_due, "Something approved can be carried out."),
        _sensor(
            "offer_expiry_sensor",
            practice,
            jobs["keep"],
            kept,
            expiries_due,
            "An offer's or a proposal's time is over.",
            again_after=PATIENT,
        ),
        _sensor(
            "reminders_sensor",
            practice,
            jobs["remind"],
            kept,
            reminders_due,
            "New scores, a changed calendar, or another quarter of an hour.",
            again_after=A_WHILE,
        ),
        _sensor("reconcile_sensor", practice, jobs["keep"], kept, reconciliations_due, "A write nobody reported on must have settled."),
    ]


def build_event_schedules(practice: Practice, jobs: Mapping[str, dg.JobDefinition]) -> list[dg.ScheduleDefinition]:
    """The poll that finds what webhooks lost, and the scores' way back."""
    return [
        _schedule("catch_up_schedule", practice, jobs["catch_up"], CATCH_UP_CRON, "Every five minutes: what changed in the EHR."),
        _schedule("risk_write_back_schedule", practice, jobs["risk_write_back"], WRITE_BACK_CRON, "Each morning, where it is on."),
    ]


def inbox_due(practice: OpenPractice) -> str:
    """The inbox's state, where something in it is due."""
    return practice.inbox.due_mark()


def approvals_due(practice: OpenPractice) -> str:
    """Approved cases that may leave now; none while everything is stopped."""
    with practice.path_store.looking() as state:
        cases = [] if state.is_stopped() else state.open_cases(State.APPROVED)
    return key_of(to_carry_out(cases, practice.clock.now()))


def expiries_due(practice: OpenPractice) -> str:
    """Offers and proposals whose time is over, and decisions that go to the next role."""
    now = practice.clock.now()
    with practice.path_store.looking() as state:
        cases = state.open_cases(State.WAITING, State.APPROVED, State.NEEDS_PERSON)
        offers, openings = state.unfinished_offers(), state.openings(OpeningState.OPEN, after=now)
    return key_of([*to_tend(cases, now, practice.policy), *to_end(offers, now), *to_look_at(openings, offers, now)])


def reconciliations_due(practice: OpenPractice) -> str:
    with practice.path_store.looking() as state:
        cases = state.open_cases(State.EXECUTING, State.UNKNOWN)
    return key_of(to_reconcile(cases, practice.clock.now()))


def watch(look: Callable[[], str], span: timedelta) -> str:
    """Look until something is due, for so long at most."""
    end = time.monotonic() + span.total_seconds()
    while (found := look()) == NOTHING and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
    return found


def once(make: Opened) -> Opened:
    """Make it at the first call, whichever thread comes first."""
    lock = Lock()
    made: list[OpenPractice] = []

    def kept() -> OpenPractice:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return kept


def _sensor(
    name: str,
    practice: Practice,
    job: dg.JobDefinition,
    opened: Opened,
    look: Look,
    description: str,
    span: timedelta = timedelta(0),
    again_after: timedelta = AGAIN_AFTER,
) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        job_name=job.name,  # by name: with the job itself Dagster 1.13 warns about a parameter nobody passed
        description=f"{description} Starts {job.name}.",
        minimum_interval_seconds=1,
        default_status=sensor_status(name, practice),
        metadata=runs_in(name),
    )
    def sense(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with inside_zone("sensor_failed", name):
            key = watch(lambda: look(opened()), span)
        now = SystemClock().now()
        asked = ask(key, context.cursor, now, again_after)
        if asked is None:
            return dg.SkipReason("nothing is due" if key == NOTHING else "its run was asked for a moment ago")
        if (working := under_way(context.instance, job.name, now)) >= MOST:
            return dg.SkipReason(f"{working} of its runs are under way still; asked for again as soon as one of them ends")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=asked.run_key)], cursor=remembered(asked))

    return sense


def _schedule(name: str, practice: Practice, job: dg.JobDefinition, cron: str, description: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job_name=job.name,
        cron_schedule=cron,
        execution_timezone=practice.timezone,
        default_status=schedule_status(name, practice),
        metadata=runs_in(name),
        description=description,
        should_execute=lambda context: under_way(context.instance, job.name, SystemClock().now()) == 0,  # a slow EHR: one at a time
    )
