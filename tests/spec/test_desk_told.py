"""What the trail tells of an opening: also why nobody got it, and what followed from it elsewhere."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsched_adapters.store.audit.examination import whole_story
from hsched_cli.story import lines
from hsched_core.domain.actions import CancelAppointment
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.domain.vocabulary import SessionType
from hsched_core.workflow.unasked import CLIENTS_AT_ONCE, _bodies
from tests.desk_stories import LATER, PARALLEL, accept, asking, holds
from tests.desk_world import (
    CLIENTS,
    LEAVER,
    OTHER_CLINICIAN,
    PRACTICE,
    SETTINGS,
    TOMORROW,
    VISIT,
    DeskWorld,
    entry_of,
    on_sql,
    visit,
    waits,
)
from tests.path_world import ZONE

FAMILY = SessionType.FAMILY


def reasons_told(world: DeskWorld) -> list[dict[str, list[str]]]:
    """By each word of the trail on why nobody is asked: client -> codes."""
    bodies: list[Any] = [one.body for one in world.store.tables.audit if one.kind == UNASKED]
    return [{client: group["reasons"] for group in body["skipped"] for client in group["clients"]} for body in bodies]


def test_an_opening_for_which_nobody_is_asked_tells_why_of_everybody_who_waits() -> None:
    """Each client with every reason, once, with the end; later rounds add nothing."""
    world = DeskWorld(clients=())
    world.ehr.entries = {entry_of(CLIENTS[0]): waits(CLIENTS[0], session_type=FAMILY), entry_of(LEAVER): waits(LEAVER)}
    world.cancel()
    world.desk.advance()
    world.wait(minutes=1)
    world.desk.advance()

    assert world.state is OpeningState.EXHAUSTED
    assert reasons_told(world) == [{CLIENTS[0]: ["other_type"], LEAVER: ["left_it", "refused"]}]
    holds(world)


def test_each_time_nobody_is_left_it_is_told_anew() -> None:
    """Nobody; then somebody new waits, is asked and declines: the second word on it has them in it."""
    world = DeskWorld(clients=())
    world.cancel()
    world.desk.advance()
    world.ehr.entries[entry_of(CLIENTS[0])] = waits(CLIENTS[0])
    world.wait(minutes=1)
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.wait(minutes=1)
    world.desk.advance()

    assert reasons_told(world) == [{}, {CLIENTS[0]: ["asked_already"]}]


def test_who_could_be_asked_but_for_the_most_offers_is_told_so() -> None:
    """One offer at most: the second client is no worse, only late."""
    world = DeskWorld(clients=CLIENTS[:2], settings=replace(SETTINGS, most_offers=1))
    world.cancel()
    world.desk.advance()
    world.desk.decline(world.offers()[0].id)
    world.desk.advance()

    assert reasons_told(world) == [{CLIENTS[0]: ["asked_already"], CLIENTS[1]: ["enough_asked"]}]


def test_an_opening_that_came_too_close_tells_why_too() -> None:
    """Nobody answered until two hours before it."""
    world = asking(clients=CLIENTS[:1])
    world.wait(hours=22, minutes=30)
    world.desk.advance()

    assert (world.state, reasons_told(world)) == (OpeningState.PASSED, [{CLIENTS[0]: ["too_close", "asked_already"]}])


def test_a_round_that_died_before_it_told_why_leaves_it_to_the_next() -> None:
    """The opening was turned, the EHR was away when the list was to be looked at: told when it answers."""
    world = DeskWorld(clients=())
    world.cancel()
    clinicians, asked = world.ehr.clinicians, iter((False, True))
    world.ehr.clinicians = lambda: fails() if next(asked, False) else clinicians()  # type: ignore[method-assign]  # fails once
    assert world.desk.advance().failed == {"read.UserError": 1}
    assert (world.state, reasons_told(world)) == (OpeningState.EXHAUSTED, [])
    world.desk.advance()

    assert reasons_told(world) == [{}]


def fails() -> Any:
    from hsched_core.domain.errors import UserError

    raise UserError("The EHR does not answer.")


def test_a_long_waitlist_is_told_in_lists_that_an_entry_takes() -> None:
    """No list is longer than a thousand, and nobody is left out."""
    world = DeskWorld()
    world.cancel()
    everybody = tuple(f"{number:032x}" for number in range(2 * CLIENTS_AT_ONCE + 1))
    facts = world.desk._waves._facts  # the desk's own look
    with world.store.transaction() as tx:
        record: Any = tx.opening(VISIT)
        told = [*_bodies(facts(tx, [record], [], []), record, {("other_type",): everybody})]

    lists = [group["clients"] for body in told for group in body["skipped"]]
    assert ([len(one) for one in lists], tuple(one for each in lists for one in each)) == ([1000, 1000, 1], everybody)


@pytest.fixture
def moved_up() -> DeskWorld:
    """Whoever took the opening gives a later visit up for it, with another clinician."""
    later = TOMORROW + timedelta(days=5)
    world = DeskWorld(clients=())
    world.ehr.entries = {entry_of(CLIENTS[0]): waits(CLIENTS[0], instead_of=LATER, instead_at=later)}
    world.ehr.book(LATER, visit(CLIENTS[0], later, OTHER_CLINICIAN))
    world.cancel()
    world.desk.advance()
    accept(world)
    world.desk.advance()
    return world


def test_what_follows_from_an_opening_belongs_to_its_story(moved_up: DeskWorld) -> None:
    """The cancelled later visit and the entry's status name the opening in their origin; kind words are about it."""
    origins = {one.body["origin"]["action_kind"]: one.body["origin"] for one in moved_up.store.tables.audit if "origin" in one.body}

    assert {kind: origin["opening"] for kind, origin in origins.items()} == {
        "offer_slot": "",
        "book_appointment": "",
        "update_waitlist_status": VISIT,
        "cancel_appointment": VISIT,
    }
    assert origins["cancel_appointment"]["about"] == LATER


def test_who_decides_about_a_cancellation_sees_both_visits(moved_up: DeskWorld) -> None:
    """Both times by the practice's clock, the kind of session, and with whom."""
    (case,) = moved_up.cases(LATER)

    assert isinstance(case.action, CancelAppointment)
    assert case.proposal.reasons[1:] == (
        "Given up: Mon, Mar 9, 2026, 1:00 PM (America/New_York), individual session of 50 min, by video, with clinician c2c2c2c2.",
        "Taken instead: Wed, Mar 4, 2026, 12:00 PM (America/New_York), individual session of 50 min, by video, with clinician c1c1c1c1.",
    )


def test_the_story_shown_has_candidates_followings_and_local_times(tmp_path: Path) -> None:
    """On a real store, as `hsched audit show` prints it, from the opening's first digits."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with on_sql(url, tmp_path, settings=PARALLEL, clients=()) as (world, _):
        world.ehr.entries = {
            entry_of(CLIENTS[0]): waits(CLIENTS[0]),
            entry_of(CLIENTS[1]): waits(CLIENTS[1], session_type=FAMILY, weekdays=frozenset({1})),
        }
        world.cancel()
        world.desk.advance()
        world.desk.decline(world.offers()[0].id)
        world.desk.advance()
        assert world.state is OpeningState.EXHAUSTED
    shown = "\n".join(lines(*whole_story(url, PRACTICE, VISIT[:8]), ZoneInfo(ZONE)))
    passed_over, _ = whole_story(url, PRACTICE, CLIENTS[1])

    assert "Times are those of America/New_York." in shown
    assert "Tue 03 Mar 2026 12:00:00  opening.open" in shown
    assert "candidate a0a0a0a0, skipped: Was asked for this opening already." in shown
    assert "candidate a1a1a1a1, skipped: Waits for another type of session. Cannot come on that day of the week." in shown
    assert [one.kind for one in passed_over] == ["consent.given"], "whom an opening was not offered to is told at the opening only"
