"""Training as assets: rows, fit, evaluation, promotion. The bodies only call hsched_models and show its reports."""

from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.reports import metadata_of
from hsched_pipelines.learning.workspace import known_until, now_for, workspace_of

GROUP = "model"
Step = Callable[[Workspace, dg.AssetExecutionContext], Report]


@dataclass(frozen=True)
class Stage:
    """One asset of the training chain."""

    name: str
    after: str
    kinds: frozenset[str]
    description: str


SET = Stage("train_no_show__set", "feat_no_show__appointments", frozenset({"parquet"}), "Features as of each moment, labels known by now.")
FIT = Stage("model_no_show__fit", SET.name, frozenset({"sklearn", "mlflow"}), "The ladder of candidates, from base rate to blend.")
EVALUATION = Stage("model_no_show__evaluation", FIT.name, frozenset({"mlflow"}), "Candidates on held-out later days; never accuracy.")
PROMOTION = Stage("model_no_show__promotion", EVALUATION.name, frozenset({"mlflow"}), "Who is champion and challenger, and why.")


def training_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The four steps of a training, in order."""
    return [
        _asset(settings, SET, lambda ws, _: _build(ws, settings)),
        _asset(settings, FIT, _fit),
        _asset(settings, EVALUATION, _evaluate),
        _asset(settings, PROMOTION, lambda ws, _: _promote(ws, settings)),
    ]


def _asset(settings: Settings, stage: Stage, step: Step) -> dg.AssetsDefinition:
    @dg.asset(
        name=stage.name,
        deps=[stage.after],
        group_name=GROUP,
        kinds=set(stage.kinds),
        owners=["team:data"],
        description=stage.description,
    )
    def body(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        enter_practice(settings.paths)
        report = step(workspace_of(settings, context), context)
        return dg.MaterializeResult(metadata=metadata_of(report, run_url_of(settings)))

    return body


def run_url_of(settings: Settings) -> Callable[[str], str]:
    """Makes the address of an MLflow run, for people."""

    def run_url(run_id: str) -> str:
        from hsched_models.registry import Registry

        return Registry(settings.mlflow_tracking_uri, settings.paths.mlflow_artifacts).run_url(run_id, settings.mlflow_ui)

    return run_url


def _build(ws: Workspace, settings: Settings) -> Report:
    from hsched_models.campaign import build_training_sets

    return build_training_sets(ws, known_by=known_until(settings))


def _fit(ws: Workspace, context: dg.AssetExecutionContext) -> Report:
    from hsched_models.campaign import fit_ladder

    return fit_ladder(ws, context.log.info)


def _evaluate(ws: Workspace, _context: dg.AssetExecutionContext) -> Report:
    from hsched_models.campaign import evaluate_candidates

    return evaluate_candidates(ws)


def _promote(ws: Workspace, settings: Settings) -> Report:
    from hsched_models.campaign import promote_candidates

    return promote_candidates(ws, now=now_for(settings))
