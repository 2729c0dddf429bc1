"""`/o/...` and `/v/...`: what is behind the link of a message. Looking changes nothing; whoever has the link is the client.

Nothing of it is logged: the address is a secret, and the pages name no one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask, BackgroundTasks

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.client_links import About, Act
from hsched_core.domain.contact import Channel, Wishes
from hsched_core.domain.errors import UserError
from hsched_core.policy.client_pages import Standing as Visit
from hsched_core.policy.client_pages import asked_of, may
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.client_pages import Seen, Told
from hsched_core.workflow.moves import Picked
from hsched_core.workflow.waitlist import Standing as Offer
from hsched_service.access.guard import public
from hsched_service.access.sign_in import address_of
from hsched_service.client import groups
from hsched_service.client.forms import Fields, answer_of, channels_of, fields_in, instant_of, note_of
from hsched_service.client.language import LANGUAGES
from hsched_service.client.moving import times_page
from hsched_service.client.showing import WAYS, Showing
from hsched_service.client.words import (
    BUSY,
    DONE_BEFORE,
    ENDED,
    SAVED,
    STOP,
    STOPPED,
    TIME_TAKEN,
    TOO_MANY,
    UNKNOWN,
    UNREADABLE,
    WISHES,
)
from hsched_service.failures import log_failure

OFFERS = {
    Offer.OPEN: 200,
    Offer.BOOKED: 200,
    Offer.RECEIVED: 202,
    Offer.DECLINED: 200,
    Offer.LATE: 410,
    Offer.TAKEN: 409,
    Offer.CANCELLED: 410,
}
VISITS = {Visit.COMING: 200, Visit.CONFIRMED: 200, Visit.ASKED: 200, Visit.MOVED: 409, Visit.OVER: 410, Visit.GONE: 410}
VISITS |= {Visit.CHOSEN: 202, Visit.CHANGING: 202, Visit.NEW_TIME: 200, Visit.KEPT: 200, Visit.LEAVING: 200, Visit.LEFT: 200}
# Where an answer to an offer leads, if it counts; anywhere else it came too late for that, and the status says so.
COUNTS = {"accept": {Offer.BOOKED, Offer.RECEIVED}, "decline": {Offer.DECLINED}}
Form = Annotated[Fields | None, Depends(fields_in)]
Shown = Callable[[Showing, Seen], HTMLResponse]


def router(opened: OpenPractice) -> APIRouter:
    """The pages of one practice's clients. What is opened is opened by the first visit."""
    routes = APIRouter(dependencies=[Depends(public(Subject.CLIENT_PAGE))])
    for prefix in ("o", "v"):
        for path, looks, acts in ROOMS:
            address = f"/{prefix}/{{token}}{path}"
            routes.add_api_route(address, _looking(opened, looks), methods=["GET"], response_class=HTMLResponse)
            routes.add_api_route(address, _acting(opened, acts), methods=["POST"], response_class=HTMLResponse)
    return routes


def _looking(opened: OpenPractice, show: Shown) -> Callable[..., HTMLResponse]:
    def look(token: str, request: Request) -> HTMLResponse:
        return _behind(opened, request, token, show)

    return look


def _acting(opened: OpenPractice, act: Callable[[Showing, Seen, Fields], HTMLResponse]) -> Callable[..., HTMLResponse]:
    def answer(token: str, request: Request, fields: Form) -> HTMLResponse:
        return _behind(opened, request, token, lambda at, seen: at.told(UNREADABLE) if fields is None else act(at, seen, fields))

    return answer


def _behind(opened: OpenPractice, request: Request, token: str, then: Shown) -> HTMLResponse:
    """The page, if the address is one; an EHR or a store that does not answer is a page too."""
    at, misses, address = Showing(opened, request, token, None), opened.service.link_misses, address_of(request)
    if _is_part_of_another(request):
        return at.told(UNKNOWN)
    if misses.are_too_many(address):
        return at.told(TOO_MANY)
    try:
        seen = opened.service.client_pages.seen(opened.links.id_of(token))
        if seen is None:
            misses.count(address)
            return at.told(UNKNOWN)
        at = Showing(opened, request, token, seen)
        return then(at, seen)
    except UserError as failure:
        log_failure(failure)
        return at.told(BUSY)


def _is_part_of_another(request: Request) -> bool:
    """Another site's page wants it as its image, frame or data: not looked at, so that it neither counts as a guess nor is one."""
    told = request.headers
    return told.get("sec-fetch-site") == "cross-site" and told.get("sec-fetch-dest", "document") != "document"


# What the message was about


def _home(at: Showing, seen: Seen) -> HTMLResponse:
    if seen.link.about is About.OFFER:
        return _offer(at, seen, "look")
    if seen.has_ended:
        return at.told(ENDED)
    return _wishes(at, seen) if seen.link.about is About.CLIENT else _visit(at, seen, groups.look(at, seen))


def _answered(at: Showing, seen: Seen, fields: Fields) -> HTMLResponse:
    if seen.link.about is About.OFFER:
        said = answer_of(fields, "accept", "decline")
        return _offer(at, seen, said) if said and len(fields) == 1 else at.told(UNREADABLE)
    shown, said = instant_of(fields), answer_of(fields, "keep", *groups.ANSWERS)
    if seen.link.about is not About.VISIT or said is None or shown is None:
        return at.told(UNREADABLE)
    if said in ("keep", "confirm") and not seen.has_ended:
        at.opened.service.moves.keep(seen.link, shown if said == "confirm" else None)  # who comes after all has not moved
    if said == "keep":
        return _home(at, seen)
    told = groups.said(at, seen, said, shown)
    return at.told(ENDED) if seen.has_ended else _read_at_once(at, _visit(at, seen, told))


def _offer(at: Showing, seen: Seen, act: str) -> HTMLResponse:
    """The waitlist desk's answer. How often somebody may answer, and until when, is the offer's own matter."""
    told = getattr(at.opened.waitlist, act)(seen.link.case_id)
    if told is None:
        return at.told(UNKNOWN)
    words, zone = at.words, at.opened.timezone
    until = words.instant(told.answer_by, zone)
    status = OFFERS[told.standing] if told.standing in COUNTS.get(act, {told.standing}) else max(OFFERS[told.standing], 409)
    title, *sentences = words.offers[told.standing]
    page = (title, *(one.format(until=until) for one in sentences))
    return at.page("offer", page, status, when=words.when(told.session, zone), is_open=told.standing is Offer.OPEN)


def _visit(at: Showing, seen: Seen, told: Told) -> HTMLResponse:
    words = at.words
    when = words.when(told.session, at.opened.timezone) if told.session else None
    asked = asked_of(told.session) if told.session else ()
    allowed = {str(act): act in asked and may(told.link or seen.link, told.standing, act) for act in Act}
    starts_at = told.session.starts_at.isoformat() if told.session else ""
    status = VISITS[told.standing] if told.counts else max(VISITS[told.standing], 409)
    chosen = words.instant(told.chosen, at.opened.timezone) if told.chosen else ""
    page = tuple(one.format(chosen=chosen) for one in words.visits[told.standing])
    return at.page("visit", page, status, when=when, allowed=allowed, starts_at=starts_at, may_keep=told.standing is Visit.CHOSEN)


# Another time


def _time(at: Showing, seen: Seen) -> HTMLResponse:
    if seen.link.about is not About.VISIT:
        return at.told(UNKNOWN)
    if seen.has_ended:
        return at.told(ENDED)
    told = groups.look(at, seen)
    if told.session is None or Act.OTHER_TIME not in asked_of(told.session) or not may(seen.link, told.standing, Act.OTHER_TIME):
        return _visit(at, seen, told)
    return times_page(at, told.session, at.opened.service.moves.times(seen.link))


def _asked(at: Showing, seen: Seen, fields: Fields) -> HTMLResponse:
    shown = instant_of(fields)
    if seen.link.about is not About.VISIT or shown is None:
        return at.told(UNREADABLE)
    of_a_group = None if seen.has_ended else groups.no_other_time(at, seen)
    if of_a_group:
        return _visit(at, seen, of_a_group)
    if "pick" in fields:
        return _picked(at, seen, fields, shown)
    told = at.opened.service.client_pages.ask_for_another_time(seen.link, shown, note_of(fields))
    if seen.has_ended:
        return at.told(ENDED)
    if not told.counts or Act.OTHER_TIME in seen.link.acts:
        return _read_at_once(at, _visit(at, seen, told))
    return _read_at_once(at, _visit(at, seen, told), lambda: at.opened.service.moves.note(seen.link))


def _picked(at: Showing, seen: Seen, fields: Fields, shown: datetime) -> HTMLResponse:
    """One of the times that the page showed. Whoever was too late is shown what is left."""
    wanted, service = instant_of(fields, "pick"), at.opened.service
    if wanted is None or len(fields) != 2:
        return at.told(UNREADABLE)
    if seen.has_ended:
        return at.told(ENDED)
    became = service.moves.pick(seen.link, shown, wanted)
    told = service.client_pages.look(seen.link)
    if told.standing is Visit.NEW_TIME or became is Picked.GONE:
        service.moves.told(seen.link)
    is_where_it_was = told.session is not None and told.session.starts_at == shown
    if became is Picked.GONE and is_where_it_was and told.session and may(seen.link, told.standing, Act.OTHER_TIME):
        return times_page(at, told.session, service.moves.times(seen.link), TIME_TAKEN)
    counts, may_look = became is Picked.DONE, may(seen.link, told.standing, Act.OTHER_TIME)
    if not counts and may_look and told.session and not is_where_it_was:
        told = replace(told, standing=Visit.MOVED)
    return _visit(at, seen, replace(told, counts=counts))


# How, and whether, somebody is written to


def _wishes(at: Showing, seen: Seen) -> HTMLResponse:
    if seen.has_ended:
        return at.told(ENDED)
    agreed = at.opened.service.client_pages.channels(seen.link.client)
    facts: dict[str, Any] = {
        "channels": at.words.channels,
        "ways": WAYS,
        "agreed": agreed,
        "preferred": seen.wishes.channel,
        "languages": LANGUAGES,
    }
    return at.page("wishes", at.words.pages[WISHES], **facts)


def _wished(at: Showing, seen: Seen, fields: Fields) -> HTMLResponse:
    channels, language, preferred = channels_of(fields), _one(fields, "language"), _one(fields, "preferred")
    if channels is None or language not in LANGUAGES or preferred not in ("", *WAYS):
        return at.told(UNREADABLE)
    wishes = Wishes(language, Channel(preferred) if preferred in channels else None)
    if at.opened.service.client_pages.prefer(seen.link, wishes, channels):
        return at.told(SAVED)
    return at.told(ENDED if seen.has_ended else DONE_BEFORE)


def _stop(at: Showing, seen: Seen) -> HTMLResponse:
    if seen.has_ended:
        return at.told(ENDED)
    return at.told(STOPPED) if Act.STOP in seen.link.acts else at.page("stop", at.words.pages[STOP])


def _stopped(at: Showing, seen: Seen, fields: Fields) -> HTMLResponse:
    if answer_of(fields, "stop") is None:
        return at.told(UNREADABLE)
    return at.told(STOPPED if at.opened.service.client_pages.stop(seen.link) else ENDED)


def _one(fields: Fields, name: str) -> str:
    told = fields.get(name, [""])
    return told[0] if len(told) == 1 else "?"


def _read_at_once(at: Showing, response: HTMLResponse, *also: Callable[[], object]) -> HTMLResponse:
    """What a client wrote may not be able to wait: the desk of replies has a round after the page is sent, not only when a job asks."""
    response.background = BackgroundTasks([BackgroundTask(_quietly, one) for one in (at.opened.replies.advance, *also)])
    return response


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as failure:  # whatever it is: the message is kept, and the next round has it again
        log_failure(failure)


ROOMS = (("", _home, _answered), ("/time", _time, _asked), ("/wishes", _wishes, _wished), ("/stop", _stop, _stopped))
