"""The learning host's own small parts: reports as metadata, drift bounds, when dbt must be parsed, feature suites."""

import os
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from hsched_models.report import Report
from hsched_pipelines.learning.checks import KEYS, SHARES, feature_expectations
from hsched_pipelines.learning.daily import bounds_result
from hsched_pipelines.learning.dbt import is_stale
from hsched_pipelines.learning.intercept import UPDATE
from hsched_pipelines.learning.reports import markdown_table, metadata_of
from hsched_pipelines.suites import judge

DAY = date(2026, 3, 8)


def feature_rows(**changed: object) -> pd.DataFrame:
    """Two coming visits that hold every expectation, or break the one that is changed in the second row."""
    good: dict[str, object] = {
        **dict.fromkeys(KEYS, "x"),
        **dict.fromkeys(SHARES, 0.2),
        "moment": "day_before",
        "booked_at": pd.Timestamp("2026-03-01", tz="UTC"),
        "scored_at": pd.Timestamp("2026-03-08", tz="UTC"),
        "lead_time_days": 7,
        "weekday": 1,
        "start_hour": 9,
    }
    return pd.DataFrame([{**good, "booking_id": "a"}, {**good, "booking_id": "b", **changed}])


def test_a_report_becomes_numbers_tables_pictures_and_links() -> None:
    """What people look at in Dagster's UI."""
    report = Report({"n": 3, "auroc": 0.7, "verdict": "kept"}, {"t": [{"a": 1, "b": None}]}, {"curve": b"png"}, {"run": "r1"})
    metadata = metadata_of(report, lambda run_id: f"http://mlflow/{run_id}")

    assert {name: type(value) for name, value in metadata.items()} == {
        "n": dg.IntMetadataValue,
        "auroc": dg.FloatMetadataValue,
        "verdict": dg.TextMetadataValue,
        "t": dg.MarkdownMetadataValue,
        "curve": dg.MarkdownMetadataValue,
        "run": dg.UrlMetadataValue,
    }
    assert metadata["curve"].value == "![curve](data:image/png;base64,cG5n)"
    assert metadata["run"].value == "http://mlflow/r1"


def test_files_of_one_kind_do_not_hide_each_other() -> None:
    """Two Parquet files are two entries; a single one is named by its kind, the same in every partition."""
    report = Report(files=(Path("training/a.parquet"), Path("training/b.parquet"), Path("drift/2026-03-08.html")))

    assert set(metadata_of(report, str)) == {"parquet a", "parquet b", "html"}


def test_a_cell_cannot_break_a_table() -> None:
    """A bar or a line break inside a value stays inside its cell."""
    assert markdown_table([{"reason": "a|b\nc"}]).splitlines()[-1] == "| a\\|b c |"


def test_a_breach_fails_the_check_and_names_day_and_measure() -> None:
    """Days within bounds say nothing; the others are the reason."""
    result = bounds_result({DAY: Report(breaches=("age has moved",)), date(2026, 3, 9): Report()})

    assert not result.passed
    assert result.description == "2026-03-08: age has moved"
    assert bounds_result({DAY: Report()}).passed


def test_a_level_out_of_bounds_fails_its_check_and_stops_nothing() -> None:
    """A warning with the reason; else what was done."""
    breached = UPDATE.verdict(Report(breaches=("day_before: held at the bound",)))
    quiet = UPDATE.verdict(Report(numbers={"champions": 2, "updated": 1}))

    assert (breached.passed, breached.severity, breached.description) == (
        False,
        dg.AssetCheckSeverity.WARN,
        "day_before: held at the bound",
    )
    assert (quiet.passed, quiet.description) == (True, "2 champions, 1 updated")


@pytest.mark.parametrize("file", ["models/a.sql", "models/a.yml", "macros/m.sql"])
def test_dbt_is_parsed_again_when_a_source_is_newer(tmp_path: Path, file: str) -> None:
    """The manifest is a cache of the project's files."""
    source, manifest = tmp_path / file, tmp_path / "manifest.json"
    source.parent.mkdir(parents=True)
    source.write_text("select 1")
    assert is_stale(manifest, tmp_path)
    manifest.write_text("{}")
    os.utime(source, (1, 1))
    assert not is_stale(manifest, tmp_path)
    os.utime(source, (4e9, 4e9))
    assert is_stale(manifest, tmp_path)


def test_sound_feature_rows_pass() -> None:
    """The suite is not stricter than the features are."""
    assert judge(feature_rows(), feature_expectations("feat_no_show__coming")).findings == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"client_token": None}, "column_values_to_not_be_null on client_token: 1 rows"),
        ({"client_unused_rate": 1.2}, "column_values_to_be_between on client_unused_rate: 1 rows"),
        ({"moment": "later"}, "column_values_to_be_in_set on moment: 1 rows"),
        ({"booking_id": "a"}, "compound_columns_to_be_unique: 2 rows"),
        (
            {"booked_at": pd.Timestamp("2026-03-09", tz="UTC")},
            "column_pair_values_a_to_be_greater_than_b on scored_at, booked_at: 1 rows",
        ),
    ],
)
def test_a_broken_feature_row_is_named_by_its_breach(changed: dict[str, object], expected: str) -> None:
    """Missing key, share above one, unknown moment, the same row twice, scored before it was booked."""
    findings = judge(feature_rows(**changed), feature_expectations("feat_no_show__coming")).findings

    assert [str(finding) for finding in findings] == [expected]
