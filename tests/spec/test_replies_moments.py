"""What a yes names of a visit, and whether the visit is that: a day, an hour, a date, a way of meeting, "I am here"."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_adapters.ehr.rest.wording import written_time
from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText, Reason
from hsched_core.domain.vocabulary import Modality
from hsched_core.replies.moments import said
from hsched_core.replies.reading import NAMES_TIME, read
from hsched_core.use_cases.replies import Situation, Then, Visit, then
from tests.replies_sets import labelled

NEW_YORK, DENVER = ZoneInfo("America/New_York"), ZoneInfo("America/Denver")
MONDAY = datetime(2026, 3, 9, 13, tzinfo=NEW_YORK)
FRIDAY = datetime(2026, 3, 13, 10, tzinfo=NEW_YORK)  # the visit
VISIT = Visit("0f" * 16, FRIDAY, True, MONDAY - timedelta(hours=48), MONDAY - timedelta(hours=2), Modality.VIDEO)


def answered(text: str, zone: ZoneInfo = NEW_YORK, now: datetime = MONDAY) -> Then:
    message = InboundText("ab" * 16, "a0" * 16, Channel.TEXT, now)
    return then(read(text), Situation(message, [VISIT], said=said(text), zone=zone))


FITTING = [
    *(
        "yes",
        "see you then",
        "1",
        "yes, have a good evening",
        "buenas tardes, confirmo",
        "10-4",
        "yes, 5 min early",
        "yes, both of us",
        "yes, one of us",
        "yes, the two of us",
    ),
    *(
        "yes friday",
        "See you Friday at 10",
        "yes at 10am",
        "10:00 works for me",
        "see you at ten",
        "yes, this Friday morning",
        "yes, 10ish",
    ),
    *("March 13 works for me", "yes, the 13th", "3/13 ok", "yes, this week", "yes on zoom", "yes, thanks for today's reminder"),
    *(
        "sí, el viernes a las 10",
        "el viernes a las diez, confirmo",
        "sí, el 13 de marzo",
        "nos vemos el viernes por la mañana",
        "sí, el 13",
    ),
]
OTHER_THINGS = [
    *(
        "yes for Wednesday",
        "yes at 4pm",
        "See you next Thursday at 3",
        "I'll be there December 20",
        "We'll be there Monday",
        "yes next month",
    ),
    *("sí, el martes a las 5", "Nos vemos el lunes", "omw", "see you tomorrow", "yes, next Friday", "see you in two weeks", "ok mañana"),
    *("sí, por la tarde", "yes by phone", "yes, at 9 or 10", "yes 10:30", "sí, a las diez y media", "yes, 3/14", "the 14th works for me"),
    *(
        "sí, el viernes que viene",
        "yes, pasado mañana",
        "yes 10pm",
        "I'm here",
        "yes three",
        "yes, quarter to ten",
        "yes ten thirty",
        "yes today",
        "sí, en persona",
        "yes this weekend",
    ),
]


@pytest.mark.parametrize("text", FITTING)
def test_a_yes_that_names_the_visit_is_noted(text: str) -> None:
    assert answered(text) == Then((), VISIT.appointment, confirms=True)


@pytest.mark.parametrize("text", OTHER_THINGS)
def test_a_yes_that_names_another_day_hour_or_way_is_a_persons(text: str) -> None:
    found = answered(text)
    assert not found.confirms
    assert set(found.reasons) & {Reason.OTHER_TIME, Reason.NOT_UNDERSTOOD}


def test_the_reason_says_that_another_time_was_named() -> None:
    assert answered("yes for Wednesday") == Then((Reason.OTHER_TIME,), VISIT.appointment)


def test_hours_are_those_of_the_clock_by_which_the_client_was_told() -> None:
    """At ten in New York it is eight in Denver; who was told of eight and says ten means another time."""
    assert answered("yes at 8", DENVER).confirms
    assert answered("yes at 10", DENVER).reasons == (Reason.OTHER_TIME,)


def test_who_is_on_the_way_means_the_visit_that_begins_now() -> None:
    assert answered("omw", now=FRIDAY - timedelta(minutes=20)).confirms
    assert answered("I'm here", now=FRIDAY + timedelta(minutes=5)).confirms
    assert not answered("omw", now=FRIDAY - timedelta(hours=20)).confirms


def test_where_nobody_looked_at_what_is_named_a_yes_is_not_noted() -> None:
    """Such as when the words cannot be opened."""
    message = InboundText("ab" * 16, "a0" * 16, Channel.TEXT, MONDAY)
    reading = read("yes, Friday at 10")
    assert NAMES_TIME in reading.rules
    assert then(reading, Situation(message, [VISIT])).reasons == (Reason.OTHER_TIME,)


def test_a_yes_to_a_time_that_may_become_free_names_no_other_one() -> None:
    message = InboundText("ab" * 16, "a0" * 16, Channel.TEXT, MONDAY)
    assert then(read("yes"), Situation(message, standbys=("0d" * 16,))).stands_by
    for text in ("yes for Wednesday", "yes, who is this?", "yes I was there"):
        found = then(read(text), Situation(message, standbys=("0d" * 16,), said=said(text)))
        assert not found.stands_by
        assert Reason.OFFER_OPEN in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        *("yes no", "no sí", "sí no", "yes I was there", "yes already came", "yes this is Bob", "yes my mom will call you"),
        *(
            "yes please call me",
            "yes, is Tuesday still right?",
            "Sí, ¿pero quién es?",
            "yes, he will be there",
            "sí, ya fui",
            "yes it's his mom",
        ),
        *(
            "yes, who is this?",
            "sí, ¿todavía es a la misma hora?",
            "yes we went",
            "sí, mi esposo va a ir",
            "yes, I need to talk to you first",
        ),
    ],
)
def test_a_yes_with_a_no_the_past_somebody_else_or_a_doubt_beside_it_is_a_persons(text: str) -> None:
    found = answered(text)
    assert not found.confirms
    assert found.reasons


@pytest.mark.parametrize(
    "text", ["yes! what's the address?", "yes, where do I park?", "sí, ¿qué papeles llevo?", "sí, mi hermana me lleva"]
)
def test_a_yes_with_a_question_about_the_way_or_who_drives_is_noted(text: str) -> None:
    assert answered(text).confirms


def test_no_yes_that_the_reviewer_doubted_is_noted_and_each_goes_to_a_person() -> None:
    doubtful = [one for one in labelled("reviewer") if one.kind == "doubtful"]
    assert len(doubtful) >= 20
    assert [one.text for one in doubtful if answered(one.text).confirms or not answered(one.text).reasons] == []


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda one: one.replace(minute=one.minute // 15 * 15, second=0))


@given(INSTANTS, st.sampled_from(["en", "es"]))
def test_a_visit_fits_the_words_in_which_the_client_was_told_of_it(start: datetime, language: str) -> None:
    local = start.replace(tzinfo=NEW_YORK).astimezone(UTC).astimezone(NEW_YORK)
    assert said(f"yes, {written_time(local, language)}").fits(local, local - timedelta(days=2))


@given(INSTANTS, st.timedeltas(timedelta(minutes=15), timedelta(days=13)), st.sampled_from(["en", "es"]))
def test_no_visit_at_another_time_fits_them(start: datetime, later: timedelta, language: str) -> None:
    """Another quarter of an hour is enough."""
    local = start.replace(tzinfo=NEW_YORK).astimezone(UTC).astimezone(NEW_YORK)
    other = (local.astimezone(UTC) + timedelta(minutes=later // timedelta(minutes=15) * 15)).astimezone(NEW_YORK)
    assert not said(f"yes, {written_time(local, language)}").fits(other, local - timedelta(days=1))


@given(st.text(max_size=200))
def test_any_text_at_all_names_something_or_nothing(text: str) -> None:
    assert said(text).fits(FRIDAY, MONDAY, Modality.VIDEO) in (True, False)
