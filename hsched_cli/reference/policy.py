"""The page of the gate and of approvals: each rule's paragraph, the settings with their defaults, who may approve what."""

from dataclasses import MISSING, fields
from datetime import timedelta
from inspect import cleandoc
from typing import Any, get_type_hints

from hsched_cli.reference.markdown import document, table, yes
from hsched_core.domain.actions import ACTIONS
from hsched_core.domain.people import Role
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import APPROVERS
from hsched_core.policy.facts import Rule
from hsched_core.policy.gate import RULES
from hsched_core.policy.practice import PracticePolicy

TITLE = "Rules of the gate and of approval"
INTRODUCTION = (
    "Every action passes these rules when it is proposed, when somebody approves it, and again before it is carried out. All findings are "
    "told, not the first. What a rule holds back only for now (quiet hours, a used-up budget) waits, if every rule passes it then; "
    "otherwise it is blocked, and nobody can approve it. What a rule needs and does not know counts against the action."
)
APPROVAL = (
    "Nobody approves their own proposal; in a solo practice `sole_person` names the one who may, and the audit trail marks each such "
    "approval. A standing order and a change to phase `auto` need two people. A clinician decides about their own calendar only. An "
    "approval is bound to the hash of the exact action and runs out. Picking another listed candidate is an approval; any other change "
    "withdraws the proposal and makes the editor the proposer of a new one. Approving an offer approves the booking it leads to."
)
PHASES = {
    Phase.SHADOW: "Recorded with the gate's findings and graded later. No write client exists; only the practice's own rules can change.",
    Phase.REVIEW: "A person approves each action. Who does not answer is followed by the next role, then the proposal expires.",
    Phase.AUTO: "Runs under a standing order: kinds of action, least confidence, number a day, an end. What it does not cover is reviewed.",
}


def page() -> str:
    """The whole page."""
    return document(TITLE, INTRODUCTION, *map(_rule, RULES), *_approvals(), *_phases(), *_settings())


def _rule(rule: Rule) -> str:
    paragraph = " ".join(cleandoc(rule.check.__doc__ or "").split())
    return f"## {rule.title} (`{rule.name}`)\n\n{paragraph}"


def _approvals() -> list[str]:
    rows = ([f"`{action.kind}`", *(yes(role in APPROVERS[action.kind]) for role in Role)] for action in ACTIONS)
    return ["## Who may approve", APPROVAL, table(["action", *Role], rows)]


def _phases() -> list[str]:
    return ["## Phases", table(["phase", "what happens"], ([f"`{phase}`", PHASES[phase]] for phase in Phase))]


def _settings() -> list[str]:
    hints = get_type_hints(PracticePolicy, include_extras=True)
    rows = ([f"`{one.name}`", shown(one.default), hints[one.name].__metadata__[0]] for one in fields(PracticePolicy) if _is_set(one))
    return ["## Settings of a practice", table(["setting", "default", "meaning"], rows)]


def _is_set(field: Any) -> bool:
    return field.default is not MISSING


def shown(value: object) -> str:
    """A default as a person reads it."""
    if isinstance(value, tuple | frozenset):
        return ", ".join(str(one) for one in value)
    if isinstance(value, timedelta):
        return f"{value // timedelta(minutes=1)} min"
    return "no" if value is False else str(value)
