"""The EHR's log of consent into the practice's own: what is new in it is appended, with its audit entry; nothing is taken back."""

from collections.abc import Iterable, Mapping

from hsched_adapters.store.path import SqlPathStore
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import ConsentEvent
from hsched_core.ports import Clock

NOBODYS_CASE = ""
BY = "connector"
AT_ONCE = 200  # clients in one transaction


def take_over(store: SqlPathStore, told: Mapping[str, tuple[ConsentEvent, ...]], clock: Clock) -> int:
    """Append what the EHR knows of each client and we do not; how many events that were. A first time takes turns with other writers."""
    with store.looking() as state:
        known = state.consents()
    fresh = [client for client, events in told.items() if _unknown(events, known.get(client, ()))]
    parts = [fresh[start : start + AT_ONCE] for start in range(0, len(fresh), AT_ONCE)]
    return sum(_append(store, {client: told[client] for client in part}, clock) for part in parts)


def _append(store: SqlPathStore, told: Mapping[str, tuple[ConsentEvent, ...]], clock: Clock) -> int:
    added = 0
    with store.transaction() as tx:
        for client, events in told.items():
            known = tx.contact_facts(client, NOBODYS_CASE).consents  # somebody else may have been first
            for event in _unknown(events, known):
                tx.add_consent(client, event, audit=_entry(client, event, clock))
                added += 1
    return added


def _unknown(events: Iterable[ConsentEvent], known: Iterable[ConsentEvent]) -> list[ConsentEvent]:
    return sorted(set(events) - set(known), key=lambda event: (event.at, str(event.channel), str(event.purpose), event.given))


def _entry(client: str, event: ConsentEvent, clock: Clock) -> AuditEntry:
    body = {"channel": event.channel, "purpose": event.purpose, "said_at": event.at.isoformat(), "source": "ehr"}
    kind = "consent.given" if event.given else "consent.revoked"
    return AuditEntry(clock.now(), BY, kind, f"client:{client}", {key: str(one) for key, one in body.items() if one is not None})
