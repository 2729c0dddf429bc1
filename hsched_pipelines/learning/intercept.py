"""The champions' level between trainings as an asset: what the newest outcomes moved, by how much, and as which version."""

from collections.abc import Iterator

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_models.report import Report
from hsched_pipelines.learning.models import GROUP, PROMOTION, run_url_of
from hsched_pipelines.learning.reports import metadata_of
from hsched_pipelines.learning.workspace import known_until, now_for, workspace_of

INTERCEPT = "model_no_show__intercept"
IN_BOUNDS = "level_within_bounds"


def intercept_asset(settings: Settings) -> dg.AssetsDefinition:
    """Last step of a training, since a model learns the mean level of its months; and by itself in the middle of the week."""

    @dg.asset(
        name=INTERCEPT,
        deps=["feat_no_show__appointments", PROMOTION.name],
        group_name=GROUP,
        kinds={"mlflow"},
        owners=["team:data"],
        description="Each champion's intercept by the newest outcomes: a version of its own, undone by `hsched model demote`.",
        check_specs=[
            dg.AssetCheckSpec(IN_BOUNDS, asset=INTERCEPT, description="Fails, visibly, where outcomes ask for more than a level may move.")
        ],
    )
    def intercept(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from hsched_models.relevel import update_champions

        enter_practice(settings.paths)
        report = update_champions(workspace_of(settings, context), known_until(settings), now_for(settings))
        yield dg.MaterializeResult(metadata=metadata_of(report, run_url_of(settings)), check_results=[bounds_result(report)])

    return intercept


def bounds_result(report: Report) -> dg.AssetCheckResult:
    """Passed where every level stayed within bounds and every champion could be loaded; a warning stops nothing else."""
    return dg.AssetCheckResult(
        check_name=IN_BOUNDS,
        passed=not report.breaches,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(report.breaches)
        or f"{report.numbers.get('champions', 0)} champions, {report.numbers.get('updated', 0)} updated",
    )
