"""Whatever people, clients, workers, faults and the clock do to the path, in whatever order: what must never happen does not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hsched_core.domain.case import Case, Decline
from hsched_core.domain.contact import ConsentEvent, has_consent
from hsched_core.domain.errors import HschedError
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.people import Person
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.policy.quiet_hours import QuietHours
from hsched_core.ports import Capabilities
from hsched_core.workflow.path import Path
from hsched_core.workflow.replay import differences
from tests.fake_other_side import Effect, Fault, OtherSide, WorkerDied
from tests.path_twins import BelievesTheAnswer, TimeoutIsFailure, WithoutSecondLook, WithoutSwitch
from tests.path_world import (
    AUDITOR,
    CLIENTS,
    DESK,
    KEYED,
    MANAGER,
    NEITHER,
    NOON,
    POLICY,
    SEARCHABLE,
    THERAPIST,
    TOMORROW,
    USE_CASE,
    World,
    booking,
    offer,
    proposal,
    standing_order,
)

HOME, QUIET = ZoneInfo(POLICY.zone), QuietHours(POLICY.quiet_from, POLICY.quiet_until)
clients = st.sampled_from(CLIENTS)
starts = st.sampled_from([NOON + timedelta(hours=hours, minutes=minutes) for hours in (5, 24, 26) for minutes in (0, 30)])
people = st.sampled_from([DESK, MANAGER, THERAPIST, AUDITOR])
faults = st.sampled_from(list(Fault))
choices = st.integers(0, 840)
phases = st.sampled_from([Phase.REVIEW, Phase.REVIEW, Phase.AUTO, Phase.SHADOW])


class PathMachine(RuleBasedStateMachine):
    """A practice under random treatment. After every step the invariants are checked against what really happened outside."""

    path_class: type[Path] = Path

    @initialize(capabilities=st.sampled_from([SEARCHABLE, KEYED, NEITHER]), phase=phases)
    def open_practice(self, capabilities: Capabilities, phase: Phase) -> None:
        self.world = World(capabilities, path_class=self.path_class)
        self.world.set_phase(phase, standing_order())
        self.over: dict[str, object] = {}
        self.seen = 0

    @property
    def cases(self) -> list[Case]:
        return list(self.world.store.tables.cases.values())

    def pick(self, choice: int, *states: State) -> str:
        """A case in one of the states, where there is one; now and then any case, so that what is not allowed is tried as well."""
        fitting = [case for case in self.cases if case.state in states] if choice % 8 else []
        among = fitting or self.cases
        return among[choice % len(among)].id

    def attempt(self, act: Callable[[], object]) -> None:
        """What is not allowed is refused aloud; a dead worker is nobody's answer."""
        with suppress(HschedError, WorkerDied):
            act()

    # What happens

    @rule(client=clients, start=starts, confidence=st.sampled_from([0.5, 0.9]), round_=st.integers(0, 2))
    def use_case_offers(self, client: str, start: datetime, confidence: float, round_: int) -> None:
        by = self.world.now() + timedelta(minutes=45)
        asked = proposal(offer(client, start, by), confidence=confidence, facts_digest=f"facts-{round_}", expires_at=by)
        self.world.path.propose(asked)

    @rule(client=clients, start=starts, who=people)
    def somebody_proposes_a_booking(self, client: str, start: datetime, who: Person) -> None:
        expires = self.world.now() + timedelta(hours=6)
        self.world.path.propose(proposal(booking(client, start), proposed_by=who.token, expires_at=expires))

    @rule(client=clients, start=starts, fault=faults)
    def a_booking_is_approved_and_carried_out(self, client: str, start: datetime, fault: Fault) -> None:
        self._carry_out(proposal(booking(client, start), expires_at=self.world.now() + timedelta(hours=6)), fault)

    @rule(client=clients, start=starts, fault=faults)
    def an_offer_is_sent_and_accepted(self, client: str, start: datetime, fault: Fault) -> None:
        by = self.world.now() + timedelta(minutes=45)
        sent = self._carry_out(proposal(offer(client, start, by), expires_at=by), Fault.NONE)
        self._due(fault)
        self.attempt(lambda: self.world.path.execute(self.world.path.accept(sent, client).id))

    def _carry_out(self, asked: Proposal, fault: Fault) -> str:
        """As far as the path lets it."""
        case = self.world.path.propose(asked)
        self.attempt(lambda: self.world.path.approve(case.id, case.action.digest, MANAGER))
        self._due(fault)
        self.attempt(lambda: self.world.path.execute(case.id))
        return case.id

    def _due(self, fault: Fault) -> None:
        """The fault of the next call, wherever it goes."""
        for side in (self.world.ehr, self.world.post):
            side.faults.clear()
            side.faults.append(fault)

    @precondition(lambda self: self.cases)
    @rule(choice=choices, who=people)
    def approve(self, choice: int, who: Person) -> None:
        case = self.world.path.look(self.pick(choice, State.WAITING))
        self.attempt(lambda: self.world.path.approve(case.id, case.action.digest, who))

    @precondition(lambda self: self.cases)
    @rule(choice=choices, who=people)
    def reject(self, choice: int, who: Person) -> None:
        self.attempt(lambda: self.world.path.reject(self.pick(choice, State.WAITING), who, Decline.OTHER))

    @precondition(lambda self: self.cases)
    @rule(choice=choices, who=people, client=clients, start=starts)
    def edit(self, choice: int, who: Person, client: str, start: datetime) -> None:
        self.attempt(lambda: self.world.path.edit(self.pick(choice, State.WAITING, State.APPROVED), booking(client, start), who))

    @precondition(lambda self: self.cases)
    @rule(choice=choices, client=clients)
    def accept(self, choice: int, client: str) -> None:
        offer_id = self.pick(choice, State.CONFIRMED, State.UNKNOWN)
        session = self.world.path.look(offer_id).action.session
        its_own = session.client if session and choice % 4 else client
        self.attempt(lambda: self.world.path.accept(offer_id, its_own))

    @precondition(lambda self: self.cases)
    @rule(choice=choices, fault=faults)
    def execute(self, choice: int, fault: Fault) -> None:
        self._due(fault)
        self.attempt(lambda: self.world.path.execute(self.pick(choice, State.APPROVED)))

    @rule()
    def workers_run_undisturbed(self) -> None:
        for case in self.cases:
            self._due(Fault.NONE)
            self.world.path.execute(case.id)

    @rule(blind=st.booleans())
    def reconcile_and_tend(self, blind: bool) -> None:
        self.world.ehr.is_blind = self.world.post.is_blind = blind
        for case in self.cases:
            self.attempt(partial(self.world.path.reconcile, case.id))
            self.world.path.tend(case.id)

    @precondition(lambda self: self.cases)
    @rule(choice=choices, who=people, happened=st.booleans())
    def resolve(self, choice: int, who: Person, happened: bool) -> None:
        self.attempt(lambda: self.world.path.resolve(self.pick(choice, State.NEEDS_PERSON), who, happened=happened))

    @rule(seconds=st.sampled_from([10, 61, 61, 600, 3600, 8 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.world.wait(seconds=seconds)

    @rule(client=clients, given_=st.booleans())
    def client_changes_consent(self, client: str, given_: bool) -> None:
        """A second after what was before, and before what comes after: at one instant nobody could say which was first."""
        self.world.wait(seconds=1)
        self.world.store.tables.consents[client].append(ConsentEvent(given_, self.world.now()))
        self.world.wait(seconds=1)

    @rule(stopped=st.sampled_from([False, False, False, True]))
    def throw_switch(self, stopped: bool) -> None:
        if stopped:
            self.world.path.stop(DESK.token)
        else:
            self.world.path.release(MANAGER)

    @rule(phase=phases)
    def change_phase(self, phase: Phase) -> None:
        self.world.set_phase(phase)

    # What must never happen

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert self.world.ehr.doubled() == []
        assert self.world.post.doubled() == []

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """Of bookings the EHR made as asked; a slot it swapped is a person's."""
        booked = [one.action for one in self.world.ehr.effects if one.action == self.world.path.look(one.case_id).action]
        sessions = [action.session for action in booked]
        assert not [one for number, one in enumerate(sessions) for other in sessions[:number] if one.overlaps(other)]

    @invariant()
    def what_happened_outside_was_claimed_and_approved(self) -> None:
        claimed = {entry.subject for entry in self.world.store.tables.audit if entry.kind == "proposal.claimed"}
        for effect in self._effects():
            case = self.world.path.look(effect.case_id)
            assert effect.case_id in claimed
            assert case.approvals
            assert all(one.by != case.proposal.proposed_by and not one.is_self for one in case.approvals)

    @invariant()
    def calls_were_allowed_when_they_were_made(self) -> None:
        """Checked right after the step that made them: no call in shadow or while stopped, no message without consent or at night."""
        calls = [*self.world.ehr.calls, *self.world.post.calls]
        fresh, self.seen = len(calls) - self.seen, len(calls)
        if fresh:
            assert not self.world.store.tables.is_stopped
            assert self.world.store.tables.phases[USE_CASE] is not Phase.SHADOW
        for permit in self.world.post.calls:
            self._check_message(permit.case_id)

    def _check_message(self, case_id: str) -> None:
        contact = self.world.store.tables.contacts[case_id]
        outreach = self.world.path.look(case_id).action.outreach
        assert outreach is not None
        consents = self.world.store.tables.consents[contact.client]
        assert has_consent(consents, outreach.channel, outreach.purpose, contact.at)
        assert not QUIET.covers(contact.at, HOME)

    @invariant()
    def texts_stay_within_their_caps(self) -> None:
        for client in CLIENTS:
            days = [one.at.astimezone(HOME).date() for one in self.world.store.tables.contacts.values() if one.client == client]
            assert max((days.count(day) for day in days), default=0) <= POLICY.text_caps.per_day

    @invariant()
    def what_is_confirmed_is_there_unless_a_person_said_so(self) -> None:
        resolved = {entry.subject for entry in self.world.store.tables.audit if entry.kind == "proposal.resolved_done"}
        there = {(one.case_id, one.action.digest) for one in self._effects()}
        for case in self.cases:
            if case.state is State.CONFIRMED and case.id not in resolved:
                assert (case.id, case.action.digest) in there

    @invariant()
    def what_is_over_stays_as_it_is(self) -> None:
        for case in self.cases:
            if case.state in FINAL:
                assert self.over.setdefault(case.id, case) == case

    def teardown(self) -> None:
        """At the end of a run: the trail gives the stored state."""
        assert differences(self.world.store.tables.audit, self.world.store.tables.cases) == []

    def _effects(self) -> list[Effect]:
        sides: tuple[OtherSide, ...] = (self.world.ehr, self.world.post)
        return [effect for side in sides for effect in side.effects]


SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.filter_too_much]
PathMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=SLOW_IS_FINE)
TestPathMachine = PathMachine.TestCase


def stop_before_sending(machine: PathMachine) -> None:
    machine.use_case_offers("client-a", TOMORROW, 0.5, 0)
    machine.approve(1, MANAGER)
    machine.client_changes_consent("client-a", False)
    machine.execute(1, Fault.NONE)


def stop_everything(machine: PathMachine) -> None:
    machine.throw_switch(True)
    machine.a_booking_is_approved_and_carried_out("client-a", TOMORROW, Fault.NONE)


def hang_and_run_again(machine: PathMachine) -> None:
    machine.a_booking_is_approved_and_carried_out("client-a", TOMORROW, Fault.HANGS_AFTER_COMMIT)
    machine.execute(1, Fault.NONE)


def book_elsewhere(machine: PathMachine) -> None:
    machine.a_booking_is_approved_and_carried_out("client-a", TOMORROW, Fault.WRONG_SLOT)


@pytest.mark.parametrize(
    ("twin", "story"),
    [
        (WithoutSecondLook, stop_before_sending),
        (WithoutSwitch, stop_everything),
        (TimeoutIsFailure, hang_and_run_again),
        (BelievesTheAnswer, book_elsewhere),
    ],
)
def test_the_invariants_catch_a_path_with_a_guard_removed(twin: type[Path], story: Callable[[PathMachine], None]) -> None:
    """The machine's own rules, in a written order: they hold for the path, and one of them breaks for the twin."""
    play(Path, story)
    with pytest.raises(AssertionError):
        play(twin, story)


def play(path_class: type[Path], story: Callable[[PathMachine], None]) -> None:
    """One run by hand, with every invariant asked at its end."""
    machine = PathMachine()
    machine.path_class = path_class
    machine.open_practice(SEARCHABLE, Phase.REVIEW)
    story(machine)
    for one in machine.invariants:
        one.function(machine)
    machine.teardown()
