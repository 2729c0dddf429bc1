"""One client as the desk needs them: how to reach them, what they agreed to, what was sent, what comes. Every look is written down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.directory import Card
from hsched_adapters.desk.scored import Scored
from hsched_core.domain.action_words import CHANNEL, MODALITY
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Pause, Purpose, has_consent
from hsched_core.domain.errors import NotReadError
from hsched_core.domain.time import local_day, monday_of
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.facts import ContactFacts
from hsched_core.policy.permissions import Scope, Subject, sees_risk
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotPermittedHereError, NotThereError
from hsched_service.desk.names import names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.CLIENT_RECORD))]
PSEUDONYM = re.compile(r"[0-9a-f]{32}")
WEEKS = (-1, 0, 1, 2)  # around now
MOST_CONTACTS = 12
BECAUSE = {pause: str(pause).replace("_", " ") for pause in Pause}


@dataclass(frozen=True)
class VisitLine:
    """One of the client's visits around now."""

    visit: Appointment
    clinician: str
    how: str
    risk: float | None


def router(opened: OpenPractice) -> APIRouter:
    """The record, and taking a client over or giving them back."""
    made = APIRouter()

    @made.get("/desk/clients/{client}")
    def record(request: Request, visitor: SEES, client: str) -> Response:
        visits, trouble = visits_of(opened, visitor, client, Subject.CLIENT_RECORD)
        names, now, desk = names_for(opened, visitor), opened.clock.now(), opened.service.desk
        contact, paused_since = _known(opened, client, visits)
        card = desk.directory.clients().get(client)
        scores = desk.published.newest(now).scores if sees_risk(visitor.person) else {}
        lines = [
            VisitLine(one, names.clinician(one.session.clinician), MODALITY[str(one.session.modality)], _risk(scores.get(one.id)))
            for one in visits
        ]
        agreed = [(CHANNEL[one], has_consent(contact.consents, one, Purpose.REMINDER, now)) for one in Channel]
        shown = page(
            request, visitor, "desk/client.html", client=client, name=names.client(client), card=card or Card(), lines=lines, agreed=agreed,
            contacts=[(one, CHANNEL[one.channel]) for one in contact.contacts[::-1][:MOST_CONTACTS]], paused_since=paused_since,
            because=BECAUSE, now=now, trouble=trouble, open_cases=_open_cases(opened, visitor, client, visits),
        )  # fmt: skip
        names.seen("desk.client")
        return shown

    @made.post("/desk/clients/{client}/{act}")
    def take_over(visitor: SEES, client: str, act: str, because: Annotated[Pause, Form()]) -> Response:
        _known(opened, client, visits_of(opened, visitor, client, Subject.CLIENT_RECORD)[0])
        deeds = {"pause": opened.path.pause, "resume": opened.path.resume}
        if act not in deeds:
            raise NotThereError
        try:
            deeds[act](client, visitor.person, because)
        except NotPermittedError:
            raise NotPermittedHereError from None
        return see_other(opened, f"/desk/clients/{client}")

    return made


def visits_of(opened: OpenPractice, visitor: Visitor, client: str, subject: Subject) -> tuple[list[Appointment], str]:
    """The client's visits around now, and why they may not be all; NotThereError where they are none of this person's."""
    if not PSEUDONYM.fullmatch(client):
        raise NotThereError
    monday = monday_of(local_day(opened.clock.now(), opened.timezone))
    weeks = opened.service.desk.calendars.weeks([monday + timedelta(days=7 * number) for number in WEEKS])
    found = [one for week in weeks for one in week.appointments if one.session.client == client]
    trouble = next((week.trouble for week in weeks if week.trouble), "")
    if visitor.scope(subject) is Scope.OWN:
        found = [one for one in found if one.session.clinician == visitor.person.clinician]
        if not found and trouble:
            raise NotReadError("The EHR's calendar is not read yet.", "Open the page again in a moment.", trouble, is_no_answer=True)
        if not found:
            raise NotThereError
    comes = [one for one in found if one.status is not AppointmentStatus.CANCELLED]
    return sorted(comes, key=lambda one: one.session.starts_at), trouble


def _known(opened: OpenPractice, client: str, visits: Sequence[Appointment]) -> tuple[ContactFacts, datetime | None]:
    """What was sent to them, and since when a person has them; NotThereError where nobody ever heard of them."""
    with opened.path_store.looking() as state:
        contact, paused_since = state.contact_facts(client, ""), state.paused().get(client)
    if not (visits or contact.contacts or contact.consents or paused_since or client in opened.service.desk.directory.clients()):
        raise NotThereError
    return contact, paused_since


def waiting_about(
    opened: OpenPractice, visitor: Visitor, client: str, visits: Sequence[Appointment], among: Sequence[Case] | None = None
) -> list[Case]:
    """Proposals about the client or one of their visits, as far as this person's queue reaches: `among` these, or all that wait."""
    theirs = {one.id for one in visits}
    found = opened.service.desk.cases.waiting() if among is None else among
    about = [one for one in found if _client_of(one) == client or theirs & {one.action.touches, one.proposal.subject}]
    if visitor.scope(Subject.QUEUE) is Scope.PRACTICE:
        return about
    return [one for one in about if one.action.clinician is not None and one.action.clinician == visitor.person.clinician]


def _client_of(case: Case) -> str:
    """Whom a case's action is about; empty where only a visit is named."""
    action = case.action
    return action.outreach.client if action.outreach else action.session.client if action.session else ""


def _open_cases(opened: OpenPractice, visitor: Visitor, client: str, visits: Sequence[Appointment]) -> int:
    """How many proposals about them wait, where the person sees the practice's queue."""
    return len(waiting_about(opened, visitor, client, visits)) if visitor.scope(Subject.QUEUE) is Scope.PRACTICE else 0


def _risk(score: Scored | None) -> float | None:
    return score.risk if score else None
