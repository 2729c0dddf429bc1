"""Benchmarks take turns, and give no figures on a machine that others use."""

import pytest

from benchmarks.harness import Disturbed, interleaved, markdown


def test_works_take_turns_and_keep_what_they_return() -> None:
    """Two works, three rounds: a b a b a b."""
    said: list[str] = []
    works = {"a": lambda: said.append("a") or len(said), "b": lambda: said.append("b") or len(said)}
    rounds = interleaved(works, rounds=3, most_foreign=1.0)

    assert "".join(said) == "ababab"
    assert rounds.median("a", lambda one: one.result) == 3
    assert rounds.median("b", lambda one: one.result) == 4
    assert rounds.refused == 0
    assert rounds.peak_mib("a") > 1
    assert rounds.spread("a")[0] <= rounds.median("a") <= rounds.spread("a")[1]


def test_a_disturbed_machine_gives_no_figures() -> None:
    """A bound that no machine keeps stands for a busy one."""
    with pytest.raises(Disturbed, match="Others took more than"):
        interleaved({"a": lambda: None}, most_foreign=-1.0, attempts=0)


def test_tables_show_numbers_to_three_digits() -> None:
    assert markdown([{"visits": 1000, "ratio": 1.23456}]).splitlines()[2] == "| 1000 | 1.23 |"
