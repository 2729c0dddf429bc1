"""When dbt's tables can take new days in, and when everything must be built again: the plan says which, and why."""

import os
from pathlib import Path

import pytest

from hsched_pipelines.learning.increments import WHOLE, Plan, basis_of, plan_build

BASIS = {"SQL": "1", "timezone": "America/New_York"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two days of records, built."""
    (tmp_path / "warehouse.duckdb").write_bytes(b"tables")
    for day in ("2026-03-01", "2026-03-02"):
        _record(tmp_path, day)
    done(planned(tmp_path))
    return tmp_path


def _record(home: Path, day: str, rows: bytes = b"rows") -> None:
    for table in ("appointments", "clients"):
        file = home / "lake" / f"deid_ehr__{table}" / f"{day}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(rows)


def planned(home: Path, whole: str | None = None, **choices: str) -> Plan:
    return plan_build(home / "lake", home / "warehouse.duckdb", {**BASIS, **choices}, whole)


def done(plan: Plan) -> None:
    plan.begin()
    plan.commit()


def test_new_days_are_added(home: Path) -> None:
    """Also an earlier day that was missed; what was known by then is passed on."""
    for day in ("2026-02-27", "2026-03-03"):
        _record(home, day)
    plan = planned(home)

    assert str(plan) == "increment: 2026-02-27 to 2026-03-03, 2 days"
    assert plan.flags == []
    days = ["2026-02-27", "2026-03-03"]
    new = {"appointments": days, "clients": days, "communications": []}
    assert plan.variables == {"records_through": "2026-03-03", "known_through": "2026-03-02", "new_days": new}


def test_nothing_new_is_an_increment_of_no_days(home: Path) -> None:
    """A day that was extracted again is judged by its bytes, not by its time."""
    _record(home, "2026-03-02")
    os.utime(home / "lake" / "deid_ehr__clients" / "2026-03-01.parquet")
    plan = planned(home)

    assert str(plan) == "increment: no new days"
    assert plan.variables["new_days"] == {"appointments": [], "clients": [], "communications": []}


def test_the_first_build_is_whole(home: Path) -> None:
    """Without a warehouse, or without a word of what it holds."""
    (home / "warehouse.state.json").write_text("{")
    assert str(planned(home)) == "whole build: there are no tables yet"
    done(planned(home))
    (home / "warehouse.duckdb").unlink()
    plan = planned(home)

    assert str(plan) == "whole build: there are no tables yet"
    assert plan.flags == [WHOLE]
    assert plan.variables == {"records_through": "2026-03-02"}


def test_other_sql_or_another_time_zone_builds_everything(home: Path) -> None:
    """Tables are never half of one kind and half of another."""
    assert str(planned(home, timezone="America/Chicago")) == "whole build: not built by today's timezone"
    assert str(planned(home, SQL="2", timezone="America/Chicago")) == "whole build: not built by today's SQL, timezone"


@pytest.mark.parametrize("again", [b"other rows", None])
def test_a_day_that_changed_or_went_builds_everything(home: Path, again: bytes | None) -> None:
    """Rows that are no longer recorded must not stay in the tables."""
    _record(home, "2026-03-01", again or b"")
    if again is None:
        (home / "lake" / "deid_ehr__appointments" / "2026-03-01.parquet").unlink()

    assert str(planned(home)) == "whole build: records of 2026-03-01 changed"


def test_a_caller_may_ask_for_a_whole_build(home: Path) -> None:
    assert str(planned(home, whole="asked for by the run")) == "whole build: asked for by the run"


def test_an_increment_that_stopped_is_added_again(home: Path) -> None:
    """The tables may hold a part of its days. If those records changed since, only a whole build gets rid of them."""
    _record(home, "2026-03-03")
    planned(home).begin()
    assert str(planned(home)) == "increment: 2026-03-03 to 2026-03-03, 1 days"
    _record(home, "2026-03-03", b"other rows")

    assert str(planned(home)) == "whole build: records of 2026-03-03 changed"


def test_a_whole_build_that_stopped_is_whole_again(home: Path) -> None:
    planned(home, SQL="2").begin()

    assert str(planned(home)) == "whole build: there are no tables yet"


def test_the_basis_follows_the_sql(tmp_path: Path) -> None:
    """Any file of the models, and nothing that dbt writes beside them."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select 1")
    (tmp_path / "dbt_project.yml").write_text("name: one")
    before = basis_of(tmp_path, {"timezone": "UTC"})
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "one.sql").write_text("select 1")
    assert basis_of(tmp_path, {"timezone": "UTC"}) == before
    (tmp_path / "models" / "one.sql").write_text("select 2")

    assert basis_of(tmp_path, {"timezone": "UTC"})["SQL"] != before["SQL"]
    assert before["timezone"] == "UTC"
    assert {"dbt-core", "dbt-duckdb", "duckdb"} < before.keys()
