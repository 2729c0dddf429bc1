"""A proposal: one action somebody asks for, with everything a person needs to judge it. Immutable; its id is made from its content."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hsched_core.domain.actions import Action
from hsched_core.domain.canonical import digest

ID_LENGTH = 32  # hexadecimal digits: 128 bits


@dataclass(frozen=True)
class Candidate:
    """Somebody or something that was considered. With an action a person may pick it instead; without, `skipped_because` says why."""

    subject: str
    fit: float | None
    action: Action | None
    skipped_because: str = ""

    def __post_init__(self) -> None:
        if (self.action is None) != bool(self.skipped_because):
            raise ValueError("a candidate has either an action or a reason why it was skipped")


@dataclass(frozen=True)
class Proposal:
    """What is asked for, why, what else was considered, and until when it makes sense."""

    practice: str
    use_case: str
    action: Action
    subject: str  # pseudonym of what it is about: an opening, an appointment, a client
    reasons: tuple[str, ...]  # for people; they stay in the identified zone
    facts_digest: str
    policy_version: str
    expires_at: datetime
    proposed_by: str
    confidence: float | None = None  # a fit, not a probability
    candidates: tuple[Candidate, ...] = ()
    model_version: str = ""
    replaces: str = ""  # the proposal that a person changed into this one
    follows: str = ""  # the opening whose story it belongs to, where it is about something else: a later visit, an entry

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a proposal gives at least one reason")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError("confidence lies between 0 and 1")
        if self.expires_at.tzinfo is None:
            raise ValueError("a proposal expires at an instant with a zone")

    @cached_property
    def id(self) -> str:
        """The same facts give the same proposal under the same id, so proposing twice adds nothing."""
        origin = (self.practice, self.use_case, self.subject, self.action, self.facts_digest, self.policy_version)
        return digest([*origin, self.model_version, self.proposed_by, self.replaces])[:ID_LENGTH]

    def listed(self, action_digest: str) -> Action | None:
        """The proposed action or a listed candidate's, by its hash: what a person may approve without becoming the proposer."""
        choices = (self.action, *(one.action for one in self.candidates if one.action))
        return next((action for action in choices if action.digest == action_digest), None)
