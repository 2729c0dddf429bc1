"""What earlier grades rested on, so that an outcome corrected afterwards is counted and shown. One file beside the ledger."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hsched_models.files import write_frame
from hsched_models.grades import KEY, Grades, figures

COLUMNS = [*KEY, "first_unused"]


@dataclass(frozen=True)
class Corrections:
    """Outcomes that changed after their first grade, and observed over expected before and after, by moment.

    `withdrawn`: graded once, and since then neither used nor unused (a no-show that was the clinic's own cancel).
    """

    by_moment: dict[str, dict[str, float | int | None]]
    withdrawn: int

    @property
    def count(self) -> int:
        return self.withdrawn + sum(int(found["corrected"] or 0) for found in self.by_moment.values())


def corrections(file: Path, grades: Grades) -> Corrections:
    """Compare the grades with what was graded first."""
    first = _first(file)
    both = grades.rows.merge(first, on=KEY, how="inner").astype({"first_unused": int})
    withdrawn = grades.neither.merge(first, on=KEY, how="inner")
    return Corrections({str(moment): _compared(found) for moment, found in both.groupby("moment")}, len(withdrawn))


def remember(file: Path, grades: Grades) -> None:
    """Write down the outcomes graded for the first time."""
    known = _first(file)
    rows = grades.rows.rename(columns={"unused": "first_unused"})[COLUMNS]
    write_frame(file, pd.concat([known, rows], ignore_index=True).drop_duplicates(KEY, keep="first"))


def _first(file: Path) -> pd.DataFrame:
    if file.is_file():
        return pd.read_parquet(file)
    return pd.DataFrame({"booking_id": pd.Series(dtype=str), "moment": pd.Series(dtype=str), "first_unused": pd.Series(dtype=int)})


def _compared(rows: pd.DataFrame) -> dict[str, float | int | None]:
    p = rows["probability"].to_numpy(dtype=float)
    first, now = (figures(rows[name].to_numpy(dtype="int64"), p) for name in ("first_unused", "unused"))
    corrected = int((rows["first_unused"] != rows["unused"]).sum())
    return {"corrected": corrected, "o_e_as_first_graded": _number(first["o_e"]), "o_e": _number(now["o_e"])}


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)
