"""The page of capacity for the practice's manager: who is booked how much against what is usual, and days that ask much.

A view: nothing here is proposed, blocked or carried out, and nobody is ranked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.capacity import STALE_SECONDS
from hsched_adapters.desk.parts import SOON_SECONDS
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.capacity import WEEKS_AHEAD, WEEKS_BEFORE, Capacity, FullDay, Workload
from hsched_service.access.guard import Visitor, needs
from hsched_service.desk import capacity_plots as plots
from hsched_service.desk.capacity_words import DAYS_TOLD, Sum, day_sentence, hours, percent, sentences, short_day, span, summed
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

TITLE = "Booked time as a share of usual hours, by clinician and week"


@dataclass(frozen=True)
class Line:
    """A clinician of the table, in words."""

    clinician: str
    name: str
    usual: str
    booked: str
    share: str
    room: str
    free: str
    groups: str
    lost: str
    is_over: bool


def router(opened: OpenPractice) -> APIRouter:
    """The page. Settings that cannot be meant keep the service from starting."""
    made, settings = APIRouter(), opened.service.desk.capacity.settings

    @made.get("/practice/capacity")
    def capacity(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Subject.CAPACITY))],
        week: Annotated[int, Query(ge=0, lt=WEEKS_AHEAD)] = 1,
    ) -> Response:
        seen, names = opened.service.desk.capacity.get(), names_for(opened, visitor)
        found = seen.value or Capacity()
        ours = sorted(found.clinicians, key=lambda one: (names.clinician(one.clinician), one.clinician))
        rows = [plots.Row(names.clinician(one.clinician), (*one.past, *one.coming)) for one in ours]
        chosen = [(row.name, one.coming[week]) for row, one in zip(rows, ours, strict=True)]
        days = sorted(found.full_days, key=lambda one: (one.on, names.clinician(one.clinician)))
        told = [day_sentence(one, f"{names.clinician(one.clinician)} has", settings, opened.timezone) for one in days[:DAYS_TOLD]]
        return page(
            request, visitor, "desk/capacity.html", seen=seen, found=found, week=week, settings=settings,
            sentences=[*sentences(found, names, settings), *told],
            figures=_figures(found), heat=plots.week_heat(rows, len(found.past), TITLE),
            bars=plots.week_bars(chosen, "Booked hours of the week, by clinician") if found.coming else "",
            lines=[_line(one, names, week) for one in ours], days=[(one, names.clinician(one.clinician)) for one in days],
            labels=[_label(number, monday) for number, monday in enumerate(found.coming)], hours=hours, span=span, total=WEEKS_BEFORE,
            has_usual=any(one.usual for one in ours), has_short=any(one.closed_days for row in rows for one in row.weeks),
        )  # fmt: skip

    return made


def own_load(opened: OpenPractice, clinician: str) -> tuple[Workload | None, Sequence[FullDay]]:
    """A clinician's own weeks and full days; none where they cannot be had in a moment: Friday's figures are not this week's."""
    seen = opened.service.desk.capacity.get(SOON_SECONDS)
    found = seen.value if seen.value and seen.age_seconds < STALE_SECONDS else Capacity()
    return found.of(clinician), [one for one in found.full_days if one.clinician == clinician]


def own_sentences(opened: OpenPractice, clinician: str) -> list[str]:
    """What they read of it."""
    load, days = own_load(opened, clinician)
    settings, told = opened.service.desk.capacity.settings, list[str]()
    if load is not None:
        for number, when in enumerate(("This week", "Next week")):
            one = load.coming[number]
            usual = f" of {hours(one.usual.minutes)} usual ({percent(one.share)})" if one.usual and one.share is not None else ""
            told.append(f"{when}: {hours(one.load.booked_minutes)} booked{usual}{', above your usual hours' if one.is_over else ''}.")
    return [*told, *(day_sentence(one, "you have", settings, opened.timezone) for one in days[:DAYS_TOLD])]


def _figures(found: Capacity) -> dict[str, Sum]:
    """This week, the next, and weeks that are over."""
    if not found.coming:
        return {}
    by_week = [summed([one.coming[number] for one in found.clinicians]) for number in range(WEEKS_AHEAD)]
    return {"now": by_week[0], "next": by_week[1], "past": summed([week for one in found.clinicians for week in one.past])}


def _label(number: int, monday: date) -> str:
    return "This week" if number == 0 else short_day(monday)


def _line(one: Workload, names: Names, number: int) -> Line:
    week, past = one.coming[number], summed(one.past)
    usual = "not known yet" if one.usual is None else hours(one.usual.minutes) + (" (set)" if one.usual.is_set else "")
    lost = f"{hours(past.lost_minutes)} ({percent(past.lost_minutes / past.booked_minutes)})" if past.booked_minutes else "–"
    return Line(
        one.clinician,
        names.clinician(one.clinician),
        usual,
        "none" if week.is_empty else hours(week.load.booked_minutes),
        "–" if week.share is None else percent(week.share),
        hours(week.room_minutes) if week.share is not None and not week.closed_days else "–",
        hours(week.free_minutes) if week.free_minutes else "–",
        str(week.load.groups or "–"),
        lost,
        week.is_over,
    )
