"""What was done for a clinician's own visits: actions and alerts, never a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.action_words import Speaker
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import State
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.proposal import Proposal
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.desk.capacity import own_sentences
from hsched_service.desk.case_view import STATES
from hsched_service.desk.names import names_for
from hsched_service.pages.rendering import page

LATELY, AHEAD = timedelta(days=2), timedelta(days=7)
TOLD = frozenset({State.CONFIRMED, State.APPROVED, State.EXECUTING, State.UNKNOWN, State.NEEDS_PERSON})


@dataclass(frozen=True)
class VisitDone:
    """A coming visit, and what was done about it."""

    visit: Appointment
    client: str
    is_confirmed: bool
    actions: Sequence[tuple[datetime, str, str]]


def router(opened: OpenPractice) -> APIRouter:
    """The page of whoever sees clients."""
    made = APIRouter()

    @made.get("/my/day")
    def day(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.OWN_DAY))]) -> Response:
        names, now, mine = names_for(opened, visitor), opened.clock.now(), visitor.person.clinician or ""
        weeks, visits = opened.service.desk.two_weeks(now), opened.service.desk.visits(now)
        seen = [one for one in visits.values() if one.session.clinician == mine]
        coming = sorted((one for one in seen if _is_coming(one, now)), key=lambda one: one.session.starts_at)
        gone = [
            one
            for one in seen
            if one.status is AppointmentStatus.CANCELLED and now - one.updated_at < LATELY and one.session.starts_at > now
        ]
        with opened.path_store.looking() as state:
            free = [one for one in state.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=now) if one.opening.clinician == mine]
        about = opened.service.desk.cases.about([one.id for one in coming])
        confirmed = opened.service.desk.confirmed()
        speaker = Speaker(opened.timezone, names, visits)
        shown = page(
            request, visitor, "desk/own_day.html",
            done=[VisitDone(one, names.client(one.session.client), one.id in confirmed, _actions(about[one.id], speaker))
                  for one in coming],
            gone=[(one, names.client(one.session.client)) for one in sorted(gone, key=lambda one: one.session.starts_at)],
            free=free, hours=own_sentences(opened, mine), waits=opened.service.desk.cases.waiting_for(mine), names=names,
            trouble=next((week.trouble for week in weeks if week.trouble), ""), age=max(week.age_seconds for week in weeks),
            is_behind=any(week.is_behind for week in weeks),
        )  # fmt: skip
        names.seen("my.day")
        return shown

    return made


def _is_coming(one: Appointment, now: datetime) -> bool:
    return one.status is AppointmentStatus.BOOKED and now < one.session.starts_at < now + AHEAD


def _actions(cases: Sequence[Case], speaker: Speaker) -> list[tuple[datetime, str, str]]:
    """What left, or is about to, in plain words; the reasons, which tell scores, stay away."""
    return [(case.since, _headline(case.proposal, speaker), STATES[case.state]) for case in cases if case.state in TOLD]


def _headline(proposal: Proposal, speaker: Speaker) -> str:
    return speaker.tell(proposal.action).title
