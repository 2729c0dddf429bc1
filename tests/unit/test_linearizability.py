"""The check of histories itself: it passes what could have been one after the other, and finds what could not."""

import pytest

from tests.linearizability import Operation, is_linearizable

A, B = 0, 1


def told(*lines: tuple[str, int, int, int | None, str | None]) -> list[Operation]:
    return [Operation(*line) for line in lines]


@pytest.mark.parametrize(
    ("history", "could_be"),
    [
        (told(("accept", A, 0, 1, "yes"), ("accept", B, 2, 3, "no")), True),
        (told(("accept", A, 0, 1, "yes"), ("accept", B, 2, 3, "yes")), False),  # two winners
        (told(("accept", A, 0, 3, "no"), ("accept", B, 1, 2, "yes")), True),  # at once: the second was first
        (told(("accept", A, 0, 1, "no"), ("accept", B, 2, 3, "yes")), False),  # nobody had it, and it was refused
        (told(("accept", A, 0, 1, "yes"), ("accept", A, 2, 3, "no")), False),  # another answer to the same client
        (told(("decline", A, 0, 1, "yes"), ("accept", A, 2, 3, "yes")), False),
        (told(("expire", A, 0, 1, "done"), ("accept", A, 2, 3, "yes")), False),  # after its end
        (told(("close", A, 0, 1, "done"), ("accept", A, 2, 3, "no"), ("decline", B, 4, 5, "no")), True),
        (told(("accept", A, 0, None, None), ("accept", B, 2, 3, "no")), True),  # the dead one had it
        (told(("accept", A, 0, None, None), ("accept", B, 2, 3, "yes")), True),  # or it had not
        (told(("accept", A, 0, None, None), ("accept", B, 2, 3, "no"), ("accept", A, 4, 5, "no")), False),  # but not both
        (told(("accept", A, 3, None, None), ("accept", B, 0, 1, "no")), False),  # before it began it had nothing
    ],
)
def test_a_history_is_told_from_one_that_cannot_be(history: list[Operation], could_be: bool) -> None:
    """One opening, two offers."""
    assert is_linearizable(history, 2) is could_be
