"""The review queue: what waits for a person, and the person's word by one click or one key. The rules are the path's."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.case import Case, Decline
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.policy.approval import NotPermittedError, may_ever_decide
from hsched_core.policy.permissions import Scope, Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.case_view import views_of
from hsched_service.desk.deciding import say_no, say_otherwise, say_yes
from hsched_service.desk.names import names_for
from hsched_service.desk.tabs import KINDS, tab_of
from hsched_service.desk.undo import can_be_undone, undo_words
from hsched_service.pages.rendering import page

PAGE = 15
Tabbed = tuple[str, Case]  # the queue's tab, and the case
SEES = Annotated[Visitor, Depends(needs(Subject.QUEUE))]
DECIDES = Annotated[Visitor, Depends(needs(Subject.DECIDE))]
DIGEST = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
TAB = Annotated[str, Form(pattern=r"^[a-z]{0,10}$")]
DID = {"approved": "Approved.", "declined": "Declined.", "settled": "Settled.", "taken_back": "Taken back: nothing of it leaves."}
BY_PEOPLE = {f"proposal.{one}" for one in ("approved", "supported", "declined", "withdrawn", "resolved_done", "resolved_not_done")}
CAME_TOO_LATE = {"lifecycle.state", "proposal.expired"}  # rules that tell of time that passed, not of a right that somebody lacks
REASONS: Mapping[Decline, str] = {
    Decline.UNSUITABLE: "does not suit",
    Decline.ARRANGED_OTHERWISE: "arranged otherwise",
    Decline.CLIENT_OBJECTED: "the client objected",
    Decline.WRONG_FACTS: "the facts are wrong",
    Decline.OTHER: "another reason",
}


@dataclass(frozen=True)
class Chosen:
    """A part of the queue, and where in it somebody is."""

    tab: str
    number: int
    pages: int
    cases: Sequence[Case]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Done:
    """A step that a case took."""

    at: datetime
    kind: str
    actor: str


def router(opened: OpenPractice) -> APIRouter:
    """Looking at the queue."""
    made, sorted_cases = APIRouter(), Sorted(opened)

    @made.get("/desk/queue")
    def queue(
        request: Request,
        visitor: SEES,
        tab: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
        number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
        did: Annotated[str, Query(pattern=r"^[a-z_]{0,16}$")] = "",
        case: Annotated[str, Query(pattern=r"^[0-9a-f]{0,32}$")] = "",
    ) -> Response:
        chosen = chosen_from(sorted_cases.of(visitor), tab, number)
        names = names_for(opened, visitor)
        views = views_of(opened, chosen.cases, visitor.person, names)
        last = views_of(opened, _last(opened, visitor, case, did), visitor.person, names)
        shown = page(
            request, visitor, "desk/queue.html", views=views, chosen=chosen, kinds=KINDS, reasons=REASONS, did=DID.get(did, ""),
            last=last[0] if last else None, is_being_read=opened.service.desk.is_being_read(opened.clock.now()),
        )  # fmt: skip
        names.seen("desk.queue")
        return shown

    @made.get("/desk/queue/{case_id}")
    def one(request: Request, visitor: SEES, case_id: str, undo: Annotated[str, Query(pattern="^(no)?$")] = "") -> Response:
        against = ["It is not there as hsched made it any more, or has begun: look in the EHR."] if undo else []
        return _case_page(opened, request, visitor, _reached(opened, visitor, case_id), against)

    return made


def deciding_router(opened: OpenPractice) -> APIRouter:
    """The person's word."""
    made = APIRouter()

    @made.post("/desk/queue/{case_id}/approve")
    def approve(request: Request, visitor: DECIDES, case_id: str, digest: DIGEST, tab: TAB = "") -> Response:
        return _decided(opened, request, visitor, case_id, lambda: say_yes(opened, case_id, digest, visitor.person), "approved", tab)

    @made.post("/desk/queue/{case_id}/reject")
    def reject(request: Request, visitor: DECIDES, case_id: str, reason: Annotated[Decline, Form()], tab: TAB = "") -> Response:
        return _decided(opened, request, visitor, case_id, lambda: say_no(opened, case_id, reason, visitor.person), "declined", tab)

    @made.post("/desk/queue/{case_id}/take-back")
    def take_back(request: Request, visitor: DECIDES, case_id: str, tab: TAB = "") -> Response:
        return _decided(opened, request, visitor, case_id, lambda: opened.path.take_back(case_id, visitor.person), "taken_back", tab)

    @made.post("/desk/queue/{case_id}/resolve")
    def resolve(
        request: Request, visitor: DECIDES, case_id: str, happened: Annotated[str, Form(pattern=r"^(yes|no)$")], tab: TAB = ""
    ) -> Response:
        def act() -> None:
            opened.path.resolve(case_id, visitor.person, happened=happened == "yes")

        return _decided(opened, request, visitor, case_id, act, "settled", tab)

    @made.post("/desk/queue/{case_id}/edit")
    def edit(
        request: Request,
        visitor: DECIDES,
        case_id: str,
        digest: DIGEST,
        channel: Annotated[Channel, Form()],
        template: Annotated[str, Form(pattern=r"^[a-z_]{1,40}$")],
    ) -> Response:
        made_of_it: list[Case] = []

        def act() -> None:
            made_of_it.append(say_otherwise(opened, case_id, digest, channel, template, visitor.person))

        refused = _tried(opened, request, visitor, case_id, act)
        return refused or see_other(opened, f"/desk/queue/{made_of_it[0].id}")

    return made


class Sorted:
    """What waits, with each case's tab, in the queue's order; sorted again when something changed."""

    def __init__(self, opened: OpenPractice) -> None:
        self._opened = opened
        self._everything: tuple[int, list[Tabbed]] = (-1, [])

    def of(self, visitor: Visitor) -> list[Tabbed]:
        """What this person reaches and their roles may decide: a clinician, what is about their own calendar."""
        cases = self._opened.service.desk.cases
        beat, found = self._everything
        if beat != (now := self._opened.service.desk.pulse.beat()):
            found = sorted(map(_tabbed, cases.waiting()), key=_urgency)
            self._everything = (now, found)
        person, is_own = visitor.person, visitor.scope(Subject.QUEUE) is not Scope.PRACTICE
        theirs = [one for one in found if may_ever_decide(one[1].action, person)]
        return [one for one in theirs if not is_own or one[1].action.clinician == person.clinician]


def chosen_from(cases: Sequence[Tabbed], tab: str, number: int) -> Chosen:
    """A page of a tab."""
    counts = Counter(name for name, _ in cases)
    found = [case for name, case in cases if tab in ("", name)]
    pages = max(1, -(-len(found) // PAGE))
    number = min(number, pages)
    return Chosen(tab, number, pages, found[(number - 1) * PAGE : number * PAGE], {**counts, "": len(cases)})


def _tabbed(case: Case) -> Tabbed:
    return tab_of(case.action, is_to_settle=case.state is State.NEEDS_PERSON), case


def _urgency(one: Tabbed) -> tuple[bool, datetime, str]:
    """What only a person can settle first, then what runs out first."""
    case = one[1]
    return case.state is not State.NEEDS_PERSON, case.proposal.expires_at, case.id


def _reached(opened: OpenPractice, visitor: Visitor, case_id: str) -> Case:
    case = opened.service.desk.cases.case(case_id)
    if case is None:
        raise NotThereError
    visitor.check_reach(Subject.QUEUE, case.action.clinician)
    return case


def _last(opened: OpenPractice, visitor: Visitor, case_id: str, did: str) -> list[Case]:
    """The case that was just decided, to say so and to offer to take it back."""
    if not case_id or did not in DID:
        return []
    try:
        return [_reached(opened, visitor, case_id)]
    except NotThereError:
        return []


def _case_page(
    opened: OpenPractice, request: Request, visitor: Visitor, case: Case, against: Sequence[str] = (), status: int = 200
) -> Response:
    names = names_for(opened, visitor)
    [view] = views_of(opened, [case], visitor.person, names)
    told = opened.service.desk.search.of_subject(case.id)
    decided = [Done(datetime.fromisoformat(one.at), one.kind, one.actor) for one in told if one.kind.startswith("proposal.")]
    decider = next((one for one in reversed(decided) if one.kind in BY_PEOPLE), None)
    shown = page(
        request,
        visitor,
        "desk/case.html",
        status,
        view=view,
        decided=decided,
        decider=decider,
        against=against,
        reasons=REASONS,
        may_undo=can_be_undone(case) and view.may_decide,
        undo_words=undo_words(case),
    )
    names.seen("desk.case")
    return shown


def _decided(
    opened: OpenPractice, request: Request, visitor: Visitor, case_id: str, act: Callable[[], object], did: str, tab: str
) -> Response:
    """Carry the decision out, and back to the queue."""
    refused = _tried(opened, request, visitor, case_id, act)
    return refused or see_other(opened, f"/desk/queue?tab={tab}&did={did}&case={case_id}")


def _tried(opened: OpenPractice, request: Request, visitor: Visitor, case_id: str, act: Callable[[], object]) -> Response | None:
    """None where it counts; else the case as it stands now with every reason, and who was first."""
    _reached(opened, visitor, case_id)
    try:
        act()
    except NotPermittedError as refusal:
        status = 409 if CAME_TOO_LATE & set(refusal.rules) else 403
        return _case_page(opened, request, visitor, _reached(opened, visitor, case_id), str(refusal).split("\n"), status)
    except UserError as failure:
        return _case_page(opened, request, visitor, _reached(opened, visitor, case_id), [str(failure)], 409)
    return None
