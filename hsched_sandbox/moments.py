"""Times of day: when people book, call off and write down. Everything stays between booking and start."""

import numpy as np

from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import Chances
from hsched_sandbox.timeline import DAY, HOUR, MINUTE, Timeline
from hsched_sandbox.world import Bookings, End

MARGIN = MINUTE
OFFICE = (8, 18)
WAKING = (7, 22)
EVENING = (17, 22)


def at_hours(day: Ints, hours: tuple[int, int], timeline: Timeline, rng: np.random.Generator) -> Ints:
    """A random moment of each day between two hours."""
    return timeline.instant(day, rng.uniform(hours[0] * HOUR, hours[1] * HOUR, len(day)))


def closing(bookings: Bookings, end: Ints, sick: Flags, chances: Chances, timeline: Timeline, rng: np.random.Generator) -> Ints:
    """When a visit was called off; 0 where it was not."""
    notice = bookings.start - DAY
    sick_call = at_hours(bookings.day, (7, 8), timeline, rng)
    clinic = _within(_some_day(bookings.booked, bookings.start, 0.8, OFFICE, timeline, rng), bookings.booked, bookings.start)
    early = _within(_some_day(bookings.booked, notice, 0.45, WAKING, timeline, rng), bookings.booked, notice)
    late = _within(_late(bookings, chances, timeline, rng), np.maximum(bookings.booked, notice), bookings.start)
    by_clinic = np.where(sick, _within(sick_call, bookings.booked, bookings.start), clinic)
    chosen = np.where(end == End.LATE_CANCEL, late, np.where(end == End.EARLY_CANCEL, early, by_clinic))
    return np.where((end == End.ATTENDED) | (end == End.NO_SHOW), 0, chosen)


def after_reminder(bookings: Bookings, reminded: Ints, rng: np.random.Generator) -> Ints:
    """When a reminder made the client cancel: within a day of it, with the notice kept."""
    answer = reminded + (rng.random(len(reminded)) ** 3 * DAY).astype(np.int64)
    return np.minimum(answer, bookings.start - DAY - MARGIN)


def _late(bookings: Bookings, chances: Chances, timeline: Timeline, rng: np.random.Generator) -> Ints:
    """The last hours, the evening before, or any time of the last day."""
    count = len(bookings)
    last = bookings.start - (rng.random(count) * 3 * HOUR).astype(np.int64)
    evening = at_hours(bookings.day - 1, EVENING, timeline, rng)
    any_time = bookings.start - (rng.random(count) * DAY).astype(np.int64)
    kind = rng.random(count)
    return np.where(kind < chances.last_hours, last, np.where(kind < chances.last_hours + chances.evening_before, evening, any_time))


def _some_day(begin: Ints, finish: Ints, power: float, hours: tuple[int, int], timeline: Timeline, rng: np.random.Generator) -> Ints:
    """A day between two moments (a power below one leans to the second), at some hour of that day."""
    share: Floats = rng.random(len(begin)) ** power
    moment = begin + (share * np.maximum(finish - begin, 0)).astype(np.int64)
    return at_hours(timeline.day_of(moment), hours, timeline, rng)


def _within(moment: Ints, begin: Ints, finish: Ints) -> Ints:
    """Strictly between both, even where the hour of the day asked for another time."""
    return np.maximum(np.minimum(moment, finish - MARGIN), begin + 1)
