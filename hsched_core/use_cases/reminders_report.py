"""What became of visits that were reminded of, counted by tier: confirmed, cancelled in time or late, missed, kept, filled again. Pure.

Counts, not effects: who is asked to confirm was chosen by risk. What reminders change is told by the holdout (`hsched effect reminders`).
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import MAY_HAVE_HAPPENED
from hsched_core.use_cases.reminders_facts import Visit
from hsched_core.use_cases.reminders_plan import Step, step_name

HELD, CALLED, ASKED, REMINDED = "held", "high", "raised", "standard"
GROUPS = (REMINDED, ASKED, CALLED, HELD)
FEWEST = 50  # visits that are over, below which no share is told
Z = 1.96  # of a 95 % interval


class Ending(StrEnum):
    """What became of a visit after its first reminder."""

    TO_COME = "to_come"
    MOVED = "moved"
    EARLY = "cancelled_early"  # with the practice's notice: what is freed can be filled
    LATE = "cancelled_late"
    MISSED = "missed"
    KEPT = "kept"
    UNSEEN = "unseen"  # the EHR does not show it any more, or nobody closed it


OVER = (Ending.EARLY, Ending.LATE, Ending.MISSED, Ending.KEPT)
FREED = (Ending.EARLY, Ending.LATE)


@dataclass(frozen=True)
class Followed:
    """One visit that was reminded of."""

    group: str
    ending: Ending
    is_confirmed: bool
    is_refilled: bool  # somebody else had its time in the end


@dataclass(frozen=True)
class Row:
    """One tier. `early_share` of those that are over, with its 95 % interval; None: too little data."""

    group: str
    visits: int
    confirmed: int
    endings: Mapping[str, int]
    refilled: int
    early_share: float | None
    early_low: float | None
    early_high: float | None


def followed(
    sent: Mapping[str, Sequence[Case]],
    there: Iterable[Appointment],
    now: datetime,
    *,
    held: Collection[str],
    confirmed: Collection[str],
    refilled: Collection[str],
    notice: timedelta,
) -> list[Followed]:
    """Every visit that was reminded of. `sent`: the use case's messages by visit; `notice`: from which a cancellation is early."""
    known = {one.id: one for one in there}
    found = []
    for appointment, cases in sent.items():
        first, steps = _first_and_steps(cases)
        if first is None:
            continue
        ending = _ending(known.get(appointment), cases, first, now, notice)
        group = HELD if appointment in held else _group(steps)
        found.append(Followed(group, ending, appointment in confirmed, ending in FREED and appointment in refilled))
    return found


def rows(found: Iterable[Followed]) -> list[Row]:
    """By tier: what was sent, not what the risk would say now."""
    by_group: dict[str, list[Followed]] = {group: [] for group in GROUPS}
    for one in found:
        by_group[one.group].append(one)
    return [_row(group, ones) for group, ones in by_group.items() if ones]


def _row(group: str, ones: Sequence[Followed]) -> Row:
    endings = Counter(one.ending for one in ones)
    over = sum(endings[ending] for ending in OVER)
    share = wilson(endings[Ending.EARLY], over) if over >= FEWEST else (None, None, None)
    return Row(
        group,
        len(ones),
        sum(one.is_confirmed for one in ones),
        {str(ending): endings[ending] for ending in Ending},
        sum(one.is_refilled for one in ones),
        *share,
    )


def wilson(hits: int, count: int) -> tuple[float, float, float]:
    """A share with Wilson's 95 % interval (Wilson 1927). Visits of one client are not independent: the truth is a little wider."""
    share, size = hits / count, Z * Z / count
    middle = (share + size / 2) / (1 + size)
    half = Z * math.sqrt(share * (1 - share) / count + size / (4 * count)) / (1 + size)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _first_and_steps(cases: Iterable[Case]) -> tuple[datetime | None, set[str]]:
    """When the first step about the visit was handed over, and which steps were; words to others about its time are none."""
    others = (Step.STANDBY, Step.STANDBY_ENDED)
    handed = [(case.since, case.action.template) for case in cases if isinstance(case.action, SendMessage) and _may_have_left(case)]
    own = [(at, template) for at, template in handed if template not in others]
    return min((at for at, _ in own), default=None), {template for _, template in own}


def _may_have_left(case: Case) -> bool:
    return case.state in MAY_HAVE_HAPPENED


def _group(steps: Collection[str]) -> str:
    if Step.CALL in steps:
        return CALLED
    return ASKED if {Step.CONFIRM, Step.AGAIN} & set(steps) else REMINDED


def _ending(visit: Appointment | None, cases: Sequence[Case], first: datetime, now: datetime, notice: timedelta) -> Ending:
    if visit is None:
        return Ending.UNSEEN
    starts_at = visit.session.starts_at
    if visit.status is AppointmentStatus.CANCELLED:
        early = visit.updated_at <= starts_at - notice
        return Ending.UNSEEN if visit.updated_at < first else Ending.EARLY if early else Ending.LATE
    if visit.status is AppointmentStatus.NO_SHOW:
        return Ending.MISSED
    if visit.status is AppointmentStatus.FULFILLED:
        return Ending.KEPT
    if starts_at <= now:
        return Ending.UNSEEN
    session = visit.session
    as_it_is = Visit(visit.id, session.client, starts_at, session.duration_minutes, session.modality, session.session_type)
    names = {step_name(as_it_is, step) for step in Step}
    return Ending.TO_COME if any(case.proposal.facts_digest in names for case in cases) else Ending.MOVED
