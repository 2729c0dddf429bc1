"""What was written canonically is read back as the same value, with the same hash; damaged texts are refused."""

import json
from datetime import date
from typing import Any

import pytest

from hsched_core.domain.actions import (
    ACTIONS,
    Action,
    AddNote,
    BookAppointment,
    CancelAppointment,
    ChangePhase,
    IssueStandingOrder,
    MoveAppointment,
    RecordScore,
    SendMessage,
    UpdateWaitlistStatus,
)
from hsched_core.domain.canonical import digest, written
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.proposal import Candidate, Proposal
from hsched_core.domain.restored import RestoreError, restored
from hsched_core.domain.rollout import Phase
from hsched_core.domain.vocabulary import SessionType, WaitlistStatus
from hsched_core.policy.practice import Closure, PracticePolicy
from tests.path_world import POLICY, World, booking, offer, proposal, session, standing_order

EXAMPLES: tuple[Action, ...] = (
    offer(),
    booking(),
    MoveAppointment("appointment-1", "v1", session(site="site-1")),
    CancelAppointment("appointment-1", "v1", "clinician-1", "clinic"),
    SendMessage(Outreach("client-a", Channel.EMAIL, Purpose.REMINDER, "message-7"), "reminder_v1"),
    RecordScore("appointment-1", 7800, "model-3"),
    AddNote("appointment-1", "booked_v1"),
    UpdateWaitlistStatus("entry-1", WaitlistStatus.PLACED),
    IssueStandingOrder(standing_order()),
    ChangePhase("waitlist", Phase.AUTO, "report-1"),
)


def test_every_kind_of_action_is_among_the_examples() -> None:
    """A new one cannot be forgotten here."""
    assert [type(example) for example in EXAMPLES] == list(ACTIONS)


@pytest.mark.parametrize("action", EXAMPLES, ids=lambda action: action.kind)
def test_every_action_comes_back_with_its_hash(action: Action) -> None:
    """Of its own type, equal, and approved if it was."""
    back = restored(Action, written(action))

    assert (type(back), back, back.digest) == (type(action), action, action.digest)


def test_a_proposal_with_its_candidates_comes_back() -> None:
    """Under the same id."""
    candidates = (Candidate("client-b", 0.5, booking("client-b")), Candidate("client-c", None, None, "Not free then."))
    asked = proposal(offer(), candidates=candidates, confidence=1.0)
    back = restored(Proposal, written(asked))

    assert (back, back.id, digest(back)) == (asked, asked.id, digest(asked))


def test_a_case_comes_back_from_wherever_it_stands() -> None:
    """Every case of a small story, with approvals, holds and instants."""
    world = World()
    world.path.execute(world.path.accept(world.sent_offer(), "client-a").id)
    world.path.propose(proposal(booking("client-b"), confidence=None))

    for case in world.store.tables.cases.values():
        assert restored(Case, written(case)) == case


def test_a_practices_settings_come_back() -> None:
    """Days, zones, caps and steps; the same version."""
    days = ((date(2026, 7, 4), "Independence Day"),)
    policy = PracticePolicy("practice-1", "America/New_York", holidays=days, closures=(Closure(days[0][0], days[0][0]),))

    assert restored(PracticePolicy, written(policy)).version == policy.version != POLICY.version


@pytest.mark.parametrize(
    "damage",
    [
        lambda plain: plain.update(type="CancelAppointment"),
        lambda plain: plain.update(type="Nothing"),
        lambda plain: plain.pop("basis"),
        lambda plain: plain.update(more=1),
        lambda plain: plain.update(basis="because"),
        lambda plain: plain["booking"].update(duration_minutes="50"),
        lambda plain: plain["booking"].update(duration_minutes=True),
        lambda plain: plain["booking"].update(starts_at="2026-03-04T17:00:00"),
        lambda plain: plain["booking"].update(client=None),
    ],
)
def test_a_damaged_text_is_refused(damage: Any) -> None:
    """Another type, a missing or an added field, a wrong kind of value; the error repeats nothing of it."""
    plain = json.loads(written(booking()))
    damage(plain)

    with pytest.raises(RestoreError) as caught:
        restored(Action, json.dumps(plain))
    assert "client" not in str(caught.value)


def test_another_type_than_asked_for_is_refused() -> None:
    """A booking is not a proposal, and no JSON is neither."""
    for text in (written(booking()), "{", "[]"):
        with pytest.raises(RestoreError):
            restored(Proposal, text)
    assert restored(BookAppointment, written(booking())).booking.session_type is SessionType.INDIVIDUAL
