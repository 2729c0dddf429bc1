"""What waits for a person, kept in memory: five thousand proposals are read once, then only those that changed."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from hsched_adapters.desk.pulse import Pulse
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import approvals, cases
from hsched_adapters.store.values import from_text
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import State

BATCH = 500


class OpenCases:
    """Open cases of one practice, as of the newest entry of the trail. Whoever decides reads the store itself again."""

    def __init__(self, trail: AuditTrail, pulse: Pulse) -> None:
        self._trail, self._pulse = trail, pulse
        self._lock = threading.Lock()
        self._known: dict[str, Case] = {}
        self._waiting: Sequence[Case] = ()
        self._waiting_by_clinician: Mapping[str | None, int] = {}
        self._at = -1

    def all(self) -> Sequence[Case]:
        """Every case that is not in a final state, the oldest first."""
        with self._up_to_date():
            return list(self._known.values())

    def waiting(self) -> list[Case]:
        """Those that ask a person for something."""
        with self._up_to_date():
            return list(self._waiting)

    def waiting_for(self, clinician: str) -> int:
        """How many of those are about this clinician's calendar."""
        with self._up_to_date():
            return self._waiting_by_clinician.get(clinician, 0)

    @contextmanager
    def _up_to_date(self) -> Iterator[None]:
        beat = self._pulse.beat()
        with self._lock:
            if beat != self._at:
                self._known = self._brought_up()
                self._waiting = [case for case in self._known.values() if case.state in (State.WAITING, State.NEEDS_PERSON)]
                self._waiting_by_clinician = Counter(case.action.clinician for case in self._waiting)
                self._at = beat
            yield

    def case(self, case_id: str) -> Case | None:
        """One case as it stands in the store now, open or not."""
        chosen = sa.select(cases.c.document).where(cases.c.practice == self._trail.practice, cases.c.id == case_id)
        with self._trail.reading() as connection:
            text = connection.execute(chosen).scalar()
        return None if text is None else from_text(Case, text)

    def about(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Case]]:
        """Every case about each of these subjects, whatever its state, oldest first."""
        found: dict[str, list[Case]] = {subject: [] for subject in subjects}
        which = sa.and_(cases.c.practice == self._trail.practice, cases.c.subject.in_(list(found)))
        ours = sa.select(cases.c.subject, cases.c.document).where(which).order_by(cases.c.since, cases.c.id)
        with self._trail.reading() as connection:
            for subject, text in connection.execute(ours):
                found[subject].append(from_text(Case, text))
        return found

    def by_order(self, since: datetime, until: datetime) -> list[Case]:
        """Cases that a standing order, and no person, let through in that span, the oldest first."""
        mine = sa.and_(approvals.c.practice == cases.c.practice, approvals.c.case_id == cases.c.id)
        chosen = (
            sa.select(cases.c.document)
            .join(approvals, mine)
            .where(cases.c.practice == self._trail.practice, approvals.c.order_reference != "", approvals.c.at >= since)
            .where(approvals.c.at < until)
            .order_by(approvals.c.at, cases.c.id)
        )
        with self._trail.reading() as connection:
            return [from_text(Case, text) for text in connection.execute(chosen).scalars()]

    def _brought_up(self) -> dict[str, Case]:
        ours = sa.select(cases.c.id, cases.c.version).where(cases.c.practice == self._trail.practice, cases.c.is_open)
        with self._trail.reading() as connection:
            standing = connection.execute(ours.order_by(cases.c.since, cases.c.id)).all()
            wanted = [name for name, version in standing if name not in self._known or self._known[name].version != version]
            found = self._read(connection, wanted)
        return {name: case for name, _ in standing if (case := found.get(name) or self._known.get(name)) is not None}

    def _read(self, connection: sa.Connection, wanted: Sequence[str]) -> Mapping[str, Case]:
        found: dict[str, Case] = {}
        for start in range(0, len(wanted), BATCH):
            chosen = sa.and_(cases.c.practice == self._trail.practice, cases.c.id.in_(wanted[start : start + BATCH]))
            for name, text in connection.execute(sa.select(cases.c.id, cases.c.document).where(chosen)):
                found[name] = from_text(Case, text)
        return found
