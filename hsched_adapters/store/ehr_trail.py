"""Whether the EHR can be read, in the audit trail: an entry when it no longer can, when it can again, and when rows are left out."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import audit
from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import Clock

BY = "connector"
NOT_READ, READ_AGAIN, SET_ASIDE = "ehr.not_read", "ehr.read_again", "ehr.rows_set_aside"
EVERY = timedelta(hours=1)  # at most, while what is told changes: an outage has many faces
LONGEST_CODE = 64


class EhrTrail:
    """The entries about one connection, throttled by what stands in the trail already: any number of processes may ask."""

    def __init__(self, trail: AuditTrail, clock: Clock, source: str) -> None:
        self._trail, self._clock, self._subject = trail, clock, f"event_source:{source}"

    def not_read(self, code: str) -> None:
        """It could not be read. Nothing is written where the trail says so already, or another reason within the hour."""
        last = self._last(NOT_READ, READ_AGAIN)
        if last is None or last[0] == READ_AGAIN or (last[2].get("code") != _word(code) and self._is_old(last[1])):
            self._write(NOT_READ, {"code": _word(code)})

    def read(self, set_aside: Mapping[str, int]) -> None:
        """It was read, without so many rows of each code."""
        last = self._last(NOT_READ, READ_AGAIN)
        if last is not None and last[0] == NOT_READ:
            self._write(READ_AGAIN, {"since": last[1].isoformat()})
        before = self._last(SET_ASIDE)
        told = {"codes": sorted(map(_word, set_aside)), "count": sum(set_aside.values())}
        if before is None:
            if set_aside:
                self._write(SET_ASIDE, told)
        elif before[2] != told and (self._is_old(before[1]) or not set_aside):
            self._write(SET_ASIDE, told)

    def not_read_since(self) -> datetime | None:
        """Since when it cannot be read, as far as the trail knows; None where it can."""
        last = self._last(NOT_READ, READ_AGAIN)
        return last[1] if last is not None and last[0] == NOT_READ else None

    def _is_old(self, at: datetime) -> bool:
        return self._clock.now() - at >= EVERY

    def _last(self, *kinds: str) -> tuple[str, datetime, Mapping[str, object]] | None:
        about = (audit.c.practice == self._trail.practice, audit.c.subject == self._subject, audit.c.kind.in_(kinds))
        newest = sa.select(audit.c.kind, audit.c.at, audit.c.body).where(*about).order_by(audit.c.seq.desc()).limit(1)
        with self._trail.reading() as connection:
            found = connection.execute(newest).first()
        return (found.kind, datetime.fromisoformat(found.at), json.loads(found.body)) if found else None

    def _write(self, kind: str, body: Mapping[str, object]) -> None:
        with self._trail.writing(AuditEntry(self._clock.now(), BY, kind, self._subject, body)):
            pass


def _word(code: str) -> str:
    """The code as the trail takes it."""
    return code.replace(": ", ":")[:LONGEST_CODE]
