"""Offers of freed hours: accepted as rarely as published, rarer at short notice, and given to the first who says yes."""

from datetime import date

import numpy as np
import pytest

from hsched_sandbox.columns import Flags
from hsched_sandbox.offers import BATCH, Acceptance, Answer, Offers, play
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.practice import simulate
from hsched_sandbox.timeline import DAY, MINUTE
from hsched_sandbox.waitlist import entries
from hsched_sandbox.world import World

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(PracticeParameters(clinicians=20), seed=1, today=TODAY)


@pytest.fixture(scope="module")
def offers(world: World) -> Offers:
    return play(world)


def said_yes(offers: Offers) -> Flags:
    return offers.answer == Answer.YES


def test_eight_to_eleven_of_a_hundred_offers_are_accepted(offers: Offers) -> None:
    """Fast Pass: 8.3 % of 177,311 offers; a second system: 11 % of 60,660."""
    assert len(offers) > 10_000
    assert 0.08 <= said_yes(offers).mean() <= 0.11


def test_less_than_a_days_notice_halves_the_chance(offers: Offers) -> None:
    """About half as many say yes."""
    short = offers.notice < DAY

    assert said_yes(offers)[short].mean() / said_yes(offers)[~short].mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("match", ["can_come", "own_clinician", "own_channel"])
def test_what_suits_the_client_is_accepted_more_often(offers: Offers, match: str) -> None:
    """Hour, clinician and channel each count."""
    suits = getattr(offers, match)

    assert offers.p_accept[suits].mean() > 1.15 * offers.p_accept[~suits].mean()


def test_answers_follow_the_true_chance(offers: Offers) -> None:
    """In each fifth of it."""
    for fifth in np.array_split(np.argsort(offers.p_accept), 5):
        assert said_yes(offers)[fifth].mean() == pytest.approx(offers.p_accept[fifth].mean(), abs=0.015)


def test_the_first_yes_in_time_has_the_hour(offers: Offers) -> None:
    """At most one for each opening, the quickest of those who said yes; half of the answers come within half an hour."""
    yes = said_yes(offers) & (offers.answered_after < offers.notice)
    quickest: dict[int, int] = {}
    for opening, after in zip(offers.opening[yes].tolist(), offers.answered_after[yes].tolist(), strict=True):
        quickest[opening] = min(after, quickest.get(opening, after))
    placed = dict(zip(offers.opening[offers.is_placed].tolist(), offers.answered_after[offers.is_placed].tolist(), strict=True))

    assert placed == quickest
    assert offers.is_placed.sum() == len(placed)
    assert np.bincount(offers.opening).max() <= BATCH
    assert 15 * MINUTE < np.median(offers.answered_after[offers.answer > Answer.NONE]) < 35 * MINUTE


def test_who_was_placed_is_asked_no_more(offers: Offers) -> None:
    """The offers to each entry of the list end with the hour that was got."""
    placed = np.flatnonzero(offers.is_placed)
    last = {intake: row for row, intake in enumerate(offers.intake.tolist())}

    assert [last[intake] for intake in offers.intake[placed].tolist()] == placed.tolist()


def test_offers_that_were_ignored_tire(world: World, offers: Offers) -> None:
    """The chance falls with each: without the fatigue more would be accepted, and first offers are the same."""
    tireless = play(world, Acceptance(ignored=0.0))
    first = offers.ignored == 0

    assert said_yes(tireless).mean() > said_yes(offers).mean() + 0.01
    assert offers.p_accept[first].mean() == pytest.approx(tireless.p_accept[tireless.ignored == 0].mean(), abs=0.005)


def test_only_who_waits_is_asked(world: World, offers: Offers) -> None:
    """Between entering the list and leaving it, about an hour earlier than theirs."""
    waiting = entries(world)
    place = np.searchsorted(waiting.visit, offers.intake)
    opened = world.visits.closed[offers.opening]

    assert np.array_equal(waiting.visit[place], offers.intake)
    assert np.array_equal(opened - waiting.entered[place], offers.waited)
    assert (offers.waited >= 0).all()
    assert (opened < waiting.settled[place]).all()
    assert (world.visits.start[offers.opening] < world.visits.start[offers.intake]).all()


def test_the_same_world_gives_the_same_offers(world: World, offers: Offers) -> None:
    """Whoever asks."""
    for name, column in play(world).arrays().items():
        assert np.array_equal(column, offers.arrays()[name])
