"""When a sensor asks for a run: pure. What is due is named by a key; the same due things are asked for once, and again where they stay.

A daemon that dies between asking and remembering asks again under the same run key, which Dagster starts once.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import Offer, OfferState, OpeningRecord
from hsched_core.policy.approval import asked_role
from hsched_core.policy.practice import PracticePolicy
from hsched_core.workflow.steps import has_lapsed

AGAIN_AFTER = timedelta(seconds=20)  # real time: a run that died left its work due
PATIENT = timedelta(minutes=2)  # real time: what may stay as it is for a whole night, as an opening nobody can be asked for now
UNSEEN = timedelta(seconds=30)  # by the practice's clock: after it no run can still be about to ask
KEY_LENGTH = 24
NOTHING = ""


@dataclass(frozen=True)
class Asked:
    """The last run asked for: its number, what was due, and when."""

    number: int = 0
    key: str = NOTHING
    at: str = ""

    @property
    def run_key(self) -> str:
        return f"{self.number}:{self.key}"


def ask(key: str, cursor: str | None, now: datetime, again_after: timedelta = AGAIN_AFTER) -> Asked | None:
    """The run to ask for now; None where nothing is due, or it was asked for a moment ago. Its JSON is the next cursor."""
    last = Asked(**json.loads(cursor)) if cursor else Asked()
    if key == NOTHING or (key == last.key and now < datetime.fromisoformat(last.at) + again_after):
        return None
    return Asked(last.number + 1, key, now.isoformat())


def remembered(asked: Asked) -> str:
    """The cursor that tells of it."""
    return json.dumps(asdict(asked))


def key_of(due: Iterable[Case | Offer | OpeningRecord]) -> str:
    """One key for one set of cases and offers as they stand; empty where there are none."""
    standing = sorted(f"{type(one).__name__}:{one.id}:{one.version}" for one in due)
    return digest(standing)[:KEY_LENGTH] if standing else NOTHING


def to_carry_out(cases: Iterable[Case], now: datetime) -> list[Case]:
    """Approved, and not held back until later."""
    return [case for case in cases if case.state is State.APPROVED and (case.not_before is None or case.not_before <= now)]


def to_reconcile(cases: Iterable[Case], now: datetime) -> list[Case]:
    """It may have happened, and must have settled by now."""
    unseen = (State.EXECUTING, State.UNKNOWN)
    return [case for case in cases if case.state in unseen and case.settle_until is not None and case.settle_until <= now]


def to_end(offers: Iterable[Offer], now: datetime) -> list[Offer]:
    """Nobody answered in time, or the end it came to was not followed up."""
    return [offer for offer in offers if offer.state is not OfferState.SENT or offer.answer_by <= now]


def to_look_at(openings: Iterable[OpeningRecord], offers: Iterable[Offer], now: datetime) -> list[OpeningRecord]:
    """Open for a while, and nobody is being asked: the run that found it died, or nobody could be asked at that hour."""
    asked = {offer.opening for offer in offers}
    return [one for one in openings if one.id not in asked and one.since <= now - UNSEEN]


def to_tend(cases: Iterable[Case], now: datetime, policy: PracticePolicy) -> list[Case]:
    """Run out, or waiting for somebody else by now."""
    return [case for case in cases if _has_run_out(case, now) or _is_overdue(case, now, policy)]


def _has_run_out(case: Case, now: datetime) -> bool:
    return case.state in (State.WAITING, State.APPROVED) and has_lapsed(case, now)


def _is_overdue(case: Case, now: datetime, policy: PracticePolicy) -> bool:
    return case.state in (State.WAITING, State.NEEDS_PERSON) and asked_role(case.action, policy, now - case.since) != case.awaits
