"""The gate before the sidebar: a cookie for each launch, which a frame of another site keeps, and which opens nothing else.

`SameSite=None` because the frame stands in the EHR's page, `Partitioned` because it is to be seen from that page alone. Two charts open
beside each other are two launches: each page names its own, so that none ever shows the other's client.
"""

import re
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from hsched_adapters.embedding.frames import InFrame
from hsched_adapters.service_parts import ServiceParts
from hsched_core.policy.permissions import Subject
from hsched_service.access.cookies import cookie_name, csrf_of
from hsched_service.access.guard import SAFE_METHODS, Declared, Visitor, asks_by_itself, check_posted
from hsched_service.access.plain import check_address
from hsched_service.access.turned_away import NotPermittedHereError, NotProvedError, NotSignedInError

COOKIE = "hsched-frame-"
HANDLE = re.compile(r"[0-9a-f]{16}")
MOST = 8  # launches that one browser keeps open in one EHR


@dataclass(frozen=True)
class Guest:
    """Who came by a launch, and what it is about."""

    visitor: Visitor
    frame: InFrame


class Launched(Declared):
    """Open to who was launched into that very page, with a role that the subject names; a form must come from a page of this launch."""

    async def __call__(self, request: Request) -> Guest:
        guest = await run_in_threadpool(self._admitted, request)
        check_address(request)
        request.state.is_guest = True  # what a desk refuses is told in full to who came in
        if request.method not in SAFE_METHODS:
            if not guest.visitor.session.is_proved:  # a passkey cannot be shown in another site's frame
                raise NotProvedError
            await check_posted(request, guest.visitor)
        return guest

    def _admitted(self, request: Request) -> Guest:
        guest = _found(request.app.state.opened.service, request, str(request.path_params.get("handle", "")))
        if guest is None:
            raise NotSignedInError
        if not guest.visitor.may(self.subject):
            guest.visitor.parts.access_trail.refused(guest.visitor.person.token, str(self.subject), "role")
            raise NotPermittedHereError
        return guest


def launched() -> Launched:
    """The dependency of a page of the sidebar; its path has a `handle`."""
    return Launched(Subject.SIDEBAR)


def keep(parts: ServiceParts, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Let the frame keep it, while the browser is open or for that long. Python's cookies learn `Partitioned` in 3.14."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    line = f"{cookie_name(parts, name)}={value}; Path=/; HttpOnly; Secure; SameSite=None; Partitioned{age}"
    answer.headers.append("set-cookie", line)


def forget(parts: ServiceParts, answer: Response, name: str) -> None:
    """The frame keeps it no longer."""
    keep(parts, answer, name, "", 0)


def make_room(parts: ServiceParts, request: Request, answer: Response) -> None:
    """Launches that are over are forgotten, and the oldest ended, so that the browser's cookies stay few."""
    begin, frames, alive = cookie_name(parts, COOKIE), parts.embedding.frames, []
    for name, value in request.cookies.items():
        if not name.startswith(begin):
            continue
        found = frames.of(value, is_alive=False)
        if found is None:
            forget(parts, answer, COOKIE + name.removeprefix(begin))
        else:
            alive.append(found)
    for one in sorted(alive, key=lambda one: one.session.seen_at)[: max(0, len(alive) - MOST + 1)]:
        frames.end(one, "replaced")
        forget(parts, answer, COOKIE + one.handle)


def _found(parts: ServiceParts, request: Request, handle: str) -> Guest | None:
    kept = request.cookies.get(cookie_name(parts, COOKIE + handle), "") if HANDLE.fullmatch(handle) else ""
    if not kept or parts.embedding.section is None:
        return None
    frame = parts.embedding.frames.of(kept, is_alive=not asks_by_itself(request))
    person = parts.roll.person(frame.session.login) if frame and frame.handle == handle else None
    return Guest(Visitor(person, frame.session, csrf_of(frame.secret), parts), frame) if frame and person else None
