"""What a step of the learning flow tells its host: numbers, small tables, plots, links. No identifier and no whole token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Row = Mapping[str, object]
RECORDS = "records: "  # begins a breach of how things are written down: a training would learn the mistake, so none follows from it


@dataclass(frozen=True)
class Report:
    """Result of one step. `plots` are PNG bytes; `breaches` name what should be a visible failed check."""

    numbers: Mapping[str, float | int | str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    plots: Mapping[str, bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    breaches: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
