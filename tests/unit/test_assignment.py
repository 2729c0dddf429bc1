"""Sharing out several openings: as many as possible, then the best sum; judged by trying everything, and by a proof that checks itself."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsched_core.solvers.assignment import NOBODY, Pairs, assign, is_proof, prices, total

thorough = settings(max_examples=200, deadline=None)
cells = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 4)), st.integers(0, 6) | st.integers(0, 3_000_000), max_size=14)
problems = cells.map(lambda found: Pairs.of(4, 5, [(*pair, value) for pair, value in sorted(found.items())]))


def everything(pairs: Pairs) -> list[list[int]]:
    """Every assignment there is."""
    choices = [[NOBODY, *np.flatnonzero(pairs.opening == opening).tolist()] for opening in range(pairs.openings)]
    return [list(rows) for rows in product(*choices) if _no_client_twice(pairs, rows)]


def _no_client_twice(pairs: Pairs, rows: tuple[int, ...]) -> bool:
    clients = [int(pairs.client[row]) for row in rows if row != NOBODY]
    return len(clients) == len(set(clients))


def worth(pairs: Pairs, rows: list[int]) -> tuple[int, int]:
    """How many openings are filled, and the sum of values: in that order of importance."""
    taken = [row for row in rows if row != NOBODY]
    return len(taken), int(pairs.value[taken].sum()) if taken else 0


@given(problems)
@thorough
def test_nothing_is_better_than_the_answer(pairs: Pairs) -> None:
    """Compared with every other assignment; and the proof by prices exists."""
    rows = assign(pairs)

    assert worth(pairs, rows.tolist()) == max(worth(pairs, other) for other in everything(pairs))
    assert prices(pairs, rows) is not None


@given(problems)
@settings(max_examples=60, deadline=None)
def test_prices_exist_for_the_best_assignments_and_for_no_other(pairs: Pairs) -> None:
    """The proof is none that always succeeds: it fails for every assignment that is worth less."""
    all_of_them = everything(pairs)
    best = max(worth(pairs, rows) for rows in all_of_them)
    for rows in all_of_them[:60]:
        found = prices(pairs, np.array(rows, dtype=np.intp))

        assert (found is not None) == (worth(pairs, rows) == best)


@given(problems)
@settings(max_examples=60, deadline=None)
def test_the_answer_does_not_depend_on_unrelated_clients(pairs: Pairs) -> None:
    """Clients whom nothing fits change nothing, and the same question has the same answer."""
    more = Pairs(pairs.openings, pairs.clients + 3, pairs.opening, pairs.client, pairs.value)

    assert assign(more).tolist() == assign(pairs).tolist() == assign(pairs).tolist()


def test_filling_comes_before_fitting() -> None:
    """Greedy would give the second opening's only client to the first, and leave the second empty."""
    pairs = Pairs.of(2, 2, [(0, 0, 100), (0, 1, 1), (1, 0, 99)])

    assert assign(pairs).tolist() == [1, 2]


def test_one_opening_goes_to_the_first_of_the_best() -> None:
    assert assign(Pairs.of(1, 3, [(0, 0, 5), (0, 1, 7), (0, 2, 7)])).tolist() == [1]


@pytest.mark.parametrize("openings", [1, 3])
def test_without_pairs_nobody_gets_anything(openings: int) -> None:
    pairs = Pairs.of(openings, 2, [])

    assert assign(pairs).tolist() == [NOBODY] * openings
    assert total(pairs, assign(pairs)) == 0


def test_a_proof_that_does_not_add_up_is_refused() -> None:
    """Prices that cover everything but cost more than the assignment is worth, prices below zero, one client given twice."""
    pairs = Pairs.of(2, 2, [(0, 0, 3), (1, 0, 3), (1, 1, 2)])
    rows = assign(pairs)
    found = prices(pairs, rows)
    assert found is not None
    gain, price = found

    assert is_proof(pairs, rows, gain, price)
    assert not is_proof(pairs, rows, gain + 1, price)
    assert not is_proof(pairs, rows, gain - 1, price)
    assert not is_proof(pairs, rows, gain, price * 0 - 1)
    assert not is_proof(pairs, np.array([0, 1]), gain, price)
    assert not is_proof(pairs, np.array([1, 0]), gain, price)


def test_more_openings_than_can_be_exact_are_refused() -> None:
    """Said, not answered wrongly: beyond 2^53 sums of floating-point numbers lose units."""
    with pytest.raises(ValueError, match="too many for an exact answer"):
        assign(Pairs.of(200_000, 1, [(0, 0, 2_000_000)]))


def test_the_waitlist_imports_without_scipy() -> None:
    """`operations` loads the use case; SciPy comes with the first question about several openings."""
    told = "import sys, hsched_core.use_cases.waitlist; print(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
