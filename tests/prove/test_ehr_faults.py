"""The whole fault grid over real HTTP: every fault, action and class of EHR; each zero with its bound, broken twins beside it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from hsched_core.domain.lifecycle import State
from hsched_core.workflow.path import Path as ThePath
from tests.ehr_grid import COMMITS, Cell, Ending, Twin, cells, play, unchanged
from tests.ehr_twins import NewKeyBlindly, repeats_writes, searches_at_once
from tests.path_twins import WithoutSecondLook
from tests.rest_world import ACTIONS, CLASSES

GOOD_ENDS = {State.CONFIRMED, State.REJECTED, State.APPROVED, State.NEEDS_PERSON, State.BLOCKED}
# Faults after which the effect is there and nobody says so: where a careless client doubles.
COMMITTED = tuple(name for name in COMMITS if "after" in name)
WRITES = ("book", "message", "offer", "note")  # what two of would be two of
HASTE = 0.2  # seconds we wait for an answer: many cells hang
TWINS: dict[str, tuple[Twin, type[ThePath]]] = {
    "sends a write again at once": (repeats_writes, ThePath),
    "searches before the settle window": (searches_at_once, ThePath),
    "a new key for every attempt": (unchanged, NewKeyBlindly),
}


@pytest.mark.parametrize("kind", CLASSES)
def test_no_fault_doubles_anything_or_ends_in_a_lie(kind: str, tmp_path: Path) -> None:
    """Every cell of the grid at that class of EHR."""
    endings = [play(tmp_path, cell, timeout=HASTE) for cell in cells([kind])]

    print(f"\nEHR of class {kind}: {len(endings)} cells")
    for action in ACTIONS:
        _tell(action, [one for one in endings if one.cell.action == action])
    for column in ("write", "read", "read_back"):
        _tell(column, [one for one in endings if one.cell.column == column])
    print(f"  doubled 0, wrong 0 of {len(endings)}: at 95 % fewer than {3 / len(endings):.2%} of cells (3/N)")
    assert [str(one.cell) for one in endings if one.doubled or one.is_wrong or one.state not in GOOD_ENDS] == []


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_doubles(name: str, tmp_path: Path) -> None:
    """One guard removed, over the cells in which it is needed."""
    twin, path_class = TWINS[name]
    kind = "keys" if path_class is NewKeyBlindly else "search"
    faults = ("late_commit",) if twin is searches_at_once else COMMITTED
    tried = [Cell(kind, action, fault) for action in WRITES for fault in faults]
    whole = [play(tmp_path, cell) for cell in tried]
    broken = [play(tmp_path, cell, path_class, twin) for cell in tried]

    print(f"\ntwin that {name}: doubled in {_doubled(broken)} of {len(tried)} cells; the connector as it is in {_doubled(whole)}")
    assert _doubled(whole) == 0
    assert _doubled(broken) > 0


def test_a_twin_of_the_class_without_keys_and_search_doubles(tmp_path: Path) -> None:
    """Where nothing can find out, a client that sends again doubles every time; the path asks a person every time."""
    tried = [Cell("neither", action, fault) for action in WRITES for fault in COMMITTED]
    whole = [play(tmp_path, cell) for cell in tried]
    broken = [play(tmp_path, cell, WithoutSecondLook, repeats_writes) for cell in tried]

    print(
        f"\nneither keys nor search: sent again, {_doubled(broken)} of {len(tried)} doubled; the path doubles {_doubled(whole)}", end=", "
    )
    print(f"and hands {sum(one.state is State.NEEDS_PERSON for one in whole)} to a person")
    assert _doubled(whole) == 0
    assert _doubled(broken) > 0
    assert all(one.state is State.NEEDS_PERSON for one in whole)


def _doubled(endings: Iterable[Ending]) -> int:
    return sum(one.doubled > 0 for one in endings)


def _tell(what: str, endings: Sequence[Ending]) -> None:
    states = Counter(str(one.state) for one in endings)
    told = ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
    print(f"  {what:<10} {len(endings):>4}: {told}; doubled {_doubled(endings)}, wrong {sum(one.is_wrong for one in endings)}")
