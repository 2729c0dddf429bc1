"""Contact (Q1, Q3, Q4 of the safety catalogue), long: ten thousand stories of consent, zones, clocks, minors and wishes."""

from collections import Counter

from hypothesis import Phase, given, settings

from tests.contact_stories import Player, Story, stories
from tests.generative.test_contact_stories import SLOW_IS_FINE

STORIES = 12_000


def test_no_message_leaves_that_may_not_in_ten_thousand_stories() -> None:
    """Zero without consent, at night, over a cap, past a wish, past a guardian; and how many left, so that zero means something."""
    told: Counter[str] = Counter()
    against: Counter[str] = Counter()

    @settings(max_examples=STORIES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=SLOW_IS_FINE)
    @given(stories)
    def play(story: Story) -> None:
        player = Player(story)
        found = player.play()
        against.update(found.violations)
        told.update(stories=1, asked=player.asked, sent=found.sent, handed_over=found.handed_over)

    play()
    print(f"\ncontact: {told['stories']} stories, {told['asked']} messages asked for, {told['sent']} sent, {against.total()} violations")
    print(f"{told['handed_over']} of them were being handed over when a STOP arrived; none began after it")
    assert not against
    assert told["stories"] >= 10_000
    assert told["sent"] > told["stories"] / 4
