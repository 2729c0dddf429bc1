"""Who takes over: every reason against, each at its very edge, and the words a reviewer reads."""

import pytest

from hsched_models.intervals import Paired
from hsched_models.promote import (
    FEWEST_TEST_ROWS,
    SLOPES,
    SUSPECT_AUROC,
    TOLERANCE,
    WORST_CALIBRATION_ERROR,
    calibration_limits,
    judge,
)
from hsched_models.resampling import Interval

GOOD = {"n": 2000, "base_rate": 0.2, "auroc": 0.72, "ece": 0.01, "calibration_slope": 1.0, "log_loss": 0.400}
WORST, (LOW, HIGH) = calibration_limits(2000, 0.2)
BASELINE = {**GOOD, "log_loss": 0.405}
SIMPLER = {"the baseline": BASELINE}


def reasons(change: dict[str, float | None], champion: dict[str, float] | None = None) -> str:
    """Why a candidate that differs from the good one in this is refused; empty if it is not."""
    decision = judge({**GOOD, **change}, SIMPLER, champion)
    return "" if decision.promote else " ".join(decision.reasons)


def test_a_good_candidate_takes_over_and_says_over_whom() -> None:
    """With figures against baseline and champion, on how many visits."""
    decision = judge(GOOD, SIMPLER, {**GOOD, "log_loss": 0.402})

    assert decision.promote
    assert decision.reasons == (
        "Log loss 0.4000 against 0.4050 of the baseline, on 2000 held-out visits.",
        "Log loss 0.4000 against 0.4020 of the champion, on 2000 held-out visits.",
    )


def test_the_first_champion_has_nobody_to_beat() -> None:
    """That there was no fair comparison is said, not passed over."""
    assert "There is no champion yet." in judge(GOOD, SIMPLER, None).reasons[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n": FEWEST_TEST_ROWS - 1}, "Only 199 held-out visits; at least 200 are needed to judge."),
        ({"n": 0}, "Only 0 held-out visits"),
        ({"auroc": SUSPECT_AUROC + 0.001}, "too good to be true: look for a leak first"),
        ({"ece": WORST + 0.001}, "Calibration error 0.074 is above 0.073."),
        ({"calibration_slope": LOW - 0.01}, "Calibration slope 0.57 is outside 0.58 to 1.42."),
        ({"calibration_slope": HIGH + 0.01}, "Calibration slope 1.43 is outside 0.58 to 1.42."),
        (
            {"log_loss": BASELINE["log_loss"] + 2 * TOLERANCE},
            "Log loss 0.4060 is worse than that of the baseline",
        ),
    ],
)
def test_each_reason_refuses(change: dict[str, float], reason: str) -> None:
    """One figure is wrong and the words name it."""
    assert reason in reasons(change)


@pytest.mark.parametrize(
    "change",
    [
        {"n": FEWEST_TEST_ROWS},
        {"auroc": SUSPECT_AUROC},
        {"ece": WORST},
        {"calibration_slope": LOW},
        {"calibration_slope": HIGH},
        {"log_loss": BASELINE["log_loss"] + TOLERANCE},
    ],
)
def test_the_edge_itself_is_allowed(change: dict[str, float]) -> None:
    """A limit is the last value that passes."""
    assert reasons(change) == ""


def test_a_refresh_of_the_champions_recipe_is_called_that() -> None:
    """The champion has seen the held-out visits, so its recipe, fitted before them, is what can be compared: it is the candidate's."""
    decision = judge(GOOD, SIMPLER, None, is_refresh=True)

    assert decision.promote
    assert decision.reasons[-1] == "The champion's own recipe, with newer visits."


def test_every_simpler_model_must_be_beaten() -> None:
    """Also the table that a practice could keep on paper."""
    decision = judge(GOOD, {**SIMPLER, "lead_time_table": {**GOOD, "log_loss": 0.39}}, None)

    assert not decision.promote
    assert decision.reasons == ("Log loss 0.4000 is worse than that of lead_time_table (0.3900).",)


def test_few_visits_can_hold_less_against_a_model() -> None:
    """Chance is granted: two standard errors of a slope, and the error a perfect model would show. It fades with visits."""
    few, (low, high) = calibration_limits(300, 0.2)
    many, (narrow, wide) = calibration_limits(1_000_000, 0.2)

    assert few > 0.1 > many > WORST_CALIBRATION_ERROR
    assert low < 0.5 < narrow < SLOPES[0]
    assert SLOPES[1] < wide < 1.5 < high


def test_a_better_champion_stays() -> None:
    """Within the tolerance two models are the same, and the new one has seen more."""
    assert "worse than that of the champion (0.3990)" in reasons({}, {**GOOD, "log_loss": 0.399})
    assert reasons({}, {**GOOD, "log_loss": 0.3996}) == ""


def test_every_reason_is_told_at_once() -> None:
    """A reviewer does not want to come back four times."""
    bad = {"n": 10, "auroc": 0.99, "ece": 0.5, "log_loss": 0.9}
    decision = judge({**GOOD, **bad}, SIMPLER, GOOD)

    assert not decision.promote
    assert len(decision.reasons) == 5


def test_a_candidate_that_could_not_be_measured_is_not_promoted() -> None:
    """No held-out visits, or one class of them: absent figures are no figures in favour."""
    assert not judge({"n": 0}, {"the baseline": {"n": 0}}, None).promote
    assert "All held-out visits ended alike" in reasons({"auroc": None, "calibration_slope": None, "log_loss": 0.01})


def paired(low: float, high: float) -> Paired:
    return Paired("the baseline", 2000, 400, Interval((low + high) / 2, low, high))


def test_a_heavier_model_must_be_better_beyond_chance() -> None:
    """Its paired interval on log loss lies below zero, or the baseline ships; the reviewer reads the interval either way."""
    proven = judge(GOOD, SIMPLER, None, paired=paired(-0.006, -0.001))
    unproven = judge(GOOD, SIMPLER, None, paired=paired(-0.006, 0.0))

    assert proven.promote
    assert (
        "Better than the baseline beyond chance: log loss -3.5 millinats (-6.0 to -1.0) on 2,000 visits of 400 clients." in proven.reasons
    )
    assert not unproven.promote
    assert unproven.reasons == (
        "Not proven better than the baseline: log loss -3.0 millinats (-6.0 to +0.0) on 2,000 visits of 400 clients, "
        "an interval that does not lie below zero.",
    )


def test_a_leak_alarm_refuses() -> None:
    """Whatever the figures say."""
    decision = judge(GOOD, SIMPLER, None, paired=paired(-0.006, -0.001), alarms=("Labels without meaning are ranked: AUROC 0.60.",))

    assert not decision.promote
    assert decision.reasons == ("Labels without meaning are ranked: AUROC 0.60.",)
