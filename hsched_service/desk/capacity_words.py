"""The practice's capacity in sentences with numbers, clinicians by name and in the order of their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from hsched_core.policy.capacity import CapacitySettings
from hsched_core.workflow.capacity import Capacity, FullDay, WeekOf
from hsched_service.desk.names import Names

NAMED = 4  # clinicians in one sentence
BOUND = "\N{NO-BREAK SPACE}"  # between a number and its unit
DAYS_TOLD = 2  # full days above the table of all of them


@dataclass(frozen=True)
class Sum:
    """A week of all clinicians. `usual_minutes` are of those whose usual hours are known and whose week is not empty."""

    booked_minutes: int
    lost_minutes: int
    free_minutes: int
    usual_minutes: int
    of_usual_minutes: int  # booked by these
    room_minutes: int
    over: int
    known: int  # clinicians whose share of usual hours can be told
    groups: int

    @property
    def share(self) -> float | None:
        return self.of_usual_minutes / self.usual_minutes if self.usual_minutes else None


def summed(weeks: Sequence[WeekOf]) -> Sum:
    """The same week, or several, of several clinicians."""
    known = [one for one in weeks if one.usual and not one.is_empty]
    return Sum(
        sum(one.load.booked_minutes for one in weeks),
        sum(one.load.lost_minutes for one in weeks),
        sum(one.free_minutes for one in weeks),
        sum(one.usual.minutes for one in known if one.usual),
        sum(one.load.booked_minutes for one in known),
        sum(one.room_minutes for one in weeks),
        sum(one.is_over for one in weeks),
        len(known),
        sum(one.load.groups for one in weeks),
    )


def hours(minutes: int) -> str:
    """`22.5 h`."""
    return f"{number_of(minutes)}{BOUND}h"


def number_of(minutes: int) -> str:
    """`22.5` hours; whole ones without a fraction."""
    return f"{minutes / 60:,.1f}".removesuffix(".0")


def percent(share: float) -> str:
    """`94 %`."""
    return f"{100 * share:.0f}{BOUND}%"


def span(minutes: int) -> str:
    """`5 h 50 min`."""
    whole, rest = divmod(minutes, 60)
    return BOUND.join(part for part in (f"{whole}{BOUND}h" if whole else "", f"{rest}{BOUND}min" if rest or not whole else "") if part)


def short_day(day: date) -> str:
    """`Nov 30`."""
    return f"{day:%b} {day.day}"


def sentences(found: Capacity, names: Names, settings: CapacitySettings) -> list[str]:
    """What a manager is to know first: who is above their usual hours and when, where there is room, what was lost."""
    told = [one for one in (_over(found, number, names) for number in range(len(found.coming))) if one]
    if not told and any(one.usual for one in found.clinicians):
        told = [f"Nobody is booked at {settings.over_percent} % or more of their usual hours in these {len(found.coming)} weeks."]
    return [*told, *_room(found), *_lost(found)]


def day_sentence(day: FullDay, who: str, settings: CapacitySettings, zone: ZoneInfo) -> str:
    """`Thu, Dec 3: Greta Holm has 5 h 50 min without a break of 30 min, from 9:00 AM to 2:50 PM.` `who`: with the verb."""
    parts = [f"{day.sessions} sessions, more than {settings.sessions_a_day}"] if day.is_many else []
    if day.is_long:
        run = day.run
        ends = [
            f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
            for at in (run.starts_at.astimezone(zone), run.ends_at.astimezone(zone))
        ]
        parts.append(f"{span(run.minutes)} without a break of {settings.break_minutes} min, from {ends[0]} to {ends[1]}")
    return f"{day.on:%a}, {short_day(day.on)}: {who} {', and '.join(parts)}."


def _over(found: Capacity, number: int, names: Names) -> str:
    weeks = [(names.clinician(one.clinician), one.coming[number]) for one in found.clinicians]
    known = [(name, week) for name, week in weeks if week.share is not None]
    above = sorted((name, week) for name, week in known if week.is_over)
    if not above:
        return ""
    listed = ", ".join(f"{name} ({percent(week.share or 0)})" for name, week in above[:NAMED])
    more = f" and {len(above) - NAMED} more" if len(above) > NAMED else ""
    verb = "is" if len(above) == 1 else "are"
    return f"{_week(found, number)}: {len(above)} of {len(known)} clinicians {verb} booked above their usual hours: {listed}{more}."


def _room(found: Capacity) -> list[str]:
    """Of the next week: this one is nearly over, later ones fill by themselves."""
    known = [one.coming[1] for one in found.clinicians if one.coming[1].share is not None]
    week, has_room = summed([one.coming[1] for one in found.clinicians]), sum(one.room_minutes > 0 for one in known)
    if not known:
        return []
    what = f"{has_room or 'none'} of {len(known)} clinicians {'has' if has_room == 1 else 'have'} room"
    what += f", {hours(week.room_minutes)} of usual time that is not booked yet" if has_room else ""
    freed = f"; {hours(week.free_minutes)} of freed time is nobody's yet" if week.free_minutes else ""
    return [f"{_week(found, 1)}: {what}{freed}."]


def _lost(found: Capacity) -> list[str]:
    past = summed([week for one in found.clinicians for week in one.past])
    if not past.booked_minutes:
        return []
    what = f"{number_of(past.lost_minutes)} of {number_of(past.booked_minutes)} booked hours were lost"
    share = percent(past.lost_minutes / past.booked_minutes)
    when = f"the last {len(found.past)} weeks" if len(found.past) > 1 else "the last week"
    return [f"In {when} {what}: missed, or cancelled too late for anybody else ({share})."]


def _week(found: Capacity, number: int) -> str:
    return "This week" if number == 0 else f"Week of {short_day(found.coming[number])}"
