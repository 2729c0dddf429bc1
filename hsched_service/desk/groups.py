"""Groups of the coming two weeks: who will come, who cannot, who has not said, and where that is too few. A look; it decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.action_words import MODALITY
from hsched_core.policy.permissions import Subject, reaches
from hsched_core.use_cases.group_coordination import Answer, Member, Roster
from hsched_service.access.guard import Visitor, needs
from hsched_service.desk.names import Names, names_for
from hsched_service.pages.rendering import page

SEES = Annotated[Visitor, Depends(needs(Subject.GROUPS))]
SAID: Mapping[Answer, tuple[str, str]] = {  # words, and how the page shows them
    Answer.YES: ("will come", "good"),
    Answer.NO: ("cannot come", "bad"),
    Answer.SILENT: ("has not answered", ""),
}


@dataclass(frozen=True)
class Seat:
    """Somebody of a group, as a page names them. `case`: the proposal to cancel their place, where one waits."""

    name: str
    client: str
    said: str
    shows: str
    case: str


@dataclass(frozen=True)
class GroupSeen:
    """A group as a page shows it."""

    roster: Roster
    clinician: str
    what: str
    told: str
    verdict: str
    shows: str
    seats: Sequence[Seat]


def router(opened: OpenPractice) -> APIRouter:
    """The page."""
    made = APIRouter()

    @made.get("/desk/groups")
    def groups(request: Request, visitor: SEES) -> Response:
        desk, names, settings = opened.service.desk, names_for(opened, visitor), opened.service.group_settings
        known = desk.groups.get()
        found = [one for one in known.value or () if reaches(visitor.person, Subject.GROUPS, one.clinician)]
        shown = page(
            request, visitor, "desk/groups.html", groups=[_seen(one, names) for one in found], summary=summary(found),
            quorum=settings.quorum, known=known, is_connected=desk.is_connected, asks=settings.is_on, days=settings.invite_days,
        )  # fmt: skip
        names.seen("desk.groups")
        return shown

    return made


def summary(found: Sequence[Roster]) -> str:
    """All of them in a sentence."""
    if not found:
        return "No group is booked in the coming two weeks."
    total = f"{len(found)} group{'' if len(found) == 1 else 's'} in the coming two weeks"
    short = [one for one in found if one.is_short]
    if short:
        return f"{total}: {len(short)} cannot reach {short[0].quorum} any more."
    return f"{total}: none is short; enough said yes to {sum(one.is_sure for one in found)} of them."


def comes(rosters: Sequence[Roster]) -> Mapping[str, str]:
    """For the calendar: how many of a group will come, by the visit of each of them; nothing of one that nobody answered for yet."""
    return {member.appointment: told(one) for one in rosters if one.has_answers for member in one.members}


def told(roster: Roster) -> str:
    """In a few words."""
    return f"{roster.said(Answer.YES)} of {roster.booked} will come"


def _seen(roster: Roster, names: Names) -> GroupSeen:
    what = f"{roster.minutes} min, {_ways(roster)}"
    parts = [told(roster)] if roster.has_answers else [f"none of {roster.booked} has answered yet"]
    parts += [f"{roster.said(Answer.NO)} cannot"] if roster.said(Answer.NO) else []
    parts += [f"{roster.said(Answer.SILENT)} not heard from"] if roster.has_answers and roster.said(Answer.SILENT) else []
    parts += [f"{roster.left} gave the place up"] if roster.left else []
    seats = [_seat(one, names) for one in roster.members]
    return GroupSeen(roster, names.clinician(roster.clinician), what, ", ".join(parts), *_verdict(roster), seats)


def _ways(roster: Roster) -> str:
    """One way for all, or how many come which way."""
    if len(roster.modalities) == 1:
        return MODALITY[str(roster.modalities[0][0])]
    return ", ".join(f"{count} {MODALITY[str(way)]}" for way, count in roster.modalities)


def _verdict(roster: Roster) -> tuple[str, str]:
    if roster.is_short:
        return f"short: needs {roster.quorum}", "bad"
    return ("enough said yes", "good") if roster.is_sure else (f"open: needs {roster.quorum}", "warn")


def _seat(member: Member, names: Names) -> Seat:
    said, shows = ("gave the place up", "") if member.has_left else SAID[member.answer]
    return Seat(names.client(member.client), member.client, said, shows, member.case)
