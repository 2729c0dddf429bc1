"""Reminders: a sequence by tier for every coming visit, calls by staff where they save most, standby offers for a person to decide on.

Pure: the same facts give the same proposals. A confirmed visit is left alone. A risk buys help: nobody's time is taken away by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.group_invitations import invitation_name, was_sent
from hsched_core.use_cases.reminders_facts import Asked, Facts, Reach, Standby, Visit
from hsched_core.use_cases.reminders_plan import (
    Step,
    Tier,
    call_benefit,
    call_window,
    channel_for,
    is_eligible,
    messages,
    step_name,
    tier,
)
from hsched_core.use_cases.reminders_settings import HOUR, ReminderSettings
from hsched_core.use_cases.reminders_tiers import why

__all__ = ["Asked", "Call", "Facts", "Reach", "ReminderSettings", "Standby", "Step", "Visit", "calls", "is_eligible", "propose", "wanted"]

CERTAIN = 1.0  # what goes out follows from tier and day: there is nothing to weigh


@dataclass(frozen=True)
class Call:
    """A call that would help. `benefit`: expected minutes of the clinician's time saved; `skipped_because` empty: it is asked for."""

    visit: Visit
    benefit: float
    rank: int
    skipped_because: str = ""


def propose(facts: Facts) -> tuple[Proposal, ...]:
    """What to send and to ask for now. What was asked once about a visit at its time is not asked again."""
    written = [one for visit in facts.coming for one in _written(facts, visit)]
    called = [_call(facts, one) for one in calls(facts) if not one.skipped_because]
    standby = [one for visit in facts.coming for one in _standby(facts, visit)]
    return (*written, *called, *standby)


def wanted(facts: Facts, appointment: str, name: str) -> bool:
    """Whether a step that was proposed still makes sense: the visit stands at that time, and nobody confirmed it since."""
    visit = next((one for one in facts.coming if one.appointment == appointment), None)
    return visit is not None and not visit.is_confirmed and name in {step_name(visit, step) for step in Step}


def calls(facts: Facts) -> tuple[Call, ...]:
    """Every call that would help and is due, those first that save most; the front desk's capacity of the day decides how many."""
    due = [visit for visit in facts.coming if _may_be_called(facts, visit)]
    ranked = sorted(((_benefit(facts, visit), visit) for visit in due), key=lambda one: (-one[0], one[1].starts_at, one[1].appointment))
    helpful = [(benefit, visit) for benefit, visit in ranked if benefit > 0]
    found, left = [], max(0, facts.settings.calls_per_day - facts.calls_today)
    for rank, (benefit, visit) in enumerate(helpful, start=1):
        why = _not_called(facts, visit)
        if not why and not left:
            why = f"The day's {facts.settings.calls_per_day} calls are given away."
        left -= not why
        found.append(Call(visit, benefit, rank, why))
    return tuple(found)


def _may_be_called(facts: Facts, visit: Visit) -> bool:
    is_due = call_window(facts, visit).holds(facts.now) and not facts.was_asked(visit, step_name(visit, Step.CALL))
    return is_due and not visit.is_confirmed and tier(visit, facts.settings) is Tier.HIGH


def _not_called(facts: Facts, visit: Visit) -> str:
    reach = facts.reach_of.get(visit.client)
    return "" if reach and Channel.CALL in reach.consented else "No consent to calls about reminders."


def _benefit(facts: Facts, visit: Visit) -> float:
    return call_benefit(visit, facts.reach_of.get(visit.client), facts.settings)


def _written(facts: Facts, visit: Visit) -> Iterator[Proposal]:
    if visit.is_confirmed:
        return
    for step, window in messages(facts, visit):
        name = step_name(visit, step)
        channel = channel_for(facts.reach_of.get(visit.client), facts.in_vain(visit.appointment, name))
        if channel and window.holds(facts.now) and not facts.was_asked(visit, name) and not _was_reminded(facts, visit, step):
            action = SendMessage(Outreach(visit.client, channel, Purpose.REMINDER), step, visit.appointment)
            because = (why(visit, facts.settings), f"By {channel}: {_why_channel(facts, visit, channel)}.")
            yield _proposal(facts, visit, step, action, because, window.closes)


def _was_reminded(facts: Facts, visit: Visit, step: Step) -> bool:
    """A visit whose risk rose, or fell, in between has had its first reminder already under the other tier; who was asked whether they
    come to their group, their first request to confirm.
    """
    other = {Step.PLAIN: (Step.CONFIRM, Step.AGAIN), Step.CONFIRM: (Step.PLAIN,)}.get(step, ())
    is_asked = step is Step.CONFIRM and was_sent(facts, visit, invitation_name(visit.appointment, visit.starts_at))
    return is_asked or any(facts.was_asked(visit, step_name(visit, one)) for one in other)


def _why_channel(facts: Facts, visit: Visit, channel: Channel) -> str:
    reach = facts.reach_of[visit.client]
    if reach.dead_ends:
        return "the client consented to it, and messages came back from " + " and ".join(sorted(reach.dead_ends))
    if channel is reach.asked_for:
        return "the client consented, and asked for it"
    if channel in reach.answered:
        return "the client consented, and answered there before"
    return "the client consented, and prefers it" if channel is reach.preferred else "the client consented to it"


def _call(facts: Facts, call: Call) -> Proposal:
    action = SendMessage(Outreach(call.visit.client, Channel.CALL, Purpose.REMINDER), Step.CALL, call.visit.appointment)
    why = f"Number {call.rank} of the day by what a call saves: about {call.benefit:.1f} minutes, at a risk of {call.visit.risk:.0%}."
    return _proposal(facts, call.visit, Step.CALL, action, (why,), call_window(facts, call.visit).closes)


def _standby(facts: Facts, visit: Visit) -> Iterator[Proposal]:
    """A waitlisted client may be told that the time may become free, if a person agrees. The visit stays whose it is."""
    settings, choice = facts.settings, facts.standby.get(visit.appointment)
    if choice is None or not needs_standby(facts, visit):
        return
    action = SendMessage(Outreach(choice.client, choice.channel, Purpose.OFFER), Step.STANDBY, visit.appointment)
    why = f"Risk {visit.risk:.0%}, asked to confirm, and no answer. The visit stays booked; another client would hear it may become free."
    closes = visit.starts_at - settings.least_notice
    kind = f"{visit.session_type} session of {visit.duration_minutes} min ({visit.modality})"
    what = f"The time: {_wall_clock(visit.starts_at, facts.zone)}, {kind}."
    yield _proposal(facts, visit, Step.STANDBY, action, (why, what, *choice.reasons), closes, confidence=None)


def _wall_clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M} ({zone})"


def needs_standby(facts: Facts, visit: Visit) -> bool:
    """High risk, asked for a confirmation some hours ago, none came, and the visit is near."""
    settings = facts.settings
    near = facts.now + settings.least_notice < visit.starts_at <= facts.now + settings.standby_hours * HOUR
    risky = visit.risk is not None and visit.risk >= settings.standby_from and tier(visit, settings) is not Tier.STANDARD
    if visit.is_confirmed or not near or not risky or facts.was_asked(visit, step_name(visit, Step.STANDBY)):
        return False
    requests = {step_name(visit, step) for step in (Step.CONFIRM, Step.AGAIN, Step.CALL)}
    sent = [
        one.sent_at for one in facts.asked.get(visit.appointment, ()) if one.name in requests and one.sent_at and not one.came_to_nothing
    ]
    return bool(sent) and max(sent) + settings.standby_wait_hours * HOUR <= facts.now


def _proposal(
    facts: Facts,
    visit: Visit,
    step: Step,
    action: SendMessage,
    reasons: tuple[str, ...],
    until: datetime,
    confidence: float | None = CERTAIN,
) -> Proposal:
    """`confidence` None: no standing order covers it, a person decides."""
    return Proposal(
        practice=facts.practice,
        use_case=REMINDERS,
        action=action,
        subject=visit.appointment,
        reasons=reasons,
        facts_digest=step_name(visit, step),
        policy_version=facts.policy_version,
        expires_at=until,
        proposed_by=use_case_actor(REMINDERS),
        confidence=confidence,
        model_version=visit.model_version,
    )
