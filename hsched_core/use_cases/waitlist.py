"""The waitlist: an opening is offered to whom it fits best; several at once are shared out so that as many as possible are filled.

Pure: the same facts give the same proposals under the same ids, in whatever order they were collected. Rules and fit are
`solvers/waitlist.py` and `solvers/fit.py`; what they mean and why stands in `docs/explanation/waitlist.md`.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot
from hsched_core.domain.openings import Opening
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Candidate, Proposal
from hsched_core.domain.sessions import Session
from hsched_core.domain.waiting import OfferHistory, WaitingClient
from hsched_core.solvers.fit import UNIT
from hsched_core.use_cases import waitlist_reasons as reasons
from hsched_core.use_cases.waitlist_board import Board, Match
from hsched_core.use_cases.waitlist_facts import Facts, LiveOffer, Refusal
from hsched_core.use_cases.waitlist_settings import FitWeights, Mode, WaitlistSettings

__all__ = ["Facts", "FitWeights", "LiveOffer", "Mode", "Outlook", "Refusal", "WaitlistSettings", "askable", "outlooks", "propose"]

USE_CASE = "waitlist"
MINUTE = timedelta(minutes=1)


class Outlook(StrEnum):
    """How things stand for an opening."""

    ASKS = "asks"  # somebody is to be asked now
    WAITS = "waits"  # for an answer, for the hour at which offers go out, or for somebody who cannot be asked just now
    NOBODY = "nobody"  # nobody is left to ask, or as many were asked as may be
    PASSED = "passed"  # it came too close


def propose(facts: Facts) -> tuple[Proposal, ...]:
    """Whom to ask now, for every opening that has room for another offer; nobody at an hour at which no offers go out."""
    board = Board(facts.ordered)
    return tuple(_proposal(board, facts.digest, place, match) for place in range(len(board.taken)) for match in _asked_now(board, place))


def askable(facts: Facts) -> frozenset[str]:
    """Clients whom no rule keeps from being asked for one of the openings, as far as the facts say: of whom it is worth knowing more."""
    board = Board(facts.ordered)
    return frozenset(board.facts.waiting[row].client for row in board.askable())


def outlooks(facts: Facts) -> dict[str, Outlook]:
    """How things stand for each opening, by its id."""
    board = Board(facts.ordered)
    return {opening.id: _outlook(board, place) for place, opening in enumerate(board.facts.openings)}


def _outlook(board: Board, place: int) -> Outlook:
    if board.facts.openings[place].starts_at - board.facts.now <= board.facts.settings.least_notice:
        return Outlook.PASSED
    if board.taken[place]:
        return Outlook.ASKS
    return Outlook.WAITS if board.waits_for(place) else Outlook.NOBODY


def _proposal(board: Board, digest: str, place: int, match: Match) -> Proposal:
    facts, opening, entry = board.facts, board.facts.openings[place], board.facts.waiting[match.row]
    settings = facts.settings
    return Proposal(
        practice=facts.practice,
        use_case=USE_CASE,
        action=_booking(opening, entry, Basis.STANDING_CONSENT) if _needs_no_answer(board, place, match) else _offer(facts, opening, entry),
        subject=opening.id,
        reasons=_reasons(board, place, match),
        facts_digest=digest,
        policy_version=facts.policy_version,
        expires_at=facts.now + (settings.decide_minutes or settings.answer_minutes) * MINUTE,
        proposed_by=use_case_actor(USE_CASE),
        confidence=match.fit / UNIT,
        candidates=tuple(_candidates(board, place, match)),
        model_version=settings.weights.version,
    )


def _asked_now(board: Board, place: int) -> tuple[Match, ...]:
    """Who is proposed for an opening: nobody is offered a time that is being given to somebody else unasked."""
    taken = board.taken[place]
    return taken[:1] if taken and _needs_no_answer(board, place, taken[0]) else taken


def _needs_no_answer(board: Board, place: int, match: Match) -> bool:
    """A standing "book me" of who comes first, for an opening that fits well and is offered to nobody; phase, order and the consent itself
    are judged again by the path.
    """
    facts, entry = board.facts, board.facts.waiting[match.row]
    is_first = match == board.taken[place][0] and not board.is_offered(place)
    sure = facts.settings.books_without_asking and entry.may_book_without_asking and match.fit >= facts.settings.threshold * UNIT
    return is_first and sure


def _booking(opening: Opening, entry: WaitingClient, basis: Basis) -> BookAppointment:
    minutes = entry.duration_minutes or opening.duration_minutes
    session = Session(
        entry.client, opening.clinician, opening.starts_at, minutes, opening.session_type, opening.modality, opening.site
    )  # fmt: skip
    return BookAppointment(session, basis)


def _offer(facts: Facts, opening: Opening, entry: WaitingClient) -> OfferSlot:
    settings = facts.settings
    return OfferSlot(
        leads_to=_booking(opening, entry, Basis.ACCEPTED_OFFER),
        channel=entry.channel,
        template=settings.template,
        answer_by=settings.answer_by(facts.now + settings.decide_minutes * MINUTE, opening.starts_at, facts.place),
        waitlist_entry=entry.entry,
        instead_of=entry.instead_of,
    )


def _reasons(board: Board, place: int, match: Match) -> tuple[str, ...]:
    facts, entry = board.facts, board.facts.waiting[match.row]
    history = next((one for one in facts.histories if one.client == entry.client), OfferHistory(entry.client))
    number, count = board.matches[place].index(match) + 1, len(board.matches[place])
    first = f"Number {number} of {count} who may be asked, of {len(facts.waiting)} who wait. Fit {match.fit / UNIT:.2f}, not a probability."
    return first, *reasons.chosen(entry, facts.openings[place], history, facts.now)


def _candidates(board: Board, place: int, proposed: Match) -> Iterator[Candidate]:
    """Everybody who waits: first who may be asked, in their order; then who was skipped, with every reason."""
    facts, opening = board.facts, board.facts.openings[place]
    here = {match.client for match in board.taken[place]}
    elsewhere = {match.client for taken in board.taken for match in taken} - here
    for match in board.matches[place]:
        why = ""
        if match.client in elsewhere:
            why = reasons.ELSEWHERE
        elif match.client in here and match != proposed:
            why = reasons.ASKED_NOW
        entry = facts.waiting[match.row]
        yield Candidate(entry.client, match.fit / UNIT, None if why else _offer(facts, opening, entry), why)
    listed = {match.row for match in board.matches[place]}
    for row, (entry, mask) in enumerate(zip(facts.waiting, board.barred(place), strict=True)):
        if row not in listed:
            yield Candidate(entry.client, None, None, reasons.skipped(mask))
