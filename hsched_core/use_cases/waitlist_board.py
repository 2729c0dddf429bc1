"""Who may be asked for which opening, in which order, and to whom each opening goes: the solvers' answers about one value of facts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hsched_core.domain.openings import Opening
from hsched_core.solvers.assignment import NOBODY, Pairs, assign
from hsched_core.solvers.fit import Weights, fits, order, standings, terms
from hsched_core.solvers.waitlist import Bar, Flags, bars, eligible, masks
from hsched_core.use_cases.waitlist_coding import Coding
from hsched_core.use_cases.waitlist_facts import Facts

PASSING = frozenset({Bar.TOO_FAR, Bar.HAS_AN_OFFER, Bar.NOT_NOW})  # what goes away by itself while an opening is there


@dataclass(frozen=True)
class Match:
    """An entry that may be asked for an opening, by its place among the facts' entries."""

    row: int
    client: int
    fit: int  # in millionths
    standing: int  # what the order is by


@dataclass(frozen=True)
class Board:
    """One look at ordered facts. Openings go by their place among the facts' openings."""

    facts: Facts

    @cached_property
    def matches(self) -> tuple[tuple[Match, ...], ...]:
        """For each opening who may be asked, the first to be asked first; a client with several entries by the best of them."""
        return tuple(tuple(self._ranked(place)) for place in range(len(self.facts.openings)))

    @cached_property
    def taken(self) -> tuple[tuple[Match, ...], ...]:
        """For each opening who is asked now. In rounds: every opening's first offer before any opening's second."""
        rooms = [self._room(opening) for opening in self.facts.openings]
        taken: list[list[Match]] = [[] for _ in rooms]
        for turn in range(max(rooms, default=0)):
            busy = {match.client for matches in taken for match in matches}
            for place, match in self._shared_out([place for place, room in enumerate(rooms) if room > turn], busy):
                taken[place].append(match)
        return tuple(map(tuple, taken))

    def askable(self) -> set[int]:
        """Entries that no rule keeps from one of the openings at least, by their place: `matches` without their order, for less."""
        waiting, limits = self._coding.waiting, self._coding.limits
        return {row for slot in self._coding.slots for row in eligible(slot, waiting, limits).tolist()}

    def barred(self, place: int) -> list[int]:
        """For each entry what keeps it from the opening, as a mask."""
        found: list[int] = masks(self._bars(place)).tolist()
        return found

    def is_offered(self, place: int) -> bool:
        """Whether an answer is due for the opening."""
        return self._live[self.facts.openings[place].id] > 0

    def waits_for(self, place: int) -> bool:
        """Whether an answer is due for the opening, or somebody is kept out by nothing but what passes."""
        if self.is_offered(place):
            return True
        lasting = [bar for bar in Bar if bar not in PASSING]
        has_offers_left = self._asked[self.facts.openings[place].id] < self.facts.settings.most_offers
        return has_offers_left and bool((~self._bars(place)[lasting].any(axis=0)).any())

    @cached_property
    def _coding(self) -> Coding:
        return Coding(self.facts)

    @cached_property
    def _weights(self) -> Weights:
        told = self.facts.settings.weights
        return Weights(told.preference, told.urgency, told.continuity, told.waiting, told.acceptance, told.fairness)

    @cached_property
    def _live(self) -> Counter[str]:
        return Counter(one.opening for one in self.facts.live)

    @cached_property
    def _asked(self) -> Counter[str]:
        return Counter(opening for opening, _client in self.facts.asked)

    def _bars(self, place: int) -> Flags:
        return bars(self._coding.slots[place], self._coding.waiting, self._coding.limits)

    def _ranked(self, place: int) -> Iterator[Match]:
        slot, waiting, limits = self._coding.slots[place], self._coding.waiting, self._coding.limits
        at = eligible(slot, waiting, limits)
        fit = fits(terms(slot, waiting, limits, at), self._weights)
        standing = standings(fit, waiting, limits, at)
        sequence = order(standing, waiting, at)
        rows, seen = at[sequence], set[int]()
        columns = (rows, waiting.client[rows], fit[sequence], standing[sequence])
        for match in (Match(*row) for row in zip(*(column.tolist() for column in columns), strict=True)):
            if match.client not in seen:
                seen.add(match.client)
                yield match

    def _shared_out(self, places: list[int], busy: set[int]) -> list[tuple[int, Match]]:
        """Each of the openings to one client at most, none of them busy: as many as possible, then the best standings."""
        free = [(nth, match) for nth, place in enumerate(places) for match in self.matches[place] if match.client not in busy]
        pairs = Pairs.of(len(places), len(self._coding.clients), [(nth, match.client, match.standing) for nth, match in free])
        rows = assign(pairs).tolist()
        return [(places[nth], free[row][1]) for nth, row in enumerate(rows) if row != NOBODY]

    def _room(self, opening: Opening) -> int:
        """How many offers of the opening may go out now."""
        settings, hour = self.facts.settings, self.facts.now.astimezone(self.facts.place).hour
        if not settings.send_from_hour <= hour < settings.send_until_hour:
            return 0
        return max(
            0,
            min(
                settings.at_once(opening.starts_at - self.facts.now) - self._live[opening.id],
                settings.most_offers - self._asked[opening.id],
            ),
        )
