"""Grades of sealed forecasts: which count as foresight, what is mature, what is too few, and what a correction changes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hsched_models.graded import corrections, remember
from hsched_models.grades import Forecasts, Grades, figures, forecasts, grade
from hsched_models.ledger import Chain, read_chain, seal_day

ZONE = ZoneInfo("America/New_York")
FIRST = date(2026, 3, 2)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def scored(day: date, bookings: dict[str, date], *, p: float = 0.3, hindsight: bool = False, hour: int | None = 15) -> pd.DataFrame:
    """A day's scores of bookings by the day of their visit; without an hour only the day is known."""
    starts_at = [pd.Timestamp(on, tz="UTC") + pd.Timedelta(hours=hour or 0) if hour else pd.NaT for on in bookings.values()]
    return pd.DataFrame(
        {
            "booking_id": list(bookings),
            "moment": "day_before",
            "starts_on": list(bookings.values()),
            "starts_at": pd.Series(starts_at, dtype="datetime64[us, UTC]"),
            "probability": p,
            "model_version": "1",
            "is_hindsight": hindsight,
        }
    )


def sealed(home: Path, day: date, frame: pd.DataFrame, at: datetime) -> Chain:
    (home / "scores").mkdir(exist_ok=True)
    frame.to_parquet(home / "scores" / f"{day}.parquet", index=False)
    seal_day(home / "seals.jsonl", home / "scores" / f"{day}.parquet", at)
    return read_chain(home / "seals.jsonl")


def ended(bookings: dict[str, date], unused: dict[str, bool | None] | None = None, known_after: int = 1) -> pd.DataFrame:
    """Feature rows as grades read them: every visit attended unless told otherwise."""
    outcomes = {booking: (unused or {}).get(booking, False) for booking in bookings}
    words = {True: "no_show", False: "attended", None: "clinic_cancel"}
    return pd.DataFrame(
        {
            "booking_id": list(bookings),
            "moment": "day_before",
            "site_token": "elm",
            "label_outcome": [words[outcome] for outcome in outcomes.values()],
            "label_is_unused": pd.array(list(outcomes.values()), dtype="boolean"),
            "label_known_at": [pd.Timestamp(on, tz="UTC") + pd.Timedelta(days=known_after) for on in bookings.values()],
            "starts_on": list(bookings.values()),
        }
    )


def drawn(n: int, *, seed: int = 1, rate: float = 1.0) -> tuple[Forecasts, pd.DataFrame]:
    """Forecasts of 20 visits a day, and outcomes drawn at `rate` times the forecast."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.5, n)
    bookings = {f"b{number:05}": FIRST + timedelta(days=number // 20) for number in range(n)}
    unused = dict(zip(bookings, (rng.random(n) < rate * p).tolist(), strict=True))
    frame = pd.DataFrame({"booking_id": list(bookings), "moment": "day_before", "starts_on": list(bookings.values()), "probability": p})
    rows = ended(bookings, unused).assign(site_token=np.where(np.arange(n) % 10, "elm", "oak"))
    return Forecasts(frame, {}, {}), rows


def graded(n: int, **how: float) -> Grades:
    return grade(*drawn(n, **how), LATER)


def test_only_what_was_sealed_before_a_visit_began_is_foresight(tmp_path: Path) -> None:
    """By hour where it is known, else by day, the practice's; never what the model had seen."""
    before = {"today": FIRST + timedelta(days=1), "tomorrow": FIRST + timedelta(days=2)}
    noon = datetime(2026, 3, 3, 17, tzinfo=UTC)  # after today's visit at 15:00 UTC
    chain = sealed(tmp_path, FIRST, scored(FIRST, before), noon)
    chain = sealed(tmp_path, FIRST + timedelta(days=1), scored(FIRST, {"day only": date(2026, 3, 3)}, hour=None), noon)
    chain = sealed(tmp_path, FIRST + timedelta(days=2), scored(FIRST, {"seen": date(2026, 3, 9)}, hindsight=True), noon)
    found = forecasts(chain, tmp_path / "scores", ZONE)

    assert found.frame["booking_id"].tolist() == ["tomorrow"]
    assert found.left_out == {"hindsight": 1, "sealed_after_the_visit_began": 2}


def test_the_first_sealed_word_on_a_booking_counts(tmp_path: Path) -> None:
    """In the order of days, whatever order they were sealed in; a later forecast is not a second chance."""
    visit, at = {"b": FIRST + timedelta(days=9)}, datetime(2026, 3, 4, tzinfo=UTC)
    sealed(tmp_path, FIRST + timedelta(days=1), scored(FIRST, visit, p=0.7), at)
    chain = sealed(tmp_path, FIRST, scored(FIRST, visit, p=0.2), at)

    assert forecasts(chain, tmp_path / "scores", ZONE).frame["probability"].tolist() == [0.2]


def test_a_day_whose_scores_changed_or_are_missing_is_not_graded(tmp_path: Path) -> None:
    """It is named; a chain without days has no forecasts."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(3):
        day = FIRST + timedelta(days=number)
        chain = sealed(tmp_path, day, scored(day, {f"b{number}": FIRST + timedelta(days=9)}), at)
    scored(FIRST, {"b0": FIRST + timedelta(days=9)}, p=0.9).to_parquet(tmp_path / "scores" / f"{FIRST}.parquet")
    (tmp_path / "scores" / f"{FIRST + timedelta(days=1)}.parquet").unlink()
    found = forecasts(chain, tmp_path / "scores", ZONE)

    assert found.frame["booking_id"].tolist() == ["b2"]
    assert list(found.changed.values()) == ["its scores are not those that were sealed", "its scores file is missing"]
    nothing = grade(forecasts(Chain(()), tmp_path / "scores", ZONE), ended({"b2": FIRST}), LATER)
    assert (nothing.total, nothing.counts["graded"]) == ({}, 0)


def test_a_day_without_visits_is_no_failure(tmp_path: Path) -> None:
    """An empty day beside a full one."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    sealed(tmp_path, FIRST, scored(FIRST, {}), at)
    chain = sealed(tmp_path, FIRST + timedelta(days=1), scored(FIRST, {"b": FIRST + timedelta(days=9)}), at)

    assert forecasts(chain, tmp_path / "scores", ZONE).frame["booking_id"].tolist() == ["b"]


def test_what_is_not_mature_waits() -> None:
    """Days whose outcomes are still coming in hold the cancels and lack the attendance: not graded, but counted."""
    sealed_forecasts, rows = drawn(400)
    grades = grade(sealed_forecasts, rows, datetime(2026, 3, 12, 12, tzinfo=UTC))

    assert grades.counts["graded"] == 20 * 10  # up to 11 March
    assert grades.counts["waiting_for_outcomes"] == 400 - 200
    assert max(grades.rows["starts_on"]) == date(2026, 3, 11)


def test_visits_that_ended_neither_way_are_counted_and_not_graded() -> None:
    """The clinic's own cancels."""
    sealed_forecasts, rows = drawn(200)
    rows.loc[:4, "label_is_unused"] = pd.NA
    counts = grade(sealed_forecasts, rows, LATER).counts

    assert (counts["graded"], counts["neither_used_nor_unused"], counts["waiting_for_outcomes"]) == (195, 5, 0)


def test_weeks_and_clinics_have_counts_and_intervals_or_too_few() -> None:
    """Every week and clinic is there; where visits are too few there is a count and nothing else."""
    grades = graded(1000)
    weeks, sites = grades.by_week["day_before"], grades.by_site["day_before"]

    assert [week["week"] for week in weeks[:2]] == ["2026-03-02", "2026-03-09"]
    assert sum(int(week["n"] or 0) for week in weeks) == sum(int(site["n"] or 0) for site in sites) == 1000
    assert [site["site"] for site in sites] == ["elm", "oak"]
    last = weeks[-1]
    assert (last["n"], last["too_few"], last["auroc"], last["o_e"]) == (20, True, None, None)
    assert not weeks[0]["too_few"]
    assert weeks[0]["o_e_low"] < weeks[0]["o_e"] < weeks[0]["o_e_high"]


def test_intervals_cover_as_often_as_they_say() -> None:
    """Outcomes drawn from the forecasts themselves: about 95 of 100 intervals hold the ideal; the losses hold the true mean."""
    covered = {"o_e": 0, "calibration_slope": 0, "auroc": 0}
    truth = graded(20_000, seed=99).total["day_before"]["auroc"]
    for seed in range(100):
        total = graded(600, seed=seed).total["day_before"]
        for name, ideal in (("o_e", 1.0), ("calibration_slope", 1.0), ("auroc", truth)):
            covered[name] += total[f"{name}_low"] <= ideal <= total[f"{name}_high"]

    assert all(88 <= count <= 100 for count in covered.values()), covered


def test_recent_weeks_that_went_wrong_are_a_breach() -> None:
    """Half as many misses as forecast, or ranked the wrong way round; chance alone is no breach."""
    assert graded(1000).breaches == []
    assert "observed over expected is 0.5" in graded(1000, rate=0.5).breaches[0]
    sealed_forecasts, rows = drawn(1000)
    upside_down = Forecasts(sealed_forecasts.frame.assign(probability=0.55 - sealed_forecasts.frame["probability"]), {}, {})
    assert any("worse than chance" in breach for breach in grade(upside_down, rows, LATER).breaches)


def test_a_perfect_ranking_and_one_class_are_defined() -> None:
    """No division by zero, and no grade of what cannot be graded."""
    labels = np.repeat([0, 1], 100)
    perfect = figures(labels, np.where(labels == 1, 0.9, 0.1))

    assert (perfect["auroc"], perfect["auroc_low"]) == (1.0, 1.0)
    assert figures(np.zeros(200, dtype=np.int64), np.full(200, 0.2))["too_few"] is True


def test_an_outcome_corrected_after_its_grade_is_counted_and_the_grade_follows(tmp_path: Path) -> None:
    """Ten no-shows turn out to have been attended, three to have been the clinic's cancels; both figures are shown."""
    sealed_forecasts, rows = drawn(400)
    file, first = tmp_path / "graded.parquet", grade(sealed_forecasts, rows, LATER)
    assert corrections(file, first).count == 0
    remember(file, first)
    missed = rows.index[rows["label_is_unused"].fillna(False).astype(bool)]
    rows.loc[missed[:10], "label_is_unused"] = False
    rows.loc[missed[10:13], "label_is_unused"] = pd.NA
    again = grade(sealed_forecasts, rows, LATER)
    found = corrections(file, again)

    assert again.total["day_before"]["unused"] == len(missed) - 13
    assert (found.count, found.withdrawn, found.by_moment["day_before"]["corrected"]) == (13, 3, 10)
    assert found.by_moment["day_before"]["o_e_as_first_graded"] > found.by_moment["day_before"]["o_e"]
    remember(file, again)
    assert corrections(file, again).count == 13


@pytest.mark.parametrize("known_by", [datetime(2026, 3, 1, tzinfo=UTC), LATER])
def test_grades_hold_no_row_of_a_client(known_by: datetime) -> None:
    """Figures and keys of bookings only."""
    assert set(grade(*drawn(100), known_by).rows.columns) == {"booking_id", "moment", "starts_on", "probability", "unused"}
