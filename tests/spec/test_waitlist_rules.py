"""Who is not asked for an opening, and what a person reads about it: one rule after another, each at its edge."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import Cover, OfferHistory
from hsched_core.solvers.waitlist import Bar
from hsched_core.use_cases.waitlist import LiveOffer, Refusal, WaitlistSettings
from hsched_core.use_cases.waitlist_reasons import SKIPPED
from tests.waitlist_world import DAY, HOUR, NOON, THERAPIST, TOMORROW, facts, opening, waiting, why_skipped

MINUTE = timedelta(minutes=1)
IN_PERSON = opening(modality=Modality.IN_PERSON)


def skipped(of_entry: dict[str, Any] | None = None, **changes: Any) -> str:
    """Why somebody with those changes is not asked; empty where they may be."""
    return why_skipped(facts(waiting("a", **(of_entry or {})), **changes))


def test_somebody_whom_the_opening_fits_is_skipped_for_nothing() -> None:
    assert skipped() == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"session_type": SessionType.INTAKE}, Bar.OTHER_TYPE),
        ({"duration_minutes": 50}, None),
        ({"duration_minutes": 40}, None),  # ten minutes of slack
        ({"duration_minutes": 39}, Bar.OTHER_LENGTH),
        ({"duration_minutes": 51}, Bar.OTHER_LENGTH),
        ({"modality": Modality.VIDEO}, None),
        ({"modality": Modality.PHONE}, Bar.OTHER_MODALITY),
        ({"clinician": "clinician-1"}, None),
        ({"clinician": "clinician-2"}, Bar.OTHER_CLINICIAN),
        ({"specialties": frozenset({"trauma", "sleep"})}, None),
        ({"specialties": frozenset({"trauma", "children"})}, Bar.SPECIALTY),
        ({"state": "NJ"}, None),
        ({"state": "CA"}, Bar.LICENCE),
        ({"state": None}, Bar.LICENCE),
        ({"weekdays": frozenset({3})}, None),  # the opening is on a Wednesday
        ({"weekdays": frozenset({1, 2, 4, 5})}, Bar.OTHER_DAY),
        ({"hour_from": 12, "hour_to": 13}, None),  # from 12:00 to 12:50 in New York
        ({"hour_from": 13, "hour_to": 20}, Bar.OTHER_HOURS),
        ({"hour_from": 8, "hour_to": 12}, Bar.OTHER_HOURS),
        ({"until": NOON}, Bar.RAN_OUT),
        ({"until": NOON + MINUTE}, None),
        ({"client": "client-who-left"}, Bar.LEFT_IT),
        ({"instead_of": "appointment-1", "instead_at": TOMORROW + 50 * MINUTE}, None),
        ({"instead_of": "appointment-1", "instead_at": TOMORROW + 49 * MINUTE}, Bar.NOT_EARLIER),
        ({"instead_of": "appointment-1", "instead_at": TOMORROW - DAY}, Bar.NOT_EARLIER),
        ({"cadence_days": 7}, Bar.CADENCE),
        ({"cadence_days": 14}, Bar.CADENCE),
        ({"cadence_days": 28}, None),
        ({"cadence_days": 7, "instead_of": "appointment-1", "instead_at": TOMORROW + 2 * DAY}, None),  # one session of the series, earlier
    ],
)
def test_a_wish_or_a_need_that_the_opening_does_not_meet_is_the_reason(changes: dict[str, Any], reason: Bar | None) -> None:
    assert skipped(changes) == ("" if reason is None else SKIPPED[reason])


def test_every_reason_is_told_not_the_first() -> None:
    text = skipped({"session_type": SessionType.INTAKE, "state": "CA"})

    assert text == f"{SKIPPED[Bar.OTHER_TYPE]} {SKIPPED[Bar.LICENCE]}"


def test_a_licence_is_asked_for_where_the_client_is_not_in_the_room() -> None:
    """In person the gate judges by the site's state."""
    assert skipped({"state": "CA"}, openings=(IN_PERSON,)) == ""
    assert skipped({"state": None}, openings=(IN_PERSON,)) == ""


def test_a_clinician_who_sees_nobody_remotely_is_not_offered_by_video() -> None:
    assert skipped(clinicians=(replace(THERAPIST, remote=False),)) == SKIPPED[Bar.NOT_REMOTE]
    assert skipped(clinicians=(replace(THERAPIST, remote=False),), openings=(IN_PERSON,)) == ""


def test_a_clinician_nobody_knows_anything_of_offers_no_specialty_and_has_no_licence() -> None:
    """What the EHR does not say is not assumed."""
    assert skipped(clinicians=()) == f"{SKIPPED[Bar.NOT_REMOTE]} {SKIPPED[Bar.LICENCE]}"
    assert skipped({"specialties": frozenset({"sleep"})}, clinicians=(), openings=(IN_PERSON,)) == SKIPPED[Bar.SPECIALTY]


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [(120 * MINUTE, Bar.TOO_CLOSE), (121 * MINUTE, None), (7 * DAY, None), (7 * DAY + MINUTE, Bar.TOO_FAR)],
)
def test_notice_ends_where_the_gate_ends_it(ahead: timedelta, reason: Bar | None) -> None:
    """Not two hours before or later, not more than seven days ahead."""
    assert skipped(openings=(opening(starts_at=NOON + ahead),)) == ("" if reason is None else SKIPPED[reason])


@pytest.mark.parametrize(
    ("cover", "visits", "is_paid"),
    [
        ((), (), True),  # pays without insurance
        ((Cover(date(2026, 3, 4), date(2026, 3, 4)),), (), True),
        ((Cover(date(2026, 3, 5), date(2026, 4, 4)),), (), False),
        ((Cover(date(2026, 1, 1), date(2026, 3, 3)),), (), False),
        ((Cover(date(2026, 1, 1), date(2026, 12, 31), 0),), (), False),
        ((Cover(date(2026, 1, 1), date(2026, 12, 31), 1),), (), True),
        ((Cover(date(2026, 1, 1), date(2026, 12, 31), 1),), (NOON + 20 * DAY,), False),  # the last session is booked
        ((Cover(date(2026, 1, 1), date(2026, 12, 31), 1),), (NOON - 20 * DAY,), True),  # what was kept is among the used ones
        ((Cover(date(2026, 1, 1), date(2026, 12, 31), 0), Cover(date(2026, 3, 1), date(2026, 3, 31), 5)), (), True),  # the second one pays
    ],
)
def test_an_authorization_covers_the_day_and_has_a_session_left(
    cover: tuple[Cover, ...], visits: tuple[datetime, ...], is_paid: bool
) -> None:
    """The day in the practice's zone; sessions that are booked already are not left."""
    assert skipped({"cover": cover, "visits": visits}) == ("" if is_paid else SKIPPED[Bar.COVER])


def test_a_visit_that_would_be_given_up_uses_no_session_and_no_week() -> None:
    later = TOMORROW + DAY
    whole_year = (Cover(date(2026, 1, 1), date(2026, 12, 31), 1),)

    assert skipped({"instead_of": "appointment-1", "instead_at": later, "visits": (later,), "cover": whole_year}) == ""


@pytest.mark.parametrize(
    ("visit", "is_seen"),
    [
        (datetime(2026, 3, 2, 5, 0, tzinfo=UTC), True),  # Monday, 00:00 in New York
        (datetime(2026, 3, 2, 4, 59, tzinfo=UTC), False),  # Sunday still, there
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), True),  # Sunday 23:59, after the clocks changed
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), False),
    ],
)
def test_a_week_goes_from_monday_to_sunday_by_the_practices_clock(visit: datetime, is_seen: bool) -> None:
    assert skipped({"visits": (visit,)}) == (SKIPPED[Bar.SEEN_THAT_WEEK] if is_seen else "")


@pytest.mark.parametrize(
    ("starts_at", "minutes", "hours", "fits"),
    [
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), 50, (1, 2), False),  # 01:30; at 02:00 it is 03:00
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), 50, (1, 4), True),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), 50, (1, 2), True),  # 01:30; at 02:00 it is 01:00 again
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), 60, (0, 1), False),  # 01:00 to 01:00
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 50, (1, 2), False),  # the second 01:30, until 02:20
    ],
)
def test_hours_are_the_wall_clocks_also_in_the_nights_it_jumps(
    starts_at: datetime, minutes: int, hours: tuple[int, int], fits: bool
) -> None:
    night = opening(starts_at=starts_at, duration_minutes=minutes)
    text = skipped({"hour_from": hours[0], "hour_to": hours[1]}, openings=(night,), now=starts_at - 20 * HOUR)

    assert text == ("" if fits else SKIPPED[Bar.OTHER_HOURS])


@pytest.mark.parametrize(("days", "rests"), [(6, True), (7, False)])
def test_who_accepted_an_offer_has_seven_days_rest(days: int, rests: bool) -> None:
    told = (OfferHistory("client-a", 1, NOON - days * DAY, NOON - days * DAY),)

    assert skipped(histories=told) == (SKIPPED[Bar.RESTS] if rests else "")
    assert skipped(histories=told, settings=WaitlistSettings(rest_days=2)) == ""


def test_nobody_is_asked_twice_for_an_opening_nor_while_another_offer_is_out() -> None:
    before = (OfferHistory("client-a", 1, NOON - DAY, asked_for=frozenset({"opening-1"})),)

    assert skipped(histories=before) == SKIPPED[Bar.ASKED_ALREADY]
    assert skipped(live=(LiveOffer("opening-9", "client-a"),)) == SKIPPED[Bar.HAS_AN_OFFER]
    assert skipped(live=(LiveOffer("opening-1", "client-a"),)) == f"{SKIPPED[Bar.ASKED_ALREADY]} {SKIPPED[Bar.HAS_AN_OFFER]}"
    assert skipped(live=(LiveOffer("opening-1", "client-b"),)) == ""


def test_who_was_ruled_out_for_an_opening_is_not_proposed_again() -> None:
    assert skipped(refused=(Refusal("opening-1", "client-a"),)) == SKIPPED[Bar.REFUSED]
    assert skipped(refused=(Refusal("opening-2", "client-a"),)) == ""


def test_every_rule_has_a_sentence() -> None:
    """A whole one, of its own."""
    assert set(SKIPPED) == set(Bar)
    assert len(set(SKIPPED.values())) == len(Bar)
    assert all(text.endswith(".") and ". " not in text for text in SKIPPED.values())
