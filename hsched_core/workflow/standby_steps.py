"""Steps of standbys, each stored with its audit entry. The only code that moves them."""

from datetime import datetime

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.people import PATH, use_case_actor
from hsched_core.domain.standby import StandbyRecord, StandbyState, stepped
from hsched_core.ports import Transaction
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders_plan import Step

STANDBY = "standby."
DESK = use_case_actor(REMINDERS)


def is_standby(case: Case) -> bool:
    """Whether the case tells somebody that a time may become free."""
    action = case.action
    return case.proposal.use_case == REMINDERS and isinstance(action, SendMessage) and action.template == Step.STANDBY


def ask(tx: Transaction, case: Case, now: datetime) -> None:
    """The standby offer is about to leave: from now on its client may say yes. A second attempt to send it changes nothing."""
    if not is_standby(case) or tx.standby(case.id) or case.action.outreach is None:
        return
    record = StandbyRecord(case.id, case.proposal.subject, case.action.outreach.client, case.proposal.expires_at, now)
    tx.put_standby(record, audit=_entry(record, now, PATH))


def answer(tx: Transaction, record: StandbyRecord, now: datetime, actor: str, *, says_yes: bool, reference: str = "") -> StandbyRecord:
    """The client said yes or no; the same again changes nothing."""
    wanted = StandbyState.WAITS if says_yes else StandbyState.DECLINED
    if record.state is wanted:
        return record
    return turn(tx, record, wanted, now, actor, reference)


def turn(
    tx: Transaction, record: StandbyRecord, state: StandbyState, now: datetime, actor: str = DESK, reference: str = ""
) -> StandbyRecord:
    """The standby reached that state."""
    after = stepped(record, state, now)
    tx.put_standby(after, audit=_entry(after, now, actor, reference))
    return after


def _entry(record: StandbyRecord, at: datetime, actor: str, reference: str = "") -> AuditEntry:
    body = {"appointment": record.appointment, "client": record.client, "state": str(record.state), "version": record.version}
    return AuditEntry(at, actor, f"{STANDBY}{record.state}", record.id, body | ({"reference": reference} if reference else {}))
