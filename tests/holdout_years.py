"""A simulated year of a practice that reminds under a holdout: true chances from the sandbox, draws from the real lot, outcomes by chance.

Standard care is a text; the use case calls who comes in person. What that changes is known: both chances of every visit are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from hsched_adapters.lot import KeyedLot
from hsched_core.domain.holdout import Draw
from hsched_core.domain.vocabulary import Outcome
from hsched_core.workflow.holdout import Holdout
from hsched_sandbox.parameters import plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.reminders import SHORTEST_LEAD, Reminder, effects
from hsched_sandbox.timeline import DAY
from hsched_sandbox.world import Channel, End, World
from tests.fake_path_store import FakePathStore

USE_CASE, TODAY, ELIGIBLE_FROM = "reminders", date(2026, 1, 5), 0.15
START = datetime(2025, 1, 6, tzinfo=UTC)


@dataclass(frozen=True)
class OneKey:
    """A keyring with one key, another one for each year."""

    secret: bytes
    kid: str = "holdout-1"

    def active(self, purpose: str) -> "OneKey":
        return self


@dataclass
class Year:
    """Eligible visits with the chance of an unused one under either care, and what the practice's records foretell."""

    ids: list[str]
    clients: list[str]
    remote: np.ndarray
    standard: np.ndarray
    treated: np.ndarray
    foretold: np.ndarray
    kept: np.ndarray  # neither the clinic's nor the client's early cancel
    by_clinic: np.ndarray

    @property
    def planted(self) -> float:
        """What the use case changes, in share of the visits that count."""
        counts = ~self.by_clinic
        return float(((self.treated - self.standard) * self.kept)[counts].mean())


def year(seed: int, *, has_effect: bool, clinicians: int = 10) -> Year:
    """A practice's year."""
    return of_world(simulate(plain(clinicians=clinicians, years=1), seed=seed, today=TODAY), has_effect=has_effect)


def of_world(world: World, *, has_effect: bool) -> Year:
    visits = world.visits
    foretold = 1 / (1 + np.exp(-visits.known_logit))
    reachable = (visits.start - visits.booked > SHORTEST_LEAD) & ((visits.closed == 0) | (visits.closed > visits.start - 3 * DAY))
    past = visits.start < world.timeline.shuts
    rows = np.flatnonzero(reachable & past & (np.nan_to_num(foretold, nan=0.0) >= ELIGIBLE_FROM))
    remote = visits.channel[rows] != Channel.IN_PERSON
    without = visits.unreminded_logit[rows]
    kind = world.clients.forgetter[visits.client[rows]].astype(np.int64)
    texted, called = (_with(world, reminder, without, kind) for reminder in (Reminder.TEXT, Reminder.CALL))
    nothing = 1 / (1 + np.exp(-without))
    return Year(
        ids=[f"{number:032x}" for number in visits.number[rows]],
        clients=[f"{number + 10**9:032x}" for number in visits.client[rows]],
        remote=remote,
        standard=texted if has_effect else nothing,
        treated=np.where(remote, texted, called) if has_effect else nothing,
        foretold=foretold[rows],
        kept=np.isin(visits.end[rows], (End.ATTENDED, End.NO_SHOW, End.LATE_CANCEL)),
        by_clinic=visits.end[rows] == End.CLINIC_CANCEL,
    )


def _with(world: World, reminder: Reminder, logit: np.ndarray, kind: np.ndarray) -> np.ndarray:
    helped = effects(world.parameters.reminders, np.full(len(logit), int(reminder)))[np.arange(len(logit)), kind]
    found: np.ndarray = 1 / (1 + np.exp(-(logit + helped)))
    return found


def lived(made: Year, seed: int, share: float = 0.3) -> tuple[list[Draw], pd.DataFrame]:
    """The year's draws, made by the holdout itself with its entries in the trail, and the feature table with its outcomes."""
    lot = KeyedLot(OneKey(seed.to_bytes(32, "big")), "elm")  # type: ignore[arg-type]  # one key is all it asks of a keyring
    holdout, store = Holdout(USE_CASE, share, lot), FakePathStore()
    with store.transaction() as tx:
        for row, (subject, client) in enumerate(zip(made.ids, made.clients, strict=True)):
            starts_at = START + timedelta(minutes=30 * row)
            stratum = "remote" if made.remote[row] else "in_person"
            at = starts_at - timedelta(days=3)
            holdout.arm(tx, subject, client, starts_at, at, stratum=stratum, expected=float(made.foretold[row]))
    draws = list(store.tables.draws.values())
    rng = np.random.default_rng([seed, 77])
    treated = np.array([one.arm == "treated" for one in draws])
    unused = rng.random(len(draws)) < np.where(treated, made.treated, made.standard)
    return draws, pd.DataFrame(list(_rows(made, draws, unused)))


def _rows(made: Year, draws: list[Draw], unused: np.ndarray) -> Iterator[dict[str, object]]:
    for row, draw in enumerate(draws):
        outcome = Outcome.NO_SHOW if unused[row] else Outcome.ATTENDED
        if made.by_clinic[row] or not made.kept[row]:
            outcome = Outcome.CLINIC_CANCEL if made.by_clinic[row] else Outcome.EARLY_CANCEL
        yield {
            "moment": "at_booking",
            "appointment_token": draw.subject,
            "client_token": draw.client,
            "label_outcome": outcome.value,
            "label_known_at": draw.starts_at + timedelta(hours=2),
        }
