"""The jobs, run in this process on the practice's own Dagster instance: what `hsched run` needs, without a daemon.

The runs are in Dagster's UI like any other, with their partitions, checks and metadata; the terminal hears progress only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError  # what a blocking check ends its step with; nothing public names it

from hsched_adapters.settings import Settings, enter_practice
from hsched_core.domain.errors import InputError, NotReadyError, SafeError, SettingsError, UserError
from hsched_pipelines.partitions import day_range_tags
from hsched_pipelines.progress import heard_by

Listener = Callable[[str], None]
MADE_FOR_PEOPLE = frozenset(kind.__name__ for kind in (InputError, NotReadyError, SafeError, SettingsError, UserError))
CHECK_FAILED = DagsterAssetCheckFailedError.__name__
QUIET: Mapping[str, Any] = {"loggers": {"progress": {}}}


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass, and why."""

    asset: str
    check: str
    reason: str
    is_error: bool  # False: a warning, nothing was stopped


@dataclass(frozen=True)
class FailedStep:
    """A step that failed, and the innermost reason in one line. `by_check`: only because a blocking check did."""

    step: str
    reason: str
    by_check: bool = False


@dataclass(frozen=True)
class JobResult:
    """What a job did. `metadata` holds the newest materialization of each asset: plain values by name."""

    job: str
    run_id: str
    success: bool
    failed_checks: tuple[FailedCheck, ...] = ()
    failed_steps: tuple[FailedStep, ...] = ()
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def reasons(self) -> list[str]:
        """Why it failed, in words for a terminal: the steps that broke, or else the checks that stopped it."""
        broke = [f"{failed.step}: {failed.reason}" for failed in self.failed_steps if not failed.by_check]
        return broke or [
            f"{failed.asset}: check {failed.check} failed: {failed.reason}" for failed in self.failed_checks if failed.is_error
        ]


def run_extract(instance: dg.DagsterInstance, settings: Settings, first: date, last: date, say: Listener = print) -> JobResult:
    """Extract and de-identify those days."""
    from hsched_pipelines.operations.definitions import build_defs

    return _run(instance, settings, build_defs(settings), "extract_daily", day_range_tags(first, last), say)


def run_scan(instance: dg.DagsterInstance, settings: Settings, first: date, last: date, say: Listener = print) -> JobResult:
    """Look for those days' identifiers in everything past de-identification."""
    from hsched_pipelines.operations.definitions import build_defs

    return _run(instance, settings, build_defs(settings), "scan_daily", day_range_tags(first, last), say)


def run_features(instance: dg.DagsterInstance, settings: Settings, say: Listener = print) -> JobResult:
    """Build every dbt model but the daily part."""
    from hsched_pipelines.learning.definitions import build_defs

    return _run(instance, settings, build_defs(settings), "build_features", {}, say)


def run_training(instance: dg.DagsterInstance, settings: Settings, say: Listener = print) -> JobResult:
    """Train on the feature tables as they are."""
    from hsched_pipelines.learning.definitions import build_defs

    return _run(instance, settings, build_defs(settings), "train_weekly", {}, say)


def run_daily(
    instance: dg.DagsterInstance, settings: Settings, first: date, last: date, say: Listener = print, *, with_tables: bool = True
) -> JobResult:
    """Scores and drift of those days. `with_tables=False` where the unpartitioned models were built a moment ago."""
    from hsched_pipelines.learning.definitions import build_defs
    from hsched_pipelines.learning.standing import STANDING

    defs = build_defs(settings)
    only = None if with_tables else [*_partitioned(defs), dg.AssetKey(STANDING)]
    return _run(instance, settings, defs, "score_daily", day_range_tags(first, last), say, only)


def _partitioned(defs: dg.Definitions) -> list[dg.AssetKey]:
    assets = (asset for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def)
    return [key for asset in assets for key in asset.keys]


def _run(
    instance: dg.DagsterInstance,
    settings: Settings,
    defs: dg.Definitions,
    job: str,
    tags: Mapping[str, str],
    say: Listener,
    only: list[dg.AssetKey] | None = None,
) -> JobResult:
    enter_practice(settings.paths)
    definition = defs.resolve_job_def(job)
    with heard_by(say):
        result = definition.execute_in_process(
            instance=instance, tags=dict(tags), run_config=dict(QUIET), raise_on_error=False, asset_selection=only
        )
    return JobResult(
        job=job,
        run_id=result.run_id,
        success=result.success,
        failed_checks=tuple(_failed_checks(result)),
        failed_steps=tuple(_failed_steps(result)),
        metadata=_metadata(result),
    )


def _failed_checks(result: dg.ExecuteInProcessResult) -> list[FailedCheck]:
    return [
        FailedCheck(
            evaluation.asset_key.to_user_string(),
            evaluation.check_name,
            evaluation.description or "see its metadata in Dagster",
            evaluation.severity is dg.AssetCheckSeverity.ERROR,
        )
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    ]


def _failed_steps(result: dg.ExecuteInProcessResult) -> list[FailedStep]:
    events = (event for event in result.all_events if event.is_step_failure)
    errors = ((str(event.step_key), event.step_failure_data.error) for event in events)
    return [FailedStep(step, _innermost(error), error is not None and error.cls_name == CHECK_FAILED) for step, error in errors]


def _innermost(error: Any) -> str:
    """The reason below Dagster's layers of wrapping, without class name and traceback: the first made for people, else the last."""
    while error is not None and error.cause is not None and error.cls_name not in MADE_FOR_PEOPLE:
        error = error.cause
    if error is None:
        return "failed without a reason"
    return re.sub(r"^([\w]+\.)*\w+: ", "", str(error.message).strip(), count=1)


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for event in result.get_asset_materialization_events():
        found = event.step_materialization_data.materialization
        newest[found.asset_key.to_user_string()] = {name: value.value for name, value in found.metadata.items()}
    return newest


def raise_if_failed(result: JobResult) -> JobResult:
    """One line for people where a job failed."""
    if not result.success:
        raise UserError(f"The job {result.job} stopped. {'; '.join(result.reasons)}", f"Its run in Dagster: {result.run_id}.")
    return result
