"""Actions and proposals have one writing each; the audit entry takes codes only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsched_core.domain.actions import ACTIONS, Basis, OfferSlot, RecordScore
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.canonical import digest, written
from hsched_core.domain.proposal import Candidate
from hsched_core.policy.approval import APPROVERS
from tests.path_world import NOON, booking, offer, proposal, session


def test_the_same_action_has_the_same_hash_on_every_machine() -> None:
    """The hash of a known action is written here: a change of it would void approvals that are under way."""
    assert booking().digest == digest(booking())
    assert RecordScore("appointment-1", 7800, "model-3").digest == "2ce6d38d4cc2f2d7bcee5f25f70629ee56d68e150c92ce7d134d656cdcdafe5d"


def test_an_instant_has_one_hash_in_every_zone() -> None:
    """The same moment told in New York's time is the same action."""
    assert booking(starts_at=NOON).digest == booking(starts_at=NOON.astimezone(ZoneInfo("America/New_York"))).digest


@pytest.mark.parametrize(
    "changes",
    [
        {"client": "client-b"},
        {"clinician": "clinician-2"},
        {"starts_at": NOON + timedelta(minutes=1)},
        {"duration_minutes": 45},
        {"site": "site-1"},
    ],
)
def test_any_change_of_an_action_changes_its_hash(changes: dict[str, Any]) -> None:
    """An approval of one is no approval of the other."""
    assert booking().digest != replace(booking(), booking=session(**changes)).digest


def test_an_offers_hash_covers_the_booking_it_leads_to() -> None:
    """Another session behind the same message is another offer."""
    assert offer().digest != replace(offer(), leads_to=booking(starts_at=NOON, basis=Basis.ACCEPTED_OFFER)).digest


def test_an_offer_leads_to_a_booking_by_acceptance_only() -> None:
    """Otherwise the booking could be carried out without an answer."""
    with pytest.raises(ValueError, match="accepted_offer"):
        OfferSlot(booking(), offer().channel, "offer_v1", NOON, "entry-1")


def test_two_kinds_of_action_with_equal_fields_differ() -> None:
    """The type's name is part of the writing."""
    assert written(booking()) != written(booking().booking)
    assert '"type":"BookAppointment"' in written(booking())


def test_every_action_has_its_own_kind_and_somebody_who_may_approve_it() -> None:
    """No action is forgotten in the table of approvers, and none is in it twice."""
    assert sorted(action.kind for action in ACTIONS) == sorted(APPROVERS)


@settings(max_examples=40, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner).map(tuple)))
def test_equal_values_are_written_equally_and_different_ones_differently(value: object) -> None:
    """The writing of a value tells it from its own sequence, and does not depend on who writes it."""
    assert written(value) == written(value)
    assert digest(value) != digest((value,))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, datetime(2026, 1, 1), object(), {1: "x"}])
def test_what_has_no_one_writing_is_refused(value: object) -> None:
    """Refused aloud, instead of hashed differently elsewhere."""
    with pytest.raises((ValueError, TypeError)):
        written(value)


def test_a_whole_number_has_one_writing() -> None:
    """1.0 and 1 are equal, so their hashes are."""
    assert digest(1.0) == digest(1)


def test_a_session_over_a_dst_change_lasts_as_long_as_any_other() -> None:
    """Fifty minutes from 01:30 on the night of the change end fifty minutes later, not at a wall time."""
    start = datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/New_York"))

    assert session(starts_at=start).ends_at - start.astimezone(UTC) == timedelta(minutes=50)


def test_sessions_that_touch_do_not_overlap() -> None:
    """One may follow the other."""
    first, after = session(), session(starts_at=session().ends_at)

    assert not first.overlaps(after)
    assert first.overlaps(replace(after, starts_at=after.starts_at - timedelta(minutes=1)))


def test_the_same_facts_give_the_same_proposal() -> None:
    """Id by content: proposing twice is proposing once; other facts, another action or another proposer are another proposal."""
    assert proposal(booking()).id == proposal(booking()).id
    others = [
        proposal(booking("client-b")),
        proposal(booking(), facts_digest="facts-2"),
        proposal(booking(), proposed_by="person-desk"),
        proposal(booking(), model_version="model-2"),
        proposal(booking(), policy_version="other"),
    ]
    assert len({one.id for one in [*others, proposal(booking())]}) == len(others) + 1


def test_every_candidate_says_why_it_was_skipped_or_can_be_picked() -> None:
    """A list of candidates without reasons explains nothing."""
    with pytest.raises(ValueError, match="reason why"):
        Candidate("client-b", 0.5, None)
    with pytest.raises(ValueError, match="reason why"):
        Candidate("client-b", 0.5, booking("client-b"), "too late")


@pytest.mark.parametrize("changes", [{"reasons": ()}, {"confidence": 1.2}, {"expires_at": datetime(2026, 1, 1)}])
def test_a_proposal_without_reasons_or_with_impossible_values_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"reason|confidence|zone"):
        proposal(booking(), **changes)


def test_a_risk_is_between_nothing_and_certainty() -> None:
    with pytest.raises(ValueError, match="basis points"):
        RecordScore("appointment-1", 10_001, "model-3")


@pytest.mark.parametrize("value", ["Maria Miller", "call 555 1234", "líne", "x" * 129])
def test_an_audit_entry_refuses_free_text(value: str) -> None:
    """Sentences, names with surnames and long values cannot get into a trail that is kept for years, and the error repeats none."""
    for body in ({"note": value}, {value: 1}, {"list": [{"deep": value}]}):
        with pytest.raises(ValueError, match="free text") as caught:
            AuditEntry(NOON, "path", "proposal.queued", "id-1", body)
        assert value not in str(caught.value)


def test_an_audit_entry_names_who_what_and_when() -> None:
    """An entry without an actor, or with a time without zone, is none."""
    with pytest.raises(ValueError, match="actor"):
        AuditEntry(NOON, "", "proposal.queued", "id-1", {})
    with pytest.raises(ValueError, match="zone"):
        AuditEntry(datetime(2026, 1, 1), "path", "proposal.queued", "id-1", {})
    with pytest.raises(TypeError, match="timezone"):
        AuditEntry(NOON, "path", "proposal.queued", "id-1", {"zone": timezone(timedelta(hours=1))})
