"""The simulation: week after week, all visits of the week at once. Same parameters, seed and day: same world."""

from datetime import date

import numpy as np

from hsched_sandbox.caseload import Caseload, Result
from hsched_sandbox.columns import Flags, Ints
from hsched_sandbox.moments import at_hours
from hsched_sandbox.moves import SpareHours
from hsched_sandbox.outcomes import Surroundings, called_off, settle
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.people import ClientBank
from hsched_sandbox.shocks import Shocks
from hsched_sandbox.staff import hire
from hsched_sandbox.timeline import HOUR, MINUTE, Timeline, draw_up
from hsched_sandbox.world import Bookings, End, Visits, World

APART_STREAM = 3  # keeps what a plain world lacks apart from the draws that all worlds share


def simulate(parameters: PracticeParameters, *, seed: int, today: date) -> World:
    """A practice from `years` before today to `days_after` it."""
    life = _Life(parameters, seed, today)
    for week in range(life.timeline.weeks):
        life.live(week)
    visits = _exported(Visits.joined(life.diary), life.timeline)
    used, client = np.unique(visits.client, return_inverse=True)
    clients = life.bank.clients.take(used)
    return World(parameters, seed, life.timeline, life.staff.clinicians, clients, visits.having(client=client))


class _Life:
    """The state of a running simulation."""

    def __init__(self, parameters: PracticeParameters, seed: int, today: date) -> None:
        self._rng = np.random.default_rng([seed, today.toordinal()])
        apart = np.random.default_rng([seed, today.toordinal(), APART_STREAM])
        self._demand = parameters.demand
        self.timeline = draw_up(parameters, today)
        self.staff = hire(parameters, self.timeline, self._rng, apart)
        self.bank = ClientBank(parameters, self._rng, apart)
        self._shocks = Shocks(parameters, self.staff.clinicians, self.timeline, apart)
        self._around = Surroundings(parameters, self.bank, self.staff, self.timeline, self._shocks)
        self._apart = apart
        self._caseload = Caseload(parameters, self.staff, self.bank, self.timeline, self._rng)
        self._spare = SpareHours(self.staff, self.timeline, self._rng)
        self._visits = 0
        self.diary: list[Visits] = []

    def live(self, week: int) -> None:
        """One week: every visit due, the moved ones after them, then what becomes of each client."""
        self.bank.week_passes()
        self._shocks.week_begins(len(self.bank.clients))
        planned, instead = self._spare.move(self._settled(self._caseload.due(week)))
        moved = self._settled(instead)
        self._remember(planned)
        self._remember(moved)
        remaining, said = self._caseload.carry_on(week, self._result(planned, moved))
        by_clinic = self._rng.random(len(said)) < self._demand.closed_by_clinic
        left = called_off(remaining, self._numbers(len(said)), said, by_clinic, self.bank)
        self.diary += [planned, moved, left]

    def _settled(self, bookings: Bookings) -> Visits:
        return settle(bookings, self._numbers(len(bookings)), self._around, self._rng, self._apart)

    def _numbers(self, count: int) -> Ints:
        self._visits += count
        return np.arange(self._visits - count, self._visits)

    def _remember(self, visits: Visits) -> None:
        missed, attended = _missed(visits.end), visits.end == End.ATTENDED
        self.bank.missed[visits.client[attended]] = False
        self.bank.missed[visits.client[missed]] = True
        np.add.at(self.bank.attended, visits.client[attended], 1)

    def _result(self, planned: Visits, moved: Visits) -> Result:
        """What came of each planned visit; a moved one counts as it went in the end."""
        final, start = planned.end.copy(), planned.start.copy()
        row = np.searchsorted(planned.number, moved.replaces)
        final[row], start[row] = moved.end, moved.start
        elsewhere = np.zeros(len(planned), dtype=bool)
        elsewhere[row] = True
        attended = final == End.ATTENDED
        by_phone = at_hours(self.timeline.day_of(start) + 1, (9, 17), self.timeline, self._rng)
        met = np.where(attended, start + 45 * MINUTE, np.minimum(by_phone, start + 22 * HOUR))
        return Result(planned.cell, attended, _missed(final), elsewhere, met)


def _missed(end: Ints) -> Flags:
    missed: Flags = (end == End.NO_SHOW) | (end == End.LATE_CANCEL)
    return missed


def _exported(visits: Visits, timeline: Timeline) -> Visits:
    """What the EHR ever sees: booked by the last day, not over before the first. Numbered by booking time."""
    opens, shuts = timeline.opens, timeline.shuts
    seen = (visits.start >= opens) & (visits.booked < shuts) & ((visits.closed == 0) | (visits.closed >= opens))
    kept = visits.take(seen)
    kept = kept.take(np.lexsort((kept.number, kept.booked)))
    place = np.full(int(visits.number.max()) + 1, -1)
    place[kept.number] = np.arange(len(kept))
    replaces = np.where(kept.replaces >= 0, place[np.maximum(kept.replaces, 0)], -1)
    return kept.having(number=np.arange(len(kept)), replaces=replaces)
