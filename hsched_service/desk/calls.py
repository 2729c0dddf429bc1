"""The call list: whom to call now, those first where a call saves most, and how each call ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.directory import Card
from hsched_adapters.desk.scored import Scored
from hsched_core.domain.action_words import MESSAGES
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.delivery import CallOutcome, CallTask
from hsched_core.domain.errors import UserError
from hsched_core.domain.vocabulary import SessionType
from hsched_core.policy.permissions import Subject, sees_risk
from hsched_core.use_cases.reminders_plan import band_of
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.CALLS))]
OUTCOMES: Mapping[CallOutcome, str] = {
    CallOutcome.CONFIRMED: "Will come",
    CallOutcome.REACHED: "Reached",
    CallOutcome.LEFT_WORD: "Left word",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.WRONG_NUMBER: "Wrong number",
    CallOutcome.NOT_CALLED: "Not needed",
}
MADE_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A call to make."""

    id: str
    client: str
    name: str
    phone: str
    about: str
    at: datetime | None  # of the visit
    clinician: str
    risk: float | None
    reasons: tuple[str, ...]
    kind: SessionType | None = None
    outcome: str = ""
    by: str = ""


def router(opened: OpenPractice) -> APIRouter:
    """The list, and the word of who called."""
    made = APIRouter()

    @made.get("/desk/calls")
    def calls(request: Request, visitor: SEES) -> Response:
        return _listed(opened, request, visitor)

    @made.post("/desk/calls/{task_id}")
    def settle(request: Request, visitor: SEES, task_id: str, outcome: Annotated[CallOutcome, Form()]) -> Response:
        if not opened.service.desk.tasks.knows(task_id):
            raise NotThereError
        try:
            opened.messages.settle_call(task_id, outcome, visitor.person.token)
        except UserError:
            return _listed(opened, request, visitor, "Somebody else was first: this call is not open any more.", 409)
        return see_other(opened, "/desk/calls")

    return made


def _listed(opened: OpenPractice, request: Request, visitor: Visitor, trouble: str = "", status: int = 200) -> Response:
    desk, now, names = opened.service.desk, opened.clock.now(), names_for(opened, visitor)
    visits = desk.visits(now)
    scores = desk.published.newest(now).scores if sees_risk(visitor.person) else {}
    rules, cards = opened.reminder_settings, desk.directory.clients()
    lines = [_line(cards, one, names, visits, scores) for one in desk.tasks.open()]
    tiers = {one.id: str(band_of(one.risk, one.kind, rules)) for one in lines if one.risk is not None}
    lines.sort(key=lambda one: (-(one.risk or 0.0), one.at or now))
    done = [_line({}, one, names, visits, {}) for one in desk.tasks.settled_since(now - MADE_WITHIN)]
    known = desk.calls.get()
    shown = page(
        request, visitor, "desk/calls.html", status, lines=lines, done=done, trouble=trouble, outcomes=OUTCOMES,
        ranked=[(one, names.client(one.visit.client)) for one in (known.value or ())[:30]], ranked_trouble=known.trouble,
        per_day=opened.reminder_settings.calls_per_day, is_on=opened.reminder_settings.is_on, is_connected=desk.is_connected,
        tiers=tiers, rules=rules,
    )  # fmt: skip
    names.seen("desk.calls")
    return shown


def _line(cards: Mapping[str, Card], task: CallTask, names: Names, visits: Mapping[str, Appointment], scores: Mapping[str, Scored]) -> Line:
    visit, score = visits.get(task.appointment or ""), scores.get(task.appointment or "")
    return Line(
        task.id,
        task.client,
        names.client(task.client),
        cards[task.client].phone if task.client in cards else "",
        MESSAGES.get(task.template, task.template.replace("_", " ")),
        visit.session.starts_at if visit else None,
        names.clinician(visit.session.clinician) if visit else "",
        score.risk if score else None,
        score.reasons if score else (),
        visit.session.session_type if visit else None,
        OUTCOMES[task.outcome] if task.outcome else "",
        task.by,
    )
