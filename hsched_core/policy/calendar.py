"""Rules about time: double booking, times that are held, notice, closed days, and an appointment that changed meanwhile."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import OfferSlot
from hsched_core.domain.sessions import Session
from hsched_core.domain.time import local_day
from hsched_core.domain.vocabulary import SessionType
from hsched_core.policy.facts import Finding, Matter, Rule
from hsched_core.policy.practice import Closure


def double_booking(matter: Matter) -> Iterator[Finding]:
    """Neither clinician nor client is in two places at once: a session does not overlap one that stands in the calendar. Sessions that
    touch do not overlap; an appointment that is being moved does not stand in its own way; the clients of one group share its time.
    Risk scores never override this rule.
    """
    session = matter.action.session
    if session is None:
        return
    for other in matter.calendar.commitments:
        if other.appointment != matter.action.touches and session.overlaps(other.session) and not _one_group(session, other.session):
            yield Finding("calendar.double_booking", f"{_who(session, other.session)} already has a session then.")


def held(matter: Matter) -> Iterator[Finding]:
    """A time for which another booking is under way, or of which it is not yet known whether it was booked, is not given away again."""
    session = matter.action.session
    if session and any(session.overlaps(other) and not _one_group(session, other) for other in matter.held):
        yield Finding("calendar.held", "Another booking for this time is under way or done.")


def notice(matter: Matter) -> Iterator[Finding]:
    """A session is not offered or booked too close to its start, nor too far ahead: an opening is offered from seven days until two
    hours before (by default), a booking must lie in the future.
    """
    session = matter.action.session
    if session is None:
        return
    window = matter.policy.offer_notice if isinstance(matter.action, OfferSlot) else matter.policy.booking_notice
    ahead = session.starts_at - matter.now
    if ahead <= window.least:
        yield Finding("calendar.notice", f"Too close to the session's start: allowed is {window}.")
    elif ahead > window.most:
        yield Finding("calendar.notice", f"Too far ahead of the session: allowed is {window}.", session.starts_at - window.most)


def closed(matter: Matter) -> Iterator[Finding]:
    """No session on a holiday of the practice (unless it says that it works then), nor on a day on which the practice or the clinician
    is away. Days are the practice's calendar days; a session over midnight touches both.
    """
    session = matter.action.session
    if session is None:
        return
    zone = ZoneInfo(matter.policy.zone)
    days = {local_day(session.starts_at, zone), local_day(session.ends_at, zone)}
    for day, name in matter.policy.holidays:
        if day in days - matter.policy.open_on:
            yield Finding("calendar.closed", f"{day} is a holiday ({name}).")
    for closure in matter.policy.closures:
        if closure.clinician in (None, session.clinician) and any(closure.first_on <= day <= closure.last_on for day in days):
            yield Finding("calendar.closed", f"{_away(closure)} from {closure.first_on} to {closure.last_on}.")


def changed(matter: Matter) -> Iterator[Finding]:
    """What changes an appointment was proposed for one version of it. If somebody edited or removed it meanwhile, it is not overwritten."""
    if matter.action.touches is None:
        return
    if matter.calendar.version is None:
        yield Finding("calendar.changed", "The appointment is not in the EHR any more.")
    elif matter.calendar.version != matter.action.expected_version:
        yield Finding("calendar.changed", "The appointment was changed in the EHR since this was proposed.")


def _one_group(one: Session, other: Session) -> bool:
    """Two clients of the same group: same clinician, same time, both of type group. One client twice is not a group."""
    shared = (one.clinician, one.starts_at, one.duration_minutes) == (other.clinician, other.starts_at, other.duration_minutes)
    return shared and one.client != other.client and one.session_type is other.session_type is SessionType.GROUP


def _who(session: Session, other: Session) -> str:
    return "The clinician" if session.clinician == other.clinician else "The client"


def _away(closure: Closure) -> str:
    return "The practice is closed" if closure.clinician is None else "The clinician is away"


RULES = (
    Rule("calendar.double_booking", "Double booking", double_booking),
    Rule("calendar.held", "Held times", held),
    Rule("calendar.notice", "Notice", notice),
    Rule("calendar.closed", "Closed days", closed),
    Rule("calendar.changed", "Appointments changed meanwhile", changed),
)
