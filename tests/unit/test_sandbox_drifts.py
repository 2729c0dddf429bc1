"""Drifts and reminders of the sandbox: each changes what it says, from its day, by its size, and nothing before."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hsched_sandbox.drifts import Drift, DriftKind
from hsched_sandbox.events import Happening
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.oracle import filter_oracle
from hsched_sandbox.parameters import NO_EFFECT, PracticeParameters, plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.reminders import Reminder
from hsched_sandbox.truth import truth_table
from hsched_sandbox.world import End, Visits, World

TODAY = date(2026, 11, 24)
ON = date(2026, 5, 4)
CALM = plain(clinicians=10, years=1)


@pytest.fixture(scope="module")
def calm() -> World:
    return simulate(CALM, seed=4, today=TODAY)


def drifted(kind: DriftKind, size: float) -> World:
    return simulate(replace(CALM, drifts=(Drift(kind, ON, size),)), seed=4, today=TODAY)


def mean_logit(world: World, begin: date, finish: date) -> float:
    """Of what the records hold, over the visits of a stretch of days."""
    visits, timeline = world.visits, world.timeline
    inside = (visits.day >= timeline.index(begin)) & (visits.day < timeline.index(finish)) & ~np.isnan(visits.p_unused)
    return float(visits.known_logit[inside].mean())


@pytest.mark.parametrize(
    ("kind", "begin", "finish", "share"),
    [
        (DriftKind.SUDDEN, date(2026, 5, 4), date(2026, 8, 1), 1.0),
        (DriftKind.SEASONAL, date(2026, 5, 25), date(2026, 6, 8), 1.0),
        (DriftKind.GRADUAL, date(2026, 11, 1), date(2026, 11, 24), 0.75),
    ],
)
def test_a_drift_moves_the_truth_from_its_day_by_its_size(calm: World, kind: DriftKind, begin: date, finish: date, share: float) -> None:
    """By the whole size, a season at its height; a new mix of clients by most of it after half a year. Before, nothing."""
    other = drifted(kind, 0.8)
    before = mean_logit(other, date(2026, 1, 1), ON) - mean_logit(calm, date(2026, 1, 1), ON)
    after = mean_logit(other, begin, finish) - mean_logit(calm, begin, finish)

    assert before == pytest.approx(0, abs=0.02)
    assert after == pytest.approx(0.8 * share, abs=0.15)


def test_a_season_passes(calm: World) -> None:
    """Four weeks after its end the truth is what it was."""
    later = (date(2026, 7, 20), date(2026, 10, 1))

    assert mean_logit(drifted(DriftKind.SEASONAL, 0.8), *later) == pytest.approx(mean_logit(calm, *later), abs=0.03)


def test_a_new_clinician_starts_on_the_day() -> None:
    """No visit of theirs before, and the effect is theirs."""
    world = drifted(DriftKind.NEW_CLINICIAN, 0.6)
    theirs = world.visits.take(world.visits.clinician == 9)

    assert len(theirs) > 300
    assert theirs.day.min() >= world.timeline.index(ON)
    assert world.clinicians.effect[9] == 0.6


def test_a_status_remap_hides_late_cancels_and_changes_no_probability(calm: World) -> None:
    """From the day on half of the late cancels read as the office's own; the world itself is the same."""
    world = drifted(DriftKind.STATUS_REMAP, 0.5)
    events, _ = exported_log(world)
    closing = events.take(np.isin(events.what, (Happening.CANCELLED, Happening.MOVED)))
    late = world.visits.end[closing.visit] == End.LATE_CANCEL
    since = world.visits.day[closing.visit] >= world.timeline.index(ON)

    assert np.array_equal(world.visits.end, calm.visits.end)
    assert closing.by_clinic[late & since].mean() == pytest.approx(0.5, abs=0.06)
    assert not closing.by_clinic[late & ~since].any()


def test_an_outage_sends_nothing_for_its_weeks() -> None:
    """Six weeks without, then again."""
    world = drifted(DriftKind.REMINDER_OUTAGE, 6)
    visits, on = world.visits, world.timeline.index(ON)
    sent_on = visits.day - 2
    out = (sent_on >= on) & (sent_on < on + 42)

    assert not (visits.reminder[out] > Reminder.NONE).any()
    assert (visits.reminder[sent_on >= on + 42] > Reminder.NONE).mean() > 0.2


def test_the_oracle_knows_the_drift() -> None:
    """Its forecasts average to the truth after the change as well: recovery is measured against it."""
    world = drifted(DriftKind.SUDDEN, 0.8)
    filtered = filter_oracle(world).p_unused
    after = (world.visits.day >= world.timeline.index(ON)) & ~np.isnan(filtered)

    assert world.visits.p_unused[after].sum() / filtered[after].sum() == pytest.approx(1, abs=0.03)


def kept(visits: Visits) -> Visits:
    return visits.take((visits.end <= End.LATE_CANCEL) & (visits.reminded > 0))


def test_reminders_work_as_the_trials_say() -> None:
    """Potential outcomes: texts RR 0.91, calls 0.49 to 0.75, and the coin's arms differ by it."""
    world = simulate(plain(clinicians=20), seed=8, today=TODAY)
    table = truth_table(world, b"k", filter_oracle(world)).to_pandas().dropna(subset=["p_unused"])
    without = table.p_unused_no_reminder.mean()
    tossed = table[table.reminder_randomised & table.outcome.isin(["attended", "no_show", "late_cancel"])]
    arms = tossed.assign(unused=tossed.outcome != "attended").groupby("reminder").unused.mean()

    assert table.p_unused_text.mean() / without == pytest.approx(0.91, abs=0.02)
    assert 0.49 <= table.p_unused_call.mean() / without <= 0.75
    assert arms[1] / arms[0] == pytest.approx(0.91, abs=0.09)


def test_elsewhere_who_is_reminded_is_at_higher_risk() -> None:
    """The front desk's rule confounds: reminded visits are missed more often without any reminder."""
    world = simulate(plain(clinicians=10), seed=8, today=TODAY)
    by_rule = world.visits.take(~world.visits.randomised & ~np.isnan(world.visits.p_unused))
    without = 1 / (1 + np.exp(-by_rule.known_logit - by_rule.own_logit))
    reminded = by_rule.reminder > Reminder.NONE

    assert without[reminded].mean() > without[~reminded].mean() + 0.02


def test_a_world_without_effect_has_none() -> None:
    """Both potential outcomes are one."""
    world = simulate(replace(PracticeParameters(clinicians=2, years=0.5), reminders=NO_EFFECT), seed=8, today=TODAY)
    table = truth_table(world, b"k", filter_oracle(world)).to_pandas().dropna(subset=["p_unused"])

    assert (table.reminder > 0).any()
    assert np.array_equal(table.p_unused_text, table.p_unused_no_reminder)
    assert np.array_equal(table.p_unused_call, table.p_unused)
