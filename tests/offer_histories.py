"""Recording what clients, staff and rounds did at once to one opening: histories for the check of linearizability. No fixture by itself."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from hsched_core.domain.lifecycle import State as CaseState
from hsched_core.domain.offers import OfferState
from hsched_core.policy.approval import NotPermittedError
from hsched_core.ports import Transaction
from hsched_core.workflow.offer_steps import end_offer
from tests.linearizability import Operation
from tests.offer_races import MANY, Arena, together

THREADS, OPERATIONS = 5, 30
KINDS = ("accept",) * 5 + ("decline",) * 2 + ("expire", "close")


class DiedError(Exception):
    """The client's process is gone; no one learns what became of its call."""


@dataclass
class Dying:
    """A store whose user may die just before, or just after, a transaction is stored."""

    store: Any
    chance: random.Random
    often: float
    deaths: threading.local = field(default_factory=threading.local)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        before, after = (self.chance.random() < self.often for _ in range(2))
        with self.store.transaction() as tx:
            yield tx
            if before:
                raise DiedError
        if after:
            raise DiedError


def recorded(where: Arena, seed: int, offers: int = 4, often: float = 0.02) -> list[Operation]:
    """Thirty operations on one opening by five threads, some of whom die, with when each began and ended."""
    chance = random.Random(seed)
    clients = MANY[:offers]
    _, invited = where.invite(clients)
    ids = [invited[client] for client in clients]
    clock, history, lock = count(), [], threading.Lock()
    plans = [[(chance.choice(KINDS), chance.randrange(offers)) for _ in range(OPERATIONS // THREADS)] for _ in range(THREADS)]
    stores = [Dying(where.worlds[place % 2].store, random.Random(chance.random()), often) for place in range(THREADS)]

    def work(place: int) -> None:
        path = _on(where.worlds[place % 2].path, stores[place])
        for kind, offer in plans[place]:
            with lock:
                began = next(clock)
            try:
                result: str | None = ACTS[kind](path, stores[place], ids, offer, clients)
            except DiedError:
                result = None
            with lock:
                history.append(Operation(kind, offer, began, None if result is None else next(clock), result))

    failed = [one for one in together([lambda place=place: work(place) for place in range(THREADS)]) if one is not None]
    assert failed == [], failed
    return history


def _on(path: Any, store: Any) -> Any:
    """The same path, on a store whose user may die."""
    other = object.__new__(type(path))
    other.__dict__.update(path.__dict__, _store=store)
    return other


def _accept(path: Any, _store: Any, ids: list[str], offer: int, clients: tuple[str, ...]) -> str:
    try:
        booking = path.accept(ids[offer], clients[offer])
    except NotPermittedError:
        return "no"
    return "yes" if booking.state is not CaseState.BLOCKED else "no"


def _decline(path: Any, _store: Any, ids: list[str], offer: int, clients: tuple[str, ...]) -> str:
    try:
        path.decline(ids[offer], clients[offer])
    except NotPermittedError:
        return "no"
    return "yes"


def _expire(path: Any, store: Any, ids: list[str], offer: int, _clients: tuple[str, ...]) -> str:
    """What a round does to an offer whose time is over."""
    with store.transaction() as tx:
        _end(tx, ids[offer], OfferState.EXPIRED, path)
    return "done"


def _close(path: Any, store: Any, ids: list[str], _offer: int, _clients: tuple[str, ...]) -> str:
    """What the desk does to an opening that staff filled: every offer that is live ends, in one transaction."""
    with store.transaction() as tx:
        for name in ids:
            _end(tx, name, OfferState.WITHDRAWN, path)
    return "done"


def _end(tx: Any, name: str, state: OfferState, path: Any) -> None:
    offer = tx.offer(name)
    if offer.state is OfferState.SENT:
        end_offer(tx, offer, state, path._clock.now() + timedelta(0))


ACTS: dict[str, Callable[..., str]] = {"accept": _accept, "decline": _decline, "expire": _expire, "close": _close}
