"""The shadow ledger as assets: each day's scores sealed right after they are made, and graded when their outcomes are in."""

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_adapters.store.publishing import open_score_store
from hsched_models.ledger import Anchor, Chain, read_chain
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.daily import SCORE, each_day
from hsched_pipelines.learning.workspace import now_for, workspace_of
from hsched_pipelines.partitions import daily_partitions, settled_features

LEDGER, GRADE = "ledger_no_show__daily", "grade_no_show__daily"
SEALS_HOLD, FORECASTS_HOLD = "seals_hold", "forecasts_hold"
HEADS_REMEMBERED = 50


def shadow_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Seals, and grades."""
    with settled_features():
        return [_ledger(settings), _grades(settings)]


def _ledger(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name=LEDGER,
        deps=[SCORE],
        partitions_def=daily_partitions(settings.practice),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="score",
        kinds={"json"},
        owners=["team:data"],
        description="The day's scores, sealed before their outcomes are known: SHA-256, chained to the seal before.",
        check_specs=[
            dg.AssetCheckSpec(SEALS_HOLD, asset=LEDGER, description="Fails where a seal is broken or a sealed day has other scores.")
        ],
    )
    def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from hsched_models.shadow import seal_scores

        now, anchors = now_for(settings), dagster_anchors(context.instance)
        reports = each_day(settings, context, lambda ws, as_of_on: seal_scores(ws, as_of_on, now, anchors))
        yield dg.MaterializeResult(check_results=[verdict(SEALS_HOLD, reports, "days sealed as they were scored")])

    return ledger


def _grades(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name=GRADE,
        deps=[LEDGER, "feat_no_show__appointments"],
        partitions_def=daily_partitions(settings.practice),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="score",
        kinds={"parquet"},
        owners=["team:data"],
        description="How sealed forecasts turned out, by week and clinic, as known at the midnight that ends the day.",
        check_specs=[
            dg.AssetCheckSpec(FORECASTS_HOLD, asset=GRADE, description="Fails, visibly, where recent forecasts went wrong beyond chance.")
        ],
    )
    def grades(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        from hsched_models.shadow import grade_scores

        enter_practice(settings.paths)
        found = _Sealed(workspace_of(settings, context), (*dagster_anchors(context.instance), *store_anchors(settings)))
        now = now_for(settings)
        reports = each_day(
            settings, context, lambda ws, as_of_on: grade_scores(ws, as_of_on, now, found.chain, found.forecasts, found.labels)
        )
        yield dg.MaterializeResult(check_results=[verdict(FORECASTS_HOLD, reports, "days graded, nothing beyond chance")])

    return grades


class _Sealed:
    """What every day of a run is graded with, read once."""

    def __init__(self, ws: Workspace, anchors: tuple[Anchor, ...]) -> None:
        from hsched_models.shadow import load_labels, sealed_forecasts

        self.chain: Chain = read_chain(ws.seals, anchors)
        self.forecasts = sealed_forecasts(ws, self.chain)
        self.labels = load_labels(ws.feature_rows)


def dagster_anchors(instance: dg.DagsterInstance) -> tuple[Anchor, ...]:
    """Heads of the chain as Dagster's event log remembers them."""
    made = instance.fetch_materializations(dg.AssetKey(LEDGER), limit=HEADS_REMEMBERED).records
    told = [record.asset_materialization.metadata for record in made if record.asset_materialization]
    return tuple(Anchor(int(str(known["seals"].value)), str(known["head"].value)) for known in told if {"seals", "head"} <= known.keys())


def store_anchors(settings: Settings) -> tuple[Anchor, ...]:
    """Seals as the operational store remembers them."""
    store = open_score_store(settings)
    try:
        return tuple(Anchor(number, seal) for number, seal in store.heads() if number)
    finally:
        store.close()


def verdict(check: str, reports: Mapping[date, Report], good: str) -> dg.AssetCheckResult:
    """One verdict over the run's days; what is wrong on several of them is said once."""
    breaches = list(dict.fromkeys(breach for report in reports.values() for breach in report.breaches))
    return dg.AssetCheckResult(
        check_name=check,
        passed=not breaches,
        description="; ".join(breaches) or f"{len(reports)} {good}",
        metadata={"breaches": dg.MetadataValue.json(breaches)},
    )
