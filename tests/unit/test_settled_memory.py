"""While the service runs, what was there at its start is no longer looked at by the garbage collector; afterwards it is again."""

import asyncio
import gc
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from hsched_service.settled_memory import THRESHOLD, settled_memory


def during(act: Callable[[], object]) -> None:
    """What is done while the service runs."""

    async def served() -> None:
        async with settled_memory(FastAPI()):
            act()

    asyncio.run(served())


def test_the_collector_leaves_alone_what_stays_while_the_service_runs() -> None:
    """The service's start sets aside what is there and raises the thresholds; its end takes both back."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()

    def looked() -> None:
        assert gc.get_threshold() == THRESHOLD
        assert gc.get_freeze_count() > frozen

    during(looked)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_service_that_fails_leaves_the_collector_as_it_was() -> None:
    """Whatever ends it."""
    before = gc.get_threshold()

    with pytest.raises(ZeroDivisionError):
        during(lambda: 1 / 0)

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_circles_made_while_it_runs_are_still_found() -> None:
    """Rarer is not never: nothing that comes after the start is kept for ever."""
    found: list[str] = []

    class Circle:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            found.append("gone")

    def forgotten() -> None:
        Circle()
        kept: list[list[int]] = [[] for _ in range(THRESHOLD[0] + 1_000)]  # as many as bring about a look
        assert found == ["gone"]
        del kept

    during(forgotten)
