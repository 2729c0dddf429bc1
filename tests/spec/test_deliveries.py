"""What receipts are worth: twice, late, in any order, contradicting, or about another message than ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import Delivery, DeliveryState, Meaning, Receipt, Trouble, after, is_rival, meaning

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
S = DeliveryState
HANDED = Delivery("case", "client", Channel.TEXT, S.HANDED_OVER, NOON, NOON, "address", "content")


def told(state: DeliveryState, minutes: int = 1, reference: str = "r1") -> Receipt:
    trouble = Trouble.HANDSET_OFF if state is S.FAILED else None
    return Receipt("case", state, NOON + timedelta(minutes=minutes), reference, trouble)


def stands(*receipts: Receipt) -> Delivery:
    delivery = HANDED
    for one in receipts:
        delivery = after(delivery, one)
    return delivery


@given(st.permutations([S.ACCEPTED, S.SENT, S.DELIVERED, S.SENT, S.DELIVERED]))
def test_the_order_in_which_receipts_come_does_not_matter(states: list[DeliveryState]) -> None:
    """Nor how often: the furthest counts, and says when."""
    found = stands(*(told(state, minutes) for minutes, state in enumerate(states, 1)))

    assert (found.state, found.reference) == (S.DELIVERED, "r1")
    assert found.since == NOON + timedelta(minutes=1 + states.index(S.DELIVERED))


@given(st.lists(st.sampled_from([S.ACCEPTED, S.SENT, S.SILENT]), max_size=8), st.sampled_from([S.DELIVERED, S.FAILED]))
def test_an_end_is_an_end(others: list[DeliveryState], end: DeliveryState) -> None:
    """Nothing that comes after it changes it."""
    assert stands(told(end), *(told(state, 9) for state in others)) == stands(told(end))


def test_the_first_of_two_ends_stands() -> None:
    """The second is said to contradict it."""
    delivered = stands(told(S.DELIVERED))

    assert meaning(delivered, told(S.FAILED)) is Meaning.CONTRADICTS
    assert after(delivered, told(S.FAILED)) == delivered
    assert meaning(stands(told(S.FAILED)), told(S.DELIVERED)) is Meaning.CONTRADICTS
    assert stands(told(S.FAILED)).trouble is Trouble.HANDSET_OFF


def test_silence_is_no_end() -> None:
    """A receipt that comes after all counts; one that says less than that does not."""
    assert stands(told(S.SENT), told(S.SILENT), told(S.DELIVERED)).state is S.DELIVERED
    assert stands(told(S.SILENT), told(S.SENT)).state is S.SILENT


@pytest.mark.parametrize("state", list(S))
def test_a_receipt_of_a_second_message_is_told_and_changes_nothing(state: DeliveryState) -> None:
    """One case has one message."""
    known = stands(told(S.ACCEPTED))

    assert meaning(known, told(state, reference="r2")) is Meaning.DOUBLED


def test_a_name_is_learnt_from_any_receipt() -> None:
    """Also from one that says nothing new."""
    known = stands(Receipt("case", S.DELIVERED, NOON))
    named = after(known, told(S.SENT))

    assert (meaning(known, told(S.SENT)), named.state, named.reference) == (Meaning.KNOWN, S.DELIVERED, "r1")


def test_who_may_have_sent_a_text_that_names_nobody() -> None:
    """The same words, not known to have left or not, and tried at about the same time."""
    lasts = timedelta(minutes=1)
    other = replace(HANDED, case_id="other")
    late = replace(other, handed_at=NOON + timedelta(minutes=5), since=NOON + timedelta(minutes=6))

    assert is_rival(HANDED, other, lasts)
    assert is_rival(replace(HANDED, since=NOON + timedelta(minutes=4)), late, lasts)
    assert not is_rival(HANDED, late, lasts)
    assert not is_rival(late, HANDED, lasts)
    assert not is_rival(HANDED, replace(other, content="other words"), lasts)
    assert not is_rival(HANDED, replace(other, reference="r9"), lasts)
    assert not is_rival(HANDED, after(other, replace(told(S.FAILED), reference="")), lasts)
