"""An appointment's story: the trail's entries in order, and beside each case what it asked for, why, and who else was considered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hsched_cli.case_words import candidates, describe, local, short
from hsched_core.domain.case import Case

if TYPE_CHECKING:
    from hsched_adapters.store.audit.rows import Told

TOLD_ABOVE = ("action", "version", "since")
NOTHING: tuple[object, ...] = ([], {}, None, "")
MARGIN = " " * 8


def documents(cases: Mapping[str, Case], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The cases as JSON."""
    return [
        {
            "case": case.id,
            "state": str(case.state),
            "what": describe(case.action, zone),
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
    """The story for a terminal: each entry, and at a case's first one the case itself."""
    seen: set[str] = set()
    for entry in entries:
        yield f"{entry.seq:>6}  {entry.at}  {entry.kind}  {entry.subject}  by {entry.actor}"
        case = cases.get(entry.subject)
        if case and case.id not in seen:
            seen.add(case.id)
            yield from _case(case, zone)
        yield from (f"{MARGIN}{name.replace('_', ' ')}: {_value(value)}" for name, value in _shown(entry, case is not None))


def _case(case: Case, zone: ZoneInfo) -> Iterator[str]:
    proposal = case.proposal
    confidence = "" if proposal.confidence is None else f" Confidence {proposal.confidence:.2f}."
    yield f"{MARGIN}{describe(proposal.action, zone)}.{confidence}"
    yield from (f"{MARGIN}because {reason}" for reason in proposal.reasons)
    for one in candidates(case, zone):
        fit = "" if one["fit"] is None else f" fit {one['fit']:.2f}"
        told = f"skipped: {one['skipped_because']}" if one["skipped_because"] else "could be asked"
        yield f"{MARGIN}candidate {one['number']}, {short(one['subject'])}{fit}, {told}"
    if case.not_before:
        yield f"{MARGIN}not before {local(case.not_before, zone)}"


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


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_value(one)}" for name, one in value.items() if name != "type")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(map(_value, value)) or "none"
    return "-" if value is None else str(value)
