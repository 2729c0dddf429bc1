"""The lot of holdouts: even, the same for the same subject, and not to be foreseen without the practice's key."""

from pathlib import Path

from hsched_adapters.keys import Keyring
from hsched_adapters.lot import KeyedLot

SUBJECTS = [f"{number:032x}" for number in range(4000)]


def numbers(folder: Path, use_case: str = "reminders", practice: str = "elm") -> list[float]:
    lot = KeyedLot(Keyring(folder, practice), practice)
    return [lot.number(use_case, one) for one in SUBJECTS]


def test_numbers_are_even_between_0_and_1(tmp_path: Path) -> None:
    """In each tenth about four hundred of four thousand: six standard errors are 114."""
    found = numbers(tmp_path)
    tenths = [sum(place / 10 <= one < (place + 1) / 10 for one in found) for place in range(10)]

    assert sum(tenths) == len(found)
    assert all(286 < count < 514 for count in tenths)


def test_the_same_subject_has_the_same_number_and_each_use_case_practice_and_key_its_own(tmp_path: Path) -> None:
    """Who is held in one is not therefore held in the other."""
    first = numbers(tmp_path / "a")

    assert numbers(tmp_path / "a") == first
    for other in (numbers(tmp_path / "a", "waitlist"), numbers(tmp_path / "b"), numbers(tmp_path / "c", practice="oak")):
        both = sum((one < 0.5) == (two < 0.5) for one, two in zip(first, other, strict=True))
        assert 1800 < both < 2200  # as often as two coins agree
