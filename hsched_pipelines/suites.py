"""Great Expectations suites, run on a data frame, reduced to what may be shown: which expectation, on which column, how
many rows. No value of a row leaves this module, which is why results are asked for without examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, simplefilter

import dagster as dg


@dataclass(frozen=True)
class Finding:
    """One expectation that was not met."""

    expectation: str
    column: str
    rows: int | None  # None where the expectation is about the table
    was_evaluated: bool = True

    def __str__(self) -> str:
        column = f" on {self.column}" if self.column else ""
        rows = "" if self.rows is None else f": {self.rows} rows"
        return f"{self.expectation}{column}{rows}" if self.was_evaluated else f"{self.expectation}{column} could not be evaluated"


@dataclass(frozen=True)
class Verdict:
    """What a suite found in a frame of so many rows."""

    rows: int
    expectations: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return not self.findings


def judge(frame: Any, expectations: Sequence[Any]) -> Verdict:
    """Run the expectations on a pandas frame."""
    import great_expectations as gx

    with catch_warnings():
        simplefilter("ignore")  # the library warns about its own dependencies
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        batch = context.data_sources.add_pandas("frame").add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
        suite = context.suites.add(gx.ExpectationSuite(name="suite", expectations=list(expectations)))
        definition = gx.ValidationDefinition(name="validation", data=batch, suite=suite)
        result = context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame}, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
    findings = tuple(_finding(entry) for entry in result.results if not entry.success)
    return Verdict(rows=len(frame), expectations=len(result.results), findings=findings)


def check_result(
    verdict: Verdict,
    *,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    asset: str | None = None,
    name: str | None = None,
) -> dg.AssetCheckResult:
    """The verdict as Dagster shows it, with the reason in words. `asset` and `name` where a step yields several checks."""
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=verdict.passed,
        severity=severity,
        description="; ".join(map(str, verdict.findings)) or f"{verdict.expectations} expectations met by {verdict.rows} rows",
        metadata={
            "rows": verdict.rows,
            "expectations": verdict.expectations,
            "not_met": dg.MetadataValue.json([str(finding) for finding in verdict.findings]),
        },
    )


def _finding(entry: Any) -> Finding:
    config = entry.expectation_config
    columns = (config.kwargs.get(name) for name in ("column", "column_A", "column_B"))
    return Finding(
        expectation=config.type.removeprefix("expect_"),
        column=", ".join(column for column in columns if column),
        rows=entry.result.get("unexpected_count") if entry.result else None,
        was_evaluated=not _raised(entry.exception_info),
    )


def _raised(exceptions: Any) -> bool:
    """One report, or one by metric: the library writes both."""
    if not exceptions:
        return False
    reports = [exceptions] if "raised_exception" in exceptions else exceptions.values()
    return any(report.get("raised_exception") for report in reports)
