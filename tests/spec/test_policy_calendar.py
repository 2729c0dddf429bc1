"""The gate on time and place: double booking, held times, notice, closed days, licences, changes meanwhile, expiry."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hsched_core.domain.actions import Action, CancelAppointment, MoveAppointment, RecordScore
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.facts import CalendarFacts, Commitment, Credentials, Finding, Rule
from hsched_core.policy.gate import RULES, judge
from hsched_core.policy.practice import Closure, Compact
from tests.path_world import CALENDAR, CLINICIAN, LICENCE, NOON, POLICY, TOMORROW, booking, matter, offer, session

MINUTE = timedelta(minutes=1)


def found(action: Action, rule: str, **changes: Any) -> list[Finding]:
    return [one for one in judge(matter(action, **changes)).findings if one.rule == rule]


def standing(*sessions: Any) -> CalendarFacts:
    return replace(CALENDAR, commitments=tuple(Commitment(f"appointment-{number}", one) for number, one in enumerate(sessions)))


def group(client: str) -> Any:
    return session(client, session_type=SessionType.GROUP)


def test_a_clinician_is_in_one_place_at_a_time() -> None:
    """Another client's session that overlaps by a minute stands against it; one that touches does not."""
    overlapping = session("client-b", TOMORROW - timedelta(minutes=49))
    touching = session("client-b", TOMORROW - timedelta(minutes=50))

    assert [one.message for one in found(booking(), "calendar.double_booking", calendar=standing(overlapping))] == [
        "The clinician already has a session then."
    ]
    assert not found(booking(), "calendar.double_booking", calendar=standing(touching))


def test_a_client_is_in_one_place_at_a_time() -> None:
    """Also with another clinician; and the slot is not even offered."""
    elsewhere = session(clinician="clinician-2")

    assert found(booking(), "calendar.double_booking", calendar=standing(elsewhere))
    assert found(offer(), "calendar.double_booking", calendar=standing(elsewhere))


def test_others_do_not_stand_in_the_way() -> None:
    """Another client with another clinician at the same time."""
    assert not found(booking(), "calendar.double_booking", calendar=standing(session("client-b", clinician="clinician-2")))


def test_every_clash_is_told() -> None:
    """Two sessions in the way are two findings."""
    both = standing(session("client-b"), session(clinician="clinician-2"))

    assert len(found(booking(), "calendar.double_booking", calendar=both)) == 2


def test_the_clients_of_a_group_share_its_time() -> None:
    """Same clinician, same time, both of type group; the same client twice, or another start, is a clash."""
    joins = replace(booking(), booking=group("client-a"))

    assert not found(joins, "calendar.double_booking", calendar=standing(group("client-b"), group("client-c")))
    assert found(joins, "calendar.double_booking", calendar=standing(group("client-a")))
    assert found(joins, "calendar.double_booking", calendar=standing(replace(group("client-b"), starts_at=TOMORROW + MINUTE)))
    assert found(joins, "calendar.double_booking", calendar=standing(session("client-b")))


def test_an_appointment_does_not_stand_in_the_way_of_its_own_move() -> None:
    """Half an hour later overlaps what it replaces; that is the point. Another appointment still does."""
    move = MoveAppointment("appointment-0", "v1", session(starts_at=TOMORROW + 30 * MINUTE))
    calendar = replace(standing(session()), version="v1")

    assert not found(move, "calendar.double_booking", calendar=calendar)
    assert found(replace(move, appointment="appointment-9"), "calendar.double_booking", calendar=calendar)


def test_a_time_that_is_being_booked_is_not_given_away() -> None:
    """Neither booked nor offered, until it is known what became of it."""
    assert found(booking(), "calendar.held", held=(session("client-b"),))
    assert found(offer(), "calendar.held", held=(session("client-b"),))
    assert not found(booking(), "calendar.held", held=(session("client-b", TOMORROW + timedelta(hours=1)),))
    assert not found(replace(booking(), booking=group("client-a")), "calendar.held", held=(group("client-b"),))


@pytest.mark.parametrize(("ahead", "passes"), [(120 * MINUTE, False), (121 * MINUTE, True), (timedelta(days=7), True)])
def test_an_opening_is_offered_until_two_hours_before(ahead: timedelta, passes: bool) -> None:
    """At most seven days and more than two hours ahead."""
    assert bool(found(offer(starts_at=NOON + ahead), "calendar.notice")) is not passes


def test_an_opening_too_far_ahead_can_be_offered_later() -> None:
    """The finding clears seven days before the session."""
    far = NOON + timedelta(days=7, minutes=1)
    (finding,) = found(offer(starts_at=far), "calendar.notice")

    assert finding.clears_at == far - timedelta(days=7)


def test_a_booking_lies_in_the_future() -> None:
    """Not in the past, not at this very moment."""
    assert found(booking(starts_at=NOON), "calendar.notice")
    assert not found(booking(starts_at=NOON + MINUTE), "calendar.notice")


def test_no_session_on_a_holiday_unless_the_practice_works_then() -> None:
    """By the practice's calendar day, named so that a person understands."""
    tomorrow = date(2026, 3, 4)
    closed = replace(POLICY, holidays=((tomorrow, "Founders' Day"),))

    assert "Founders' Day" in found(booking(), "calendar.closed", policy=closed)[0].message
    assert not found(booking(), "calendar.closed", policy=replace(closed, open_on=frozenset({tomorrow})))
    assert not found(booking(starts_at=TOMORROW + timedelta(days=1)), "calendar.closed", policy=closed)


def test_a_holiday_is_a_day_of_the_practice_not_of_utc() -> None:
    """03:00 UTC on the fifth is the evening of the fourth in New York."""
    fourth = replace(POLICY, holidays=((date(2026, 3, 4), "Founders' Day"),))
    fifth = replace(POLICY, holidays=((date(2026, 3, 5), "Founders' Day"),))
    evening = booking(starts_at=datetime(2026, 3, 5, 3, 0, tzinfo=UTC))

    assert found(evening, "calendar.closed", policy=fourth)
    assert not found(evening, "calendar.closed", policy=fifth)


def test_a_closure_holds_for_the_practice_or_for_one_clinician() -> None:
    """Both ends of it included; another clinician works on."""
    away = (date(2026, 3, 3), date(2026, 3, 4))

    assert found(booking(), "calendar.closed", policy=replace(POLICY, closures=(Closure(*away),)))
    assert found(booking(), "calendar.closed", policy=replace(POLICY, closures=(Closure(*away, CLINICIAN),)))
    assert not found(booking(), "calendar.closed", policy=replace(POLICY, closures=(Closure(*away, "clinician-2"),)))
    assert not found(booking(starts_at=TOMORROW + timedelta(days=1)), "calendar.closed", policy=replace(POLICY, closures=(Closure(*away),)))


def test_what_somebody_changed_meanwhile_is_not_overwritten() -> None:
    """Another version, or no appointment at all, stands against a cancellation."""
    cancel = CancelAppointment("appointment-1", "v1", CLINICIAN, "client_request")

    assert not found(cancel, "calendar.changed", calendar=replace(CALENDAR, version="v1"))
    assert "changed" in found(cancel, "calendar.changed", calendar=replace(CALENDAR, version="v2"))[0].message
    assert "not in the EHR" in found(cancel, "calendar.changed", calendar=CALENDAR)[0].message


def test_a_remote_session_needs_a_licence_where_the_client_sits() -> None:
    """Not where the practice is."""
    assert not found(booking(), "licence.state")
    assert "NJ" in found(booking(), "licence.state", calendar=replace(CALENDAR, client_state="NJ"))[0].message


def test_a_session_in_person_needs_a_licence_where_the_site_is() -> None:
    """Wherever the client lives."""
    here = replace(booking(), booking=session(modality=Modality.IN_PERSON))

    assert not found(here, "licence.state", calendar=replace(CALENDAR, client_state="NJ"))
    assert found(here, "licence.state", calendar=replace(CALENDAR, site_state="NJ"))


def test_a_licence_is_valid_for_the_whole_session() -> None:
    """One that ends in the middle of it, or begins after its start, is none."""
    for changes in ({"valid_until": TOMORROW + timedelta(minutes=49)}, {"valid_from": TOMORROW + MINUTE}):
        credentials = Credentials("psychologist", (replace(LICENCE, **changes),))
        assert found(booking(), "licence.state", calendar=replace(CALENDAR, credentials=credentials))
    exact = Credentials("psychologist", (replace(LICENCE, valid_from=TOMORROW, valid_until=TOMORROW + timedelta(minutes=50)),))
    assert not found(booking(), "licence.state", calendar=replace(CALENDAR, credentials=exact))


@pytest.mark.parametrize("unknown", [{"client_state": None}, {"credentials": None}])
def test_what_is_not_known_about_a_licence_does_not_pass(unknown: dict[str, Any]) -> None:
    """A missing state or a missing record is a finding of its own."""
    assert "not known" in found(booking(), "licence.state", calendar=replace(CALENDAR, **unknown))[0].message


COMPACT = Compact("psypact", "psychologist", (("NY", date(2020, 1, 1)), ("NJ", date(2026, 3, 4))))
AUTHORISED = Credentials("psychologist", (LICENCE,), frozenset({"psypact"}), "NY")


def test_a_compact_counts_for_who_holds_an_authority_under_it() -> None:
    """Both states members on the day of the session, the right discipline, and a valid licence at home."""
    policy = replace(POLICY, compacts=(COMPACT,))
    away = replace(CALENDAR, client_state="NJ", credentials=AUTHORISED)

    assert not found(booking(), "licence.state", calendar=away, policy=policy)
    assert found(booking(starts_at=TOMORROW - timedelta(hours=20)), "licence.state", calendar=away, policy=policy)  # a day too early
    for changes in (
        {"authorities": frozenset()},
        {"discipline": "counselor"},
        {"licences": ()},
        {"home_state": "CT"},
        {"home_state": None},
    ):
        lacking = replace(away, credentials=replace(AUTHORISED, **changes))
        assert found(booking(), "licence.state", calendar=lacking, policy=policy)
    assert found(booking(), "licence.state", calendar=away)  # the practice's data know no compact


def test_an_expired_proposal_is_neither_approved_nor_carried_out() -> None:
    """From its very last instant on."""
    assert found(booking(), "proposal.expired", expires_at=NOON)
    assert not found(booking(), "proposal.expired", expires_at=NOON + MINUTE)


def test_an_offer_leaves_time_for_an_answer() -> None:
    """Not after the time to answer; and that time ends before the session starts."""
    assert found(offer(answer_by=NOON), "offer.answer_time")
    assert found(offer(answer_by=TOMORROW), "offer.answer_time")
    assert not found(offer(), "offer.answer_time")


def test_a_score_is_written_only_where_clinicians_do_not_see_it() -> None:
    """Off until the practice confirmed it."""
    score = RecordScore("appointment-1", 7800, "model-3")

    assert found(score, "score.hidden")
    assert not found(score, "score.hidden", policy=replace(POLICY, score_field_is_hidden=True))


def test_all_findings_are_told_not_the_first() -> None:
    """An offer with much against it: every rule that has something to say says it."""
    quiet = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)
    calendar = replace(standing(session("client-b")), client_state="NJ")
    closed = replace(POLICY, holidays=((date(2026, 3, 4), "Founders' Day"),))
    action = offer(starts_at=TOMORROW, answer_by=quiet)
    verdict = judge(
        matter(action, now=quiet, expires_at=quiet, calendar=calendar, policy=closed, contact=replace(matter(action).contact, consents=()))
    )

    assert verdict.is_blocked
    assert set(verdict.rules) == {
        "contact.consent",
        "contact.quiet_hours",
        "licence.state",
        "calendar.double_booking",
        "calendar.closed",
        "proposal.expired",
        "offer.answer_time",
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_paragraph_in_the_manual(rule: Rule) -> None:
    """A sentence or more that a person of the practice understands."""
    text = rule.check.__doc__ or ""

    assert len(text.split()) >= 15
    assert text.strip().endswith(".")


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)


def test_findings_that_follow_each_other_for_ever_block() -> None:
    """A rule that always clears a minute later never passes, and the gate does not look for ever."""
    restless = Rule("test.restless", "Restless", lambda one: iter([Finding("test.restless", "Not yet.", one.now + MINUTE)]))

    assert judge(matter(booking()), (restless,)).is_blocked
