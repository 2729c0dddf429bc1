"""Who holds which recurring hour: intakes into vacant hours, bookings some visits ahead, dropout, successors."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox import moments
from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.parameters import Demand, PracticeParameters
from hsched_sandbox.people import ClientBank
from hsched_sandbox.staff import Staff
from hsched_sandbox.timeline import DAY, HOUR, Timeline
from hsched_sandbox.world import Bookings, Session

LOOK_AHEAD_VISITS = 6  # how often a closed day is stepped over
CONTACT_HOURS = (9, 17)
KNOWN_AHEAD = 60 * DAY  # a planned end is no surprise: the hour can be promised before


@dataclass(frozen=True)
class Result(Columns):
    """What a week's visit came to, for its hour: the visit itself or the one it was moved to."""

    cell: Ints
    attended: Flags
    missed: Flags
    moved: Flags
    met: Ints  # when client and practice next spoke: at the visit's end, or by phone after a missed one


class Caseload:
    """The state of every recurring hour."""

    def __init__(
        self, parameters: PracticeParameters, staff: Staff, bank: ClientBank, timeline: Timeline, rng: np.random.Generator
    ) -> None:
        self._demand, self._staff, self._bank = parameters.demand, staff, bank
        self._chances, self._timeline, self._rng = parameters.chances, timeline, rng
        self._cells = staff.cells
        count = len(self._cells)
        self._client, self._week, self._step, self._planned, self._block, self._ahead = np.zeros((6, count), dtype=np.int64)
        self._booked, self._booked_next, self._series, self._session, self._misses = np.zeros((5, count), dtype=np.int64)
        self._series_count = 0
        self._finished: list[Ints] = []
        everyone = np.arange(count)
        first = self._next_week(everyone, self._cells.phase + self._cells.every * (rng.integers(0, 4, count) // self._cells.every - 1))
        every, late = self._cells.every, staff.starts[self._cells.clinician] - first
        first = np.where(late > 0, self._next_week(everyone, first + (np.maximum(late, 0) - 1) // every * every), first)
        self._start_series(everyone, first, np.full(count, timeline.instant(np.array([0]), np.array([9 * HOUR]))[0] - KNOWN_AHEAD))

    def due(self, week: int) -> Bookings:
        """The visits planned for that week."""
        cells = np.flatnonzero(self._week == week)
        day, start = self._when(cells, np.full(len(cells), week))
        return self._bookings(cells, self._step[cells], day, start, self._booked[cells])

    def carry_on(self, week: int, result: Result) -> tuple[Bookings, Ints]:
        """Move every hour of the week on; returns the booked visits of clients who left, and when they said so."""
        cell = result.cell
        self._misses[cell] = np.where(result.missed, self._misses[cell] + 1, np.where(result.attended, 0, self._misses[cell]))
        self._book_ahead(cell, result.met)
        first = self._step[cell] == 0
        again = first & ~result.attended & (self._rng.random(len(cell)) < self._demand.rebook_intake)
        lost = first & ~result.attended & ~again
        done = ~again & ~lost & (self._step[cell] + 1 >= self._planned[cell])
        left = ~again & ~lost & ~done & ~result.moved & (self._rng.random(len(cell)) < self._p_drop(cell))
        said = result.met + (self._rng.random(len(cell)) * 2 * DAY).astype(np.int64)
        remaining = self._remaining(cell[left], week)
        called_off = (remaining, np.repeat(said[left], self._booked_ahead(cell[left])))
        after = week + self._cells.every[cell] * result.moved
        self._again(cell[again], after[again], said[again])
        self._step_on(cell[~again & ~lost & ~done & ~left], week)
        gone = lost | left
        self._finished.append(self._client[cell[gone | done]])
        self._succeed(after[gone], cell[gone], said[gone])
        self._succeed(after[done], cell[done], said[done] - KNOWN_AHEAD)
        return called_off

    def _when(self, cells: Ints, week: Ints) -> tuple[Ints, Ints]:
        day = week * 7 + self._cells.weekday[cells]
        return day, self._timeline.instant(day, self._cells.hour[cells] * HOUR)

    def _bookings(self, cells: Ints, step: Ints, day: Ints, start: Ints, booked: Ints) -> Bookings:
        client = self._client[cells]
        first = (step == 0) & ~self._cells.group[cells]
        longest = start - self._demand.longest_lead_weeks * 7 * DAY
        return Bookings(
            cell=cells,
            client=client,
            clinician=self._cells.clinician[cells],
            series=self._series[cells],
            session=np.where(first, Session.INTAKE, self._session[cells]).astype(np.int64),
            channel=self._bank.clients.channel[client],
            every=self._cells.every[cells],
            step=step,
            week=day // 7,
            day=day,
            hour=self._cells.hour[cells],
            start=start,
            booked=np.maximum(booked, longest),
            replaces=np.full(len(cells), -1),
            movable=~self._cells.group[cells],
        )

    def _next_week(self, cells: Ints, week: Ints) -> Ints:
        """The hour's first open week after the one given."""
        every = self._cells.every[cells]
        found = week + every
        for _ in range(LOOK_AHEAD_VISITS):
            found = found + every * ~self._is_open(cells, found)
        return found

    def _is_open(self, cells: Ints, week: Ints) -> Flags:
        day = np.minimum(week * 7 + self._cells.weekday[cells], self._staff.open.shape[1] - 1)
        is_open: Flags = self._staff.open[self._cells.clinician[cells], day]
        return is_open

    def _book_ahead(self, cell: Ints, met: Ints) -> None:
        """At some visits the next block is booked; the block in use changes when it is used up."""
        step, block = self._step[cell], self._block[cell]
        books = (step > 0) & ((step + self._ahead[cell]) % block == 0)
        self._booked_next[cell] = np.where(books, met, self._booked_next[cell])
        self._booked[cell] = np.where(step == 0, met, np.where(step % block == 0, self._booked_next[cell], self._booked[cell]))

    def _booked_ahead(self, cell: Ints) -> Ints:
        """How many visits after this one are in the book."""
        step, block = self._step[cell], self._block[cell]
        last = ((step + self._ahead[cell]) // block + 1) * block
        ahead: Ints = np.minimum(last, self._planned[cell] - 1) - step
        return ahead

    def _remaining(self, cell: Ints, week: int) -> Bookings:
        """The booked visits of clients who leave, in the order of `np.repeat(cell, booked ahead)`."""
        count = self._booked_ahead(cell)
        rows = np.repeat(cell, count)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count) + 1
        weeks = np.full(len(rows), week)
        for turn in range(int(count.max(initial=0))):
            weeks = np.where(turn < nth, self._next_week(rows, weeks), weeks)
        step = self._step[rows] + nth
        this_block = (step - 1) // self._block[rows] == self._step[rows] // self._block[rows]
        day, start = self._when(rows, weeks)
        return self._bookings(rows, step, day, start, np.where(this_block, self._booked[rows], self._booked_next[rows]))

    def _p_drop(self, cell: Ints) -> Floats:
        demand, misses = self._demand, self._misses[cell]
        return np.where(misses == 0, demand.drop_base, np.where(misses == 1, demand.drop_after_miss, demand.drop_after_misses))

    def _step_on(self, cell: Ints, week: int) -> None:
        self._step[cell] += 1
        self._week[cell] = self._next_week(cell, np.full(len(cell), week))

    def _again(self, cell: Ints, week: Ints, said: Ints) -> None:
        """A missed intake gets another date."""
        self._week[cell] = self._next_week(cell, week)
        self._booked[cell] = self._intake_booked(cell, said)

    def _succeed(self, week: Ints, cell: Ints, free: Ints) -> None:
        """Another client takes the hour, sometimes after it stood empty for a while."""
        gap = self._rng.choice(len(self._demand.gap_shares), len(cell), p=self._demand.gap_shares)
        after = week + np.where(self._cells.every[cell] == 1, gap, 0)
        self._start_series(cell, self._next_week(cell, after), free)

    def _start_series(self, cell: Ints, week: Ints, free: Ints) -> None:
        rng, count = self._rng, len(cell)
        self._week[cell] = week
        self._client[cell] = self._whose_turn(cell, int(week.min()) if count else 0)
        self._step[cell], self._misses[cell] = 0, 0
        self._planned[cell] = _planned(count, self._demand, rng)
        self._block[cell], self._ahead[cell] = _booking_habit(self._cells.every[cell], rng)
        self._series[cell] = self._series_count + np.arange(count)
        self._series_count += count
        self._session[cell] = self._kind(cell)
        self._booked[cell] = self._intake_booked(cell, free)

    def _kind(self, cell: Ints) -> Ints:
        draw = self._rng.random(len(cell))
        couples, family = self._demand.couples, self._demand.family
        therapy = np.where(draw < couples, Session.COUPLES, np.where(draw < couples + family, Session.FAMILY, Session.INDIVIDUAL))
        individual = np.where(self._cells.medication[cell], Session.MEDICATION, therapy)
        return np.where(self._cells.group[cell], Session.GROUP, individual).astype(np.int64)

    def _intake_booked(self, cell: Ints, free: Ints) -> Ints:
        """Some days before the intake, but not before the hour became free."""
        demand, rng = self._demand, self._rng
        day, start = self._when(cell, self._week[cell])
        lead = 1 + rng.gamma(demand.intake_lead_shape, demand.intake_lead_scale, len(cell)).astype(np.int64)
        wished = moments.at_hours(day - np.minimum(lead, demand.intake_lead_max), CONTACT_HOURS, self._timeline, rng)
        soonest = free + HOUR + (rng.random(len(cell)) * DAY).astype(np.int64)
        return np.minimum(np.maximum(wished, soonest), start - 14 * HOUR)

    def _whose_turn(self, cell: Ints, week: int) -> Ints:
        """New clients mostly; some return after a pause, some are referred by a colleague."""
        demand, draw = self._demand, self._rng.random((2, len(cell)))
        returning, referred = self._returning(week), self._referable()
        client = self._bank.new(len(cell), week * 7)
        rows = _some(draw[0] < demand.returning, len(returning))
        client[rows] = self._rng.choice(returning, len(rows), replace=False)
        medication = self._cells.medication[cell] * demand.referred_medication
        share = np.where(self._cells.group[cell], demand.referred_group, medication)
        rows = _some(draw[1] < share, len(referred))
        source = self._rng.choice(referred, len(rows), replace=False)
        apart = self._hour_of_week(source) != self._hour_of_week(cell[rows])
        client[rows[apart]] = self._client[source[apart]]
        return client

    def _returning(self, week: int) -> Ints:
        soonest, latest = self._demand.return_weeks
        then = week - int(self._rng.integers(soonest, latest))
        return np.unique(self._finished[then]) if 0 <= then < len(self._finished) else np.zeros(0, dtype=np.int64)

    def _referable(self) -> Ints:
        """Hours of clients in individual therapy."""
        return np.flatnonzero((self._session == Session.INDIVIDUAL) & (self._step > 0))

    def _hour_of_week(self, cell: Ints) -> Ints:
        return self._cells.weekday[cell] * 24 + self._cells.hour[cell]


def _some(wanted: Flags, available: int) -> Ints:
    return np.flatnonzero(wanted)[:available]


def _planned(count: int, demand: Demand, rng: np.random.Generator) -> Ints:
    length = np.rint(rng.lognormal(demand.length_mu, demand.length_sigma, count))
    return np.clip(length, 1, demand.length_max).astype(np.int64)


def _booking_habit(every: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """How many visits are booked at once, and how many visits before the last booked one."""
    weekly = rng.integers(4, 7, len(every))
    block = np.where(every == 1, weekly, np.where(every == 2, weekly - 2, 1))
    return block, np.where(every == 1, 2, np.where(every == 2, 1, 0))
