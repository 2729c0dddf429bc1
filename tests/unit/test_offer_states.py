"""The two tables of states: every word stands in them, no step is outside them, and the page that draws them draws these."""

from dataclasses import replace
from pathlib import Path

import pytest

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.lifecycle import LifecycleError
from hsched_core.domain.offers import OFFER_STEPS, OPENING_STEPS, Offer, OfferState, OpeningRecord, diagram, ended, turned
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.workflow.offer_steps import OFFER, StoryError, footing_of_offer, replay
from tests.desk_world import CLIENTS, CLINICIAN, NOON, TOMORROW, VISIT

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "offers.md"
SENT = Offer("0a" * 16, VISIT, CLIENTS[0], "e1" * 16, TOMORROW, NOON, NOON)
OPENING = Opening(VISIT, CLINICIAN, TOMORROW, 50, SessionType.INDIVIDUAL, Modality.VIDEO, NOON, CLIENTS[1])


@pytest.mark.parametrize("steps", [OFFER_STEPS, OPENING_STEPS], ids=["offers", "openings"])
def test_the_page_draws_the_states_as_they_are(steps: dict[object, frozenset[object]]) -> None:
    """Compared, not trusted."""
    assert f"```mermaid\n{diagram(steps)}\n```" in PAGE.read_text()


@pytest.mark.parametrize(("words", "steps"), [(OfferState, OFFER_STEPS), (OpeningState, OPENING_STEPS)], ids=["offers", "openings"])
def test_every_state_is_reached(words: type[OfferState], steps: dict[object, frozenset[object]]) -> None:
    """A word without a way to it is a word too many."""
    assert set(words) == {target for targets in steps.values() for target in targets}


@pytest.mark.parametrize("before", list(OfferState))
@pytest.mark.parametrize("after", list(OfferState))
def test_an_offer_takes_the_steps_of_its_table_only(before: OfferState, after: OfferState) -> None:
    """Each end once; only an accepted one can still be lost."""
    offer = replace(SENT, state=before)
    if after in OFFER_STEPS.get(before, ()):
        assert (ended(offer, after, TOMORROW).state, ended(offer, after, TOMORROW).version) == (after, 2)
        return
    with pytest.raises(LifecycleError, match=f"an offer that is {before} cannot be {after}"):
        ended(offer, after, TOMORROW)


def test_an_opening_takes_the_steps_of_its_table_only() -> None:
    """What passed does not come back; a turn ends whoever was choosing."""
    record = OpeningRecord(OPENING, OpeningState.OPEN, NOON, (CLIENTS[1],), busy_until=TOMORROW)
    passed = turned(record, OpeningState.PASSED, TOMORROW)

    assert (passed.state, passed.busy_until, passed.version) == (OpeningState.PASSED, None, 2)
    with pytest.raises(LifecycleError, match="an opening that is passed cannot be open"):
        turned(passed, OpeningState.OPEN, TOMORROW)


def told(*offers: Offer) -> list[AuditEntry]:
    return [AuditEntry(NOON, "path", f"{OFFER}{one.state}", one.id, footing_of_offer(one)) for one in offers]


def test_a_trail_of_offers_that_tells_an_impossible_story_is_refused() -> None:
    """A step left out, doubled, or not in the table."""
    accepted = ended(SENT, OfferState.ACCEPTED, TOMORROW)
    lost = ended(accepted, OfferState.LOST, TOMORROW)

    assert replay(told(SENT, accepted, lost), OFFER) == {SENT.id: footing_of_offer(lost)}
    for story in ((accepted,), (SENT, lost), (SENT, accepted, accepted), (SENT, replace(SENT, version=2, state=OfferState.SENT))):
        with pytest.raises(StoryError, match="missing, doubled or altered"):
            replay(told(*story), OFFER)
