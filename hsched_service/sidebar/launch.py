"""A launch by the EHR (SMART App Launch 2): off to the EHR to be vouched for, and back into the sidebar with what somebody has open."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.access import TOO_LONG_AGO
from hsched_core.domain.errors import NotReadError
from hsched_core.policy.permissions import Subject, may
from hsched_service.access.cookies import cookie_name
from hsched_service.access.framing import LAUNCHING, SIDEBAR, frames_of
from hsched_service.access.guard import public
from hsched_service.access.sign_in import NO_GUESS, address_of, see_other
from hsched_service.access.turned_away import NotThereError, TooManyError
from hsched_service.failures import log_failure
from hsched_service.pages.rendering import page
from hsched_service.sidebar.gate import COOKIE, forget, keep, make_room

PENDING, PENDING_SECONDS = "hsched-launch-", 600
TITLE = "hsched was not opened"
TOO_OLD = "This took too long, or began in another browser. Please open it again in the EHR."
FOREIGN = "This was not asked for by the EHR that the practice works with."
NOT_VOUCHED = "The EHR did not say who you are. Please open it again there."
NOT_READ = "The EHR's keys are older than a day and could not be read again: it cannot open hsched. hsched's log says why."
STRANGER = "The EHR knows you, but this practice's list of people does not, or your account is disabled."
NOT_FOR_ROLE = "Your role has no part in this page. If it should, ask who keeps the list of people."
NO_CLIENT = "The EHR did not say which client you have open."
UNKNOWN_CLIENT = "hsched does not know this client yet, or the client is not yours to see."
CODES = {"foreign_issuer": FOREIGN, "unknown_person": STRANGER, TOO_LONG_AGO: NOT_READ}
LONGEST = 4096  # characters of what an address may bring


def router(opened: OpenPractice) -> APIRouter:
    """Where the EHR's frame begins, and where it comes back to."""
    made = APIRouter(prefix=LAUNCHING, dependencies=[Depends(public(Subject.LAUNCH))])

    @made.get("/launch")
    def begin(
        request: Request,
        iss: Annotated[str, Query(max_length=LONGEST)] = "",
        launch: Annotated[str, Query(max_length=LONGEST)] = "",
    ) -> Response:
        return _begun(opened, request, iss, launch)

    @made.get("/return")
    def back(request: Request, state: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
        answer = _back(opened, request, _pending(state))
        forget(opened.service, answer, _pending(state))
        return answer

    return made


def _begun(opened: OpenPractice, request: Request, issuer: str, launch: str) -> Response:
    """Off to the EHR; what its answer must belong to stays in this frame, sealed."""
    embedding = opened.service.embedding
    if embedding.launches is None:
        raise NotThereError
    _check_rate(opened, request)
    try:
        address, kept, state = embedding.launches.begin(issuer, launch)
    except NotReadError as refusal:
        return _refused(opened, request, refusal)
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    keep(opened.service, answer, _pending(state), kept, PENDING_SECONDS)
    return answer


def _back(opened: OpenPractice, request: Request, pending: str) -> Response:
    """Back from the EHR: into the sidebar, if it vouches for somebody of the practice, and says whom they have open."""
    parts = opened.service
    if parts.embedding.launches is None:
        raise NotThereError
    _check_rate(opened, request)
    kept = request.cookies.get(cookie_name(parts, pending), "")
    try:
        launched = parts.embedding.launches.finish(kept, dict(request.query_params))
    except NotReadError as refusal:
        if refusal.code not in NO_GUESS:
            parts.embedding.rates.failed(address_of(request))
        return _refused(opened, request, refusal)
    if launched is None:
        return _told(request, TOO_OLD, 400)
    person = parts.roll.person(launched.login)
    if person is None or not may(person, Subject.SIDEBAR):
        parts.embedding.rates.failed(address_of(request))
        parts.embedding.note_refused("launch", launched.login, "unknown_person" if person is None else "role")
        return _told(request, STRANGER if person is None else NOT_FOR_ROLE, 403)
    if not launched.patient and not launched.appointment:
        return _told(request, NO_CLIENT, 400)
    appointment = parts.embedding.visit(launched.appointment)
    client = parts.embedding.client(launched.patient, person.token) if launched.patient else _client_of(opened, appointment)
    if client is None:
        return _told(request, UNKNOWN_CLIENT, 404)
    return _inside(opened, request, person.token, client, appointment)


def _client_of(opened: OpenPractice, appointment: str) -> str | None:
    """Whose visit it is, where the EHR named nothing else."""
    visit = opened.reader.appointment(appointment)
    return visit.session.client if visit else None


def _inside(opened: OpenPractice, request: Request, login: str, client: str, appointment: str) -> Response:
    handle, kept = opened.service.embedding.frames.start(login, client, appointment)
    answer = see_other(opened, f"{SIDEBAR}/{handle}")
    make_room(opened.service, request, answer)
    keep(opened.service, answer, f"{COOKIE}{handle}", kept)
    return answer


def _refused(opened: OpenPractice, request: Request, refusal: NotReadError) -> Response:
    log_failure(refusal)
    opened.service.embedding.note_refused("launch", "", refusal.code)
    return _told(request, CODES.get(refusal.code, NOT_VOUCHED), 403)


def _check_rate(opened: OpenPractice, request: Request) -> None:
    if not opened.service.embedding.rates.may_try("", address_of(request)):
        raise TooManyError


def _pending(state: str) -> str:
    """A cookie for each launch under way: several may be, where an EHR opens several frames at once."""
    return PENDING + hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()[:16]


def _told(request: Request, sentence: str, status: int) -> Response:
    return page(request, None, "sidebar/told.html", status, frames=frames_of(request), title=TITLE, sentences=(sentence,))
