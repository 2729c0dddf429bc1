"""The question whether somebody comes to their group: once for each visit, some days before, to who has said nothing. Pure.

It asks for what a reminder asks, earlier: who was reminded already is not asked, and who was asked is spared the first request to
confirm that reminders would send.
"""

from collections.abc import Iterator
from datetime import datetime

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Outreach, Purpose
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.use_cases import GROUPS
from hsched_core.use_cases.group_settings import GroupSettings
from hsched_core.use_cases.reminders_facts import Facts, Visit
from hsched_core.use_cases.reminders_plan import NAME_LENGTH, Window, channel_for, opening

RSVP = "group_rsvp"  # the message's template
CERTAIN = 1.0  # who is asked follows from the day and from their silence
WHY = "They have not said whether they come to their group, and a place that is free early can still be given."


def invitation_name(appointment: str, starts_at: datetime) -> str:
    """The question about that visit at that time: what was asked once is not asked again."""
    return digest([GROUPS, appointment, starts_at, RSVP])[:NAME_LENGTH]


def is_invitation(case: Case) -> bool:
    return case.proposal.use_case == GROUPS and isinstance(case.action, SendMessage)


def invitations(facts: Facts, settings: GroupSettings) -> tuple[Proposal, ...]:
    """Whom to ask now. `facts.visits` are of groups; the soonest first."""
    coming = sorted(facts.visits, key=lambda one: (one.starts_at, one.appointment))
    return tuple(proposal for visit in coming for proposal in _invitation(facts, visit, settings))


def wanted(facts: Facts, appointment: str, name: str) -> bool:
    """Whether a question that was proposed still makes sense: the visit stands at that time, and nobody said anything about it."""
    visit = next((one for one in facts.visits if one.appointment == appointment), None)
    return visit is not None and not visit.is_confirmed and name == invitation_name(appointment, visit.starts_at)


def was_sent(facts: Facts, visit: Visit, name: str = "") -> bool:
    """Whether something about the visit, or that very thing, left, and reached somebody."""
    asked = facts.asked.get(visit.appointment, ())
    return any(one.sent_at is not None and not one.came_to_nothing and name in ("", one.name) for one in asked)


def _invitation(facts: Facts, visit: Visit, settings: GroupSettings) -> Iterator[Proposal]:
    name = invitation_name(visit.appointment, visit.starts_at)
    window = Window(opening(facts, visit, settings.invite_days), visit.starts_at - settings.least_notice)
    channel = channel_for(facts.reach_of.get(visit.client), facts.in_vain(visit.appointment, name))
    is_due = window.holds(facts.now) and not visit.is_confirmed
    if channel is None or not is_due or facts.was_asked(visit, name) or was_sent(facts, visit):
        return
    yield Proposal(
        practice=facts.practice,
        use_case=GROUPS,
        action=SendMessage(Outreach(visit.client, channel, Purpose.REMINDER), RSVP, visit.appointment),
        subject=visit.appointment,
        reasons=(WHY, f"By {channel}: the client consented to it."),
        facts_digest=name,
        policy_version=facts.policy_version,
        expires_at=window.closes,
        proposed_by=use_case_actor(GROUPS),
        confidence=CERTAIN,
    )
