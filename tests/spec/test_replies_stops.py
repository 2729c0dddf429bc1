"""How far a wish to be left alone goes: everything at once in any ordinary wording, one channel, or nothing where it is denied."""

import pytest

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import Intent
from hsched_core.replies.reading import read
from hsched_core.use_cases.replies import at_once, withdrawn
from tests.spec.test_replies_following import following, visit

EVERYTHING = [
    *(
        "end texts",
        "revocar",
        "revoco",
        "I don't want these",
        "no me vuelvan a escribir",
        "no los quiero",
        "cease",
        "do not contact me",
        "I revoke",
    ),
    *(
        "no more",
        "kill the texts",
        "drop these reminders",
        "I've had enough of these texts",
        "ya no quiero estos mensajes",
        "END TEXTS please",
    ),
    *(
        "no autorizo",
        "retiro mi permiso",
        "terminen con los mensajes",
        "discontinue please",
        "no, paren",
        "No. Stop.",
        "I told you to stop",
    ),
    *("why don't you stop texting me", "STOP. email me instead", "please no more of these texts", "don't want them anymore"),
]
NOTHING = [
    *(
        "don't stop",
        "please dont stop the reminders",
        "please do not unsubscribe me",
        "I never asked you to stop",
        "I didn't mean to unsubscribe",
    ),
    *("no paren", "no dejen de mandar recordatorios", "no quiero que me den de baja", "I don't want to stop getting these"),
    *("unsubscribe my husband not me", "stop texting my son, keep me on", "den de baja a mi esposo, a mi no", "not going to stop coming"),
]
CANCELLATIONS = [
    *(
        "take me off Friday",
        "remove me from tomorrow",
        "can you take me off for Friday",
        "take me off the 3pm",
        "drop me from next tuesday",
    ),
    *("take me off the waitlist", "remove me from this appointment", "scratch tomorrow", "pull me off for the 14th"),
]


@pytest.mark.parametrize("text", EVERYTHING)
def test_everything_ends_at_once_in_any_ordinary_wording(text: str) -> None:
    assert withdrawn(read(text), Channel.TEXT) == (None,)


@pytest.mark.parametrize("text", NOTHING)
def test_a_stop_that_is_denied_or_meant_for_somebody_else_ends_nothing_and_a_person_has_it(text: str) -> None:
    """And while the person has it, nothing is sent."""
    assert withdrawn(read(text), Channel.TEXT) == ()
    assert following(text, visit()).reasons
    assert at_once(read(text)).pauses


@pytest.mark.parametrize("text", CANCELLATIONS)
def test_being_taken_off_a_day_is_a_cancellation_and_withdraws_nothing(text: str) -> None:
    reading = read(text)
    assert reading.intent is Intent.CANCEL
    assert (withdrawn(reading, Channel.TEXT), at_once(reading).pauses) == ((), True)
    assert following(text, visit()).reasons


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("don't text, email me instead", {Channel.TEXT}),
        ("no texts please, call me", {Channel.TEXT}),
        ("prefiero correo, no textos", {Channel.TEXT}),
        ("quit the texts and call me", {Channel.TEXT}),
        ("please don't call, text is better", {Channel.CALL}),
        ("text me instead of calling", {Channel.CALL}),
        ("no me llamen, mejor mensajes", {Channel.CALL}),
        ("no more emails just texts please", {Channel.EMAIL}),
        ("no emails and no texts, only calls", {Channel.EMAIL, Channel.TEXT}),
    ],
)
def test_a_wish_for_another_channel_ends_only_the_one_that_is_not_wanted_and_a_person_has_it(text: str, ended: set[Channel]) -> None:
    assert set(withdrawn(read(text), Channel.TEXT)) == ended
    assert following(text, visit()).reasons


@pytest.mark.parametrize("text", ["stop texting me", "no more texts", "please don't email me", "no me llamen"])
def test_a_channel_that_is_refused_with_no_other_one_asked_for_ends_everything(text: str) -> None:
    """As the law has it: a revocation by any means is one, and which channel is meant is for a person to narrow."""
    assert withdrawn(read(text), Channel.TEXT) == (None,)


@pytest.mark.parametrize("text", ["HELP", "help", " Help. ", "AYUDA", "ayuda", "INFO"])
def test_the_carriers_keyword_alone_is_a_question_that_calls_nobody(text: str) -> None:
    assert read(text).intent is Intent.QUESTION
    assert following(text, visit()).reasons
    assert at_once(read(text)).reasons == ()


@pytest.mark.parametrize(
    "text", ["help me", "HELP!!", "please help", "help help", "ayúdenme", "ayuda por favor", "🆘", "help, I can't do this"]
)
def test_whoever_cries_for_help_calls_somebody(text: str) -> None:
    assert read(text).intent is Intent.CRISIS


@pytest.mark.parametrize("text", ["you can't stop me", "please don't stop me", "nadie me va a detener"])
def test_who_will_not_be_stopped_is_in_danger(text: str) -> None:
    assert read(text).intent is Intent.CRISIS
