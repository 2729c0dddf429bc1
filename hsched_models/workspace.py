"""Where a practice's learning flow reads and writes, and what it may use. Handed in by the host; nothing here looks it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Workspace:
    """Folders of the de-identified zone, the MLflow addresses, and the practice's choices."""

    tables: Path
    training: Path
    scores: Path
    drift: Path
    tracking_uri: str
    artifact_root: Path
    timezone: str
    demographic_inputs: Mapping[str, str] = field(default_factory=dict)
    promotion: str = "automatic"  # or "reviewed": challengers wait for a person
    code_version: str = "unknown"
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def seals(self) -> Path:
        """The shadow ledger."""
        return self.scores.parent / "ledger" / "seals.jsonl"

    @property
    def graded(self) -> Path:
        """What the first grade of each visit rested on."""
        return self.seals.with_name("graded.parquet")

    @property
    def feature_rows(self) -> Path:
        return self.tables / "feat_no_show__appointments.parquet"

    @property
    def coming_rows(self) -> Path:
        return self.tables / "feat_no_show__coming"
