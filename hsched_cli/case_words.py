"""A case as a person reads it, and as a document: what is asked for, why, what else was considered, who has said what so far."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hsched_core.domain.action_words import SHORT, Speaker
from hsched_core.domain.actions import Action
from hsched_core.domain.case import Case
from hsched_core.domain.proposal import Candidate

if TYPE_CHECKING:
    from hsched_core.policy.practice import PracticePolicy


def short(pseudonym: str | None) -> str:
    """A pseudonym as a screen shows it; `--json` has it whole."""
    return (pseudonym or "nobody")[:SHORT]


def local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %d %b %Y %H:%M}"


def describe(action: Action, zone: ZoneInfo) -> str:
    """What the action does, in one line, with pseudonyms for names."""
    return Speaker(zone).tell(action).line


def document(case: Case, policy: "PracticePolicy") -> dict[str, Any]:
    """The case as plain JSON: everything a person needs to decide."""
    from hsched_core.domain.canonical import plain
    from hsched_core.policy.approval import approvals_needed

    zone, proposal = ZoneInfo(policy.zone), case.proposal
    return {
        "case": case.id,
        "state": str(case.state),
        "use_case": proposal.use_case,
        "what": describe(case.action, zone),
        "action": plain(case.action),
        "action_sha256": case.action.digest,
        "about": proposal.subject,
        "awaits": str(case.awaits) if case.awaits else None,
        "since": case.since.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "proposed_by": proposal.proposed_by,
        "confidence": proposal.confidence,
        "reasons": list(proposal.reasons),
        "candidates": candidates(case, zone),
        "approvals": [{"by": one.by, "at": one.at.isoformat(), "role": one.role} for one in case.approvals],
        "approvals_needed": approvals_needed(case.action, policy),
        "not_before": case.not_before.isoformat() if case.not_before else None,
    }


def candidates(case: Case, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Everybody who was considered, by the number under which a person may pick them."""
    return [_candidate(number, one, zone) for number, one in enumerate(case.proposal.candidates, 1)]


def _candidate(number: int, one: Candidate, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "number": number,
        "subject": one.subject,
        "fit": one.fit,
        "what": describe(one.action, zone) if one.action else None,
        "action_sha256": one.action.digest if one.action else None,
        "skipped_because": one.skipped_because or None,
    }


def lines(case: Case, policy: "PracticePolicy") -> Iterator[str]:
    """The case for a terminal."""
    zone, told = ZoneInfo(policy.zone), document(case, policy)
    confidence = "" if told["confidence"] is None else f", confidence {told['confidence']:.2f}"
    yield f"{case.id[:12]}  {told['use_case']}: {told['what']}"
    yield f"    {_stands(case)} since {local(case.since, zone)}; expires {local(case.proposal.expires_at, zone)}{confidence}"
    yield f"    about {short(told['about'])}, proposed by {told['proposed_by']}{_support(told)}"
    yield from (f"    - {reason}" for reason in told["reasons"])
    yield from (f"    {_choice(one)}" for one in told["candidates"])


def _stands(case: Case) -> str:
    who = str(case.awaits or "anybody who may decide").replace("_", " ")
    return f"{str(case.state).replace('_', ' ')}, asks {who}"


def _support(told: Mapping[str, Any]) -> str:
    given = [one["by"] for one in told["approvals"]]
    if told["approvals_needed"] == 1 and not given:
        return ""
    return f"; {len(given)} of {told['approvals_needed']} approvals{' (' + ', '.join(given) + ')' if given else ''}"


def _choice(one: Mapping[str, Any]) -> str:
    fit = "   -" if one["fit"] is None else f"{one['fit']:.2f}"
    what = one["what"] or f"{short(one['subject'])}: skipped, {one['skipped_because']}"
    return f"{one['number']:>4}  fit {fit}  {what}"
