"""The door for calls: a message by phone is a task for the staff, kept in the store. Nothing leaves hsched here."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hsched_adapters.store.messages import SqlMessageStore
from hsched_core.domain.actions import OfferSlot, SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.delivery import CallOutcome, CallTask
from hsched_core.domain.errors import UserError
from hsched_core.ports import Absent, Capabilities, Clock, Done, Found, Permit, Refused, Reply, Sighting

ACTOR = "messages"
# A transaction of our own waits for other writers at most a minute.
OWN = Capabilities(honours_keys=True, can_search=True, reads_back=True, max_latency=timedelta(minutes=2))


@dataclass(frozen=True)
class CallDoor:
    """`Door` for calls."""

    store: SqlMessageStore
    clock: Clock
    capabilities: Capabilities = OWN

    def perform(self, permit: Permit) -> Reply:
        """Ask for the call, once: the same case again changes nothing."""
        action = permit.action
        if not isinstance(action, SendMessage | OfferSlot) or action.outreach is None:
            return Refused("no_message")
        appointment = action.appointment if isinstance(action, SendMessage) else None
        with self.store.transaction() as tx:
            if tx.call(permit.case_id) is None:
                now, to = self.clock.now(), action.outreach
                task = CallTask(permit.case_id, to.client, str(to.purpose), action.template, now, appointment)
                body = {"client": to.client, "purpose": str(to.purpose), "key": permit.key}
                tx.put_call(task, audit=AuditEntry(now, ACTOR, "call.asked", permit.case_id, body))
        return Done(permit.case_id)

    def look(self, permit: Permit, reference: str) -> Sighting:
        with self.store.transaction() as tx:
            task = tx.call(permit.case_id)
        return Found(task.id, permit.action) if task else Absent()


def settle_call(store: SqlMessageStore, task_id: str, outcome: CallOutcome, actor: str, clock: Clock) -> CallTask:
    """How a call ended, as the person who made it says. The first word stands."""
    with store.transaction() as tx:
        task, now = tx.call(task_id), clock.now()
        if task is None or task.outcome:
            raise UserError("There is no open call of that id.", "See `hsched messages calls`.")
        settled = replace(task, outcome=outcome, by=actor, settled_at=now)
        tx.put_call(settled, audit=AuditEntry(now, actor, "call.settled", task_id, {"client": task.client, "outcome": str(outcome)}))
        return settled
