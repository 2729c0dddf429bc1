"""What the risk write-back job does: published scores of coming visits into the EHR's hidden field, where people ordered it.

Off until the practice confirms that clinicians do not see the field (`score_field_is_hidden`), and without a standing order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.store import publishing
from hsched_adapters.store.publishing import open_score_store
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.domain.time import day_start, local_day
from hsched_core.policy.autonomy import Rollout, lapse
from hsched_core.policy.practice import PracticePolicy
from hsched_core.use_cases import RISK_WRITE_BACK
from hsched_core.use_cases.risk_write_back import Facts, ScoredVisit, propose
from hsched_pipelines.operations.event_work import Counts

ACTION = "record_score"


def write_scores(practice: OpenPractice) -> tuple[str, Counts]:
    """Why nothing was written, where nothing was; and where each case stands."""
    now, zone = practice.clock.now(), ZoneInfo(practice.policy.zone)
    with practice.path_store.looking() as state:
        rollout = state.rollout(RISK_WRITE_BACK, day_start(local_day(now, zone), zone))
    if reason := off_because(practice.policy, rollout, now):
        return reason, {}
    visits = newest_of_each(_published(practice, now))
    proposals = propose(Facts(practice.practice.id, practice.policy.version, now, visits))
    return "", Counter(_written(practice, proposal) for proposal in _fresh(practice, proposals, _room(rollout)))


def off_because(policy: PracticePolicy, rollout: Rollout, now: datetime) -> str:
    """Why scores stay where they are; empty where they may be written."""
    if not policy.score_field_is_hidden:
        return "the practice has not confirmed that clinicians do not see the field (policy: score_field_is_hidden)"
    if rollout.is_stopped:
        return "everything is stopped"
    order = rollout.order
    if rollout.phase is not Phase.AUTO or order is None or ACTION not in order.action_kinds or any(lapse(order, now)):
        return f"no standing order for {ACTION} is in force in phase auto"
    return ""


def newest_of_each(rows: Iterable[Mapping[str, Any]]) -> list[ScoredVisit]:
    """One score a visit: of the moment nearest to it."""
    newest = publishing.newest_of_each(rows)
    return [ScoredVisit(row["appointment_token"], row["starts_at"], row["probability"], row["model_version"]) for row in newest]


def _published(practice: OpenPractice, now: datetime) -> list[Mapping[str, Any]]:
    store = open_score_store(practice.settings)
    try:
        return list(store.coming(now))
    finally:
        store.close()


def _room(rollout: Rollout) -> int:
    """How many more the order allows today: what is beyond it would wait for a person, one by one."""
    return rollout.order.per_day - rollout.used_today if rollout.order else 0


def _fresh(practice: OpenPractice, proposals: Sequence[Proposal], room: int) -> list[Proposal]:
    with practice.path_store.looking() as state:
        return [one for one in proposals if state.case(one.id) is None][: max(room, 0)]


def _written(practice: OpenPractice, proposal: Proposal) -> str:
    return str(practice.path.execute(practice.path.propose(proposal).id).state)
