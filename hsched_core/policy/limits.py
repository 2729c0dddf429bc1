"""Rules about the proposal itself: its expiry, the time an offer leaves for an answer, and what a practice has to switch on first."""

from collections.abc import Iterator

from hsched_core.domain.actions import OfferSlot, RecordScore
from hsched_core.policy.facts import Finding, Matter, Rule


def expiry(matter: Matter) -> Iterator[Finding]:
    """A proposal has an end. From that moment on it is neither approved nor carried out, whoever approved it before."""
    if matter.now >= matter.expires_at:
        yield Finding("proposal.expired", "The proposal has expired.")


def answer_time(matter: Matter) -> Iterator[Finding]:
    """An offer is sent only while there is time to answer it, and the time to answer ends before the session starts."""
    if not isinstance(matter.action, OfferSlot):
        return
    if matter.now >= matter.action.answer_by:
        yield Finding("offer.answer_time", "The time to answer the offer is over.")
    if matter.action.answer_by >= matter.action.leads_to.booking.starts_at:
        yield Finding("offer.answer_time", "The offer could be answered after the session's start.")


def score_hidden(matter: Matter) -> Iterator[Finding]:
    """A client's risk is written into the EHR only after the practice confirmed that clinicians do not see that field: a score buys
    a client more help, it is not to colour how they are met.
    """
    if isinstance(matter.action, RecordScore) and not matter.policy.score_field_is_hidden:
        yield Finding("score.hidden", "The practice has not confirmed that clinicians do not see the score's field.")


RULES = (
    Rule("proposal.expired", "Expiry", expiry),
    Rule("offer.answer_time", "Time to answer an offer", answer_time),
    Rule("score.hidden", "Scores stay out of sight", score_hidden),
)
