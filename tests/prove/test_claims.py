"""Who gets an opening, at length: L1 (races), L2 (overlaps), L3 (histories), L6 (the end of the time to answer), on both stores.

Every zero is printed with its 3/N bound, and beside a twin with one guard removed. Figures: docs/explanation/offers.md.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import pytest

from hsched_adapters.store.path import SqlTransaction
from hsched_core.use_cases.waitlist import Mode
from hsched_core.workflow import answers
from tests.desk_world import SETTINGS, entry_of, on_sql, waits
from tests.http_desk import app_of, at_once, post, serving, token_of
from tests.linearizability import is_linearizable
from tests.offer_histories import OPERATIONS, recorded
from tests.offer_races import MANY, arena, overlapping, race
from tests.postgres import Server

RACES, OVERLAPS, HISTORIES, EDGES, AT_ONCE = 2_000, 400, 1_000, 400, 200
A_STORE = 100  # races before a fresh store: its openings lie in the next days
RIVALS = (2, 3, 2, 4, 2, 6, 3, 8, 2, 4, 16, 2, 3, 4, 2, 32, 3, 2, 4, 2)
Where = Iterator[tuple[str, Path]]


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """As many empty stores of one kind as are asked for."""
    server: Server | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None

    def fresh() -> Where:
        for number in range(10**6):
            folder = tmp_path / str(number)
            folder.mkdir()
            yield (server.url(server.create_database()) if server else f"sqlite:///{folder / 'store.sqlite'}"), folder

    made = fresh()
    print(f"\n{request.param}:")
    return made


def tell(what: str, bad: int, tried: int, twin: str) -> None:
    print(f"  {what}: {bad} of {tried} (95 %: fewer than {3 / tried:.2%}); {twin}")
    assert bad == 0


def races(stores: Where, count: int, staff: bool = True) -> int:
    """Races without exactly one winner."""
    bad = 0
    for first in range(0, count, A_STORE):
        with arena(*next(stores)) as field:
            for number in range(first, min(first + A_STORE, count)):
                bad += race(field, MANY[: RIVALS[number % len(RIVALS)]], by_staff=staff and number % 4 == 3) != 1
            field.holds()
    return bad


def overlaps(stores: Where, count: int) -> int:
    """Pairs of bookings that overlap, of three openings ten to fifty minutes apart."""
    bad, chance = 0, Random(2)
    for first in range(0, count, A_STORE // 4):
        with arena(*next(stores)) as field:
            for _ in range(first, min(first + A_STORE // 4, count)):
                late = chance.randrange(10, 25)
                bad += overlapping(field, MANY[:3], (0, late, 2 * late)) > 0
    return bad


def histories(stores: Where, count: int, often: float = 0.02) -> tuple[int, int]:
    """Histories that no order of events explains, and how many of their operations died."""
    bad = died = 0
    for first in range(0, count, A_STORE):
        with arena(*next(stores)) as field:
            for seed in range(first, min(first + A_STORE, count)):
                history = recorded(field, seed, often=often)
                bad += not is_linearizable(history, 4)
                died += sum(one.result is None for one in history)
    return bad, died


def late_yeses(stores: Where, count: int) -> int:
    """Yeses within two seconds around the end that were taken at or after it, or refused before it."""
    bad, chance = 0, Random(6)
    with arena(*next(stores)) as field:
        world = field.worlds[0]
        for number in range(count):
            (_, offers), start = field.invite([MANY[number % 32]]), world.now()
            micro = chance.choice([-1000, 0, 1000, -1, 1, chance.randrange(-2_000_000, 2_000_000)])
            world.present = start + timedelta(minutes=30, microseconds=micro)
            ((client, offer_id),) = offers.items()
            bad += (field.accept(number, offer_id, client) == "yes") is not (micro < 0)
            world.present = start + timedelta(minutes=1) if number % A_STORE else start
            field.opened %= A_STORE
    return bad


def answers_at_once(stores: Where, how_many: int) -> tuple[dict[Any, int], dict[Any, int], int, int]:
    """Statuses of so many answers to one link, and to so many offers of one opening; and how many bookings each made."""
    url, folder = next(stores)
    crowd = replace(SETTINGS, mode=Mode.PARALLEL, batch=how_many, near_batch=how_many, most_offers=how_many)
    with on_sql(url, folder, settings=crowd, clients=()) as (world, _):
        world.ehr.entries = {entry_of(one): replace(waits(one), entry=entry_of(one)) for one in MANY[:how_many]}
        for client in MANY[:how_many]:
            world._consents(client)
        world.cancel()
        world.desk.advance()
        app, opened = app_of(world, folder)
        tokens = [token_of(opened, one.id) for one in world.offers()]
        world.ehr.shows, world.ehr.refuses_conflicts = world.ehr.facts, False
        with serving(app) as port:
            of_all = at_once([lambda token=token: post(port, token) for token in tokens])
    url, folder = next(stores)
    with on_sql(url, folder) as (other, _):
        other.cancel()
        other.desk.advance()
        app, opened = app_of(other, folder)
        token = token_of(opened, other.offers()[0].id)
        with serving(app) as port:
            of_one = at_once([lambda: post(port, token)] * how_many)
    return dict(of_one), dict(of_all), len(other.booked()), len(world.booked())


def test_two_hundred_answers_at_once_over_http(stores: Where) -> None:
    """L1: of one link, and of two hundred offers of one opening: one booking each; the losers' answers are all kind."""
    of_one, of_all, booked_one, booked_all = answers_at_once(stores, AT_ONCE)

    print(f"  one link, {AT_ONCE} answers: {of_one}, {booked_one} booking; {AT_ONCE} offers of one opening: {of_all}, {booked_all} booking")
    assert (of_one.keys() <= {200, 202}, sum(of_one.values()), booked_one) == (True, AT_ONCE, 1)
    assert (of_all.get(409), of_all.get(200, 0) + of_all.get(202, 0), booked_all) == (AT_ONCE - 1, 1, 1)


def test_no_race_has_another_number_of_winners_than_one(stores: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    """L1 and L2: two workers, an EHR that would book everybody and shows nothing; every fourth race with staff in it."""
    began = monotonic()
    bad, pairs = races(stores, RACES), overlaps(stores, OVERLAPS)
    took = monotonic() - began
    monkeypatch.setattr(SqlTransaction, "held", lambda *_: ())
    twin, twin_pairs = races(stores, 40, staff=False), overlaps(stores, 20)

    tell("races with another number of winners than one", bad, RACES, f"the twin without holds: {twin} of 40")
    tell("openings that overlap and were both booked", pairs, OVERLAPS, f"the twin without holds: {twin_pairs} of 20; {took:.0f} s")
    assert twin > 0
    assert twin_pairs > 0


def test_every_history_could_have_happened_one_after_the_other(stores: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    """L3: thirty operations by five threads on two workers, one in twenty-five of which dies."""
    began = monotonic()
    bad, died = histories(stores, HISTORIES)
    took = monotonic() - began
    monkeypatch.setattr(SqlTransaction, "held", lambda *_: ())
    twin, _ = histories(stores, 40, often=0)

    tell("impossible histories", bad, HISTORIES, f"the twin without holds: {twin} of 40")
    print(f"    of {HISTORIES * OPERATIONS} operations {died} died; {took:.0f} s")
    assert twin > 0


def test_no_yes_counts_at_its_end_or_after(stores: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    """L6: a microsecond before, at and after the end, and anywhere within two seconds of it."""
    bad = late_yeses(stores, EDGES)
    whole = answers._objections
    monkeypatch.setattr(answers, "_objections", lambda *told: [one for one in whole(*told) if one.rule != "acceptance.late"])
    twin = late_yeses(stores, 40)

    tell("yeses on the wrong side of the end", bad, EDGES, f"the twin without expiry: {twin} of 40")
    assert twin > 0
