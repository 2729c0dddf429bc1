"""Scores and drift of each day. Day D's records are known at the midnight that ends it, so its scores are as of D + 1."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.intercept import INTERCEPT
from hsched_pipelines.learning.models import run_url_of
from hsched_pipelines.learning.reports import metadata_of
from hsched_pipelines.learning.workspace import workspace_of
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features

SCORE, DRIFT = "score_no_show__daily", "drift_no_show__daily"
BOUNDS, NEWEST = "drift_within_bounds", "newest_day"
DayStep = Callable[[Workspace, date], Report]


def daily_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Scores, and what has moved away from the training window."""
    with settled_features():
        return [_scores(settings), _drift(settings)]


def _scores(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name=SCORE,
        deps=["feat_no_show__coming", INTERCEPT],
        partitions_def=daily_partitions(settings.practice),
        backfill_policy=dg.BackfillPolicy.single_run(),
        freshness_policy=daily_freshness(settings),
        group_name="score",
        kinds={"sklearn", "parquet"},
        owners=["team:data"],
        description="The champion's probabilities for coming visits and the reasons for them, as known at the midnight that ends the day.",
    )
    def scores(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from hsched_models.score import score_coming

        each_day(settings, context, score_coming)
        return dg.MaterializeResult()

    return scores


def _drift(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name=DRIFT,
        deps=[SCORE],
        partitions_def=daily_partitions(settings.practice),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="drift",
        kinds={"evidently"},
        owners=["team:data"],
        description="Inputs, scores and matured outcomes of the day against the training window.",
        check_specs=[dg.AssetCheckSpec(BOUNDS, asset=DRIFT, description="Fails, visibly, where a measure left its bounds.")],
    )
    def drift(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from hsched_models.drift import report_drift

        reports = each_day(settings, context, report_drift)
        yield dg.MaterializeResult(check_results=[bounds_result(reports)])

    return drift


def each_day(settings: Settings, context: dg.AssetExecutionContext, step: DayStep) -> dict[date, Report]:
    """One report a day, attached to that day's partition."""
    enter_practice(settings.paths)
    ws, run_url = workspace_of(settings, context), run_url_of(settings)
    reports = {}
    for day in days_of(context):
        reports[day] = step(ws, day + timedelta(days=1))
        context.add_asset_metadata(metadata_of(reports[day], run_url), partition_key=day.isoformat())
        context.log.info(f"{context.asset_key.to_user_string()}: {day}")
    return reports


def bounds_result(reports: dict[date, Report]) -> dg.AssetCheckResult:
    """One verdict over the run's days; the breaches are the reason."""
    breaches = [f"{day}: {breach}" for day, report in reports.items() for breach in report.breaches]
    return dg.AssetCheckResult(
        check_name=BOUNDS,
        passed=not breaches,
        description="; ".join(breaches) or f"{len(reports)} days within bounds",
        metadata={"breaches": dg.MetadataValue.json(breaches), NEWEST: max(reports).isoformat()},
    )


def daily_freshness(settings: Settings) -> dg.FreshnessPolicy | None:
    """Due every morning at six; nothing is due from a file that has ended."""
    if settings.practice.last_day is not None:
        return None
    return dg.FreshnessPolicy.cron(deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=5), timezone=settings.practice.timezone)
