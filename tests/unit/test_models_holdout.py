"""The effect of a use case under its holdout: as drawn, by group, and "too little data" where it is."""

from datetime import timedelta

import pandas as pd
import pytest

from hsched_core.domain.holdout import Arm, Draw
from hsched_models.holdout import early_cancels, effects, openings, visits
from hsched_models.uplift import Verdict, randomised_effect
from tests.holdout_years import START, lived, year
from tests.openings_years import openings_lived, openings_year


@pytest.fixture(scope="module")
def told() -> pd.DataFrame:
    return visits(*lived(year(1, has_effect=True), 1))


def draw(number: int, arm: Arm, share: float = 0.3) -> Draw:
    return Draw("waitlist", f"{number:032x}", f"{number % 200:032x}", arm, share, START, START + timedelta(days=2), "longer")


def test_the_effect_of_a_year_lies_around_the_planted_one(told: pd.DataFrame) -> None:
    """Calls at their published size show within one year of a practice of ten."""
    found = effects(told)[0]
    planted = year(1, has_effect=True).planted

    assert (found["by"], found["kind"]) == ("all", "randomised")
    assert found["low"] < planted < found["high"] < 0
    assert found["contacted"] + found["held_out"] == len(told)


def test_by_group_the_effect_is_where_it_was_planted_and_small_groups_say_too_little(told: pd.DataFrame) -> None:
    """In person there is one; in remote visits there is none to find."""
    told = told.assign(audit_language=["en"] * (len(told) - 60) + ["es"] * 60)
    found = {(one["by"], one["group"]): one for one in effects(told)}

    assert found["stratum", "in_person"]["high"] < 0
    assert found["stratum", "remote"]["low"] < 0 < found["stratum", "remote"]["high"]
    assert (found["language", "es"]["verdict"], found["language", "es"]["low"]) == (Verdict.TOO_LITTLE, None)


def test_outcomes_count_as_they_were_drawn_and_only_those_not_known_before(told: pd.DataFrame) -> None:
    """A clinic's cancel does not count, an early cancel does as not unused, an outcome older than its draw is no outcome of it."""
    made = [draw(number, Arm.TREATED) for number in range(4)]
    rows = pd.DataFrame(
        {
            "moment": "at_booking",
            "appointment_token": [one.subject for one in made],
            "client_token": "c",
            "label_outcome": ["early_cancel", "clinic_cancel", "no_show", "late_cancel"],
            "label_known_at": [START + timedelta(days=1)] * 3 + [START - timedelta(days=1)],
        }
    )
    found = visits(made, rows)

    assert found[["is_unused", "is_early_cancel"]].to_numpy().tolist() == [[False, True], [True, False]]
    assert early_cancels(told)[0]["verdict"] in set(Verdict)


def test_early_cancels_and_effects_are_told_by_tier(told: pd.DataFrame) -> None:
    """Chance decided within each; a tier with few in an arm says too little."""
    small = ["raised"] * (len(told) - 60) + ["high"] * 60
    early = {one["group"]: one for one in early_cancels(told.assign(tier=small))}
    by_tier = {one["group"]: one for one in effects(told.assign(tier=small)) if one["by"] == "tier"}

    assert {one["by"] for one in early.values()} == {"cancelled in time"}
    assert set(early) == {"", "raised", "high"}
    assert early["raised"]["contacted"] + early["raised"]["held_out"] == len(told) - 60
    assert (early["high"]["verdict"], by_tier["high"]["verdict"]) == (Verdict.TOO_LITTLE, Verdict.TOO_LITTLE)
    assert by_tier["raised"]["low"] is not None


def test_nothing_drawn_is_too_little_data() -> None:
    """No frame without rows breaks it."""
    rows = pd.DataFrame({name: [] for name in ("moment", "appointment_token", "client_token", "label_outcome", "label_known_at")})

    assert [one["verdict"] for one in effects(visits([], rows))] == [Verdict.TOO_LITTLE]
    assert [one["verdict"] for one in effects(openings([], {}))] == [Verdict.TOO_LITTLE]


def test_openings_count_as_filled_whoever_filled_them() -> None:
    """Staff may fill what was left to them: that is what the use case is compared with."""
    made = [draw(number, Arm.HELD if number % 3 == 0 else Arm.TREATED) for number in range(900)]
    filled = {one.subject: (number % 10 < (2 if one.arm is Arm.HELD else 5)) for number, one in enumerate(made)}
    found = effects(openings(made, filled))[0]

    assert found["verdict"] == Verdict.FEWER
    assert found["difference"] == pytest.approx(-0.3, abs=0.03)
    assert effects(openings(made, {}))[0]["verdict"] == Verdict.TOO_LITTLE


def test_the_waitlists_effect_of_a_year_lies_around_the_planted_one() -> None:
    """Through the holdout itself, at the sandbox's chances of a yes; two hundred years are in tests/prove."""
    made, none = (openings_year(1, has_effect=has_effect, clinicians=6) for has_effect in (True, False))
    found, nothing = (effects(openings(*openings_lived(one, 1))) for one in (made, none))

    assert found[0]["low"] < made.planted < found[0]["high"] < 0
    assert nothing[0]["low"] < none.planted < nothing[0]["high"]
    assert none.planted == 0
    assert [one["group"] for one in found] == ["", "longer", "within_a_day"]


def test_a_share_that_changed_over_time_does_not_pass_the_times_off_as_an_effect() -> None:
    """Half held while many visits were missed, a tenth while few were: no effect is there, and none is found."""
    bad = [(Arm.HELD if number % 2 else Arm.TREATED, 0.5, number % 10 < 4) for number in range(2000)]
    good = [(Arm.TREATED if number % 10 else Arm.HELD, 0.1, number // 10 % 10 < 1) for number in range(2000)]
    frame = pd.DataFrame(
        [(arm is Arm.TREATED, share, unused) for arm, share, unused in bad + good], columns=["is_contacted", "share_held", "is_unused"]
    ).assign(client_token=[str(number % 500) for number in range(4000)])

    assert abs(randomised_effect(frame).difference) < 0.03
    assert randomised_effect(frame.drop(columns="share_held")).difference < -0.08
