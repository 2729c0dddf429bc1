"""The page of the column-map format: the header of the shipped map is its only description."""

from pathlib import Path

import hsched_adapters
from hsched_cli.reference.markdown import code, document

TITLE = "Column maps"
SHIPPED = Path(hsched_adapters.__file__).parent / "ehr" / "maps" / "medical-appointment-no-shows.yaml"
INTRODUCTION = (
    "A map says which column of your CSV export is which field of the [raw tables](raw-tables.md). It is a YAML file with these words; "
    "`hsched import FILE --map my-map.yaml` checks every one of them."
)


def page() -> str:
    """The whole page: the format, then the shipped map as an example."""
    header, example = split(SHIPPED.read_text(encoding="utf-8"))
    return document(TITLE, INTRODUCTION, code(header, "text"), "## Example", code(example, "yaml"))


def split(text: str) -> tuple[str, str]:
    """The comment before the first blank line that ends it, without its marks; and the map below."""
    lines = text.splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    header = [line.removeprefix("#").removeprefix(" ") for line in lines[:end]]
    return "\n".join(header).rstrip(), "\n".join(lines[end:]).strip()
