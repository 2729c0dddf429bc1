"""The sandbox practice behaves as published practices do: rates, repetition of misses, caseloads, calendars."""

from datetime import date, timedelta

import numpy as np
import pytest

from hsched_sandbox.measures import base_rates, caseload, miss_lift, missed_intakes, reached, unused
from hsched_sandbox.measures import history as past
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.practice import simulate
from hsched_sandbox.timeline import DAY, HOUR, MINUTE
from hsched_sandbox.world import End, Session, Visits, World

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(PracticeParameters(), seed=20260101, today=TODAY)


@pytest.fixture(scope="module")
def history(world: World) -> Visits:
    return past(world)


def live(visits: Visits) -> Visits:
    return visits.take(visits.closed == 0)


def test_ten_clinicians_and_two_years_give_25000_appointments(history: Visits) -> None:
    """Enough to train on."""
    assert len(history) >= 25_000


@pytest.mark.parametrize("seed", [20260101, 5])
def test_base_rates_are_within_a_point(seed: int) -> None:
    """No-show 9 %, late cancel 7 %, early cancel or move 10 %, clinic cancel 3 %."""
    lived = simulate(PracticeParameters(), seed=seed, today=TODAY)

    assert base_rates(past(lived)) == pytest.approx([0.09, 0.07, 0.10, 0.03], abs=0.01)


def test_intakes_are_missed_about_twice_as_often(history: Visits) -> None:
    """Intake to follow-up between 1.7 and 2.3."""
    _, ratio = missed_intakes(history)

    assert 1.7 <= ratio <= 2.3


def test_a_miss_follows_a_miss(history: Visits) -> None:
    """Lag-1 lift of misses between 1.8 and 2.5, over consecutive appointments of one client."""
    assert 1.8 <= miss_lift(history) <= 2.5


def test_caseloads_are_long_tailed(history: Visits) -> None:
    """Mode 1, mean about 5.6 appointments a client, the top fifth holds about 56 %, Gini about a half."""
    found = caseload(history)

    assert found.most_common == 1
    assert found.mean == pytest.approx(5.6, abs=0.6)
    assert found.top_fifth == pytest.approx(0.56, abs=0.04)
    assert 0.45 <= found.gini <= 0.6


def test_series_are_weekly_fortnightly_monthly(history: Visits) -> None:
    """65 / 30 / 5 of therapy series, and a few longer ones for medication."""
    _, first = np.unique(history.series, return_index=True)
    shares = np.bincount(history.every[first], minlength=13) / len(first)

    assert shares[1] == pytest.approx(0.65, abs=0.06)
    assert shares[2] == pytest.approx(0.30, abs=0.06)
    assert 0.02 <= shares[4:].sum() <= 0.12


def test_a_weekly_series_keeps_clinician_and_hour(history: Visits) -> None:
    """Visits that were not moved stand in the same hour of the week."""
    weekly = history.take((history.every == 1) & history.movable)  # a moved visit is not moved again
    hour_of_week = (weekly.clinician * 7 + weekly.day % 7) * 24 + weekly.hour
    order = np.argsort(weekly.series, kind="stable")
    same = weekly.series[order][1:] == weekly.series[order][:-1]

    assert same.any()
    assert (np.diff(hour_of_week[order])[same] == 0).all()


def test_lead_time_says_nothing_in_a_weekly_series(history: Visits) -> None:
    """Long and short leads are missed alike, once a series runs: by the true probabilities, without the outcomes' noise."""
    weekly = reached(history.take((history.every == 1) & (history.step > 2) & (history.replaces < 0)))
    lead = weekly.start - weekly.booked
    far = lead > np.median(lead)

    assert abs(np.nanmean(weekly.p_unused[far]) - np.nanmean(weekly.p_unused[~far])) < 0.02


def test_late_cancels_come_in_the_last_hours_and_the_evening_before(history: Visits, world: World) -> None:
    """All inside 24 h; most in the last three hours or between 17 and 22 the day before."""
    late = history.take(history.end == End.LATE_CANCEL)
    notice = late.start - late.closed
    wall = (late.closed + world.timeline.offset_at(late.closed)) % DAY // HOUR
    evening = (world.timeline.day_of(late.closed) == late.day - 1) & (wall >= 17)

    assert (notice > 0).all()
    assert (notice <= DAY).all()
    assert (notice <= 3 * HOUR).mean() > 0.35
    assert evening.mean() > 0.3


def test_early_cancels_keep_the_notice(history: Visits) -> None:
    """An early cancel or move is at least 24 h ahead."""
    early = history.take(history.end == End.EARLY_CANCEL)

    assert (early.start - early.closed >= DAY).all()


def test_nobody_meets_two_clients_at_once(world: World) -> None:
    """A clinician's hour holds one visit that was not called off, groups apart."""
    single = live(world.visits)
    single = single.take(single.session != Session.GROUP)

    assert len(np.unique(np.stack([single.clinician, single.start]), axis=1).T) == len(single)


def test_an_hour_is_given_again_only_after_it_was_called_off(world: World) -> None:
    """Whoever holds the hour booked it after the one before them let it go."""
    visits = world.visits.take((world.visits.session != Session.GROUP) & (world.visits.booked >= world.timeline.opens))
    order = np.lexsort((visits.booked, visits.start, visits.clinician))
    ordered = visits.take(order)
    same = (ordered.clinician[1:] == ordered.clinician[:-1]) & (ordered.start[1:] == ordered.start[:-1])

    assert same.any()
    assert (ordered.booked[1:][same] >= ordered.closed[:-1][same]).mean() > 0.99


def test_visits_stand_in_daytime_on_working_days(world: World) -> None:
    """Monday to Friday, starting at full hours between 8 and 18, never on a public holiday."""
    visits = world.visits
    wall = (visits.start + world.timeline.offset_at(visits.start)) % DAY

    assert (visits.day % 7 < 5).all()
    assert set((wall // MINUTE).tolist()) <= {hour * 60 for hour in range(8, 19)}
    assert not world.timeline.closed[visits.day].any()


def test_wall_time_survives_the_clock_changes(world: World) -> None:
    """Both switches of 2025 are in the history; a series keeps its wall time over them."""
    spring, autumn = (world.timeline.index(day) for day in (date(2025, 3, 9), date(2025, 11, 2)))
    visits = world.visits
    weekly = visits.take((visits.every == 1) & (visits.replaces < 0))

    for switch, seconds in ((spring, -HOUR), (autumn, HOUR)):
        before = weekly.take((weekly.day >= switch - 7) & (weekly.day < switch))
        after = weekly.take((weekly.day > switch) & (weekly.day <= switch + 7))
        _, left, right = np.intersect1d(before.series, after.series, return_indices=True)
        assert len(left) > 20
        assert (after.start[right] - before.start[left] == 7 * DAY + seconds).all()


def test_the_book_reaches_three_weeks_ahead(world: World) -> None:
    """On any day there are coming visits for each of the next three weeks and more."""
    now = world.timeline.midnight(TODAY)
    coming = world.visits.take((world.visits.booked < now) & ((world.visits.closed == 0) | (world.visits.closed > now)))
    weeks = (coming.start[coming.start >= now] - now) // (7 * DAY)

    assert (np.bincount(weeks, minlength=4)[:4] > 80).all()


def test_life_goes_on_after_today(world: World) -> None:
    """Visits are booked and end for 120 days after today."""
    last = world.timeline.midnight(TODAY + timedelta(days=115))

    assert (world.visits.start > last).any()
    assert world.timeline.last_day == TODAY + timedelta(days=120)


def test_leads_of_intakes_and_medication(history: Visits) -> None:
    """Intakes wait 1 to 30 days, medication visits are booked at the visit before, 4 to 12 weeks ahead."""
    intake = history.take((history.session == Session.INTAKE) & (history.replaces < 0))
    medication = history.take((history.session == Session.MEDICATION) & (history.replaces < 0))
    days = (intake.start - intake.booked) / DAY
    weeks = (medication.start - medication.booked) / (7 * DAY)

    assert days.min() > 0.5
    assert days.max() < 31
    assert np.quantile(weeks, 0.1) > 3.5
    assert weeks.max() < 12.2


def test_truth_is_calibrated(history: Visits) -> None:
    """Outcomes follow the true probabilities, in the mean and in each fifth."""
    kept = reached(history)
    known = kept.take(~np.isnan(kept.p_unused))
    fifths = np.array_split(np.argsort(known.p_unused), 5)

    for rows in fifths:
        assert unused(known)[rows].mean() == pytest.approx(known.p_unused[rows].mean(), abs=0.025)


def test_the_same_seed_lives_the_same_life() -> None:
    """Equal worlds for equal seeds, others for other seeds."""
    small = PracticeParameters(clinicians=2, years=0.5)
    one, same, other = (simulate(small, seed=seed, today=TODAY).visits for seed in (1, 1, 2))

    for name, column in one.arrays().items():
        assert np.array_equal(column, same.arrays()[name], equal_nan=column.dtype.kind == "f")
    assert not np.array_equal(one.start, other.start)
