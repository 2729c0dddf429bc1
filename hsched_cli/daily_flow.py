"""The stages of `hsched run`: each asks for one job, or says that what is there is used again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from hsched_cli.day_plan import DayPlan, days_without, spans, training_reason
from hsched_cli.jobs import Jobs
from hsched_cli.stages import Stages
from hsched_core.domain.contracts import TABLES

if TYPE_CHECKING:
    from hsched_adapters.settings import Paths


@dataclass(frozen=True)
class DailyFlow:
    """The stages of one run. `again`: the day was asked for by name, so its scores are made anew."""

    paths: "Paths"
    first_day: date
    plan: DayPlan
    now: datetime
    jobs: Jobs
    shown: Stages
    again: bool = False

    def run(self, *, train: bool = True) -> dict[str, int]:
        """Every stage in order; the first failure stops the run with its reason. What the search for identifiers covered."""
        since = self.extract()
        self.features(since)
        if train:
            self.train()
        self.score(since)
        return self.scan()

    def extract(self) -> date | None:
        """Days whose records were not there yet; the first of them."""
        missing = self.missing_days()
        if not missing:
            self.shown.skip("extract, de-identify", f"all days up to {self.plan.day} are there")
        for first, last in spans(missing):
            with self.shown.stage("extract, de-identify") as (stage, say):
                self.jobs.extract(first, last, say)
                stage.outcome = _stretch(first, last)
        return missing[0] if missing else None

    def missing_days(self) -> list[date]:
        """Days without a file in every table of the lake, or whose files failed their checks."""
        folders = [self.paths.lake / f"deid_ehr__{table}" for table in TABLES]
        present = [{file.stem for file in folder.glob("*.parquet")} for folder in folders]
        sound = {day.isoformat() for day in self.jobs.extracted()}
        return days_without(self.first_day, self.plan.day, [*present, sound])

    def features(self, since: date | None) -> None:
        """The feature tables, where records are new."""
        if since is None and self.jobs.has_features() and (self.paths.tables / "feat_no_show__appointments.parquet").exists():
            self.shown.skip("features", "no new records")
            return
        with self.shown.stage("features") as (_, say):
            self.jobs.features(say)

    def train(self) -> None:
        """A training, where there is no champion or an old one."""
        reason = training_reason(self.jobs.promoted_at(), self.now)
        if reason is None:
            self.shown.skip("train", "the champion is not a week old")
            return
        with self.shown.stage("train") as (stage, say):
            self.jobs.train(say)
            stage.outcome = reason

    def score(self, since: date | None) -> None:
        """Scores and drift of the days that have none yet, or whose records, or those of a day before, are new."""
        sound = set() if self.again else {day for day in self.jobs.scored() if since is None or day < since}
        days = [day for day in self.plan.scored if day not in sound or not self._is_there(day)]
        if not days:
            self.shown.skip("score, drift", f"{len(self.plan.scored)} days are there")
        for first, last in spans(days):
            with self.shown.stage("score, drift") as (stage, say):
                self.jobs.daily(first, last, say)
                stage.outcome = _stretch(first, last)

    def _is_there(self, day: date) -> bool:
        return (self.paths.scores / f"{day}.parquet").exists() and (self.paths.drift / f"{day}.json").exists()

    def scan(self) -> dict[str, int]:
        """Identifiers of the scored days, looked for in everything past de-identification: how many, in how many files."""
        with self.shown.stage("look for identifiers") as (stage, say):
            (found,) = self.jobs.scan(self.plan.scored[0], self.plan.day, say).values()
            stage.outcome = f"{found['needles']:,} looked for in {found['files']:,} files"
        return {"looked_for": found["needles"], "files": found["files"], "hits": 0}


def _stretch(first: date, last: date) -> str:
    return f"{first} to {last}" if first != last else f"{first}"
