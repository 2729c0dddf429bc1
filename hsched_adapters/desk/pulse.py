"""Whether anything has changed: every change of the store has its entry in the audit trail, so the trail's newest number is a pulse.

Entries that only say who looked, signed in or asked for a score change nothing that a page shows: they are not counted.
"""

import threading
from collections.abc import Callable
from time import monotonic

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import audit

# Kinds of entries that change no state of the practice.
QUIET = ("access.", "api.", "cds_hooks.", "ehr.", "page.", "predictions.", "record.", "session.", "sign_in.")
MOST_LOOKED_AT = 2000  # entries behind; beyond, something has changed
CHECKED_EVERY_SECONDS = 0.25  # real: many readers ask at once


class Pulse:
    """The pulse of one practice's store, for every reader of one process."""

    def __init__(self, trail: AuditTrail, now: Callable[[], float] = monotonic) -> None:
        self._trail, self._now = trail, now
        self._lock = threading.Lock()
        self._seen = self._beat = 0
        self._checked_at = float("-inf")

    def beat(self, *, at_once: bool = True) -> int:
        """The number of the newest entry that changed something. Not `at_once`: it may be a quarter of a second old."""
        with self._lock:
            if at_once or self._now() - self._checked_at >= CHECKED_EVERY_SECONDS:
                self._look()
            return self._beat

    def _look(self) -> None:
        self._checked_at = self._now()
        ours = sa.select(audit.c.seq, audit.c.kind).where(audit.c.practice == self._trail.practice, audit.c.seq > self._seen)
        with self._trail.reading() as connection:
            newer = connection.execute(ours.order_by(audit.c.seq.desc()).limit(MOST_LOOKED_AT)).all()
        if not newer:
            return
        loud = [seq for seq, kind in newer if not kind.startswith(QUIET)]
        self._beat = max(loud[0] if loud else 0, self._beat, newer[-1][0] if len(newer) == MOST_LOOKED_AT else 0)
        self._seen = newer[0][0]
