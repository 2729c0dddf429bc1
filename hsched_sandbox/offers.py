"""Offers of freed hours to who waits: what would be answered, how fast, and who gets the hour. The world itself goes on as it went.

Three offers at once for each opening, to those of its site who waited longest; the first yes has the hour. Calibrated to Fast Pass
(8.3 % of 177,311 offers accepted) and a second system's 11 % of 60,660, with 30 % of 21,978 openings filled; less than a day's notice
halves the chance, which is an assumption, as are the sizes of the other effects.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.events import answer_delay
from hsched_sandbox.timeline import DAY, HOUR
from hsched_sandbox.waitlist import Entries, entries
from hsched_sandbox.world import Session, Visits, World

OFFERS_STREAM = 6
BATCH = 3
SHORTEST_NOTICE = 2 * HOUR


class Answer(IntEnum):
    """What a client says to an offer."""

    NONE = 0
    NO = 1
    YES = 2


@dataclass(frozen=True)
class Acceptance:
    """Logit of a yes, with a day's notice or more; less notice multiplies the chance."""

    usual: float = -2.5
    can_come: float = 1.1  # the hour is one the client named
    own_clinician: float = 0.5  # the one wished for, or none was
    own_channel: float = 0.4
    week_waited: float = 0.1
    ignored: float = -0.06  # each offer that was not answered with a yes
    short_notice: float = 0.5
    says_no: float = 0.3  # of those who do not say yes


@dataclass(frozen=True)
class Offers(Columns):
    """One row for each offer, in the order of sending."""

    opening: Ints  # the visit that was called off
    intake: Ints  # the visit the client waits to have earlier
    client: Ints
    notice: Ints  # seconds
    waited: Ints  # seconds
    can_come: Flags
    own_clinician: Flags
    own_channel: Flags
    ignored: Ints
    p_accept: Floats
    answer: Ints
    answered_after: Ints  # seconds; 0 without an answer
    is_placed: Flags


def play(world: World, acceptance: Acceptance | None = None, left_out: frozenset[int] = frozenset()) -> Offers:
    """Every opening of the practice offered to its waitlist, but those of these visits. The same world gives the same offers."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), OFFERS_STREAM])
    rules = acceptance or Acceptance()
    waiting, openings = entries(world), freed(world)
    openings = openings.take(~np.isin(openings.number, sorted(left_out)))
    entry, opening = _pairs(waiting, openings, world)
    known = _known(waiting.take(entry), openings.take(opening))
    usual = _usual_logit(known, rules)
    draws, delay = rng.random((2, len(entry))), answer_delay(len(entry), rng)
    asked = _Round(rules, entry, usual, known.notice, draws, delay)
    for begin, end in _runs(opening):
        asked.offer(begin, end)
    row, ignored, answer = (np.array(column, dtype=np.int64) for column in (asked.rows, asked.ignored, asked.answers))
    told = known.take(row)
    return Offers(
        opening=openings.number[opening[row]],
        intake=waiting.visit[entry[row]],
        client=waiting.client[entry[row]],
        notice=told.notice,
        waited=told.waited,
        can_come=told.can_come,
        own_clinician=told.own_clinician,
        own_channel=told.own_channel,
        ignored=ignored,
        p_accept=np.array(asked.p_accept, dtype=np.float64),
        answer=answer,
        answered_after=np.where(answer > Answer.NONE, delay[row], 0),
        is_placed=np.isin(row, asked.placed),
    )


@dataclass(frozen=True)
class _Known(Columns):
    """What stands fixed about a client and an opening."""

    notice: Ints
    waited: Ints
    can_come: Flags
    own_clinician: Flags
    own_channel: Flags


def freed(world: World) -> Visits:
    """Hours that became free in time to be given again, by the moment they did."""
    visits, timeline = world.visits, world.timeline
    free = (visits.closed >= timeline.opens) & (visits.closed < timeline.shuts) & (visits.start - visits.closed > SHORTEST_NOTICE)
    openings = visits.take(free & (visits.session != Session.GROUP))
    return openings.take(np.lexsort((openings.number, openings.closed)))


def _pairs(waiting: Entries, openings: Visits, world: World) -> tuple[Ints, Ints]:
    """Who waits while an hour of the site becomes free that is earlier than theirs: by opening, the longest wait first."""
    staff, parts = world.clinicians, []
    own_start = world.visits.start[waiting.visit]
    for site in range(int(staff.site.max()) + 1):
        here, theirs = np.flatnonzero(staff.site[openings.clinician] == site), np.flatnonzero(staff.site[waiting.clinician] == site)
        begin = np.searchsorted(openings.closed[here], waiting.entered[theirs])
        count = np.maximum(np.searchsorted(openings.closed[here], waiting.settled[theirs]) - begin, 0)
        entry = np.repeat(theirs, count)
        nth = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
        opening = here[np.repeat(begin, count) + nth]
        same_sort = staff.prescriber[openings.clinician[opening]] == staff.prescriber[waiting.clinician[entry]]
        fits = same_sort & (openings.start[opening] < own_start[entry]) & (openings.client[opening] != waiting.client[entry])
        parts.append(np.stack([entry[fits], opening[fits]]))
    entry, opening = np.concatenate(parts, axis=1)
    order = np.lexsort((waiting.entered[entry], opening))
    return entry[order], opening[order]


def _known(waiting: Entries, openings: Visits) -> _Known:
    return _Known(
        notice=openings.start - openings.closed,
        waited=openings.closed - waiting.entered,
        can_come=waiting.can_come(openings.day % 7, openings.hour),
        own_clinician=waiting.any_clinician | (waiting.clinician == openings.clinician),
        own_channel=waiting.channel == openings.channel,
    )


def _usual_logit(known: _Known, rules: Acceptance) -> Floats:
    logit: Floats = usual_logit(rules, known.can_come, known.own_clinician, known.own_channel, known.waited)
    return logit


def usual_logit(rules: Acceptance, can_come: Any, own_clinician: Any, own_channel: Any, waited: Any) -> Any:
    """What stands fixed of a client's leaning toward an opening, for one pair or for columns of them; `waited` in seconds."""
    fits = rules.can_come * can_come + rules.own_clinician * own_clinician + rules.own_channel * own_channel
    return rules.usual + fits + rules.week_waited * waited / (7 * DAY)


def chance_of_yes(rules: Acceptance, usual: float, ignored: int, notice: float) -> float:
    """After so many offers that were not taken, with that much notice (seconds)."""
    chance = 1 / (1 + math.exp(-usual - rules.ignored * ignored))
    return chance * (rules.short_notice if notice < DAY else 1)


def _runs(ordered: Ints) -> Iterator[tuple[int, int]]:
    """Begin and end of each run of equal numbers."""
    edges = np.flatnonzero(np.diff(ordered)) + 1
    bounds = [0, *edges.tolist(), len(ordered)]
    return pairwise(bounds)


class _Round:
    """Openings one after another: who is still waiting, and what each has ignored so far, follow from the openings before."""

    def __init__(self, rules: Acceptance, entry: Ints, usual: Floats, notice: Ints, draws: Floats, delay: Ints) -> None:
        self._rules = rules
        self._entry, self._usual, self._notice, self._delay = entry.tolist(), usual.tolist(), notice.tolist(), delay.tolist()
        self._says_yes, self._says_no = draws[0].tolist(), draws[1].tolist()
        self._ignored_by: dict[int, int] = {}
        self._gone: set[int] = set()
        self.rows: list[int] = []
        self.ignored: list[int] = []
        self.answers: list[int] = []
        self.p_accept: list[float] = []
        self.placed: list[int] = []

    def offer(self, begin: int, end: int) -> None:
        """Ask the first few of the rows that still wait. Who says yes first, and in time, has the hour."""
        still = [row for row in range(begin, end) if self._entry[row] not in self._gone][:BATCH]
        yes = [row for row in still if self._ask(row) is Answer.YES and self._delay[row] < self._notice[row]]
        if yes:
            first = min(yes, key=self._delay.__getitem__)
            self.placed.append(first)
            self._gone.add(self._entry[first])

    def _ask(self, row: int) -> Answer:
        entry = self._entry[row]
        ignored = self._ignored_by.get(entry, 0)
        chance = chance_of_yes(self._rules, self._usual[row], ignored, self._notice[row])
        refusal = Answer.NO if self._says_no[row] < self._rules.says_no else Answer.NONE
        answer = Answer.YES if self._says_yes[row] < chance else refusal
        self._ignored_by[entry] = ignored + (answer is not Answer.YES)
        self.rows.append(row)
        self.ignored.append(ignored)
        self.answers.append(int(answer))
        self.p_accept.append(chance)
        return answer
