"""How a client's reply is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_core.domain.replies import LONGEST, WITH_PICTURES, Intent, Language, Reading
from hsched_core.replies.reading import read
from hsched_core.replies.words import words_of
from tests.replies_sets import labelled, share

MESSAGES = labelled("labelled")
CRISES = labelled("crisis")
BY_OTHERS = [one for name in ("later", "second_author", "families", "third", "reviewer", "fifth") for one in labelled(name)]
TRUE_CRISES = [one for one in (*CRISES, *BY_OTHERS) if one.kind == "danger"]
ALIKE = [one for one in CRISES if one.kind == "look_alike"]


def test_the_sets_are_as_large_as_the_figures_need() -> None:
    assert len(MESSAGES) >= 400
    assert {"en", "es"} <= {str(one.language) for one in MESSAGES}
    assert len(TRUE_CRISES) >= 200
    assert len(ALIKE) >= 80


def test_every_true_crisis_is_caught() -> None:
    assert [one.text for one in TRUE_CRISES if not one.is_caught] == []


def test_clinical_content_is_a_persons_at_once_too() -> None:
    assert [one.text for one in (*CRISES, *BY_OTHERS) if one.kind == "clinical" and not one.is_caught] == []


def test_ordinary_messages_call_nobody() -> None:
    """Beside what is unclear."""
    assert [one.text for one in MESSAGES if one.intent is not Intent.UNCLEAR and one.is_caught] == []


def test_few_look_alikes_are_caught_with_them() -> None:
    assert sum(one.is_caught for one in ALIKE) <= 10


@pytest.mark.parametrize("intent", [intent for intent in Intent if intent not in (Intent.CRISIS, Intent.UNCLEAR)])
def test_nineteen_of_twenty_messages_of_each_intent_are_understood(intent: Intent) -> None:
    assert share(one for one in MESSAGES if one.intent is intent) >= 0.95


def test_what_is_unclear_is_a_persons_and_never_taken_for_a_wish() -> None:
    """A few are treated as danger until they are read; none as a yes, an opt-out or a change."""
    told = [read(one.text).intent for one in MESSAGES if one.intent is Intent.UNCLEAR]
    assert set(told) <= {Intent.UNCLEAR, Intent.CRISIS}
    assert told.count(Intent.UNCLEAR) / len(told) >= 0.9


def test_no_message_about_appointments_is_mistaken_for_an_opt_out() -> None:
    wrong = [one.text for one in (*MESSAGES, *ALIKE) if one.intent is not Intent.OPT_OUT and read(one.text).opts_out]
    assert wrong == []


def test_no_message_becomes_a_yes_that_is_none() -> None:
    wrong = [one.text for one in MESSAGES if one.intent is not Intent.CONFIRM and read(one.text).intent is Intent.CONFIRM]
    assert wrong == []


def test_the_language_is_known_of_nineteen_messages_in_twenty() -> None:
    told = [read(one.text).language is one.language for one in MESSAGES]
    assert sum(told) / len(told) >= 0.95


@pytest.mark.parametrize(
    ("text", "intent", "also"),
    [
        ("STOP. I'll be dead by Friday", Intent.CRISIS, Intent.OPT_OUT),
        ("cancel my appointment, I want to die", Intent.CRISIS, Intent.CANCEL),
        ("Cancel my appointment and stop texting me", Intent.OPT_OUT, Intent.CANCEL),
        ("yes! what's the address?", Intent.QUESTION, Intent.CONFIRM),
    ],
)
def test_what_is_graver_comes_first_and_the_rest_is_not_forgotten(text: str, intent: Intent, also: Intent) -> None:
    reading = read(text)
    assert reading.intent is intent
    assert also in reading.also


@pytest.mark.parametrize(
    "text",
    ["stop", "STOP", " Stop. ", "S T O P", "stop!!!", "sotp", "🛑", "Unsubscribe", "END", "quit", "REVOKE", "opt out", "alto", "¡BASTA!"],
)
def test_the_legal_words_are_an_opt_out_however_they_are_typed(text: str) -> None:
    assert read(text).intent is Intent.OPT_OUT


def test_a_bare_cancel_stops_automation_until_a_person_knows_what_was_meant() -> None:
    assert read("CANCEL") == Reading(Intent.CANCEL, Language.ENGLISH, read("CANCEL").rules)
    assert read("CANCEL").stops_automation


@pytest.mark.parametrize(
    "text",
    ["wnat to dei", "k1ll myself", "su1c1de", "s u i c i d e", "s*icide", "kiero morirme", "KILLMYSELF", "I wanna diiiie", "quiero m0rir"],
)
def test_disguised_and_misspelled_danger_is_caught(text: str) -> None:
    assert read(text).intent is Intent.CRISIS


def test_several_words_about_somebody_that_no_rule_understands_are_a_persons_at_once() -> None:
    assert read("she keeps moving the plants around and he laughs").rules == ("unread.personal",)


def test_a_sentence_beside_a_yes_that_no_rule_understood_is_a_persons_to_read() -> None:
    reading = read("I keep counting the birds on her roof. See you tomorrow")
    assert (reading.intent, reading.also, reading.stops_automation) == (Intent.CONFIRM, (Intent.UNCLEAR,), True)
    assert read("My mother will drive me there. See you tomorrow").intent is Intent.CONFIRM


def test_a_yes_does_not_hide_what_follows_it() -> None:
    assert read("Yes. she keeps moving the plants around and he laughs").intent is Intent.CRISIS


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Liked “Elm: your visit is tomorrow at 3. Reply STOP to end messages.”", Intent.CONFIRM),
        ('Loved "Your visit is tomorrow at 3. Reply STOP to end."', Intent.COURTESY),
        ("Disliked “Your visit is tomorrow. Reply STOP to end.”", Intent.CANCEL),
        ("Questioned “Your visit is tomorrow. Reply STOP to end.”", Intent.UNCLEAR),
        ("Le gustó “Su cita es mañana. Responda ALTO para terminar.”", Intent.CONFIRM),
        ("see you then\n\nOn Mon, Mar 2, 2026 at 9:00 AM Elm <hello@elm.example> wrote:\n> Reply STOP to end messages.", Intent.CONFIRM),
        ("> Reply STOP to end messages.\nI'll be there", Intent.CONFIRM),
        ("El lun, 2 mar 2026 a las 9:00, Elm escribió:\n> Responda ALTO\n", Intent.UNCLEAR),
    ],
)
def test_our_own_words_in_a_reply_are_not_the_clients(text: str, intent: Intent) -> None:
    assert read(text).intent is intent


def test_a_picture_is_a_persons_to_look_at_and_its_note_is_not_the_clients_words() -> None:
    assert read(f"yes {WITH_PICTURES}").also == (Intent.UNCLEAR,)
    assert read(WITH_PICTURES).rules == ("unclear.pictures",)
    assert read(f"STOP {WITH_PICTURES}").intent is Intent.OPT_OUT


def test_a_quotation_of_something_else_is_read() -> None:
    assert read('my son said "I want to die"').intent is Intent.CRISIS
    assert read("> I want to die").intent is Intent.CRISIS
    assert read('he liked to say "stop", I want to die').intent is Intent.CRISIS


@pytest.mark.parametrize("text", ["", " ", "\n\t", "…", "?", "🤷", "مرحبا", "42", "\x00", "x"])
def test_next_to_nothing_is_unclear_and_goes_to_a_person(text: str) -> None:
    reading = read(text)
    assert reading.intent is Intent.UNCLEAR
    assert reading.stops_automation


def test_a_text_longer_than_is_read_goes_to_a_person_and_what_was_read_of_it_still_counts() -> None:
    reading = read("please stop texting me " + "and on and on " * LONGEST)
    assert reading.intent is Intent.UNCLEAR
    assert reading.opts_out
    assert "unclear.cut" in reading.rules


def test_danger_at_the_end_of_three_thousand_characters_is_caught() -> None:
    text = "we had a nice week and the weather was fine " * 66
    assert read((text + "I want to die")[-LONGEST:]).intent is Intent.CRISIS


def test_danger_in_one_language_is_caught_within_the_other() -> None:
    assert read("ok see you tomorrow, pero ya no quiero vivir").intent is Intent.CRISIS
    assert read("confirmo la cita but I want to kill myself").intent is Intent.CRISIS


def test_the_acceptance_set_is_understood_as_the_page_says() -> None:
    """Written before any rule, looked at when they were done. Every crisis is caught; of the rest nineteen in twenty are understood."""
    acceptance = labelled("acceptance")
    assert [one.text for one in acceptance if one.intent is Intent.CRISIS and not one.is_caught] == []
    assert share(acceptance) >= 0.95


@given(st.text(max_size=LONGEST))
def test_any_text_at_all_has_a_reading(text: str) -> None:
    reading = read(text)
    assert reading.rules
    assert reading.intent not in reading.also


@given(
    st.sampled_from(TRUE_CRISES),
    st.sampled_from(["{}!!!", "  {}  ", "{} 😊", "hi, {}", "{}\n\nsent from my phone", "Yes. {}", "{}. Thanks"]),
)
def test_a_crisis_is_caught_whatever_stands_around_it(message, around) -> None:
    assert read(around.format(message.text)).intent is Intent.CRISIS


@given(st.sampled_from(TRUE_CRISES), st.sampled_from([str.upper, str.lower, str.title]))
def test_large_and_small_letters_make_no_difference(message, typed) -> None:
    assert read(typed(message.text)).intent is Intent.CRISIS


@given(st.text(max_size=300))
def test_the_words_are_small_latin_letters_and_digits(text: str) -> None:
    assert set(words_of(text).plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
