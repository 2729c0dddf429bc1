"""The desk of moves of an open practice: clients who pick another time behind the links of their messages."""

from typing import TYPE_CHECKING

from hsched_adapters.store.client_links import SqlClientLinkStore
from hsched_core.workflow.move_endings import MoveEndings
from hsched_core.workflow.moves import MovesDesk, Tools

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice


def moves_of(opened: "OpenPractice") -> MovesDesk:
    """The desk. A time that a visit leaves is the waitlist's."""
    store, clock, policy, path = SqlClientLinkStore(opened.audit), opened.clock, opened.policy, opened.path
    endings = MoveEndings(path, store, lambda: opened.reader, clock, policy, lambda: opened.waitlist)
    draws = opened.waitlist_settings.holdout_share > 0
    return MovesDesk(Tools(path, store, lambda: opened.reader, clock, policy, opened.service.move_settings, draws, endings))
