"""Which steps a visit's sequence has, when each may go out, and by which channel. Pure calendar arithmetic, right over DST."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from hsched_core.domain.canonical import digest
from hsched_core.domain.contact import Channel
from hsched_core.domain.holdout import Arm
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders_facts import Facts, Reach, Visit
from hsched_core.use_cases.reminders_settings import ReminderSettings

WRITTEN = (Channel.TEXT, Channel.EMAIL, Channel.PORTAL)  # in the order in which they are read, where nothing else is known
NAME_LENGTH = 32


class Tier(StrEnum):
    """How much help a visit gets. A risk buys help, and nothing else."""

    STANDARD = "standard"  # one plain reminder
    RAISED = "raised"  # asked to confirm, and asked again
    HIGH = "high"  # the same, and a call by staff where it helps and there is room


class Step(StrEnum):
    """A step of a sequence, by its template."""

    PLAIN = "visit_reminder"
    CONFIRM = "reminder_confirm"
    AGAIN = "reminder_again"
    CALL = "reminder_call"
    STANDBY = "standby_offer"
    STANDBY_ENDED = "standby_ended"


@dataclass(frozen=True)
class Window:
    """From when a step may go out, and until when it makes sense."""

    opens: datetime
    closes: datetime

    def holds(self, now: datetime) -> bool:
        return self.opens <= now < self.closes


def is_eligible(visit: Visit, settings: ReminderSettings) -> bool:
    """Whether the use case would do more for the visit than standard care."""
    return tier_by_risk(visit, settings) is not Tier.STANDARD


def tier(visit: Visit, settings: ReminderSettings) -> Tier:
    """Standard care for who is held, and for a risk nobody knows. Where there is a holdout, nobody gets more before the draw."""
    drawn = visit.arm is Arm.TREATED or (visit.arm is None and settings.holdout_share == 0)
    return tier_by_risk(visit, settings) if drawn else Tier.STANDARD


def tier_by_risk(visit: Visit, settings: ReminderSettings) -> Tier:
    """What the calibrated risk alone would give, were nobody held."""
    return Tier.STANDARD if visit.risk is None else band_of(visit.risk, visit.session_type, settings)


def band_of(risk: float, session_type: SessionType | None, settings: ReminderSettings) -> Tier:
    """The tier such a risk is in, for that kind of visit (None: nobody said which)."""
    if risk < settings.raised_from:
        return Tier.STANDARD
    return Tier.HIGH if risk >= _high_from(session_type, settings) else Tier.RAISED


def called_from(visit: Visit, settings: ReminderSettings) -> float:
    """The risk from which the visit's kind is in the highest tier."""
    return _high_from(visit.session_type, settings)


def _high_from(session_type: SessionType | None, settings: ReminderSettings) -> float:
    return settings.high_from_intake if session_type is SessionType.INTAKE else settings.high_from


def step_name(visit: Visit, step: Step) -> str:
    """A step of this visit at this time, whatever is known or set by then: what was asked once is not asked again."""
    return digest(["reminders", visit.appointment, visit.starts_at, step])[:NAME_LENGTH]


def messages(facts: Facts, visit: Visit) -> list[tuple[Step, Window]]:
    """The written steps of the visit's tier with their windows, in their order."""
    wanted, settings = tier(visit, facts.settings), facts.settings
    last = visit.starts_at - settings.least_notice
    if wanted is Tier.STANDARD:
        return [(Step.PLAIN, Window(opening(facts, visit, settings.plain_days), last))]
    again = opening(facts, visit, settings.again_days)
    return [(Step.CONFIRM, Window(opening(facts, visit, settings.confirm_days), again)), (Step.AGAIN, Window(again, last))]


def call_window(facts: Facts, visit: Visit) -> Window:
    """When staff may call: the working hours of it are theirs, quiet hours the gate's."""
    settings, zone = facts.settings, facts.zone_of(visit.client)
    day = visit.starts_at.astimezone(zone).date() - timedelta(days=settings.call_until_days)
    ends = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
    return Window(opening(facts, visit, settings.call_days), min(ends, visit.starts_at - settings.least_notice))


def opening(facts: Facts, visit: Visit, days: int) -> datetime:
    """The hour of messages so many of the recipient's calendar days before the visit. An hour that a clock skips is the one after."""
    zone = facts.zone_of(visit.client)
    day = visit.starts_at.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(day, time(facts.settings.hour), tzinfo=zone).astimezone(UTC)


def channel_for(reach: Reach | None, tried: frozenset[Channel] = frozenset()) -> Channel | None:
    """By consent; among those what the client asked for, then what they answer to, then what the EHR says they prefer. A call is a
    person's, not a message.

    No channel is tried from which messages came back, nor one that has refused this very message: the next one is.
    """
    if reach is None:
        return None
    left = reach.consented - reach.dead_ends - tried
    order = dict.fromkeys([reach.asked_for, *reach.answered, reach.preferred, *WRITTEN])
    return next((one for one in order if one in left and one in WRITTEN), None)


def call_benefit(visit: Visit, reach: Reach | None, settings: ReminderSettings) -> float:
    """Minutes of the clinician's time that a call is expected to save, beyond the message that goes out anyway; 0: it does not help."""
    if visit.risk is None or visit.is_confirmed:
        return 0.0
    otherwise = settings.text_relative_risk if channel_for(reach) else 1.0
    return max(0.0, visit.risk * (otherwise - call_relative_risk(visit, settings)) * visit.duration_minutes)


def call_relative_risk(visit: Visit, settings: ReminderSettings) -> float:
    """What a call multiplies the risk of such a visit by."""
    if visit.modality is not Modality.IN_PERSON:
        return settings.call_relative_risk_remote
    return settings.call_relative_risk_intake if visit.session_type is SessionType.INTAKE else settings.call_relative_risk
