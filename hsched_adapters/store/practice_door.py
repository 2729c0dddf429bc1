"""The door to the practice's own rules: standing orders and phases in the store, each with its audit entry.

What was written under a key is found again in the audit trail, not in the present state: that may have been stepped back since.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hsched_adapters.store.path import Look, SqlPathStore, SqlTransaction
from hsched_core.domain.actions import Action, ChangePhase, IssueStandingOrder
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.ports import Absent, CannotTell, Capabilities, Clock, Done, Found, Permit, Refused, Reply, Sighting

ISSUED, CHANGED = "order.issued", "phase.changed"
# A transaction of our own waits for other writers at most a minute.
OWN = Capabilities(honours_keys=True, can_search=True, reads_back=True, max_latency=timedelta(minutes=2))


class PracticeDoor:
    """`Door` of `Destination.PRACTICE`."""

    capabilities = OWN

    def __init__(self, store: SqlPathStore, practice: str, clock: Clock) -> None:
        self._store, self._practice, self._clock = store, practice, clock

    def perform(self, permit: Permit) -> Reply:
        """Write it once: the same key again changes nothing."""
        with self._store.transaction() as tx:
            if _written(tx, permit.key) is not None:
                return Done(permit.case_id)
            if isinstance(permit.action, IssueStandingOrder):
                return self._issue(tx, permit, permit.action.order)
            if isinstance(permit.action, ChangePhase):
                return self._change(tx, permit, permit.action)
        return Refused("not_a_rule_of_the_practice")

    def look(self, permit: Permit, reference: str) -> Sighting:
        """What the trail says was written under the permit's key."""
        with self._store.looking() as state:
            body = _written(state, permit.key)
        if body is None:
            return Absent()
        found = _as_told(permit.action, body)
        return Found(permit.case_id, found) if found else CannotTell()

    def _issue(self, tx: SqlTransaction, permit: Permit, order: StandingOrder) -> Reply:
        if order.practice != self._practice:
            return Refused("order_of_another_practice")
        standing = tx.order(order.use_case)
        if standing and standing.name == order.name and standing.version >= order.version:
            return Refused("order_version_not_newer")
        body = _body(permit) | {
            "order": order.reference,
            "use_case": order.use_case,
            "action_kinds": sorted(order.action_kinds),
            "confidence": order.min_confidence,
            "per_day": order.per_day,
            "from_at": order.valid_from.isoformat(),
            "expires_at": order.expires_at.isoformat(),
        }
        tx.set_order(order, audit=AuditEntry(self._clock.now(), _signed(permit), ISSUED, f"use_case:{order.use_case}", body))
        return Done(permit.case_id)

    def _change(self, tx: SqlTransaction, permit: Permit, change: ChangePhase) -> Reply:
        before = tx.rollout(change.use_case, self._clock.now()).phase
        body = _body(permit) | {
            "use_case": change.use_case,
            "from": str(before),
            "to": str(change.phase),
            "evidence_sha256": change.evidence,
        }
        entry = AuditEntry(self._clock.now(), _signed(permit), CHANGED, f"use_case:{change.use_case}", body)
        tx.set_phase(change.use_case, change.phase, audit=entry)
        return Done(permit.case_id)


def _body(permit: Permit) -> dict[str, Any]:
    return {
        "proposal": permit.case_id,
        "key": permit.key,
        "action": permit.action.digest,
        "approved_by": [one.by for one in permit.approvals],
    }


def _signed(permit: Permit) -> str:
    """Who made it so: the last of those who approved."""
    return permit.approvals[-1].by


def _written(state: Look, key: str) -> Mapping[str, Any] | None:
    """The trail's entry of that key, where there is one."""
    bodies = (json.loads(body) for body in state.bodies_of(ISSUED, CHANGED))
    return next((body for body in bodies if body["key"] == key), None)


def _as_told(action: Action, body: Mapping[str, Any]) -> Action | None:
    """The action as the trail tells it: the very one where the hash is the same."""
    if body["action"] == action.digest:
        return action
    if isinstance(action, ChangePhase):
        return replace(action, phase=Phase(body["to"]))
    return None
