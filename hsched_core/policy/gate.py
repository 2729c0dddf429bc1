"""The gate: every rule is asked, every finding is kept. What only stands against an action for now tells when it clears."""

from dataclasses import dataclass, replace
from datetime import datetime

from hsched_core.policy import calendar, contact, day_limit, licence, limits
from hsched_core.policy.facts import Finding, Matter, Rule

# Every rule, in the manual's order.
RULES = (*contact.RULES, *licence.RULES, *calendar.RULES, *day_limit.RULES, *limits.RULES)
LOOKS_AHEAD = 12  # caps and quiet hours may follow each other; after so many moments it is blocked


@dataclass(frozen=True)
class Verdict:
    """All findings, and the first moment known at which the action passes: now, later, or never (None)."""

    findings: tuple[Finding, ...]
    passes_at: datetime | None
    clears_at: datetime | None = None  # of what is blocked only because it cannot wait: when the same might be proposed again

    @property
    def is_blocked(self) -> bool:
        return self.passes_at is None

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that found something, for the audit trail."""
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))


def judge(matter: Matter, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """Ask every rule. Findings that clear are followed to the moment they clear, and everything is asked again for that moment."""
    found = _findings(matter, rules)
    standing, at = found, matter.now
    for _ in range(LOOKS_AHEAD):
        if not standing:
            return Verdict(found, at)
        if any(finding.clears_at is None for finding in standing):
            return Verdict(tuple(dict.fromkeys(found + standing)), None)
        at = max(finding.clears_at for finding in standing if finding.clears_at)
        standing = _findings(replace(matter, now=at), rules)
    return Verdict(tuple(dict.fromkeys(found + standing)), None)


def clears_at(matter: Matter) -> datetime | None:
    """When the rules that stand against a contact just now let it pass, however short a life the proposal has; None where one of them
    never does. Who asks again then finds the quiet hours over, or room in the budget.
    """
    found = _findings(matter, RULES)
    if not found or any(finding.clears_at is None for finding in found):
        return None
    return judge(matter, contact.RULES).passes_at


def _findings(matter: Matter, rules: tuple[Rule, ...]) -> tuple[Finding, ...]:
    return tuple(finding for rule in rules for finding in rule.check(matter))
