"""Rules and fit of the waitlist as one loop of plain Python over lists, as somebody would write it who does not know NumPy.

A good loop: it looks at the next rule only where the ones before let an entry in, and reads only the columns it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from hsched_core.solvers import fit
from hsched_core.solvers.fit import UNIT, Weights
from hsched_core.solvers.waitlist import ANY, Limits, Slot, Waiting

BY_WISHES, BY_URGENCY = fit.BY_WISHES.tolist(), fit.BY_URGENCY.tolist()
BY_UNANSWERED, BY_CHANNEL = fit.BY_UNANSWERED.tolist(), fit.BY_CHANNEL.tolist()
Found = tuple[int, int, int]  # row, fit, standing


@dataclass(frozen=True)
class Lists:
    """The solver's columns as lists, covers and weeks of visits by entry."""

    columns: dict[str, list[Any]]
    covers: list[list[tuple[int, int, int]]]
    weeks: list[list[int]]

    @classmethod
    def of(cls, waiting: Waiting) -> "Lists":
        columns = {one.name: getattr(waiting, one.name).tolist() for one in fields(waiting)}
        each = zip(*(zip(*columns[name], strict=True) for name in ("cover_from", "cover_until", "cover_left")), strict=True)
        covers = [[one for one in zip(*cover, strict=True) if one[0] <= one[1]] for cover in each]
        weeks = [[week for week in row if week != ANY] for row in zip(*columns["visit_week"], strict=True)]
        return cls(columns, covers, weeks)


@dataclass(frozen=True)
class PlainSlot:
    """An opening, its tables as lists."""

    slot: Slot
    offers: list[bool]
    reaches: list[bool]
    asked: list[bool]
    refused: list[bool]
    not_now: list[bool]

    @classmethod
    def of(cls, slot: Slot) -> "PlainSlot":
        return cls(slot, slot.offers.tolist(), slot.reaches.tolist(), slot.asked.tolist(), slot.refused.tolist(), slot.not_now.tolist())


def found(plain: PlainSlot, lists: Lists, limits: Limits, weights: Weights) -> list[Found]:
    """Every entry that may be asked, with fit and standing."""
    slot = plain.slot
    ahead = slot.starts - limits.now
    if ahead <= limits.least_notice or ahead > limits.most_notice or (slot.is_remote and not slot.may_be_remote):
        return []
    rows = [row for row in _wishing(plain, lists, limits) if _may(row, plain, lists, limits)]
    return [(row, *_score(row, slot, lists, limits, weights)) for row in rows]


def _wishing(plain: PlainSlot, lists: Lists, limits: Limits) -> list[int]:
    """Entries whose wishes and needs the opening meets: one loop, since a call an entry would be half of the time."""
    slot, column = plain.slot, lists.columns
    minutes, modality, clinician, needs = column["minutes"], column["modality"], column["clinician"], column["needs"]
    state, weekdays, first, last = column["state"], column["weekdays"], column["from_minute"], column["to_minute"]
    offers, reaches, day = plain.offers, plain.reaches, 1 << (slot.weekday - 1)
    least, is_remote, longest = slot.minutes - limits.length_slack_minutes, slot.is_remote, slot.minutes
    kept = []
    for row, session_type in enumerate(column["session_type"]):
        if session_type != slot.session_type:
            continue
        if minutes[row] and not least <= minutes[row] <= longest:
            continue
        if modality[row] not in (ANY, slot.modality) or clinician[row] not in (ANY, slot.clinician):
            continue
        if not offers[needs[row]] or (is_remote and not reaches[state[row]]):
            continue
        if not weekdays[row] & day or first[row] > slot.from_minute or last[row] < slot.to_minute:
            continue
        kept.append(row)
    return kept


def _may(row: int, plain: PlainSlot, lists: Lists, limits: Limits) -> bool:
    slot, column = plain.slot, lists.columns
    client, cadence = column["client"][row], column["cadence_days"][row]
    if column["is_insured"][row] and not any(begin <= slot.day <= end and left > 0 for begin, end, left in lists.covers[row]):
        return False
    if slot.week in lists.weeks[row] or (0 < cadence <= limits.series_days and not column["gives_up"][row]):
        return False
    if column["instead"][row] < slot.ends or column["until"][row] <= limits.now or client == slot.left_by:
        return False
    if column["accepted"][row] > limits.now - limits.rest or column["holds_offer"][row]:
        return False
    if not column["can_be_reached"][row] or column["not_before"][row] > limits.now:
        return False
    return not (plain.asked[client] or plain.refused[client] or plain.not_now[client])


def _score(row: int, slot: Slot, lists: Lists, limits: Limits, weights: Weights) -> tuple[int, int]:
    column = lists.columns
    sees = column["sees"][row]
    known = fit.NOBODY_SO_FAR if sees == ANY else fit.OTHER_CLINICIAN
    unanswered = min(column["unanswered"][row], 10)
    notice = _rising(fit.SHORT_NOTICE, slot.starts - limits.now, fit.ENOUGH_NOTICE)
    score = (
        weights.preference * BY_WISHES[column["wishes"][row]]
        + weights.urgency * BY_URGENCY[column["urgency"][row]]
        + weights.continuity * (fit.SAME_CLINICIAN if sees == slot.clinician else known)
        + weights.waiting * _rising(fit.JUST_ENTERED, limits.now - column["entered"][row], fit.LONG_WAIT)
        + weights.acceptance * notice * BY_UNANSWERED[unanswered] * BY_CHANNEL[column["channel"][row]]
        + weights.fairness * _rising(fit.JUST_ASKED, limits.now - column["asked"][row], fit.LONG_UNASKED)
    )
    whole = min(max(round(score * UNIT), 0), UNIT)
    return whole, whole + max(limits.now - column["clock"][row] - limits.patience, 0) // (limits.turn // UNIT)


def _rising(least: float, span: int, enough: int) -> float:
    return least + (1 - least) * min(max(span / enough, 0.0), 1.0)


def best(rows: Sequence[Found], lists: Lists) -> int | None:
    """Whom to ask first; where standings are equal, whom nobody asked for longest."""
    clock = lists.columns["clock"]
    return min(rows, key=lambda one: (-one[2], clock[one[0]], one[0]))[0] if rows else None
