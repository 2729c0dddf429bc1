"""Several openings at once: each to at most one client, each client to at most one opening; as many as possible, then the best sum.

Exact, on whole numbers. `prices` proves an answer optimal: by linear programming's duality no other can be better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
Values = NDArray[np.int64]
NOBODY = -1
EXACT = 2**53  # beyond it the solver's floating-point sums of whole numbers are not exact


@dataclass(frozen=True)
class Pairs:
    """What could be given to whom: rows of one opening, one client and what the pair is worth (>= 0). No pair twice."""

    openings: int
    clients: int
    opening: Indices
    client: Indices
    value: Values

    @classmethod
    def of(cls, openings: int, clients: int, rows: Sequence[tuple[int, int, int]]) -> "Pairs":
        """From rows (opening, client, value)."""
        table = np.asarray(rows, dtype=np.int64).reshape(-1, 3)
        return cls(openings, clients, table[:, 0].astype(np.intp), table[:, 1].astype(np.intp), table[:, 2])

    def __len__(self) -> int:
        return len(self.opening)

    @property
    def fill(self) -> int:
        """What one more filled opening is worth: more than all values together could differ."""
        return int(self.openings * self.value.max(initial=0) + 1)

    @property
    def weight(self) -> Values:
        """Value and fill in one number."""
        weight: Values = self.value + self.fill
        return weight


def assign(pairs: Pairs) -> Indices:
    """The row of `pairs` that each opening gets, or NOBODY: an optimal assignment, always the same for the same pairs."""
    if pairs.openings == 1:
        return np.array([np.argmax(pairs.value) if len(pairs) else NOBODY], dtype=np.intp)
    if not len(pairs):
        return np.full(pairs.openings, NOBODY, dtype=np.intp)
    return _matched(pairs, _columns(pairs))


def _columns(pairs: Pairs) -> Any:
    """The solver's answer: a column for each opening. Columns beyond the clients are dummies, one an opening: it stays empty.

    SciPy matches every row or fails, hence the dummies; it takes a stored zero for no pair, hence costs above zero.
    """
    from scipy.sparse import csr_array  # SciPy is slow to import, and one opening needs none of it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    empty = int(pairs.weight.max()) + 1
    if empty * pairs.openings >= EXACT:
        raise ValueError(f"{pairs.openings} openings at once are too many for an exact answer: ask in smaller groups")
    row = np.arange(pairs.openings)
    cost = np.concatenate([empty - pairs.weight, np.full(pairs.openings, empty)]).astype(np.float64)
    rows, columns = np.concatenate([pairs.opening, row]), np.concatenate([pairs.client, pairs.clients + row])
    graph = csr_array((cost, (rows, columns)), shape=(pairs.openings, pairs.clients + pairs.openings))
    matched_rows, matched_columns = min_weight_full_bipartite_matching(graph)
    found = np.empty(pairs.openings, dtype=np.intp)
    found[matched_rows] = matched_columns
    return found


def _matched(pairs: Pairs, columns: Any) -> Indices:
    """Which row of `pairs` each opening's column is."""
    chosen = np.flatnonzero(pairs.client == columns[pairs.opening])
    found = np.full(pairs.openings, NOBODY, dtype=np.intp)
    found[pairs.opening[chosen]] = chosen
    return found


def total(pairs: Pairs, rows: Indices) -> int:
    """What an assignment is worth, fill included."""
    return int(pairs.weight[rows[rows != NOBODY]].sum())


def prices(pairs: Pairs, rows: Indices) -> tuple[Values, Values] | None:
    """Proof that an assignment is optimal: a gain for each opening and a price for each client, none below zero, which together cover
    every pair's weight and sum to what the assignment is worth. None where there is no such proof, that is, where it is not optimal.

    The prices are the least ones, by relaxation: a client costs what the next best opening would give up for them.
    """
    taken = rows[rows != NOBODY]
    own = np.zeros(pairs.openings, dtype=np.int64)
    own[pairs.opening[taken]] = pairs.weight[taken]
    mate = np.full(pairs.openings, NOBODY, dtype=np.intp)
    mate[pairs.opening[taken]] = pairs.client[taken]
    price = np.zeros(pairs.clients, dtype=np.int64)
    for _ in range(pairs.openings + 1):
        gain = np.where(mate == NOBODY, 0, own - price[mate])
        asked = price.copy()
        np.maximum.at(asked, pairs.client, pairs.weight - gain[pairs.opening])
        if np.array_equal(asked, price):
            break
        price = asked
    return (gain, price) if is_proof(pairs, rows, gain, price) else None


def is_proof(pairs: Pairs, rows: Indices, gain: Values, price: Values) -> bool:
    """Whether gains and prices prove the assignment optimal; whoever found them is not asked."""
    covers = bool((gain[pairs.opening] + price[pairs.client] >= pairs.weight).all())
    signs = bool((gain >= 0).all() and (price >= 0).all())
    return covers and signs and _is_assignment(pairs, rows) and int(gain.sum() + price.sum()) == total(pairs, rows)


def _is_assignment(pairs: Pairs, rows: Indices) -> bool:
    """Every opening has its own row or none, and no client two."""
    place = np.flatnonzero(rows != NOBODY)
    own = bool((pairs.opening[rows[place]] == place).all())
    return own and len(np.unique(pairs.client[rows[place]])) == len(place)
