"""The guardrails present so far: the rules every action passes, and the practice's own settings of them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import time, timedelta
from inspect import cleandoc
from typing import Annotated, get_type_hints

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.gate import RULES
from hsched_core.policy.permissions import Subject
from hsched_core.policy.practice import PracticePolicy
from hsched_service.access.guard import Visitor, needs
from hsched_service.pages.rendering import page


def router(opened: OpenPractice) -> APIRouter:
    """The page."""
    made = APIRouter()

    @made.get("/practice/rules")
    def rules(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.GUARDRAILS))]) -> Response:
        told = [(rule.title, " ".join(cleandoc(rule.check.__doc__ or "").split())) for rule in RULES]
        return page(request, visitor, "desk/rules.html", rules=told, settings=settings_of(opened.policy), version=opened.policy.version)

    return made


def settings_of(policy: PracticePolicy) -> Sequence[tuple[str, str, str]]:
    """Each setting's name, value and meaning."""
    hints = get_type_hints(PracticePolicy, include_extras=True)
    told = [one for one in fields(PracticePolicy) if hasattr(hints[one.name], "__metadata__")]
    return [(one.name.replace("_", " "), _shown(getattr(policy, one.name)), hints[one.name].__metadata__[0]) for one in told]


def _shown(value: object) -> str:
    """A setting as a person reads it."""
    if isinstance(value, tuple | frozenset):
        told = [" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value]
        return ", ".join(sorted(told) if isinstance(value, frozenset) else told[:12]) or "none"
    if isinstance(value, timedelta):
        return f"{value // timedelta(minutes=1)} min"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return {True: "yes", False: "no", "": "nobody"}.get(value, str(value)) if isinstance(value, bool | str) else str(value)
