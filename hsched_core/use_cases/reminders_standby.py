"""When a standby is over, and what its client is told then. Pure."""

from datetime import datetime, timedelta

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.standby import StandbyRecord, StandbyState
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders_facts import Facts
from hsched_core.use_cases.reminders_plan import NAME_LENGTH, Step

TOLD_WITHIN = timedelta(hours=18)  # a visit of the early morning is decided at night: whoever waited for it hears so in the morning
BECAUSE = "They said they would stand by for this time, and it cannot be offered: the visit takes place, or it is too late."


def end_of(
    record: StandbyRecord, visit: Appointment | None, now: datetime, *, is_confirmed: bool, was_offered: bool
) -> StandbyState | None:
    """How the standby ended; None while its client may still get the time."""
    if was_offered:
        return StandbyState.OFFERED
    stands = visit is not None and visit.status is AppointmentStatus.BOOKED
    return StandbyState.ENDED if now >= record.until or (stands and is_confirmed) else None


def ending_name(record: StandbyRecord) -> str:
    """The words to who waited in vain: said once."""
    return digest(["reminders", record.id, Step.STANDBY_ENDED])[:NAME_LENGTH]


def kind_words(facts: Facts, record: StandbyRecord, channel: Channel) -> Proposal:
    """Who said yes hears that they need not wait any more."""
    return Proposal(
        practice=facts.practice,
        use_case=REMINDERS,
        action=SendMessage(Outreach(record.client, channel, Purpose.OFFER), Step.STANDBY_ENDED, record.appointment),
        subject=record.appointment,
        reasons=(BECAUSE,),
        facts_digest=ending_name(record),
        policy_version=facts.policy_version,
        expires_at=facts.now + TOLD_WITHIN,
        proposed_by=use_case_actor(REMINDERS),
        confidence=1.0,  # nothing was weighed: it follows
    )
