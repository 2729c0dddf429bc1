"""Calls that staff are to make, and what clients confirmed: read without taking a turn among those who write."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import call_tasks, replies
from hsched_adapters.store.values import from_text
from hsched_core.domain.delivery import CallOutcome, CallTask


class CallTasks:
    """Call tasks of one practice."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def knows(self, task_id: str) -> bool:
        """Whether there is, or was, such a call."""
        ours = sa.select(call_tasks.c.id).where(call_tasks.c.practice == self._trail.practice, call_tasks.c.id == task_id)
        with self._trail.reading() as connection:
            return connection.execute(ours).first() is not None

    def open(self) -> Sequence[CallTask]:
        """Calls that nobody made yet, the oldest first."""
        ours = sa.select(call_tasks.c.document).where(call_tasks.c.practice == self._trail.practice, call_tasks.c.is_open)
        with self._trail.reading() as connection:
            texts = connection.execute(ours.order_by(call_tasks.c.asked_at, call_tasks.c.id)).scalars().all()
        return [from_text(CallTask, text) for text in texts]

    def settled_since(self, since: datetime) -> Sequence[CallTask]:
        """Calls that were asked for since then and made, the newest first."""
        mine = (call_tasks.c.practice == self._trail.practice, sa.not_(call_tasks.c.is_open), call_tasks.c.asked_at >= since)
        with self._trail.reading() as connection:
            texts = connection.execute(sa.select(call_tasks.c.document).where(*mine)).scalars().all()
        found = [from_text(CallTask, text) for text in texts]
        return sorted(found, key=lambda one: (one.settled_at or one.asked_at, one.id), reverse=True)


def confirmed_visits(trail: AuditTrail) -> frozenset[str]:
    """Visits that a reply, or somebody on the phone, confirmed."""
    said = sa.select(replies.c.visit).where(replies.c.practice == trail.practice, replies.c.confirmed_at.is_not(None))
    called = sa.select(call_tasks.c.document).where(call_tasks.c.practice == trail.practice, sa.not_(call_tasks.c.is_open))
    with trail.reading() as connection:
        visits = set(connection.execute(said).scalars())
        made = [from_text(CallTask, text) for text in connection.execute(called).scalars()]
    return frozenset(visits | {one.appointment for one in made if one.outcome is CallOutcome.CONFIRMED and one.appointment})
