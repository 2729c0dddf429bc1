"""Why an opening is not offered to anybody, or to nobody else: everybody who waits, with every reason, as codes for the trail. Pure."""

from collections.abc import Mapping

from hsched_core.use_cases.waitlist_board import Board
from hsched_core.use_cases.waitlist_facts import Facts
from hsched_core.use_cases.waitlist_reasons import ENOUGH_ASKED, codes

Skipped = Mapping[tuple[str, ...], tuple[str, ...]]  # codes of the reasons -> whom they keep from being asked


def skipped(facts: Facts) -> dict[str, Skipped]:
    """For each opening who is not asked for it, by the reasons; who only came too late because as many were asked as may be, by that."""
    board = Board(facts.ordered)
    return {opening.id: _of(board, place) for place, opening in enumerate(board.facts.openings)}


def _of(board: Board, place: int) -> Skipped:
    may = {match.row for match in board.matches[place]}
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    for row, (entry, mask) in enumerate(zip(board.facts.waiting, board.barred(place), strict=True)):
        groups.setdefault((ENOUGH_ASKED,) if row in may else codes(mask), {})[entry.client] = None
    return {why: tuple(clients) for why, clients in sorted(groups.items())}
