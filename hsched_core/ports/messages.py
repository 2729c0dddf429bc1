"""What sending and its receipts need from the store: deliveries, dead ends and call tasks, each change with its audit entry."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent
from hsched_core.domain.delivery import CallTask, DeadEnd, Delivery


class MessageTransaction(Protocol):
    """One serialised transaction about messages. Every writer takes its audit entry."""

    def case(self, case_id: str) -> Case | None: ...

    def delivery(self, case_id: str) -> Delivery | None:
        """What is known of the message of a case."""
        ...

    def case_of(self, reference: str) -> str | None:
        """Whose message it is that the provider calls so; None where it is nobody's yet."""
        ...

    def deliveries_at(self, address: str) -> Sequence[Delivery]:
        """Every message that was handed over for that address, by its code, oldest first."""
        ...

    def under_way(self, since_before: datetime) -> Sequence[Delivery]:
        """Texts the provider took that were last heard of before that instant, oldest first, and are not at an end."""
        ...

    def dead_end(self, client: str, channel: Channel) -> DeadEnd | None: ...

    def dead_ends(self) -> Sequence[DeadEnd]:
        """All of them, oldest first."""
        ...

    def call(self, task_id: str) -> CallTask | None: ...

    def calls(self) -> Sequence[CallTask]:
        """Calls nobody has made yet, oldest first."""
        ...

    def put_delivery(self, delivery: Delivery, *, audit: AuditEntry) -> None: ...

    def put_dead_end(self, dead_end: DeadEnd, *, audit: AuditEntry) -> None: ...

    def drop_dead_end(self, client: str, channel: Channel, *, audit: AuditEntry) -> None:
        """The address may be tried again."""
        ...

    def put_call(self, task: CallTask, *, audit: AuditEntry) -> None: ...

    def add_consent(self, client: str, event: ConsentEvent, *, audit: AuditEntry) -> None:
        """Append to the client's log of consent."""
        ...

    def record(self, *, audit: AuditEntry) -> None:
        """An entry without a change of state."""
        ...


class MessageStore(Protocol):
    """The operational store of one practice, as far as messages go."""

    def transaction(self) -> AbstractContextManager[MessageTransaction]:
        """Stored when left; nothing is, when left by an exception."""
        ...
