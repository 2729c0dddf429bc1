"""Whatever clients, staff, rounds, faults, lost notices and the clock do to openings and offers, in whatever order: L4."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hsched_core.domain.actions import BookAppointment, OfferSlot
from hsched_core.domain.appointments import AppointmentStatus, Notice, NoticeKind
from hsched_core.domain.errors import HschedError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OFFER_STEPS, Offer, OfferState
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.waitlist import Mode
from hsched_core.workflow import answers
from hsched_core.workflow.offer_steps import OFFER, OPENING, footing_of_offer, footing_of_opening, replay
from hsched_core.workflow.replay import differences
from tests.desk_world import CLIENTS, DESK, SETTINGS, TOMORROW, DeskWorld, visit
from tests.fake_other_side import Fault, WorkerDied
from tests.fake_path_store import FakeTransaction

VISITS = {f"{0x1000 + number:032x}": TOMORROW + timedelta(hours=number) for number in range(3)}
FAULTS = [Fault.NONE, Fault.NONE, *(one for one in Fault if one is not Fault.WRONG_SLOT)]
choices = st.integers(0, 840)
MODES = {"serial": SETTINGS, "parallel": replace(SETTINGS, mode=Mode.PARALLEL, batch=3, near_batch=3, most_offers=5)}


class DeskMachine(RuleBasedStateMachine):
    """One practice, three visits, five clients who wait. After every step the invariants are checked against what really happened."""

    @initialize(mode=st.sampled_from(sorted(MODES)), phase=st.sampled_from([Phase.AUTO, Phase.AUTO, Phase.REVIEW]))
    def open_practice(self, mode: str, phase: Phase) -> None:
        self.world = DeskWorld(settings=MODES[mode], phase=phase, clients=CLIENTS[:5])
        self.world.ehr.refuses_conflicts = False  # it books whatever is asked: our own guards are alone
        self.world.ehr.appointments_by_id.clear()
        for number, (name, start) in enumerate(VISITS.items()):
            self.world.ehr.book(name, visit(f"{0x2000 + number:032x}", start))
        self.notices: list[str] = []
        self.world.ehr.listeners[:] = [lambda notice: self.notices.append(notice.about)]
        self.staff = 0
        self.ended: dict[str, Offer] = {}

    def pick(self, choice: int) -> str:
        """An offer, live ones first; now and then any, so that what is not allowed is tried as well."""
        offers = list(self.world.store.tables.offers.values())
        live = [one for one in offers if one.state is OfferState.SENT] if choice % 5 else []
        among = live or offers
        return among[choice % len(among)].id

    def attempt(self, act: Callable[[], object]) -> None:
        with suppress(HschedError, WorkerDied):
            act()

    @rule(name=st.sampled_from(sorted(VISITS)))
    def a_client_cancels(self, name: str) -> None:
        if self.world.ehr.appointments_by_id[name].takes_time:
            self.world.cancel(name)

    @rule(choice=choices)
    def somebody_cancels(self, choice: int) -> None:
        """Who took a time of ours, or staff's own client."""
        names = [name for name, one in self.world.ehr.appointments_by_id.items() if one.takes_time and name not in VISITS]
        if names:
            self.world.cancel(names[choice % len(names)])

    @rule(start=st.sampled_from(sorted(VISITS.values())), minutes=st.sampled_from([-20, 0, 0, 20]))
    def staff_book(self, start: object, minutes: int) -> None:
        self.staff += 1
        session = visit(f"{0x3000 + self.staff:032x}", start + timedelta(minutes=minutes))
        self.world.ehr.book_if_free(f"{0x4000 + self.staff:032x}", session)

    @precondition(lambda self: self.notices)
    @rule(choice=choices, again=st.booleans())
    def a_notice_arrives(self, choice: int, again: bool) -> None:
        """Any of them, late or doubled."""
        place = choice % len(self.notices)
        about = self.notices[place] if again else self.notices.pop(place)
        self.tell(about)

    @rule()
    def all_notices_arrive(self) -> None:
        while self.notices:
            self.tell(self.notices.pop(0))

    def tell(self, about: str) -> None:
        """While the EHR does not answer, the notice is lost here: the rounds have to make that good."""
        self.attempt(lambda: self.world.desk.on_notice(Notice(NoticeKind.APPOINTMENT, about, self.world.now())))

    @rule(fault=st.sampled_from(FAULTS))
    def a_round(self, fault: Fault) -> None:
        self.due(fault)
        self.attempt(self.world.desk.advance)

    @rule(fault=st.sampled_from(FAULTS))
    def a_cancellation_is_offered_and_accepted(self, fault: Fault) -> None:
        """The usual way, so that every run gets far."""
        self.a_client_cancels(sorted(VISITS)[0])
        self.all_notices_arrive()
        self.a_round(Fault.NONE)
        self.a_person_approves()
        if self.world.store.tables.offers:
            self.accept(1, fault)

    @precondition(lambda self: self.world.store.tables.offers)
    @rule(choice=choices, fault=st.sampled_from(FAULTS))
    def accept(self, choice: int, fault: Fault) -> None:
        self.due(fault)
        self.attempt(lambda: self.world.desk.accept(self.pick(choice)))

    @precondition(lambda self: self.world.store.tables.offers)
    @rule(choice=choices)
    def decline(self, choice: int) -> None:
        self.attempt(lambda: self.world.desk.decline(self.pick(choice)))

    @rule()
    def a_person_approves(self) -> None:
        for case in list(self.world.store.tables.cases.values()):
            if case.state is State.WAITING:
                self.attempt(lambda case=case: self.world.path.approve(case.id, case.action.digest, DESK))
        self.a_round(Fault.NONE)

    @rule(minutes=st.sampled_from([1, 10, 29, 30, 31, 90, 300]))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(minutes=minutes)

    @rule()
    def the_keeper_comes(self) -> None:
        self.due(Fault.NONE)
        self.world.desk.keep()

    @rule(is_down=st.sampled_from([False, False, True]))
    def the_ehr_goes_and_comes(self, is_down: bool) -> None:
        self.world.ehr.is_down = is_down

    def due(self, fault: Fault) -> None:
        for side in (self.world.ehr, self.world.post):
            side.faults.clear()
            side.faults.append(fault)

    # What must never happen

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        there = [one.session for one in self.world.ehr.appointments_by_id.values() if one.takes_time]
        assert not [one for number, one in enumerate(there) for other in there[:number] if one.overlaps(other)]

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert self.world.ehr.doubled() + self.world.post.doubled() == []

    @invariant()
    def who_is_booked_said_yes_in_time(self) -> None:
        offers = self.world.store.tables.offers.values()
        yes = {
            one.client
            for one in offers
            if one.state in (OfferState.ACCEPTED, OfferState.LOST) and one.since <= one.answer_by + self.slack(one)
        }
        assert {one.action.booking.client for one in self.world.ehr.effects if isinstance(one.action, BookAppointment)} <= yes
        assert all(one.since < one.answer_by for one in offers if one.state is OfferState.ACCEPTED)

    def slack(self, offer: Offer) -> timedelta:
        """A booking that failed ends its offer later than the yes."""
        return timedelta(days=10) if offer.state is OfferState.LOST else timedelta(0)

    @invariant()
    def an_end_is_an_end(self) -> None:
        for offer in self.world.store.tables.offers.values():
            before = self.ended.get(offer.id, offer)
            assert offer.state is before.state or offer.state in OFFER_STEPS.get(before.state, ())
            self.ended[offer.id] = offer

    @invariant()
    def no_more_offers_than_may_be(self) -> None:
        offers = list(self.world.store.tables.offers.values())
        live = [one for one in offers if one.state is OfferState.SENT]
        settings_ = self.world.settings
        assert (
            max(Counter(one.opening for one in live).values(), default=0) <= max(settings_.batch, settings_.near_batch)
            if settings_.mode is Mode.PARALLEL
            else 1
        )
        assert max(Counter(one.client for one in live).values(), default=0) <= 1
        asked = Counter(
            (one.opening, one.client) for one in offers if one.state in (OfferState.DECLINED, OfferState.EXPIRED, OfferState.SENT)
        )
        assert max(asked.values(), default=0) <= 1

    @invariant()
    def an_opening_that_is_over_has_no_live_offer(self) -> None:
        over = {one.id for one in self.world.store.tables.openings.values() if one.state is not OpeningState.OPEN}
        assert not [one for one in self.world.store.tables.offers.values() if one.state is OfferState.SENT and one.opening in over]

    @invariant()
    def kind_words_are_said_once(self) -> None:
        said = Counter(one.action.outreach for one in self.world.post.effects if one.action.kind == "send_message")
        offered = Counter(one.action.leads_to.booking.client for one in self.world.post.effects if isinstance(one.action, OfferSlot))
        for outreach, count in said.items():
            assert outreach is not None
            assert count <= offered[outreach.client]

    def teardown(self) -> None:
        """The trail gives the stored state; and once all is quiet, no opening is open whose time somebody has."""
        self.world.ehr.is_down = False
        for _ in range(3):
            self.due(Fault.NONE)
            self.world.wait(minutes=6)
            self.world.desk.keep()
            self.attempt(self.world.desk.advance)
        taking = [one.session for one in self.world.ehr.appointments_by_id.values() if one.status is AppointmentStatus.BOOKED]
        for record in self.world.store.tables.openings.values():
            if record.state is OpeningState.OPEN:
                assert not [one for one in taking if one.clinician == record.opening.clinician and _overlaps(one, record.opening)]
        tables = self.world.store.tables
        assert differences(tables.audit, tables.cases) == []
        assert replay(tables.audit, OFFER) == {one.id: footing_of_offer(one) for one in tables.offers.values()}
        assert replay(tables.audit, OPENING) == {one.id: footing_of_opening(one) for one in tables.openings.values()}


def _overlaps(session: object, opening: object) -> bool:
    return session.starts_at < opening.ends_at and opening.starts_at < session.ends_at


SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.filter_too_much]
DeskMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=SLOW_IS_FINE)
TestDeskMachine = DeskMachine.TestCase


def two_say_yes(machine: DeskMachine) -> None:
    machine.a_client_cancels(sorted(VISITS)[0])
    machine.all_notices_arrive()
    machine.a_round(Fault.NONE)
    machine.world.ehr.shows = machine.world.ehr.facts  # a list that is behind
    for offer in list(machine.world.store.tables.offers.values()):  # all of them before the first booking reached the EHR
        machine.world.path.accept(offer.id, offer.client)
    machine.a_round(Fault.NONE)


def one_says_yes_late(machine: DeskMachine) -> None:
    machine.a_client_cancels(sorted(VISITS)[0])
    machine.all_notices_arrive()
    machine.a_round(Fault.NONE)
    machine.time_passes(30)
    machine.accept(1, Fault.NONE)


def without_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeTransaction, "held", lambda *_: ())


def without_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answers._objections
    monkeypatch.setattr(answers, "_objections", lambda *told: [one for one in whole(*told) if one.rule != "acceptance.late"])


def test_nobody_reads_of_a_time_that_was_never_offered_to_them() -> None:
    """Nobody knows whether an offer arrived when somebody else takes its time: kind words wait until that is known."""
    machine = DeskMachine()
    machine.open_practice(mode=Mode.PARALLEL, phase=Phase.AUTO)
    machine.a_client_cancels(sorted(VISITS)[0])
    machine.all_notices_arrive()
    machine.a_person_approves()
    machine.decline(0)
    machine.a_round(Fault.ERROR_BEFORE_COMMIT)
    machine.accept(1, Fault.NONE)
    machine.a_person_approves()

    unknown = [case for case in machine.world.store.tables.cases.values() if case.state is State.UNKNOWN]
    assert [case.action.kind for case in unknown] == ["offer_slot"]
    machine.kind_words_are_said_once()
    machine.teardown()
    machine.kind_words_are_said_once()


@pytest.mark.parametrize(("story", "break_it"), [(two_say_yes, without_holds), (one_says_yes_late, without_expiry)])
def test_the_invariants_catch_a_desk_with_a_guard_removed(
    story: Callable[[DeskMachine], None], break_it: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's own rules in a written order: they hold for the desk, and one of them breaks for the twin."""
    play(story)
    break_it(monkeypatch)
    with pytest.raises(AssertionError):
        play(story)


def play(story: Callable[[DeskMachine], None]) -> None:
    """One run by hand, with every invariant asked at its end."""
    machine = DeskMachine()
    machine.open_practice("parallel" if story is two_say_yes else "serial", Phase.AUTO)
    story(machine)
    for one in machine.invariants:
        one.function(machine)
    machine.teardown()
