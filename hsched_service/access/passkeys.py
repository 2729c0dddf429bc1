"""Passkeys: a second factor that who wants one adds on their account's page, and from then on shows at each sign-in."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.responses import JSONResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import UserError
from hsched_core.policy.permissions import Subject
from hsched_service.access.cookies import WANTED, cookie_name, give, secret_in, take_back, wanted_path
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import address_of, see_other
from hsched_service.access.turned_away import NotThereError, TooManyError
from hsched_service.pages.rendering import page

KEPT, KEPT_SECONDS = "hsched-passkey", 600
Whole = Annotated[Visitor, Depends(needs(Subject.HOME))]
Half = Annotated[Visitor, Depends(needs(Subject.PROVE))]
Answer = Annotated[dict[str, Any], Body()]


def router(opened: OpenPractice) -> APIRouter:
    """Adding, showing, removing."""
    made = APIRouter()
    _add_account(made, opened)
    _add_sign_in(made, opened)
    return made


def _add_account(made: APIRouter, opened: OpenPractice) -> None:
    @made.post("/account/passkeys/options")
    def options_to_add(visitor: Whole) -> Response:
        return _asked(opened, *opened.service.passkeys.begin_adding(visitor.person.token))

    @made.post("/account/passkeys")
    def add(request: Request, visitor: Whole, answer: Answer) -> Response:
        opened.service.passkeys.finish_adding(visitor.person.token, visitor.session.id, _kept(opened, request), answer)
        return _onward(opened, "/account")

    @made.post("/account/passkeys/{passkey}/remove")
    def remove(passkey: str, visitor: Whole) -> Response:
        store, login = opened.service.passkeys.store, visitor.person.token
        found = next((one for one in store.of(login) if one.id == passkey), None)
        if found is None:
            raise NotThereError
        store.remove(found, login)
        return see_other(opened, "/account")


def _add_sign_in(made: APIRouter, opened: OpenPractice) -> None:
    @made.get("/sign-in/passkey")
    def ask(request: Request, visitor: Half) -> Response:
        if visitor.session.is_proved:
            return see_other(opened, "/")
        return page(request, None, "access/passkey.html", csrf=visitor.csrf)

    @made.post("/sign-in/passkey/options")
    def options_to_prove(visitor: Half) -> Response:
        return _asked(opened, *opened.service.passkeys.begin_proof(visitor.person.token, visitor.session.id))

    @made.post("/sign-in/passkey")
    def prove(request: Request, visitor: Half, answer: Answer) -> Response:
        return _proved(opened, request, visitor, answer)


def _proved(opened: OpenPractice, request: Request, visitor: Visitor, answer: dict[str, Any]) -> Response:
    """Signed in whole, under a new secret."""
    parts, login, half = opened.service, visitor.person.token, visitor.session
    store = parts.passkeys.store
    if not parts.rates.may_try(login, address_of(request)):
        parts.note_refused_sign_in(login, "too_many")
        raise TooManyError
    try:
        shown, uses = parts.passkeys.finish_proof(login, half.id, _kept(opened, request), answer)
        secret = parts.sign_ins.start(
            login, half.way, instead_of=secret_in(parts, request), proof=lambda recording: store.used(recording, shown, uses, half.id)
        )
    except UserError:
        parts.rates.failed(address_of(request))
        parts.note_refused_sign_in(login, "passkey")
        raise
    parts.rates.succeeded(login)
    made = _onward(opened, wanted_path(parts, request))
    give(parts, made, secret)
    take_back(parts, made, WANTED)
    return made


def _asked(opened: OpenPractice, options: dict[str, Any], kept: str) -> Response:
    made = JSONResponse(options, headers={"Cache-Control": "no-store"})
    give(opened.service, made, kept, KEPT, KEPT_SECONDS)
    return made


def _onward(opened: OpenPractice, path: str) -> Response:
    made = JSONResponse({"next": f"{opened.service.root}{path}"}, headers={"Cache-Control": "no-store"})
    take_back(opened.service, made, KEPT)
    return made


def _kept(opened: OpenPractice, request: Request) -> str:
    return request.cookies.get(cookie_name(opened.service, KEPT), "")
