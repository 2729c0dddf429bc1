"""Known at: a row's features rest on what had been recorded by its scoring moment, and on nothing else.

The worlds are messy on purpose (moves, corrections, late recordings, statuses put right and right back) and lie over the
nights with 23 and 25 hours.
"""

import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from hsched_models.features import CATALOGUE, Role
from tests import attendance_world
from tests.attendance_log import Row
from tests.attendance_world import AUTUMN, DAYS, FIRST
from tests.dbt_harness import ZONE, Built, Practice

pytestmark = pytest.mark.xdist_group("dbt")

KEY = ["booking_id", "moment", "scored_at"]
FEATURES = [feature.name for feature in CATALOGUE if feature.role is not Role.LABEL and feature.name not in KEY]
EVERY_DAY = (FIRST, FIRST + timedelta(days=DAYS + 20))
WORLD = attendance_world.make(20260101)
AUTUMN_WORLD = attendance_world.make(20260102, first=AUTUMN)
Log = dict[str, list[Row]]


def differing(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, int]:
    """How many of the rows that both have differ, by column; amounts may differ in the last bits of a sum."""
    a, b = left.set_index(KEY)[FEATURES], right.set_index(KEY)[FEATURES]
    both = a.index.intersection(b.index)
    a, b = a.loc[both], b.loc[both]
    counts = {name: int((~_same(a[name], b[name])).sum()) for name in FEATURES}
    return {name: count for name, count in counts.items() if count}


def _same(a: pd.Series, b: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(a) and pd.api.types.is_float_dtype(b):
        return ((a - b).abs() <= 1e-9) | (a.isna() & b.isna())
    return (a.astype("object") == b.astype("object")) | (a.isna() & b.isna())


def keys(rows: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(rows[KEY].itertuples(index=False, name=None))


def scored_by(rows: pd.DataFrame, instant: datetime) -> pd.DataFrame:
    return rows[rows["scored_at"] <= pd.Timestamp(instant)]


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """The same rows with the same features."""
    assert keys(left) == keys(right)
    assert differing(left, right) == {}


@pytest.fixture(scope="module")
def full(feature_practice: Practice) -> Built:
    return feature_practice.build(WORLD.log, days=EVERY_DAY)


@pytest.fixture(scope="module")
def autumn(feature_practice: Practice) -> Built:
    return feature_practice.build(AUTUMN_WORLD.log)


def test_the_world_is_messy_enough(full: Built) -> None:
    """What the other tests rest on: every outcome, moves both ways, and late and corrected recordings occur."""
    rows = full.appointments
    delays = pd.Series([row["recorded_at"] - row["event_at"] for row in WORLD.appointments])

    assert set(rows["label_outcome"].dropna()) == {"attended", "no_show", "late_cancel", "early_cancel", "clinic_cancel"}
    assert rows["booking_id"].str.endswith("-1").sum() > 10
    assert (rows["is_moved_here"] & rows["booking_id"].str.endswith("-0")).sum() > 10
    assert (delays > timedelta(hours=12)).mean() > 0.05
    assert rows["client_unused_streak"].max() >= 3
    assert (rows["same_day_bookings"] > 0).sum() > 10


@pytest.mark.parametrize("position", [0, 1, 2], ids=["early", "middle", "late"])
def test_what_is_recorded_later_moves_no_feature(feature_practice: Practice, full: Built, position: int) -> None:
    """Cut the log off at an instant, or turn round every outcome and alter all else recorded after it: nothing before moves."""
    instant = list(attendance_world.instants(WORLD.log))[position]
    past = scored_by(feature_practice.build(attendance_world.as_of(WORLD.log, instant)).appointments, instant)
    rewritten = feature_practice.build(attendance_world.rewritten_after(WORLD.log, instant, seed=position)).appointments

    assert len(past) > 100
    for other in (full.appointments, rewritten):
        assert differing(past, other) == {}
        assert_only_later_days_replace(past, other, instant)
    assert differing(full.appointments, rewritten).keys() >= {"client_unused", "practice_unused_rate"}, "nothing was rewritten"


def test_nor_over_the_night_with_25_hours(feature_practice: Practice, autumn: Built) -> None:
    """The same in autumn, cut off in the repeated hour."""
    instant = datetime.fromisoformat("2026-11-01T06:30:00+00:00")
    past = scored_by(feature_practice.build(attendance_world.as_of(AUTUMN_WORLD.log, instant)).appointments, instant)
    rewritten = feature_practice.build(attendance_world.rewritten_after(AUTUMN_WORLD.log, instant, seed=5)).appointments

    assert len(past) > 50
    assert differing(past, autumn.appointments) == {}
    assert differing(past, rewritten) == {}


def assert_only_later_days_replace(past: pd.DataFrame, other: pd.DataFrame, instant: datetime) -> None:
    """No row scored by then appears out of the future; one may only give way to the moment before a corrected, later day."""
    known = other[other["booking_id"].isin(past["booking_id"])]
    assert keys(scored_by(known, instant)) - keys(past) == set()
    for booking_id, moment, scored_at in keys(past) - keys(other):
        replaced_by = known[(known["booking_id"] == booking_id) & (known["moment"] == moment)]
        assert moment == "day_before"
        assert (replaced_by["scored_at"] > scored_at).all()


def test_what_was_recorded_before_does_move_them(feature_practice: Practice, full: Built) -> None:
    """Positive control: the comparison sees one outcome of the past turned round, in the client's and everybody's rows."""
    turned = {"attended": "no_show", "no_show": "attended"}
    instant = next(attendance_world.instants(WORLD.log))
    last = max((r for r in WORLD.appointments if r["event_type"] in turned and r["recorded_at"] < instant), key=lambda r: r["recorded_at"])
    rows = [{**row, "event_type": turned[row["event_type"]]} if row is last else row for row in WORLD.appointments]
    moved = differing(full.appointments, feature_practice.build({**WORLD.log, "appointments": rows}).appointments)

    assert moved.keys() >= {"client_unused", "client_no_shows", "client_unused_rate", "practice_unused_rate", "lead_unused_rate"}


def test_a_change_of_a_client_counts_from_its_recording(feature_practice: Practice, full: Built) -> None:
    """Age as altered after the booking was made is not in the row scored at booking; the day before, it is."""
    altered = {**WORLD.log, "clients": [{**row, "age_years": row["age_years"] + 100} for row in WORLD.clients]}
    rows = feature_practice.build(altered).appointments
    both = full.appointments.merge(rows, on=KEY)

    assert differing(full.appointments, rows).keys() == {"age_years"}
    assert (both["age_years_y"] - both["age_years_x"] == 100).all()
    assert both.groupby("booking_id")["age_years_x"].nunique().max() > 1


def test_the_order_of_files_and_rows_does_not_matter(feature_practice: Practice, full: Built) -> None:
    """Delivered in seven files, shuffled, and every row twice."""
    twice = {table: [*rows, *rows] for table, rows in WORLD.log.items()}

    assert_same(full.appointments, feature_practice.build(WORLD.log, files=7, seed=3).appointments)
    assert_same(full.appointments, feature_practice.build(twice, files=3, seed=4).appointments)


def test_an_event_sent_again_changes_nothing(feature_practice: Practice, full: Built) -> None:
    """A booking or a move may be sent again at any time, an outcome or a correction until the next thing is recorded."""
    again = [sent for row in WORLD.appointments if (sent := sent_again(row, WORLD.appointments))]

    assert len(again) > 400
    assert_same(full.appointments, feature_practice.build({**WORLD.log, "appointments": WORLD.appointments + again}).appointments)


def sent_again(row: Row, rows: list[Row]) -> Row | None:
    """The event with a later stamp; None where another one was recorded at the same instant."""
    if row["event_type"] in ("booked", "confirmed", "moved"):
        return {**row, "recorded_at": row["recorded_at"] + timedelta(days=4)}
    recorded = [other["recorded_at"] for other in rows if other["appointment_token"] == row["appointment_token"]]
    if recorded.count(row["recorded_at"]) > 1:
        return None
    later = min((instant for instant in recorded if instant > row["recorded_at"]), default=row["recorded_at"] + timedelta(days=8))
    return {**row, "recorded_at": row["recorded_at"] + (later - row["recorded_at"]) / 2}


def test_scoring_rows_are_the_training_rows_of_that_morning(full: Built) -> None:
    """A visit scored the evening before it enters training later with the very same features."""
    trained = full.appointments[full.appointments["moment"] == "day_before"]
    local = trained["scored_at"].dt.tz_convert(ZONE)
    at_midnight = trained[(trained["days_ahead"] == 1) & (local == local.dt.normalize())]
    scored = full.coming[(full.coming["days_ahead"] == 1) & (full.coming["moment"] == "day_before")]
    superseded = keys(scored) - keys(at_midnight)

    assert len(scored) > 100
    assert keys(at_midnight) - keys(scored) == set()
    assert differing(at_midnight, scored) == {}
    for booking_id, _, scored_at in superseded:  # the visit was corrected to a later day: that day's row is trained on
        assert (trained.loc[trained["booking_id"] == booking_id, "scored_at"] > scored_at).all()


def test_coming_visits_are_as_known_at_that_midnight(feature_practice: Practice, full: Built) -> None:
    """The rows of a day are the same when everything recorded after its midnight is missing."""
    midnight = datetime.fromisoformat("2026-03-08T00:00:00-05:00")
    day = midnight.date()
    past = feature_practice.build(attendance_world.as_of(WORLD.log, midnight), days=(day, day))

    assert len(past.coming) > 10
    assert set(past.coming["as_of_on"]) == {day}
    assert_same(past.coming, full.coming[full.coming["as_of_on"] == day])


def test_a_range_of_days_gives_what_single_days_give(feature_practice: Practice, full: Built) -> None:
    """A backfill in one run, or day by day; a day that runs again writes its own folder and leaves the others."""
    days = [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)]
    feature_practice.build(WORLD.log, days=(days[0], days[-1]))
    folder = feature_practice.tables / "feat_no_show__coming"
    together = feature_practice.coming()
    shutil.rmtree(folder)
    for day in days:
        feature_practice.run((day, day), ["tag:daily"])
    before = _contents(folder)
    feature_practice.run((days[1], days[1]), ["tag:daily"])
    after = _contents(folder)

    assert_same(together, feature_practice.coming())
    assert_same(together, full.coming[full.coming["as_of_on"].isin(days)])
    assert before.keys() == after.keys()
    assert {name for name in before if before[name][1] != after[name][1]} == {f"as_of_on={days[1]}"}
    assert {name for name in before if before[name][0] != after[name][0]} == set()


def _contents(folder: Path) -> Mapping[str, tuple[bytes, int]]:
    """Bytes and time of writing of each day's one file."""
    files = sorted(folder.glob("as_of_on=20*/*.parquet"))
    return {file.parent.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}
