"""Reschedule: a client picks another time for a visit among openings that are known to be free.

Pure: the same facts give the same times in the same order, and the same choice the same proposal. Nothing here knows a risk: who is
likely to stay away is shown the same times as anybody. Why times are what they are stands in `docs/explanation/client-pages.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import MoveAppointment
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.canonical import digest
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Candidate, Proposal
from hsched_core.domain.sessions import Session
from hsched_core.domain.time import local_day
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.calendar import closed
from hsched_core.policy.facts import Matter
from hsched_core.policy.practice import PracticePolicy
from hsched_core.use_cases import RESCHEDULE
from hsched_core.use_cases.exchange import exchange
from hsched_core.use_cases.reschedule_settings import HOUR, MINUTE, RescheduleSettings

CHOSE = "The client chose this time on the page of their message."
WOULD = "The client asked for another time; this is the one that would have been shown first."
ALSO_SHOWN = "Was shown as well; the client chose another: {when}. {why}"
DECIDED_BEFORE = 30 * MINUTE  # the earlier of both times: a yes in the last minute helps nobody


@dataclass(frozen=True)
class Facts:
    """Everything that is looked at. `openings` are free as far as our own store knows; `there`: the calendar around them."""

    now: datetime
    policy: PracticePolicy
    visit: Appointment
    openings: tuple[OpeningRecord, ...]
    there: tuple[Appointment, ...] = ()
    settings: RescheduleSettings = field(default_factory=RescheduleSettings)
    tried: tuple[str, ...] = ()  # openings that were proposed for the visit before: one that may be had again is proposed anew

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy.zone)


@dataclass(frozen=True)
class Alternative:
    """A time that the client may have instead, and why it stands where it stands."""

    opening: OpeningRecord
    to: Session
    why: str


def can_be_moved(visit: Appointment, now: datetime, settings: RescheduleSettings) -> bool:
    """Whether a client may pick another time for the visit at all. A group is more than its hour: that is a person's."""
    return visit.session.session_type is not SessionType.GROUP and visit.session.starts_at - now > settings.visit_notice


def alternatives(facts: Facts) -> tuple[Alternative, ...]:
    """Every time that fits, the best first: the same weekday and hour, then near the visit's day, then near its hour."""
    if not can_be_moved(facts.visit, facts.now, facts.settings):
        return ()
    fitting = [one for one in facts.openings if _fits(facts, one)]
    ordered = sorted(fitting, key=lambda one: (*_distance(facts, one.opening.starts_at), one.opening.starts_at, one.id))
    distinct = {one.opening.starts_at: one for one in reversed(ordered)}  # two openings of one hour are one button
    firsts = sorted(distinct.values(), key=ordered.index)
    return tuple(Alternative(one, _moved_to(facts, one), _why(facts, one.opening.starts_at)) for one in firsts)


def propose(facts: Facts, chosen: Alternative, shown: Sequence[Alternative], because: str = CHOSE) -> Proposal:
    """The move as the client chose it. What else was shown is told, and cannot be approved instead: nobody chose it."""
    visit, settings, policy, opening = facts.visit, facts.settings, facts.policy, chosen.opening
    earlier = min(chosen.to.starts_at, visit.session.starts_at)
    return Proposal(
        practice=policy.practice,
        use_case=RESCHEDULE,
        action=MoveAppointment(visit.id, visit.version, chosen.to, visit.session.starts_at),
        subject=visit.id,
        reasons=(because, *exchange(visit.session, chosen.to, policy.zone), chosen.why),
        facts_digest=digest([visit.id, visit.version, opening.id, opening.opening.opened_at, because, facts.tried.count(opening.id)]),
        policy_version=policy.version,
        expires_at=min(facts.now + settings.decide_hours * HOUR, earlier - DECIDED_BEFORE),
        proposed_by=use_case_actor(RESCHEDULE),
        confidence=1.0,  # nothing was weighed: the client chose
        candidates=tuple(_candidate(facts, one) for one in shown if one.opening.id != chosen.opening.id),
        follows=chosen.opening.id,
    )


def choice_id(facts: Facts, opening: OpeningRecord) -> str:
    """The id of the proposal that the visit's client makes by picking that opening, whatever else they were shown."""
    return propose(facts, Alternative(opening, _moved_to(facts, opening), "The same choice."), ()).id


def _candidate(facts: Facts, one: Alternative) -> Candidate:
    when = f"{one.to.starts_at.astimezone(facts.zone):%a %d %b %Y %H:%M}"
    return Candidate(facts.visit.session.client, None, None, ALSO_SHOWN.format(when=when, why=one.why))


def _fits(facts: Facts, record: OpeningRecord) -> bool:
    opening, visit, settings = record.opening, facts.visit.session, facts.settings
    longer = opening.duration_minutes - visit.duration_minutes
    same_kind = (opening.clinician, opening.session_type, opening.modality) == (visit.clinician, visit.session_type, visit.modality)
    same_place = visit.modality is not Modality.IN_PERSON or opening.site == visit.site
    ahead = opening.starts_at - facts.now
    in_time = settings.least_notice < ahead <= settings.most_notice
    left_by_them = visit.client in {*record.left_by, opening.left_by}
    if not (same_kind and same_place and in_time and 0 <= longer <= settings.length_slack_minutes) or left_by_them:
        return False
    return _is_free(facts, _moved_to(facts, record))


def _is_free(facts: Facts, to: Session) -> bool:
    """Neither clinician nor client is elsewhere then, the visit's own time included, and the day is none on which nobody is seen."""
    action = MoveAppointment(facts.visit.id, facts.visit.version, to)
    if any(closed(Matter(action, to.starts_at, facts.now, facts.policy))):
        return False
    return not to.overlaps(facts.visit.session) and not any(one.takes_time and to.overlaps(one.session) for one in facts.there)


def _moved_to(facts: Facts, record: OpeningRecord) -> Session:
    """The visit at the opening's time: as long, by the same way, at the same place as before."""
    return replace(facts.visit.session, starts_at=record.opening.starts_at)


def _distance(facts: Facts, at: datetime) -> tuple[bool, int, int]:
    """How far a time is from the visit's: another weekday or hour or not, days, minutes of the day. On the practice's wall clock."""
    days, minutes = _apart(facts, at)
    return bool(days % 7 or minutes), abs(days), minutes


def _apart(facts: Facts, at: datetime) -> tuple[int, int]:
    """Days from the visit's (negative: earlier) and minutes between both hours."""
    zone, before = facts.zone, facts.visit.session.starts_at
    one, other = before.astimezone(zone), at.astimezone(zone)
    days = (local_day(at, zone) - local_day(before, zone)) // timedelta(days=1)
    return days, abs((other.hour - one.hour) * 60 + other.minute - one.minute)


def _why(facts: Facts, at: datetime) -> str:
    """What speaks for the time, as staff read it."""
    days, minutes = _apart(facts, at)
    far = "" if not days else f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"
    if not days:
        return "The same day, at another hour."
    if minutes:
        return f"{'The same weekday' if days % 7 == 0 else 'Another weekday'}, {far}, at another hour."
    return f"The same weekday and hour, {far}." if days % 7 == 0 else f"The same hour, {far}."
