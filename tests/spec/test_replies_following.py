"""What follows from a reply: what is done by itself, and what a person gets, with every reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText, Intent, Language, Reading, Reason
from hsched_core.replies.moments import said
from hsched_core.replies.reading import read
from hsched_core.use_cases.replies import Situation, Then, Visit, at_once, then, with_button, withdrawn

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 9, 17, tzinfo=UTC)
CLIENT, VISIT, OTHER = "a0" * 16, "0f" * 16, "1f" * 16
FROM_CLIENT = InboundText("ab" * 16, CLIENT, Channel.TEXT, NOON)
FROM_NOBODY = InboundText("ab" * 16, None, Channel.TEXT, NOON)
SHARED = InboundText("ab" * 16, None, Channel.TEXT, NOON, (CLIENT, "b0" * 16))


def visit(appointment: str = VISIT, *, in_hours: float = 24, asked: float | None = 2, changed: float = 48, is_booked: bool = True) -> Visit:
    """A visit so many hours from now, that the client was written to about and that changed so many hours ago."""
    asked_at = None if asked is None else NOON - timedelta(hours=asked)
    return Visit(appointment, NOON + timedelta(hours=in_hours), is_booked, NOON - timedelta(hours=changed), asked_at)


def following(text: str, *visits: Visit, message: InboundText = FROM_CLIENT, offers: tuple[str, ...] = ()) -> Then:
    return then(read(text), Situation(message, visits, offers, said=said(text), zone=NEW_YORK))


def test_a_yes_to_the_one_visit_that_was_asked_about_confirms_it() -> None:
    assert following("yes", visit()) == Then((), VISIT, confirms=True)


def test_a_yes_confirms_the_visit_that_was_asked_about_and_not_another_one() -> None:
    assert following("yes", visit(), visit(OTHER, asked=None)) == Then((), VISIT, confirms=True)


def test_a_yes_with_nothing_asked_confirms_the_only_coming_visit() -> None:
    assert following("see you tomorrow", visit(asked=None)) == Then((), VISIT, confirms=True)


@pytest.mark.parametrize(
    ("visits", "reason"),
    [
        ([], Reason.NO_VISIT),
        ([visit(in_hours=24 * 20, asked=None)], Reason.NO_VISIT),
        ([visit(), visit(OTHER, in_hours=30)], Reason.SEVERAL_VISITS),
        ([visit(asked=None), visit(OTHER, in_hours=30, asked=None)], Reason.SEVERAL_VISITS),
        ([visit(changed=1)], Reason.VISIT_CHANGED),
        ([visit(is_booked=False)], Reason.VISIT_GONE),
    ],
)
def test_a_yes_that_can_mean_two_things_or_none_is_a_persons(visits: list[Visit], reason: Reason) -> None:
    assert following("yes", *visits) == Then((reason,))


def pressed(intent: Intent, text: str, *visits: Visit, offers: tuple[str, ...] = (), standbys: tuple[str, ...] = ()) -> Then:
    """A button of the page about VISIT, with words beside it or none."""
    message = replace(FROM_CLIENT, about=VISIT, pressed=intent)
    return then(with_button(intent, read(text) if text else None), Situation(message, visits, offers, standbys))


def test_a_button_means_the_visit_of_its_page_whatever_else_is_open() -> None:
    others = (visit(OTHER, in_hours=30), visit("2f" * 16, asked=None))
    assert pressed(Intent.CONFIRM, "", visit(asked=None), *others, offers=("0e" * 16,)) == Then((), VISIT, confirms=True)
    assert pressed(Intent.CONFIRM, "", visit(in_hours=24 * 60), standbys=("0e" * 16,)) == Then((), VISIT, confirms=True)
    assert pressed(Intent.MOVE, "", visit(), *others) == Then((Reason.MOVE,), VISIT)


def test_a_button_about_a_visit_that_changed_or_is_gone_confirms_nothing() -> None:
    assert pressed(Intent.CONFIRM, "", visit(changed=-1)) == Then((Reason.VISIT_CHANGED,))
    assert pressed(Intent.CONFIRM, "", visit(is_booked=False)) == Then((Reason.VISIT_GONE,))
    assert pressed(Intent.CONFIRM, "", visit(OTHER)) == Then((Reason.VISIT_GONE,))


@pytest.mark.parametrize(
    ("words", "intent", "reason"),
    [
        ("I want to die", Intent.CRISIS, Reason.CRISIS),
        ("STOP", Intent.OPT_OUT, None),
        ("please cancel it", Intent.CANCEL, Reason.CANCEL),
        ("mornings", Intent.MOVE, Reason.MOVE),
    ],
)
def test_words_beside_a_button_count_as_in_any_message(words: str, intent: Intent, reason: Reason | None) -> None:
    """And the button's wish is told beside the graver one."""
    reading = with_button(Intent.MOVE, read(words))
    assert (reading.intent, Intent.MOVE in (reading.intent, *reading.also)) == (intent, True)
    found = pressed(Intent.MOVE, words, visit()).reasons
    assert Reason.MOVE in found
    assert reason is None or found[0] is reason or reason in found
    assert withdrawn(reading, Channel.TEXT) == ((None,) if words == "STOP" else ())


def test_a_yes_while_an_offer_is_open_is_a_persons() -> None:
    assert following("yes", visit(), offers=("0e" * 16,)) == Then((Reason.OFFER_OPEN,), VISIT)


def test_a_yes_with_a_question_confirms_and_is_answered_by_a_person() -> None:
    assert following("yes! what's the address?", visit()) == Then((Reason.QUESTION,), VISIT, confirms=True)


def test_a_wish_to_cancel_is_a_persons_with_the_visit_that_is_meant() -> None:
    assert following("I can't make it tomorrow", visit()) == Then((Reason.CANCEL,), VISIT)


def test_a_wish_to_move_one_of_several_says_that_it_is_not_known_which() -> None:
    assert following("can we reschedule", visit(), visit(OTHER, in_hours=30)) == Then((Reason.MOVE, Reason.SEVERAL_VISITS))


def test_a_bare_cancel_may_be_an_opt_out_and_a_sentence_is_not() -> None:
    assert Reason.MAY_BE_OPT_OUT in following("CANCEL", visit()).reasons
    assert Reason.MAY_BE_OPT_OUT not in following("please cancel my appointment for tomorrow", visit()).reasons


def test_a_client_who_is_late_is_late_for_the_visit_of_the_day() -> None:
    assert following("running 10 min late", visit(in_hours=0.2), visit(OTHER, in_hours=48)) == Then((Reason.LATE,), VISIT)


def test_a_visit_that_began_half_an_hour_ago_is_still_the_one_meant() -> None:
    assert following("running late", visit(in_hours=-0.5)).visit == VISIT


def test_an_opt_out_needs_nobody() -> None:
    assert withdrawn(read("STOP"), Channel.TEXT) == (None,)
    assert following("STOP", visit()) == Then()


def test_an_opt_out_with_a_cancellation_does_both() -> None:
    assert withdrawn(read("cancel my appointment and stop texting me"), Channel.TEXT) == (None,)
    assert following("cancel my appointment and stop texting me", visit()) == Then((Reason.CANCEL,), VISIT)


def test_an_opt_out_within_a_crisis_counts_too() -> None:
    found = at_once(read("STOP. I want to die"))
    assert (found.pauses, found.reasons) == (True, (Reason.CRISIS,))
    assert withdrawn(read("STOP. I want to die"), Channel.TEXT) == (None,)


STRANGERS = [
    *("wrong number", "you have the wrong person", "I don't know this person", "This number belongs to someone else now"),
    *("I just got this number", "she no longer has this number", "no conozco a esa persona", "Número equivocado", "no soy esa persona"),
]


@pytest.mark.parametrize("text", STRANGERS)
def test_a_number_that_is_somebody_elses_now_gets_nothing_more_and_somebody_mends_the_record(text: str) -> None:
    """Texts and calls end at once, whosever they were meant for; a stranger cannot speak for the client's mailbox."""
    assert withdrawn(read(text), Channel.TEXT) == (Channel.TEXT, Channel.CALL)
    assert withdrawn(read(text), Channel.EMAIL) == (Channel.EMAIL,)
    assert Reason.WRONG_NUMBER in following(text, visit()).reasons
    assert Reason.WRONG_NUMBER in following(text, message=SHARED).reasons


def test_a_stranger_who_says_stop_as_well_stops_everything() -> None:
    assert withdrawn(read("Wrong number. STOP"), Channel.TEXT) == (None,)
    assert withdrawn(read("see you tomorrow"), Channel.TEXT) == ()


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("I want to kill myself", (Reason.CRISIS,)),
        ("I ran out of my meds", (Reason.CLINICAL,)),
        ("she keeps moving the plants around and he laughs", (Reason.UNREAD,)),
    ],
)
def test_danger_clinical_content_and_what_nobody_understood_call_a_person(text: str, reasons: tuple[Reason, ...]) -> None:
    found = at_once(read(text))
    assert (found.pauses, found.reasons) == (True, reasons)


def test_a_crisis_with_a_yes_confirms_nothing() -> None:
    found = following("Yes I'll be there. I want to kill myself", visit())
    assert not found.confirms
    assert Reason.CRISIS in found.reasons


def test_a_text_that_cannot_be_opened_calls_a_person() -> None:
    assert at_once(Reading(Intent.UNCLEAR, Language.UNKNOWN, ("unclear.unreadable",))).reasons == (Reason.UNREADABLE,)


@pytest.mark.parametrize("text", ["yes", "cancel", "can we reschedule", "what time?", "hmm", "STOP"])
def test_what_an_unknown_number_says_is_a_persons(text: str) -> None:
    assert Reason.UNKNOWN_SENDER in following(text, message=FROM_NOBODY).reasons


def test_thanks_need_nobody_whoever_sends_them() -> None:
    assert following("thank you!", message=FROM_NOBODY) == Then()
    assert following("gracias", visit()) == Then()


def test_an_address_that_several_share_confirms_for_nobody_and_opts_out_all() -> None:
    assert following("yes", message=SHARED) == Then((Reason.SHARED_ADDRESS,))
    assert following("STOP", message=SHARED) == Then()


def test_the_gravest_reason_comes_first() -> None:
    found = following("cancel. I took all my pills", visit(), visit(OTHER, in_hours=30))
    assert found.reasons[0] is Reason.CRISIS
    assert list(found.reasons) == sorted(found.reasons, key=list(Reason).index)
