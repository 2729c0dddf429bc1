"""`MessageStore` on SQL: deliveries, dead ends and call tasks, every change with its audit entry in one serialised transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.path import SqlTransaction
from hsched_adapters.store.schema import call_tasks, dead_ends, deliveries
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import CallTask, DeadEnd, Delivery, DeliveryState

UNDER_WAY = (DeliveryState.ACCEPTED, DeliveryState.SENT)


class SqlMessageStore:
    """The messages of one practice in the operational store."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    @contextmanager
    def transaction(self) -> Iterator["SqlMessageTransaction"]:
        """Stored when left, with its entries; nothing is, when left by an exception."""
        with self._trail.writing() as recording:
            yield SqlMessageTransaction(recording, self._trail.practice)


class SqlMessageTransaction(SqlTransaction):
    """`MessageTransaction`: a transaction of the path that also knows what became of messages."""

    def delivery(self, case_id: str) -> Delivery | None:
        text = self._do(self._ours(deliveries, deliveries.c.document).where(deliveries.c.case_id == case_id)).scalar()
        return from_text(Delivery, text) if text else None

    def case_of(self, reference: str) -> str | None:
        ours = self._ours(deliveries, deliveries.c.case_id).where(deliveries.c.reference == reference)
        found: str | None = self._do(ours).scalar()
        return found

    def deliveries_at(self, address: str) -> Sequence[Delivery]:
        ours = self._ours(deliveries, deliveries.c.document).where(deliveries.c.address == address)
        return [from_text(Delivery, text) for text in self._do(ours.order_by(deliveries.c.since, deliveries.c.case_id)).scalars()]

    def under_way(self, since_before: datetime) -> Sequence[Delivery]:
        late = (deliveries.c.state.in_([str(one) for one in UNDER_WAY]), deliveries.c.since < since_before)
        texts = self._ours(deliveries, deliveries.c.document).where(*late, deliveries.c.channel == Channel.TEXT)
        return [from_text(Delivery, text) for text in self._do(texts.order_by(deliveries.c.since, deliveries.c.case_id)).scalars()]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many messages stand where, by channel and state."""
        ours = self._ours(deliveries, deliveries.c.channel, deliveries.c.state)
        found: dict[tuple[str, str], int] = {}
        for channel, state in self._do(ours):
            found[channel, state] = found.get((channel, state), 0) + 1
        return found

    def dead_end(self, client: str, channel: Channel) -> DeadEnd | None:
        ours = self._ours(dead_ends, dead_ends.c.document).where(self._is(dead_ends, client=client, channel=str(channel)))
        text = self._do(ours).scalar()
        return from_text(DeadEnd, text) if text else None

    def dead_ends(self) -> Sequence[DeadEnd]:
        found = [from_text(DeadEnd, text) for text in self._do(self._ours(dead_ends, dead_ends.c.document)).scalars()]
        return sorted(found, key=lambda one: (one.since, one.client, one.channel))

    def call(self, task_id: str) -> CallTask | None:
        text = self._do(self._ours(call_tasks, call_tasks.c.document).where(call_tasks.c.id == task_id)).scalar()
        return from_text(CallTask, text) if text else None

    def calls(self) -> Sequence[CallTask]:
        ours = self._ours(call_tasks, call_tasks.c.document).where(call_tasks.c.is_open)
        return [from_text(CallTask, text) for text in self._do(ours.order_by(call_tasks.c.asked_at, call_tasks.c.id)).scalars()]

    def put_delivery(self, delivery: Delivery, *, audit: AuditEntry) -> None:
        kept: dict[str, Any] = {"client": delivery.client, "channel": str(delivery.channel), "state": str(delivery.state)}
        kept |= {"address": delivery.address, "reference": delivery.reference or None, "since": delivery.since}
        kept["document"] = to_text(delivery)
        self._put(deliveries, {"case_id": delivery.case_id}, kept)
        self._recording.record(audit)

    def put_dead_end(self, dead_end: DeadEnd, *, audit: AuditEntry) -> None:
        self._put(dead_ends, {"client": dead_end.client, "channel": str(dead_end.channel)}, {"document": to_text(dead_end)})
        self._recording.record(audit)

    def drop_dead_end(self, client: str, channel: Channel, *, audit: AuditEntry) -> None:
        self._do(dead_ends.delete().where(self._is(dead_ends, client=client, channel=str(channel))))
        self._recording.record(audit)

    def put_call(self, task: CallTask, *, audit: AuditEntry) -> None:
        kept = {"client": task.client, "is_open": task.outcome is None, "asked_at": task.asked_at, "document": to_text(task)}
        self._put(call_tasks, {"id": task.id}, kept)
        self._recording.record(audit)
