"""Many taps on one time at once, many times over: how often two clients got it. Its figures are in docs/explanation/client-pages.md."""

from pathlib import Path

import pytest

from hsched_core.domain.rollout import Phase
from tests.moves_arena import GivesToAnybody, arena

RACES, TWINS = 100, 20


def url_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    return f"sqlite:///{folder / 'store.sqlite'}" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.AUTO])
def test_no_time_goes_to_two_clients(kind: str, phase: Phase, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with arena(url_of(kind, tmp_path, request), tmp_path) as found:
        found.order(phase)
        won = [found.race(found.opening(number)) for number in range(RACES)]
        assert found.trail.verdict().broken is None
    print(f"{kind}, {phase}: {sum(one != (1, 1) for one in won)} of {RACES} races of four clients had another number of winners than one")
    assert won == [(1, 1)] * RACES


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_without_the_guard_times_do(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with arena(url_of(kind, tmp_path, request), tmp_path, desk_class=GivesToAnybody) as found:
        found.order(Phase.REVIEW)
        doubled = sum(found.race(found.opening(number))[1] > 1 for number in range(TWINS))
    print(f"{kind}: without the guard {doubled} of {TWINS} races gave one time to several")
    assert doubled
