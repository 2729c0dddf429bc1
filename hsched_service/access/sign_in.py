"""Signing in and out: the demo people of a practice in a box by password, everybody else by the practice's provider."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.service_parts import RETURN
from hsched_core.domain.access import NOBODY, TOO_LONG_AGO, Vouched, Way
from hsched_core.domain.errors import NotReadError
from hsched_core.policy.permissions import Subject
from hsched_service.access.cookies import WANTED, cookie_name, give, secret_in, take_back, wanted_path
from hsched_service.access.guard import Visitor, needs, public
from hsched_service.access.plain import Word
from hsched_service.access.turned_away import ForgedError, NotThereError, TooManyError
from hsched_service.failures import log_failure
from hsched_service.pages.rendering import page

PENDING, PENDING_SECONDS = "hsched-pending", 600
TOO_OLD = "This sign-in took too long, or began in another browser. Please begin again."
NOT_VOUCHED = "Your provider did not sign you in. Please try again."
NOT_READ = "Your provider's keys are older than a day and could not be read again: it signs nobody in. hsched's log says why."
STRANGER = "Your provider knows you, but this practice's list of people does not, or your account is disabled."
WRONG = "Login and password do not belong together."
LONGEST_LOGIN = 63
# Of answers from a provider: none of these brought a code that it was asked about and refused. Another site's page can cause some of them.
NO_GUESS = frozenset({"state", "issuer", "denied", "provider_not_reached", "provider_answer", TOO_LONG_AGO})
CODES = {"unknown_person": STRANGER, TOO_LONG_AGO: NOT_READ}
SAME_SITE = frozenset({"", "none", "same-origin"})  # of Sec-Fetch-Site; browsers without it send nothing


def router(opened: OpenPractice) -> APIRouter:
    """The pages of one practice."""
    made = APIRouter()

    @made.get("/sign-in", dependencies=[Depends(public(Subject.SIGN_IN))])
    def show(request: Request) -> Response:
        return _page(opened, request)

    @made.post("/sign-in", dependencies=[Depends(public(Subject.SIGN_IN))])
    def sign_in(request: Request, login: Word = "", password: Word = "") -> Response:
        if opened.service.demo is None:
            raise NotThereError
        _check_own_page(request)
        return _signed_in_by_password(opened, request, login.strip().lower()[:LONGEST_LOGIN], password)

    @made.get("/sign-in/provider", dependencies=[Depends(public(Subject.SIGN_IN))])
    def to_provider() -> Response:
        return _to_provider(opened)

    @made.get(RETURN, dependencies=[Depends(public(Subject.SIGN_IN))])
    def back(request: Request) -> Response:
        answer = _back(opened, request)
        take_back(opened.service, answer, PENDING)
        return answer

    @made.post("/sign-out")
    def sign_out(visitor: Annotated[Visitor, Depends(needs(Subject.HOME))]) -> Response:
        opened.service.sign_ins.end(visitor.session)
        answer = see_other(opened, "/sign-in")
        take_back(opened.service, answer)
        return answer

    return made


def signed_in(opened: OpenPractice, request: Request, login: str, way: Way, vouched: Vouched = NOBODY) -> Response:
    """A new sign-in, whatever the browser had before, and on to what they wanted, or to where they start."""
    parts = opened.service
    answer = see_other(opened, wanted_path(parts, request))
    take_back(parts, answer, WANTED)
    give(parts, answer, parts.sign_ins.start(login, way, instead_of=secret_in(parts, request), vouched=vouched))
    return answer


def see_other(opened: OpenPractice, path: str) -> Response:
    """Go on at that path of ours, with a GET."""
    return RedirectResponse(f"{opened.service.root}{path}", 303, {"Cache-Control": "no-store"})


def address_of(request: Request) -> str:
    """Whom tries are counted against: the peer, as the server sees it; behind a proxy, what uvicorn was told to believe of it."""
    return request.client.host if request.client else ""


def _signed_in_by_password(opened: OpenPractice, request: Request, login: str, password: str) -> Response:
    parts = opened.service
    assert parts.demo is not None
    if not parts.rates.may_try(login, address_of(request)):
        parts.note_refused_sign_in(login, "too_many")
        raise TooManyError
    if not parts.demo.fits(login, password) or parts.roll.person(login) is None:
        parts.rates.failed(address_of(request))
        parts.note_refused_sign_in(login, "wrong_password")
        return _page(opened, request, WRONG, 401)
    parts.rates.succeeded(login)
    return signed_in(opened, request, login, Way.DEMO)


def _to_provider(opened: OpenPractice) -> Response:
    """Off to sign in there; what the answer must belong to stays in this browser, sealed."""
    parts = opened.service
    if parts.provider is None:
        raise NotThereError
    address, kept = parts.provider.begin()
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    give(parts, answer, kept, PENDING, PENDING_SECONDS)
    return answer


def _back(opened: OpenPractice, request: Request) -> Response:
    """Back from the provider: signed in, if it vouches for somebody whom people.yaml knows."""
    parts = opened.service
    if parts.provider is None:
        raise NotThereError
    if not parts.rates.may_try("", address_of(request)):
        raise TooManyError
    kept = request.cookies.get(cookie_name(parts, PENDING), "")
    try:
        found = parts.provider.finish(kept, dict(request.query_params))
    except NotReadError as refusal:
        log_failure(refusal)
        if refusal.code not in NO_GUESS:
            parts.rates.failed(address_of(request))
        parts.note_refused_sign_in("", refusal.code)
        return _page(opened, request, CODES.get(refusal.code, NOT_VOUCHED), 403)
    if found is None:
        return _page(opened, request, TOO_OLD, 400)
    if parts.roll.person(found.login) is None:
        parts.rates.failed(address_of(request))
        parts.note_refused_sign_in(found.login, "unknown_person")
        return _page(opened, request, STRANGER, 403)
    return signed_in(opened, request, found.login, Way.PROVIDER, found.vouched)


def _page(opened: OpenPractice, request: Request, problem: str = "", status: int = 200) -> Response:
    has_demo = opened.service.demo is not None
    return page(
        request, None, "access/sign_in.html", status, problem=problem, has_demo=has_demo, has_provider=opened.service.provider is not None
    )


def _check_own_page(request: Request) -> None:
    """Nobody is signed in yet, so a form has no secret of theirs: browsers say where it came from."""
    if request.headers.get("sec-fetch-site", "") not in SAME_SITE:
        raise ForgedError
