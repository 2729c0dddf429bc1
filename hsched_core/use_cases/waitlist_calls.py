"""Calls that staff are asked to make about openings that nobody took in writing: by the usual rules, ordered by how likely a yes is.

Who got an offer in writing and did not answer may be called about it, once; so may who can be reached by phone alone. Who said no is not.
"""

from collections.abc import Collection
from dataclasses import replace

from hsched_core.domain.proposal import Proposal
from hsched_core.use_cases.waitlist import propose
from hsched_core.use_cases.waitlist_board import Board
from hsched_core.use_cases.waitlist_facts import Facts
from hsched_core.use_cases.waitlist_settings import FitWeights, Mode

LIKELY = FitWeights(0.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # the fit's term for how likely a yes is, alone
NO_LIMIT = 1_000_000


def for_calls(facts: Facts, openings: Collection[str], silent: Collection[tuple[str, str]]) -> Facts:
    """The same facts as a call sees them: these openings only, and `silent`, pairs of opening and client, may be asked once more. How
    clients can be reached by phone is not known yet.
    """
    settings = facts.settings
    minutes = min(settings.call_minutes, settings.least_notice_minutes - settings.decide_minutes)
    return replace(
        facts,
        openings=tuple(one for one in facts.openings if one.id in openings),
        waiting=tuple(replace(one, can_be_reached=True, not_before=None) for one in facts.waiting),
        histories=tuple(
            replace(one, asked_for=frozenset(name for name in one.asked_for if (name, one.client) not in silent)) for one in facts.histories
        ),
        settings=replace(
            settings,
            mode=Mode.SERIAL,
            most_offers=NO_LIMIT,
            answer_minutes=minutes,
            most_answer_minutes=minutes,
            books_without_asking=False,
        ),
    )


def likeliest(facts: Facts, room: int) -> list[Proposal]:
    """At most so many calls, one an opening: whom the waitlist would ask, where a yes is likeliest."""
    board = Board(replace(facts, settings=replace(facts.settings, weights=LIKELY)).ordered)
    likely = {
        (opening.id, board.facts.waiting[match.row].client): match.fit
        for opening, matches in zip(board.facts.openings, board.matches, strict=True)
        for match in matches
    }
    wanted = [(likely[one.subject, one.action.session.client], one) for one in propose(facts) if one.action.session]
    return [one for _, one in sorted(wanted, key=lambda pair: (-pair[0], pair[1].id))[:room]]
