"""The gate before every route: what it is about, and who therefore may come in. A route that does not say stops the service from starting.

`Annotated[Visitor, Depends(needs(Subject.QUEUE))]` for who signed in; `dependencies=[Depends(public(Subject.HEALTH))]` for everybody else.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import iter_route_contexts
from starlette.datastructures import FormData

from hsched_adapters.service_parts import ServiceParts
from hsched_core.domain.access import SignIn
from hsched_core.domain.people import Person
from hsched_core.policy.permissions import PROOFS, Scope, Subject, may, reaches, scope_of
from hsched_service.access.cookies import csrf_of, secret_in
from hsched_service.access.plain import check_address, check_form
from hsched_service.access.turned_away import ForgedError, NotPermittedHereError, NotProvedError, NotSignedInError, NotThereError

# Their routes answer what is no address of theirs themselves: kindly, in the client's language; or as they answer every stranger.
OWN_ANSWERS = frozenset({Subject.CLIENT_PAGE, Subject.WEBHOOK, Subject.PREDICT})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD, HEADER = "csrf", "x-csrf-token"


@dataclass(frozen=True)
class Visitor:
    """Who signed in, for one request."""

    person: Person
    session: SignIn
    csrf: str = field(repr=False)
    parts: ServiceParts = field(repr=False)

    def may(self, subject: Subject) -> bool:
        return may(self.person, subject)

    def scope(self, subject: Subject) -> Scope:
        return scope_of(self.person, subject)

    def check_reach(self, subject: Subject, clinician: str | None) -> None:
        """Something of that clinician's is asked for: NotThereError where it is beyond the person, as if it were not there."""
        if not reaches(self.person, subject, clinician):
            raise NotThereError

    def saw(self, purpose: str, clients: Iterable[str]) -> None:
        """They are shown these clients' records (pseudonyms): for the audit trail. `purpose` is the page, such as `desk.queue`."""
        self.parts.access_trail.viewed(self.person.token, self.session.id, purpose, clients)


@dataclass(frozen=True)
class Declared:
    """A route's word about its subject."""

    subject: Subject


class Public(Declared):
    """Open to who has not signed in; the route itself asks for whatever proof its subject takes."""

    async def __call__(self, request: Request) -> None:
        """Only that the address is one."""
        if self.subject not in OWN_ANSWERS:
            check_address(request)


class Needs(Declared):
    """Open to who signed in with a role that the subject names; a form must come from a page of this sign-in."""

    async def __call__(self, request: Request) -> Visitor:
        visitor = await run_in_threadpool(self._admitted, request)
        check_address(request)
        if request.method not in SAFE_METHODS:
            await _check_form(request, visitor)
        return visitor

    def _admitted(self, request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor is None:
            raise NotSignedInError
        if not visitor.session.is_proved and self.subject is not Subject.PROVE:
            raise NotProvedError
        if not visitor.may(self.subject):
            visitor.parts.access_trail.refused(visitor.person.token, str(self.subject), "role")
            raise NotPermittedHereError
        return visitor


def needs(subject: Subject) -> Needs:
    """The dependency of a route about that subject."""
    if subject in PROOFS:
        raise ValueError(f"{subject} is not of people who sign in")
    return Needs(subject)


def public(subject: Subject) -> Public:
    """The dependency of a route whose subject needs no sign-in."""
    if subject not in PROOFS:
        raise ValueError(f"{subject} needs a sign-in")
    return Public(subject)


def visitor_of(request: Request) -> Visitor | None:
    """Who signed in, as people.yaml says now; None where nobody did, or no longer. Asked once a request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _found(request)
    found: Visitor | None = request.state.visitor
    return found


def asks_by_itself(request: Request) -> bool:
    """Whether a page that lies open asks, and no person: that keeps nobody signed in."""
    return request.headers.get("x-live") == "1" or "text/event-stream" in request.headers.get("accept", "")


def _found(request: Request) -> Visitor | None:
    parts: ServiceParts = request.app.state.opened.service
    secret = secret_in(parts, request)
    session = parts.sign_ins.of(secret, is_alive=not asks_by_itself(request)) if secret else None
    person = parts.roll.person(session.login) if session else None
    return Visitor(person, session, csrf_of(secret), parts) if person and session else None


async def _check_form(request: Request, visitor: Visitor) -> None:
    """Of this sign-in, and made of plain texts."""
    async with request.form() as form:  # no route takes a file: what came as one is closed here
        await _check_secret(request, visitor, form)
        check_form(form)


async def _check_secret(request: Request, visitor: Visitor, form: FormData) -> None:
    said = request.headers.get(HEADER) or form.get(FORM_FIELD)
    given = said if isinstance(said, str) else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), visitor.csrf.encode()):
        await run_in_threadpool(visitor.parts.access_trail.refused, visitor.person.token, "form", "csrf")
        raise ForgedError


def subject_of(route: Any) -> Subject | None:
    """What a route (or a mounted application, by its attribute `subject`) says it is about; None where it says nothing."""
    said = getattr(getattr(route, "app", None), "subject", None)
    if isinstance(said, Subject):
        return said
    dependant = getattr(route, "dependant", None)
    found = [one.call.subject for one in getattr(dependant, "dependencies", ()) if isinstance(one.call, Declared)]
    return found[-1] if found else None


def declared(app: FastAPI) -> Iterator[tuple[str, str, Subject | None]]:
    """Method, path and subject of every route; method `*` for a mounted application."""
    for route in iter_route_contexts(app.routes):
        methods = sorted(set(route.methods or {"*"}) - {"HEAD"})
        yield from ((method, str(route.path), subject_of(route)) for method in methods)


def check_declared(app: FastAPI) -> None:
    """RuntimeError naming the routes that do not say what they are about."""
    silent = sorted(f"{method} {path}" for method, path, subject in declared(app) if subject is None)
    if silent:
        raise RuntimeError(f"Routes that declare no subject: {', '.join(silent)}. Add Depends(needs(...)) or Depends(public(...)).")
