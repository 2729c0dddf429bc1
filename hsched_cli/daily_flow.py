"""The stages of `hsched run`, each of which asks the Dagster host for one job, or says that what is there is used again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from hsched_cli.day_plan import DayPlan, days_without, spans, training_reason
from hsched_cli.stages import Stages
from hsched_core.domain.contracts import TABLES

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from hsched_adapters.assembly import OpenPractice


@dataclass(frozen=True)
class DailyFlow:
    """The stages of one run. `again`: the day was asked for by name, so its scores are made anew."""

    practice: "OpenPractice"
    plan: DayPlan
    shown: "Stages"
    instance: "DagsterInstance"
    again: bool

    def run(self, *, train: bool) -> dict[str, int]:
        """Every stage in order; the first failure stops the run with its reason. What the search for identifiers covered."""
        extracted = self.extract()
        self.features(extracted)
        if train:
            self.train()
        self.score()
        return self.scan()

    def extract(self) -> int:
        """Days whose records were not there yet; how many."""
        missing = self.missing_days()
        if not missing:
            self.shown.skip("extract, de-identify", f"all days up to {self.plan.day} are there")
        for first, last in spans(missing):
            self._extract(first, last)
        return len(missing)

    def missing_days(self) -> list[date]:
        """Days without a file in every table of the lake."""
        folders = [self.practice.paths.lake / f"deid_ehr__{table}" for table in TABLES]
        present = [{file.stem for file in folder.glob("*.parquet")} for folder in folders]
        return days_without(self.practice.practice.first_day, self.plan.day, present)

    def _extract(self, first: date, last: date) -> None:
        from hsched_pipelines.running import raise_if_failed, run_extract

        with self.shown.stage("extract, de-identify") as (stage, say):
            raise_if_failed(run_extract(self.instance, self.practice.settings, first, last, say))
            stage.outcome = f"{first} to {last}" if first != last else str(first)

    def features(self, extracted: int) -> None:
        """The feature tables, where records are new."""
        from hsched_pipelines.running import raise_if_failed, run_features

        if not extracted and (self.practice.paths.tables / "feat_no_show__appointments.parquet").exists():
            self.shown.skip("features", "no new records")
            return
        with self.shown.stage("features"):
            raise_if_failed(run_features(self.instance, self.practice.settings, say=lambda _: None))

    def train(self) -> None:
        """A training, where there is no champion or an old one."""
        reason = training_reason(self._promoted_at(), self.practice.clock.now())
        if reason is None:
            self.shown.skip("train", "the champion is not a week old")
            return
        from hsched_pipelines.running import raise_if_failed, run_training

        with self.shown.stage("train") as (stage, say):
            raise_if_failed(run_training(self.instance, self.practice.settings, say))
            stage.outcome = reason

    def _promoted_at(self) -> Sequence[datetime | None]:
        from hsched_cli.practice import registry

        promoted = (row.promoted_at for row in registry().champions() if "champion" in row.aliases)
        return [datetime.fromisoformat(instant) if instant else None for instant in promoted]

    def score(self) -> None:
        """Scores and drift of the days that have none yet."""
        days = self.plan.scored if self.again else [day for day in self.plan.scored if not self._is_scored(day)]
        if not days:
            self.shown.skip("score, drift", f"{len(self.plan.scored)} days are scored")
        for first, last in spans(days):
            self._score(first, last)

    def _is_scored(self, day: date) -> bool:
        paths = self.practice.paths
        return (paths.scores / f"{day}.parquet").exists() and (paths.drift / f"{day}.html").exists()

    def _score(self, first: date, last: date) -> None:
        from hsched_pipelines.running import raise_if_failed, run_daily

        with self.shown.stage("score, drift") as (stage, say):
            raise_if_failed(run_daily(self.instance, self.practice.settings, first, last, say, with_tables=False))
            stage.outcome = f"{first} to {last}" if first != last else str(first)

    def scan(self) -> dict[str, int]:
        """Identifiers of the scored days, looked for in everything past de-identification: how many, in how many files."""
        from hsched_pipelines.running import raise_if_failed, run_scan

        first, last = self.plan.scored[0], self.plan.day
        with self.shown.stage("look for identifiers") as (stage, say):
            result = raise_if_failed(run_scan(self.instance, self.practice.settings, first, last, say))
            found = next(iter(result.metadata.values()))
            stage.outcome = f"{found['needles']:,} looked for in {found['files']:,} files"
        return {"looked_for": found["needles"], "files": found["files"], "hits": 0}
