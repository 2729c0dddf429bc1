"""An EHR, or a message provider, in memory: it does what it is asked unless a fault is due, and remembers what really happened."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.actions import Action, BookAppointment, ChangePhase, Destination, IssueStandingOrder
from hsched_core.domain.contact import Channel
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import CalendarFacts, Commitment
from hsched_core.ports import (
    Absent,
    CannotTell,
    Capabilities,
    Done,
    Door,
    Found,
    NotSent,
    Permit,
    Refused,
    Reply,
    Sighting,
    Unclear,
)
from tests.fake_path_store import FakePathStore


class Fault(StrEnum):
    """What goes wrong with one call."""

    NONE = "none"
    REFUSES = "refuses"
    TOO_MANY_REQUESTS = "too_many_requests"
    ERROR_BEFORE_COMMIT = "error_before_commit"
    ERROR_AFTER_COMMIT = "error_after_commit"
    HANGS_BEFORE_COMMIT = "hangs_before_commit"
    HANGS_AFTER_COMMIT = "hangs_after_commit"
    COMMITS_LATE = "commits_late"
    WRONG_SLOT = "wrong_slot"
    WORKER_DIES_BEFORE = "worker_dies_before"
    WORKER_DIES_AFTER = "worker_dies_after"


COMMITS = {Fault.NONE, Fault.ERROR_AFTER_COMMIT, Fault.HANGS_AFTER_COMMIT, Fault.WRONG_SLOT, Fault.WORKER_DIES_AFTER}


class WorkerDied(BaseException):
    """The process is gone in the middle of a call; no handler of ours runs."""


@dataclass(frozen=True)
class Effect:
    """Something that really happened on the other side."""

    action: Action
    key: str
    case_id: str
    at: datetime


@dataclass
class OtherSide:
    """Door and calendar in one. `effects` is the truth that tests count."""

    now: Callable[[], datetime]
    capabilities: Capabilities
    facts: CalendarFacts = field(default_factory=CalendarFacts)
    effects: list[Effect] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    calls: list[Permit] = field(default_factory=list)
    is_blind: bool = False  # searches fail
    shows: CalendarFacts | None = None  # a calendar that is behind the truth
    during_call: Callable[[], None] = lambda: None

    def perform(self, permit: Permit) -> Reply:
        self.calls.append(permit)
        self.during_call()
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if fault in COMMITS:
            self._commit(permit, fault)
        if fault is Fault.COMMITS_LATE:
            self._commit(permit, fault, self.now() + self.capabilities.max_latency)
        return self._answer(permit, fault)

    def _commit(self, permit: Permit, fault: Fault, at: datetime | None = None) -> None:
        if self.capabilities.honours_keys and any(one.key == permit.key for one in self.effects):
            return
        action = elsewhere(permit.action) if fault is Fault.WRONG_SLOT else permit.action
        self.effects.append(Effect(action, permit.key, permit.case_id, at or self.now()))

    def _answer(self, permit: Permit, fault: Fault) -> Reply:
        if fault in (Fault.WORKER_DIES_BEFORE, Fault.WORKER_DIES_AFTER):
            raise WorkerDied
        if fault in (Fault.HANGS_BEFORE_COMMIT, Fault.HANGS_AFTER_COMMIT, Fault.COMMITS_LATE):
            raise TimeoutError("no answer about client Doe")
        if fault in (Fault.ERROR_BEFORE_COMMIT, Fault.ERROR_AFTER_COMMIT):
            return Unclear("http_500")
        if fault is Fault.REFUSES:
            return Refused("http_409")
        if fault is Fault.TOO_MANY_REQUESTS:
            return NotSent("http_429", self.now() + timedelta(seconds=30))
        return Done(self._reference(next(one for one in self.effects if one.key == permit.key)))

    def look(self, permit: Permit, reference: str) -> Sighting:
        if self.is_blind or not (reference or self.capabilities.can_search):
            return CannotTell()
        there = [one for one in self.happened() if one.key == permit.key]
        return Found(self._reference(there[0]), there[0].action) if there else Absent()

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        if self.shows:
            return self.shows
        booked = [one for one in self.happened() if one.action.session and isinstance(one.action, BookAppointment) and one.key != key]
        commitments = tuple(Commitment(self._reference(one), one.action.session) for one in booked if one.action.session)
        return replace(self.facts, commitments=(*self.facts.commitments, *commitments))

    def happened(self) -> list[Effect]:
        """What has taken effect by now: a late commit comes later."""
        return [one for one in self.effects if one.at <= self.now()]

    def doubled(self) -> list[str]:
        """Keys under which something happened more than once."""
        return [key for key, count in Counter(one.key for one in self.effects).items() if count > 1]

    def _reference(self, effect: Effect) -> str:
        return f"ref-{self.effects.index(effect)}"


def elsewhere(action: Action) -> Action:
    """The same booking an hour later: what a careless EHR makes of it."""
    if isinstance(action, BookAppointment):
        return replace(action, booking=replace(action.booking, starts_at=action.booking.starts_at + timedelta(hours=1)))
    return action


OWN = Capabilities(honours_keys=True, can_search=False, reads_back=False, max_latency=timedelta(seconds=1))


@dataclass
class OwnRules:
    """The door to the practice's own rules: standing orders and phases in the store."""

    store: FakePathStore
    capabilities: Capabilities = OWN

    def perform(self, permit: Permit) -> Reply:
        if isinstance(permit.action, IssueStandingOrder):
            self.store.tables.orders[permit.action.order.use_case] = permit.action.order
        if isinstance(permit.action, ChangePhase):
            self.store.tables.phases[permit.action.use_case] = permit.action.phase
        return Done("")

    def look(self, permit: Permit, reference: str) -> Sighting:
        return CannotTell()


@dataclass
class FakeDoors:
    """Makes doors, and in shadow none but the practice's own; `made` lists what was asked for."""

    doors: dict[Destination, Door]
    made: list[tuple[Destination, Phase]] = field(default_factory=list)

    def door(self, destination: Destination, phase: Phase, channel: Channel | None = None) -> Door | None:
        self.made.append((destination, phase))
        return self.doors[destination] if phase is not Phase.SHADOW or destination is Destination.PRACTICE else None
