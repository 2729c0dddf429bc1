"""Who may approve: roles, nobody their own proposal, two people where autonomy grows, standing orders, phases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hsched_core.domain.actions import (
    Action,
    Basis,
    CancelAppointment,
    ChangePhase,
    IssueStandingOrder,
    RecordScore,
    SendMessage,
    UpdateWaitlistStatus,
)
from hsched_core.domain.case import Approval, Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import Event, State
from hsched_core.domain.people import Person, Role
from hsched_core.domain.rollout import Phase
from hsched_core.domain.vocabulary import WaitlistStatus
from hsched_core.policy.approval import (
    NotPermittedError,
    able_besides,
    approvals_needed,
    asked_role,
    can_approve,
    check_approve,
    objections,
)
from hsched_core.policy.autonomy import Rollout, gaps, route, still_ordered
from hsched_core.policy.gate import Verdict
from tests.path_world import (
    AUDITOR,
    CLINICIAN,
    DESK,
    MANAGER,
    NOON,
    POLICY,
    SECOND_MANAGER,
    THERAPIST,
    booking,
    offer,
    proposal,
    standing_order,
)

PASSES, BLOCKED = Verdict((), NOON), Verdict((), None)
SCORE = RecordScore("appointment-1", 7800, "model-3")
MESSAGE = SendMessage(Outreach("client-a", Channel.TEXT, Purpose.REMINDER), "reminder_v1")
ORDER, AUTO = IssueStandingOrder(standing_order()), ChangePhase("waitlist", Phase.AUTO, "report-1")


def case(action: Action, **changes: Any) -> Case:
    return Case(proposal(action, **changes), State.WAITING, action, NOON)


def rules(one: Case, person: Person, policy: Any = POLICY) -> list[str]:
    return [found.rule for found in objections(one, one.action, person, policy)]


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (offer(), {DESK, MANAGER, THERAPIST}),
        (booking(), {DESK, MANAGER, THERAPIST}),
        (CancelAppointment("appointment-1", "v1", CLINICIAN, "clinic"), {DESK, MANAGER, THERAPIST}),
        (MESSAGE, {DESK, MANAGER}),
        (UpdateWaitlistStatus("entry-1", WaitlistStatus.PLACED), {DESK, MANAGER}),
        (SCORE, {MANAGER}),
        (ORDER, {MANAGER}),
        (AUTO, {MANAGER}),
    ],
    ids=lambda value: value.kind if isinstance(value, Action) else "",
)
def test_each_role_approves_its_own_kinds_of_action(action: Action, allowed: set[Person]) -> None:
    """The table of roles, person by person; auditors approve nothing."""
    assert {person for person in (DESK, MANAGER, THERAPIST, AUDITOR) if can_approve(case(action), action, person, POLICY)} == allowed


def test_a_clinician_decides_about_their_own_calendar_only() -> None:
    """A colleague's session is not theirs to approve, and no calendar is a nameless clinician's."""
    assert rules(case(booking()), replace(THERAPIST, clinician="clinician-2")) == ["approval.role"]
    assert rules(case(booking()), replace(THERAPIST, clinician=None)) == ["approval.role"]


def test_nobody_approves_their_own_proposal() -> None:
    """Whatever their role."""
    for person in (DESK, MANAGER, THERAPIST):
        assert rules(case(booking(), proposed_by=person.token), person) == ["approval.self"]


def test_in_a_solo_practice_the_one_person_named_may() -> None:
    """A policy that names the person; it lets nobody else approve their own."""
    solo = replace(POLICY, sole_person=MANAGER.token)

    assert can_approve(case(booking(), proposed_by=MANAGER.token), booking(), MANAGER, solo)
    assert rules(case(booking(), proposed_by=DESK.token), DESK, solo) == ["approval.self"]


def test_somebody_of_another_practice_or_with_a_disabled_account_decides_nothing() -> None:
    """Every objection is told at once."""
    stranger = replace(AUDITOR, practice="practice-2", is_active=False)

    with pytest.raises(NotPermittedError) as caught:
        check_approve(case(booking()), booking(), stranger, POLICY)
    assert caught.value.rules == ("approval.practice", "approval.inactive", "approval.role")


@pytest.mark.parametrize(("action", "people"), [(ORDER, 2), (AUTO, 2), (ChangePhase("waitlist", Phase.REVIEW, "r"), 1), (offer(), 1)])
def test_two_people_approve_where_autonomy_grows(action: Action, people: int) -> None:
    """A standing order and phase auto; one person in a solo practice."""
    assert approvals_needed(action, POLICY) == people
    assert approvals_needed(action, replace(POLICY, sole_person=MANAGER.token)) == 1


@pytest.mark.parametrize("action", [ORDER, AUTO])
@pytest.mark.parametrize("sole", [None, MANAGER.token])
def test_who_may_approve_besides_is_counted_as_approving_judges_it(action: Action, sole: str | None) -> None:
    """Whoever proposes: neither the disabled nor strangers nor other roles count."""
    policy = replace(POLICY, sole_person=sole)
    people = [MANAGER, SECOND_MANAGER, DESK, AUDITOR, replace(MANAGER, token="gone", is_active=False), replace(MANAGER, practice="oak")]
    for proposer in (MANAGER, DESK):
        theirs = case(action)
        theirs = replace(theirs, proposal=replace(theirs.proposal, proposed_by=proposer.token))
        judged = sum(can_approve(theirs, action, one, policy) for one in people)
        assert able_besides(action.kind, people, proposer, policy) == judged


def test_the_second_person_is_another_one_and_approves_the_same_thing() -> None:
    """One person twice is one person; two yeses to two choices are none."""
    first = Approval(MANAGER.token, ORDER.digest, NOON, NOON + timedelta(hours=4))
    once = replace(case(ORDER), approvals=(first,))

    assert rules(once, MANAGER) == ["approval.twice"]
    assert rules(once, SECOND_MANAGER) == []
    assert [one.rule for one in objections(once, AUTO, SECOND_MANAGER, POLICY)] == ["approval.other_action"]


@pytest.mark.parametrize(
    ("action", "minutes", "role"),
    [
        (offer(), 0, Role.FRONT_DESK),
        (offer(), 59, Role.FRONT_DESK),
        (offer(), 60, Role.PRACTICE_MANAGER),
        (SCORE, 0, Role.PRACTICE_MANAGER),
    ],
)
def test_what_nobody_answers_goes_to_the_next_role(action: Action, minutes: int, role: Role) -> None:
    """After an hour the manager; at once, where the front desk may not decide."""
    assert asked_role(action, POLICY, timedelta(minutes=minutes)) is role


def test_somebody_is_asked_from_the_start() -> None:
    """Where the first step of a practice's list is later, its role is asked all the same."""
    assert asked_role(offer(), replace(POLICY, escalation=POLICY.escalation[1:]), timedelta(0)) is Role.PRACTICE_MANAGER


def rollout(phase: Phase = Phase.AUTO, **changes: Any) -> Rollout:
    return replace(Rollout(phase, standing_order()), **changes)


@pytest.mark.parametrize(
    ("verdict", "where", "event"),
    [
        (PASSES, rollout(Phase.SHADOW), Event.SEALED),
        (BLOCKED, rollout(Phase.SHADOW), Event.SEALED),
        (PASSES, rollout(Phase.REVIEW), Event.QUEUED),
        (PASSES, rollout(Phase.AUTO), Event.ORDERED),
        (BLOCKED, rollout(Phase.AUTO), Event.REFUSED),
        (PASSES, rollout(Phase.AUTO, order=None), Event.QUEUED),
        (PASSES, rollout(Phase.AUTO, is_stopped=True), Event.QUEUED),
        (PASSES, rollout(Phase.AUTO, used_today=5), Event.QUEUED),
    ],
)
def test_a_proposal_goes_where_phase_gate_and_order_send_it(verdict: Verdict, where: Rollout, event: Event) -> None:
    """Sealed in shadow, asked in review, straight on in auto; every doubt leads to a person."""
    assert route(proposal(offer()), verdict, where, NOON) is event


def test_shadow_can_be_ended() -> None:
    """The practice's own rules are decided by people in every phase; what a person asks of the EHR is sealed in shadow."""
    assert route(proposal(AUTO, proposed_by=DESK.token), PASSES, rollout(Phase.SHADOW), NOON) is Event.QUEUED
    assert route(proposal(booking(), proposed_by=DESK.token), PASSES, rollout(Phase.SHADOW), NOON) is Event.SEALED


@pytest.mark.parametrize(
    ("asked", "order", "rule"),
    [
        ({"confidence": 0.84}, {}, "order.confidence"),
        ({"confidence": None}, {}, "order.confidence"),
        ({"use_case": "reminders"}, {}, "order.scope"),
        ({"practice": "practice-2"}, {}, "order.scope"),
        ({"proposed_by": DESK.token}, {}, "order.proposer"),
        ({}, {"action_kinds": frozenset({"record_score"})}, "order.action"),
        ({}, {"valid_from": NOON + timedelta(seconds=1)}, "order.expired"),
        ({}, {"expires_at": NOON}, "order.expired"),
        ({}, {"per_day": 0}, "order.per_day"),
    ],
)
def test_a_standing_order_covers_nothing_beyond_its_limits(asked: dict[str, Any], order: dict[str, Any], rule: str) -> None:
    """Each limit by itself sends the proposal to a person."""
    limited = rollout(order=standing_order(**order))

    assert [one.rule for one in gaps(proposal(offer(), **asked), limited, NOON)] == [rule]
    assert route(proposal(offer(), **asked), PASSES, limited, NOON) is Event.QUEUED


@pytest.mark.parametrize("action", [ORDER, AUTO, booking(basis=Basis.ACCEPTED_OFFER)], ids=lambda action: action.kind)
def test_a_standing_order_covers_neither_orders_nor_phases_nor_bookings_without_an_offer(action: Action) -> None:
    """Even if it says so: autonomy does not extend itself, and an acceptance is not invented."""
    kinds = frozenset({action.kind})

    assert len(list(gaps(proposal(action), rollout(order=standing_order(action_kinds=kinds)), NOON))) == 1


def test_what_an_order_approved_is_not_carried_out_after_the_order_ended() -> None:
    """Withdrawn, replaced by another version, run out, or the use case moved back."""
    reference = standing_order().reference

    assert not list(still_ordered(reference, rollout(), NOON))
    for ended in (rollout(order=None), rollout(order=standing_order(version=2)), rollout(Phase.REVIEW), rollout(Phase.SHADOW)):
        assert list(still_ordered(reference, ended, NOON))
    assert list(still_ordered(reference, rollout(), NOON + timedelta(days=31)))
