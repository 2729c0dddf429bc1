"""What a run asks of the Dagster host: its jobs, and when the models in use were promoted. Tests put a fake in its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from hsched_core.domain.contracts import TABLES

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from hsched_adapters.settings import Settings

Say = Callable[[str], None]
Found = Mapping[str, Mapping[str, Any]]  # asset -> its metadata


class Jobs(Protocol):
    """Each runs to its end, or raises with the reason why it stopped."""

    def extract(self, first: date, last: date, say: Say) -> Found: ...

    def features(self, say: Say) -> Found: ...

    def train(self, say: Say) -> Found: ...

    def daily(self, first: date, last: date, say: Say) -> Found: ...

    def scan(self, first: date, last: date, say: Say) -> Found: ...

    def extracted(self) -> set[date]:
        """Days whose newest extraction passed its checks."""
        ...

    def scored(self) -> set[date]:
        """Days whose newest scores and drift were made without a failure."""
        ...

    def has_features(self) -> bool:
        """Whether the newest feature tables passed their checks."""
        ...

    def promoted_at(self) -> Sequence[datetime | None]:
        """Of each champion; None where it is not known."""
        ...


@dataclass(frozen=True)
class DagsterJobs:
    """The practice's own jobs on its own Dagster instance, in this process."""

    instance: "DagsterInstance"
    settings: "Settings"

    def extract(self, first: date, last: date, say: Say) -> Found:
        from hsched_pipelines.running import raise_if_failed, run_extract

        return raise_if_failed(run_extract(self.instance, self.settings, first, last, say)).metadata

    def features(self, say: Say) -> Found:
        from hsched_pipelines.running import raise_if_failed, run_features

        return raise_if_failed(run_features(self.instance, self.settings, say)).metadata

    def train(self, say: Say) -> Found:
        from hsched_pipelines.running import raise_if_failed, run_training

        return raise_if_failed(run_training(self.instance, self.settings, say)).metadata

    def daily(self, first: date, last: date, say: Say) -> Found:
        from hsched_pipelines.running import raise_if_failed, run_daily

        return raise_if_failed(run_daily(self.instance, self.settings, first, last, say, with_tables=False)).metadata

    def scan(self, first: date, last: date, say: Say) -> Found:
        from hsched_pipelines.running import raise_if_failed, run_scan

        return raise_if_failed(run_scan(self.instance, self.settings, first, last, say)).metadata

    def extracted(self) -> set[date]:
        from hsched_pipelines.history import standing_days

        tables = frozenset(f"{layer}_ehr__{table}" for layer in ("raw", "deid") for table in TABLES)
        return standing_days(self.instance, "extract_daily", tables)

    def scored(self) -> set[date]:
        from hsched_pipelines.history import standing_days

        return standing_days(self.instance, "score_daily", frozenset({"score_no_show__daily", "drift_no_show__daily"}))

    def has_features(self) -> bool:
        from hsched_pipelines.history import last_run_succeeded

        return last_run_succeeded(self.instance, "build_features")

    def promoted_at(self) -> Sequence[datetime | None]:
        from hsched_cli.practice import registry

        promoted = (row.promoted_at for row in registry().champions() if "champion" in row.aliases)
        return [datetime.fromisoformat(instant) if instant else None for instant in promoted]
