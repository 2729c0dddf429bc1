"""The gate on reaching a client: consent, pauses, quiet hours, and one budget over all use cases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hsched_core.domain.actions import Action, Basis, SendMessage
from hsched_core.domain.contact import Channel, ConsentEvent, Contact, Inbound, Outreach, Purpose
from hsched_core.domain.errors import SettingsError
from hsched_core.policy.facts import ContactFacts, Finding
from hsched_core.policy.gate import judge
from hsched_core.policy.practice import Caps
from tests.path_world import CALENDAR, NOON, POLICY, YES, booking, matter, offer

LATE = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)  # 21:30 in New York
MORNING = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)  # 08:00 there
YESTERDAY = NOON - timedelta(days=1)


def message(channel: Channel = Channel.TEXT, answers: str | None = None) -> SendMessage:
    return SendMessage(Outreach("client-a", channel, Purpose.REMINDER, answers), "reminder_v1")


def found(action: Action, rule: str, **changes: Any) -> list[Finding]:
    """What one rule found."""
    return [one for one in judge(matter(action, **changes)).findings if one.rule == rule]


def consents(*events: ConsentEvent) -> ContactFacts:
    return ContactFacts(consents=events)


def contacts(instants: Iterable[datetime], channel: Channel = Channel.PORTAL) -> ContactFacts:
    return ContactFacts(YES, tuple(Contact("client-a", channel, at) for at in instants))


def test_a_consented_message_at_noon_passes() -> None:
    """The start from which the other tests depart has nothing against it."""
    verdict = judge(matter(message()))

    assert (verdict.findings, verdict.passes_at) == ((), NOON)


def test_silence_is_not_consent() -> None:
    """Where nothing was said, nothing is sent."""
    assert found(message(), "contact.consent", contact=consents())


@pytest.mark.parametrize("stop", [{}, {"channel": Channel.TEXT}, {"purpose": Purpose.REMINDER}])
def test_a_later_no_beats_an_earlier_yes(stop: dict[str, Any]) -> None:
    """STOP to everything, to texts, or to reminders: each ends reminders by text."""
    assert found(message(), "contact.consent", contact=consents(*YES, ConsentEvent(False, YESTERDAY, **stop)))


def test_a_no_is_effective_in_the_same_instant() -> None:
    """Of a yes and a no at one instant, the no counts."""
    assert found(message(), "contact.consent", contact=consents(*YES, ConsentEvent(True, NOON), ConsentEvent(False, NOON)))


def test_a_yes_after_a_no_counts_again() -> None:
    """Who opts in again is reached again."""
    again = consents(*YES, ConsentEvent(False, YESTERDAY), ConsentEvent(True, NOON, Channel.TEXT))

    assert not found(message(), "contact.consent", contact=again)


def test_consent_is_per_channel_and_purpose() -> None:
    """A yes to reminders by e-mail is neither one to texts nor one to offers by e-mail."""
    only = consents(ConsentEvent(True, YESTERDAY, Channel.EMAIL, Purpose.REMINDER))

    assert not found(message(Channel.EMAIL), "contact.consent", contact=only)
    assert found(message(Channel.TEXT), "contact.consent", contact=only)
    assert found(replace(offer(), channel=Channel.EMAIL), "contact.consent", contact=only)


def test_a_consent_of_tomorrow_is_not_known_today() -> None:
    """Only what was said by then counts."""
    assert found(message(), "contact.consent", contact=consents(ConsentEvent(True, NOON + timedelta(seconds=1))))


def test_booking_without_asking_needs_a_standing_consent() -> None:
    """And that is a consent of its own: a yes to offers does not allow it, an all-embracing no ends it."""
    unasked = booking(basis=Basis.STANDING_CONSENT)
    book_me = ConsentEvent(True, YESTERDAY, purpose=Purpose.BOOK_ME)

    assert found(unasked, "contact.consent", contact=consents(ConsentEvent(True, YESTERDAY, purpose=Purpose.OFFER)))
    assert not found(unasked, "contact.consent", contact=consents(book_me))
    assert found(unasked, "contact.consent", contact=consents(book_me, ConsentEvent(False, NOON)))


def test_nothing_is_sent_while_a_person_looks_after_a_clients_message() -> None:
    """An unresolved CANCEL stops texts; a booking that staff make is not a message."""
    pause = ContactFacts(YES, is_paused=True)

    assert found(message(), "contact.paused", contact=pause)
    assert not found(booking(), "contact.paused", contact=pause)


def test_a_message_in_quiet_hours_waits_until_they_end() -> None:
    """At 21:30 where the client is, the message passes at 08:00 there."""
    verdict = judge(matter(message(), now=LATE, expires_at=LATE + timedelta(days=1)))

    assert [finding.rule for finding in verdict.findings] == ["contact.quiet_hours"]
    assert "08:00" in verdict.findings[0].message
    assert verdict.passes_at == MORNING


def test_a_message_that_makes_no_sense_after_the_quiet_hours_is_blocked() -> None:
    """The proposal expires before morning: told with both reasons."""
    verdict = judge(matter(message(), now=LATE, expires_at=LATE + timedelta(hours=1)))

    assert verdict.is_blocked
    assert verdict.rules == ("contact.quiet_hours", "proposal.expired")


def test_the_recipients_clock_counts_not_the_practices() -> None:
    """21:30 in New York is 18:30 in Los Angeles."""
    assert not found(message(), "contact.quiet_hours", now=LATE, calendar=replace(CALENDAR, client_zone="America/Los_Angeles"))


def test_an_unknown_zone_means_every_zone_it_could_be() -> None:
    """09:00 in New York is 06:00 in Los Angeles: it waits for 08:00 there. Without common zones nothing is sent at all."""
    early = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    unknown = replace(CALENDAR, client_zone=None)
    both = replace(POLICY, common_zones=("America/New_York", "America/Los_Angeles"))

    verdict = judge(matter(message(), now=early, calendar=unknown, policy=both))
    assert verdict.passes_at == datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    assert judge(matter(message(), calendar=unknown)).is_blocked


@pytest.mark.parametrize("name", ["America/Nowhere", "../etc", "America", "New York"])
def test_a_zone_that_is_none_is_an_unknown_zone(name: str) -> None:
    """The EHR's mistake blocks the message; the practice's own is told at once, with the remedy."""
    assert judge(matter(message(), calendar=replace(CALENDAR, client_zone=name))).is_blocked
    with pytest.raises(SettingsError, match="IANA"):
        replace(POLICY, zone=name)


def test_zones_without_a_common_time_of_day_are_told() -> None:
    """Half a world apart there may be no hour that suits."""
    apart = replace(POLICY, common_zones=("America/New_York", "Asia/Singapore"), quiet_from=POLICY.quiet_from.replace(hour=17))

    assert judge(matter(message(), calendar=replace(CALENDAR, client_zone=None), policy=apart)).is_blocked


def test_the_days_budget_is_one_over_all_use_cases_and_channels() -> None:
    """Two contacts of whatever kind use up a day; the next passes when the client's next day has begun and is not quiet."""
    used = contacts([NOON - timedelta(hours=3), NOON - timedelta(hours=2)])
    verdict = judge(matter(message(), contact=used, expires_at=NOON + timedelta(days=2)))

    assert verdict.rules == ("contact.budget",)
    assert verdict.passes_at == MORNING


def test_a_contact_of_yesterday_does_not_use_up_today() -> None:
    """The day is the client's calendar day: 23:30 and 00:30 are two days, although it is one day in UTC."""
    at_night = [datetime(2026, 3, 3, 4, 30, tzinfo=UTC), datetime(2026, 3, 3, 4, 45, tzinfo=UTC)]  # 23:30 the day before

    assert not found(message(Channel.EMAIL), "contact.budget", contact=contacts(at_night))


def test_a_weeks_budget_is_any_seven_days() -> None:
    """Five contacts in seven days; there is room again when the oldest is a week old."""
    week = [NOON - timedelta(days=day, hours=1) for day in range(1, 6)]
    (finding,) = found(message(Channel.EMAIL), "contact.budget", contact=contacts(week), expires_at=NOON + timedelta(days=9))

    assert finding.clears_at == min(week) + timedelta(days=7)


def test_between_two_contacts_there_is_a_pause() -> None:
    """Fifty-nine minutes are too few, sixty are enough."""
    assert found(message(Channel.EMAIL), "contact.budget", contact=contacts([NOON - timedelta(minutes=59)]))
    assert not found(message(Channel.EMAIL), "contact.budget", contact=contacts([NOON - timedelta(minutes=60)]))


def test_offers_have_a_budget_of_their_own() -> None:
    """Two a day and four a week, whatever the channel: the fifth waits, and a reminder does not. A contact of old may have been one."""
    mail, reminder = replace(offer(), channel=Channel.EMAIL), message(Channel.EMAIL)
    for purpose in (Purpose.OFFER, None):
        four = ContactFacts(YES, tuple(Contact("client-a", Channel.PORTAL, NOON - timedelta(days=one), purpose) for one in (1, 2, 3, 4)))
        assert found(mail, "contact.budget", contact=four)
        assert not found(reminder, "contact.budget", contact=four)
        assert not found(mail, "contact.budget", contact=four, policy=replace(POLICY, offer_caps=Caps(2, 5)))


def test_texts_have_a_lower_budget_of_their_own() -> None:
    """One a day and three a week; an e-mail is still possible."""
    one_text = contacts([NOON - timedelta(hours=3)], Channel.TEXT)
    three_texts = contacts([NOON - timedelta(days=day) for day in (2, 3, 4)], Channel.TEXT)

    assert found(message(), "contact.budget", contact=one_text)
    assert not found(message(Channel.EMAIL), "contact.budget", contact=one_text)
    assert found(message(), "contact.budget", contact=three_texts)


def test_every_used_up_cap_is_told() -> None:
    """All findings, not the first: day, week and pause of all contacts, day of texts."""
    all_of_it = contacts([NOON - timedelta(days=1), *(NOON - timedelta(minutes=m) for m in (5, 10, 15, 20))], Channel.TEXT)

    assert len(found(message(), "contact.budget", contact=all_of_it)) == 5


def test_a_cap_of_nothing_blocks() -> None:
    """A practice that allows no contact contacts nobody, today or later."""
    assert judge(matter(message(), policy=replace(POLICY, contact_caps=Caps(0, 0)))).is_blocked


def test_an_answer_to_the_clients_own_message_is_no_outreach() -> None:
    """Within the window, neither quiet hours nor budget hold it back; consent does; after the window it is an outreach."""
    wrote = Inbound("message-7", LATE - timedelta(minutes=5))
    used = replace(contacts([LATE - timedelta(minutes=10)] * 3, Channel.TEXT), inbound=(wrote,))

    assert judge(matter(message(answers="message-7"), now=LATE, contact=used, expires_at=LATE + timedelta(hours=1))).passes_at == LATE
    assert found(message(answers="message-7"), "contact.consent", now=LATE, contact=replace(used, consents=()))
    assert found(message(answers="message-8"), "contact.quiet_hours", now=LATE, contact=used)
    assert found(message(answers="message-7"), "contact.budget", now=LATE + timedelta(minutes=11), contact=used)
    assert found(message(), "contact.quiet_hours", now=LATE, contact=used)
