"""Which times a client may pick instead of their visit's, in which order, and what the choice becomes. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_core.domain.actions import MoveAppointment
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import Opening, OpeningState
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.practice import Closure, PracticePolicy
from hsched_core.use_cases.reschedule import Facts, alternatives, propose
from hsched_core.use_cases.reschedule_settings import RescheduleSettings

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday, 10:00 in New York
AT = NOW + timedelta(days=6)  # the Tuesday after summer time began: 11:00 there
CLIENT, OTHER, CLINICIAN = "a1" * 16, "a2" * 16, "c1" * 16
POLICY = PracticePolicy("elm", "America/New_York")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
VISIT = Appointment("0f" * 16, "3", Session(CLIENT, CLINICIAN, AT, 50, SessionType.INDIVIDUAL, Modality.IN_PERSON, "s1"),
                    AppointmentStatus.BOOKED, NOW - 9 * DAY)  # fmt: skip


def free(at: datetime, **changes: Any) -> OpeningRecord:
    """An opening that fits the visit, but for the changes."""
    told = {"duration_minutes": 50, "session_type": SessionType.INDIVIDUAL, "modality": Modality.IN_PERSON, "site": "s1"}
    told |= {"clinician": CLINICIAN, "left_by": OTHER, **changes}
    opening = Opening(id=f"{int(at.timestamp()):032x}", starts_at=at, opened_at=NOW - HOUR, **told)
    return OpeningRecord(opening, OpeningState.OPEN, NOW - HOUR, (str(told["left_by"]),))


def facts(*openings: OpeningRecord, **changes: Any) -> Facts:
    return replace(Facts(NOW, POLICY, VISIT, openings), **changes)


def times(found: Facts) -> list[datetime]:
    return [one.to.starts_at for one in alternatives(found)]


def test_the_same_weekday_and_hour_comes_first_then_what_is_near() -> None:
    a_week_later, next_day, same_day, two_earlier = AT + 7 * DAY, AT + DAY, AT + 2 * HOUR, AT - 2 * DAY
    found = alternatives(facts(*map(free, (next_day, two_earlier, a_week_later, same_day))))
    assert [one.to.starts_at for one in found] == [a_week_later, same_day, next_day, two_earlier]
    assert [one.why for one in found] == [
        "The same weekday and hour, 7 days later.",
        "The same day, at another hour.",
        "The same hour, 1 day later.",
        "The same hour, 2 days earlier.",
    ]


def test_hours_are_those_of_the_practices_wall_clock() -> None:
    """Three days before, summer time had not begun: the same hour there is another one of UTC."""
    found = alternatives(facts(free(AT - 3 * DAY), free(AT - 3 * DAY + HOUR)))
    assert [one.why for one in found] == ["The same hour, 3 days earlier.", "Another weekday, 3 days earlier, at another hour."]


@pytest.mark.parametrize(
    "opening",
    [
        free(AT + DAY, clinician="c2" * 16),
        free(AT + DAY, session_type=SessionType.INTAKE),
        free(AT + DAY, modality=Modality.VIDEO),
        free(AT + DAY, site="s2"),
        free(AT + DAY, duration_minutes=45),
        free(AT + DAY, duration_minutes=61),
        free(AT + DAY, left_by=CLIENT),
        free(NOW + 2 * HOUR),
        free(NOW + 14 * DAY + MINUTE),
        free(AT + 30 * MINUTE),
    ],
    ids=["clinician", "type", "way", "place", "short", "long", "left by them", "too close", "too far", "over the visit itself"],
)
def test_what_does_not_fit_the_visit_is_not_shown(opening: OpeningRecord) -> None:
    assert times(facts(opening)) == []
    assert times(facts(opening, free(AT + 2 * DAY))) == [AT + 2 * DAY]


def test_who_left_a_time_before_the_last_one_did_is_not_shown_it_either() -> None:
    assert times(facts(replace(free(AT + DAY), left_by=(CLIENT, OTHER)))) == []


def test_a_longer_opening_is_taken_for_as_long_as_the_visit_is() -> None:
    (found,) = alternatives(facts(free(AT + DAY, duration_minutes=60)))
    assert found.to == replace(VISIT.session, starts_at=AT + DAY)


def booked(client: str, clinician: str, at: datetime, status: AppointmentStatus = AppointmentStatus.BOOKED) -> Appointment:
    session = replace(VISIT.session, client=client, clinician=clinician, starts_at=at)
    return replace(VISIT, id="0e" * 16, session=session, status=status)


@pytest.mark.parametrize(("client", "clinician"), [(CLIENT, "c2" * 16), (OTHER, CLINICIAN)], ids=["the client", "the clinician"])
def test_a_time_at_which_either_is_elsewhere_is_not_shown(client: str, clinician: str) -> None:
    there = booked(client, clinician, AT + DAY + 30 * MINUTE)
    assert times(facts(free(AT + DAY), there=(there,))) == []
    cancelled = booked(client, clinician, AT + DAY, AppointmentStatus.CANCELLED)
    assert times(facts(free(AT + DAY), there=(cancelled,))) == [AT + DAY]


@pytest.mark.parametrize("clinician", [None, CLINICIAN], ids=["the practice", "the clinician"])
def test_a_day_on_which_nobody_is_seen_is_not_shown(clinician: str | None) -> None:
    away = replace(POLICY, closures=(Closure(date(2026, 3, 11), date(2026, 3, 11), clinician),))
    assert times(facts(free(AT + DAY), free(AT + 2 * DAY), policy=away)) == [AT + 2 * DAY]


def test_a_group_is_not_moved_by_one_of_its_clients() -> None:
    group = replace(VISIT, session=replace(VISIT.session, session_type=SessionType.GROUP))
    assert times(facts(free(AT + DAY, session_type=SessionType.GROUP), visit=group)) == []


def test_a_visit_that_is_about_to_begin_is_not_moved() -> None:
    """Its time could be offered to nobody any more."""
    soon = replace(VISIT, session=replace(VISIT.session, starts_at=NOW + 2 * HOUR))
    assert times(facts(free(AT + DAY), visit=soon)) == []
    later = replace(VISIT, session=replace(VISIT.session, starts_at=NOW + 2 * HOUR + MINUTE))
    assert times(facts(free(AT + DAY), visit=later)) == [AT + DAY]


@given(st.lists(st.integers(-120, 400), unique=True, max_size=12), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_facts(hours: list[int], lot: Any) -> None:
    """Nor does anything come up twice, and nothing that did not fit comes up."""
    openings = [free(AT + hour * HOUR) for hour in hours]
    shuffled = lot.sample(openings, len(openings))
    found = times(facts(*openings))
    assert found == times(facts(*shuffled))
    assert len(found) == len(set(found))
    assert set(found) <= {one.opening.starts_at for one in openings}
    assert all(2 * HOUR < at - NOW <= 14 * DAY and at != AT for at in found)


def test_the_choice_becomes_a_move_that_tells_both_times_and_what_else_was_shown() -> None:
    told = facts(free(AT + 7 * DAY), free(AT + DAY))
    shown = alternatives(told)
    proposal = propose(told, shown[1], shown)
    assert proposal.action == MoveAppointment(VISIT.id, "3", replace(VISIT.session, starts_at=AT + DAY), AT)
    assert (proposal.use_case, proposal.proposed_by, proposal.confidence) == ("reschedule", "use-case:reschedule", 1.0)
    assert (proposal.subject, proposal.follows) == (VISIT.id, shown[1].opening.id)
    assert proposal.reasons == (
        "The client chose this time on the page of their message.",
        "Given up: Tue 10 Mar 2026 11:00 (America/New_York), individual session of 50 min (in_person) with clinician c1c1c1c1.",
        "Taken instead: Wed 11 Mar 2026 11:00 (America/New_York), individual session of 50 min (in_person) with clinician c1c1c1c1.",
        "The same hour, 1 day later.",
    )
    (other,) = proposal.candidates
    assert other.action is None  # nobody approves what the client did not choose
    assert "Tue 17 Mar 2026 11:00" in other.skipped_because


def test_the_same_choice_is_the_same_proposal_and_another_version_of_the_visit_is_not() -> None:
    told = facts(free(AT + DAY))
    (chosen,) = alternatives(told)
    again = replace(told, now=NOW + MINUTE)
    assert propose(told, chosen, (chosen,)).id == propose(again, chosen, (chosen,)).id
    changed = replace(told, visit=replace(VISIT, version="4"))
    assert propose(told, chosen, (chosen,)).id != propose(changed, chosen, (chosen,)).id


@pytest.mark.parametrize("at", [AT + DAY, NOW + 3 * HOUR])
def test_a_choice_runs_out_while_there_is_still_time_before_both_visits(at: datetime) -> None:
    told = facts(free(at))
    (chosen,) = alternatives(told)
    assert propose(told, chosen, ()).expires_at == min(NOW + DAY, at - 30 * MINUTE)


@pytest.mark.parametrize(
    "changes",
    [{"times": 0}, {"times": 6}, {"least_notice_minutes": 59}, {"visit_notice_minutes": 0}, {"decide_hours": 0}, {"most_moves": 0},
     {"most_notice_days": 0}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_with_a_remedy(changes: dict[str, int]) -> None:
    with pytest.raises(SettingsError) as refused:
        RescheduleSettings(**changes)
    assert "reschedule" in str(refused.value)
    assert refused.value.remedy


def test_a_choice_of_a_later_time_runs_out_before_the_visit() -> None:
    told = facts(free(AT + DAY), visit=replace(VISIT, session=replace(VISIT.session, starts_at=NOW + 5 * HOUR)))
    (chosen,) = alternatives(told)
    assert propose(told, chosen, ()).expires_at == NOW + 5 * HOUR - 30 * MINUTE
