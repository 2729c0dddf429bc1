"""Assets that look after the champions between trainings: each gives a report, and a check that warns and stops nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.models import GROUP, PROMOTION, run_url_of
from hsched_pipelines.learning.reports import metadata_of
from hsched_pipelines.learning.workspace import workspace_of


@dataclass(frozen=True)
class Care:
    """One such asset: what it does, what its check means, and what the check says where nothing is wrong."""

    name: str
    description: str
    check: str
    warns: str
    said: Callable[[Report], str]

    def verdict(self, report: Report) -> dg.AssetCheckResult:
        """Passed without breaches; else they are the reason."""
        return dg.AssetCheckResult(
            check_name=self.check,
            passed=not report.breaches,
            severity=dg.AssetCheckSeverity.WARN,
            description=" ".join(report.breaches) or self.said(report),
        )


def care_asset(settings: Settings, care: Care, step: Callable[[Workspace], Report]) -> dg.AssetsDefinition:
    """Needs feature rows and champions, not the day's scores: a champion that cannot score is the one to be looked at."""

    @dg.asset(
        name=care.name,
        deps=["feat_no_show__appointments", PROMOTION.name],
        group_name=GROUP,
        kinds={"mlflow"},
        owners=["team:data"],
        description=care.description,
        check_specs=[dg.AssetCheckSpec(care.check, asset=care.name, description=care.warns)],
    )
    def body(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        enter_practice(settings.paths)
        report = step(workspace_of(settings, context))
        yield dg.MaterializeResult(metadata=metadata_of(report, run_url_of(settings)), check_results=[care.verdict(report)])

    return body
