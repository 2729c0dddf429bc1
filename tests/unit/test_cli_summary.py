"""The summary a run ends with: counts and hours from the files, and how they are shown."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from hsched_adapters.settings import Paths, Practice, Source
from hsched_cli.summary.facts import insights
from hsched_cli.summary.lake import riskiest_hours, row_counts, scored_rows
from hsched_cli.summary.page import show

DAY = date(2026, 3, 9)  # records up to Monday; today is Tuesday 10, tomorrow Wednesday 11
PRACTICE = Practice("p", "Practice", "America/New_York", "US", Source("daily_exports", "m", "x"), date(2026, 1, 1))
FACTS: Mapping[str, Any] = {
    "practice": {"id": "p", "name": "Practice"},
    "day": "2026-03-09",
    "rows": [{"stage": "feature rows", "rows": 12345}],
    "quarantined": {"rows": 0, "by": []},
    "champions": [],
    "tomorrow": None,
    "insights": [],
    "drift": None,
    "privacy": None,
    "reports": {},
}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def score(starts_at: datetime | None, probability: float, clinician: str | None = "c" * 32, day: date | None = None) -> dict[str, Any]:
    return {
        "starts_on": day or (starts_at or datetime.min).date(),
        "starts_at": starts_at,
        "clinician_token": clinician,
        "probability": probability,
    }


def write(paths: Paths, rows: list[dict[str, Any]]) -> None:
    schema = pa.schema(
        {"starts_on": pa.date32(), "starts_at": pa.timestamp("us", "UTC"), "clinician_token": pa.string(), "probability": pa.float64()}
    )
    paths.scores.mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema), paths.scores / f"{DAY}.parquet")


def shown(**changed: Any) -> str:
    console = Console(file=io.StringIO(), width=120)
    show({**FACTS, **changed}, console)
    return console.file.getvalue()  # type: ignore[attr-defined]  # the file is the StringIO above


def test_hours_are_the_practices_own_and_the_worst_comes_first(paths: Paths) -> None:
    """14:00 UTC is 10:00 in New York in March; expected misses add up within an hour and clinician."""
    at_ten, at_noon = datetime(2026, 3, 11, 14, tzinfo=UTC), datetime(2026, 3, 11, 16, tzinfo=UTC)
    write(paths, [score(at_ten, 0.25), score(at_ten + timedelta(minutes=30), 0.5), score(at_noon, 0.4)])

    found = riskiest_hours(paths, PRACTICE, DAY)

    assert found == {
        "on": date(2026, 3, 11),
        "hours": [
            {"hour": 10, "clinician": "c" * 32, "appointments": 2, "expected_missed": 0.75},
            {"hour": 12, "clinician": "c" * 32, "appointments": 1, "expected_missed": 0.4},
        ],
    }


def test_a_day_without_visits_gives_way_to_the_next_clinic_day(paths: Paths) -> None:
    """Tomorrow is a holiday: the day after it is shown, and today's visits are not."""
    today, friday = datetime(2026, 3, 10, 14, tzinfo=UTC), datetime(2026, 3, 13, 14, tzinfo=UTC)
    write(paths, [score(today, 0.9), score(friday, 0.2)])

    found = riskiest_hours(paths, PRACTICE, DAY)

    assert found is not None
    assert (found["on"], len(found["hours"])) == (date(2026, 3, 13), 1)


def test_what_a_source_does_not_know_is_shown_as_unknown(paths: Paths) -> None:
    """No hour and no clinician: one line for the day."""
    write(paths, [score(None, 0.2, None, date(2026, 3, 11)), score(None, 0.3, None, date(2026, 3, 11))])

    found = riskiest_hours(paths, PRACTICE, DAY)

    assert found is not None
    assert found["hours"] == [{"hour": None, "clinician": None, "appointments": 2, "expected_missed": 0.5}]
    assert shown(tomorrow=found).count("unknown") == 2


def test_no_scores_and_no_coming_visits_are_said(paths: Paths) -> None:
    """Neither a missing file nor an empty future is an error."""
    assert riskiest_hours(paths, PRACTICE, DAY) is None
    write(paths, [])
    assert riskiest_hours(paths, PRACTICE, DAY) is None
    assert "No coming visits" in shown()


def test_rows_are_counted_over_all_days(paths: Paths) -> None:
    """One file a day, one number; a stage without files is left out."""
    lake = paths.lake / "deid_ehr__clients"
    lake.mkdir(parents=True)
    for day, rows in (("2026-03-08", 2), ("2026-03-09", 3)):
        pq.write_table(pa.table({"client_token": ["t"] * rows}), lake / f"{day}.parquet")

    assert row_counts(paths) == [{"stage": "de-identified client records", "rows": 5}]
    assert scored_rows(paths, [DAY]) == 0


def test_insights_are_sentences_and_none_is_no_line(paths: Paths) -> None:
    """What the weekday table says of the template, in words; before there is a table the page is silent."""
    assert insights(paths) == []
    assert "Most often unused" not in shown()
    assert "Most often unused: Tuesdays 14:00: 35 % of 214" in shown(
        insights=["Tuesdays 14:00: 35 % of 214 visits went unused (29 to 42 %)"]
    )


def test_the_page_says_what_to_type_next() -> None:
    """Rows set aside, breaches and reports come with the next step."""
    text = shown(
        quarantined={"rows": 7, "by": [{"table": "appointments", "field": "starts_on", "reason": "not a day", "rows": 7}]},
        drift={"breaches": ["lead_time_days"]},
        privacy={"hits": 0, "looked_for": 5000, "files": 40},
        reports={"drift": "drift/2026-03-09.html"},
    )

    for words in (
        "12,345",
        "7 rows",
        "hsched quarantine",
        "1 breaches: lead_time_days",
        "5,000 looked for",
        "drift/2026-03-09.html",
        "make ui",
    ):
        assert words in text


def test_a_champion_stands_beside_its_baselines() -> None:
    """A figure that was not measured is a dash, not a zero."""
    champion = {"name": "blend", "version": 3, "moment": "day_before", "metrics": {"auroc": 0.7412, "brier": 0.1381}, "baselines": {}}
    champion["baselines"] = {"prior": {"auroc": 0.5}}
    text = shown(champions=[champion])

    assert "blend (champion, v3)" in text
    assert "0.741" in text
    assert "prior" in text
    assert "0.500" in text
    assert "-" in text
