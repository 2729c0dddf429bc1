"""What clients wrote back that a person should see: the gravest first, the words only on request, and how it was dealt with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.replies import Letter, Reason, Reply, Resolution
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.permissions import Scope, Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.REPLIES))]
MOST = 50
CALLED, NOBODY_CALLED = "a person is being called", "nobody is called: read this now"
OUTCOMES: Mapping[Resolution, str] = {
    Resolution.ANSWERED: "Answered",
    Resolution.ARRANGED: "Arranged in the EHR",
    Resolution.CARED_FOR: "Cared for",
    Resolution.OPTED_OUT: "Wants no messages",
    Resolution.NOTHING: "Nothing to do",
}


@dataclass(frozen=True)
class Line:
    """A reply of the list."""

    reply: Reply
    who: str
    reasons: str
    minutes: int
    alarm: str  # of what cannot wait and nobody has: whether somebody is called
    understood: str


def router(opened: OpenPractice) -> APIRouter:
    """List, words, and the word of who dealt with it."""
    made = APIRouter()

    @made.get("/desk/replies")
    def replies(request: Request, visitor: SEES) -> Response:
        names = names_for(opened, visitor)
        found = _within_reach(opened, visitor)
        lines = [_line(opened, one, names) for one in found[:MOST]]
        shown = page(request, visitor, "desk/replies.html", lines=lines, count=len(found))
        names.seen("desk.replies")
        return shown

    @made.get("/desk/replies/{message}")
    def reply(request: Request, visitor: SEES, message: str) -> Response:
        return _one(opened, request, visitor, message)

    @made.post("/desk/replies/{message}/words")
    def words(request: Request, visitor: SEES, message: str) -> Response:
        _reached(opened, visitor, message)
        try:
            clinicians = opened.replies.clinicians_of(message) if visitor.scope(Subject.REPLIES) is Scope.OWN else ()
            letter = opened.replies.show(message, visitor.person, clinicians)
        except NotPermittedError as refusal:
            return _one(opened, request, visitor, message, trouble=str(refusal), status=403)
        except SafeError:
            return _one(opened, request, visitor, message, trouble="The words cannot be opened.", status=409)
        return _one(opened, request, visitor, message, letter=letter)

    @made.post("/desk/replies/{message}/take")
    def take(request: Request, visitor: SEES, message: str) -> Response:
        return _done(opened, request, visitor, message, None)

    @made.post("/desk/replies/{message}/resolve")
    def resolve(request: Request, visitor: SEES, message: str, outcome: Annotated[Resolution, Form()]) -> Response:
        return _done(opened, request, visitor, message, outcome)

    return made


def _done(opened: OpenPractice, request: Request, visitor: Visitor, message: str, outcome: Resolution | None) -> Response:
    """Taken, or dealt with; where that does not count, the reply as it is now, with why."""
    _reached(opened, visitor, message)
    try:
        if outcome is None:
            opened.replies.take(message, visitor.person)
        else:
            opened.replies.resolve(message, visitor.person, outcome)
    except NotPermittedError as refusal:
        return _one(opened, request, visitor, message, trouble=str(refusal), status=403)
    except UserError as failure:
        return _one(opened, request, visitor, message, trouble=str(failure), status=409)
    return see_other(opened, f"/desk/replies/{message}" if outcome is None else "/desk/replies")


def _within_reach(opened: OpenPractice, visitor: Visitor) -> list[Reply]:
    """A clinician's: those of clients whom they see around now."""
    found = list(opened.replies.waiting())
    if visitor.scope(Subject.REPLIES) is Scope.PRACTICE:
        return found
    visits = opened.service.desk.visits(opened.clock.now()).values()
    mine = {one.session.client for one in visits if one.session.clinician == visitor.person.clinician}
    return [one for one in found if mine & set(one.clients)]


def _reached(opened: OpenPractice, visitor: Visitor, message: str) -> Reply:
    found = next((one for one in _within_reach(opened, visitor) if one.id == message), None)
    if found is None:
        with opened.texts.transaction() as tx:
            found = tx.reply(message)
        if found is None or visitor.scope(Subject.REPLIES) is not Scope.PRACTICE:
            raise NotThereError
    return found


def _one(
    opened: OpenPractice,
    request: Request,
    visitor: Visitor,
    message: str,
    *,
    letter: Letter | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response:
    reply = _reached(opened, visitor, message)
    names = names_for(opened, visitor)
    shown = page(
        request, visitor, "desk/reply.html", status, line=_line(opened, reply, names), letter=letter, trouble=trouble, outcomes=OUTCOMES
    )
    names.seen("desk.reply")
    return shown


def _line(opened: OpenPractice, reply: Reply, names: Names) -> Line:
    who = names.client(reply.message.client) if reply.message.client else "nobody we know"
    reasons = ", ".join(str(one).replace("_", " ") for one in reply.reasons) or "nobody has read it yet"
    minutes = max(0, int((opened.clock.now() - reply.message.received_at).total_seconds() // 60))
    alarm = alarm_of(reply, is_paging=opened.practice.paging is not None)
    return Line(reply, who, reasons, minutes, alarm, _understood(reply))


def alarm_of(reply: Reply, *, is_paging: bool) -> str:
    """What is said of a reply that cannot wait and that nobody has; empty for every other."""
    if not reply.calls_somebody:
        return ""
    return CALLED if is_paging else NOBODY_CALLED


def _understood(reply: Reply) -> str:
    """How the words were read; what no rule understood was read as danger, and is not said to be one."""
    if Reason.UNREAD in reply.reasons:
        return "no rule understood the words: treated as danger until somebody has read them"
    return f"understood as {reply.reading.intent.replace('_', ' ')}" if reply.reading else ""
