"""Insight tables as people read them: what leads them, and the sentence of a cell."""

from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hsched_pipelines.learning.insights import insight_metadata, sentence, worst_cells

TUESDAYS = {"weekday": 2, "start_hour": 14, "visits": 214, "unused_rate": 0.35, "unused_rate_low": 0.29, "unused_rate_high": 0.42}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two of three Fridays were missed; so were 75 of 214 Tuesdays, and a fifth of many Mondays."""
    fridays = TUESDAYS | {"weekday": 5, "visits": 3, "unused_rate": 0.67, "unused_rate_low": 0.21, "unused_rate_high": 0.94}
    mondays = TUESDAYS | {"weekday": 1, "visits": 1200, "unused_rate": 0.2, "unused_rate_low": 0.18, "unused_rate_high": 0.22}
    pq.write_table(pa.Table.from_pylist([fridays, mondays, TUESDAYS]), tmp_path / "mart_insights__weekday_hour.parquet")
    return tmp_path / "mart_insights__weekday_hour.parquet"


def test_the_worst_cell_is_the_one_that_is_surely_bad(table: Path) -> None:
    """By the lower end of the interval; two of three visits are no finding."""
    assert [cell["weekday"] for cell in worst_cells(table)] == [2, 1]
    assert len(worst_cells(table, shown=1)) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "Tuesdays 14:00: 35 % of 214 visits went unused (29 to 42 %)"),
        ({"start_hour": None, "visits": 1500}, "Tuesdays: 35 % of 1,500 visits went unused (29 to 42 %)"),
    ],
)
def test_a_cell_is_a_sentence(changed: dict[str, Any], expected: str) -> None:
    """With its count and its interval; a source without hours speaks of days."""
    assert sentence(TUESDAYS | changed) == expected


def test_dagster_shows_the_worst_cells_of_insight_tables_only(table: Path) -> None:
    """A Markdown table for people; feature tables show none of their rows."""
    (shown,) = insight_metadata("mart_insights__weekday_hour", table).values()

    assert isinstance(shown, dg.MarkdownMetadataValue)
    assert "| 214 |" in str(shown.value)
    assert insight_metadata("feat_no_show__appointments", table) == {}
