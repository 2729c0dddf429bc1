"""What every part of the path does the same way: read, judge, and take one step. The only code that moves a status.

Facts are read outside the transaction and judged inside it; a step and its audit entry are stored together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import Action, OfferSlot
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Contact
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import MAY_HAVE_HAPPENED, Event, State, follow
from hsched_core.domain.people import PATH
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import whole_day
from hsched_core.domain.time import day_start, local_day
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import CalendarFacts, Matter
from hsched_core.policy.gate import Verdict, clears_at, judge
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import CalendarReader, Clock, Doors, PathStore, Transaction
from hsched_core.workflow import trail

# States that keep their time; in every other one it is free again.
HOLDS = MAY_HAVE_HAPPENED | {State.APPROVED}


@dataclass(frozen=True)
class Reading:
    """What the EHR said, and when it was asked."""

    at: datetime
    facts: CalendarFacts


class Steps:
    """One practice's store, calendar, doors, clock and settings, and the steps that are made with them."""

    def __init__(self, store: PathStore, calendar: CalendarReader, doors: Doors, clock: Clock, policy: PracticePolicy) -> None:
        self._store, self._calendar, self._doors, self._clock, self._policy = store, calendar, doors, clock, policy

    def look(self, case_id: str) -> Case:
        """The case as it is now."""
        with self._store.transaction() as tx:
            return known(tx, case_id)

    def _enter(
        self, tx: Transaction, proposal: Proposal, event: Event, now: datetime, *, actor: str, rules: Iterable[str] = (), **changes: Any
    ) -> Case:
        case = Case(proposal, follow(None, event), proposal.action, now, **changes)
        tx.add(case, audit=trail.entered(case, event, actor=actor, rules=rules))
        return case

    def _move(
        self,
        tx: Transaction,
        case: Case,
        event: Event,
        now: datetime,
        *,
        actor: str = PATH,
        rules: Iterable[str] = (),
        contact: Contact | None = None,
        **changes: Any,
    ) -> Case:
        """One step of the lifecycle, stored with its audit entry."""
        state = follow(case.state, event)
        moved = replace(case, **changes, state=state, version=case.version + 1, since=case.since if state is case.state else now)
        moved = moved if state in HOLDS else replace(moved, hold=None)
        tx.save(moved, audit=trail.moved(case, moved, event, now, actor=actor, rules=rules), contact=contact)
        return moved

    def _read(self, action: Action, key: str = "") -> Reading:
        """The EHR's present, with the moment before it was asked."""
        at = self._clock.now()
        return Reading(at, self._calendar.facts_for(action, key))

    def _judge(self, tx: Transaction, case_id: str, action: Action, expires_at: datetime, read: Reading, now: datetime) -> Verdict:
        """The gate, with the EHR's facts as read and our own as they stand in this transaction."""
        client = action.outreach.client if action.outreach else action.session.client if action.session else None
        matter = Matter(action, expires_at, now, self._policy, read.facts)
        if client:
            matter = replace(matter, contact=tx.contact_facts(client, case_id))
        if action.session:
            # What was confirmed since just before the calendar was read may not stand in it yet.
            confirmed_since = read.at - self._policy.calendar_lag
            matter = replace(matter, held=tx.held(action.session, case_id, confirmed_since))
            if self._policy.most_sessions_a_day:
                day = whole_day(action.session, ZoneInfo(self._policy.zone))
                matter = replace(matter, held_day=tx.held(day, case_id, confirmed_since))
        verdict = judge(matter)
        return replace(verdict, clears_at=clears_at(matter)) if verdict.is_blocked else verdict

    def _rollout(self, tx: Transaction, proposal: Proposal, now: datetime) -> Rollout:
        zone = ZoneInfo(self._policy.zone)
        return tx.rollout(proposal.use_case, day_start(local_day(now, zone), zone))


def known(tx: Transaction, case_id: str) -> Case:
    case = tx.case(case_id)
    if case is None:
        raise UserError(f"There is no proposal {case_id}.", "See `hsched queue`.")
    return case


def offered(case: Case) -> OfferSlot:
    """The offer a case is about."""
    if not isinstance(case.action, OfferSlot):
        raise UserError("This is not an offer.")
    return case.action


def has_lapsed(case: Case, now: datetime) -> bool:
    """Whether the proposal, or one of its approvals, has run out."""
    lapses = case.lapses_at()
    return now >= case.proposal.expires_at or (lapses is not None and now >= lapses)
