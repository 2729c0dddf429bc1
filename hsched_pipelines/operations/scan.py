"""The search for identifiers past de-identification: over a run's lake tables, and each night over everything.

A hit is told by file, kind and count. The needles themselves never leave this code location.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.scanner import Hit, Scanner
from hsched_adapters.settings import Paths, Practice
from hsched_core.domain.contracts import TABLES
from hsched_pipelines.lake import day_file, lake_name, read_days
from hsched_pipelines.operations.needles import needles_for
from hsched_pipelines.operations.raw import raw_name
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features
from hsched_pipelines.safely import inside_zone

SCAN = "audit_privacy__scan"
NO_HITS = "no_identifiers_anywhere"
MOST_HITS_SHOWN = 50
BEFORE_DEID = ("keys", "identified", "sandbox")  # folders of the home that may hold identifiers; the vault's files besides


def release_check() -> dg.AssetChecksDefinition:
    """Blocking: the run's lake tables against the identifiers of the run's raw rows."""
    others = [name(table) for table in TABLES for name in (raw_name, lake_name)]

    @dg.asset_check(
        asset=lake_name("appointments"),
        name="no_identifiers_past_deid",
        blocking=True,
        additional_deps=[name for name in others if name != lake_name("appointments")],
        description="No identifier of the run's raw rows occurs in what the run wrote into the lake.",
    )
    def no_identifiers_past_deid(context: dg.AssetCheckExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> dg.AssetCheckResult:
        days = days_of(context)
        with inside_zone("scan_failed", "lake"):
            needles = needles_for(practice, days)
            scanner = Scanner(needles.found)
            hits = [hit for table in TABLES for hit in _in_lake(scanner, practice.paths.lake, table, days)]
            return hits_result(hits, needles=len(needles.found))

    return no_identifiers_past_deid


def _in_lake(scanner: Scanner, lake: Path, table: str, days: Sequence[date]) -> Iterable[Hit]:
    """The run's rows of one table as one file: every value once, whatever the number of days."""
    import pyarrow.parquet as pq

    written = [day for day in days if day_file(lake, table, day).is_file()]
    sink = io.BytesIO()
    pq.write_table(read_days(lake, table, written), sink)
    return scanner.scan_bytes(sink.getvalue(), lake_name(table))


def scan_asset(described: Practice) -> dg.AssetsDefinition:
    """Each night, after scores and drift: the day's identifiers in everything past de-identification."""
    with settled_features():
        partitions = daily_partitions(described)

        @dg.asset(
            name=SCAN,
            deps=["score_no_show__daily", "drift_no_show__daily"],
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.single_run(),
            group_name="audit",
            owners=["team:data"],
            description="Looks for the day's identifiers in everything past de-identification: tables, models, reports, Dagster's own log.",
            check_specs=[dg.AssetCheckSpec(NO_HITS, asset=SCAN, blocking=True)],
        )
        def scan(context: dg.AssetExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> Iterator[dg.MaterializeResult[None]]:
            with inside_zone("scan_failed", practice.practice.id):
                result = scan_everything(practice, days_of(context))
            yield result

    return scan


def scan_everything(practice: OpenPractice, days: Sequence[date]) -> dg.MaterializeResult[None]:
    """The identifiers of those days against every file past de-identification."""
    needles = needles_for(practice, days)
    report = Scanner(needles.found).scan(places(practice.paths), practice.paths.home)
    looked_at: dict[str, dg.MetadataValue] = {
        "files": dg.MetadataValue.int(report.files),
        "megabytes": dg.MetadataValue.float(round(report.bytes / 2**20, 1)),
        "needles": dg.MetadataValue.int(len(needles.found)),
        "needles_by_kind": dg.MetadataValue.json(dict(Counter(needle.kind for needle in needles.found))),
        "too_short_to_search": dg.MetadataValue.json(dict(needles.too_short)),
        "searched_as_bytes_only": dg.MetadataValue.json(list(report.unread)),
    }
    result = hits_result(report.hits, needles=len(needles.found), check_name=NO_HITS)
    return dg.MaterializeResult(metadata=looked_at, check_results=[result])


def places(paths: Paths) -> list[Path]:
    """Everything in the home but what lies before de-identification: also what nobody thought of when this was written."""
    return [
        place for place in sorted(paths.home.iterdir()) if place.name not in BEFORE_DEID and not place.name.startswith(paths.vault.name)
    ]


def hits_result(hits: Sequence[Hit], *, needles: int, check_name: str | None = None) -> dg.AssetCheckResult:
    """Failed on any hit; says in which file, of which kind, how often."""
    by_kind = Counter[str]()
    for hit in hits:
        by_kind[hit.kind] += hit.count
    found = "; ".join(f"{hit.file}: {hit.count} x {hit.kind}" for hit in hits[:MOST_HITS_SHOWN])
    return dg.AssetCheckResult(
        check_name=check_name,
        passed=not hits,
        description=f"identifiers found: {found}" if hits else f"none of {needles} identifiers found",
        metadata={"needles": needles, "hits": sum(by_kind.values()), "hits_by_kind": dg.MetadataValue.json(dict(by_kind))},
    )
