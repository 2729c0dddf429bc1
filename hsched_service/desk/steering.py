"""Phases and standing orders: how far each use case may go by itself, on which evidence; more is proposed, less is at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.evidence import Evidence
from hsched_core.domain.action_words import PHASES, Speaker
from hsched_core.domain.actions import ChangePhase, IssueStandingOrder
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.people import Person
from hsched_core.domain.rollout import Phase
from hsched_core.domain.time import day_start, local_day
from hsched_core.policy.approval import able_besides, needed_for_more
from hsched_core.policy.autonomy import Rollout, lapse
from hsched_core.policy.permissions import Subject
from hsched_core.use_cases import USE_CASES
from hsched_core.workflow.own_rules import NAME, WantedOrder, order_of, orderable, own_rule
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.names import names_for
from hsched_service.pages.rendering import page

BY_A_PERSON = "person"  # the trail's word for a step back that nobody but a person asked for
RECENT = timedelta(days=28)
SEES_PHASES = Annotated[Visitor, Depends(needs(Subject.PHASES))]
SEES_ORDERS = Annotated[Visitor, Depends(needs(Subject.ORDERS))]
STEERS = Annotated[Visitor, Depends(needs(Subject.STEER))]
BLANK = WantedOrder("", "", frozenset(), 20, 0.85, 90)  # the form before anything is typed
USE_CASE_WORDS = {"waitlist": "Waitlist", "reminders": "Reminders", "risk_write_back": "Risk into the EHR"}
USE_CASE_WORDS |= {"reschedule": "Clients pick another time", "group_coordination": "Groups"}


@dataclass(frozen=True)
class Stands:
    """A use case: where it stands, what it has shown, where it may go."""

    name: str
    title: str
    rollout: Rollout
    evidence: Evidence
    told: Sequence[str]
    forward: Phase | None
    back: Phase | None


def phases_router(opened: OpenPractice) -> APIRouter:
    """The phases."""
    made = APIRouter()

    @made.get("/practice/phases")
    def phases(request: Request, visitor: SEES_PHASES) -> Response:
        return _phases(opened, request, visitor)

    @made.post("/practice/phases/{use_case}/back")
    def back(visitor: STEERS, use_case: str) -> Response:
        stands = _stands(opened, use_case)
        if stands.back is None:
            raise NotThereError
        opened.path.step_back(use_case, stands.back, BY_A_PERSON, visitor.person.token)
        return see_other(opened, "/practice/phases")

    @made.post("/practice/phases/{use_case}/forward")
    def forward(request: Request, visitor: STEERS, use_case: str, evidence: Annotated[str, Form(pattern="^[0-9a-f]{64}$")]) -> Response:
        stands = _stands(opened, use_case)
        if stands.forward is None:
            raise NotThereError
        if stands.evidence.sha256 != evidence:
            return _phases(opened, request, visitor, "The figures changed since you looked: read them again.", 409)
        _propose(opened, use_case, ChangePhase(use_case, stands.forward, evidence), tuple(stands.told), visitor.person)
        return see_other(opened, "/desk/queue?tab=rules")

    return made


def orders_router(opened: OpenPractice) -> APIRouter:
    """The standing orders."""
    made = APIRouter()

    @made.get("/practice/orders")
    def orders(request: Request, visitor: SEES_ORDERS) -> Response:
        return _orders(opened, request, visitor)

    @made.post("/practice/orders")
    def issue(
        request: Request,
        visitor: STEERS,
        name: Annotated[str, Form(max_length=40)],
        use_case: Annotated[str, Form(max_length=40)],
        per_day: Annotated[int, Form(ge=1, le=10_000)],
        min_confidence: Annotated[float, Form(ge=0, le=1)],
        days: Annotated[int, Form(ge=1, le=366)],
        kinds: Annotated[list[str] | None, Form(max_length=40)] = None,  # a form with no box ticked sends none
    ) -> Response:
        with opened.path_store.looking() as state:
            standing = state.order(use_case)
        wanted = WantedOrder(name, use_case, frozenset(kinds or ()), per_day, min_confidence, days)
        try:
            order = order_of(wanted, standing, opened.practice.id, opened.clock.now())
        except UserError as failure:
            shown = wanted if NAME.fullmatch(name) else replace(wanted, name="")
            return _orders(opened, request, visitor, str(failure), 409, shown)
        why = f"{visitor.person.token} asks for this standing order."
        _propose(opened, use_case, IssueStandingOrder(order), (why,), visitor.person)
        return see_other(opened, "/desk/queue?tab=rules")

    return made


def told(evidence: Evidence) -> list[str]:
    """The figures as sentences; they go with the proposal, under the hash that it names."""
    if not evidence.proposed:
        return ["Nothing was proposed so far: there is nothing to go by yet."]
    found = [f"{evidence.proposed:,} proposal{'' if evidence.proposed == 1 else 's'} so far."]
    if evidence.approved_share is not None:
        decided = evidence.approved_by_people + evidence.declined
        found.append(f"People said yes to {evidence.approved_by_people:,} of {decided:,} they decided ({evidence.approved_share:.0%}).")
    if evidence.withdrawn_after_a_yes:
        found.append(f"{evidence.withdrawn_after_a_yes:,} taken back, or of no use any more, after a yes: not counted as one.")
    if evidence.approved_by_order:
        found.append(f"{evidence.approved_by_order:,} went by a standing order.")
    found.append(
        f"{evidence.done:,} were carried out; the other side refused {evidence.refused_by_the_other_side:,}; of {evidence.uncertain:,} "
        "nobody knows yet."
    )
    found.append(f"A rule blocked {evidence.blocked:,}; {evidence.expired:,} ran out without a word.")
    if evidence.offers_ended:
        found.append(f"Clients said yes to {evidence.offers_accepted:,} of {evidence.offers_ended:,} offers that ended.")
    if evidence.steps_back:
        found.append(f"It was stepped back {evidence.steps_back:,} times in four weeks.")
    return found


def _phases(opened: OpenPractice, request: Request, visitor: Visitor, trouble: str = "", status: int = 200) -> Response:
    found = [_stands(opened, name) for name in USE_CASES]
    waiting = _waiting(opened, "change_phase")
    return page(
        request, visitor, "desk/phases.html", status, stands=found, words=PHASES, trouble=trouble, waiting=waiting,
        now=opened.clock.now(), lacking=_lacking(opened, visitor, "change_phase"), may_steer=visitor.may(Subject.STEER),
        speaker=Speaker(opened.timezone, names_for(opened, visitor)),
    )  # fmt: skip


def _stands(opened: OpenPractice, use_case: str) -> Stands:
    if use_case not in USE_CASES:
        raise NotThereError
    now, order = opened.clock.now(), list(Phase)
    with opened.path_store.looking() as state:
        rollout = state.rollout(use_case, day_start(local_day(now, opened.timezone), opened.timezone))
    evidence = opened.service.desk.evidence.of(use_case, lately(opened))
    at = order.index(rollout.phase)
    forward, back = order[at + 1] if at + 1 < len(order) else None, order[at - 1] if at else None
    return Stands(use_case, USE_CASE_WORDS.get(use_case, use_case), rollout, evidence, told(evidence), forward, back)


def lately(opened: OpenPractice) -> datetime:
    """Since when steps back are counted: by whole days, so that the same figures have the same hash all day."""
    return day_start(local_day(opened.clock.now() - RECENT, opened.timezone), opened.timezone)


def _orders(
    opened: OpenPractice, request: Request, visitor: Visitor, trouble: str = "", status: int = 200, typed: WantedOrder = BLANK
) -> Response:
    now = opened.clock.now()
    since = day_start(local_day(now, opened.timezone), opened.timezone)
    with opened.path_store.looking() as state:
        rows = [(order, state.rollout(order.use_case, since), not any(lapse(order, now))) for order in state.orders()]
    return page(
        request, visitor, "desk/orders.html", status, rows=rows, kinds=orderable(), use_cases=USE_CASES, trouble=trouble,
        titles=USE_CASE_WORDS, typed=typed, lacking=_lacking(opened, visitor, "issue_standing_order"),
        waiting=_waiting(opened, "issue_standing_order"), may_steer=visitor.may(Subject.STEER),
        speaker=Speaker(opened.timezone, names_for(opened, visitor)),
    )  # fmt: skip


def _lacking(opened: OpenPractice, visitor: Visitor, kind: str) -> str:
    """What to know before asking for more autonomy: that too few others may approve it. Empty: there are enough."""
    needed = needed_for_more(opened.policy)
    able = able_besides(kind, opened.load_people().values(), visitor.person, opened.policy)
    others, there = "other" if needed == 1 else "others", "is 1" if able == 1 else "are none"
    return "" if able >= needed else f"It needs {needed} {others} who may approve; there {there}."


def _waiting(opened: OpenPractice, kind: str) -> list[Case]:
    return [case for case in opened.service.desk.cases.waiting() if case.action.kind == kind]


def _propose(
    opened: OpenPractice, use_case: str, action: ChangePhase | IssueStandingOrder, reasons: tuple[str, ...], person: Person
) -> None:
    opened.path.propose(own_rule(opened.policy, use_case, action, reasons, person, opened.clock.now()))
