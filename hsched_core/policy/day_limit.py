"""A rule for practices that set it: no more sessions of a clinician on one day than the practice allows."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from hsched_core.domain.time import local_day
from hsched_core.policy.facts import Finding, Matter, Rule


def sessions_a_day(matter: Matter) -> Iterator[Finding]:
    """Where the practice sets `most_sessions_a_day`, a clinician who has as many sessions on the practice's day gets none more on it. A
    group is one session, and joining it adds none; neither does moving a session within its day. Bookings that are under way count, and
    so does what cannot be read and may be the clinician's. Without a limit nothing is counted.
    """
    most, session = matter.policy.most_sessions_a_day, matter.action.session
    if not most or session is None:
        return
    zone = ZoneInfo(matter.policy.zone)
    day = local_day(session.starts_at, zone)
    there = [one.session for one in matter.calendar.day if one.appointment != matter.action.touches] + [*matter.held_day]
    ours = {
        (one.starts_at, one.duration_minutes)
        for one in there
        if one.clinician == session.clinician and local_day(one.starts_at, zone) == day
    }
    count = len(ours) + matter.calendar.day_unread
    if (session.starts_at, session.duration_minutes) not in ours and count >= most:
        yield Finding("capacity.day", f"The clinician has {count} sessions on {day} already: allowed are {most}.")


RULES = (Rule("capacity.day", "Sessions a day", sessions_a_day),)
