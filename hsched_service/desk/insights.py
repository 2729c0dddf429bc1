"""Insights for the practice's manager: sentences with numbers, the week's pattern, the trend, how well free time is filled."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.tables import DailyTables
from hsched_core.domain.action_words import MODALITY
from hsched_core.domain.openings import OpeningState
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.opening_figures import Share, by_week, filling
from hsched_service.access.guard import Visitor, needs
from hsched_service.desk import plots
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

Row = Mapping[str, Any]
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SENTENCES = 4  # of weekdays and hours
LOOKED_BACK = timedelta(days=120)
RECENT_WEEKS = 4
TREND_WEEKS = 40
FILLED_TITLE = "Share of freed time that was filled, by week"


def router(opened: OpenPractice) -> APIRouter:
    """The page."""
    made = APIRouter()

    @made.get("/practice/insights")
    def insights(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.INSIGHTS))]) -> Response:
        tables, now = opened.service.desk.tables, opened.clock.now()
        with opened.path_store.looking() as state:
            openings = state.openings(*OpeningState, after=now - LOOKED_BACK)
        trend = [row for row in tables.trend() if row["monday"] <= now.date()][-TREND_WEEKS:]
        weeks = by_week(openings, now, opened.timezone)
        return page(
            request,
            visitor,
            "desk/insights.html",
            sentences=sentences(tables),
            heat=_heat(tables.weekday_hours()),
            trend=plots.series([_week(row) for row in trend], "Share of visits missed, by week"),
            recent=_recent(trend),
            filled=filling(openings, now),
            waits=len(opened.service.desk.cases.waiting()),
            fill=plots.series([_point(_monday(one.monday), one.filled) for one in weeks], FILLED_TITLE, most=1.0),
            has_tables=bool(tables.weekday_hours()),
            looked_back=LOOKED_BACK.days,
            bars=_bars(tables, names_for(opened, visitor)),
        )

    return made


def _bars(tables: DailyTables, names: Names) -> dict[str, Markup]:
    """Shares by kind, by notice, by clinician."""
    leads = sorted(tables.worst("lead_time"), key=lambda row: row["lead_band"])
    return {
        "kinds": plots.bars([_bar(_kind(row), row) for row in tables.worst("session_type")[:8]], "Share of visits unused, by kind"),
        "leads": plots.bars([_bar(row["lead_label"], row) for row in leads], "Share of visits unused, by notice"),
        "clinicians": plots.bars(_clinicians(tables.worst("clinician"), names), "Share of visits unused, by clinician"),
    }


def sentences(tables: DailyTables) -> list[str]:
    """What loses most surely, as people say it: `Tuesdays 2 PM: 35 % of 214 visits went unused (29 to 42 %)`."""
    hours, kinds, leads = (tables.worst(name) for name in ("weekday_hour", "session_type", "lead_time"))
    found = [f"{_hour_words(row)}: {_share_words(row)}" for row in hours if row["start_hour"] is not None][:SENTENCES]
    found += [f"{_kind(row).capitalize()}: {_share_words(row)}" for row in kinds[:1]]
    found += [f"Booked {row['lead_label']} ahead: {_share_words(row)}" for row in leads[:1]]
    return found


def _share_words(row: Row) -> str:
    low, high = (round(100 * row[name]) for name in ("unused_rate_low", "unused_rate_high"))
    return f"{100 * row['unused_rate']:.0f} % of {row['visits']:,} visits went unused ({low} to {high} %)."


def _hour_words(row: Row) -> str:
    hour = int(row["start_hour"])
    return f"{WEEKDAYS[row['weekday'] - 1]} {hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"


def _kind(row: Row) -> str:
    return f"{row['session_type'] or 'visit'}, {MODALITY.get(row['modality'], 'way not told')}"


def _heat(rows: Sequence[Row]) -> Markup:
    """Weekdays downwards, hours to the right; cells of few visits are left out: their share says nothing."""
    told = [row for row in rows if row["start_hour"] is not None and row["visits"] >= 20]
    hours = sorted({row["start_hour"] for row in told})
    days = sorted({row["weekday"] for row in told})
    cells = [
        plots.Cell(
            days.index(row["weekday"]),
            hours.index(row["start_hour"]),
            row["unused_rate"],
            row["visits"],
            f"{_hour_words(row)}: {_share_words(row)}",
        )
        for row in told
    ]
    return plots.heat(
        cells,
        [DAYS[day - 1] for day in days],
        [f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}" for hour in hours],
        "Share of visits unused, by weekday and hour",
    )


def _week(row: Row) -> plots.Point:
    return _point(_monday(row["monday"]), Share(row["no_shows"], row["visits"]))


def _monday(day: date) -> str:
    return f"{day:%b} {day.day}"


def _point(label: str, share: Share) -> plots.Point:
    low, high = share.interval or (0.0, 0.0)
    return plots.Point(label, share.value or 0.0, low, high, share.of)


def _bar(label: str, row: Row) -> plots.Point:
    return plots.Point(label, row["unused_rate"], row["unused_rate_low"], row["unused_rate_high"], row["visits"])


def _clinicians(rows: Sequence[Row], names: Names) -> list[plots.Point]:
    """By name, not by rate: a list that ranks people by their clients' misses is read as one of blame."""
    return sorted((_bar(names.clinician(row["clinician_token"]), row) for row in rows), key=lambda one: one.label)[:20]


def _recent(trend: Sequence[Row]) -> tuple[Share, Share] | None:
    """No-shows of the last weeks and of as many before them."""
    if len(trend) < 2 * RECENT_WEEKS:
        return None
    now, before = trend[-RECENT_WEEKS:], trend[-2 * RECENT_WEEKS : -RECENT_WEEKS]
    return Share(sum(row["no_shows"] for row in now), sum(row["visits"] for row in now)), Share(
        sum(row["no_shows"] for row in before), sum(row["visits"] for row in before)
    )
