"""A client picks another time behind the link of a reminder: what is shown, what a tap does in each phase, and what is left to a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from tests.client_world import ADDRESS
from tests.moves_world import VISIT_AT, Moves
from tests.sandbox_ehr import NOW
from tests.service_world import Browser, service_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moves]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS) as world:
        yield Moves(world)


@pytest.fixture
def moves(practice: Moves) -> Moves:
    practice.world.clock.instant = NOW
    practice.clinician()
    practice.phase(Phase.AUTO)
    return practice


@pytest.fixture
def browser(practice: Moves) -> Browser:
    return practice.world.browser()


def test_a_tap_under_an_order_moves_the_visit_at_once(moves: Moves, browser: Browser) -> None:
    """From the message: the link, another time, the time. The taken opening is closed; the old time is free for who waits."""
    mover = moves.mover()
    (opening,) = moves.free(VISIT_AT + DAY)
    (wanted,) = moves.shown(browser, mover)
    page = moves.tap(browser, mover, wanted)
    assert (page.status_code, "Your new time is booked" in page.text) == (200, True)
    assert moves.starts_at(mover.visit) == VISIT_AT + DAY
    assert "11:00 AM EDT" in page.text
    (case,) = moves.cases(mover.visit)
    assert (case.state, case.proposal.proposed_by, case.proposal.confidence) == (State.CONFIRMED, "use-case:reschedule", 1.0)
    record = moves.opening(opening)
    assert (record.state, record.booking, record.was_picked) == (OpeningState.TAKEN, case.id, True)
    assert moves.openings() == [VISIT_AT]
