"""Blocking checks of raw and lake tables: nothing downstream is made from a day that fails. Results carry counts only."""

from collections.abc import Iterator

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_pipelines.lake import lake_name, read_days
from hsched_pipelines.operations.expectations import lake_expectations, raw_expectations
from hsched_pipelines.operations.raw import quarantine_name, raw_name
from hsched_pipelines.operations.zone_reading import raw_table
from hsched_pipelines.partitions import days_of
from hsched_pipelines.safely import inside_zone
from hsched_pipelines.suites import check_result, judge

CHECKED_TABLES = ("appointments", "clients")
MOST_QUARANTINED = 0.05
CONTRACT, QUARANTINE = "contract_holds", "few_quarantined"


def table_checks() -> list[dg.AssetChecksDefinition]:
    """Contract suites on both sides of de-identification, and the share of quarantined rows."""
    return [make(table) for table in CHECKED_TABLES for make in (_raw_checks, _lake_check)]


def _raw_checks(table: str) -> dg.AssetChecksDefinition:
    asset = raw_name(table)
    few = f"Warns where more than {MOST_QUARANTINED:.0%} of the rows broke the contract."
    specs = [
        dg.AssetCheckSpec(CONTRACT, asset=asset, blocking=True, description="Columns, vocabularies, ranges and order of instants."),
        dg.AssetCheckSpec(QUARANTINE, asset=asset, description=few),
    ]

    @dg.multi_asset_check(name=f"{asset}_checks", specs=specs)
    def raw_checks(context: dg.AssetCheckExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> Iterator[dg.AssetCheckResult]:
        days = days_of(context)
        with inside_zone("check_failed_to_run", asset):
            frame = raw_table(practice, table, days).to_pandas(date_as_object=False)
            rejected = sum(_rejected(practice, quarantine_name(table, day)) for day in days)
            verdict = judge(frame, raw_expectations(table, days[0], days[-1]))
        yield quarantine_result(asset, len(frame), rejected)
        yield check_result(verdict, asset=asset, name=CONTRACT)

    return raw_checks


def _lake_check(table: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=lake_name(table), name="release_holds", blocking=True, description="Exactly the released columns, identifiers as tokens only."
    )
    def release_holds(context: dg.AssetCheckExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> dg.AssetCheckResult:
        days = days_of(context)
        with inside_zone("check_failed_to_run", lake_name(table)):
            frame = read_days(practice.paths.lake, table, days).to_pandas(date_as_object=False)
            return check_result(judge(frame, lake_expectations(table, days[0], days[-1])))

    return release_holds


def quarantine_result(asset: str, rows: int, rejected: int) -> dg.AssetCheckResult:
    """A warning: the good rows go on, the bad ones wait in quarantine."""
    share = rejected / max(rows + rejected, 1)
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=QUARANTINE,
        passed=share <= MOST_QUARANTINED,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{rejected} of {rows + rejected} rows are in quarantine ({share:.1%})",
        metadata={"rows": rows, "rejected": rejected, "share": share},
    )


def _rejected(practice: OpenPractice, name: str) -> int:
    return practice.zone.read(name).count(b"\n") if practice.zone.exists(name) else 0
