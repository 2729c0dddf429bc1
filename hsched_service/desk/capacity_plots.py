"""Plots of the page of capacity: clinicians by weeks, and one week against what is usual. Every number is text, and has its title."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from hsched_core.workflow.capacity import WeekOf
from hsched_service.desk.capacity_words import hours, short_day
from hsched_service.desk.plots import HEAT, SOFT, WHITE_FROM, svg

STEPS = (0.5, 0.65, 0.8, 0.9, 1.0)  # of the usual hours, from which on a cell is stronger
OVER = "#8a3c00"  # above them: another colour, and a sign
INK, WHITE, FREE, FREE_SOFT, EMPTY = "#1b2330", "#ffffff", "#1f6b3a", "#e6f3ea", "#eef1f5"
WIDTH, NAMES, HIGH, TOP = 1080, 180, 30, 42
LONGEST_NAME = 24  # signs that fit beside a plot; the whole one is in the title


@dataclass(frozen=True)
class Row:
    """A clinician's name and weeks, oldest first."""

    name: str
    weeks: Sequence[WeekOf]


def week_heat(rows: Sequence[Row], now_at: int, title: str) -> Markup:
    """Clinicians downwards, weeks to the right: percent of their usual hours. `now_at`: the column of the present week."""
    if not rows:
        return Markup("")
    mondays = [one.monday for one in rows[0].weeks]
    wide = (WIDTH - NAMES) / len(mondays)
    body = [_week_head(mondays, now_at, wide)]
    for number, row in enumerate(rows):
        y = TOP + HIGH * number
        body.append(_name(row.name, y))
        body += [_cell(row.name, week, NAMES + wide * column, y, wide) for column, week in enumerate(row.weeks)]
    height = TOP + HIGH * len(rows) + 4
    x = NAMES + wide * now_at
    body.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 4}" stroke="{SOFT}" stroke-dasharray="3 3"/>')
    return svg(height, title, "".join(body), WIDTH)


def week_bars(rows: Sequence[tuple[str, WeekOf]], title: str) -> Markup:
    """Hours booked as a bar, openings beyond it dashed, the usual hours as a line across."""
    if not rows:
        return Markup("")
    right, top = 150, 6
    most = max([60, *(one.load.booked_minutes + one.free_minutes for _, one in rows), *(one.usual.minutes for _, one in rows if one.usual)])
    scale = (WIDTH - NAMES - right) / most
    body = []
    for number, (name, week) in enumerate(rows):
        y, booked, free = top + HIGH * number, week.load.booked_minutes * scale, week.free_minutes * scale
        colour = OVER if week.is_over else HEAT[3]
        body.append(f"<g><title>{escape(told(name, week))}</title>{_name(name, y)}")
        body.append(f'<rect x="{NAMES}" y="{y + 5}" width="{booked:.1f}" height="{HIGH - 10}" rx="2" fill="{colour}"/>')
        if free:
            body.append(
                f'<rect x="{NAMES + booked + 1:.1f}" y="{y + 5.5}" width="{max(2.0, free - 2):.1f}" height="{HIGH - 11}" rx="2"'
                f' fill="{FREE_SOFT}" stroke="{FREE}" stroke-dasharray="3 2"/>'
            )
        if week.usual:
            x = NAMES + week.usual.minutes * scale
            body.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 2}" y2="{y + HIGH - 2}" stroke="{INK}" stroke-width="2"/>')
        end = max(week.load.booked_minutes + week.free_minutes, week.usual.minutes if week.usual else 0) * scale
        body.append(f'<text x="{NAMES + end + 8:.1f}" y="{y + HIGH / 2 + 4}" fill="{SOFT}">{_beside(week)}</text></g>')
    return svg(top + HIGH * len(rows) + 6, title, "".join(body), WIDTH)


def told(name: str, week: WeekOf) -> str:
    """A clinician's week in words."""
    parts = ["no visits" if week.is_empty else f"{hours(week.load.booked_minutes)} booked"]
    parts += [f"usual are {hours(week.usual.minutes)}"] if week.usual else ["what is usual is not known yet"]
    parts += [f"{hours(week.free_minutes)} of openings"] if week.free_minutes else []
    parts += [f"{hours(week.load.lost_minutes)} lost"] if week.load.lost_minutes else []
    parts += [f"{week.load.groups} group{'' if week.load.groups == 1 else 's'}"] if week.load.groups else []
    parts += [f"{week.closed_days} day{'' if week.closed_days == 1 else 's'} closed or away"] if week.closed_days else []
    return f"{name}, week of {short_day(week.monday)}: {', '.join(parts)}."


def _week_head(mondays: Sequence[date], now_at: int, wide: float) -> str:
    body = []
    for column, monday in enumerate(mondays):
        x = NAMES + wide * (column + 0.5)
        weight = ' font-weight="700"' if column == now_at else ""
        body.append(f'<text x="{x:.1f}" y="34" text-anchor="middle" fill="{INK if weight else SOFT}"{weight}>{short_day(monday)}</text>')
    ends = ((NAMES + wide * now_at - 8, "end", "weeks that are over"), (NAMES + wide * now_at + 8, "start", "this week and to come"))
    body += [f'<text x="{x:.1f}" y="13" text-anchor="{anchor}" fill="{SOFT}">{words}</text>' for x, anchor, words in ends]
    return "".join(body)


def _name(name: str, y: float) -> str:
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
    return (
        f'<text x="{NAMES - 10}" y="{y + HIGH / 2 + 4}" text-anchor="end" fill="{INK}">{escape(short)}<title>{escape(name)}</title></text>'
    )


def _cell(name: str, week: WeekOf, x: float, y: float, wide: float) -> str:
    fill, ink, words = _shown(week)
    return (
        f'<g><rect x="{x + 1:.1f}" y="{y + 1}" width="{wide - 2:.1f}" height="{HIGH - 2}" rx="3" fill="{fill}"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y + HIGH / 2 + 4}" text-anchor="middle" fill="{ink}">{words}</text>'
        f"<title>{escape(told(name, week))}</title></g>"
    )


def _shown(week: WeekOf) -> tuple[str, str, str]:
    """A cell's fill, ink and words."""
    if week.is_empty:
        return EMPTY, SOFT, "none"
    if week.share is None:
        return EMPTY, SOFT, hours(week.load.booked_minutes)
    words = f"{week.share:.0%}{'*' if week.closed_days else ''}"
    if week.is_over:
        return OVER, WHITE, f"▲ {words}"
    step = sum(week.share >= limit for limit in STEPS)
    return HEAT[step], WHITE if step >= WHITE_FROM else INK, words


def _beside(week: WeekOf) -> str:
    if week.is_empty:
        return "none"
    usual = f" of {hours(week.usual.minutes)}" if week.usual else ""
    return f"{'▲ ' if week.is_over else ''}{hours(week.load.booked_minutes)}{usual}"
