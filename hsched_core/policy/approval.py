"""Who may approve what: permissions by role, nobody their own proposal, two people where it matters. Every objection is told."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from hsched_core.domain.actions import Action, ChangePhase, IssueStandingOrder
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.people import Person, Role
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import Finding
from hsched_core.policy.practice import PracticePolicy

CALENDAR_ROLES = frozenset({Role.FRONT_DESK, Role.CLINICIAN, Role.PRACTICE_MANAGER})
DESK_ROLES = frozenset({Role.FRONT_DESK, Role.PRACTICE_MANAGER})
MANAGER = frozenset({Role.PRACTICE_MANAGER})

# Which roles may approve which action. What is not in this table nobody may approve. Clinicians: their own calendar only.
APPROVERS: Mapping[str, frozenset[Role]] = {
    "offer_slot": CALENDAR_ROLES,
    "book_appointment": CALENDAR_ROLES,
    "move_appointment": CALENDAR_ROLES,
    "cancel_appointment": CALENDAR_ROLES,
    "send_message": DESK_ROLES,
    "record_score": MANAGER,
    "add_note": DESK_ROLES,
    "update_waitlist_status": DESK_ROLES,
    "issue_standing_order": MANAGER,
    "change_phase": MANAGER,
}


class NotPermittedError(UserError):
    """A person may not decide this, with every reason; `rules` are their names for the audit trail."""

    def __init__(self, objections: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(one.message for one in objections))
        self.rules = tuple(one.rule for one in objections)


def approvals_needed(action: Action, policy: PracticePolicy) -> int:
    """Two where autonomy grows: a standing order, or phase auto. One in a solo practice, where there is no second person."""
    grows = isinstance(action, IssueStandingOrder) or (isinstance(action, ChangePhase) and action.phase is Phase.AUTO)
    return needed_for_more(policy) if grows else 1


def needed_for_more(policy: PracticePolicy) -> int:
    """How many people agree where autonomy grows."""
    return 1 if policy.sole_person else 2


def able_besides(kind: str, people: Iterable[Person], proposer: Person, policy: PracticePolicy) -> int:
    """How many of these people may approve such a rule of the practice's own (`kind`) where that person proposes it."""
    roles = APPROVERS.get(kind, frozenset())
    able = [one for one in people if one.is_active and one.practice == policy.practice and one.roles & roles]
    return sum(one.token != proposer.token or policy.sole_person == one.token for one in able)


def objections(case: Case, action: Action, person: Person, policy: PracticePolicy) -> tuple[Finding, ...]:
    """Everything that speaks against this person approving this action of this case."""
    found = list(deciding_objections(case, action, person))
    if case.proposal.proposed_by == person.token and policy.sole_person != person.token:
        found.append(Finding("approval.self", "Nobody approves what they proposed themselves."))
    if any(approval.by == person.token for approval in case.approvals):
        found.append(Finding("approval.twice", "You approved this already; a second person is needed."))
    if any(approval.action_digest != action.digest for approval in case.approvals):
        found.append(Finding("approval.other_action", "The first approval was for another choice."))
    return tuple(found)


def check_approve(case: Case, action: Action, person: Person, policy: PracticePolicy) -> None:
    """Raise with every objection."""
    if found := objections(case, action, person, policy):
        raise NotPermittedError(found)


def can_approve(case: Case, action: Action, person: Person, policy: PracticePolicy) -> bool:
    return not objections(case, action, person, policy)


def deciding_objections(case: Case, action: Action, person: Person) -> tuple[Finding, ...]:
    """What keeps a person from deciding at all, be it a yes, a no or a change."""
    found = []
    if person.practice != case.proposal.practice:
        found.append(Finding("approval.practice", "This belongs to another practice."))
    if not person.is_active:
        found.append(Finding("approval.inactive", "This account is disabled."))
    if acting_role(action, person) is None:
        found.append(Finding("approval.role", f"Your role may not decide about {action.kind}."))
    return tuple(found)


def check_decide(case: Case, action: Action, person: Person) -> None:
    """Raise with every objection against this person deciding."""
    if found := deciding_objections(case, action, person):
        raise NotPermittedError(found)


def check_release(person: Person, practice: str) -> None:
    """Anybody may stop everything; to let it go on is the manager's."""
    may = person.practice == practice and person.is_active and Role.PRACTICE_MANAGER in person.roles
    if not may:
        raise NotPermittedError((Finding("approval.role", "Only the practice's manager may release the kill switch."),))


def pausing_objections(person: Person, practice: str) -> tuple[Finding, ...]:
    """What keeps a person from taking a client over, or giving them back: whoever deals with calendars may."""
    found = []
    if person.practice != practice:
        found.append(Finding("approval.practice", "This belongs to another practice."))
    if not person.is_active:
        found.append(Finding("approval.inactive", "This account is disabled."))
    if not person.roles & CALENDAR_ROLES:
        found.append(Finding("approval.role", "Your role may not pause a client's contacts."))
    return tuple(found)


def may_ever_decide(action: Action, person: Person) -> bool:
    """Whether what the action does is decided by one of the person's roles at all, whoever's calendar it is about."""
    return bool(APPROVERS.get(action.kind, frozenset()) & person.roles)


def acting_role(action: Action, person: Person) -> Role | None:
    """The role in which the person may decide about the action; None: in none of theirs."""
    allowed = APPROVERS.get(action.kind, frozenset())
    return next((role for role in Role if role in allowed & person.roles and _reaches(role, action, person)), None)


def _reaches(role: Role, action: Action, person: Person) -> bool:
    """A clinician's role reaches their own calendar, no one else's."""
    return role is not Role.CLINICIAN or (person.clinician is not None and person.clinician == action.clinician)


def asked_role(action: Action, policy: PracticePolicy, waited: timedelta) -> Role | None:
    """Who is asked after such a wait: the newest step that is due among roles that may decide; the first one where none is due yet."""
    allowed = APPROVERS.get(action.kind, frozenset())
    steps = sorted((step for step in policy.escalation if step.role in allowed), key=lambda step: step.after)
    due = [step.role for step in steps if step.after <= waited]
    return due[-1] if due else next((step.role for step in steps), None)
