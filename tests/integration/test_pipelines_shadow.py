"""Seals, grades and publication as assets on a real Dagster instance: second runs, changed scores, cut ledgers, missing files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from hsched_adapters.settings import Settings
from hsched_adapters.store.publishing import open_score_store
from hsched_core.domain.time import days_between
from hsched_models.ledger import read_chain
from hsched_pipelines.learning.publication import publication_asset
from hsched_pipelines.learning.shadow import GRADE, LEDGER, shadow_assets
from hsched_pipelines.partitions import day_range_tags
from hsched_pipelines.running import JobResult, _failed_checks, _failed_steps, _metadata
from tests.fake_practice import settings_in
from tests.feature_frames import FIRST, feature_rows

DAYS = list(days_between(FIRST + timedelta(days=40), FIRST + timedelta(days=43)))
ROWS = feature_rows(visits=1200, days=60, seed=2)
KEYS = ["appointment_token", "booking_id", "client_token", "clinician_token", "starts_on", "starts_at", "moment"]


@dataclass
class Home:
    """A practice with feature tables and the scores of four days, and its Dagster instance."""

    settings: Settings
    instance: dg.DagsterInstance

    def run(self, first: date = DAYS[0], last: date = DAYS[-1]) -> JobResult:
        assets = [*shadow_assets(self.settings), publication_asset(self.settings)]
        job = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("shadow", assets)], executor=dg.in_process_executor)
        result = job.resolve_job_def("shadow").execute_in_process(
            instance=self.instance, tags=day_range_tags(first, last), raise_on_error=False
        )
        return JobResult(
            "shadow", result.run_id, result.success, tuple(_failed_checks(result)), tuple(_failed_steps(result)), _metadata(result)
        )

    def failed(self, result: JobResult) -> dict[str, str]:
        return {check.asset: check.reason for check in result.failed_checks}

    @property
    def seals(self) -> Path:
        return self.settings.paths.ledger / "seals.jsonl"

    def scores(self, day: date) -> Path:
        return self.settings.paths.scores / f"{day}.parquet"

    def published(self) -> Any:
        store = open_score_store(self.settings)
        try:
            return store.newest()
        finally:
            store.close()


def coming(day: date) -> pd.DataFrame:
    """Visits of the ten days after a day, as dbt lays them down."""
    rows = ROWS[(ROWS["starts_on"] > day) & (ROWS["starts_on"] <= day + timedelta(days=10)) & (ROWS["moment"] == "day_before")]
    return rows.drop(columns=["label_outcome", "label_is_unused", "label_known_at"])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    settings = settings_in(tmp_path, first=FIRST, last=DAYS[-1])
    paths = settings.paths
    paths.tables.mkdir()
    paths.scores.mkdir()
    ROWS.to_parquet(paths.tables / "feat_no_show__appointments.parquet", index=False)
    for day in DAYS:
        folder = paths.tables / "feat_no_show__coming" / f"as_of_on={day + timedelta(days=1)}"
        folder.mkdir(parents=True)
        coming(day).to_parquet(folder / "data_0.parquet", index=False)
        write_scores(paths.scores / f"{day}.parquet", day, coming(day))
    with dg.DagsterInstance.ephemeral() as instance:
        yield Home(settings, instance)


def write_scores(file: Path, day: date, rows: pd.DataFrame, p: float = 0.2) -> None:
    told = {
        "as_of_on": day + timedelta(days=1),
        "days_ahead": 1,
        "probability": p,
        "probability_no_show": 0.75 * p,
        "probability_late_cancel": 0.25 * p,
        "reasons": "Missed 3 of 8 visits so far (raises)",
        "model_name": "no_show__day_before",
        "model_version": "1",
    }
    rank = rows.groupby("starts_on").cumcount() + 1
    rows[KEYS].assign(**told, rank_in_day=rank.astype("Int32"), is_hindsight=False).to_parquet(file, index=False)


def test_days_are_sealed_graded_and_the_newest_is_published(home: Home) -> None:
    """Four seals, metadata a day, one publication under the last seal with the inputs behind each score."""
    result = home.run()
    chain, published = read_chain(home.seals), home.published()
    newest = coming(DAYS[-1])

    assert result.success, result.reasons
    assert home.failed(result) == {}
    assert [seal.day for seal in chain.seals] == DAYS
    assert set(home.instance.get_materialized_partitions(dg.AssetKey(LEDGER))) == {str(day) for day in DAYS}
    assert (published.head["as_of_on"], published.head["seal"]) == (DAYS[-1] + timedelta(days=1), chain.head.seal)
    assert (
        {row["booking_id"] for row in published.scores}
        == {row["booking_id"] for row in published.feature_rows}
        == set(newest["booking_id"])
    )
    assert all(row["probability_no_show"] + row["probability_late_cancel"] == row["probability"] == 0.2 for row in published.scores)
    assert {row["reasons"] for row in published.scores} == {"Missed 3 of 8 visits so far (raises)"}
    assert {row["client_token"] for row in published.client_features} == set(ROWS["client_token"])
    read = set(published.feature_rows[0]["inputs"])
    assert {"lead_time_days", "client_visits", "modality"} <= read
    assert not [name for name in read if name.startswith(("label_", "audit_")) or name in ("age_years", "gender", "client_token")]


def test_a_second_run_changes_no_byte_of_the_ledger(home: Home) -> None:
    """And an older day alone does not replace the newer publication."""
    home.run()
    before = home.seals.read_bytes()

    assert home.failed(home.run()) == {}
    older = home.run(DAYS[0], DAYS[1])
    assert older.success
    assert older.metadata["published_no_show__daily"]["stands"] == "no: the store holds a later day"
    assert home.seals.read_bytes() == before
    assert home.published().head["as_of_on"] == DAYS[-1] + timedelta(days=1)


def test_other_scores_for_a_sealed_day_are_a_failed_check(home: Home) -> None:
    """Visible in both assets, by day; nothing is sealed over, and the run goes on."""
    home.run()
    before = home.seals.read_bytes()
    write_scores(home.scores(DAYS[1]), DAYS[1], coming(DAYS[1]), p=0.9)
    result = home.run()

    assert result.success
    assert home.failed(result) == {
        LEDGER: f"the scores of {DAYS[1]} are not those that were sealed",
        GRADE: f"{DAYS[1]}: its scores are not those that were sealed",
    }
    assert home.seals.read_bytes() == before


def test_a_cut_ledger_is_found_by_what_dagster_remembers(home: Home) -> None:
    """The chain left is whole in itself; it takes no more seals, and the scores are published all the same."""
    home.run()
    lines = home.seals.read_bytes().splitlines(keepends=True)
    home.seals.write_bytes(b"".join(lines[:2]))
    result = home.run()

    assert result.success
    assert "seal 3: cut off: there were 4 seals, 2 are left" in home.failed(result)[LEDGER]
    assert "cut off" in home.failed(result)[GRADE]
    assert len(home.seals.read_bytes().splitlines()) == 2
    assert home.published().scores


def test_a_day_whose_scores_are_missing_stops_with_what_to_do(home: Home) -> None:
    """Before it is sealed: a failed step, and nothing published."""
    home.scores(DAYS[2]).unlink()
    result = home.run()

    assert not result.success
    assert f"There are no scores of {DAYS[2]}. Run `hsched run --day {DAYS[2]} --days 1`." in str(result.reasons)
    assert [seal.day for seal in read_chain(home.seals).seals] == DAYS[:2]
    assert home.published().head is None


def test_a_day_without_visits_is_sealed_and_published_empty(home: Home) -> None:
    """Nobody is coming: that is known, too."""
    write_scores(home.scores(DAYS[-1]), DAYS[-1], coming(DAYS[-1]).head(0))
    result = home.run()

    assert result.success, result.reasons
    assert read_chain(home.seals).seals[-1].rows == 0
    assert (home.published().scores, home.published().feature_rows) == ([], [])
    assert home.published().client_features
