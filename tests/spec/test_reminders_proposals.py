"""Reminders: who gets what, when, by which channel; whom staff call; and what a risk never does."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Purpose
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.holdout import Arm
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders import Facts, ReminderSettings, Standby, calls, propose, wanted
from hsched_core.use_cases.reminders_plan import Step, call_benefit, opening, step_name
from tests.path_world import ZONE
from tests.reminders_world import ALL, DAY, NO_CALLS, STARTS, TEN, asked, facts, ident, reach, visit

HIGH, LOW = visit(risk=0.4), visit(risk=0.05)
WAITS = Standby(ident("client-w"), Channel.TEXT, ident("entry-w"), 0.9, ("Number 1 of 3.",))


def sent(given: Facts) -> list[tuple[str, str]]:
    """Template and channel of what is proposed."""
    return [(one.action.template, one.action.to.channel) for one in propose(given) if isinstance(one.action, SendMessage)]


def test_standard_care_is_one_plain_reminder_two_days_before() -> None:
    """At ten o'clock of the client, not before, and not again."""
    at = TEN + DAY

    assert sent(facts(LOW, now=at - timedelta(minutes=1))) == []
    assert sent(facts(LOW, now=at)) == [("visit_reminder", "text")]
    assert sent(facts(LOW, now=at + DAY, asked=asked(LOW, Step.PLAIN))) == []


def test_a_higher_risk_is_asked_to_confirm_and_asked_again() -> None:
    """Three days before, and once more the day before, where nobody confirmed."""
    assert sent(facts(HIGH, settings=NO_CALLS)) == [("reminder_confirm", "text")]
    assert sent(facts(HIGH, now=TEN + 2 * DAY, settings=NO_CALLS, asked=asked(HIGH, Step.CONFIRM))) == [("reminder_again", "text")]


def test_a_confirmed_visit_is_left_alone() -> None:
    """No message, no call, no standby offer; what was proposed before is not wanted any more."""
    confirmed = replace(HIGH, is_confirmed=True)

    for days in range(4):
        assert propose(facts(confirmed, now=TEN + days * DAY, standby={HIGH.appointment: WAITS})) == ()
    assert wanted(facts(HIGH), HIGH.appointment, step_name(HIGH, Step.CONFIRM))
    assert not wanted(facts(confirmed), HIGH.appointment, step_name(HIGH, Step.CONFIRM))


def test_a_visit_that_was_moved_begins_its_sequence_anew() -> None:
    """What was asked about the old time says nothing of the new one; a step for the old time is not wanted any more."""
    moved = replace(HIGH, starts_at=STARTS + timedelta(hours=1))

    assert sent(facts(moved, settings=NO_CALLS, asked=asked(HIGH, Step.CONFIRM))) == [("reminder_confirm", "text")]
    assert not wanted(facts(moved), HIGH.appointment, step_name(HIGH, Step.CONFIRM))
    assert not wanted(facts(), HIGH.appointment, step_name(HIGH, Step.CONFIRM))


def test_a_risk_that_rises_or_falls_in_between_sends_no_second_first_reminder() -> None:
    """The first reminder is one, whichever tier it was sent under; asking again the day before is the higher tier's."""
    at = TEN + DAY
    assert sent(facts(HIGH, now=at, settings=NO_CALLS, asked=asked(HIGH, Step.PLAIN))) == []
    assert sent(facts(LOW, now=at, asked=asked(LOW, Step.CONFIRM))) == []
    assert sent(facts(HIGH, now=at + DAY, settings=NO_CALLS, asked=asked(HIGH, Step.PLAIN))) == [("reminder_again", "text")]


def test_who_is_held_gets_standard_care_at_whatever_risk() -> None:
    """And where there is a holdout, nobody gets more than that before the draw."""
    with_holdout = replace(NO_CALLS, holdout_share=0.2)
    for arm, more in ((Arm.HELD, False), (None, False), (Arm.TREATED, True)):
        drawn = replace(HIGH, arm=arm)
        assert bool(sent(facts(drawn, settings=with_holdout))) is more
        assert sent(facts(drawn, now=TEN + DAY, settings=with_holdout)) == [("reminder_confirm" if more else "visit_reminder", "text")]


def test_nothing_is_sent_when_the_visit_is_too_near_or_too_far() -> None:
    """Three hours before, the last word was said."""
    assert sent(facts(LOW, now=STARTS - timedelta(hours=3))) == []
    assert sent(facts(LOW, now=STARTS - timedelta(hours=3, minutes=1))) == [("visit_reminder", "text")]
    assert sent(facts(LOW, now=TEN - 3 * DAY)) == []


@pytest.mark.parametrize(
    ("known", "channel"),
    [
        (reach(answered=(Channel.EMAIL, Channel.TEXT)), Channel.EMAIL),
        (reach(preferred=Channel.PORTAL), Channel.PORTAL),
        (reach(preferred=Channel.CALL), Channel.TEXT),
        (reach(consented=frozenset({Channel.EMAIL}), answered=(Channel.TEXT,)), Channel.EMAIL),
        (reach(consented=frozenset({Channel.CALL})), None),
        (reach(consented=frozenset()), None),
    ],
)
def test_the_channel_is_one_they_consented_to_and_of_those_the_one_they_answer_on(known: object, channel: Channel | None) -> None:
    """Then the one they prefer. A call is a person's, never a message; without consent there is none."""
    found = sent(facts(HIGH, settings=NO_CALLS, reach=(known,)))

    assert found == ([("reminder_confirm", channel)] if channel else [])


def test_calls_go_where_they_save_most_not_where_the_risk_is_highest() -> None:
    """A long intake at 20 % before a short visit at 30 %; a client no message reaches before one who is texted."""
    intake = visit("intake", 0.2, duration_minutes=90, session_type=SessionType.INTAKE)
    short = visit("short", 0.3, duration_minutes=30)
    unreached = visit("unreached", 0.3, duration_minutes=30)
    known = (reach("intake"), reach("short"), reach("unreached", consented=frozenset({Channel.CALL})))
    found = calls(facts(short, intake, unreached, reach=known))

    assert [one.visit for one in found] == [intake, unreached, short]
    assert found[0].benefit == pytest.approx(0.2 * (0.91 - 0.50) * 90)
    assert found[1].benefit == pytest.approx(0.3 * (1 - 0.61) * 30)
    assert found[2].benefit == pytest.approx(0.3 * (0.91 - 0.61) * 30)


@pytest.mark.parametrize("modality", [Modality.VIDEO, Modality.PHONE])
def test_calls_do_not_help_telehealth(modality: Modality) -> None:
    """Such a visit gets its messages, and no call, however high its risk."""
    assert calls(facts(visit(risk=0.9, modality=modality))) == ()
    assert sent(facts(visit(risk=0.9, modality=modality))) == [("reminder_confirm", "text")]


def test_a_day_has_as_many_calls_as_the_front_desk_can_make() -> None:
    """Those given away before count; what is left out says why."""
    visits = [visit(str(number), 0.3 + number / 100) for number in range(6)]
    found = calls(facts(*visits, settings=ReminderSettings(calls_per_day=3), calls_today=1))

    assert [bool(one.skipped_because) for one in found] == [False, False, True, True, True, True]
    assert "3 calls" in found[2].skipped_because


def test_who_did_not_consent_to_calls_is_listed_and_not_called() -> None:
    """And takes nobody's place."""
    first, second = visit("first", 0.5), visit("second", 0.4)
    known = (reach("first", consented=ALL - {Channel.CALL}), reach("second"))
    found = calls(facts(first, second, reach=known, settings=ReminderSettings(calls_per_day=1)))

    assert [one.skipped_because for one in found] == ["No consent to calls about reminders.", ""]


def test_high_risk_and_unconfirmed_proposes_a_standby_offer_and_takes_nothing_away() -> None:
    """To a waitlisted client, about a time that may become free; a person decides, whatever the standing order says."""
    at = TEN + 2 * DAY + timedelta(hours=6)
    given = facts(HIGH, now=at, settings=NO_CALLS, asked=asked(HIGH, Step.CONFIRM, Step.AGAIN, at=at - timedelta(hours=6)))
    (found,) = propose(replace(given, standby={HIGH.appointment: WAITS}))

    assert found.action == SendMessage(replace(found.action.outreach, client=WAITS.client), "standby_offer", HIGH.appointment)  # type: ignore[type-var]  # an offer's action has an outreach
    assert found.action.outreach is not None
    assert (found.action.outreach.purpose, found.confidence) == (Purpose.OFFER, None)


@pytest.mark.parametrize("since", [timedelta(hours=5), None])
def test_no_standby_offer_before_the_client_was_asked_and_had_time_to_answer(since: timedelta | None) -> None:
    """A request that was not handed over counts for nothing."""
    at = TEN + 2 * DAY + timedelta(hours=6)
    before = asked(HIGH, Step.CONFIRM, Step.AGAIN, at=since and at - since)

    assert propose(facts(HIGH, now=at, settings=NO_CALLS, asked=before, standby={HIGH.appointment: WAITS})) == ()


def test_an_unknown_risk_is_standard_care() -> None:
    """Nobody is called or asked twice on a guess."""
    unknown = visit(risk=None)

    assert (sent(facts(unknown)), sent(facts(unknown, now=TEN + DAY))) == ([], [("visit_reminder", "text")])
    assert call_benefit(unknown, reach(), ReminderSettings()) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        *({"raised_from": 1.2}, {"raised_from": 0.3}, {"high_from": 0.1}, {"high_from_intake": 0.1}, {"standby_from": 0.1}),
        *({"holdout_share": 0.6}, {"hour": 24}, {"again_days": 2}, {"plain_days": 4}, {"call_until_days": 9}),
    ],
)
def test_settings_that_contradict_themselves_are_refused(wrong: dict[str, float]) -> None:
    """With what they may be."""
    with pytest.raises(SettingsError, match="reminders"):
        ReminderSettings(**wrong)  # type: ignore[arg-type]  # wrong on purpose


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns", "America/Los_Angeles"]),
    st.datetimes(datetime(2026, 2, 25), datetime(2026, 11, 12), timezones=st.just(ZoneInfo("UTC"))),
    st.integers(0, 5),
    st.integers(0, 23),
)
def test_the_hour_of_messages_is_the_recipients_wall_clock(zone: str, starts_at: datetime, days: int, hour: int) -> None:
    """So many calendar days before the visit there, also around changes of the clock: an hour that does not exist is the next one."""
    given_facts = facts(visit(starts_at=starts_at), reach=(reach(zone=zone),), settings=ReminderSettings(hour=hour))
    shown = opening(given_facts, given_facts.visits[0], days).astimezone(ZoneInfo(zone))

    assert starts_at.astimezone(ZoneInfo(zone)).date() - shown.date() == timedelta(days=days)
    assert shown.hour - hour in (0, 1)
    assert shown.hour == hour or shown.utcoffset() != (shown - timedelta(hours=3)).utcoffset()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations([visit(str(number), 0.1 * number) for number in range(6)]))
def test_the_same_facts_in_any_order_give_the_same_proposals(visits: list[object]) -> None:
    """Same ids."""
    assert {one.id for one in propose(facts(*visits))} == {one.id for one in propose(facts(*sorted(visits, key=str)))}


def test_every_proposal_has_a_name_of_its_own_and_an_end() -> None:
    """Step and time make the name: a new version of the settings does not ask again."""
    given_facts = facts(*(visit(str(number), 0.4) for number in range(4)))
    found = propose(given_facts)

    assert len({(one.subject, one.facts_digest) for one in found}) == len(found) == 8
    assert all(given_facts.now < one.expires_at <= STARTS for one in found)
    assert {one.facts_digest for one in propose(replace(given_facts, policy_version="p2"))} == {one.facts_digest for one in found}
    assert given_facts.zone == ZONE
