"""The benchmark of the waitlist runs, and measures what it names; it stops where the plain loop and the arrays disagree."""

from benchmarks.waitlist import many, single


def test_a_small_practice_has_every_figure() -> None:
    """Any machine, whoever else is at work."""
    found = many(openings=30, waiting=600, busy=None)

    assert found["pairs"] > 100
    assert found["is_proven_optimal"]
    assert min(found["matching_by_scoring"], found["scoring_python_by_arrays"]) > 0
    worth = {line["work"]: (line["filled"], line["sum"]) for line in found["works"] if line["sum"]}
    assert set(worth) == {"matching, ours", "matching, greedy by opening", "matching, greedy by fit"}
    assert max((filled, float(total)) for filled, total in worth.values()) == (
        worth["matching, ours"][0],
        float(worth["matching, ours"][1]),
    )


def test_one_opening_has_every_figure() -> None:
    found = single(waiting=2000, busy=None)

    assert found["python_by_arrays"] > 0
    assert found["may_be_asked"] > 0
    assert [line["work"] for line in found["works"]][:2] == ["arrays", "plain Python"]
