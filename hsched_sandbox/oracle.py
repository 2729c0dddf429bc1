"""The filter oracle: the best forecast of a visit from what was known at its moment. Effects of clinician, hour, place and season are
known to it; what only the client carries (intercept, weekly engagement, a miss not yet written down) is integrated out on a grid.
Exact, up to the grid, in a plain world (no `parameters.Circumstances`); elsewhere its error is stated beside it (`oracle_error`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.events import Events
from hsched_sandbox.evidence import NEVER, Evidence, Weights, gather, weigh
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.latent_grid import Grid
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.reminders import effects
from hsched_sandbox.world import Session, Visits, World

LOOK_BACK = 5  # weeks with visits: the outcomes of earlier ones are settled
BLOCK = 1024  # clients at a time


@dataclass(frozen=True)
class Filtered(Columns):
    """The oracle's forecast of each visit, in the order of the visits. NaN where there is no moment."""

    p_unused: Floats  # given neither early nor clinic cancel
    moment: Ints  # UTC seconds; evidence.NEVER where there is none


def filter_oracle(world: World, events: Events | None = None, *, every: int = 1) -> Filtered:
    """The forecast of each visit at the day_before moment, from the exported log (drawn up here if not given).

    `every`: of one in so many clients only. Clients do not touch one another, so blocks of them run side by side.
    """
    evidence = gather(world, exported_log(world)[0] if events is None else events)
    p_unused = np.full(len(world.visits), np.nan)
    diary = _diary(world, evidence)

    def forecast(clients: Ints) -> None:
        for row, value in _Filter(diary, world.parameters, clients).run():
            p_unused[row] = value

    with ThreadPoolExecutor() as pool:
        list(pool.map(forecast, _blocks(diary, every)))
    return Filtered(p_unused, np.where(np.isnan(p_unused), NEVER, evidence.moment))


@dataclass(frozen=True)
class _Diary:
    """Visits of each client in order, in groups: a client's visits of one week share one state."""

    visits: Visits
    evidence: Evidence
    row: Ints  # visits and evidence above are in this order of the world's
    moved: Flags
    group: Ints  # first row of each group, and the end of the last
    settled: Ints  # of each group: when all its outcomes were final
    week: Ints  # of each group
    first: Ints  # first group of each client, and the end of the last
    in_care: Flags  # of each client: from before the first exported day


def _diary(world: World, evidence: Evidence) -> _Diary:
    visits = world.visits
    moved = ~visits.movable & (visits.session != Session.GROUP)
    drawn = np.flatnonzero(~np.isnan(visits.p_unused))
    row = drawn[np.lexsort((moved[drawn], visits.week[drawn], visits.client[drawn]))]
    ordered, known = visits.take(row), evidence.take(row)
    group = _edges(ordered.client, ordered.week)
    start = group[:-1]
    first = _edges(ordered.client[start])
    settled = np.maximum.reduceat(known.settled, start)
    in_care = ordered.step[start[first[:-1]]] > 0
    return _Diary(ordered, known, row, moved[row], group, settled, ordered.week[start], first, in_care)


def _edges(*keys: Ints) -> Ints:
    """Where a new run of equal keys begins, and the end."""
    new = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.concatenate([[0], np.flatnonzero(new) + 1, [len(keys[0])]])


def _blocks(diary: _Diary, every: int) -> Iterator[Ints]:
    """Clients in blocks, those with most weeks first, so that who is still there is always the head of the block."""
    weeks = np.diff(diary.first)
    clients = np.argsort(-weeks, kind="stable")[::every]
    return (clients[begin : begin + BLOCK] for begin in range(0, len(clients), BLOCK))


class _Filter:
    """A block of clients, turn by turn: turn k is each client's k-th week with a visit.

    A state is an array (clients, intercept, missed before, engagement), without its norm.
    """

    def __init__(self, diary: _Diary, parameters: PracticeParameters, clients: Ints) -> None:
        self._diary, self._chances, self._reminders = diary, parameters.chances, parameters.reminders
        self._corrected = parameters.dirt.corrected_statuses
        self._first, self._weeks = diary.first[clients], np.diff(diary.first)[clients]
        self._in_care = diary.in_care[clients]
        self._grid = Grid.of(parameters)

    def run(self) -> Iterator[tuple[Ints, Floats]]:
        """Rows of the world's visits with their forecasts."""
        past: list[Floats] = [self._grid.prior(self._in_care)]
        for turn in range(int(self._weeks.max(initial=0))):
            there = int(np.searchsorted(-self._weeks, -turn, side="left"))
            yield self._forecasts(turn, there, past)
            going_on = int(np.searchsorted(-self._weeks, -(turn + 1), side="left"))
            past.append(self._after(past[-1][:going_on], self._first[:going_on] + turn, None))
            del past[: -1 - LOOK_BACK]

    def _forecasts(self, turn: int, there: int, past: list[Floats]) -> tuple[Ints, Floats]:
        """Every visit of the turn: from the last state that was settled at its moment, over what was known of the weeks since."""
        diary = self._diary
        client, row = _spelled_out(diary.group, self._first[:there] + turn)
        asked = diary.evidence.moment[row] < NEVER
        client, row = client[asked], row[asked]
        moment = diary.evidence.moment[row]
        back = self._unsettled(client, turn, moment, len(past) - 1)
        order = np.argsort(-back, kind="stable")
        client, row, moment, back = client[order], row[order], moment[order], back[order]
        state = np.empty((len(row), *self._grid.shape))
        ready = 0
        for ago in range(len(past) - 1, -1, -1):
            begun = int(np.searchsorted(-back, -ago, side="right"))
            state[ready:begun] = past[-1 - ago][client[ready:begun]]
            ready = begun
            if ago and ready:
                state[:ready] = self._after(state[:ready], self._first[client[:ready]] + turn - ago, moment[:ready])
        state = self._beside(state, self._first[client] + turn, row, moment)
        return diary.row[row], self._missing(state, row)

    def _unsettled(self, client: Ints, turn: int, moment: Ints, available: int) -> Ints:
        """How many weeks with visits back the first lies that was not settled at the moment."""
        back = np.zeros(len(client), dtype=np.int64)
        for ago in range(1, available + 1):
            back[self._diary.settled[self._first[client] + turn - ago] > moment] = ago
        return back

    def _after(self, state: Floats, group: Ints, at: Ints | None) -> Floats:
        """The state at each client's next week with a visit, given what was known of this one; all of it without `at`."""
        judged = self._judged(state, group, at)
        judged /= judged.sum(axis=(1, 2, 3), keepdims=True)
        gap = self._diary.week[group + 1] - self._diary.week[group]
        return self._grid.later(judged, gap)

    def _judged(self, state: Floats, group: Ints, at: Ints | None) -> Floats:
        """The state after the week's visits: weighed, and with what the client has now missed.

        While the week lasts there are three marks: attended last, missed before it, missed in this very batch. Within a batch a
        miss outweighs a visit attended; a moved visit comes after the planned ones.
        """
        diary = self._diary
        count = diary.group[group + 1] - diary.group[group]
        marks = np.zeros((3, *state.shape))
        marks[0, :, :, 0], marks[1, :, :, 1] = state[:, :, 0], state[:, :, 1]
        for nth in range(int(count.max(initial=0))):
            these = np.flatnonzero(count > nth)
            row = diary.group[group[these]] + nth
            fresh = these[diary.moved[row]]
            marks[1, fresh] += marks[2, fresh]
            marks[2, fresh] = 0
            marks[:, these] = self._marked(marks[:, these], row, None if at is None else at[these])
        free, missed = marks[0].sum(axis=2), (marks[1] + marks[2]).sum(axis=2)
        return np.stack([free, missed], axis=2)

    def _marked(self, marks: Floats, row: Ints, at: Ints | None) -> Floats:
        miss, attend, neither = self._likelihoods(row, at)
        attended = (marks[0] + marks[1]) * attend
        just_missed = (marks[0] + marks[1]) * miss + marks[2] * (miss + attend + neither)
        return np.stack([attended + marks[0] * neither, marks[1] * neither, just_missed])

    def _beside(self, state: Floats, group: Ints, row: Ints, moment: Ints) -> Floats:
        """What was known of the other visits of the same week; it says how engaged the client is this week."""
        diary = self._diary
        count = diary.group[group + 1] - diary.group[group]
        for nth in range(int(count.max(initial=0))):
            other = diary.group[group] + nth
            these = np.flatnonzero((count > nth) & (other != row))
            state[these] *= sum(self._likelihoods(other[these], moment[these]))
        return state

    def _missing(self, state: Floats, row: Ints) -> Floats:
        p: Floats = (state * self._p_unused(row)).sum(axis=(1, 2, 3)) / state.sum(axis=(1, 2, 3))
        return p

    def _likelihoods(self, row: Ints, at: Ints | None) -> tuple[Floats, Floats, Floats]:
        """Of what was known of each visit: with it missed, attended, neither."""
        weights, p = self._weights(row, at), self._p_unused(row)
        wide = (slice(None), None, None, None)
        return p * weights.missed[wide], (1 - p) * weights.attended[wide], np.broadcast_to(weights.not_reached[wide], p.shape)

    def _weights(self, row: Ints, at: Ints | None) -> Weights:
        visits = self._diary.visits
        reach = (1 - visits.p_clinic[row]) * (1 - visits.p_early[row])
        at = np.full(len(row), NEVER) if at is None else at
        return weigh(self._diary.evidence.take(row), reach, visits.no_show_share[row], at, self._corrected)

    def _p_unused(self, row: Ints) -> Floats:
        visits = self._diary.visits
        reminded = effects(self._reminders, visits.reminder[row])
        return self._grid.p_unused(visits.known_logit[row], self._chances.after_miss * (visits.session[row] != Session.INTAKE), reminded)


def _spelled_out(edges: Ints, group: Ints) -> tuple[Ints, Ints]:
    """For each row of the groups: which of the groups it is in, and the row."""
    begin, count = edges[group], edges[group + 1] - edges[group]
    which = np.repeat(np.arange(len(group)), count)
    return which, begin[which] + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
