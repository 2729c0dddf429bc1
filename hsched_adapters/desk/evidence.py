"""What a use case has shown so far: what people said to its proposals, what became of what left. The ground for more autonomy, or less."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hsched_adapters.desk.pulse import Pulse
from hsched_adapters.store.audit.bodies import as_text
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import approvals, audit, cases, offers
from hsched_core.domain.canonical import digest
from hsched_core.domain.lifecycle import State
from hsched_core.use_cases import WAITLIST

UNCERTAIN = (State.UNKNOWN, State.NEEDS_PERSON)


@dataclass(frozen=True)
class Evidence:
    """Counts of one use case. Everything but `refused` and `stepped_back` is of its whole life."""

    use_case: str
    proposed: int
    approved_by_people: int
    approved_by_order: int
    declined: int
    blocked: int
    expired: int
    done: int
    refused_by_the_other_side: int
    uncertain: int  # of which nobody knows yet whether it happened
    offers_accepted: int
    offers_ended: int
    withdrawn_after_a_yes: int  # taken back, or no longer of use, before anything left: counted as no yes
    steps_back: int  # since the instant it was asked about

    @property
    def sha256(self) -> str:
        """The hash that an approval of more autonomy names: of these very figures."""
        return digest(self)

    @property
    def approved_share(self) -> float | None:
        """Of what people decided, the share they said yes to."""
        decided = self.approved_by_people + self.declined
        return self.approved_by_people / decided if decided else None


class EvidenceReading:
    """The figures of one practice."""

    def __init__(self, trail: AuditTrail, pulse: Pulse) -> None:
        self._trail, self._pulse = trail, pulse
        self._kept: dict[str, tuple[int, datetime, Evidence]] = {}

    def of(self, use_case: str, since: datetime) -> Evidence:
        """A use case's figures as they stand; counted again when something changed."""
        beat, kept = self._pulse.beat(), self._kept.get(use_case)
        if kept is None or kept[:2] != (beat, since):
            kept = self._kept[use_case] = (beat, since, self._counted(use_case, since))
        return kept[2]

    def _counted(self, use_case: str, since: datetime) -> Evidence:
        with self._trail.reading() as connection:
            states = self._states(connection, use_case)
            people, orders, withdrawn = self._approvals(connection, use_case)
            accepted, ended = self._offers(connection) if use_case == WAITLIST else (0, 0)
            back = self._steps_back(connection, use_case, since)
        return Evidence(
            use_case,
            sum(states.values()),
            people,
            orders,
            states.get(State.DECLINED, 0),
            states.get(State.BLOCKED, 0),
            states.get(State.EXPIRED, 0),
            states.get(State.CONFIRMED, 0),
            states.get(State.REJECTED, 0),
            sum(states.get(one, 0) for one in UNCERTAIN),
            accepted,
            ended,
            withdrawn,
            back,
        )

    def _states(self, connection: sa.Connection, use_case: str) -> dict[str, int]:
        ours = sa.select(cases.c.state, sa.func.count()).where(cases.c.practice == self._trail.practice, cases.c.use_case == use_case)
        return dict(connection.execute(ours.group_by(cases.c.state)).tuples().all())

    def _approvals(self, connection: sa.Connection, use_case: str) -> tuple[int, int, int]:
        """Cases that people approved, those a standing order did, and those withdrawn after either.

        What followed from an accepted offer counts as none of them.
        """
        mine = sa.and_(approvals.c.practice == cases.c.practice, approvals.c.case_id == cases.c.id)
        by_order = approvals.c.order_reference != ""
        is_withdrawn = cases.c.state == str(State.WITHDRAWN)
        ours = (
            sa.select(is_withdrawn, by_order, sa.func.count(sa.distinct(cases.c.id)))
            .join(cases, mine)
            .where(cases.c.practice == self._trail.practice, cases.c.use_case == use_case, sa.not_(approvals.c.is_from_offer))
        )
        counted = connection.execute(ours.group_by(is_withdrawn, by_order))
        found = {(bool(withdrawn), bool(ordered)): count for withdrawn, ordered, count in counted}
        withdrawn = sum(count for (is_back, _), count in found.items() if is_back)
        return found.get((False, False), 0), found.get((False, True), 0), withdrawn

    def _offers(self, connection: sa.Connection) -> tuple[int, int]:
        ours = sa.select(offers.c.state, sa.func.count()).where(offers.c.practice == self._trail.practice).group_by(offers.c.state)
        found = dict(connection.execute(ours).tuples().all())
        return found.get("accepted", 0), sum(count for state, count in found.items() if state != "sent")

    def _steps_back(self, connection: sa.Connection, use_case: str, since: datetime) -> int:
        which = (audit.c.subject == f"use_case:{use_case}", audit.c.kind == "phase.stepped_back", audit.c.at >= as_text(since))
        ours = sa.select(sa.func.count()).where(audit.c.practice == self._trail.practice, *which)
        return int(connection.execute(ours).scalar_one())
