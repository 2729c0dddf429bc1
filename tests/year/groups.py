"""Ratios of offers and contacts between groups: an audit of what came out, by attributes that nothing decided by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hsched_core.domain.contact import Purpose
from tests.year.life import Life
from tests.year.measures import active_months, waited_weeks

GROUPS = (("race", "not white"), ("language", "not English"), ("disability", "disabled"), ("car", "no car"), ("payer", "Medicaid"))
LOW, HIGH = 0.8, 1.25
DRAWS = 500
# Of ratios outside that are no chance: what and attribute, and why.
REASONS: dict[tuple[str, str], str] = {
    (
        "offers",
        "payer",
    ): "who waits for what in seed 1's practice: 1.19 by the list alone, 1.21 among who waits for the same kind of session",
}


@dataclass(frozen=True)
class Ratio:
    """A group's rate over the others', with a bootstrap interval over clients. `per`: what the rate is counted by."""

    what: str
    attribute: str
    group: str
    clients: int
    rate: float
    others: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        return self.rate / self.others if self.others else float("nan")

    @property
    def is_within(self) -> bool:
        """Whether the ratio lies within the four fifths."""
        return LOW <= self.ratio <= HIGH

    @property
    def reason(self) -> str:
        """Why a ratio lies outside; empty where it is inside, or nobody recorded one."""
        if self.is_within:
            return ""
        by_chance = self.low <= 1 <= self.high
        return "too few clients to tell it from chance" if by_chance else REASONS.get((self.what, self.attribute), "")


def rates(life: Life, purpose: Purpose) -> dict[str, tuple[float, float]]:
    """For each client: how many they had, and how long they could have had some (weeks on the list; months of care)."""
    base = waited_weeks(life) if purpose is Purpose.OFFER else active_months(life)
    had: dict[str, float] = dict.fromkeys(base, 0.0)
    for one in life.sent:
        if one.client in had and one.purpose is purpose and one.template not in ("standby_offer", "slot_taken", "waitlist_booked"):
            had[one.client] += 1
    return {client: (had[client], float(base[client])) for client in base if base[client] > 0}


def ratios(what: str, counted: Mapping[str, tuple[float, float]], group_of: Callable[[str], Mapping[str, str]]) -> list[Ratio]:
    """Every attribute's ratio. `counted` may hold the clients of several years, under names of their own."""
    clients = list(counted)
    had, base = (np.array([counted[one][place] for one in clients]) for place in range(2))
    known = [group_of(one) for one in clients]
    picks = np.random.default_rng(0).integers(0, len(clients), (DRAWS, len(clients)))
    found = []
    for attribute, group in GROUPS:
        inside = np.array([one[attribute] == group for one in known])
        if inside.all() or not inside.any():
            continue
        drawn = [_ratio(had[pick], base[pick], inside[pick]) for pick in picks]
        low, high = np.nanquantile(drawn, (0.025, 0.975))
        rate, others = had[inside].sum() / base[inside].sum(), had[~inside].sum() / base[~inside].sum()
        found.append(Ratio(what, attribute, group, int(inside.sum()), float(rate), float(others), float(low), float(high)))
    return found


def _ratio(had: np.ndarray, base: np.ndarray, inside: np.ndarray) -> float:
    if not inside.any() or inside.all() or not had[~inside].sum():
        return float("nan")
    return float((had[inside].sum() / base[inside].sum()) / (had[~inside].sum() / base[~inside].sum()))
