"""`deid_ehr__*`: what passes de-identification, into the lake. The release table decides; this only carries it out."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.settings import Practice
from hsched_core.domain.contracts import TABLES, Table
from hsched_core.privacy.claims import Profile, claim_of
from hsched_core.privacy.deidentify import deidentify
from hsched_core.privacy.release import RELEASE, Withheld, passing
from hsched_pipelines.lake import lake_name, lake_schema, write_day
from hsched_pipelines.operations.raw import RETRIES, extract_freshness, raw_name
from hsched_pipelines.operations.zone_reading import raw_rows
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features
from hsched_pipelines.progress import Progress
from hsched_pipelines.safely import inside_zone

GROUP = "deidentify"
DAYS_AT_ONCE = 60  # the vault is asked once a chunk and kind, and a chunk of rows fits in memory


def deid_assets(described: Practice) -> list[dg.AssetsDefinition]:
    """One asset per table of the contract."""
    with settled_features():
        return [_deid_asset(described, table) for table in TABLES.values()]


def _deid_asset(described: Practice, table: Table) -> dg.AssetsDefinition:
    @dg.asset(
        name=lake_name(table.name),
        deps=[raw_name(table.name)],
        partitions_def=daily_partitions(described),
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=RETRIES,
        freshness_policy=extract_freshness(described),
        group_name=GROUP,
        kinds={"parquet"},
        tags={"zone": "deidentified"},
        owners=["team:data"],
        description=f"{table.note} Under random pseudonyms, without the fields the release table withholds.",
        metadata={"dagster/column_schema": column_schema(table.name)},
    )
    def deid(context: dg.AssetExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> dg.MaterializeResult[None]:
        days = days_of(context)
        progress = Progress(context.log.info, f"de-identifying {table.name}", len(days))
        record(context, table.name, release_days(practice, table.name, days, progress), practice.practice.privacy.profile)
        return dg.MaterializeResult()

    return deid


def release_days(practice: OpenPractice, table: str, days: Sequence[date], progress: Progress) -> dict[date, int]:
    """Write each day's lake file; how many rows each has."""
    counts: dict[date, int] = {}
    for chunk in _chunks(days):
        with inside_zone("deidentify_failed", f"{lake_name(table)} {chunk[0]} to {chunk[-1]}"):
            counts |= _release_chunk(practice, table, chunk)
        progress.advance(len(chunk))
    return counts


def _release_chunk(practice: OpenPractice, table: str, days: Sequence[date]) -> dict[date, int]:
    extracts = {day: raw_rows(practice, table, day) for day in days}
    rows = [row for extract in extracts.values() for row in extract]
    released = iter(deidentify(table, rows, practice.vault.pseudonyms, practice.timezone))
    counts = {}
    for day, extract in extracts.items():
        write_day(practice.paths.lake, table, day, list(islice(released, len(extract))))
        counts[day] = len(extract)
    return counts


def record(context: dg.AssetExecutionContext, table: str, counts: dict[date, int], profile: str) -> None:
    """Counts on each day's partition; what was withheld, and what may be claimed, on the last."""
    for day, rows in counts.items():
        context.add_asset_metadata({"dagster/row_count": rows}, partition_key=str(day))
    last = max(counts)
    context.add_asset_metadata({"run_rows": sum(counts.values()), **release_metadata(table, profile)}, partition_key=str(last))
    context.log.info(f"{context.asset_key.to_user_string()}: {sum(counts.values())} rows, {len(counts)} days")


def release_metadata(table: str, profile: str) -> dict[str, dg.MetadataValue]:
    """The computed claim, and field by field what passes and what does not."""
    withheld = {name: decision.reason for name, decision in RELEASE[table].items() if isinstance(decision, Withheld)}
    return {
        "claim": dg.MetadataValue.text(str(claim_of(Profile(profile)))),
        "passing": dg.MetadataValue.json({to.to: f"{name}: {to.how}" for name, to in passing(table).items()}),
        "withheld": dg.MetadataValue.json(withheld),
    }


def column_schema(table: str) -> dg.TableSchema:
    """The lake's columns for Dagster's UI."""
    return dg.TableSchema([dg.TableColumn(field.name, str(field.type)) for field in lake_schema(table)])


def _chunks(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), DAYS_AT_ONCE):
        yield days[start : start + DAYS_AT_ONCE]
