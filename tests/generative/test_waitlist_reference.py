"""The waitlist on random worlds: arrays judged by rules written the long way, and what no order of inputs and no score may change."""

from collections import Counter
from dataclasses import replace
from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot
from hsched_core.solvers.waitlist import Bar
from hsched_core.use_cases.waitlist import Facts, Outlook, outlooks, propose
from hsched_core.use_cases.waitlist_board import Board
from hsched_core.use_cases.waitlist_reasons import SKIPPED
from tests.waitlist_reference import barred, fit, turn
from tests.waitlist_world import asked, world, worlds, zone_of

MILLION = 1_000_000
thorough = settings(max_examples=150, deadline=None)


@given(worlds())
@thorough
def test_every_rule_agrees_with_the_long_way(facts: Facts) -> None:
    """All rules, for every opening and entry: the masks of the solver, and who is left."""
    board = Board(facts.ordered)
    for place, opening in enumerate(board.facts.openings):
        expected = [barred(opening, entry, facts) for entry in board.facts.waiting]

        assert [{bar for bar in Bar if mask >> bar & 1} for mask in board.barred(place)] == expected
        left = {entry.client for entry, bars in zip(board.facts.waiting, expected, strict=True) if not bars}
        assert {board.facts.waiting[match.row].client for match in board.matches[place]} == left


@given(worlds())
@thorough
def test_every_fit_agrees_with_the_long_way(facts: Facts) -> None:
    """Fit and order, to a millionth."""
    board = Board(facts.ordered)
    for place, opening in enumerate(board.facts.openings):
        for match in board.matches[place]:
            entry = board.facts.waiting[match.row]
            score = fit(opening, entry, facts)

            assert 0 <= match.fit <= MILLION
            assert abs(match.fit - score * MILLION) <= 1
            assert abs(match.standing - (score + turn(entry, facts)) * MILLION) <= 2
        standings = [match.standing for match in board.matches[place]]
        assert standings == sorted(standings, reverse=True)


@given(worlds(), st.integers())
@thorough
def test_the_order_of_the_facts_changes_nothing(facts: Facts, seed: int) -> None:
    """Same facts, same proposals, same ids, however they were collected."""
    random = Random(seed)
    shuffled = {
        name: tuple(random.sample(getattr(facts, name), len(getattr(facts, name))))
        for name in ("openings", "waiting", "clinicians", "histories", "live", "refused")
    }
    again = replace(facts, **shuffled)

    assert [one.id for one in propose(again)] == [one.id for one in propose(facts)]
    assert propose(again) == propose(facts)


@given(worlds(), st.lists(st.none() | st.floats(0, 1), min_size=12, max_size=12))
@thorough
def test_the_probability_to_attend_changes_nothing(facts: Facts, attends: list[float | None]) -> None:
    """Whatever the scores are: the same clients in the same order, and even the same ids."""
    other = tuple(replace(entry, attends=score) for entry, score in zip(facts.waiting, attends, strict=False))

    assert propose(replace(facts, waiting=other)) == propose(facts)


@given(worlds())
@thorough
def test_nobody_is_asked_twice_and_no_cap_is_passed(facts: Facts) -> None:
    """One offer a client, live ones included; no opening has more offers than it may."""
    proposals = propose(facts)
    clients = Counter(map(asked, proposals)) + Counter({one.client for one in facts.live})
    names = {client for opening in facts.openings for client in _asked_for(facts, opening.id)}

    assert set(clients.values()) <= {1}
    for opening in facts.openings:
        new = sum(one.subject == opening.id for one in proposals)
        live = sum(one.opening == opening.id for one in facts.live)
        assert new == 0 or new + live <= facts.settings.at_once(opening.starts_at - facts.now)
        assert new == 0 or new + len(_asked_for(facts, opening.id)) <= facts.settings.most_offers
        assert not {asked(one) for one in proposals if one.subject == opening.id} & _asked_for(facts, opening.id)
    assert names <= {f"client-{number}" for number in range(10)}


def _asked_for(facts: Facts, opening: str) -> set[str]:
    answered = {history.client for history in facts.histories if opening in history.asked_for}
    return answered | {one.client for one in facts.live if one.opening == opening}


@given(worlds())
@thorough
def test_a_proposal_lists_everybody_with_an_action_or_a_reason(facts: Facts) -> None:
    """One line an entry; whoever may be picked is barred by nothing; every reason is a sentence of the list."""
    sentences = set(SKIPPED.values())
    for one in propose(facts):
        opening = next(opening for opening in facts.openings if opening.id == one.subject)
        clean = {entry.client for entry in facts.waiting if not barred(opening, entry, facts)}

        assert Counter(line.subject for line in one.candidates) == Counter(entry.client for entry in facts.waiting)
        assert {line.subject for line in one.candidates if line.fit is not None} == clean
        assert all(isinstance(line.action, OfferSlot) for line in one.candidates if line.action)
        for line in one.candidates:
            if line.fit is None and line.subject not in clean:
                assert {f"{part}." for part in line.skipped_because.removesuffix(".").split(". ")} <= sentences


@given(worlds())
@thorough
def test_booking_without_asking_needs_settings_consent_and_a_good_fit(facts: Facts) -> None:
    """The three together, and never one of them less."""
    for one in propose(facts):
        entry_may = any(entry.client == asked(one) and entry.may_book_without_asking for entry in facts.waiting)
        if isinstance(one.action, BookAppointment):
            assert facts.settings.books_without_asking
            assert entry_may
            assert one.confidence is not None
            assert one.confidence >= facts.settings.threshold
            assert one.action.basis is Basis.STANDING_CONSENT
        else:
            assert isinstance(one.action, OfferSlot)
            assert one.action.answer_by < one.action.leads_to.booking.starts_at


@given(worlds(most_openings=3, most_waiting=5))
@thorough
def test_openings_are_filled_as_far_as_possible_and_then_best(facts: Facts) -> None:
    """With one offer at a time, every way of sharing out the openings that have room is tried: none fills more, or as many better."""
    serial = replace(facts, settings=replace(facts.settings, batch=1, near_batch=1))
    board = Board(serial.ordered)
    open_for = [
        {match.client: match.standing for match in matches} if room else {}
        for room, matches in zip(_rooms(board), board.matches, strict=True)
    ]
    taken = [match for matches in board.taken for match in matches]

    assert (len(taken), sum(match.standing for match in taken)) == _best(open_for)


def _rooms(board: Board) -> list[bool]:
    facts = board.facts
    is_open = facts.settings.send_from_hour <= facts.now.astimezone(zone_of(facts)).hour
    return [
        is_open
        and not any(live.opening == opening.id for live in facts.live)
        and len(_asked_for(facts, opening.id)) < facts.settings.most_offers
        for opening in facts.openings
    ]


def _best(open_for: list[dict[int, int]]) -> tuple[int, int]:
    clients: list[int | None] = sorted({client for each in open_for for client in each})
    found = (0, 0)
    for order in permutations([*clients, *[None] * len(open_for)], len(open_for)):
        if all(client is None or client in each for client, each in zip(order, open_for, strict=True)):
            values = [each[client] for client, each in zip(order, open_for, strict=True) if client is not None]
            found = max(found, (len(values), sum(values)))
    return found


@given(worlds())
@thorough
def test_an_opening_asks_exactly_where_somebody_is_proposed(facts: Facts) -> None:
    """The outlook and the proposals tell one story."""
    proposed = {one.subject for one in propose(facts)}
    found = outlooks(facts)

    assert {name for name, outlook in found.items() if outlook is Outlook.ASKS} == proposed
    assert found.keys() == {opening.id for opening in facts.openings}


def test_every_rule_decides_alone_in_these_worlds() -> None:
    """Each rule is the only one that keeps somebody out, and there are enough whom none does: no agreement above is an empty one."""
    sets = [barred(opening, entry, facts) for facts in map(world, range(400)) for opening in facts.openings for entry in facts.waiting]
    alone = Counter(next(iter(bars)) for bars in sets if len(bars) == 1)

    assert set(alone) == set(Bar)
    assert sum(not bars for bars in sets) > 0.05 * len(sets)
