"""Where people start, and what the service knows of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.pages.navigation import start_of
from hsched_service.pages.rendering import page


def router(opened: OpenPractice) -> APIRouter:
    """The start and the account."""
    made = APIRouter()

    @made.get("/")
    def start(visitor: Annotated[Visitor, Depends(needs(Subject.HOME))]) -> Response:
        return see_other(opened, start_of(visitor.person, visitor.may))

    @made.get("/account")
    def account(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.HOME))]) -> Response:
        rules = opened.service.section.rules
        ends_at = visitor.session.started_at + rules.absolute
        minutes, theirs = int(rules.idle.total_seconds() // 60), opened.service.passkeys.store.of(visitor.person.token)
        return page(request, visitor, "access/account.html", ends_at=ends_at, idle_minutes=minutes, passkeys=theirs)

    return made
