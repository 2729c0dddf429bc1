"""The day's scores and feature rows in the operational store: what the service and the front desk read within seconds."""

from datetime import timedelta

import dagster as dg

from hsched_adapters.settings import Settings, enter_practice
from hsched_adapters.store.publishing import Publication, open_score_store
from hsched_models.ledger import read_chain
from hsched_pipelines.learning.daily import SCORE
from hsched_pipelines.learning.shadow import LEDGER
from hsched_pipelines.learning.workspace import now_for, workspace_of
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features

PUBLISHED = "published_no_show__daily"


def publication_asset(settings: Settings) -> dg.AssetsDefinition:
    """The newest day of a run replaces what stands; an older one than stands is left out, and said so."""
    with settled_features():
        partitions = daily_partitions(settings.practice)

        @dg.asset(
            name=PUBLISHED,
            deps=[SCORE, LEDGER],
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.single_run(),
            group_name="score",
            kinds={"sqlalchemy"},
            owners=["team:data"],
            description="Scores of coming visits and the feature rows behind them in the operational store, replaced in one transaction.",
        )
        def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            publication = publication_of(settings, context)
            store = open_score_store(settings)
            try:
                is_newest = store.publish(publication)
            finally:
                store.close()
            day = max(days_of(context)).isoformat()
            context.add_asset_metadata(_metadata(publication, is_newest=is_newest), partition_key=day)
            return dg.MaterializeResult()

    return published


def publication_of(settings: Settings, context: dg.AssetExecutionContext) -> Publication:
    """The run's last day as the store takes it, with its seal (0 where a broken chain took none)."""
    from hsched_models.publication import rows_of_day

    enter_practice(settings.paths)
    ws, day = workspace_of(settings, context), max(days_of(context))
    rows = rows_of_day(ws, day + timedelta(days=1))
    seal = read_chain(ws.seals).of_day(day)
    return Publication(
        as_of_on=day + timedelta(days=1),
        published_at=now_for(settings),
        seal_number=seal.number if seal else 0,
        seal=seal.seal if seal else "",
        scores=rows.scores,
        feature_rows=rows.feature_rows,
        client_features=rows.client_features,
    )


def _metadata(publication: Publication, *, is_newest: bool) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(len(publication.scores)),
        "feature_rows": dg.MetadataValue.int(len(publication.feature_rows)),
        "clients": dg.MetadataValue.int(len(publication.client_features)),
        "stands": dg.MetadataValue.text("yes" if is_newest else "no: the store holds a later day"),
        "seal_number": dg.MetadataValue.int(publication.seal_number),
    }
