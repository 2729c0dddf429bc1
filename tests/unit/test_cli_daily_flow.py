"""The stages of a run: what is missing is made, what is there is used again, a failure stops what comes after it."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hsched_adapters.settings import Paths
from hsched_cli.daily_flow import DailyFlow
from hsched_cli.day_plan import plan_days
from hsched_cli.stages import Stages
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.errors import UserError
from hsched_core.domain.time import days_between

FIRST, TODAY = date(2026, 3, 1), date(2026, 3, 11)
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
Say = Callable[[str], None]
SCANNED = {"audit_privacy__scan": {"needles": 1200, "files": 30}}


@dataclass
class FakeJobs:
    """Writes the files that the jobs would, and remembers what it was asked for."""

    paths: Paths
    asked: list[str] = field(default_factory=list)
    sound: dict[str, set[date]] = field(default_factory=lambda: {"extract": set(), "daily": set(), "features": set()})
    promoted: datetime | None = None
    failing: str = ""

    def _ask(self, job: str, first: date | None = None, last: date | None = None) -> dict[str, Any]:
        self.asked.append(f"{job} {first}..{last}" if first else job)
        days = set(days_between(first, last)) if first and last else {TODAY}
        if job == self.failing:
            self.sound[job] = self.sound.get(job, set()) - days
            raise UserError(f"The job {job} stopped.")
        self.sound[job] = self.sound.get(job, set()) | days
        return SCANNED if job == "scan" else {}

    def extract(self, first: date, last: date, say: Say) -> dict[str, Any]:
        for day in days_between(first, last):
            for table in TABLES:
                touch(self.paths.lake / f"deid_ehr__{table}" / f"{day}.parquet")
        return self._ask("extract", first, last)

    def features(self, say: Say) -> dict[str, Any]:
        touch(self.paths.tables / "feat_no_show__appointments.parquet")
        return self._ask("features")

    def train(self, say: Say) -> dict[str, Any]:
        self.promoted = NOW
        return self._ask("train")

    def daily(self, first: date, last: date, say: Say) -> dict[str, Any]:
        for day in days_between(first, last):
            touch(self.paths.scores / f"{day}.parquet")
            touch(self.paths.drift / f"{day}.json")
        return self._ask("daily", first, last)

    def scan(self, first: date, last: date, say: Say) -> dict[str, Any]:
        return self._ask("scan", first, last)

    def extracted(self) -> set[date]:
        return self.sound["extract"]

    def scored(self) -> set[date]:
        return self.sound["daily"]

    def has_features(self) -> bool:
        return bool(self.sound["features"])

    def promoted_at(self) -> Sequence[datetime | None]:
        return [self.promoted] if self.promoted else []


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def jobs(tmp_path: Path) -> FakeJobs:
    return FakeJobs(Paths(tmp_path))


def flow(jobs: FakeJobs, *, today: date = TODAY, asked: date | None = None, count: int = 3, shown: io.StringIO | None = None) -> DailyFlow:
    plan = plan_days(FIRST, None, today, asked, count)
    stages = Stages(Console(file=shown or io.StringIO(), width=200))
    return DailyFlow(jobs.paths, FIRST, plan, NOW, jobs, stages, again=asked is not None)


def test_a_first_run_makes_everything_in_order(jobs: FakeJobs) -> None:
    """All days are extracted in one run; only the last are scored."""
    found = flow(jobs).run()

    assert jobs.asked == [
        "extract 2026-03-01..2026-03-10",
        "features",
        "train",
        "daily 2026-03-08..2026-03-10",
        "scan 2026-03-08..2026-03-10",
    ]
    assert found == {"looked_for": 1200, "files": 30, "hits": 0}


def test_a_second_run_uses_what_is_there_and_says_so(jobs: FakeJobs) -> None:
    """Only the search for identifiers is run again."""
    flow(jobs).run()
    jobs.asked.clear()
    shown = io.StringIO()
    flow(jobs, shown=shown).run()

    assert jobs.asked == ["scan 2026-03-08..2026-03-10"]
    assert shown.getvalue().count("kept") == 4
    assert "all days up to 2026-03-10 are there" in shown.getvalue()


def test_the_next_day_adds_one_day(jobs: FakeJobs) -> None:
    """New records, new features, no training yet, one new day of scores."""
    flow(jobs).run()
    jobs.asked.clear()
    flow(jobs, today=TODAY + timedelta(days=1)).run()

    assert jobs.asked == [
        "extract 2026-03-11..2026-03-11",
        "features",
        "daily 2026-03-11..2026-03-11",
        "scan 2026-03-09..2026-03-11",
    ]


def test_a_lost_day_is_extracted_again(jobs: FakeJobs) -> None:
    """One table's file of one day is gone: that day is missing, its neighbours are not; later scores rest on it."""
    flow(jobs).run()
    (jobs.paths.lake / "deid_ehr__clients" / "2026-03-09.parquet").unlink()
    jobs.asked.clear()
    flow(jobs).run()

    assert jobs.asked[:3] == ["extract 2026-03-09..2026-03-09", "features", "daily 2026-03-09..2026-03-10"]


def test_a_day_asked_for_by_name_is_scored_anew(jobs: FakeJobs) -> None:
    """That is what the person wants, although its files are there."""
    flow(jobs).run()
    jobs.asked.clear()
    flow(jobs, asked=date(2026, 3, 9), count=1).run()

    assert jobs.asked == ["daily 2026-03-09..2026-03-09", "scan 2026-03-09..2026-03-09"]


def test_an_old_champion_is_trained_again_unless_told_otherwise(jobs: FakeJobs) -> None:
    """`--no-train` uses the models there are."""
    jobs.promoted = NOW - timedelta(days=9)
    flow(jobs).run(train=False)
    assert "train" not in jobs.asked

    flow(jobs).run()
    assert "train" in jobs.asked


def test_a_failure_stops_what_depends_on_it(jobs: FakeJobs) -> None:
    """No model from features that failed, no scores from a model that failed."""
    jobs.failing = "features"

    with pytest.raises(UserError, match="features"):
        flow(jobs).run()
    assert jobs.asked == ["extract 2026-03-01..2026-03-10", "features"]


@pytest.mark.parametrize("job", ["extract", "features", "daily"])
def test_what_failed_its_checks_is_not_used_because_its_files_are_there(jobs: FakeJobs, job: str) -> None:
    """The files are written before the checks look at them: the next run makes them again, and does not go round the check."""
    jobs.failing = job
    with pytest.raises(UserError):
        flow(jobs).run()
    jobs.asked.clear()
    with pytest.raises(UserError):
        flow(jobs).run()

    assert [asked.split()[0] for asked in jobs.asked] == [job]
