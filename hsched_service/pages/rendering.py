"""Pages from templates: escaped always, in the practice's zone, with navigation and kill switch for who may, and the same headers."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor
from hsched_service.pages.assets import asset
from hsched_service.pages.headers import page_headers
from hsched_service.pages.navigation import ROOMS

TEMPLATES = Path(__file__).with_name("templates")


def page(
    request: Request, visitor: Visitor | None, template: str, status: int = 200, *, frames: str = "'none'", **facts: Any
) -> HTMLResponse:
    """The template with these facts, for that visitor (None: for who has not signed in). `frames`: see `page_headers`."""
    text = _environment().get_template(template).render(**_around(request, visitor), **facts)
    return HTMLResponse(text, status, dict(page_headers(frames)))


def fragment(request: Request, visitor: Visitor | None, template: str, **facts: Any) -> str:
    """A part of a page as text, for live updates."""
    return _environment().get_template(template).render(**_around(request, visitor), **facts)


def _around(request: Request, visitor: Visitor | None) -> dict[str, Any]:
    """What the layout knows besides the page's own facts."""
    opened = request.app.state.opened
    if visitor is None:
        return {"practice_name": opened.practice.name, "root": opened.service.root, "zone": opened.timezone, "visitor": None}
    with opened.path_store.looking() as state:
        is_stopped = state.is_stopped()
    return {
        "practice_name": opened.practice.name,
        "root": opened.service.root,
        "zone": opened.timezone,
        "visitor": visitor,
        "here": request.url.path,
        "rooms": [one for one in ROOMS if visitor.may(one.subject)],
        "is_stopped": is_stopped,
        "may_stop": visitor.may(Subject.SWITCH),
        "may_release": visitor.may(Subject.RELEASE),
    }


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"day": _day, "time": _time, "instant": _instant}
    made.globals |= {"at": _at, "asset": _asset, "Subject": Subject}
    return made


@pass_context
def _at(context: Context, path: str) -> str:
    """A path of ours as browsers reach it."""
    return f"{context['root']}{path}"


@pass_context
def _asset(context: Context, name: str) -> str:
    return f"{context['root']}{asset(name)}"


@pass_context
def _day(context: Context, when: date | datetime) -> str:
    """Tue, Mar 3: in the practice's zone, where it is an instant."""
    local = when.astimezone(context["zone"]) if isinstance(when, datetime) else when
    return f"{local:%a}, {local:%b} {local.day}"


@pass_context
def _time(context: Context, when: datetime) -> str:
    """2:30 PM, on the practice's wall clock."""
    local = when.astimezone(context["zone"])
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


@pass_context
def _instant(context: Context, when: datetime) -> str:
    """Tue, Mar 3, 2:30 PM."""
    return f"{_day(context, when)}, {_time(context, when)}"
