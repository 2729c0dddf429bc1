"""How replies are read, in figures: every set, every intent, crises and look-alikes. Prints what docs/explanation/replies.md says."""

import time

import pytest

from hsched_core.domain.replies import PAGES, Intent
from hsched_core.replies.reading import read
from hsched_core.use_cases.replies import then
from tests.replies_sets import SETS, Labelled, labelled
from tests.spec.test_replies_acted_on import SITUATION

NOT_CALLED_ABOUT = {"sixth": 3}  # of docs/explanation/replies.md; in every other set each true crisis calls a person


@pytest.mark.parametrize("name", SETS)
def test_replies_are_read_as_the_page_says(name: str) -> None:
    messages = labelled(name)
    print(f"\n{name}: {len(messages)} messages")
    for intent in Intent:
        _tell(str(intent), [one for one in messages if one.intent is intent])
    for kind in ("danger", "clinical", "look_alike", ""):
        told = [one for one in messages if one.kind == kind]
        if told:
            caught, stopped = sum(one.is_caught for one in told), sum(read(one.text).stops_automation for one in told)
            print(f"  {kind or 'ordinary':12} {len(told):4}: {caught} call a person, {stopped} stop automation")
    began = time.perf_counter()
    for one in messages:
        read(one.text)
    print(f"  {(time.perf_counter() - began) / len(messages) * 1000:.1f} ms a message")
    missed = [one for one in messages if one.kind == "danger" and not one.is_caught]
    assert len(missed) <= NOT_CALLED_ABOUT.get(name, 0)
    assert all(one.reading.stops_automation for one in missed)


def _tell(what: str, messages: list[Labelled]) -> None:
    if messages:
        print(f"  {what:12} {sum(one.is_understood for one in messages):4} of {len(messages):4}")


@pytest.mark.parametrize(
    "around",
    [
        "yes {}",
        "Yes. {}",
        "{}. yes",
        "sí {}",
        "ok {}",
        "see you tomorrow, {}",
        "{}. See you tomorrow",
        "nos vemos mañana {}",
        "STOP {}",
        "{}. STOP",
        "{} gracias",
    ],
)
def test_no_crisis_hides_from_a_person_behind_a_yes_or_a_stop(around: str) -> None:
    grave = [around.format(one.text) for name in SETS for one in labelled(name) if one.intent is Intent.CRISIS]
    found = [(text, then(read(text), SITUATION)) for text in grave]
    print(
        f"\n{around}: {len(grave)}, of which {sum(not PAGES & set(what.reasons) for _text, what in found)} call nobody and go to a person"
    )
    assert [text for text, what in found if not what.reasons or what.confirms] == []
