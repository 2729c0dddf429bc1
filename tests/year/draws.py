"""Chance that both worlds share: a number belongs to a client, a visit and what is asked, not to the order in which it is asked."""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta

from hsched_sandbox.life.temper import MEDIAN_MINUTES, SPREAD

BITS = 53  # of a float


@dataclass(frozen=True)
class Draws:
    """One year's chances."""

    seed: int

    def number(self, *words: object) -> float:
        """Between 0 and 1, 1 not included: always the same for the same words."""
        name = "/".join((str(self.seed), *map(str, words))).encode()
        return (int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big") >> (64 - BITS)) / 2**BITS

    def happens(self, chance: float, *words: object) -> bool:
        return self.number(*words) < chance

    def pick(self, count: int, *words: object) -> int:
        """One of so many."""
        return int(self.number(*words) * count)

    def delay(self, *words: object) -> timedelta:
        """Until somebody answers: log-normal, half of them within 25 minutes, as in the live sandbox; a minute to a day."""
        one, other = 1 - self.number(*words, "a"), self.number(*words, "b")
        normal = math.sqrt(-2 * math.log(one)) * math.cos(2 * math.pi * other)
        return timedelta(minutes=min(max(1.0, math.exp(math.log(MEDIAN_MINUTES) + SPREAD * normal)), 24 * 60))
