"""The sidebar's page: the client that somebody has open in the EHR; what comes, what is asked for them and why, how to reach them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.directory import Card
from hsched_core.domain.action_words import CHANNEL, MODALITY
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case, Decline
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import UserError
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.permissions import Subject, sees_risk
from hsched_core.workflow.calendar_view import tier_of
from hsched_service.access.framing import SIDEBAR, frames_of
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.case_view import views_of
from hsched_service.desk.clients import VisitLine, visits_of, waiting_about
from hsched_service.desk.deciding import say_no, say_yes
from hsched_service.desk.names import names_for
from hsched_service.desk.queue import DIGEST, REASONS
from hsched_service.pages.rendering import page
from hsched_service.sidebar.gate import Guest, launched

GUEST = Annotated[Guest, Depends(launched())]
DID = {"approved": "Approved.", "declined": "Declined."}
MOST_VISITS, MOST_CASES = 4, 5
LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True)
class Risk:
    """A visit's band with its reasons; for who may see them."""

    band: str
    risk: float
    reasons: Sequence[str]


def router(opened: OpenPractice) -> APIRouter:
    """Looking, and the person's word on what is asked."""
    made = APIRouter(prefix=SIDEBAR)

    @made.get("/{handle}")
    def look(request: Request, guest: GUEST, did: Annotated[str, Query(pattern="^[a-z]{0,16}$")] = "") -> Response:
        return _page(opened, request, guest, did=DID.get(did, ""))

    @made.post("/{handle}/cases/{case_id}/approve")
    def approve(request: Request, guest: GUEST, case_id: str, digest: DIGEST) -> Response:
        return _decided(opened, request, guest, case_id, "approved", lambda: say_yes(opened, case_id, digest, guest.visitor.person))

    @made.post("/{handle}/cases/{case_id}/reject")
    def reject(request: Request, guest: GUEST, case_id: str, reason: Annotated[Decline, Form()]) -> Response:
        return _decided(opened, request, guest, case_id, "declined", lambda: say_no(opened, case_id, reason, guest.visitor.person))

    return made


def _decided(opened: OpenPractice, request: Request, guest: Guest, case_id: str, did: str, act: Callable[[], None]) -> Response:
    """Carry the word out; where it does not count, the page as it stands now, with every reason."""
    visits, _ = visits_of(opened, guest.visitor, guest.frame.client, Subject.SIDEBAR)
    if not guest.visitor.may(Subject.DECIDE) or not _is_about(opened, guest, case_id, visits):
        raise NotThereError
    try:
        act()
    except NotPermittedError as refusal:
        status = 409 if "lifecycle.state" in refusal.rules else 403
        return _page(opened, request, guest, status, against=str(refusal).split("\n"))
    except UserError as failure:
        return _page(opened, request, guest, 409, against=[str(failure)])
    return see_other(opened, f"{SIDEBAR}/{guest.frame.handle}?did={did}")


def _page(
    opened: OpenPractice, request: Request, guest: Guest, status: int = 200, *, did: str = "", against: Sequence[str] = ()
) -> Response:
    visitor, client, desk = guest.visitor, guest.frame.client, opened.service.desk
    visits, trouble = visits_of(opened, visitor, client, Subject.SIDEBAR)
    names, now = names_for(opened, visitor), opened.clock.now()
    card = desk.directory.clients().get(client)
    with opened.path_store.looking() as state:
        contact, paused_since = state.contact_facts(client, ""), state.paused().get(client)
    agreed, wishes = opened.service.client_pages.channels(client), opened.service.client_pages.wishes(client)
    if card is None and not visits and not contact.contacts and not contact.consents:
        raise NotThereError
    comes = [one for one in visits if one.status is AppointmentStatus.BOOKED and one.session.starts_at > now]
    context = next((one for one in visits if one.id == guest.frame.appointment), None)
    cases = waiting_about(opened, visitor, client, visits)
    shown = page(
        request, visitor, "sidebar/client.html", status, frames=frames_of(request), handle=guest.frame.handle, client=client,
        name=names.client(client), card=card or Card(), context=_line(context, names) if context else None, did=did, against=against,
        lines=[_line(one, names) for one in comes if one is not context][:MOST_VISITS], trouble=trouble, paused_since=paused_since,
        risk=_risk(opened, guest, context if context in comes else next(iter(comes), None)), reasons=REASONS,
        views=views_of(opened, cases[:MOST_CASES], visitor.person, names), more=len(cases) - MOST_CASES,
        agreed=[CHANNEL[one] for one in Channel if one in agreed], language=_language(wishes.language or (card.language if card else "")),
        channel=CHANNEL[wishes.channel] if wishes.channel else "",
        may_decide=visitor.session.is_proved and visitor.may(Subject.DECIDE),
    )  # fmt: skip
    names.seen("sidebar.client")
    return shown


def _language(code: str) -> str:
    return LANGUAGES.get(code, code)


def _line(one: Appointment, names: Any) -> VisitLine:
    return VisitLine(one, names.clinician(one.session.clinician), MODALITY[str(one.session.modality)], None)


def _risk(opened: OpenPractice, guest: Guest, visit: Appointment | None) -> Risk | None:
    """Of the visit that is open, or of the next one; never for who treats the client."""
    if visit is None or not sees_risk(guest.visitor.person):
        return None
    found = opened.service.desk.published.newest(opened.clock.now()).scores.get(visit.id)
    return Risk(str(tier_of(found.risk, visit, opened.reminder_settings)), found.risk, found.reasons) if found else None


def _is_about(opened: OpenPractice, guest: Guest, case_id: str, visits: Sequence[Appointment]) -> bool:
    """Whether the case is about the client of this launch, whatever became of it meanwhile, and within the person's reach."""
    case: Case | None = opened.service.desk.cases.case(case_id)
    return bool(case and waiting_about(opened, guest.visitor, guest.frame.client, visits, [case]))
