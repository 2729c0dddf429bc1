"""Moved visits: another hour at the same clinician within the following days, while one is spare."""

import numpy as np

from hsched_sandbox.columns import Flags, Ints
from hsched_sandbox.staff import WEEKDAYS, Staff
from hsched_sandbox.timeline import HOUR, Timeline
from hsched_sandbox.world import Bookings, Visits

TRIES = 2


class SpareHours:
    """One hour a day and clinician; each is given once."""

    def __init__(self, staff: Staff, timeline: Timeline, rng: np.random.Generator) -> None:
        self._staff, self._timeline, self._rng = staff, timeline, rng
        self._free: Flags = staff.open.copy()

    def move(self, visits: Visits) -> tuple[Visits, Bookings]:
        """The visits, with `moved` left only where an hour was found, and the bookings made instead."""
        wish = np.flatnonzero(visits.moved)
        day = np.full(len(wish), -1)
        for _ in range(TRIES):
            day = self._assigned(visits.clinician[wish], visits.day[wish], day)
        placed = wish[day >= 0]
        moved = np.zeros(len(visits), dtype=bool)
        moved[placed] = True
        return visits.having(moved=moved), self._bookings(visits.take(placed), day[day >= 0])

    def _assigned(self, clinician: Ints, old: Ints, day: Ints) -> Ints:
        """Another weekday within the six days after, for who has none yet; first come, first served."""
        weekday = (old % 7 + self._rng.integers(1, WEEKDAYS, len(old))) % WEEKDAYS
        target = old + (weekday - old % 7) % 7
        key = clinician * self._free.shape[1] + target
        asking = np.flatnonzero((day < 0) & self._free[clinician, target])
        _, first = np.unique(key[asking], return_index=True)
        winners = asking[first]
        self._free[clinician[winners], target[winners]] = False
        assigned = day.copy()
        assigned[winners] = target[winners]
        return assigned

    def _bookings(self, old: Visits, day: Ints) -> Bookings:
        hour = self._staff.spare[old.clinician, day % 7]
        return Bookings.of(old).having(
            day=day,
            hour=hour,
            start=self._timeline.instant(day, hour * HOUR),
            booked=old.closed,
            replaces=old.number,
            movable=np.zeros(len(day), dtype=bool),
        )
