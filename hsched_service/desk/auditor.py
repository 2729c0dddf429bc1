"""The auditor's pages: the trail with search, one subject's whole story, the chain's verification, the week's automated decisions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.trail_search import Wanted
from hsched_adapters.store.audit.examination import Examination, examine, whole_story
from hsched_core.domain.action_words import SHORT, Speaker
from hsched_core.domain.case import Case
from hsched_core.domain.errors import NotReadyError, UserError
from hsched_core.domain.time import day_start, local_day, monday_of
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs
from hsched_service.access.sign_in import see_other
from hsched_service.access.turned_away import NotThereError
from hsched_service.desk.case_view import STATES
from hsched_service.desk.names import Names
from hsched_service.pages.rendering import page

if TYPE_CHECKING:
    from hsched_adapters.store.audit.rows import Told

SEES = Annotated[Visitor, Depends(needs(Subject.AUDIT))]
CODE = r"^[a-zA-Z0-9_.:-]{0,128}$"
KIND = r"^(?:[a-zA-Z0-9_.:-]{0,128}|[a-z]{1,20}(?: [a-z]{1,20}){1,5})$"  # as the trail writes it, or as the page shows it: with spaces
LONG_ID = re.compile(r"[0-9a-f]{17,}")
MOST_STORY = 400
LAST_SEQ = 2**63 - 1  # the largest number that a store counts with
WEEKS_BACK = 60
BRIEFLY = (
    "use case",
    "action kind",
    "wanted",
    "rules",
    "reason",
    "outcome",
    "purpose",
    "count",
    "to",
    "state",
)  # what tells most, in this order


@dataclass(frozen=True)
class Entry:
    """An entry for people: what it says as `name value` pairs."""

    seq: int
    at: datetime
    actor: str
    kind: str
    subject: str
    says: Sequence[tuple[str, str]]
    brief: str


@dataclass(frozen=True)
class Automated:
    """A decision that nobody was asked about."""

    at: datetime
    order: str
    title: str
    reasons: Sequence[str]
    confidence: float | None
    state: str
    case: str


def router(opened: OpenPractice) -> APIRouter:
    """The trail, and its story."""
    made = APIRouter()

    @made.get("/audit")
    def trail(
        request: Request,
        visitor: SEES,
        kind: Annotated[str, Query(pattern=KIND)] = "",
        actor: Annotated[str, Query(pattern=CODE)] = "",
        day: Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = "",
        before: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
    ) -> Response:
        since, until = _span(opened, day)
        found = opened.service.desk.search.page(Wanted(actor, kind, "", since, until, before))
        entries = [_entry(one) for one in found.entries]
        return page(
            request,
            visitor,
            "desk/audit.html",
            entries=entries,
            next_before=found.next_before,
            kind=kind,
            actor=actor,
            day=day,
            checked=None,
        )

    @made.post("/audit/search")
    def search(visitor: SEES, subject: Annotated[str, Form(pattern=CODE, min_length=6)]) -> Response:
        return see_other(opened, f"/audit/story/{subject.strip()}")

    @made.get("/audit/story/{subject}")
    def story(request: Request, visitor: SEES, subject: str) -> Response:
        try:
            entries, cases = whole_story(opened.settings.store_url, opened.practice.id, subject)
        except (UserError, NotReadyError) as failure:
            return page(request, visitor, "desk/story.html", 404, subject="", entries=[], cases={}, cut=0, trouble=str(failure))
        if not entries:
            raise NotThereError
        names = Names(visitor, {}, {})  # an auditor reads pseudonyms
        told = {name: _told(case, names, opened) for name, case in cases.items()}
        cut = max(0, len(entries) - MOST_STORY)
        return page(
            request, visitor, "desk/story.html", subject=subject, entries=[_entry(one) for one in entries[:MOST_STORY]], cases=told,
            cut=cut, trouble="",
        )  # fmt: skip

    return made


def verifying_router(opened: OpenPractice) -> APIRouter:
    """Verification, and the week's sheet."""
    made = APIRouter()

    @made.post("/audit/verify")
    def verify(request: Request, visitor: SEES) -> Response:
        checked = examine(
            opened.settings.store_url, opened.practice.id, opened.settings.checkpoints_file, opened.paths.public_keys, opened.audit_secrets
        )
        found = opened.service.desk.search.page(Wanted())
        entries = [_entry(one) for one in found.entries]
        return page(
            request, visitor, "desk/audit.html", entries=entries, next_before=found.next_before, kind="", actor="", day="",
            checked=_verdict(checked),
        )  # fmt: skip

    @made.get("/audit/week")
    def week(request: Request, visitor: SEES, monday: date | None = None) -> Response:
        today = local_day(opened.clock.now(), opened.timezone)
        first = monday_of(monday or today)
        if abs(first - today) > timedelta(weeks=WEEKS_BACK):
            raise NotThereError
        since, until = day_start(first, opened.timezone), day_start(first + timedelta(days=7), opened.timezone)
        names = Names(visitor, {}, {})
        rows = [_automated(case, names, opened) for case in opened.service.desk.cases.by_order(since, until)]
        return page(
            request,
            visitor,
            "desk/audit_week.html",
            rows=rows,
            monday=first,
            before=first - timedelta(days=7),
            after=first + timedelta(days=7),
        )

    return made


def _span(opened: OpenPractice, day: str) -> tuple[datetime | None, datetime | None]:
    if not day:
        return None, None
    try:
        on = date.fromisoformat(day)
        return day_start(on, opened.timezone), day_start(on + timedelta(days=1), opened.timezone)
    except (ValueError, OverflowError):
        raise NotThereError from None


def _entry(told: "Told") -> Entry:
    says = list(_says("", told.body))
    brief = " · ".join(dict(says)[name].replace("_", " ") for name in BRIEFLY if name in dict(says))
    return Entry(told.seq, datetime.fromisoformat(told.at), told.actor, told.kind, told.subject, says, brief or f"{len(says)} facts")


def _says(above: str, body: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """A body flattened; empty values and long lists of hashes say little on a page."""
    found: list[tuple[str, str]] = []
    for name, value in body.items():
        label = f"{above} {name}".strip().replace("_", " ")
        if value in ([], {}, None, ""):
            continue
        if isinstance(value, Mapping):
            found += _says("" if name in ("changes", "origin") else label, value)
        elif isinstance(value, list):
            told = [
                _short(one) if isinstance(one, str) else " ".join(f"{k} {_short(v)}" for k, v in one.items())
                for one in value
                if isinstance(one, str | Mapping)
            ]
            found.append((label, ", ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6 else "")))
        else:
            found.append((label, str(value)[:64]))
    return found


def _short(value: object) -> str:
    """Ids by their first digits; words whole, as far as a line goes."""
    text = str(value)
    return text[:16] if LONG_ID.fullmatch(text) else text[:64]


def _told(case: Case, names: Names, opened: OpenPractice) -> Mapping[str, Any]:
    speaker = Speaker(opened.timezone, names)
    told = speaker.tell(case.proposal.action)
    skipped = [(one.subject[:SHORT], one.skipped_because) for one in case.proposal.candidates if one.skipped_because]
    return {"title": told.title, "details": told.details, "reasons": case.proposal.reasons, "skipped": skipped, "state": STATES[case.state]}


def _automated(case: Case, names: Names, opened: OpenPractice) -> Automated:
    approval = next(one for one in case.approvals if one.order)
    title = Speaker(opened.timezone, names).tell(case.action).title
    return Automated(approval.at, approval.order, title, case.proposal.reasons, case.proposal.confidence, STATES[case.state], case.id)


def _verdict(checked: Examination) -> Mapping[str, Any]:
    verdict = checked.verdict
    return {
        "holds": checked.holds,
        "entries": verdict.entries,
        "broken": str(verdict.broken) if verdict.broken else "",
        "trouble": list(checked.trouble),
        "checkpoints": len(checked.checkpoints),
        "anchored": verdict.anchored,
        "newer": verdict.unanchored,
    }
