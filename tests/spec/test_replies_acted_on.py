"""What a machine does by itself about a reply, over every labelled set: nothing on a guess, and nothing grave without a person."""

from datetime import UTC, datetime, timedelta

import pytest

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText, Intent
from hsched_core.replies.moments import Said
from hsched_core.replies.reading import read
from hsched_core.use_cases.replies import Situation, Then, Visit, then
from tests.replies_sets import SETS, Labelled, labelled

NOON = datetime(2026, 3, 9, 17, tzinfo=UTC)
FROM_CLIENT = InboundText("ab" * 16, "a0" * 16, Channel.TEXT, NOON)
ASKED = Visit("0f" * 16, NOON + timedelta(hours=24), True, NOON - timedelta(hours=48), NOON - timedelta(hours=2))
# One visit, about which the client was asked, and which is at whatever time they name: where a yes is easiest noted.
SITUATION = Situation(FROM_CLIENT, [ASKED], said=Said())
MESSAGES = [one for name in SETS for one in labelled(name)]
SAY_YES_TOO = frozenset({"confirm.yes", "confirm.agrees"})  # "yes! what is the address?"


def following(message: Labelled) -> Then:
    return then(message.reading, SITUATION)


def says_yes_too(message: Labelled) -> bool:
    return message.intent in (Intent.QUESTION, Intent.LATE) and bool(SAY_YES_TOO & set(message.reading.rules))


def test_no_message_that_is_not_a_plain_yes_is_acted_on_as_one() -> None:
    others = [one for one in MESSAGES if one.intent is not Intent.CONFIRM and not says_yes_too(one)]
    assert [one.text for one in others if following(one).confirms] == []


def test_no_crisis_is_left_to_a_machine_however_it_was_understood() -> None:
    grave = [one for one in MESSAGES if one.intent is Intent.CRISIS]
    assert len(grave) >= 1_000
    assert [one.text for one in grave if not following(one).reasons or following(one).confirms] == []


def test_every_opt_out_is_one_at_once_however_it_is_worded() -> None:
    assert [one.text for one in MESSAGES if one.intent is Intent.OPT_OUT and not one.reading.opts_out] == []


def test_nobody_is_opted_out_who_did_not_ask_for_it() -> None:
    """But for dangerous messages that say STOP too: those call a person."""
    others = [one for one in MESSAGES if one.intent not in (Intent.OPT_OUT, Intent.CRISIS)]
    assert [one.text for one in others if one.reading.opts_out] == []
    assert [one.text for one in MESSAGES if one.intent is Intent.CRISIS and one.reading.opts_out and not one.is_caught] == []


@pytest.mark.parametrize(
    "text",
    [
        "no cuente conmigo mañana",
        "no nos vemos el jueves",
        "I'll be there unless the snow gets bad",
        "might be there",
        "si no llueve ahí estoy",
        "is the 3pm still on?",
        "see you there or see you never",
    ],
)
def test_a_yes_that_is_denied_doubtful_conditional_or_asked_is_none(text: str) -> None:
    assert not then(read(text), SITUATION).confirms


@pytest.mark.parametrize(
    "text",
    ["Yes, don't worry, I'll be there", "sí, me conecto a las 9", "no problem, see you at 4", "sí, mi hermana me lleva", "yes! can't wait"],
)
def test_a_polite_no_and_who_drives_leave_a_yes_a_yes(text: str) -> None:
    assert then(read(text), SITUATION) == Then((), ASKED.appointment, confirms=True)


def test_a_yes_with_words_that_nobody_knows_beside_it_is_given_to_a_person() -> None:
    found = then(read("see you tomorrow, the parrots under the ceiling agreed"), SITUATION)
    assert not found.confirms
    assert found.reasons
