"""When an opening is over for want of somebody, the trail keeps everybody who waits with every reason: "why did nobody get Monday?"."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.domain.waiting import WaitingClient
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases.waitlist import Facts, Outlook, outlooks
from hsched_core.use_cases.waitlist_unasked import Skipped, skipped
from hsched_core.workflow.desk import Round
from hsched_core.workflow.offer_steps import DESK
from hsched_core.workflow.waves import Waves

OVER = {Outlook.NOBODY, Outlook.PASSED}
CLIENTS_AT_ONCE = 1000  # the longest list an entry takes
A_DAY = timedelta(days=1)


class TellingWaves(Waves):
    """Waves that leave word of whom they did not ask, and why. A round that dies in between leaves it to the next one."""

    def ask(self, waiting: Sequence[WaitingClient], done: Round) -> None:
        super().ask(waiting, done)
        with self._with.store.transaction() as tx:
            if not self._untold(tx):
                return
        clinicians, returned = self._with.reader.clinicians(), self._with.returned()
        with self._with.store.transaction() as tx:
            records, now = self._untold(tx), tx.now(self._with.clock)
            facts = self._reached(tx, self._facts(tx, records, waiting, clinicians), returned)
            outlook, why = outlooks(facts), skipped(facts)
            for record in records:
                if outlook[record.id] in OVER:  # else somebody came meanwhile, and the next round asks them
                    for body in _bodies(facts, record, why[record.id]):
                        tx.record(audit=AuditEntry(now, DESK, UNASKED, record.id, body))
                    done.done["told_why_nobody"] += 1

    def _untold(self, tx: DeskTransaction) -> list[OpeningRecord]:
        """Openings that came to their end without anybody, and of which the trail does not say why."""
        now: datetime = tx.now(self._with.clock)
        over = tx.openings(OpeningState.EXHAUSTED, OpeningState.PASSED, after=now - A_DAY)
        return [one for one in over if not tx.has_entry(UNASKED, one.id, one.since)]


def _bodies(facts: Facts, record: OpeningRecord, why: Skipped) -> Iterator[dict[str, Any]]:
    """One entry; of a long waitlist several, a thousand clients each."""
    said = {"state": str(record.state), "waiting_count": len(facts.waiting), "facts": facts.digest, "policy_version": facts.policy_version}
    groups = [
        {"reasons": [*reasons], "clients": [*clients[start : start + CLIENTS_AT_ONCE]]}
        for reasons, clients in why.items()
        for start in range(0, len(clients), CLIENTS_AT_ONCE)
    ]
    yield {**said, "skipped": groups[:CLIENTS_AT_ONCE]}
    yield from ({**said, "skipped": groups[at : at + CLIENTS_AT_ONCE]} for at in range(CLIENTS_AT_ONCE, len(groups), CLIENTS_AT_ONCE))
