"""Which rows may teach a model, which may not, and why."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hsched_core.domain.errors import InputError, NotReadyError
from hsched_models.dataset import TrainingSet, known_by_day, load_rows, settled_through, training_set, warm_up_ends
from hsched_models.train import FEWEST_ROWS, check_enough, fit
from tests.feature_frames import FIRST, feature_rows

UNSETTLED = "newest days, outcomes still coming in"
ROWS = feature_rows(visits=600, days=60)
MIDDLE = datetime(2026, 2, 10, 5, tzinfo=UTC)
AFTERWARDS = datetime(2027, 1, 1, tzinfo=UTC)


def test_only_outcomes_known_by_then_teach() -> None:
    """Not the visit's day but the recording decides."""
    training = training_set(ROWS, "day_before", MIDDLE)

    assert training.frame["label_known_at"].max() <= pd.Timestamp(MIDDLE)
    assert (training.frame["moment"] == "day_before").all()
    assert training.frame["label_is_unused"].notna().all()
    late = ROWS.assign(label_known_at=ROWS["label_known_at"] + pd.Timedelta(days=365))
    assert training_set(late, "day_before", MIDDLE).frame.empty


def test_every_row_is_taken_or_counted_with_its_reason() -> None:
    """Kept and left out add up to the moment's rows."""
    training = training_set(ROWS, "at_booking", MIDDLE)

    assert len(training.frame) + sum(training.left_out.values()) == (ROWS["moment"] == "at_booking").sum()
    reasons = ("without outcome, or neither used nor unused", "outcome not known yet", "warm-up", UNSETTLED)
    assert set(training.left_out) == set(reasons)
    assert min(training.left_out[reason] for reason in reasons[:3]) > 0


def test_the_newest_days_wait_for_their_attendance() -> None:
    """Cancels are on record at once, attendance days later: a day with cancels alone would teach that nobody comes."""
    first = date(2026, 3, 2)
    known_by = datetime(2026, 3, 12, 5, tzinfo=UTC)
    rows = [(first + timedelta(days=day), outcome) for day in range(12) for outcome in ("late_cancel", *["attended"] * 9)]
    frame = pd.DataFrame(rows, columns=["starts_on", "label_outcome"])
    late = (frame["starts_on"] >= date(2026, 3, 9)) & (frame["label_outcome"] == "attended")
    known_at = pd.to_datetime(frame["starts_on"], utc=True) + pd.Timedelta(hours=20) + late * pd.Timedelta(days=30)
    of_moment = frame.assign(label_known_at=known_at)

    assert settled_through(of_moment, known_by) == date(2026, 3, 8)
    assert settled_through(of_moment) == date(2026, 3, 13)


def test_a_practice_without_outcomes_has_no_settled_day() -> None:
    """Nothing is known of anybody yet."""
    nothing = {"label_outcome": [None], "label_known_at": pd.to_datetime([None], utc=True)}
    frame = pd.DataFrame({"starts_on": [date(2026, 3, 2)], **nothing})

    assert settled_through(frame) == date.min


def test_before_leaves_out_visits_from_that_day_on() -> None:
    """A cut-off by day, on top of what was known."""
    day = date(2026, 2, 1)
    training = training_set(ROWS, "day_before", AFTERWARDS, before=day)

    assert training.frame["starts_on"].max() < day
    assert len(training.frame) + sum(training.left_out.values()) == (ROWS["moment"] == "day_before").sum()


@pytest.mark.parametrize(("days", "warm_up"), [(200, 14), (51, 10), (2, 0)])
def test_the_first_days_warm_up_histories(days: int, warm_up: int) -> None:
    """Two weeks, or a fifth of a short time."""
    rows = pd.DataFrame({"starts_on": [FIRST + timedelta(days=offset) for offset in range(days)]})

    assert warm_up_ends(rows) == FIRST + timedelta(days=warm_up)


def test_rows_are_oldest_first_whatever_their_order() -> None:
    """Recalibration looks forward in time; the digest names the same rows the same."""
    training, shuffled = (training_set(rows, "day_before", AFTERWARDS) for rows in (ROWS, ROWS.sample(frac=1, random_state=3)))

    assert training.frame["starts_on"].is_monotonic_increasing
    assert training.digest == shuffled.digest
    assert training.digest != training_set(ROWS.assign(client_visits=ROWS["client_visits"] + 1), "day_before", AFTERWARDS).digest


def test_the_last_bit_of_a_sum_teaches_nothing() -> None:
    """The same history summed in another order is the same row: a home of one's own does not make another model."""
    noise = np.random.default_rng(5).choice([-1e-15, 0.0, 1e-15], len(ROWS))
    summed_otherwise = ROWS.assign(client_recent_unused_rate=ROWS["client_recent_unused_rate"] + noise)
    training, again = (training_set(rows, "day_before", AFTERWARDS) for rows in (ROWS, summed_otherwise))

    assert not summed_otherwise.equals(ROWS)
    assert again.digest == training.digest


def test_an_outcome_corrected_after_training_was_not_learned_and_is_tested_as_corrected() -> None:
    """Before its correction was on record the visit has no label to learn from; a later training has the corrected one."""
    midway = known_by_day(FIRST + timedelta(days=60), ZoneInfo("America/New_York"))
    corrected_at = midway + timedelta(days=3)
    before = training_set(ROWS, "day_before", midway)
    visit = before.frame.loc[before.frame["label_outcome"] == "attended", "booking_id"].iloc[-1]
    those = ROWS["booking_id"] == visit
    rows = ROWS.assign(
        label_outcome=ROWS["label_outcome"].mask(those, "no_show"),
        label_is_unused=ROWS["label_is_unused"].mask(those, True),
        label_known_at=ROWS["label_known_at"].mask(those, pd.Timestamp(corrected_at)),
    )
    early, late = training_set(rows, "day_before", midway), training_set(rows, "day_before", AFTERWARDS)

    assert visit not in set(early.frame["booking_id"])
    assert early.left_out["outcome not known yet"] == before.left_out["outcome not known yet"] + 1
    assert late.y[late.frame["booking_id"] == visit].tolist() == [1]


def test_the_digest_survives_a_file(tmp_path: Path) -> None:
    """Rows handed over in Parquet are the same rows, though yes/no columns without a gap come back as another type."""
    rows = ROWS[ROWS["client_visits"] > 0]
    training = training_set(rows, "day_before", AFTERWARDS)
    training.frame.to_parquet(tmp_path / "rows.parquet", index=False)
    read = TrainingSet("day_before", pd.read_parquet(tmp_path / "rows.parquet"), {})

    assert read.frame["label_is_unused"].dtype != training.frame["label_is_unused"].dtype
    assert read.digest == training.digest


def test_a_day_begins_at_local_midnight() -> None:
    """Also on the day whose midnight is an hour earlier in UTC."""
    zone = ZoneInfo("America/New_York")

    assert known_by_day(date(2026, 3, 8), zone) == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert known_by_day(date(2026, 3, 9), zone) == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_no_tables_and_old_tables_are_told_apart(tmp_path: Path) -> None:
    """One wants a run, the other names what is missing."""
    path = tmp_path / "feat_no_show__appointments.parquet"
    with pytest.raises(NotReadyError, match="no feature tables yet"):
        load_rows(path)
    ROWS.drop(columns=["client_visits", "modality"]).to_parquet(path)

    with pytest.raises(InputError, match=r"feat_no_show__appointments.parquet: columns missing: modality, client_visits"):
        load_rows(path)


def test_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Days are days again, instants keep their zone."""
    path = tmp_path / "rows.parquet"
    ROWS.to_parquet(path, index=False)
    rows = load_rows(path)

    assert rows["starts_on"].tolist() == ROWS["starts_on"].tolist()
    assert str(rows["scored_at"].dtype).endswith("UTC]")


@pytest.mark.parametrize("keep", ["few rows", "no unused", "all unused", "nothing"])
def test_too_little_is_said_before_anything_is_fitted(keep: str) -> None:
    """Counts and what is needed, not a model that knows one answer."""
    unused = ROWS["label_is_unused"].eq(True)
    kept = {"few rows": ROWS.head(2 * FEWEST_ROWS), "no unused": ROWS[~unused], "all unused": ROWS[unused], "nothing": ROWS.head(0)}[keep]
    training = training_set(kept, "day_before", AFTERWARDS)

    with pytest.raises(NotReadyError, match="Too little to learn from"):
        fit("prior", training, {})


def test_enough_is_enough() -> None:
    """The same rows, whole."""
    check_enough(training_set(ROWS, "day_before", AFTERWARDS))
