"""Changes of the practice's own rules as a person asks for them: a phase, a standing order. Others approve them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hsched_core.domain.actions import ChangePhase, IssueStandingOrder
from hsched_core.domain.canonical import digest
from hsched_core.domain.errors import UserError
from hsched_core.domain.people import Person
from hsched_core.domain.proposal import ID_LENGTH, Proposal
from hsched_core.domain.rollout import StandingOrder
from hsched_core.policy.approval import APPROVERS
from hsched_core.policy.practice import PracticePolicy
from hsched_core.use_cases import USE_CASES
from hsched_core.use_cases.group_invitations import RSVP
from hsched_core.use_cases.reminders_plan import Step

OPEN_FOR = timedelta(days=7)
NEVER_ORDERED = frozenset({"issue_standing_order", "change_phase"})
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


@dataclass(frozen=True)
class WantedOrder:
    """A standing order as somebody asks for it."""

    name: str
    use_case: str
    kinds: frozenset[str]
    per_day: int
    min_confidence: float
    days: int


def orderable() -> tuple[str, ...]:
    """What an order may cover: kinds of action, and of reminders and groups each template by itself."""
    templates = {f"send_message:{step}" for step in Step if step is not Step.STANDBY}
    return tuple(sorted(APPROVERS.keys() - NEVER_ORDERED | templates | {f"send_message:{RSVP}"}))


def order_of(wanted: WantedOrder, standing: StandingOrder | None, practice: str, now: datetime) -> StandingOrder:
    """The order, as the next version of one that stands under the same name; UserError where it is none."""
    if not NAME.fullmatch(wanted.name):
        raise UserError("That is not a short name.", "Small letters, digits and hyphens, beginning with a letter.")
    if wanted.use_case not in USE_CASES:
        raise UserError("There is no such use case.", f"There are: {', '.join(USE_CASES)}.")
    if not wanted.kinds:
        raise UserError("Nothing is chosen under what it covers.", "Choose at least one kind of action.")
    if wanted.kinds - set(orderable()):
        raise UserError("A standing order cannot cover that.", f"It may cover: {', '.join(orderable())}.")
    version = standing.version + 1 if standing and standing.name == wanted.name else 1
    limits = (wanted.kinds, wanted.min_confidence, wanted.per_day, now, now + timedelta(days=wanted.days))
    return StandingOrder(wanted.name, version, practice, wanted.use_case, *limits)


def own_rule(
    policy: PracticePolicy, use_case: str, action: ChangePhase | IssueStandingOrder, reasons: tuple[str, ...], person: Person, now: datetime
) -> Proposal:
    """Such a proposal. Its facts hold the moment: what was refused may be asked for again."""
    return Proposal(
        practice=policy.practice,
        use_case=use_case,
        action=action,
        subject=digest(["use_case", policy.practice, use_case])[:ID_LENGTH],
        reasons=reasons,
        facts_digest=digest([action, now]),
        policy_version=policy.version,
        expires_at=now + OPEN_FOR,
        proposed_by=person.token,
    )
