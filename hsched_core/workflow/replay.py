"""The state, from the audit trail alone. A trail that tells an impossible story raises: it, or the store, is wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case, footing
from hsched_core.domain.errors import HschedError
from hsched_core.domain.lifecycle import Event, LifecycleError, State, follow
from hsched_core.workflow.trail import STEP


class ReplayError(HschedError):
    """An entry that cannot follow from those before it; names case and entry."""


def replay(entries: Iterable[AuditEntry]) -> dict[str, dict[str, Any]]:
    """What every case rests on after these entries, by case id."""
    states: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries):
        if entry.kind.startswith(STEP):
            states[entry.subject] = _applied(states.get(entry.subject), entry, number)
    return states


def differences(entries: Iterable[AuditEntry], stored: Mapping[str, Case]) -> list[str]:
    """Ids of cases whose stored state is not what the trail says, either way."""
    told = replay(entries)
    kept = {case_id: footing(case) for case_id, case in stored.items()}
    return sorted(case_id for case_id in told.keys() | kept.keys() if told.get(case_id) != kept.get(case_id))


def _applied(before: dict[str, Any] | None, entry: AuditEntry, number: int) -> dict[str, Any]:
    """The state after one entry, checked against the lifecycle and the count of moves."""
    source, version = (State(before["state"]), before["version"]) if before else (None, 0)
    after = {**(before or {}), **entry.body["changes"]}
    try:
        expected = follow(source, Event(entry.kind.removeprefix(STEP)))
    except (LifecycleError, ValueError) as error:
        raise ReplayError(f"entry {number}, case {entry.subject}: {error}") from None
    if (after["state"], after["version"]) != (expected, version + 1):
        raise ReplayError(f"entry {number}, case {entry.subject}: a step is missing, doubled or altered")
    return after
