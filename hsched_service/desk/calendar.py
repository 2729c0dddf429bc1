"""The calendar: a week at a glance, a day in columns of clinicians, one clinician's week; risk bands for who may see them."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.calendars import WeekSeen
from hsched_core.domain.action_words import MODALITY
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.time import local_day, monday_of
from hsched_core.policy.permissions import Scope, Subject, sees_risk
from hsched_core.workflow.calendar_view import Block, Day, Known, clinicians, week
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.groups import comes
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.CALENDAR))]
FIRST_HOUR, LAST_HOUR = 6, 22  # of the grid that style sheets know
COLUMNS = 6  # clinicians beside each other
MOST_KEPT = 16  # computed weeks
FARTHEST = timedelta(days=370)
FIVE_MINUTES = 5
GRAVEST = ("high", "raised", "low", "free")  # of several at once: the first of these that is among them


@dataclass(frozen=True)
class Placed:
    """A block where it stands: rows of five minutes from the grid's first hour on."""

    block: Block
    row: int
    span: int
    who: str
    what: str
    shows: str  # low, raised, high; past, noshow, free


@dataclass(frozen=True)
class Cell:
    """What begins at one moment: a visit, or several, as those of a group; beside another cell where that one has not ended."""

    members: Sequence[Placed]
    is_beside: bool

    @property
    def row(self) -> int:
        return self.members[0].row

    @property
    def span(self) -> int:
        return max(one.span for one in self.members)

    @property
    def shows(self) -> str:
        """The gravest of them."""
        return next((shown for shown in GRAVEST if any(one.shows == shown for one in self.members)), self.members[0].shows)


@dataclass(frozen=True)
class Column:
    """A clinician's day, or a day of a clinician's week."""

    title: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Board:
    """The grid of a page."""

    columns: Sequence[Column]
    first_hour: int
    hours: Sequence[int]

    @property
    def rows(self) -> int:
        return len(self.hours) * 12


@dataclass(frozen=True)
class Asked:
    """What part of the calendar a visitor looks at."""

    on: date
    whose: str  # a clinician's pseudonym; empty: everybody's day
    first: int  # of the clinicians beside each other


class Weeks:
    """Weeks as they were computed last; computed again when reading, scores, store or minute are others."""

    def __init__(self, opened: OpenPractice) -> None:
        self._opened = opened
        self._kept: OrderedDict[tuple[object, ...], tuple[WeekSeen, Sequence[Day]]] = OrderedDict()

    def of(self, monday: date, visitor: Visitor, now: datetime) -> tuple[WeekSeen, Sequence[Day]]:
        """The reading, and its days as this person may see them."""
        opened, desk = self._opened, self._opened.service.desk
        seen, knows_risks = desk.calendars.week(monday), sees_risk(visitor.person)
        mark = (
            monday,
            knows_risks,
            desk.pulse.beat(),
            desk.published.newest(now).number,
            len(desk.confirmed()),
            now.replace(second=0, microsecond=0),
        )
        kept = self._kept.get(mark)
        if kept is None or kept[0].appointments is not seen.appointments:
            days = week(monday, seen.appointments, _known(opened, visitor, now), opened.reminder_settings, now, opened.timezone)
            kept = self._kept[mark] = (seen, days)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return seen, kept[1]


def router(opened: OpenPractice) -> APIRouter:
    """The calendar's page."""
    made, weeks = APIRouter(), Weeks(opened)

    @made.get("/desk/calendar")
    def calendar(
        request: Request,
        visitor: SEES,
        on: date | None = None,
        who: Annotated[str, Query(pattern=r"^[0-9a-f]{0,32}$")] = "",
        first: Annotated[int, Query(ge=0, le=10_000)] = 0,
    ) -> Response:
        now = opened.clock.now()
        today = local_day(now, opened.timezone)
        asked = Asked(_near(on or today, today), _whose(visitor, who), first)
        names = names_for(opened, visitor)
        seen, days = weeks.of(monday_of(asked.on), visitor, now)
        if asked.whose:
            days = tuple(Day(day.on, day.of(asked.whose)) for day in days)
        everybody = sorted(clinicians(days), key=names.clinician)
        board = _board(opened, names, days, asked, everybody, now)
        shown = page(
            request, visitor, "desk/calendar.html", days=days, board=board, asked=asked, today=today, seen=seen,
            everybody=[(one, names.clinician(one)) for one in everybody], more=len(everybody) - COLUMNS, step=COLUMNS,
            before=asked.on - timedelta(days=7), after=asked.on + timedelta(days=7), sees_risk=sees_risk(visitor.person),
            is_own=visitor.scope(Subject.CALENDAR) is Scope.OWN, is_connected=opened.service.desk.is_connected,
            name_of=names.clinician(asked.whose) if asked.whose else "", rules=opened.reminder_settings,
            comes=comes(opened.service.desk.groups.get(0.0).value or ()),
        )  # fmt: skip
        names.seen("desk.calendar")
        return shown

    return made


def _near(on: date, today: date) -> date:
    if abs(on - today) > FARTHEST:
        raise NotThereError
    return on


def _whose(visitor: Visitor, who: str) -> str:
    """A clinician's own, whoever they ask for; everybody's for a desk."""
    if visitor.scope(Subject.CALENDAR) is Scope.OWN:
        if who and who != visitor.person.clinician:
            raise NotThereError
        return visitor.person.clinician or ""
    return who


def _known(opened: OpenPractice, visitor: Visitor, now: datetime) -> Known:
    """Risks only for who may see them."""
    risks = {}
    if sees_risk(visitor.person):
        risks = {name: one.risk for name, one in opened.service.desk.published.newest(now).scores.items()}
    with opened.path_store.looking() as state:
        openings = state.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=now)
    return Known(risks, openings, opened.service.desk.confirmed())


def _board(opened: OpenPractice, names: Names, days: Sequence[Day], asked: Asked, everybody: Sequence[str], now: datetime) -> Board:
    """One day's columns of clinicians, or one clinician's columns of days."""
    if asked.whose:
        columns = [(f"{day.on:%a} {day.on.day}", day.blocks) for day in days if day.blocks or day.on.weekday() < 5]
    else:
        day = next(one for one in days if one.on == asked.on)
        columns = [(names.clinician(one), day.of(one)) for one in everybody[asked.first : asked.first + COLUMNS]]
    blocks = [block for _, found in columns for block in found]
    starts = [block.starts_at.astimezone(opened.timezone) for block in blocks]
    ends = [at + timedelta(minutes=block.minutes) for at, block in zip(starts, blocks, strict=True)]
    first = max(FIRST_HOUR, min([9, *(at.hour for at in starts)]))
    last = min(LAST_HOUR, max([17, *(at.hour + (at.minute > 0) for at in ends)]))
    placed = [Column(title, _cells([_placed(opened, names, block, first, now) for block in found])) for title, found in columns]
    return Board(placed, first, range(first, max(last, first + 8)))


def _cells(blocks: Sequence[Placed]) -> list[Cell]:
    """By when they begin; a group's visits are one cell, so that each keeps its width."""
    found, until = list[Cell](), 0
    for row, members in groupby(sorted(blocks, key=lambda one: one.row), key=lambda one: one.row):
        found.append(Cell(tuple(members), is_beside=row < until))
        until = max(until, row + found[-1].span)
    return found


def _placed(opened: OpenPractice, names: Names, block: Block, first_hour: int, now: datetime) -> Placed:
    at = block.starts_at.astimezone(opened.timezone)
    row = max(0, ((at.hour - first_hour) * 60 + at.minute) // FIVE_MINUTES)
    span = min(96, max(3, -(-block.minutes // FIVE_MINUTES)))
    who = "Free" if block.is_free else names.client(block.client)
    return Placed(block, row, span, who, f"{block.kind}, {MODALITY[block.modality]}", _shows(block, now))


def _shows(block: Block, now: datetime) -> str:
    if block.is_free:
        return "free"
    if block.status == "noshow":
        return "noshow"
    if block.starts_at <= now:
        return "past"
    return str(block.tier) if block.tier in ("raised", "high") else "low"
