"""Which schedule and sensor may run in which deployment. One table; nothing starts by itself that is not in it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import dagster as dg

from hsched_adapters.settings import Practice


class Deployment(StrEnum):
    """What kind of practice this Dagster serves."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    ARCHIVE = "archive"  # an imported file with an end: nothing new will come


RUNS_IN: Mapping[str, frozenset[Deployment]] = MappingProxyType(
    {
        "extract_daily_schedule": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "train_weekly_schedule": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "update_intercept_schedule": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "retrain_on_drift": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "score_after_extract": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "scan_after_score": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "inbox_sensor": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "approvals_sensor": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "offer_expiry_sensor": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "reminders_sensor": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "reconcile_sensor": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "catch_up_schedule": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
        "risk_write_back_schedule": frozenset({Deployment.PRODUCTION, Deployment.SANDBOX}),
    }
)

ASKS_THE_EHR = frozenset(
    {"inbox_sensor", "approvals_sensor", "offer_expiry_sensor", "reconcile_sensor", "catch_up_schedule", "risk_write_back_schedule"}
    | {"reminders_sensor"}
)


def deployment_of(practice: Practice) -> Deployment:
    """An end makes an archive; a sandbox's exports lie in its own folder; everything else is real."""
    if practice.last_day is not None:
        return Deployment.ARCHIVE
    return Deployment.SANDBOX if practice.is_sandbox else Deployment.PRODUCTION


def starts_running(name: str, practice: Practice) -> bool:
    """Whether a schedule or sensor is on from the start: the practice asks for it, it may run here, and there is an EHR to ask."""
    is_idle = name in ASKS_THE_EHR and practice.connection is None
    return practice.schedules == "running" and deployment_of(practice) in RUNS_IN[name] and not is_idle


def schedule_status(name: str, practice: Practice) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if starts_running(name, practice) else dg.DefaultScheduleStatus.STOPPED


def sensor_status(name: str, practice: Practice) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if starts_running(name, practice) else dg.DefaultSensorStatus.STOPPED


def runs_in(name: str) -> dict[str, str]:
    """Shown beside the schedule in Dagster's UI."""
    return {"hsched/runs_in": ", ".join(sorted(RUNS_IN[name]))}
