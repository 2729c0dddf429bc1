"""What leaves a practice: no date, no code of ours, rare categories merged, no order to read from."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from hsched_cli.export import leaving_rows, write
from hsched_core.domain.errors import InputError

ROWS = 40


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Feature rows in order of their day; one visit of a rare kind, one with a rare flag."""
    rows: list[dict[str, Any]] = [
        {
            "client_token": f"token-{number}",
            "starts_on": date(2026, 1, 1 + number % 28),
            "client_visits": number,
            "session_type": "couples" if number == 0 else "individual",
            "is_last_unused": number == 1,
            "unheard_of": "value",
        }
        for number in range(ROWS)
    ]
    path = tmp_path / "feat.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_only_decided_columns_leave(source: Path) -> None:
    """Tokens, days and columns nobody decided on stay."""
    assert leaving_rows(source).column_names == ["row_id", "client_visits", "session_type", "is_last_unused"]


def test_rare_values_are_merged(source: Path) -> None:
    """One visit of a kind would single out a client; a flag with a rare side becomes a word."""
    leaving = leaving_rows(source)

    assert set(leaving["session_type"].to_pylist()) == {"individual", "OTHER"}
    assert set(leaving["is_last_unused"].to_pylist()) == {"False", "OTHER"}


def test_the_order_of_days_does_not_leave(source: Path) -> None:
    """Rows come in the order of their random names, another one each time."""
    first, second = leaving_rows(source), leaving_rows(source)

    assert sorted(first["client_visits"].to_pylist()) == list(range(ROWS))
    assert first["client_visits"].to_pylist() != list(range(ROWS))
    assert first["client_visits"].to_pylist() != second["client_visits"].to_pylist()
    assert not set(first["row_id"].to_pylist()) & set(second["row_id"].to_pylist())


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_both_forms_hold_the_same_rows(source: Path, tmp_path: Path, name: str) -> None:
    """A CSV for a spreadsheet, Parquet for the rest."""
    leaving = leaving_rows(source)
    write(leaving, tmp_path / name)
    found = csv.read_csv(tmp_path / name) if name.endswith("csv") else pq.read_table(tmp_path / name)

    assert found["client_visits"].to_pylist() == leaving["client_visits"].to_pylist()


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    """One clear error, no half-written file."""
    before = sorted(tmp_path.iterdir())

    with pytest.raises(InputError, match="cannot be written"):
        write(leaving_rows(source), tmp_path / "nowhere" / "rows.csv")
    assert sorted(tmp_path.iterdir()) == before


def test_no_word_is_a_formula_where_somebody_opens_the_file(tmp_path: Path) -> None:
    """A category that the EHR made up; numbers, also those that are written as words, stay what they are."""
    words = ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "\t=1", "plain", None, "-5.5e3"]
    write(pa.table({"category": words, "count": list(range(-4, 4))}), tmp_path / "rows.csv")
    told = csv.read_csv(tmp_path / "rows.csv")["category"].to_pylist()

    assert told == ["'=cmd|'/c calc'!A1", "'+1+1", "-2", "'@SUM(A1)", "'\t=1", "plain", "", "-5.5e3"]
