"""How the suite runs: the longest files first, its folders in memory only where there is room."""

import os
from pathlib import Path

import pytest

from tests import in_memory, long_first

ROOT = Path(__file__).parents[2]


def test_the_files_said_to_be_long_are_there() -> None:
    """A renamed file would fall back among the others without a word."""
    assert [name for name in long_first.LONG if not (ROOT / name).is_file()] == []


def test_long_files_stand_before_the_others_in_the_order_of_the_list() -> None:
    first, second, other = ROOT / long_first.LONG[0], ROOT / long_first.LONG[1], Path(__file__)

    assert long_first.place(first, ROOT) < long_first.place(second, ROOT) < long_first.place(other, ROOT)
    assert long_first.place(Path("/elsewhere/test_it.py"), ROOT) == long_first.place(other, ROOT)


@pytest.mark.parametrize(
    ("room", "asked", "chosen"),
    [
        (True, ["tests/unit"], str(in_memory.MEMORY)),
        (False, ["tests/unit"], None),
        (True, ["tests/prove/test_claims.py::test_one"], None),
    ],
)
def test_folders_lie_in_memory_where_there_is_room_but_not_a_proofs(
    monkeypatch: pytest.MonkeyPatch, room: bool, asked: list[str], chosen: str | None
) -> None:
    monkeypatch.setattr(in_memory, "has_room", lambda: room)
    monkeypatch.setenv(in_memory.ROOT, "")  # so that what was there comes back afterwards
    monkeypatch.delenv(in_memory.ROOT)
    in_memory.choose_root(asked)

    assert os.environ.get(in_memory.ROOT) == chosen


def test_a_folder_set_by_hand_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(in_memory, "has_room", lambda: True)
    monkeypatch.setenv(in_memory.ROOT, str(tmp_path))
    in_memory.choose_root(["tests"])

    assert os.environ[in_memory.ROOT] == str(tmp_path)
    assert in_memory.chosen() is None


def test_a_place_without_room_is_none(tmp_path: Path) -> None:
    assert not in_memory.has_room(tmp_path / "missing")
