"""Control charts: as few false alarms as asked for, planted steps found soon, odd weeks without rules of their own."""

from datetime import date

import numpy as np
import pytest

from hsched_models.estimators import Floats, expit, logit
from hsched_models.watch import Chart, Days, chart, limit_for, spread_of, unanswered, weeks_to_see
from hsched_models.watch_plots import control_chart

FIRST = np.datetime64("2026-01-05")
YEARS, A_YEAR = 2, 1.0


def visits(years: float, a_week: int, seed: int) -> tuple[np.random.Generator, Days, Floats]:
    """Days, oldest first, and forecasts about 17 %."""
    rng = np.random.default_rng(seed)
    count = int(a_week * 52 * years)
    days = FIRST + np.sort(rng.integers(0, int(364 * years), count))
    return rng, days, expit(rng.normal(-1.7, 0.7, count))


def stepped(a_week: int, seed: int, step: float = 0.0, years: float = YEARS, after: int = 0) -> Chart:
    """A practice whose log odds move by `step` so many days in."""
    rng, days, p = visits(years, a_week, seed)
    truth = expit(logit(p) + step * (days >= FIRST + after))
    return chart("some", days, p, (rng.random(len(p)) < truth).astype(np.int64), shift=0.2, alarms_a_year=A_YEAR)


@pytest.mark.parametrize("a_week", [60, 600])
def test_while_nothing_moves_alarms_are_as_rare_as_asked(a_week: int) -> None:
    """One a year and chart asked for, 60 years lived: within what 60 years can tell."""
    alarms = sum(len(stepped(a_week, seed).alarms) for seed in range(30))

    assert 30 <= alarms <= 84  # 60 expected; Poisson, three standard deviations


@pytest.mark.parametrize(("step", "side"), [(0.3, 0), (-0.3, 1)])
def test_a_step_is_found_soon_with_its_day_and_size(step: float, side: int) -> None:
    """600 visits a week: within three weeks; the alarm says since when, and how far off."""
    found = [stepped(600, seed, step, years=0.5, after=91) for seed in range(20)]
    first = [next(alarm for alarm in one.alarms if alarm.on >= date(2026, 4, 6)) for one in found]
    days = [(alarm.on - date(2026, 4, 6)).days for alarm in first]

    assert np.median(days) <= 14
    assert np.quantile(days, 0.9) <= 28
    assert all((alarm.ratio - 1) * step > 0 for alarm in first)
    assert abs(float(np.median([(alarm.since - date(2026, 4, 6)).days for alarm in first]))) <= 10
    assert all(one.paths[side].max() >= one.limit * 0.9 for one in found)


def test_the_mean_wait_is_what_the_chart_says() -> None:
    """`weeks_to_see` of a shift of that very size, against lives."""
    found = [stepped(600, seed, 0.2, years=1) for seed in range(25)]
    information = float((0.17 * 0.83) * 600)
    waits = [((one.alarms[0].on if one.alarms else date(2027, 1, 4)) - date(2026, 1, 5)).days / 7 for one in found]

    assert np.mean(waits) == pytest.approx(weeks_to_see(information, 0.2, found[0].limit), rel=0.4)


def test_more_information_and_fewer_alarms_ask_for_a_higher_limit() -> None:
    """And nothing to see, no limit that could be crossed."""
    assert limit_for(9000, 0.2, 1) > limit_for(900, 0.2, 1)
    assert limit_for(900, 0.2, 0.1) > limit_for(900, 0.2, 1)
    assert limit_for(0, 0.2, 1) == np.inf
    assert weeks_to_see(0, 0.2, 3) == np.inf


def test_no_visits_make_an_empty_chart() -> None:
    """It has no day and no alarm."""
    nothing = chart("some", np.empty(0, "datetime64[D]"), np.empty(0), np.empty(0, np.int64), shift=0.2, alarms_a_year=1)

    assert len(nothing.days) == 0
    assert nothing.alarms == ()


def test_weeks_without_visits_change_nothing() -> None:
    """The same visits, a closed month in between: the same path."""
    rng, days, p = visits(0.5, 300, 3)
    labels = (rng.random(len(p)) < expit(logit(p) + 0.25)).astype(np.int64)
    closed = np.where(days >= FIRST + 14, days + 28, days)
    whole, parted = (chart("some", each, p, labels, shift=0.2, alarms_a_year=1) for each in (days, closed))

    until = int(np.argmax(parted.paths[0] > min(whole.limit, parted.limit)))  # alarms begin anew, at limits that differ a little

    assert len(parted.days) == len(whole.days)
    assert until > 10
    assert np.array_equal(parted.paths[:, :until], whole.paths[:, :until])
    assert parted.limit == pytest.approx(whole.limit, rel=0.1)


def test_weeks_with_one_outcome_only_are_evidence_like_any_other() -> None:
    """Nobody missed in three weeks of a hundred visits each: fewer than forecast, and nothing infinite."""
    days = FIRST + np.repeat(np.arange(21), 15)
    nobody = chart("some", days, np.full(len(days), 0.15), np.zeros(len(days), np.int64), shift=0.5, alarms_a_year=1)

    assert nobody.alarms[0].observed == 0
    assert nobody.alarms[0].ratio == 0
    assert np.isfinite(nobody.paths).all()


def test_an_alarm_starts_the_chart_anew_and_stands_until_a_training() -> None:
    """A step that stays raises the alarm again; one that a training has seen is no news."""
    moved = stepped(600, 1, 0.4, years=0.5)
    oldest, newest = moved.alarms[0], moved.alarms[-1]
    [(_, standing)] = unanswered([moved], date(2026, 1, 4))

    assert len(moved.alarms) > 1
    assert moved.alarms[1].since > moved.alarms[0].on
    assert (standing.on, standing.since) == (oldest.on, oldest.since)
    assert standing.observed == moved.observed[moved.days >= np.datetime64(oldest.since)].sum()
    assert unanswered([moved], newest.on) == []


def test_scattered_weeks_widen_the_chart() -> None:
    """Each week with a mood of its own: several times binomial; a slow wave or too few weeks: not counted as scatter."""
    rng, days, p = visits(1, 600, 5)
    weeks = (days - FIRST).astype(int) // 7
    moods, wave = rng.normal(0, 0.4, 52)[weeks], 0.3 * np.sin(2 * np.pi * weeks / 52)
    lived = {name: (rng.random(len(p)) < expit(logit(p) + off)).astype(np.int64) for name, off in (("mood", moods), ("wave", wave))}

    assert spread_of(days, p, lived["mood"]) > 5
    assert spread_of(days, p, lived["wave"]) < 2
    assert spread_of(days[:600], p[:600], lived["mood"][:600]) == 1.0


def test_the_chart_is_a_picture() -> None:
    """A PNG, also of a single day."""
    assert control_chart(stepped(60, 1), "Outcomes").startswith(b"\x89PNG")
    one_day = chart("some", np.array([FIRST]), np.array([0.2]), np.array([1]), shift=0.2, alarms_a_year=1)
    assert control_chart(one_day, "Outcomes").startswith(b"\x89PNG")
