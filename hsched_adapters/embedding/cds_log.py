"""Calls of CDS Hooks in the audit trail. A call's code is its entry's subject: a token that stands there is not taken again."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import audit
from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import Clock

ANSWERED, FEEDBACK = "cds_hooks.answered", "cds_hooks.feedback"
SUBJECT = "cds_call:"


class CdsLog:
    """The calls of one practice's EHR."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail, self._clock = trail, clock

    def is_used(self, call: str) -> bool:
        """Whether that token was answered before; asked before anything is done for it."""
        with self._trail.reading() as connection:
            return self._knows(connection, call)

    def keep(self, call: str, actor: str, kind: str, body: Mapping[str, Any]) -> bool:
        """Write down what is about to be answered; False where the same token was answered meanwhile: then nothing is kept."""
        with self._trail.writing() as recording:
            if self._knows(recording.connection, call):
                recording.idle()
                return False
            recording.record(AuditEntry(self._clock.now(), actor, kind, f"{SUBJECT}{call}", body))
        return True

    def _knows(self, connection: sa.Connection, call: str) -> bool:
        ours = sa.select(audit.c.seq).where(audit.c.practice == self._trail.practice, audit.c.subject == f"{SUBJECT}{call}").limit(1)
        return connection.execute(ours).first() is not None
