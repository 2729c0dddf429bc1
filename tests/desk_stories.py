"""Beginnings and ends of stories about the desk, shared by its specification. Not a fixture by itself."""

from dataclasses import replace

from hsched_core.use_cases.waitlist import Mode
from hsched_core.workflow.offer_steps import OFFER, OPENING, footing_of_offer, footing_of_opening, replay
from hsched_core.workflow.replay import differences
from hsched_core.workflow.waitlist import Standing, Told, WaitlistDesk
from tests.desk_world import SETTINGS, DeskWorld

LATER = "1f" * 16
PARALLEL = replace(SETTINGS, mode=Mode.PARALLEL, batch=3, near_batch=3)


def asking(**changes: object) -> DeskWorld:
    """A world whose visit was cancelled, and offered once."""
    world = DeskWorld(**changes)
    world.cancel()
    world.desk.advance()
    return world


def another(world: DeskWorld) -> WaitlistDesk:
    """A second worker's desk, on the same store."""
    return WaitlistDesk(world.path, world.store, world.ehr, world, world.policy, world.settings)


def standing(told: Told | None) -> Standing:
    assert told is not None
    return told.standing


def accept(world: DeskWorld, number: int = 0) -> Standing:
    return standing(world.desk.accept(world.offers()[number].id))


def holds(world: DeskWorld) -> None:
    """The trail tells the stored state: of cases, offers and openings."""
    tables = world.store.tables
    assert differences(tables.audit, tables.cases) == []
    assert replay(tables.audit, OFFER) == {one.id: footing_of_offer(one) for one in tables.offers.values()}
    assert replay(tables.audit, OPENING) == {one.id: footing_of_opening(one) for one in tables.openings.values()}
