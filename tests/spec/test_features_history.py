"""What the features of a visit say, case by case: the manual of a client's history. Every case is a client of its own."""

import pandas as pd
import pytest

from tests.attendance_log import Row, at, client, event, flat, visit
from tests.dbt_harness import Practice

pytestmark = pytest.mark.xdist_group("dbt")


def late_recording() -> list[Row]:
    past = [visit("late1", "02-20 09:00", "03-02 10:00", "attended"), visit("late2", "02-20 09:00", "03-03 10:00", "attended")]
    missed = visit("late3", "02-20 09:00", "03-04 10:00", "no_show", recorded="03-06 09:00")
    asked = [visit("before", "03-06 08:59", "03-20 10:00"), visit("after", "03-06 09:00", "03-21 10:00")]
    return named("late recording", flat([*past, missed, *asked]))


def corrected_status() -> list[Row]:
    past = visit("wrong", "02-20 09:00", "03-02 10:00", "no_show")
    right = event("wrong", "attended", "03-02 10:50", "03-02 10:00", recorded="03-05 12:00")
    asked = [visit("misread", "03-05 11:59", "03-20 10:00"), visit("put right", "03-05 12:00", "03-21 10:00")]
    return named("corrected status", [*past, right, *flat(asked)])


def attended_by_mistake() -> list[Row]:
    past = flat([visit("came", "02-20 09:00", "03-02 10:10", "attended"), visit("mistake", "02-20 09:00", "03-04 10:00", "attended")])
    right = event("mistake", "no_show", "03-04 10:50", "03-04 10:00", recorded="03-06 11:00")
    return named("attended by mistake", [*past, right, *visit("today", "03-06 11:00", "03-20 10:00")])


def not_ended_yet() -> list[Row]:
    checked_in = event("running", "attended", "03-02 10:00", "03-02 10:00")
    asked = [visit("during", "03-02 10:49", "03-20 10:00"), visit("ended", "03-02 10:50", "03-21 10:00")]
    return named("not ended yet", [*visit("running", "02-20 09:00", "03-02 10:00"), checked_in, *flat(asked)])


def cancels() -> list[Row]:
    early = [*visit("early", "02-20 09:00", "03-04 10:00"), event("early", "cancelled", "03-03 10:00", "03-04 10:00")]
    late = [*visit("too late", "02-20 09:00", "03-05 10:00"), event("too late", "cancelled", "03-04 10:01", "03-05 10:00")]
    clinic = [*visit("sick", "02-20 09:00", "03-06 10:00"), event("sick", "cancelled", "03-06 08:00", "03-06 10:00", by="clinic")]
    return named("cancels", [*early, *late, *clinic, *visit("then", "03-09 09:00", "03-20 10:00")])


def streak() -> list[Row]:
    days = {"03-02": "attended", "03-03": "no_show", "03-04": "cancelled", "03-05": "no_show", "03-06": ""}
    rows = flat(visit(f"day {day}", "02-20 09:00", f"{day} 10:00", outcome) for day, outcome in days.items() if outcome != "cancelled")
    called_off = [*visit("off", "02-20 09:00", "03-04 10:00"), event("off", "cancelled", "03-01 10:00", "03-04 10:00")]
    came = visit("came again", "02-20 09:00", "03-07 10:00", "attended")
    asked = flat([visit("missing", "03-07 10:49", "03-20 10:00"), visit("back", "03-07 10:50", "03-21 10:00")])
    return named("streak", [*rows, *called_off, *came, *asked])


def two_at_once() -> list[Row]:
    """Only the day is known, two visits of one day, one of them attended."""
    past = flat([visit("one", "02-20 09:00", "03-02", "no_show"), visit("two", "02-20 09:00", "03-02", "attended")])
    return named("two at once", [*past, *visit("next", "03-04 09:00", "03-20")])


def series() -> list[Row]:
    weekly = {"series_token": "s", "series_interval_days": 7}
    rows = flat(visit(f"week {n}", "02-20 09:00", f"03-{2 + 7 * n:02} 10:00", **weekly) for n in range(4))
    moved = event("week 1", "moved", "03-08 09:00", "03-10 10:00", **weekly)
    return named("series", [*rows, moved, *visit("alone", "02-20 09:00", "03-27 10:00")])


def same_day() -> list[Row]:
    two = flat([visit("morning", "02-20 09:00", "03-12 09:00"), visit("noon", "02-20 09:05", "03-12 12:00")])
    off = [*visit("evening", "02-20 09:10", "03-12 18:00"), event("evening", "cancelled", "02-21 09:00", "03-12 18:00")]
    return named("same day", [*two, *off])


def moves() -> list[Row]:
    within = [*visit("within", "02-20 09:00", "03-10 10:00"), event("within", "moved", "03-02 09:00", "03-12 10:00")]
    again = event("within", "moved", "03-02 09:00", "03-12 10:00", recorded="03-03 12:00")
    old = [*visit("old", "02-20 09:00", "03-11 10:00"), event("old", "moved", "03-10 15:00", "03-11 10:00")]
    new = visit("new", "03-10 15:00", "03-18 10:00", replaces_appointment_token="old")
    return named("moves", [*within, again, *old, *new])


def clerical() -> list[Row]:
    hour = [*visit("hour", "02-20 09:00", "03-10 10:00"), event("hour", "corrected", "03-02 09:00", "03-10 11:00")]
    lent = [*visit("lent", "02-20 09:00", "03-11 10:00"), event("lent", "corrected", "03-02 09:00", "03-11 10:00", **COVER)]
    after = [*visit("after", "02-20 09:00", "03-03 10:00", "attended"), event("after", "corrected", "03-05 09:00", "03-03 15:00")]
    return named("clerical", [*hour, *lent, *after])


def typed_in_later() -> list[Row]:
    paper = visit("paper", "03-02 09:00", "03-10 10:00")
    return named("typed in later", [{**row, "recorded_at": at("03-03 17:00")} for row in paper])


def clock_change() -> list[Row]:
    rows = flat([visit("last", "02-20 09:00", "03-07 11:10", "attended"), visit("sunday", "03-07 23:30", "03-09 08:00")])
    return named("clock change", [*rows, *visit("spring", "03-07 23:30", "03-10 00:30")])


def named(client_token: str, rows: list[Row]) -> list[Row]:
    """The rows as one client's; appointments under names of their own."""
    own = {"client_token": client_token, "series_token": client_token}
    return [{**row, **{name: token for name, token in own.items() if row[name]}, **_prefixed(client_token, row)} for row in rows]


def _prefixed(client_token: str, row: Row) -> Row:
    names = ("appointment_token", "replaces_appointment_token")
    return {name: f"{client_token}: {row[name]}" for name in names if row[name]}


COVER = {"clinician_token": "lee", "modality": "video", "session_type": "medication"}
CASES = (
    late_recording, corrected_status, attended_by_mistake, not_ended_yet, cancels, streak, two_at_once, series, same_day, moves, clerical,
    typed_in_later, clock_change,
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(feature_practice: Practice) -> pd.DataFrame:
    """Feature rows of every case, by booking and moment."""
    born = [client("clerical", "02-01 09:00", age_years=40), client("clerical", "03-01 09:00", age_years=41)]
    log = {"appointments": [row for case in CASES for row in case()], "clients": born}
    found = feature_practice.build(log).appointments
    return found.set_index(["booking_id", "moment"]).sort_index()


def booking(rows: pd.DataFrame, name: str, moment: str = "at_booking") -> pd.Series:
    """The row of an appointment ("case: appointment"), its first booking unless named with -1."""
    return rows.loc[(name if name[-2:] in ("-0", "-1") else f"{name}-0", moment)]


def counts(row: pd.Series) -> tuple[int, ...]:
    """Visits, unused ones, no-shows, late and early cancels."""
    return tuple(int(row[f"client_{name}"]) for name in ("visits", "unused", "no_shows", "late_cancels", "early_cancels"))


def test_an_outcome_counts_from_its_recording(rows: pd.DataFrame) -> None:
    """Two attended visits and a no-show recorded two days late: a minute before that, nobody knows of it."""
    before, after = booking(rows, "late recording: before"), booking(rows, "late recording: after")

    assert counts(before) == (2, 0, 0, 0, 0)
    assert counts(after) == (3, 1, 1, 0, 0)
    assert (before["is_last_unused"], after["is_last_unused"]) == (False, True)
    assert (before["client_unused_streak"], after["client_unused_streak"]) == (0, 1)


def test_a_corrected_status_counts_from_its_correction(rows: pd.DataFrame) -> None:
    """A no-show put right counts as a miss until then and as attended afterwards; the visit is counted once."""
    misread, right = booking(rows, "corrected status: misread"), booking(rows, "corrected status: put right")

    assert (counts(misread), counts(right)) == ((1, 1, 1, 0, 0), (1, 0, 0, 0, 0))
    assert (misread["is_last_unused"], right["is_last_unused"]) == (True, False)
    assert pd.isna(misread["days_since_attended"])
    assert right["days_since_attended"] == pytest.approx(3 + 70 / 1440)


def test_a_visit_that_was_not_attended_after_all_is_forgotten(rows: pd.DataFrame) -> None:
    """The last attended visit is then the one before it, and the client has missed once since."""
    row = booking(rows, "attended by mistake: today")

    assert counts(row) == (2, 1, 1, 0, 0)
    assert row["days_since_attended"] == pytest.approx(4)
    assert (row["is_last_unused"], row["client_unused_streak"]) == (True, 1)


def test_a_visit_counts_when_it_has_ended(rows: pd.DataFrame) -> None:
    """Checked in at its start is not yet an outcome: the visit lasts 50 minutes."""
    during, ended = booking(rows, "not ended yet: during"), booking(rows, "not ended yet: ended")

    assert (counts(during)[0], counts(ended)[0]) == (0, 1)


def test_notice_makes_the_difference(rows: pd.DataFrame) -> None:
    """With 24 hours' notice a cancel is early and no visit, with a minute less it is late and unused; the clinic's is neither."""
    row = booking(rows, "cancels: then")
    labels = {name: rows.loc[(f"cancels: {name}-0", "at_booking"), "label_outcome"] for name in ("early", "too late", "sick")}

    assert counts(row) == (1, 1, 0, 1, 1)
    assert labels == {"early": "early_cancel", "too late": "late_cancel", "sick": "clinic_cancel"}
    assert booking(rows, "cancels: too late")["label_is_unused"]
    assert pd.isna(booking(rows, "cancels: early")["label_is_unused"])
    assert ("cancels: early-0", "day_before") in rows.index, "still standing at 00:00 of the day before"


def test_a_streak_ends_when_the_client_comes(rows: pd.DataFrame) -> None:
    """Misses since the last attended visit; an early cancel between them neither counts nor breaks it."""
    missing, back = booking(rows, "streak: missing"), booking(rows, "streak: back")

    assert (missing["client_unused_streak"], missing["is_last_unused"]) == (2, True)
    assert (back["client_unused_streak"], back["is_last_unused"]) == (0, False)
    assert counts(back) == (4, 2, 2, 0, 1)


def test_of_two_visits_at_once_one_attended_is_enough(rows: pd.DataFrame) -> None:
    """Where only the day is known, who came to one of two visits has come."""
    row = booking(rows, "two at once: next")

    assert counts(row) == (2, 1, 1, 0, 0)
    assert (row["is_last_unused"], row["client_unused_streak"]) == (False, 0)
    assert pd.isna(row["start_hour"])


def test_a_series_is_counted_by_its_slots(rows: pd.DataFrame) -> None:
    """Earlier bookings of the series; a move within it does not add one, and outside a series there is none."""
    names = ["series: week 0", "series: week 1", "series: week 2", "series: week 3"]

    assert [booking(rows, name, "day_before")["series_position"] for name in names if name != "series: week 1"] == [0, 2, 3]
    assert booking(rows, "series: week 1-1", "day_before")["series_position"] == 1
    assert booking(rows, "series: alone")["series_position"] == 0
    assert [booking(rows, name)["series_interval_days"] for name in names] == [7, 7, 7, 7]


def test_other_bookings_of_the_day_are_those_that_stand(rows: pd.DataFrame) -> None:
    """Booked first, a visit has no company; the day before it has one: the third was called off."""
    names = ("morning", "noon")

    assert [booking(rows, f"same day: {name}")["same_day_bookings"] for name in names] == [0, 1]
    assert [booking(rows, f"same day: {name}", "day_before")["same_day_bookings"] for name in names] == [1, 1]
    assert booking(rows, "same day: morning", "day_before")["client_open_bookings"] == 2


def test_a_move_ends_one_booking_and_makes_another(rows: pd.DataFrame) -> None:
    """Under the same id or a new one: the old booking is cancelled with the notice given, the new one has a lead time of its own."""
    first, second = booking(rows, "moves: within-0"), booking(rows, "moves: within-1")

    assert (first["label_outcome"], first["lead_time_days"], first["is_moved_here"]) == ("early_cancel", 18, False)
    assert pd.isna(second["label_outcome"]), "sent again, the move is still one move"
    assert (second["lead_time_days"], second["is_moved_here"]) == (10, True)
    assert booking(rows, "moves: old")["label_outcome"] == "late_cancel"
    assert (booking(rows, "moves: new")["lead_time_days"], booking(rows, "moves: new")["is_moved_here"]) == (8, True)


def test_a_correction_keeps_the_booking(rows: pd.DataFrame) -> None:
    """What was wrong when booked is right the day before; the choice is as old as it was. What is put right afterwards comes too late."""
    hour, lent = booking(rows, "clerical: hour", "day_before"), booking(rows, "clerical: lent", "day_before")

    assert (booking(rows, "clerical: hour")["start_hour"], hour["start_hour"]) == (10, 11)
    assert (hour["lead_time_days"], hour["client_bookings"], hour["is_moved_here"]) == (18, 3, False)
    assert {name: lent[name] for name in COVER} == COVER
    assert booking(rows, "clerical: lent")["clinician_token"] == "kim"
    assert booking(rows, "clerical: after", "day_before")["start_hour"] == 10
    assert (booking(rows, "clerical: hour")["age_years"], hour["age_years"]) == (40, 41)


def test_a_booking_counts_itself_however_late_it_is_typed_in(rows: pd.DataFrame) -> None:
    """At booking and the day before the client has one booking, and it is open."""
    for moment in ("at_booking", "day_before"):
        row = booking(rows, "typed in later: paper", moment)
        assert (row["client_bookings"], row["client_open_bookings"]) == (1, 1)
    assert booking(rows, "typed in later: paper")["scored_at"] == pd.Timestamp(at("03-02 09:00"))


def test_days_are_calendar_days_and_ages_are_hours(rows: pd.DataFrame) -> None:
    """Over the night of 23 hours: lead times count days of the calendar, "days since" count hours, scoring is at local midnight."""
    sunday, spring = booking(rows, "clock change: sunday", "day_before"), booking(rows, "clock change: spring", "day_before")

    assert (sunday["lead_time_days"], sunday["days_ahead"], sunday["booked_hour"]) == (2, 1, 23)
    assert sunday["scored_at"] == pd.Timestamp("2026-03-08T05:00:00Z")
    assert spring["scored_at"] == pd.Timestamp("2026-03-09T04:00:00Z")
    assert (spring["start_hour"], spring["weekday"], spring["starts_on"].isoformat()) == (0, 2, "2026-03-10")
    assert spring["days_since_attended"] == pytest.approx((12 + 23) / 24)


def test_shares_are_pulled_toward_the_practice(rows: pd.DataFrame) -> None:
    """A client's share counts as if four more visits had gone the practice's way, so that two of two is not 100 %."""
    expected = (rows["client_unused"] + 4 * rows["practice_unused_rate"]) / (rows["client_visits"] + 4)

    assert rows["practice_unused_rate"].between(0.1, 0.3).all()
    assert rows["practice_unused_rate"].nunique() > 5
    pd.testing.assert_series_equal(rows["client_unused_rate"], expected, check_names=False)
