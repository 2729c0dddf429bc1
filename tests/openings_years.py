"""A simulated year of a practice whose waitlist has a holdout: what becomes free, who would take it, what staff would fill by phone.

Offers and their chances are the sandbox's own, given its history; draws are the real lot's and pass through the holdout itself.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from hsched_adapters.lot import KeyedLot
from hsched_core.domain.holdout import Arm, Draw
from hsched_core.use_cases import WAITLIST
from hsched_core.workflow.holdout import Holdout
from hsched_sandbox.life.temper import STAFF_FILL
from hsched_sandbox.offers import freed, play
from hsched_sandbox.parameters import plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.timeline import DAY
from hsched_sandbox.world import World
from tests.fake_path_store import FakePathStore
from tests.holdout_years import TODAY, OneKey

SHORT_NOTICE = 0.5  # staff fill half as many within a day, as clients say yes to half as many offers


@dataclass
class OpeningsYear:
    """Openings with the chance that somebody has the time in the end: offered to the waitlist, or left to the staff."""

    ids: list[str]
    clients: list[str]  # who gave the time up
    opened: np.ndarray
    starts: np.ndarray
    offered: np.ndarray
    left: np.ndarray

    @property
    def planted(self) -> float:
        """What offering changes, in share of openings that stay empty."""
        return float((self.left - self.offered).mean())


def openings_year(seed: int, *, has_effect: bool, clinicians: int = 10) -> OpeningsYear:
    """A practice's year."""
    return openings_of(simulate(plain(clinicians=clinicians, years=1), seed=seed, today=TODAY), has_effect=has_effect)


def openings_of(world: World, *, has_effect: bool) -> OpeningsYear:
    """Offered: nobody of those asked says yes, or somebody does. What nobody waits for is nobody's either way but the staff's."""
    found, asked = freed(world), play(world)
    nobody: dict[int, float] = defaultdict(lambda: 1.0)
    for opening, chance in zip(asked.opening.tolist(), asked.p_accept.tolist(), strict=True):
        nobody[opening] *= 1 - chance
    left = np.where(found.start - found.closed < DAY, SHORT_NOTICE * STAFF_FILL, STAFF_FILL)
    by_offer = np.array([1 - nobody[number] for number in found.number.tolist()])
    return OpeningsYear(
        ids=[f"{number:032x}" for number in found.number],
        clients=[f"{number + 10**9:032x}" for number in found.client],
        opened=found.closed,
        starts=found.start,
        offered=1 - (1 - by_offer) * (1 - left) if has_effect else left,  # staff go on phoning
        left=left,
    )


def openings_lived(made: OpeningsYear, seed: int, share: float = 0.3) -> tuple[list[Draw], dict[str, bool]]:
    """The year's draws, each made by the holdout itself, and which openings somebody had in the end."""
    draws = drawn(made, seed, share)
    offered = np.array([one.arm is Arm.TREATED for one in draws])
    filled = np.random.default_rng([seed, 78]).random(len(draws)) < np.where(offered, made.offered, made.left)
    return draws, dict(zip(made.ids, filled.tolist(), strict=True))


def beside_its_holdout(world: World, made: OpeningsYear, seed: int, share: float = 0.3) -> tuple[list[Draw], dict[str, bool]]:
    """The same, but what is held leaves its clients to the next opening, as in life: who was not asked then is asked later."""
    draws = drawn(made, seed, share)
    held = frozenset(int(one.subject, 16) for one in draws if one.arm is Arm.HELD)
    asked = play(world, left_out=held)
    taken = set(asked.opening[asked.is_placed].tolist())
    by_staff = np.random.default_rng([seed, 79]).random(len(draws)) < made.left
    return draws, {name: bool(by_phone or int(name, 16) in taken) for name, by_phone in zip(made.ids, by_staff.tolist(), strict=True)}


def placed_by(world: World, made: OpeningsYear) -> np.ndarray:
    """Which openings an offer would fill, were every one of them offered."""
    asked = play(world)
    return np.isin([int(name, 16) for name in made.ids], asked.opening[asked.is_placed])


def drawn(made: OpeningsYear, seed: int, share: float) -> list[Draw]:
    """Each opening's draw, when it was opened."""
    holdout, store = Holdout(WAITLIST, share, KeyedLot(OneKey(seed.to_bytes(32, "big")), "elm")), FakePathStore()
    with store.transaction() as tx:
        for row, (subject, client) in enumerate(zip(made.ids, made.clients, strict=True)):
            opened, starts = (datetime.fromtimestamp(int(column[row]), UTC) for column in (made.opened, made.starts))
            stratum = "within_a_day" if starts - opened <= timedelta(days=1) else "longer"
            holdout.arm(tx, subject, client, starts, opened, stratum=stratum)
    return list(store.tables.draws.values())
