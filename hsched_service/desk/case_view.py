"""A case as a page shows it: what is asked for, why, what else was considered, what a yes does, and whether this person may say it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.action_words import CHANNEL, MESSAGES, Speaker, Told
from hsched_core.domain.actions import Action, MoveAppointment, OfferSlot, SendMessage, UpdateWaitlistStatus
from hsched_core.domain.case import Case
from hsched_core.domain.changing import texts_for
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person
from hsched_core.domain.proposal import Candidate
from hsched_core.policy.approval import approvals_needed, deciding_objections, objections
from hsched_core.policy.permissions import sees_risk
from hsched_service.desk.names import Names
from hsched_service.desk.tabs import tab_of

ABOUT_RISK = re.compile(r"\brisk\b|\bsaves?: about\b", re.IGNORECASE)  # sentences that tell an individual's score
UNDO = frozenset({State.APPROVED})  # nothing of it has left yet


@dataclass(frozen=True)
class Choice:
    """Somebody or something that was considered. With a digest a person may pick it instead."""

    number: int
    who: str
    fit: float | None
    what: str
    digest: str
    skipped_because: str
    is_proposed: bool


@dataclass(frozen=True)
class Changeable:
    """What may be otherwise about an offer or a message: ways and texts by their codes, with words, and those it has."""

    channels: Mapping[str, str]
    templates: Mapping[str, str]
    channel: str
    template: str


@dataclass(frozen=True)
class CaseView:
    """One case for one person."""

    id: str
    tab: str
    state: State
    told: Told
    digest: str
    use_case: str
    reasons: Sequence[str]
    choices: Sequence[Choice]
    since: datetime
    expires_at: datetime
    awaits: str
    proposed_by: str
    confidence: float | None
    approvals: Sequence[str]
    approvals_needed: int
    against: Sequence[str]  # why this person cannot approve it
    may_decide: bool  # a yes or a no at all
    may_take_back: bool
    is_offer: bool
    changeable: Changeable | None = None  # for who may change it

    @property
    def is_waiting(self) -> bool:
        return self.state is State.WAITING

    @property
    def is_to_settle(self) -> bool:
        return self.state is State.NEEDS_PERSON

    @property
    def state_words(self) -> str:
        return STATES[self.state]

    def stands(self, *, is_stopped: bool) -> str:
        """Where it stands, also while everything is stopped: then nothing is on its way."""
        return HELD_BACK if is_stopped and self.state is State.APPROVED else self.state_words

    @property
    def is_taken_back(self) -> bool:
        return self.state is State.WITHDRAWN

    @property
    def after_taking_back(self) -> str:
        """What taking the approval back means besides that nothing leaves; it is final."""
        return NOT_MADE if self.is_offer else ""


HELD_BACK = "approved; it leaves when a manager lets things go on"
NOT_MADE = "This offer will not be made: hsched does not ask this client for this time again. To offer it all the same, call them."
STATES = {
    State.SHADOWED: "only recorded",
    State.BLOCKED: "blocked by a rule",
    State.WAITING: "waits for a decision",
    State.APPROVED: "approved, on its way",
    State.DECLINED: "declined",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
    State.EXECUTING: "being carried out",
    State.UNKNOWN: "carried out, not yet confirmed",
    State.NEEDS_PERSON: "look in the EHR: did it happen?",
    State.CONFIRMED: "done",
    State.REJECTED: "refused by the other side",
}


def views_of(opened: OpenPractice, cases: Iterable[Case], person: Person, names: Names) -> list[CaseView]:
    """The cases as this person may see them."""
    cases = list(cases)
    speaker = Speaker(opened.timezone, names, opened.service.desk.visits(opened.clock.now()), _entries(opened, cases))
    return [_view(opened, case, person, speaker) for case in cases]


def _entries(opened: OpenPractice, cases: Sequence[Case]) -> Mapping[str, str]:
    """Clients of the waitlist's entries; the EHR is asked only where a case is about one."""
    if not any(isinstance(case.action, UpdateWaitlistStatus) for case in cases):
        return {}
    return {one.entry: one.client for one in opened.service.desk.waiting.get().value or ()}


def _view(opened: OpenPractice, case: Case, person: Person, speaker: Speaker) -> CaseView:
    proposal, policy = case.proposal, opened.policy
    hides_risk = not sees_risk(person)
    may_decide = not deciding_objections(case, case.action, person)
    return CaseView(
        id=case.id,
        tab=tab_of(case.action, is_to_settle=case.state is State.NEEDS_PERSON),
        state=case.state,
        told=speaker.tell(case.action),
        digest=case.action.digest,
        use_case=proposal.use_case,
        reasons=[one for one in proposal.reasons if not (hides_risk and ABOUT_RISK.search(one))],
        choices=[_choice(number, one, case.action, speaker) for number, one in enumerate(proposal.candidates, 1)],
        since=case.since,
        expires_at=proposal.expires_at,
        awaits=str(case.awaits or "").replace("_", " "),
        proposed_by=proposal.proposed_by.removeprefix("use-case:").replace("_", " "),
        confidence=proposal.confidence,
        approvals=[one.by for one in case.approvals],
        approvals_needed=approvals_needed(case.action, policy),
        against=[one.message for one in objections(case, case.action, person, policy)],
        may_decide=may_decide,
        may_take_back=may_decide and case.state in UNDO,
        is_offer=isinstance(case.action, OfferSlot),
        changeable=_changeable(opened, case.action) if may_decide and case.state is State.WAITING else None,
    )


def _changeable(opened: OpenPractice, action: Action) -> Changeable | None:
    """A call is no message that could go another way."""
    if not isinstance(action, OfferSlot | SendMessage) or action.outreach is None or action.outreach.channel is Channel.CALL:
        return None
    channels = {str(one): words for one, words in CHANNEL.items() if one is not Channel.CALL}
    asks = opened.templates.get(action.template)  # only texts that say the same things may stand for it here
    alike = [name for name in texts_for(action, opened.templates) if opened.templates[name] == asks]
    texts = {name: MESSAGES.get(name, name.replace("_", " ")) for name in alike}
    return Changeable(channels, texts, str(action.outreach.channel), action.template)


def _choice(number: int, one: Candidate, proposed: Action, speaker: Speaker) -> Choice:
    what = speaker.tell(one.action).title if one.action else ""
    digest = one.action.digest if one.action else ""
    who = speaker.names.client(one.subject)
    if isinstance(proposed, MoveAppointment) and one.action is None:  # other times of the same client: nobody was skipped
        return Choice(number, who, None, one.skipped_because, "", "", is_proposed=False)
    return Choice(number, who, one.fit, what, digest, one.skipped_because, digest == proposed.digest)
