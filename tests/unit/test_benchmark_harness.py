"""Benchmarks take turns, and give no figures on a machine that others use."""

from dataclasses import dataclass

import pytest

from benchmarks.harness import Disturbed, Watch, interleaved, markdown, undisturbed
from benchmarks.http_load import Load, percentile, pooled, post


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


@dataclass(frozen=True)
class Run:
    """What came of a run, and what others took meanwhile."""

    number: int
    foreign: float


def test_a_disturbed_round_counts_for_none_of_those_who_took_turns() -> None:
    """The second round of three is disturbed for one of two: both are run a fourth time."""
    made: list[str] = []

    def run(name: str) -> Run:
        made.append(name)
        return Run(made.count(name), 0.5 if name == "b" and made.count("b") == 2 else 0.0)

    kept, refused = undisturbed({"a": lambda: run("a"), "b": lambda: run("b")}, rounds=3)

    assert {name: [one.number for one in runs] for name, runs in kept.items()} == {"a": [1, 3, 4], "b": [1, 3, 4]}
    assert refused == 1


def test_what_the_family_does_is_not_counted_as_others() -> None:
    """Half a second of this process's own work on a machine of any size."""
    alone, family = Watch(), Watch(family=True)
    sum(number * number for number in range(3_000_000))

    assert family.foreign() <= alone.foreign() + 0.1


def test_percentiles_are_of_all_requests_of_all_rounds_in_milliseconds() -> None:
    loads = [Load(1.0, [0.001] * 98, 0.0, 0.0), Load(1.0, [0.5, 0.7], 0.0, 0.0)]
    assert percentile(pooled(loads), 50) == 1.0
    assert percentile(pooled(loads), 99) == 700.0


def test_a_request_says_how_long_it_is() -> None:
    made = post(80, "/predict", b'{"a": 1}', [("authorization", "Bearer x")])
    head, _, body = made.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /predict HTTP/1.1"
    assert b"content-length: 8" in head.split(b"\r\n")
    assert b"authorization: Bearer x" in head.split(b"\r\n")
    assert body == b'{"a": 1}'
