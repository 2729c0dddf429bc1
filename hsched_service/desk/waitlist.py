"""The waitlist: time that is free and who was asked for it, who waits, and who stands by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.action_words import CHANNEL, MODALITY
from hsched_core.domain.errors import UserError
from hsched_core.domain.offers import Offer, OpeningRecord
from hsched_core.domain.openings import UNFILLED, OpeningState
from hsched_core.domain.waiting import Urgency, WaitingClient
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.WAITLIST))]
FILLED_WITHIN = timedelta(days=2)
MOST = 200  # entries of one page
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STATES = {
    "sent": "waits for an answer",
    "accepted": "said yes",
    "declined": "said no",
    "expired": "did not answer",
    "withdrawn": "taken back",
}
OPENINGS = {
    OpeningState.OPEN: "being offered",
    OpeningState.FILLED: "filled by an offer",
    OpeningState.TAKEN: "taken otherwise",
    OpeningState.EXHAUSTED: "nobody left to ask",
}
ORDER = (Urgency.URGENT, Urgency.SOON, Urgency.ROUTINE)


@dataclass(frozen=True)
class Asked:
    """Somebody who was offered an opening."""

    name: str
    client: str
    state: str
    answer_by: datetime
    is_live: bool


@dataclass(frozen=True)
class Free:
    """An opening, and who was asked."""

    record: OpeningRecord
    clinician: str
    what: str
    asked: Sequence[Asked]

    @property
    def state(self) -> str:
        """What became of it so far, in a few words."""
        if self.record.booking and self.record.state in UNFILLED:
            return "picked by a client for a visit of theirs"
        if self.record.was_picked:
            return "a client moved their visit here"
        if self.record.state is OpeningState.EXHAUSTED and not self.asked:
            return "nobody fits"
        return OPENINGS[self.record.state]


@dataclass(frozen=True)
class Waits:
    """Somebody who waits."""

    entry: WaitingClient
    name: str
    days: int
    wishes: Sequence[str]


def router(opened: OpenPractice) -> APIRouter:
    """The page, and a client's word about standing by."""
    made = APIRouter()

    @made.get("/desk/waitlist")
    def waitlist(request: Request, visitor: SEES) -> Response:
        return _shown(opened, request, visitor)

    @made.post("/desk/standbys/{standby_id}")
    def stands_by(request: Request, visitor: SEES, standby_id: str, said: Annotated[str, Form(pattern="^(yes|no)$")]) -> Response:
        with opened.path_store.looking() as state:
            if state.standby(standby_id) is None:
                raise NotThereError
        try:
            opened.reminders.standbys.answered(standby_id, visitor.person, opened.practice.id, says_yes=said == "yes")
        except UserError as failure:
            return _shown(opened, request, visitor, str(failure), 409)
        return see_other(opened, "/desk/waitlist")

    return made


def _shown(opened: OpenPractice, request: Request, visitor: Visitor, trouble: str = "", status: int = 200) -> Response:
    desk, now, names = opened.service.desk, opened.clock.now(), names_for(opened, visitor)
    with opened.path_store.looking() as state:
        free = state.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=now)
        filled = [one for one in state.openings(OpeningState.FILLED, OpeningState.TAKEN, after=now) if now - one.since < FILLED_WITHIN]
        offers = {one.id: list(state.offers(one.id)) for one in (*free, *filled)}
        standbys = state.standbys()
    known = desk.waiting.get()
    entries = sorted(known.value or (), key=lambda one: (ORDER.index(one.urgency), one.entered_at, one.entry))
    shown = page(
        request, visitor, "desk/waitlist.html", status, trouble=trouble, ehr_trouble=known.trouble, is_connected=desk.is_connected,
        free=[_free(one, offers[one.id], names) for one in free], filled=[_free(one, offers[one.id], names) for one in filled],
        waits=[_waits(one, now, names) for one in entries[:MOST]], count=len(entries),
        standbys=[(one, names.client(one.client)) for one in standbys],
    )  # fmt: skip
    names.seen("desk.waitlist")
    return shown


def _free(record: OpeningRecord, offers: Sequence[Offer], names: Names) -> Free:
    opening = record.opening
    asked = [
        Asked(names.client(one.client), one.client, STATES.get(one.state, str(one.state)), one.answer_by, one.state == "sent")
        for one in offers
    ]
    what = f"{opening.session_type}, {opening.duration_minutes} min, {MODALITY[str(opening.modality)]}"
    return Free(record, names.clinician(opening.clinician), what, asked)


def _waits(one: WaitingClient, now: datetime, names: Names) -> Waits:
    wishes = [str(one.session_type)]
    wishes += [MODALITY[str(one.modality)]] if one.modality else []
    wishes += [f"with {names.clinician(one.clinician)}"] if one.clinician else []
    wishes += ["on " + ", ".join(WEEKDAYS[day - 1] for day in sorted(one.weekdays))] if one.weekdays else []
    wishes += [f"{one.hour_from}:00 to {one.hour_to}:00"] if (one.hour_from, one.hour_to) != (0, 24) else []
    wishes += [f"by {CHANNEL[one.channel]}"]
    return Waits(one, names.client(one.client), max(0, (now - one.entered_at).days), wishes)
