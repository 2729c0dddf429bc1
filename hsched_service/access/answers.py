"""What somebody is told who is turned away, or whose wish could not be met: a page for browsers, a word for programs; never an echo."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from hsched_core.domain.errors import NotReadError, UserError
from hsched_core.policy.approval import NotPermittedError
from hsched_service.access.cookies import WANTED, WANTED_SECONDS, give, is_ours
from hsched_service.access.framing import frames_of, is_framed
from hsched_service.access.guard import SAFE_METHODS, Visitor, visitor_of
from hsched_service.access.turned_away import NotProvedError, NotSignedInError, TurnedAwayError
from hsched_service.failures import log_failure
from hsched_service.pages.rendering import page

START = ("/", "To the start page")
AGAIN = ("/sign-in", "Sign in")


@dataclass(frozen=True)
class Told:
    """A page of words."""

    title: str
    sentences: tuple[str, ...]
    way_on: tuple[str, str] | None = START


TOLD: Mapping[str, Told] = {
    "not_signed_in": Told("Please sign in", ("You are signed out, or your time is over. What you sent just now was not done.",), AGAIN),
    "passkey_wanted": Told("Please show your passkey", ("What you sent just now was not done.",), ("/sign-in/passkey", "Show it")),
    "not_permitted": Told("Not for your role", ("Your role has no part in this page. If it should, ask who keeps the list of people.",)),
    "form_is_old": Told("This form is old", ("It is not of how you are signed in now: nothing was done. Please open the page again.",)),
    "not_there": Told("There is nothing here", ("The address may be wrong, or what it led to is not yours to see.",)),
    "too_many": Told("Too many tries", ("Please wait a while before the next one.",), None),
    "invalid_request": Told("That could not be understood", ("Something in the form was missing or of the wrong kind. Nothing was done.",)),
    "too_large": Told("That is too much at once", ("Nothing was done.",)),
    "failed": Told("That did not work", ("It was our fault, it was written down, and nothing was half done.",)),
    "refused": Told("That cannot be done", ()),
}
IN_FRAME: Mapping[str, Told] = {
    "not_signed_in": Told("Please open hsched again in the EHR", ("This part of it is closed: its time is over. Nothing was done.",)),
    "passkey_wanted": Told(
        "Please decide at the desk", ("You have a passkey, which cannot be shown here. What you sent just now was not done.",)
    ),
}
KINDS = {404: "not_there", 405: "invalid_request", 413: "too_large"}


def add_answers(app: FastAPI) -> None:
    """Every way of not being served, in one place."""
    app.add_exception_handler(TurnedAwayError, _turned_away)
    app.add_exception_handler(UserError, _cannot)
    app.add_exception_handler(RequestValidationError, _unprocessable)
    app.add_exception_handler(HTTPException, _plain)


async def answer(request: Request, kind: str, status: int, told: Told | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """A page where the other side reads pages, otherwise `{"error": kind}`."""
    if not _reads_pages(request):
        return JSONResponse({"error": kind}, status, {"Cache-Control": "no-store", **(headers or {})})
    if is_framed(request.url.path):
        made = await run_in_threadpool(_in_frame, request, status, told or IN_FRAME.get(kind) or TOLD[kind])
    else:
        made = await run_in_threadpool(_of_page, request, status, told or TOLD[kind])
    made.headers.update(headers or {})
    return made


def _of_page(request: Request, status: int, words: Told) -> Response:
    title, sentences, way_on = words.title, words.sentences, words.way_on
    return page(request, _visitor(request), "access/refused.html", status, title=title, sentences=sentences, way_on=way_on)


def _in_frame(request: Request, status: int, words: Told) -> Response:
    """In the EHR's frame nobody is signed in to anything else: no way on, and no button that a frame could be laid over."""
    return page(request, None, "sidebar/told.html", status, frames=frames_of(request), title=words.title, sentences=words.sentences)


async def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedAwayError)
    is_page = request.method in SAFE_METHODS and _reads_pages(request) and not is_framed(request.url.path)
    if isinstance(error, NotSignedInError) and is_page:
        return await run_in_threadpool(_to_sign_in, request, "/sign-in/passkey" if isinstance(error, NotProvedError) else "/sign-in")
    return await answer(request, error.kind, error.status)


def _to_sign_in(request: Request, where: str) -> Response:
    """Off to sign in, or to show a passkey; the browser remembers which page was wanted."""
    parts = request.app.state.opened.service
    made = RedirectResponse(f"{parts.root}{where}", 303, {"Cache-Control": "no-store"})
    if is_ours(request.url.path):
        give(parts, made, request.url.path, WANTED, WANTED_SECONDS)
    return made


async def _cannot(request: Request, error: Exception) -> Response:
    """A desk refused: its own words, which hold no patient's value, and the remedy; whoever has not signed in learns less."""
    assert isinstance(error, UserError)
    log_failure(error)
    if not getattr(request.state, "is_guest", False) and await run_in_threadpool(_visitor, request) is None:
        return await answer(request, "failed", 503)
    if isinstance(error, NotPermittedError):
        return await answer(request, "not_permitted", 403, Told("Not yours to decide", (str(error),)))
    status = 503 if isinstance(error, NotReadError) else 409
    return await answer(request, "refused", status, Told("That cannot be done", tuple(filter(None, (error.problem, error.remedy)))))


async def _unprocessable(request: Request, _error: Exception) -> Response:
    """FastAPI's own answer repeats what was sent."""
    return await answer(request, "invalid_request", 422)


async def _plain(request: Request, error: Exception) -> Response:
    """No such route, or no such method on it."""
    assert isinstance(error, HTTPException)
    return await answer(request, KINDS.get(error.status_code, "refused"), error.status_code, headers=error.headers)


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _visitor(request: Request) -> Visitor | None:
    """Who asks, for the page's layout; a page about a failure must not fail on that."""
    try:
        found = visitor_of(request)
        return found if found and found.session.is_proved else None
    except Exception as failure:  # whatever it is, it was logged, and the page is shown to nobody in particular
        log_failure(failure)
        return None
