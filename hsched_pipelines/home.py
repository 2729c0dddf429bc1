"""DAGSTER_HOME of a practice: its dagster.yaml is written at the first start and belongs to the operator from then on."""

from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from hsched_adapters.settings import Paths

# One writer for dbt's DuckDB file; no call home; two years of partitions in seconds.
FIXED: dict[str, Any] = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}},
    "python_logs": {"python_log_level": "INFO"},
    "run_monitoring": {"enabled": False},
    # The inbox's sensor waits inside its tick: the others need threads of their own.
    "sensors": {"use_threads": True, "num_workers": 4},
    # No queue between a sensor and its run: the queue's own loop costs up to five seconds (STACK.md 3, decision 0025).
    # A run of the event flow is forked warm instead of importing everything anew.
    "run_launcher": {"module": "hsched_pipelines.warm_runs", "class": "WarmRunLauncher"},
    "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"},
}


def local_config(home: Path) -> dict[str, Any]:
    """SQLite below the home."""
    event_log = {
        "module": "hsched_pipelines.event_log",
        "class": "BatchingSqliteEventLog",
        "config": {"base_dir": str(home / "history" / "runs")},
    }
    return {**FIXED, "event_log_storage": event_log}


def ensure_dagster_home(paths: Paths) -> Path:
    """Create DAGSTER_HOME with a local configuration; an existing dagster.yaml stays as it is."""
    paths.dagster.mkdir(parents=True, exist_ok=True)
    config = paths.dagster / "dagster.yaml"
    if not config.exists():
        config.write_text(yaml.safe_dump(local_config(paths.dagster), sort_keys=False), encoding="utf-8")
    return paths.dagster


def open_instance(paths: Paths) -> dg.DagsterInstance:
    """The Dagster instance of that practice: the one its UI shows."""
    return dg.DagsterInstance.from_config(str(ensure_dagster_home(paths)))
