"""The daily watch over the champions as an asset: how they stand on matured outcomes, and what was done or is proposed."""

from collections.abc import Iterator

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_models.report import Report
from hsched_pipelines.learning.models import GROUP, PROMOTION, run_url_of
from hsched_pipelines.learning.reports import metadata_of
from hsched_pipelines.learning.workspace import known_until, now_for, workspace_of

STANDING = "model_no_show__standing"
HOLDS = "champion_holds_up"


def standing_asset(settings: Settings) -> dg.AssetsDefinition:
    """Needs feature rows and champions, not the day's scores: a champion that cannot score is the one to be looked at."""

    @dg.asset(
        name=STANDING,
        deps=["feat_no_show__appointments", PROMOTION.name],
        group_name=GROUP,
        kinds={"mlflow"},
        owners=["team:data"],
        description="Each champion on visits after its training, beside the champion before it.",
        check_specs=[
            dg.AssetCheckSpec(HOLDS, asset=STANDING, description="Fails, visibly, where a champion should go or be trained again.")
        ],
    )
    def standing(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from hsched_models.standing import watch_champions

        enter_practice(settings.paths)
        report = watch_champions(workspace_of(settings, context), known_until(settings), now_for(settings))
        yield dg.MaterializeResult(metadata=metadata_of(report, run_url_of(settings)), check_results=[holds_result(report)])

    return standing


def holds_result(report: Report) -> dg.AssetCheckResult:
    """Passed where every champion holds up or it is too early to say; a warning stops nothing else."""
    return dg.AssetCheckResult(
        check_name=HOLDS,
        passed=not report.breaches,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(report.breaches) or f"{report.numbers.get('champions', 0)} champions, nothing against them",
    )
