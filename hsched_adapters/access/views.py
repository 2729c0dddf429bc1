"""Looks at clients' records, and refusals, in the audit trail."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import Clock

VIEWED, REFUSED = "record.viewed", "access.refused"
SAME_LOOK = timedelta(minutes=1)  # a page that refreshes itself is one look
MOST_CLIENTS = 1000  # in one entry: as many as a body's list takes
REMEMBERED = 2048


class AccessTrail:
    """What the trail says of who looked, and who was turned away."""

    def __init__(self, trail: AuditTrail, clock: Clock, present: Clock) -> None:
        self._trail, self._clock, self._present = trail, clock, present
        self._looks: OrderedDict[tuple[str, str, tuple[str, ...]], datetime] = OrderedDict()
        self._lock = Lock()

    def viewed(self, login: str, session: str, purpose: str, clients: Iterable[str]) -> None:
        """Somebody was shown these clients' records (pseudonyms) for that purpose, such as `desk.queue`; nothing where there are none.

        The same page for the same sign-in within a minute is the same look.
        """
        seen = tuple(sorted(set(clients)))
        if not seen or not self._is_new((session, purpose, seen)):
            return
        now = self._clock.now()
        parts = [seen[first : first + MOST_CLIENTS] for first in range(0, len(seen), MOST_CLIENTS)]
        bodies = [{"purpose": purpose, "clients": list(part), "count": len(part)} for part in parts]
        with self._trail.writing(*(AuditEntry(now, login, VIEWED, f"session:{session}", body) for body in bodies)):
            pass

    def refused(self, actor: str, subject: str, reason: str) -> None:
        """Somebody wanted what they may not."""
        with self._trail.writing(AuditEntry(self._clock.now(), actor, REFUSED, f"permission:{subject}", {"reason": reason})):
            pass

    def _is_new(self, look: tuple[str, str, tuple[str, ...]]) -> bool:
        now = self._present.now()
        with self._lock:
            last = self._looks.get(look)
            if last is not None and now - last < SAME_LOOK:
                return False
            self._looks[look] = now
            self._looks.move_to_end(look)
            while len(self._looks) > REMEMBERED:
                self._looks.popitem(last=False)
        return True
