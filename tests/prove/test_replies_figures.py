"""How replies are read, in figures: every set, every intent, crises and look-alikes. Prints what docs/explanation/replies.md says."""

import time

import pytest

from hsched_core.domain.replies import Intent
from hsched_core.replies.reading import read
from tests.replies_sets import SETS, Labelled, labelled


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
    assert all(one.is_caught or one.reading.stops_automation for one in messages if one.kind == "danger")


def _tell(what: str, messages: list[Labelled]) -> None:
    if messages:
        print(f"  {what:12} {sum(one.is_understood for one in messages):4} of {len(messages):4}")
