"""A report of hsched_models as Dagster shows it: scalars, small tables, plots as pictures, links to MLflow."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import dagster as dg

from hsched_models.report import Report

MOST_TABLE_ROWS = 50
Metadata = dict[str, dg.MetadataValue]


def metadata_of(report: Report, run_url: Callable[[str], str]) -> Metadata:
    """Everything people look at; `run_url` makes an address of an MLflow run id."""
    return {
        **{name: _scalar(value) for name, value in report.numbers.items()},
        **{name: dg.MetadataValue.md(markdown_table(rows)) for name, rows in report.tables.items()},
        **{name: picture(name, png) for name, png in report.plots.items()},
        **{name: dg.MetadataValue.url(run_url(run_id)) for name, run_id in report.links.items()},
        **_files(report.files),
    }


def markdown_table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table with the columns of the first row."""
    if not rows:
        return "(nothing)"
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns), *([_cell(row.get(name)) for name in columns] for row in islice(rows, MOST_TABLE_ROWS))]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def picture(name: str, png: bytes) -> dg.MetadataValue:
    """A PNG inside the metadata itself: it stays with the run."""
    return dg.MetadataValue.md(f"![{name}](data:image/png;base64,{base64.b64encode(png).decode()})")


def _files(files: Sequence[Path]) -> Metadata:
    """By kind, so that a partition's metadata is comparable with the next one's; by name too where there are several."""
    several = {suffix for suffix, count in Counter(file.suffix for file in files).items() if count > 1}
    names = {file: file.suffix.lstrip(".") + (f" {file.stem}" if file.suffix in several else "") for file in files}
    return {name: dg.MetadataValue.path(str(file)) for file, name in names.items()}


def _scalar(value: object) -> dg.MetadataValue:
    if isinstance(value, int) and not isinstance(value, bool):
        return dg.MetadataValue.int(value)
    return dg.MetadataValue.float(value) if isinstance(value, float) else dg.MetadataValue.text(str(value))


def _cell(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str("" if value is None else value)
    return text.replace("|", "\\|").replace("\n", " ")
