"""Where a live sandbox's virtual time begins: where it was left, not before the present, and at an hour when somebody works."""

from datetime import datetime, time, timedelta

from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.create import SandboxSummary
from hsched_sandbox.timeline import Timeline, draw_up

OPENS, CLOSES = time(7, 50), time(17, 0)
WEEKDAYS = 5


def calendar_of(summary: SandboxSummary) -> Timeline:
    """The days of a sandbox practice."""
    wish = summary.wish
    return draw_up(parameters_of(wish.archetype, clinicians=wish.clinicians, years=wish.years, plain=wish.plain), wish.today)


def first_moment(timeline: Timeline, lived: datetime | None, now: datetime) -> datetime:
    """The later of the present and of up to when it was lived; outside of working hours, the next morning of work."""
    earliest = max(now, lived) if lived else now
    begin = earliest.astimezone(timeline.zone)
    if _works(timeline, begin) and OPENS <= begin.time() < CLOSES:
        return begin
    day = begin if begin.time() < OPENS else begin + timedelta(days=1)
    while not _works(timeline, day):
        day += timedelta(days=1)
    return datetime.combine(day.date(), OPENS, tzinfo=timeline.zone)


def _works(timeline: Timeline, moment: datetime) -> bool:
    number = timeline.index(moment.date())
    return moment.weekday() < WEEKDAYS and number < len(timeline.closed) and not timeline.closed[number]
