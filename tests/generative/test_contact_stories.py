"""Whatever clients say, wherever they are, whatever hsched tries: no message without consent, at night, over a cap, or past a wish.

Short here; ten thousand stories in `tests/prove/test_contact_stories.py`.
"""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from hsched_core.domain.contact import Channel, Purpose, SafeContact
from hsched_core.policy.practice import Caps, PracticePolicy
from hsched_core.workflow.path import Path
from tests.contact_stories import MOMENTS, Ask, Pause, Player, Push, Say, Step, Story, Wait, stories
from tests.path_twins import WithoutSecondLook
from tests.path_world import POLICY

SHORT = 300
SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.filter_too_much)


@settings(max_examples=SHORT, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(stories)
def test_every_message_is_allowed_at_the_moment_it_leaves(story: Story) -> None:
    """Judged by a slow judge that shares no code with the gate."""
    assert Player(story).play().violations == []


DAY, TEXT = Wait(1440), Ask(Channel.TEXT, Purpose.REMINDER)
LATER, MAIL = replace(TEXT, at_once=False), Ask(Channel.EMAIL, Purpose.REMINDER)
MAIL_OFFER = Ask(Channel.EMAIL, Purpose.OFFER)
WEDNESDAY_NOON = MOMENTS[4] + timedelta(days=1)
# A path or policy with one guard removed, and a story in which that shows.
TWINS: dict[str, tuple[type[Path], PracticePolicy, tuple[Step, ...]]] = {
    "consent": (WithoutSecondLook, POLICY, (LATER, Wait(5), Say(False), Push())),
    "safe contact": (WithoutSecondLook, POLICY, (LATER, SafeContact(never=frozenset({Channel.TEXT})), Push())),
    "guardian": (WithoutSecondLook, POLICY, (LATER, SafeContact(is_minor=True), Push())),
    "paused": (WithoutSecondLook, POLICY, (LATER, Pause(True), Push())),
    "quiet hours": (Path, replace(POLICY, quiet_from=time(22), quiet_until=time(7)), (Wait(9 * 60 + 30), TEXT)),
    "cap of a day": (Path, replace(POLICY, text_caps=Caps(2, 3)), (TEXT, Wait(61), TEXT)),
    "cap of a week": (Path, replace(POLICY, text_caps=Caps(1, 4)), (TEXT, DAY, TEXT, DAY, TEXT, DAY, TEXT)),
    "cap of offers": (
        Path,
        replace(POLICY, offer_caps=Caps(3, 5)),
        (MAIL_OFFER, DAY, MAIL_OFFER, DAY, MAIL_OFFER, DAY, MAIL_OFFER, DAY, MAIL_OFFER),
    ),
    "pause between": (Path, replace(POLICY, contact_caps=Caps(2, 5, timedelta(minutes=40))), (MAIL, Wait(59), MAIL)),
}
VERDICTS = {"cap of offers": "cap of a week"}  # where the judge's word is not the twin's


@pytest.mark.parametrize("kind", TWINS)
def test_the_judge_catches_a_path_with_one_guard_removed(kind: str) -> None:
    """So its silence about the real one means something; the real one passes the same story."""
    path_class, policy, steps = TWINS[kind]
    story = Story("America/New_York", WEDNESDAY_NOON, (), True, steps)

    assert Player(story, path_class, policy).play().violations == [VERDICTS.get(kind, kind)]
    assert Player(story).play().violations == []


def test_a_stop_in_the_middle_of_a_handing_over_ends_everything_after_it() -> None:
    """The message that was leaving is counted as handed over; the next one does not begin."""
    told = Player(Story("America/New_York", WEDNESDAY_NOON, (), True, (Say(False, during_call=True), TEXT, DAY, TEXT, MAIL))).play()

    assert (told.sent, told.handed_over, told.violations) == (1, 1, [])
