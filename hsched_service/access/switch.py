"""The kill switch on every page: anybody who signed in may throw it, a manager may release it. The rules are the path's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other


def router(opened: OpenPractice) -> APIRouter:
    """Two buttons."""
    made = APIRouter()

    @made.post("/switch/stop")
    def stop(visitor: Annotated[Visitor, Depends(needs(Subject.SWITCH))]) -> Response:
        opened.path.stop(visitor.person.token)
        return see_other(opened, "/")

    @made.post("/switch/release")
    def release(visitor: Annotated[Visitor, Depends(needs(Subject.RELEASE))]) -> Response:
        opened.path.release(visitor.person)
        return see_other(opened, "/")

    return made
