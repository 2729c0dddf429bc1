"""`raw_ehr__*`: each day's records as the EHR gave them, encrypted, with what broke the contract beside them.

Nothing of a row but counts leaves the identified zone: no value in metadata, log or exception.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.extracts import rejected_lines, to_parquet
from hsched_adapters.settings import Practice
from hsched_core.domain.contracts import TABLES, Table
from hsched_core.ports import Extract, Rejected
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features
from hsched_pipelines.progress import Progress
from hsched_pipelines.safely import inside_zone

GROUP = "extract"
MOST_REJECTED_SHOWN = 50
WRITERS = 8  # an encrypted file is on the disk before it counts as written: they wait for the disk together
DAYS_AHEAD = 64
RETRIES = dg.RetryPolicy(max_retries=2, delay=2)


@dataclass(frozen=True)
class DayCount:
    """How many rows of a day kept the contract, and which did not."""

    day: date
    rows: int
    rejected: Sequence[Rejected]


def raw_assets(described: Practice) -> list[dg.AssetsDefinition]:
    """One asset per table of the contract."""
    with settled_features():
        return [_raw_asset(described, table) for table in TABLES.values()]


def raw_name(table: str) -> str:
    return f"raw_ehr__{table}"


def extract_name(table: str, day: date) -> str:
    """Where a day's extract lies in the identified zone."""
    return f"{raw_name(table)}/{day}.parquet"


def quarantine_name(table: str, day: date) -> str:
    return f"quarantine/{table}/{day}.jsonl"


def extract_freshness(described: Practice) -> dg.FreshnessPolicy | None:
    """Yesterday's records by six in the morning; nothing is due from a file that has ended."""
    if described.last_day is not None:
        return None
    return dg.FreshnessPolicy.cron(deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=5), timezone=described.timezone)


def _raw_asset(described: Practice, table: Table) -> dg.AssetsDefinition:
    @dg.asset(
        name=raw_name(table.name),
        partitions_def=daily_partitions(described),
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=RETRIES,
        freshness_policy=extract_freshness(described),
        group_name=GROUP,
        kinds={"parquet"},
        tags={"zone": "identified"},
        owners=["team:data"],
        description=f"{table.note} As the EHR gave it, encrypted; rows that break the contract are quarantined.",
    )
    def raw(context: dg.AssetExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> dg.MaterializeResult[None]:
        days = days_of(context)
        progress = Progress(context.log.info, f"extracting {table.name}", len(days))
        record(context, extract_days(practice, table.name, days, progress))
        return dg.MaterializeResult()

    return raw


def extract_days(practice: OpenPractice, table: str, days: Sequence[date], progress: Progress) -> list[DayCount]:
    """Write each day's extract and quarantine; a day that is written again is replaced."""
    with ThreadPoolExecutor(WRITERS) as writers:
        counts = []
        waiting: deque[Future[None]] = deque()
        for day in days:
            with inside_zone("extract_failed", f"{raw_name(table)} {day}"):
                extract = practice.ehr.changes(table, day)
                waiting.append(writers.submit(_write, practice, extract))
                if len(waiting) > DAYS_AHEAD:
                    waiting.popleft().result()
            counts.append(DayCount(day, len(extract.rows), extract.rejected))
            progress.advance()
        with inside_zone("extract_failed", f"{raw_name(table)} {days[0]} to {days[-1]}"):
            for written in waiting:
                written.result()
    return counts


def _write(practice: OpenPractice, extract: Extract) -> None:
    table, day = extract.table, extract.day
    practice.zone.write(extract_name(table, day), to_parquet(table, _in_order(extract)))
    quarantine = quarantine_name(table, day)
    if extract.rejected or practice.zone.exists(quarantine):
        practice.zone.write(quarantine, rejected_lines(extract.rejected))


def _in_order(extract: Extract) -> list[Mapping[str, object]]:
    """By instant and key, so that the same rows make the same file."""
    key = TABLES[extract.table].key
    return sorted(extract.rows, key=lambda row: (row["recorded_at"], *(str(row[name]) for name in key)))


def record(context: dg.AssetExecutionContext, counts: Sequence[DayCount]) -> None:
    """Counts on each day's partition; the run's totals and the places of rejected rows on the last."""
    for count in counts:
        context.add_asset_metadata({"dagster/row_count": count.rows, "rejected": len(count.rejected)}, partition_key=str(count.day))
    context.add_asset_metadata(totals(counts), partition_key=str(counts[-1].day))
    rows, rejected = sum(count.rows for count in counts), sum(len(count.rejected) for count in counts)
    context.log.info(f"{context.asset_key.to_user_string()}: {rows} rows, {rejected} rejected, {len(counts)} days")


def totals(counts: Sequence[DayCount]) -> dict[str, dg.MetadataValue]:
    """What the whole run covered, with the reasons of rejection but without the rejected values."""
    rejected = [(count.day, row) for count in counts for row in count.rejected]
    reasons = Counter((row.field, row.reason) for _, row in rejected)
    return {
        "run_rows": dg.MetadataValue.int(sum(count.rows for count in counts)),
        "run_rejected": dg.MetadataValue.int(len(rejected)),
        "run_days": dg.MetadataValue.text(f"{counts[0].day} to {counts[-1].day}, {len(counts)} days"),
        "rejected_by_reason": dg.MetadataValue.json({f"{field}: {reason}": count for (field, reason), count in reasons.most_common()}),
        "rejected_rows": _places(rejected[:MOST_REJECTED_SHOWN]),
    }


def _places(rejected: Sequence[tuple[date, Rejected]]) -> dg.MetadataValue:
    """Day and row, not the file: people name files after people. `hsched quarantine --rows` tells the file's name."""
    columns = [dg.TableColumn(name, "int" if name == "row" else "string") for name in ("day", "row", "field", "reason")]
    records = [dg.TableRecord({"day": str(day), "row": row.row, "field": row.field, "reason": row.reason}) for day, row in rejected]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))
