"""Change charts: as few false alarms as promised while the level does what levels do; planted moves found, with their day and side."""

from datetime import date, timedelta

import numpy as np
import pytest

from hsched_models.changepoint import NEW_MIX, STEP, Outcomes, Visits, change_chart, odds_for
from hsched_models.estimators import Floats, expit, logit
from hsched_models.level_process import PastDays, level_process
from hsched_models.watch import Chart, Days, unanswered
from hsched_models.watch_plots import control_chart
from hsched_sandbox.columns import Flags

BEGIN, NOW = np.datetime64("2025-01-06"), np.datetime64("2026-01-05")  # the past, and the first forecast
CALENDAR = np.arange(BEGIN, NOW + 182)
SHARE, A_DAY = 0.17, 200
AT = 84  # days after the first forecast
ON = date(2026, 1, 5) + timedelta(days=AT)


def practice(seed: int, level: Floats, *, mix: float = 0.0, a_day: int = A_DAY, closed: Days | None = None,
             past: bool = True, part: Flags | None = None) -> Outcomes:  # fmt: skip
    """Weekdays of a year and a half; `level`: log odds on each day of CALENDAR. New clients come all the time, with a mix since AT.

    `part`: which days of CALENDAR lie in a part of the year with a name.
    """
    rng = np.random.default_rng(seed)
    open_days = (CALENDAR.astype(np.int64) + 3) % 7 < 5
    if closed is not None:
        open_days &= ~np.isin(CALENDAR, closed)
    day = np.repeat(np.flatnonzero(open_days), a_day)
    arrived = day - rng.exponential(60, len(day)).astype(np.int64)
    forecast = rng.normal(logit(np.array([SHARE]))[0], 0.6, len(day))
    new = np.clip((arrived - (NOW - BEGIN).astype(np.int64) - AT) / 182, 0, 1)
    labels = (rng.random(len(day)) < expit(forecast + level[day] + mix * new)).astype(np.int64)
    days, is_now = BEGIN + day, BEGIN + day >= NOW
    visits = Visits(days[is_now], forecast[is_now], labels[is_now], (BEGIN + arrived)[is_now])
    before, position = np.unique(days[~is_now], return_inverse=True)
    left, usual = labels[~is_now] - SHARE, np.full((~is_now).sum(), SHARE * (1 - SHARE))
    excess, information = (np.bincount(position, weights=amounts).astype(np.float64) for amounts in (left, usual))
    kept = slice(None) if past else slice(0)
    booked = np.bincount(day, minlength=len(CALENDAR)).astype(np.float64)
    lived = np.concatenate([before[kept], np.unique(visits.days)])
    named = np.zeros((len(lived), 0)) if part is None else part[(lived - BEGIN).astype(np.int64)].astype(np.float64)[:, None]
    known = PastDays(before[kept], excess[kept], information[kept])
    return Outcomes(visits, known, level_process(known, np.unique(visits.days), CALENDAR, booked, named))


def since_now(size: float, first: int = AT, last: int = 999) -> Floats:
    """A level that lies `size` higher on those days after the first forecast."""
    day = (CALENDAR - NOW).astype(np.int64)
    return size * ((day >= first) & (day < last)).astype(np.float64)


def steps(outcomes: Outcomes, alarms_a_year: float = 0.9) -> Chart:
    """The chart of moves of the whole practice."""
    return change_chart("outcomes", outcomes, STEP, alarms_a_year)


def test_while_the_level_does_what_levels_do_alarms_are_no_more_than_promised() -> None:
    """Forty half-years whose level is drawn from the process itself: at most 1.5 a year and chart asked for, 30 in all."""
    rng = np.random.default_rng(0)
    flat = practice(0, np.zeros(len(CALENDAR)))
    root = np.linalg.cholesky(flat.process.covariance + 1e-9 * np.eye(len(flat.process.days)))
    alarms = {STEP: 0, NEW_MIX: 0}
    for seed in range(40):
        level = np.zeros(len(CALENDAR))
        level[(flat.process.days - BEGIN).astype(np.int64)] = root @ rng.standard_normal(len(root))
        level[: (NOW - BEGIN).astype(int)] -= level[: (NOW - BEGIN).astype(int)].mean()  # whatever the past's own share is
        lived = practice(seed, level)
        for move in alarms:
            alarms[move] += len(change_chart("some", lived, move, 1.5).alarms)

    assert 3 <= alarms[STEP] <= 30
    assert alarms[NEW_MIX] <= 30


@pytest.mark.parametrize(("size", "side"), [(0.3, 0), (-0.3, 1)])
def test_a_step_is_found_soon_with_its_day_and_size(size: float, side: int) -> None:
    """A thousand visits a week: within three weeks; one alarm, though the step stays; it says since when and how far off."""
    found = [steps(practice(seed, since_now(size))) for seed in range(12)]
    first = [next(alarm for alarm in one.alarms if alarm.on >= ON) for one in found]

    assert np.median([(alarm.on - ON).days for alarm in first]) <= 14
    assert sorted((alarm.on - ON).days for alarm in first)[-3] <= 21
    assert abs(np.median([(alarm.since - ON).days for alarm in first])) <= 5
    assert all((alarm.ratio - 1) * size > 0 for alarm in first)
    assert np.mean([len(one.alarms) for one in found]) < 1.4
    assert all(one.paths[side].max() > one.limit > one.paths[1 - side].max() for one in found if len(one.alarms) == 1)


def test_what_ends_again_is_told_and_asks_for_nothing() -> None:
    """Six weeks 0.6 above the forecasts: the chart then goes by the level it has found, and says when that is over."""
    moved = steps(practice(3, since_now(0.6, 60, 102)))

    assert [alarm.ratio > 1 for alarm in moved.alarms] == [True, False]
    assert [alarm.is_end for alarm in moved.alarms] == [False, True]
    assert (moved.alarms[1].since - (date(2026, 1, 5) + timedelta(days=102))).days in range(-4, 5)
    assert unanswered([moved], moved.alarms[0].on) == []


def test_what_goes_on_to_the_other_side_is_no_end() -> None:
    """0.5 above, then 0.5 below the forecasts: both stand. After an end, a move to the other side stands too."""
    turned = [steps(practice(seed, since_now(0.5, 60, 102) + since_now(-0.5, 102))) for seed in range(4)]
    again = [steps(practice(seed, since_now(0.5, 40, 75) + since_now(-0.4, 110))) for seed in range(4)]

    assert [any(alarm.is_end for alarm in one.alarms) for one in turned].count(False) >= 3
    assert [len(one.alarms) > 1 for one in turned].count(True) >= 3
    assert [one.alarms[-1].on >= date(2026, 1, 5) + timedelta(days=110) and not one.alarms[-1].is_end for one in again].count(True) >= 3
    assert sum(any(alarm.is_end for alarm in one.alarms) for one in again) >= 2


def test_an_alarm_stands_until_a_training_and_counts_up_to_the_newest_day() -> None:
    """One that a training has seen is no news."""
    moved = steps(practice(1, since_now(0.4)))
    [(_, standing)] = unanswered([moved], ON - timedelta(days=1))

    assert standing.observed == moved.observed[moved.days >= np.datetime64(standing.since)].sum()
    assert unanswered([moved], moved.alarms[-1].on) == []


def test_a_season_that_last_year_had_too_is_no_news() -> None:
    """Five weeks 0.3 higher in both years; without the past, or in this year alone, it is."""
    both = since_now(0.3, 60, 95) + since_now(0.3, 60 - 364, 95 - 364)

    assert [len(steps(practice(seed, both)).alarms) for seed in range(5)].count(0) >= 4
    assert sum(bool(steps(practice(seed, since_now(0.3, 60, 95))).alarms) for seed in range(5)) >= 4
    assert sum(bool(steps(practice(seed, both, past=False)).alarms) for seed in range(5)) >= 3


def test_a_part_of_the_year_with_a_name_may_move() -> None:
    """Five weeks 0.3 higher in both years, three weeks later in the second: no news where both have the same name."""
    part = since_now(1, 81, 116) + since_now(1, 60 - 364, 95 - 364) > 0
    known = [steps(practice(seed, 0.3 * part, part=part)) for seed in range(6)]
    unknown = [steps(practice(seed, 0.3 * part)) for seed in range(6)]

    assert sum(len(one.alarms) for one in known) <= 2
    assert sum(bool(one.alarms) for one in unknown) >= 4


def test_after_a_blip_that_was_none_a_step_is_still_found() -> None:
    """Five days 0.5 above the forecasts five weeks before a step: what the first alarm made of them is unlearned by then."""
    found = [steps(practice(seed, since_now(0.5, AT - 35, AT - 30) + since_now(0.3))) for seed in range(8)]
    late = [next(((alarm.on - ON).days for alarm in one.alarms if alarm.on >= ON and alarm.ratio > 1), 999) for one in found]

    assert sum(any(alarm.on < ON for alarm in one.alarms) for one in found) >= 4
    assert sum(days <= 21 for days in late) >= 6


def test_weeks_after_closed_days_teach_what_the_next_will_be_like() -> None:
    """Ten closed days a year, 0.35 higher for a week after each. No month of theirs is alike, and no list of holidays is read."""
    closed = np.array([BEGIN + at for at in (30, 71, 113, 156, 200, 240, 283, 310, 345, 408, 450, 492, 534)])
    level = 0.35 * np.any([(closed + 1 <= day) & (day <= closed + 7) for day in CALENDAR], axis=1)
    taught = [steps(practice(seed, level, closed=closed)) for seed in range(6)]
    untaught = [steps(practice(seed, level)) for seed in range(6)]

    assert sum(len(one.alarms) for one in taught) < sum(len(one.alarms) for one in untaught)
    assert sum(len(one.alarms) for one in taught) <= 2


def test_what_a_champion_knows_of_closed_days_is_not_expected_on_top_of_its_forecasts() -> None:
    """The past's weeks after closed days as forecast, or 0.35 higher: how far from the forecasts this year's next one may lie."""
    closed = np.array([BEGIN + at for at in (30, 71, 113, 156, 200, 240, 283, 310, 345, 450)])
    after, ordinary = np.datetime64(closed[-1]) + 2, np.datetime64(closed[-1]) - 14
    level = 0.35 * np.any([(closed + 1 <= day) & (day <= closed + 7) for day in CALENDAR], axis=1)
    known, unknown = (practice(0, one, closed=closed, a_day=800).process for one in (np.zeros(len(CALENDAR)), level))
    more = [float(np.diff(np.diag(one.covariance)[np.searchsorted(one.days, [ordinary, after])])[0]) for one in (known, unknown)]

    assert 0 < more[0] < more[1] / 3


def test_a_new_mix_of_clients_is_seen_by_its_own_chart_first() -> None:
    """0.6 more of clients who come half a year later, half as much of those after a quarter."""
    lived = [practice(seed, np.zeros(len(CALENDAR)), mix=0.9) for seed in range(6)]
    seen = [len(change_chart("new clients", one, NEW_MIX, 0.4).alarms) for one in lived]

    assert sum(bool(count) for count in seen) >= 4
    assert sum(seen) > sum(len(steps(one).alarms) for one in lived)


def test_the_new_clients_chart_counts_new_clients() -> None:
    """Since the alarm's first day; fewer than all."""
    lived = practice(2, np.zeros(len(CALENDAR)), mix=1.5)
    found = change_chart("new clients", lived, NEW_MIX, 0.4)
    alarm = found.alarms[0]
    new = lived.visits.first_seen >= np.datetime64(alarm.since)

    assert alarm.ratio > 1.03  # those who came first have little of it
    assert alarm.observed == lived.visits.labels[new].sum()
    assert found.observed.sum() < lived.visits.labels.sum()


def test_clients_nobody_knows_are_new_to_nobody() -> None:
    """A source without pseudonyms of clients: the chart is there and silent."""
    lived = practice(2, since_now(0.5))
    unknown = Visits(lived.visits.days, lived.visits.log_odds, lived.visits.labels, np.full(len(lived.visits.days), "NaT", "datetime64[D]"))
    found = change_chart("new clients", Outcomes(unknown, lived.past, lived.process), NEW_MIX, 0.4)

    assert not found.alarms
    assert not found.observed.any()


@pytest.mark.parametrize("a_day", [0, 1])
def test_small_and_empty_practices_have_the_charts_they_can_have(a_day: int) -> None:
    """No visit: no day, no alarm. One a day: finite, and silent about what it cannot see."""
    lived = practice(1, since_now(0.25), a_day=a_day)

    for move in (STEP, NEW_MIX):
        found = change_chart("some", lived, move, 0.4)
        assert np.isfinite(found.paths).all()
        assert found.alarms == ()
    assert len(lived.level_on(lived.days)) == len(lived.days)


def test_the_level_is_where_the_outcomes_are() -> None:
    """0.3 above the forecasts from the first day on: found, shrunk."""
    lived = practice(5, since_now(0.3, 0))

    assert lived.level_on(lived.days).mean() == pytest.approx(0.28, abs=0.06)


def test_odds_follow_from_the_alarms_a_year() -> None:
    """Ville: K in half a year at most with chance 1 / K."""
    assert odds_for(0.5) == pytest.approx(4.01, abs=0.01)
    assert odds_for(100) == 1


def test_the_chart_is_a_picture() -> None:
    """With both sides under the limit."""
    assert control_chart(steps(practice(1, since_now(0.4))), "Outcomes").startswith(b"\x89PNG")
