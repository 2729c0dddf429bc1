"""What the waitlist proposes: to whom, how many at once, until when, with which reasons, and when it proposes nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.people import is_use_case
from hsched_core.domain.rollout import Phase
from hsched_core.domain.vocabulary import SessionType
from hsched_core.domain.waiting import OfferHistory, Urgency
from hsched_core.use_cases.waitlist import FitWeights, LiveOffer, Mode, Outlook, WaitlistSettings, outlooks, propose
from tests.waitlist_world import DAY, HOUR, NOON, TOMORROW, asked, facts, opening, waiting

A, B, C = waiting("a", urgency=Urgency.URGENT), waiting("b", urgency=Urgency.SOON), waiting("c")
PARALLEL = WaitlistSettings(mode=Mode.PARALLEL, batch=2, near_batch=2)
SERIAL = WaitlistSettings(mode=Mode.SERIAL, answer_minutes=30, most_answer_minutes=30)
LATE_EVENING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # 20:00 in New York


def test_one_after_the_other_asks_who_fits_best() -> None:
    """An offer over the client's channel, half an hour to answer, and the booking it leads to."""
    (one,) = propose(facts(C, A, B, settings=SERIAL))

    assert isinstance(one.action, OfferSlot)
    assert asked(one) == "client-a"
    assert one.action.answer_by == one.expires_at == NOON + timedelta(minutes=30)
    assert (one.action.channel, one.action.waitlist_entry) == (Channel.TEXT, "entry-a")
    booking = one.action.leads_to.booking
    assert (booking.clinician, booking.starts_at, booking.duration_minutes, booking.site) == ("clinician-1", TOMORROW, 50, None)
    assert (one.subject, one.use_case, one.policy_version) == ("opening-1", "waitlist", "policy-1")
    assert is_use_case(one.proposed_by)


def test_a_session_has_the_length_the_client_asked_for() -> None:
    (one,) = propose(facts(replace(A, duration_minutes=45)))

    assert one.action.session is not None
    assert one.action.session.duration_minutes == 45


def test_in_parallel_a_batch_is_asked_and_topped_up() -> None:
    """Two at once; with one answer due, one more; with two, nobody."""
    told = facts(A, B, C, settings=PARALLEL)

    assert [asked(one) for one in propose(told)] == ["client-a", "client-b"]
    assert [asked(one) for one in propose(replace(told, live=(LiveOffer("opening-1", "client-a"),)))] == ["client-b"]
    both = (LiveOffer("opening-1", "client-a"), LiveOffer("opening-1", "client-b"))
    assert propose(replace(told, live=both)) == ()
    assert outlooks(replace(told, live=both)) == {"opening-1": Outlook.WAITS}


def test_serial_waits_for_the_answer() -> None:
    assert propose(facts(A, B, settings=SERIAL, live=(LiveOffer("opening-1", "client-a"),))) == ()


def test_ten_offers_of_an_opening_are_enough() -> None:
    """Those that are out count among them."""
    told = tuple(OfferHistory(f"client-{number}", 1, NOON - HOUR, asked_for=frozenset({"opening-1"})) for number in range(9))

    assert len(propose(facts(A, histories=told))) == 1
    capped = facts(A, histories=(*told, OfferHistory("client-9", 1, NOON - HOUR, asked_for=frozenset({"opening-1"}))))
    assert propose(capped) == ()
    assert outlooks(capped) == {"opening-1": Outlook.NOBODY}


@pytest.mark.parametrize(
    ("now", "asks"), [(LATE_EVENING, False), (LATE_EVENING - timedelta(minutes=1), True), (LATE_EVENING + 12 * HOUR, True)]
)
def test_offers_go_out_from_eight_to_twenty(now: datetime, asks: bool) -> None:
    """By the practice's clock; meanwhile the opening waits."""
    told = facts(A, now=now, openings=(opening(starts_at=now + DAY),))

    assert bool(propose(told)) is asks
    assert outlooks(told) == {"opening-1": Outlook.ASKS if asks else Outlook.WAITS}


def test_an_opening_that_came_too_close_has_passed() -> None:
    assert outlooks(facts(A, openings=(opening(starts_at=NOON + HOUR),))) == {"opening-1": Outlook.PASSED}


def test_an_opening_waits_for_who_holds_another_offer_and_for_the_week_before_it() -> None:
    """What passes by itself is no reason to give an opening up; what stays is."""
    assert outlooks(facts(A, live=(LiveOffer("opening-9", "client-a"),))) == {"opening-1": Outlook.WAITS}
    assert outlooks(facts(A, openings=(opening(starts_at=NOON + 8 * DAY),))) == {"opening-1": Outlook.WAITS}
    assert outlooks(facts(replace(A, session_type=SessionType.INTAKE))) == {"opening-1": Outlook.NOBODY}
    assert outlooks(facts()) == {"opening-1": Outlook.NOBODY}


def test_two_openings_are_shared_out_so_that_both_are_filled() -> None:
    """A fits both and fits best; B can come to the first only: so A is asked for the second."""
    later = opening("opening-2", starts_at=TOMORROW + 3 * HOUR)
    told = facts(A, replace(B, hour_to=14), openings=(opening(), later))

    assert {one.subject: asked(one) for one in propose(told)} == {"opening-1": "client-b", "opening-2": "client-a"}
    first = next(one for one in propose(told) if one.subject == "opening-1")
    assert [(line.subject, line.skipped_because) for line in first.candidates] == [
        ("client-a", "Is asked for another opening at the same time."),
        ("client-b", ""),
    ]


def test_every_opening_has_its_first_offer_before_any_has_a_second() -> None:
    """Batches of two, three clients: the client nobody else needs is the second of one opening."""
    told = facts(A, B, C, openings=(opening(), opening("opening-2", starts_at=TOMORROW + 3 * HOUR)), settings=PARALLEL)
    found = [one.subject for one in propose(told)]

    assert len(found) == 3
    assert set(found) == {"opening-1", "opening-2"}


def test_a_client_with_two_entries_is_asked_once_with_the_better() -> None:
    second = replace(A, entry="entry-second", urgency=Urgency.ROUTINE)
    (one,) = propose(facts(second, A, settings=PARALLEL))

    assert isinstance(one.action, OfferSlot)
    assert one.action.waitlist_entry == "entry-a"
    assert [line.skipped_because for line in one.candidates] == ["", "Is considered with another entry of the waitlist that fits better."]


def test_candidates_may_be_picked_instead_or_say_why_not() -> None:
    """In the order in which they would be asked; what a person picks is an offer, listed under its own hash."""
    (one,) = propose(facts(C, B, A, waiting("d", session_type=SessionType.INTAKE), settings=SERIAL))

    assert [line.subject for line in one.candidates] == ["client-a", "client-b", "client-c", "client-d"]
    assert [line.fit is not None for line in one.candidates] == [True, True, True, False]
    assert one.candidates[3].skipped_because == "Waits for another type of session."
    choice = one.candidates[1].action
    assert isinstance(choice, OfferSlot)
    assert one.listed(choice.digest) == choice


def test_who_is_asked_at_the_same_moment_cannot_be_picked_a_second_time() -> None:
    first, second = propose(facts(A, B, settings=PARALLEL))

    assert [line.skipped_because for line in first.candidates] == ["", "Is asked for this opening at the same time."]
    assert [line.skipped_because for line in second.candidates] == ["Is asked for this opening at the same time.", ""]


def test_a_standing_book_me_is_booked_where_settings_and_fit_allow() -> None:
    """By default it is asked like anybody; a person may still pick the offer."""
    good = replace(A, may_book_without_asking=True, sees="clinician-1")
    allowed = WaitlistSettings(books_without_asking=True)
    (by_default,), (booked,) = propose(facts(good)), propose(facts(good, settings=allowed))

    assert isinstance(by_default.action, OfferSlot)
    assert isinstance(booked.action, BookAppointment)
    assert booked.action.basis is Basis.STANDING_CONSENT
    assert isinstance(booked.candidates[0].action, OfferSlot)
    unsure = WaitlistSettings(books_without_asking=True, threshold=1.0)
    (below,) = propose(facts(good, settings=unsure))
    assert isinstance(below.action, OfferSlot)


def test_nobody_is_offered_a_time_that_goes_to_somebody_else_unasked() -> None:
    """Who is booked comes first, and alone; while somebody may still answer, a standing "book me" is asked like anybody."""
    good, settings = replace(A, may_book_without_asking=True, sees="clinician-1"), WaitlistSettings(books_without_asking=True)
    (booked,) = propose(facts(good, B, C, settings=settings))
    beside = propose(facts(good, B, C, settings=settings, live=(LiveOffer("opening-1", "client-z"),)))

    assert (asked(booked), booked.action.kind) == ("client-a", "book_appointment")
    assert [one.action.kind for one in beside] == ["offer_slot", "offer_slot"]


def test_where_a_person_decides_they_have_their_own_time_before_the_client_has() -> None:
    told = facts(A, settings=replace(SERIAL, decide_minutes=60))
    (one,) = propose(told)

    assert isinstance(one.action, OfferSlot)
    assert (one.expires_at, one.action.answer_by) == (NOON + timedelta(minutes=60), NOON + timedelta(minutes=90))


def test_reasons_are_sentences_a_person_can_read() -> None:
    told = facts(
        replace(B, sees="clinician-1", weekdays=frozenset({3}), hour_from=9, instead_of="appointment-1", instead_at=TOMORROW + 20 * DAY),
        C,
        histories=(OfferHistory("client-b", 2, NOON - 15 * DAY),),
        settings=SERIAL,
    )
    (one,) = propose(told)

    assert one.reasons == (
        "Number 1 of 2 who may be asked, of 2 who wait. Fit 0.91, not a probability.",
        "Triage: soon.",
        "The opening is with the clinician they see.",
        "Met wishes: days, hours.",
        "Waits for 10 days.",
        "Was asked 2 times, last 15 days ago.",
        "Would come 20 days earlier than booked.",
    )
    assert one.confidence == one.candidates[0].fit


def test_no_reason_names_anybody() -> None:
    """Pseudonyms stand in fields of their own."""
    (one,) = propose(facts(A, B, C, settings=SERIAL))
    texts = " ".join([*one.reasons, *(line.skipped_because for line in one.candidates)])

    assert "client-" not in texts
    assert "entry-" not in texts
    assert "clinician-1" not in texts


def test_a_new_score_is_no_new_proposal_but_a_new_fact_is() -> None:
    """The same facts have one id; the version of the weights stands beside it."""
    (one,) = propose(facts(A))
    (scored,) = propose(facts(replace(A, attends=0.01)))
    (urgent_no_more,) = propose(facts(replace(A, urgency=Urgency.ROUTINE)))

    assert one == scored
    assert one.id != urgent_no_more.id
    assert one.model_version == FitWeights().version


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"answer_minutes": 0}, "below 1"),
        ({"rest_days": -1}, "below 0"),
        ({"answer_minutes": 60, "decide_minutes": 61}, "after the session's start"),
        ({"threshold": 1.01}, "no share"),
        ({"answer_share": 1.01}, "no share"),
        ({"near_batch": 0}, "below 1"),
        ({"calls_per_day": -1}, "below 0"),
        ({"call_from_hour": 16}, "to call are no span of a day"),
        ({"send_from_hour": 20}, "to send are no span of a day"),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_a_remedy(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        WaitlistSettings(**changes)
    assert caught.value.remedy


def test_weights_are_shares_of_one_and_have_a_version() -> None:
    """Other weights, another version."""
    with pytest.raises(SettingsError, match="shares of 1"):
        FitWeights(preference=0.3)

    assert FitWeights(preference=0.3, urgency=0.15).version != FitWeights().version


@pytest.mark.parametrize(
    "changes",
    [{"openings": (opening(), opening())}, {"waiting": (A, A)}, {"histories": (OfferHistory("client-a"), OfferHistory("client-a"))}],
)
def test_facts_that_contradict_themselves_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="times one"):
        facts(**changes)


def test_a_persons_time_to_decide_is_not_the_clients() -> None:
    """In review an hour on top, as far as the notice allows, and nobody is booked unasked; in auto nobody decides."""
    settings = replace(SERIAL, books_without_asking=True)

    assert (settings.in_phase(Phase.REVIEW).decide_minutes, settings.in_phase(Phase.REVIEW).books_without_asking) == (60, False)
    assert replace(settings, answer_minutes=100, most_answer_minutes=100).in_phase(Phase.REVIEW).decide_minutes == 20
    assert replace(settings, decide_minutes=15).in_phase(Phase.REVIEW).decide_minutes == 15
    assert settings.in_phase(Phase.AUTO) == settings
    (offer,) = propose(facts(C, A, B, settings=SERIAL.in_phase(Phase.REVIEW)))
    assert isinstance(offer.action, OfferSlot)
    assert (offer.expires_at, offer.action.answer_by) == (NOON + timedelta(minutes=60), NOON + timedelta(minutes=90))
