"""The machine that runs compiled models: one loop over rows, in machine code by numba. The same code for one row and for many.

The machine code is kept beside this file, or in the user's cache where that folder cannot be written, and compiled again
in each process where neither can.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from hsched_models.program import (
    AT_MOST,
    BAND,
    EQUAL,
    EXPIT,
    FILL,
    LINEAR,
    LOG1P,
    LOGIT,
    PRODUCT,
    ROUND,
    SCALE,
    SHRINK,
    SPLINE,
    STORE,
    SUBTRACT,
    TABLE,
    TREES,
)

BLOCK_ROWS = 32


def compiled(function: Callable[..., Any]) -> Any:
    """Machine code without reordered sums (the default): the same row gives the same bits whatever stands around it."""
    try:
        return numba.njit(function, cache=True, nogil=True)
    except RuntimeError:  # no folder to keep it in
        return numba.njit(function, nogil=True)


@compiled
def _spline(row, target, x, degree, knots, numbers, p):
    """The B-spline basis at x, held constant beyond the outer knots (Piegl and Tiller 1997, A2.2)."""
    last = knots - degree - 2
    for place in range(last + 1):
        row[target + place] = 0.0
    x = min(max(x, numbers[p + degree]), numbers[p + last + 1]) if x == x else x
    span = degree
    while span < last and x >= numbers[p + span + 1]:
        span += 1
    first = target + span - degree
    row[first] = 1.0
    for order in range(1, degree + 1):
        carried = 0.0
        for place in range(order):
            right = numbers[p + span + place + 1] - x
            left = x - numbers[p + span + 1 - order + place]
            share = row[first + place] / (right + left)
            row[first + place] = carried + right * share
            carried = left * share
        row[first + order] = carried


@compiled
def _leaf(block, row, lists, numbers, nodes, limits, number, depth):
    """The node a row ends in. No branch hangs on the row (a leaf leads to itself), so that rows overlap in the processor."""
    for _ in range(depth):
        node = nodes + np.uint64(2) * number
        is_right = not block[row, np.uint64(lists[node])] <= numbers[limits + number]
        number = np.uint64(lists[node + np.uint64(1)]) + np.uint64(is_right)
    return number


@compiled
def _trees(block, count, target, lists, numbers, a, p):
    """Leaf values added in the order of the trees, tree by tree, so that its nodes stay near for all rows of the block."""
    nodes, limits, values = np.uint64(lists[a + 1]), np.uint64(lists[a + 2]), np.uint64(lists[a + 3])
    for row in range(count):
        block[row, target] = numbers[p]
    for tree in range(lists[a]):
        root, depth = np.uint64(lists[a + 4 + 2 * tree]), lists[a + 5 + 2 * tree]
        for row in range(count):
            leaf = _leaf(block, np.uint64(row), lists, numbers, nodes, limits, root, depth)
            block[row, target] += numbers[values + leaf]


@compiled
def _linear(row, lists, numbers, a, b, p):
    """A weighted sum; NaN where it has no finite value, so that overflow is refused like a missing value."""
    total = numbers[p]
    for place in range(b):
        total += numbers[p + 1 + place] * row[lists[a + place]]
    return total if np.isfinite(total) else np.nan


@compiled
def _band(x, edges, numbers, p):
    """The value of the band x lies in: edges belong to the band below them, a missing x to the last band."""
    band = 0
    while band < edges and not x <= numbers[p + band]:
        band += 1
    return numbers[p + edges + band]


@compiled
def _simple(operation, x, y, numbers, p):  # noqa: C901  # one line an operation
    if operation == FILL:
        return x if x == x else numbers[p]
    if operation == LOG1P:
        return np.log1p(x) if not x < 0.0 else 0.0
    if operation == SCALE:
        return (x - numbers[p]) / numbers[p + 1]
    if operation == AT_MOST:
        return 1.0 if x <= numbers[p] else 0.0
    if operation == TABLE:
        return numbers[p + int(x)]
    if operation == SUBTRACT:
        return x - y
    if operation == PRODUCT:
        return x * y
    if operation == EQUAL:
        return 1.0 if x == numbers[p] else 0.0
    if operation == ROUND:
        return np.rint(x * numbers[p]) / numbers[p]
    if operation == SHRINK:
        return numbers[p] * x / (1.0 + numbers[p] * y)
    if operation == EXPIT:
        return 1.0 / (1.0 + np.exp(-x))
    if operation == LOGIT:
        kept = min(max(x, numbers[p]), 1.0 - numbers[p]) if x == x else x
        return np.log(kept / (1.0 - kept))
    return np.nan  # an operation this kernel does not know


@compiled
def _steps(row, out, instructions, begin, end, lists, numbers):
    """Instructions from `begin` up to `end` on one row."""
    for place in range(begin, end):
        operation, target = instructions[place, 0], instructions[place, 1]
        a, b, p = instructions[place, 2], instructions[place, 3], instructions[place, 4]
        if operation == LINEAR:
            row[target] = _linear(row, lists, numbers, a, b, p)
        elif operation == SPLINE:
            _spline(row, target, row[a], lists[b], lists[b + 1], numbers, p)
        elif operation == BAND:
            row[target] = _band(row[a], b, numbers, p)
        elif operation == STORE:
            out[b] = row[a]
        else:
            row[target] = _simple(operation, row[a], row[b], numbers, p)


@compiled
def _score(block, out, instructions, lists, numbers):
    """Every instruction on the rows of a block: row by row, but trees tree by tree."""
    begin = 0
    while begin < instructions.shape[0]:
        end = begin
        while end < instructions.shape[0] and instructions[end, 0] != TREES:
            end += 1
        for row in range(out.shape[0]):
            _steps(block[row], out[row], instructions, begin, end, lists, numbers)
        if end < instructions.shape[0]:
            _trees(block, out.shape[0], instructions[end, 1], lists, numbers, instructions[end, 2], instructions[end, 4])
        begin = end + 1


@compiled
def run(instructions, lists, numbers, size, rows, out):
    """Score every row into `out`; NaN for a row that holds an infinite value. `size`: how many registers."""
    block = np.zeros((min(BLOCK_ROWS, rows.shape[0]), size))
    for first in range(0, rows.shape[0], BLOCK_ROWS):
        count = min(BLOCK_ROWS, rows.shape[0] - first)
        block[:count, : rows.shape[1]] = rows[first : first + count]
        _score(block, out[first : first + count], instructions, lists, numbers)
        for row in range(first, first + count):
            for column in range(rows.shape[1]):
                if np.isinf(rows[row, column]):
                    out[row, :] = np.nan
