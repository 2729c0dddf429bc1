"""Staff pages: what waits, calendar, calls, waitlist, insights, model, audit. They read `opened.service.desk`; decisions go to the path."""

from collections.abc import Callable

from fastapi import APIRouter

from hsched_adapters.assembly import OpenPractice
from hsched_service.desk import (
    auditor,
    calendar,
    calls,
    capacity,
    clients,
    effects,
    groups,
    insights,
    live,
    model,
    own_day,
    queue,
    replies,
    rules,
    steering,
    undo,
    waitlist,
)

ROUTERS: tuple[Callable[[OpenPractice], APIRouter], ...] = (
    calendar.router,
    queue.router,
    queue.deciding_router,
    undo.router,
    calls.router,
    waitlist.router,
    groups.router,
    replies.router,
    clients.router,
    insights.router,
    capacity.router,
    steering.phases_router,
    steering.orders_router,
    rules.router,
    effects.router,
    own_day.router,
    model.router,
    auditor.router,
    auditor.verifying_router,
    live.router,
)
