"""The audit entries of the path: each says which step was taken and what changed with it, in codes and hashes."""

from collections.abc import Iterable
from datetime import datetime

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case, footing
from hsched_core.domain.lifecycle import Event

STEP = "proposal."


def entered(case: Case, event: Event, *, actor: str, rules: Iterable[str]) -> AuditEntry:
    """A new case: everything its state rests on, and the hashes of what was proposed and why."""
    proposal = case.proposal
    origin = {
        "practice": proposal.practice,
        "use_case": proposal.use_case,
        "about": proposal.subject,
        "action_kind": case.action.kind,
        "proposal": digest(proposal),
        "facts": proposal.facts_digest,
        "policy_version": proposal.policy_version,
        "model_version": proposal.model_version,
        "replaces": proposal.replaces,
        "opening": proposal.follows,
    }
    return AuditEntry(case.since, actor, f"{STEP}{event}", case.id, {"origin": origin, "rules": [*rules], "changes": footing(case)})


def moved(before: Case, after: Case, event: Event, at: datetime, *, actor: str, rules: Iterable[str]) -> AuditEntry:
    """A step: only what it changed."""
    old, new = footing(before), footing(after)
    changes = {name: value for name, value in new.items() if value != old[name]}
    return AuditEntry(at, actor, f"{STEP}{event}", after.id, {"rules": [*rules], "changes": changes})


def refused(case: Case, event: Event, at: datetime, *, actor: str, rules: Iterable[str]) -> AuditEntry:
    """A decision somebody tried and was not permitted."""
    return AuditEntry(at, actor, "decision.refused", case.id, {"wanted": str(event), "rules": [*rules]})
