"""The filter oracle: as good as what was known allows, no better, and blind to what came later."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from hsched_sandbox.columns import Flags, Floats
from hsched_sandbox.dirt import Breach, Repeat
from hsched_sandbox.events import Events, Happening
from hsched_sandbox.evidence import NEVER, gather
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.oracle import Filtered, filter_oracle
from hsched_sandbox.parameters import PracticeParameters, plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.reminders import effects
from hsched_sandbox.timeline import DAY
from hsched_sandbox.world import End, Session, World

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Lived:
    """A world with its log and the oracle's forecasts. `scored` are reached visits with a forecast, `unused` their outcome."""

    world: World
    events: Events
    filtered: Filtered
    scored: Flags

    @property
    def unused(self) -> Flags:
        end = self.world.visits.end[self.scored]
        return (end == End.NO_SHOW) | (end == End.LATE_CANCEL)


def lived(parameters: PracticeParameters, seed: int) -> Lived:
    world = simulate(parameters, seed=seed, today=TODAY)
    events, _ = exported_log(world)
    filtered = filter_oracle(world, events)
    reached = (world.visits.end <= End.LATE_CANCEL) & ~np.isnan(filtered.p_unused)
    return Lived(world, events, filtered, reached)


@pytest.fixture(scope="module")
def practice() -> Lived:
    return lived(plain(clinicians=20), seed=11)


def log_loss(p: Floats, outcome: Flags) -> float:
    return float(-np.log(np.where(outcome, p, 1 - p)).mean())


def test_the_oracle_is_calibrated(practice: Lived) -> None:
    """In each tenth of its forecasts the true probabilities average to the forecast."""
    forecast = practice.filtered.p_unused[practice.scored]
    truth = practice.world.visits.p_unused[practice.scored]

    for tenth in np.array_split(np.argsort(forecast), 10):
        assert truth[tenth].mean() == pytest.approx(forecast[tenth].mean(), abs=0.012)
    assert truth.mean() == pytest.approx(forecast.mean(), abs=0.004)


@pytest.mark.parametrize(
    "wrong", [{"client_sigma": 0.5}, {"client_sigma": 1.4}, {"engagement_sigma": 0.15}, {"engagement_rho": 0.5}, {"after_miss": 0.0}]
)
def test_the_oracle_beats_every_misspecified_one(practice: Lived, wrong: dict[str, float]) -> None:
    """With a latent's spread, its memory or the state after a miss taken wrongly the log loss is higher."""
    parameters = practice.world.parameters
    mistaken = replace(practice.world, parameters=replace(parameters, chances=replace(parameters.chances, **wrong)))
    other = filter_oracle(mistaken, practice.events).p_unused[practice.scored]

    assert log_loss(practice.filtered.p_unused[practice.scored], practice.unused) < log_loss(other, practice.unused)


def test_the_oracle_stands_between_the_known_effects_and_the_latents(practice: Lived) -> None:
    """Better than the known effects with a constant, worse than who sees the latents."""
    visits = practice.world.visits.take(practice.scored)
    truth = log_loss(visits.p_unused, practice.unused)
    oracle = log_loss(practice.filtered.p_unused[practice.scored], practice.unused)
    shifted = 1 / (1 + np.exp(-0.85 * (visits.known_logit + 0.12)))

    assert truth < oracle - 0.02
    assert oracle < log_loss(shifted, practice.unused) - 0.01


def flipped(events: Events, after: int) -> Events:
    """The log with each outcome recorded after an instant turned round."""
    later = events.recorded > after
    what = events.what.copy()
    what[later & (events.what == Happening.ATTENDED)] = Happening.NO_SHOW
    what[later & (events.what == Happening.NO_SHOW)] = Happening.ATTENDED
    return events.having(what=what)


def test_the_oracle_sees_nothing_later_than_its_moment(practice: Lived) -> None:
    """Outcomes recorded from a day on are flipped: no forecast of a moment before moves by a bit, later ones do."""
    cut = practice.world.timeline.midnight(date(2025, 9, 1))
    other = filter_oracle(practice.world, flipped(practice.events, cut))
    before = practice.filtered.moment <= cut
    after = (practice.filtered.moment > cut) & (practice.filtered.moment < NEVER)

    assert before.sum() > 10_000
    assert np.array_equal(practice.filtered.p_unused[before], other.p_unused[before])
    assert np.abs(practice.filtered.p_unused[after] - other.p_unused[after]).mean() > 0.01


def test_an_outcome_counts_once_its_visit_ended_and_it_was_recorded(practice: Lived) -> None:
    """The rule of `int_attendance__statuses`, for every visit with a record."""
    evidence = gather(practice.world, practice.events)
    known = evidence.told < NEVER
    late = practice.world.visits.end == End.LATE_CANCEL

    assert (evidence.told[known & late] >= evidence.ends[known & late]).all()
    assert (evidence.settled >= evidence.told).all()


def test_moments_are_the_day_before_or_the_booking(practice: Lived) -> None:
    """Midnight before the day before, local, unless the visit was booked later; nothing for who had left."""
    visits, moment = practice.world.visits, practice.filtered.moment
    asked = moment < NEVER
    lead = visits.start[asked] - moment[asked]

    assert lead.max() < 2 * DAY
    assert ((moment == visits.booked)[asked] | (lead > DAY)).all()
    assert np.isnan(practice.filtered.p_unused[np.isnan(visits.p_unused)]).all()
    assert (visits.booked[asked] <= moment[asked]).all()


def by_sampling(world: World, events: Events, client: int, draws: int) -> dict[int, tuple[float, float]]:
    """The same forecasts for one client by brute force: latents drawn from their law, weighed by what was known.

    Follows the story forward visit by visit with the miss state of each draw; slow, and nothing shared with the oracle's code.
    Only for clients without corrected outcomes and with one visit a week.
    """
    rng = np.random.default_rng(0)
    chances, visits = world.parameters.chances, world.visits
    evidence = gather(world, events)
    rows = np.flatnonzero((visits.client == client) & ~np.isnan(visits.p_unused))
    rows = rows[np.argsort(visits.week[rows])]
    intercept = rng.normal(0, chances.client_sigma, draws)
    forgetter = (rng.random(draws) < world.parameters.reminders.forgetters).astype(int)
    found = {}
    for row in rows[evidence.moment[rows] < NEVER]:
        engagement = rng.normal(0, chances.engagement_sigma, draws)
        missed = np.zeros(draws, dtype=bool)
        weight = np.ones(draws)
        week = visits.week[rows[0]]
        for other in rows[visits.week[rows] <= visits.week[row]]:
            for _ in range(visits.week[other] - week):
                shock = rng.normal(0, chances.engagement_sigma * np.sqrt(1 - chances.engagement_rho**2), draws)
                engagement = chances.engagement_rho * engagement + shock
            week = visits.week[other]
            again = chances.after_miss * missed * (visits.session[other] != Session.INTAKE)
            helped = effects(world.parameters.reminders, visits.reminder[other : other + 1])[0][forgetter]
            p = 1 / (1 + np.exp(-(visits.known_logit[other] + intercept + engagement + again + helped)))
            if other == row:
                mean = float((weight * p).sum() / weight.sum())
                spread = float(np.sqrt((weight**2 * (p - mean) ** 2).sum()) / weight.sum())
                found[int(row)] = (mean, spread)
            elif evidence.told[other] <= evidence.moment[row]:
                unused = visits.end[other] in (End.NO_SHOW, End.LATE_CANCEL)
                if unused or visits.end[other] == End.ATTENDED:
                    weight = weight * (p if unused else 1 - p)
                    missed = np.full(draws, unused)
            else:
                missed = rng.random(draws) < p
                if evidence.ends[other] <= evidence.moment[row]:  # a late cancel would be written down by now
                    weight = weight * np.where(missed, visits.no_show_share[other], 1)
    return found


def test_the_oracle_agrees_with_brute_force() -> None:
    """On some clients of a tiny, clean world: within four standard errors of 200,000 weighed draws."""
    parameters = plain(clinicians=1, years=0.5)
    clean = replace(parameters, dirt=replace(parameters.dirt, corrected_statuses=0.0))
    tiny = lived(clean, seed=3)
    visits = tiny.world.visits
    client, count = np.unique(visits.client[tiny.scored], return_counts=True)
    chosen = [int(number) for number in client[(count >= 4) & (count <= 9)] if simple(tiny.world, int(number))][:6]

    assert len(chosen) == 6
    for number in chosen:
        for row, (mean, spread) in by_sampling(tiny.world, tiny.events, number, 200_000).items():
            assert tiny.filtered.p_unused[row] == pytest.approx(mean, abs=4 * spread + 0.0005)


def simple(world: World, client: int) -> bool:
    """From the first visit on in the export, one visit a week."""
    mine = world.visits.take((world.visits.client == client) & ~np.isnan(world.visits.p_unused))
    return bool(mine.step[mine.week.argmin()] == 0) and len(np.unique(mine.week)) == len(mine)


def test_a_word_put_right_replaces_the_first_one(practice: Lived) -> None:
    """Corrected outcomes are believed wrong until then, and settled from then on; repeats and broken rows change nothing."""
    evidence = gather(practice.world, practice.events)
    sound = (practice.events.breach == Breach.NONE) & (practice.events.repeated == Repeat.ONCE)
    corrected = evidence.first != evidence.last

    assert 10 < corrected.sum() < 0.02 * len(corrected)
    assert (evidence.settled[corrected] > evidence.told[corrected]).all()
    for name, column in gather(practice.world, practice.events.take(sound)).arrays().items():
        assert np.array_equal(column, evidence.arrays()[name])
