"""An appointment's story: the trail's entries in order, and beside each case what it asked for, why, and who else was considered."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hsched_cli.case_words import candidates, describe, local, short
from hsched_core.domain.case import Case
from hsched_core.domain.openings import UNASKED, OpeningState

if TYPE_CHECKING:
    from hsched_adapters.store.audit.rows import Told

TOLD_ABOVE = ("action", "version", "since")
NOTHING: tuple[object, ...] = ([], {}, None, "")
MARGIN = " " * 8
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$")


def documents(cases: Mapping[str, Case], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The cases as JSON."""
    return [
        {
            "case": case.id,
            "state": str(case.state),
            "what": describe(case.action, zone),
            "follows": case.proposal.follows or None,
            "confidence": case.proposal.confidence,
            "reasons": list(case.proposal.reasons),
            "candidates": candidates(case, zone),
            "proposed_by": case.proposal.proposed_by,
            "model_version": case.proposal.model_version,
            "policy_version": case.proposal.policy_version,
        }
        for case in cases.values()
    ]


def lines(entries: Iterable["Told"], cases: Mapping[str, Case], zone: ZoneInfo) -> Iterator[str]:
    """The story for a terminal: each entry, and at a case's first one the case itself. Times are the practice's, as in the queue."""
    yield f"Times are those of {zone.key}."
    seen: set[str] = set()
    for entry in entries:
        yield f"{entry.seq:>6}  {_second(datetime.fromisoformat(entry.at), zone)}  {entry.kind}  {entry.subject}  by {entry.actor}"
        case = cases.get(entry.subject)
        if case and case.id not in seen:
            seen.add(case.id)
            yield from _case(case, zone)
        if entry.kind == UNASKED:
            yield from _unasked(entry.body)
            continue
        yield from (f"{MARGIN}{name.replace('_', ' ')}: {_value(value, zone)}" for name, value in _shown(entry, case is not None))


def _case(case: Case, zone: ZoneInfo) -> Iterator[str]:
    proposal = case.proposal
    confidence = "" if proposal.confidence is None else f" Confidence {proposal.confidence:.2f}."
    yield f"{MARGIN}{describe(proposal.action, zone)}.{confidence}"
    yield from (f"{MARGIN}because {reason}" for reason in proposal.reasons)
    if proposal.follows:
        yield f"{MARGIN}follows from the opening {short(proposal.follows)}"
    for one in candidates(case, zone):
        fit = "" if one["fit"] is None else f" fit {one['fit']:.2f}"
        told = f"skipped: {one['skipped_because']}" if one["skipped_because"] else "could be asked"
        yield f"{MARGIN}candidate {one['number']}, {short(one['subject'])}{fit}, {told}"
    if case.not_before:
        yield f"{MARGIN}not before {local(case.not_before, zone)}"


def meanings(entries: Iterable["Told"]) -> dict[str, str]:
    """The sentence behind each code of a reason that these entries hold."""
    from hsched_core.use_cases.waitlist_reasons import SENTENCES

    codes = {code for entry in entries if entry.kind == UNASKED for group in entry.body["skipped"] for code in group["reasons"]}
    return {code: SENTENCES.get(code, code) for code in sorted(codes)}


def _unasked(body: Mapping[str, Any]) -> Iterator[str]:
    """Everybody who waited when nobody was left to ask, with every reason."""
    from hsched_core.use_cases.waitlist_reasons import SENTENCES

    ended = "It came too close." if body["state"] == OpeningState.PASSED else "Nobody is left to ask."
    yield f"{MARGIN}{ended} {body['waiting_count']} entries of the waitlist were looked at."
    for group in body["skipped"]:
        why = " ".join(SENTENCES.get(code, code) for code in group["reasons"])
        yield from (f"{MARGIN}candidate {short(client)}, skipped: {why}" for client in group["clients"])


def _shown(entry: "Told", has_case: bool) -> Iterator[tuple[str, object]]:
    """What an entry says beside its case: the rules that spoke, and what changed but the hashes of what stands above already."""
    for name, value in entry.body.items():
        if has_case and name == "origin":
            continue
        told = _news(value) if has_case and name == "changes" and isinstance(value, Mapping) else value
        if told not in NOTHING:
            yield name, told


def _news(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in changes.items() if name not in TOLD_ABOVE and one not in NOTHING}


def _value(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_value(one, zone)}" for name, one in value.items() if name != "type")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_value(one, zone) for one in value) or "none"
    if isinstance(value, str) and INSTANT.match(value):
        return _second(datetime.fromisoformat(value), zone)
    return "-" if value is None else str(value)


def _second(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %d %b %Y %H:%M:%S}"
