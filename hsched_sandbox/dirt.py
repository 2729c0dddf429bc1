"""What an EHR's export gets wrong, planted at known rates: corrected statuses, lost zones, repeats, rows that break the contract."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hsched_sandbox.columns import Flags, Ints
from hsched_sandbox.events import NO_SHOW_AFTER, Events, Happening, note_delay, plain
from hsched_sandbox.moments import at_hours
from hsched_sandbox.parameters import Dirt
from hsched_sandbox.timeline import DAY, HOUR, MINUTE, Timeline
from hsched_sandbox.world import Visits, World

OFFICE = (8, 18)
FORGOTTEN_FOR = (2, 11)  # days
HABITS_STREAM = 4  # habits of clinicians and visits left in the book move no other draw of the log
WEEK_AHEAD = 7 * DAY
CORRECTED_WITHIN = 10  # days
LONGEST_CORRECTION = CORRECTED_WITHIN * DAY


class Breach(IntEnum):
    """How a row breaks the contract."""

    NONE = 0
    UNKNOWN_STATUS = 1
    IMPOSSIBLE_END = 2
    MISSING_CLIENT = 3


class Repeat(IntEnum):
    """How a row is sent a second time."""

    ONCE = 0
    SAME_DAY = 1
    NEXT_DAY = 2


@dataclass(frozen=True)
class Planted:
    """How much of each was planted."""

    corrected_statuses: int
    zone_mistakes: int
    duplicates_same_day: int
    duplicates_next_day: int
    unknown_status: int
    impossible_end: int
    missing_client: int
    left_in_book: int
    late_as_no_show: int

    @property
    def broken_rows(self) -> int:
        """Rows an importer has to quarantine."""
        return self.unknown_status + self.impossible_end + self.missing_client


def soil(clean: Events, world: World, rng: np.random.Generator) -> tuple[Events, Planted]:
    """The log as exported, in the order of its recording, and what was planted in it."""
    rates, timeline = world.parameters.dirt, world.timeline
    apart = np.random.default_rng([world.seed, timeline.today.toordinal(), HABITS_STREAM])
    habitual, late_as_no_show = _late_as_no_show(clean, world, apart)
    events, settled = _misjudged(habitual, rates, timeline, rng)
    corrected = int(settled.sum()) // 2
    events, absent = _left_in_book(events, world, apart)
    settled = np.concatenate([settled, np.ones(len(absent), dtype=bool)])
    events = Events.joined([events, absent])
    events = _numbered(_zone_lost(events, world, rng), 0)
    everything = Events.joined([events, _repeats(events, settled, rates, rng), _numbered(_broken(events, rates, rng), len(events))])
    kept = everything.take(everything.recorded < timeline.shuts)
    ordered = kept.take(np.lexsort((kept.repeated, kept.number, kept.recorded)))
    return ordered, _counted(ordered, corrected, len(absent), late_as_no_show)


def _numbered(events: Events, first: int) -> Events:
    """Event ids follow the order of recording, as a database's own would."""
    number = np.empty(len(events), dtype=np.int64)
    number[np.lexsort((events.what, events.visit, events.recorded))] = np.arange(first, first + len(events))
    return events.having(number=number)


def _misjudged(events: Events, rates: Dirt, timeline: Timeline, rng: np.random.Generator) -> tuple[Events, Flags]:
    """Some outcomes are first written down as the opposite and put right days later. Says which rows those are, wrong and right."""
    came = events.what == Happening.ATTENDED
    day = timeline.day_of(events.recorded) + rng.integers(1, CORRECTED_WITHIN, len(events))
    righted = at_hours(day, OFFICE, timeline, rng)
    outcome = (came | (events.what == Happening.NO_SHOW)) & (righted < timeline.shuts)
    wrong = outcome & (rng.random(len(events)) < rates.corrected_statuses)
    shift = np.where(came, -1, 1) * (HOUR - NO_SHOW_AFTER)
    at = np.where(wrong, events.at + shift, events.at)
    mistaken = events.having(
        what=np.where(wrong, np.where(came, Happening.NO_SHOW, Happening.ATTENDED), events.what).astype(np.int64),
        at=at,
        recorded=np.maximum(events.recorded, at),
    )
    right = events.having(recorded=righted).take(wrong)
    return Events.joined([mistaken, right]), np.concatenate([wrong, np.ones(len(right), dtype=bool)])


def _late_as_no_show(events: Events, world: World, rng: np.random.Generator) -> tuple[Events, int]:
    """Some clinicians write down who cancels late as if nobody had called, when they close their notes. Says how many."""
    has_habit = rng.random(len(world.clinicians)) < world.parameters.dirt.late_as_no_show
    late = (events.what == Happening.CANCELLED) & events.late & has_habit[world.visits.clinician[events.visit]]
    at = world.visits.start[events.visit] + NO_SHOW_AFTER
    noted = at + note_delay(len(events), rng)
    late &= noted < world.timeline.shuts
    changed = events.having(
        what=np.where(late, Happening.NO_SHOW, events.what).astype(np.int64),
        by_client=events.by_client & ~late,
        late=events.late & ~late,
        at=np.where(late, at, events.at),
        recorded=np.where(late, noted, events.recorded),
    )
    return changed, int(late.sum())


def _left_in_book(events: Events, world: World, rng: np.random.Generator) -> tuple[Events, Events]:
    """Clients who left or died and whose next visit nobody struck out: it is called a no-show (the second table), and put right days
    after it by the cancel (in the first, recorded late)."""
    visits = world.visits
    next_visit = _next_of_who_left(visits)[events.visit] & np.isin(events.what, (Happening.CANCELLED, Happening.MOVED))
    start = visits.start[events.visit]
    day = world.timeline.day_of(start) + rng.integers(FORGOTTEN_FOR[0], FORGOTTEN_FOR[1], len(events))
    righted = at_hours(day, OFFICE, world.timeline, rng)
    left = next_visit & (rng.random(len(events)) < world.parameters.dirt.left_in_book) & (righted < world.timeline.shuts)
    at = start[left] + NO_SHOW_AFTER
    absent = plain(events.visit[left], Happening.NO_SHOW, at, at + rng.integers(MINUTE, 4 * HOUR, int(left.sum())))
    return events.having(recorded=np.where(left, righted, events.recorded)), absent


def _next_of_who_left(visits: Visits) -> Flags:
    """The first of the visits that were called off because their client had left."""
    off = np.flatnonzero(np.isnan(visits.p_unused))
    off = off[np.lexsort((visits.start[off], visits.closed[off], visits.client[off]))]
    again = (np.diff(visits.client[off]) == 0) & (np.diff(visits.closed[off]) == 0)
    flags = np.zeros(len(visits), dtype=bool)
    flags[off] = np.concatenate([[True], ~again])[: len(off)]
    return flags


def _zone_lost(events: Events, world: World, rng: np.random.Generator) -> Events:
    """Some bookings carry wall time as UTC until someone notices, one to three days later."""
    visits = world.visits
    booked = events.what == Happening.BOOKED
    ahead = (visits.start - visits.booked > WEEK_AHEAD)[events.visit] & (events.recorded - events.at < HOUR)
    standing = ((visits.closed == 0) | (visits.closed - visits.booked > WEEK_AHEAD))[events.visit]
    lost = booked & ahead & standing & (rng.random(len(events)) < world.parameters.dirt.zone_mistakes)
    day = world.timeline.day_of(events.recorded[lost]) + rng.integers(1, 4, int(lost.sum()))
    noticed = at_hours(day, OFFICE, world.timeline, rng)
    return Events.joined([events.having(zone_lost=lost), plain(events.visit[lost], Happening.CORRECTED, noticed, noticed)])


def _repeats(events: Events, settled: Flags, rates: Dirt, rng: np.random.Generator) -> Events:
    """Rows sent again: as they are, or with the next day's stamp. Never a row that a correction replaces."""
    sound = np.concatenate([~settled, np.zeros(len(events) - len(settled), dtype=bool)]) & ~events.zone_lost
    again = events.take(sound & (rng.random(len(events)) < rates.duplicates))
    next_day = rng.random(len(again)) < rates.duplicates_next_day
    kind = np.where(next_day, Repeat.NEXT_DAY, Repeat.SAME_DAY).astype(np.int64)
    return again.having(recorded=again.recorded + DAY * next_day, repeated=kind)


def _broken(events: Events, rates: Dirt, rng: np.random.Generator) -> Events:
    """Extra rows no importer may accept; the sound rows beside them stay whole."""
    shares = {
        Breach.UNKNOWN_STATUS: rates.unknown_status,
        Breach.IMPOSSIBLE_END: rates.impossible_end,
        Breach.MISSING_CLIENT: rates.missing_client,
    }
    parts = []
    for breach, share in shares.items():
        rows: Ints = np.flatnonzero(rng.random(len(events)) < share)
        parts.append(events.take(rows).having(breach=np.full(len(rows), int(breach)), zone_lost=np.zeros(len(rows), dtype=bool)))
    return Events.joined(parts)


def _counted(events: Events, corrected: int, left_in_book: int, late_as_no_show: int) -> Planted:
    breach = np.bincount(events.breach, minlength=len(Breach))
    repeat = np.bincount(events.repeated, minlength=len(Repeat))
    return Planted(
        corrected_statuses=corrected,
        zone_mistakes=int(events.zone_lost.sum()),
        duplicates_same_day=int(repeat[Repeat.SAME_DAY]),
        duplicates_next_day=int(repeat[Repeat.NEXT_DAY]),
        unknown_status=int(breach[Breach.UNKNOWN_STATUS]),
        impossible_end=int(breach[Breach.IMPOSSIBLE_END]),
        missing_client=int(breach[Breach.MISSING_CLIENT]),
        left_in_book=left_in_book,
        late_as_no_show=late_as_no_show,
    )
