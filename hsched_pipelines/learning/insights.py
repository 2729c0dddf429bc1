"""The `mart_insights__*` tables as people read them: the cells where most is surely lost, and a sentence for each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from hsched_pipelines.learning.reports import Metadata, markdown_table

PREFIX = "mart_insights__"
SHOWN = 10
FEWEST_VISITS = 20  # a cell of three visits has an interval, but nobody changes a template for it
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
WORST_SQL = "select * from read_parquet($table) where visits >= $fewest order by unused_rate_low desc, visits desc limit $shown"


def worst_cells(table: Path, shown: int = SHOWN) -> list[dict[str, Any]]:
    """Cells of an insight table by the lower end of their interval, highest first: few visits do not lead it by chance."""
    with duckdb.connect() as connection:
        result = connection.execute(WORST_SQL, {"table": str(table), "fewest": FEWEST_VISITS, "shown": shown})
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def sentence(cell: Mapping[str, Any]) -> str:
    """A weekday's hour in words, such as `Tuesdays 14:00: 35 % of 214 visits went unused (29 to 42 %)`."""
    when = WEEKDAYS[cell["weekday"] - 1] + ("" if cell["start_hour"] is None else f" {cell['start_hour']:02d}:00")
    low, high = (round(100 * cell[name]) for name in ("unused_rate_low", "unused_rate_high"))
    return f"{when}: {100 * cell['unused_rate']:.0f} % of {cell['visits']:,} visits went unused ({low} to {high} %)"


def insight_metadata(model: str, table: Path) -> Metadata:
    """The worst cells of an insight table for Dagster; nothing for other tables."""
    if not model.startswith(PREFIX):
        return {}
    return {f"worst {SHOWN} (of cells with {FEWEST_VISITS} visits or more)": dg.MetadataValue.md(markdown_table(worst_cells(table)))}
