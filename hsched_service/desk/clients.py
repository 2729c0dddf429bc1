"""One client as the desk needs them: how to reach them, what they agreed to, what was sent, what comes. Every look is written down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.directory import Card
from hsched_adapters.desk.parts import monday_of
from hsched_adapters.desk.scored import Scored
from hsched_core.domain.action_words import CHANNEL, MODALITY
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.contact import Channel, Pause, Purpose, has_consent
from hsched_core.domain.time import local_day
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
        visits, trouble = _visits(opened, visitor, client)
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
            because=BECAUSE, now=now, trouble=trouble, open_cases=_open_cases(opened, visitor, client),
        )  # fmt: skip
        names.seen("desk.client")
        return shown

    @made.post("/desk/clients/{client}/{act}")
    def take_over(visitor: SEES, client: str, act: str, because: Annotated[Pause, Form()]) -> Response:
        _known(opened, client, _visits(opened, visitor, client)[0])
        deeds = {"pause": opened.path.pause, "resume": opened.path.resume}
        if act not in deeds:
            raise NotThereError
        try:
            deeds[act](client, visitor.person, because)
        except NotPermittedError:
            raise NotPermittedHereError from None
        return see_other(opened, f"/desk/clients/{client}")

    return made


def _visits(opened: OpenPractice, visitor: Visitor, client: str) -> tuple[list[Appointment], str]:
    """The client's visits around now, and why they may not be all; NotThereError where they are none of this person's."""
    if not PSEUDONYM.fullmatch(client):
        raise NotThereError
    monday = monday_of(local_day(opened.clock.now(), opened.timezone))
    weeks = opened.service.desk.calendars.weeks([monday + timedelta(days=7 * number) for number in WEEKS])
    found = [one for week in weeks for one in week.appointments if one.session.client == client]
    if visitor.scope(Subject.CLIENT_RECORD) is Scope.OWN:
        if not any(one.session.clinician == visitor.person.clinician for one in found):
            raise NotThereError
        found = [one for one in found if one.session.clinician == visitor.person.clinician]
    comes = [one for one in found if one.status is not AppointmentStatus.CANCELLED]
    trouble = next((week.trouble for week in weeks if week.trouble), "")
    return sorted(comes, key=lambda one: one.session.starts_at), trouble


def _known(opened: OpenPractice, client: str, visits: Sequence[Appointment]) -> tuple[ContactFacts, datetime | None]:
    """What was sent to them, and since when a person has them; NotThereError where nobody ever heard of them."""
    with opened.path_store.looking() as state:
        contact, paused_since = state.contact_facts(client, ""), state.paused().get(client)
    if not (visits or contact.contacts or contact.consents or paused_since or client in opened.service.desk.directory.clients()):
        raise NotThereError
    return contact, paused_since


def _open_cases(opened: OpenPractice, visitor: Visitor, client: str) -> int:
    """How many proposals about them wait, where the person sees the practice's queue."""
    if visitor.scope(Subject.QUEUE) is not Scope.PRACTICE:
        return 0
    waiting = opened.service.desk.cases.waiting()
    about = (
        one.action.outreach.client if one.action.outreach else one.action.session.client if one.action.session else "" for one in waiting
    )
    return sum(one == client for one in about)


def _risk(score: Scored | None) -> float | None:
    return score.risk if score else None
