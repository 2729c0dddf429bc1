"""What the learning flow is handed about its practice. Opens neither the vault nor the identified zone."""

import subprocess
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from hsched_adapters.clock import choose_clock
from hsched_adapters.settings import Settings
from hsched_core.domain.time import day_start

if TYPE_CHECKING:
    from hsched_models.workspace import Workspace

REPOSITORY = Path(__file__).parents[2]


def workspace_of(settings: Settings, context: dg.AssetExecutionContext) -> "Workspace":
    """Folders, MLflow's addresses and the practice's choices; MLflow runs carry the Dagster run's id."""
    return workspace_for(settings, {"dagster.run_id": context.run.run_id, "dagster.job": context.run.job_name})


def workspace_for(settings: Settings, tags: Mapping[str, str]) -> "Workspace":
    """The same without a run."""
    from hsched_models.workspace import Workspace

    paths = settings.paths
    return Workspace(
        tables=paths.tables,
        training=paths.home / "training",
        scores=paths.scores,
        drift=paths.drift,
        tracking_uri=settings.mlflow_tracking_uri,
        artifact_root=paths.mlflow_artifacts,
        timezone=settings.practice.timezone,
        demographic_inputs=settings.practice.demographic_inputs,
        promotion=settings.practice.promotion,
        code_version=code_version(),
        tags=tags,
    )


def now_for(settings: Settings) -> datetime:
    """The present: the machine's, or the one the settings fix."""
    return choose_clock(settings, settings.practice.zone).now()


def known_until(settings: Settings) -> datetime:
    """The midnight that ends the last day of records. Later the calendar is known in part: its cancels, not its attendance."""
    days = [date.fromisoformat(file.stem) for file in (settings.paths.lake / "deid_ehr__appointments").glob("*.parquet")]
    now = now_for(settings)
    return min(now, day_start(max(days) + timedelta(days=1), settings.practice.zone)) if days else now


@cache
def code_version() -> str:
    """The package's version, and the commit where there is a checkout."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return version("hsched")
    commit = asked.stdout.strip()
    return f"{version('hsched')}+{commit}" if commit else version("hsched")
