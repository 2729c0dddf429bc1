"""Three tiers by calibrated risk: one reminder, two requests to confirm, a call; no call for who is seen by video, and words for it all."""

from dataclasses import replace

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders import ReminderSettings, Visit, calls, propose
from hsched_core.use_cases.reminders_plan import Step, Tier
from hsched_core.use_cases.reminders_tiers import counted, explained, tier_drawn, why
from tests.reminders_world import DAY, STARTS, TEN, asked, facts, visit

USUAL = ReminderSettings()
INTAKE = SessionType.INTAKE


def whole_sequence(one: Visit) -> list[str]:
    """Templates of everything that goes out about a visit whose client never answers, from day to day."""
    sent, found = [], {}
    for days in (0, 1, 2):
        given = facts(one, now=TEN + days * DAY, asked=found)
        steps = [Step(each.action.template) for each in propose(given) if isinstance(each.action, SendMessage)]
        sent += steps
        found = asked(one, *sent, at=None)
    return [str(step) for step in sent]


@pytest.mark.parametrize(
    ("one", "templates"),
    [
        (visit(risk=None), ["visit_reminder"]),
        (visit(risk=0.1499), ["visit_reminder"]),
        (visit(risk=0.15), ["reminder_confirm", "reminder_again"]),
        (visit(risk=0.2499), ["reminder_confirm", "reminder_again"]),
        (visit(risk=0.25), ["reminder_confirm", "reminder_call", "reminder_again"]),
        (visit(risk=0.9, modality=Modality.VIDEO), ["reminder_confirm", "reminder_again"]),
        (visit(risk=0.15, session_type=INTAKE), ["reminder_confirm", "reminder_call", "reminder_again"]),
        (visit(risk=0.9, arm=Arm.HELD), ["visit_reminder"]),
    ],
)
def test_each_tier_has_its_sequence(one: Visit, templates: list[str]) -> None:
    """From the least risk to the highest; calls in person only, intakes called about from a lower risk, the held at standard care."""
    assert whole_sequence(one) == templates


def test_the_middle_tier_is_never_called_however_much_room_there_is() -> None:
    """The threshold is the practice's."""
    middle = visit(risk=0.2)

    assert calls(facts(middle)) == ()
    assert len(calls(facts(middle, settings=ReminderSettings(high_from=0.2)))) == 1


def test_every_tier_is_told_in_words_with_the_practices_own_thresholds() -> None:
    """As `hsched reminders preview` prints it."""
    low, middle, high = explained(replace(USUAL, raised_from=0.1, high_from=0.4, calls_per_day=7))
    nobody = explained(replace(USUAL, calls_per_day=0))[2]

    assert (low.tier, low.risks, low.what) == (Tier.STANDARD, "below 10%, or not known", "one reminder 2 days before")
    assert (middle.risks, "again a day before" in middle.what, "call" in middle.what) == ("from 10% on", True, False)
    assert high.risks == "from 40% (intakes: 15%) on"
    assert "a call by staff of in-person visits, 7 a day" in high.what
    assert high.what.endswith("remote visits are never called about")
    assert nobody.what.endswith("no call: calls_per_day is 0")


def test_a_draw_tells_the_tier_it_was_made_in() -> None:
    """From its own risk and kind: what a report groups by."""
    draw = Draw("reminders", "0a" * 16, "0b" * 16, Arm.HELD, 0.2, TEN, STARTS, "individual.in_person", 0.2)

    assert tier_drawn(draw, USUAL) is Tier.RAISED
    assert tier_drawn(replace(draw, stratum="intake.video"), USUAL) is Tier.HIGH
    assert tier_drawn(replace(draw, expected=None), USUAL) is Tier.STANDARD


def test_each_visit_says_why_it_is_where_it_is() -> None:
    """With its own risk; who is held says so; who is seen by video, why nobody calls."""
    with_holdout = replace(USUAL, holdout_share=0.2)

    assert why(visit(risk=None), USUAL).endswith("Nobody knows this visit's risk.")
    assert why(visit(risk=0.05), USUAL) == "The risk of an unused visit is 5%, below 15%. Standard care: one reminder."
    assert "called where the day's calls reach" in why(visit(risk=0.3), USUAL)
    assert "not called" in why(visit(risk=0.3, modality=Modality.VIDEO), USUAL)
    assert "by chance" in why(visit(risk=0.3, arm=Arm.HELD), with_holdout)
    assert "Not drawn yet" in why(visit(risk=0.3), with_holdout)
    assert counted([visit(risk=0.05), visit(risk=0.2), visit(risk=0.3, arm=Arm.HELD)], USUAL) == {
        Tier.STANDARD: 2, Tier.RAISED: 1, Tier.HIGH: 0
    }  # fmt: skip
