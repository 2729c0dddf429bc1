"""Risk write-back: coming visits' published risk into the EHR's own field, under a standing order only. Ranks and decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hsched_core.domain.actions import RecordScore
from hsched_core.domain.canonical import digest
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.use_cases import RISK_WRITE_BACK

SCALE = 10_000  # basis points
REASON = "The practice's standing order has each coming visit's published risk written into the EHR's hidden field."
CERTAIN = 1.0  # there is one action and nothing to weigh


@dataclass(frozen=True)
class ScoredVisit:
    """A visit's newest published risk."""

    appointment: str
    starts_at: datetime
    risk: float
    model_version: str


@dataclass(frozen=True)
class Facts:
    """What is known when scores are written."""

    practice: str
    policy_version: str
    now: datetime
    visits: Sequence[ScoredVisit]


def propose(facts: Facts) -> tuple[Proposal, ...]:
    """A proposal for each coming visit, soonest first. The same score again is the same proposal."""
    coming = sorted(
        (visit for visit in facts.visits if visit.starts_at > facts.now), key=lambda visit: (visit.starts_at, visit.appointment)
    )
    return tuple(_proposal(facts, visit) for visit in coming)


def _proposal(facts: Facts, visit: ScoredVisit) -> Proposal:
    action = RecordScore(visit.appointment, round(visit.risk * SCALE), visit.model_version)
    return Proposal(
        practice=facts.practice,
        use_case=RISK_WRITE_BACK,
        action=action,
        subject=visit.appointment,
        reasons=(REASON,),
        facts_digest=digest([visit.appointment, action.risk_basis_points, visit.model_version]),
        policy_version=facts.policy_version,
        expires_at=visit.starts_at,
        proposed_by=use_case_actor(RISK_WRITE_BACK),
        confidence=CERTAIN,
        model_version=visit.model_version,
    )
